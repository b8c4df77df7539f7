//! Scorecard: penalised logistic regression, and the same as integer points on one page.
//!
//! Columns are standardised with the sample's weighted means and deviations; a missing value counts
//! as the mean, with a flag column of its own. Fitted by iteratively reweighted least squares
//! (`McCullagh`, Nelder 1989, section 2.5) with an L2 penalty on all but the intercept.

use serde::{Deserialize, Serialize};

use crate::model::{Contributions, Error, Sample, exact, exact_sum, log_odds, logistic, relative_weights};
use crate::number::float;

mod newton;
mod points;

pub use points::{FeaturePoints, PointBin, PointCard, PointSettings};

/// Settings of a scorecard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScorecardSettings {
    /// L2 penalty on coefficients of standardised columns, in rows of mean weight:
    /// the objective is the log loss summed over rows plus half of `l2` times their squares.
    pub l2: f64,
    /// Newton steps at most.
    pub max_steps: u32,
}

impl Default for ScorecardSettings {
    fn default() -> Self {
        Self { l2: 100.0, max_steps: 50 }
    }
}

/// One feature's part in the score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Term {
    /// Mean, deviation, coefficient of the standardised value, then the effect of the missing flag
    /// and the share of missing values.
    #[serde(with = "exact")]
    numbers: Vec<f64>,
}

impl Term {
    fn effect(&self, value: f32) -> f64 {
        let [mean, deviation, coefficient, flag, share] = self.numbers.as_slice() else {
            return 0.0;
        };
        if value.is_nan() {
            return flag * (1.0 - share);
        }
        coefficient * (f64::from(value) - mean) / deviation - flag * share
    }
}

/// A fitted scorecard: log-odds of being poor as a sum over features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scorecard {
    version: u32,
    names: Vec<String>,
    #[serde(with = "exact::one")]
    intercept: f64,
    terms: Vec<Term>,
}

/// A column as the regression sees it.
struct Standard {
    feature: usize,
    flag: bool,
    mean: f64,
    deviation: f64,
    values: Vec<f64>,
}

impl Scorecard {
    /// Fits a scorecard to 0/1 outcomes.
    ///
    /// # Errors
    /// The refusals of [`Error`] that concern the sample's shape, weights and outcomes, and
    /// [`Error::Setting`] for a penalty that is not positive.
    pub fn fit(sample: &Sample<'_>, settings: &ScorecardSettings) -> Result<Self, Error> {
        sample.check()?;
        for (row, &value) in sample.target.iter().enumerate() {
            if value.fract() != 0.0 || !(0.0..=1.0).contains(&value) {
                return Err(Error::Outcome { row, value });
            }
        }
        if !(settings.l2 > 0.0 && settings.l2.is_finite()) {
            return Err(Error::Setting { name: "l2", value: settings.l2, allowed: "a number above 0" });
        }
        let weights = relative_weights(sample.weights);
        let standard = standardise(sample, &weights);
        let columns: Vec<&[f64]> = standard.iter().map(|s| s.values.as_slice()).collect();
        let positives: Vec<f64> = sample.target.iter().zip(&weights).map(|(y, w)| y * w).collect();
        let start = log_odds(exact_sum(&positives) / float(weights.len()));
        let fitted = newton::fit(&columns, sample.target, &weights, start, settings);
        let blank = Term { numbers: vec![0.0, 1.0, 0.0, 0.0, 0.0] };
        let mut terms = vec![blank; sample.matrix.names().len()];
        for (column, coefficient) in standard.iter().zip(&fitted.coefficients) {
            let Some(term) = terms.get_mut(column.feature) else {
                continue;
            };
            if let [mean, deviation, effect, flag, share] = term.numbers.as_mut_slice() {
                if column.flag {
                    *flag = coefficient / column.deviation;
                    *share = column.mean;
                } else {
                    *mean = column.mean;
                    *deviation = column.deviation;
                    *effect = *coefficient;
                }
            }
        }
        Ok(Self { version: 1, names: sample.matrix.names().to_vec(), intercept: fitted.intercept, terms })
    }

