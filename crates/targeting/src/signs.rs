//! Signs in the data of a village that somebody should look at.
//!
//! Each sign is a test against what the county's own data lead to expect: a statistic, a
//! p-value and, over all villages tested, a q-value (the false-discovery rate at which the
//! village would be listed). A sign proves nothing about a person; it sends an auditor.

use serde::Serialize;

mod bunching;
mod copies;
mod digits;

pub use bunching::{Bunching, bunching};
pub use copies::{BlockCopies, CopiedPair, CopyError, MISSING_ANSWER, MatchModel};
pub use digits::{homogeneity, last_digits, roundness};

/// A test before the number of tests is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Test {
    /// What was measured; its unit is said where the test is made.
    pub statistic: f64,
    /// Probability of this or more without any irregularity.
    pub p_value: f64,
}

/// A test with its false-discovery rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Sign {
    /// What was measured.
    pub statistic: f64,
    /// Probability of this or more without any irregularity.
    pub p_value: f64,
    /// Expected share of false alarms among all villages with a q-value up to this one.
    pub q_value: f64,
}

/// Adds q-values over all villages that could be tested; the others stay `None`.
#[must_use]
pub fn rate(tests: &[Option<Test>]) -> Vec<Option<Sign>> {
    let p_values: Vec<f64> = tests.iter().flatten().map(|test| test.p_value).collect();
    let mut rest = q_values(&p_values).into_iter();
    tests
        .iter()
        .map(|test| {
            let Test { statistic, p_value } = (*test)?;
            Some(Sign { statistic, p_value, q_value: rest.next()? })
        })
        .collect()
}

/// Benjamini-Hochberg q-values, in the order of the p-values.
///
/// `q_(i) = min_{j ≥ i} p_(j) · m / j`. Source: Y. Benjamini, Y. Hochberg, JRSS B 57 (1995);
/// holds for independent and positively dependent tests.
#[must_use]
pub fn q_values(p_values: &[f64]) -> Vec<f64> {
    let tests = crate::convert::float_len(p_values.len());
    let mut order: Vec<(usize, f64)> = p_values.iter().copied().enumerate().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut found = vec![1.0; p_values.len()];
    let mut smallest = 1.0_f64;
    let mut rank = tests;
    for (place, p) in order {
        smallest = smallest.min(p * tests / rank);
        rank -= 1.0;
        if let Some(slot) = found.get_mut(place) {
            *slot = smallest;
        }
    }
    found
}

#[cfg(test)]
mod tests;