    /// Names of the features, in the order in which `predict` takes their columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Log-odds of a household whose every proxy is at the mean.
    #[must_use]
    pub const fn intercept(&self) -> f64 {
        self.intercept
    }

    /// Coefficient per feature: change of the log-odds when it rises by one standard deviation.
    #[must_use]
    pub fn coefficients(&self) -> Vec<f64> {
        let coefficient = |term: &Term| term.numbers.get(2).copied().unwrap_or(0.0);
        self.terms.iter().map(coefficient).collect()
    }

    /// Raw scores (log-odds), one a row; `columns[f]` holds feature f of all rows.
    #[must_use]
    pub fn predict(&self, columns: &[&[f32]]) -> Vec<f64> {
        let rows = columns.iter().map(|column| column.len()).max().unwrap_or(0);
        let mut scores = vec![self.intercept; rows];
        for (at, term) in self.terms.iter().enumerate() {
            let column = columns.get(at).copied().unwrap_or(&[]);
            for (row, score) in scores.iter_mut().enumerate() {
                *score += term.effect(column.get(row).copied().unwrap_or(f32::NAN));
            }
        }
        scores
    }

    /// What each feature adds to a row's score; the base is the score of the mean household.
    #[must_use]
    pub fn contributions(&self, row: &[f32]) -> Contributions {
        let value = |at: usize| row.get(at).copied().unwrap_or(f32::NAN);
        let terms = self.terms.iter().enumerate();
        Contributions { base: self.intercept, features: terms.map(|(at, term)| term.effect(value(at))).collect() }
    }

    /// # Errors
    /// [`Error::Stored`] for another version or tables that do not fit together.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let sound = |term: &Term| {
            term.numbers.len() == 5
                && term.numbers.iter().all(|number| number.is_finite())
                && term.numbers.get(1).is_some_and(|deviation| *deviation > 0.0)
        };
        let fits = self.terms.len() == self.names.len() && self.intercept.is_finite();
        if self.version == 1 && fits && self.terms.iter().all(sound) {
            return Ok(());
        }
        let reason = "its scorecard is of another version or inconsistent".to_owned();
        Err(Error::Stored { reason })
    }
}

/// Standardised columns and flags; those that do not vary are left out.
fn standardise(sample: &Sample<'_>, weights: &[f64]) -> Vec<Standard> {
    let mut all = Vec::new();
    for (feature, column) in sample.matrix.columns().into_iter().enumerate() {
        let flags: Vec<f64> = column.iter().map(|v| f64::from(u8::from(v.is_nan()))).collect();
        let present: Vec<f64> = flags.iter().zip(weights).map(|(flag, w)| (1.0 - flag) * w).collect();
        let filled = |value: &f32| {
            if value.is_nan() { 0.0 } else { f64::from(*value) }
        };
        let values: Vec<f64> = column.iter().map(filled).collect();
        let columns = [(values, present, false), (flags, weights.to_vec(), true)];
        for (values, present, flag) in columns {
            if let Some((mean, deviation)) = spread(&values, &present, weights) {
                let standard = |(value, w): (&f64, &f64)| {
                    if *w > 0.0 { (value - mean) / deviation } else { 0.0 }
                };
                all.push(Standard { feature, flag, mean, deviation, values: values.iter().zip(&present).map(standard).collect() });
            }
        }
    }
    all
}

/// Mean over the present values, and deviation with missing values at the mean.
fn spread(values: &[f64], present: &[f64], weights: &[f64]) -> Option<(f64, f64)> {
    let total = exact_sum(present);
    if total <= 0.0 {
        return None;
    }
    let product = |f: &dyn Fn(f64) -> f64| -> f64 {
        let terms = values.iter().zip(present);
        exact_sum(&terms.map(|(value, w)| f(*value) * w).collect::<Vec<f64>>())
    };
    let mean = product(&|value| value) / total;
    let variance = product(&|value| (value - mean).powi(2)) / exact_sum(weights);
    let deviation = variance.sqrt();
    (deviation > 1e-9 * (1.0 + mean.abs())).then_some((mean, deviation))
}

/// Probability that belongs to a scorecard's score.
#[must_use]
pub fn probability(score: f64) -> f64 {
    logistic(score)
}

#[cfg(test)]
mod tests;
