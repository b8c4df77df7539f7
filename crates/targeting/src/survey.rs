//! Estimates from a stratified cluster sample, by Taylor linearisation.
//!
//! A ratio `R = Σ w·y / Σ w·x` has the influence values `z_i = w_i (y_i − R·x_i) / Σ w·x`.
//! They are summed within each primary sampling unit; the variance is the sum over strata of
//! `m/(m−1) · Σ (z_p − mean)²` over the `m` units of the stratum (first stage with
//! replacement). Source: Särndal, Swensson, Wretman, "Model Assisted Survey Sampling"
//! (1992), §5.5–5.7; the same recipe as R's `survey::svyratio`, which it reproduces. For a
//! part of the population set `y = x = 0` outside it and keep all sampling units.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::convert::{count, float, index};
use crate::distribution::{normal_quantile, student_quantile};

/// What a stratum with a single sampling unit adds to the variance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LonelyUnit {
    /// The design is refused.
    Refuse,
    /// Nothing: the unit was certain to be drawn.
    Certain,
    /// Its deviation from the mean over all units (conservative).
    Centre,
}

/// Why a design was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DesignError {
    /// No row.
    #[error("the sample has no row; an estimate needs at least two sampling units")]
    Empty,
    /// Columns differ in length.
    #[error("the sample has {rows} rows but {found} {what}; pass one value per row")]
    LengthMismatch { what: &'static str, rows: usize, found: usize },
    /// A weight that is negative or not a number.
    #[error("the weight of row {row} is {weight}; survey weights are finite and not negative")]
    Weight { row: usize, weight: f64 },
    /// A stratum with one sampling unit.
    #[error("stratum {stratum} has a single sampling unit; join it with a neighbouring stratum or choose how lonely units count")]
    LonelyUnit { stratum: u64 },
    /// Fewer sampling units than needed.
    #[error("{units} sampling units in {strata} strata leave no degree of freedom; collect more clusters or drop the strata")]
    NoFreedom { units: usize, strata: usize },
}

impl DesignError {
    /// The stable code of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "targeting.survey.empty",
            Self::LengthMismatch { .. } => "targeting.survey.length_mismatch",
            Self::Weight { .. } => "targeting.survey.weight",
            Self::LonelyUnit { .. } => "targeting.survey.lonely_unit",
            Self::NoFreedom { .. } => "targeting.survey.no_freedom",
        }
    }
}

/// The columns that describe how a sample was drawn.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sample<'a> {
    /// Number of rows.
    pub rows: usize,
    /// Stratum of each row; `None` for one stratum.
    pub strata: Option<&'a [u64]>,
    /// Primary sampling unit of each row, unique within its stratum; `None` if each row is a unit.
    pub units: Option<&'a [u64]>,
    /// Weight of each row; `None` for equal weights.
    pub weights: Option<&'a [f64]>,
}

/// A sample design, ready for estimates.
#[derive(Debug, Clone)]
pub struct Design {
    /// Sampling unit of each row; units of one stratum are numbered in a row.
    unit_of_row: Vec<u32>,
    weights: Vec<f64>,
    /// Number of units in each stratum, in the order of the units' numbers.
    stratum_sizes: Vec<usize>,
    units: usize,
    lonely: LonelyUnit,
}

impl Design {
    /// Reads a design; strata with a single unit are treated as `lonely` says.
    ///
    /// # Errors
    /// [`DesignError`] if columns do not fit together, a weight is negative or not finite, or
    /// no degree of freedom is left.
    pub fn try_new(sample: Sample<'_>, lonely: LonelyUnit) -> Result<Self, DesignError> {
        let rows = sample.rows;
        if rows == 0 {
            return Err(DesignError::Empty);
        }
        let fits = |what: &'static str, found: Option<usize>| match found {
            Some(found) if found != rows => Err(DesignError::LengthMismatch { what, rows, found }),
            Some(_) | None => Ok(()),
        };
        fits("strata", sample.strata.map(<[u64]>::len))?;
        fits("sampling units", sample.units.map(<[u64]>::len))?;
        fits("weights", sample.weights.map(<[f64]>::len))?;
        let weights = sample.weights.map_or_else(|| vec![1.0; rows], <[f64]>::to_vec);
        if let Some((row, weight)) = weights.iter().enumerate().find(|(_, w)| !w.is_finite() || **w < 0.0) {
            return Err(DesignError::Weight { row, weight: *weight });
        }
        let key = |row: usize| {
            let stratum = sample.strata.and_then(|all| all.get(row)).copied().unwrap_or(0);
            let unit = sample.units.map_or(count(row), |all| all.get(row).copied().unwrap_or(0));
            (stratum, unit)
        };
        let mut numbers: BTreeMap<(u64, u64), u32> = (0..rows).map(|row| (key(row), 0)).collect();
        let mut sizes: BTreeMap<u64, usize> = BTreeMap::new();
        for (number, ((stratum, _), slot)) in numbers.iter_mut().enumerate() {
            *slot = u32::try_from(number).unwrap_or(u32::MAX);
            *sizes.entry(*stratum).or_insert(0) += 1;
        }
        let lonely_stratum = sizes.iter().find(|(_, size)| **size == 1);
        if let (LonelyUnit::Refuse, Some((stratum, _))) = (lonely, lonely_stratum) {
            return Err(DesignError::LonelyUnit { stratum: *stratum });
        }
        let (units, strata) = (numbers.len(), sizes.len());
        if units <= strata {
            return Err(DesignError::NoFreedom { units, strata });
        }
        let unit_of_row = (0..rows).map(|row| numbers.get(&key(row)).copied().unwrap_or(0)).collect();
        Ok(Self { unit_of_row, weights, stratum_sizes: sizes.into_values().collect(), units, lonely })
    }

    /// A simple random sample: one stratum, every row its own sampling unit.
    ///
    /// # Errors
    /// As [`Design::try_new`].
    pub fn simple(rows: usize, weights: Option<&[f64]>) -> Result<Self, DesignError> {
        Self::try_new(Sample { rows, weights, ..Sample::default() }, LonelyUnit::Refuse)
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.weights.len()
    }

    /// The weight of each row.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Number of primary sampling units.
    #[must_use]
    pub const fn units(&self) -> usize {
        self.units
    }

    /// Number of strata.
    #[must_use]
    pub fn strata(&self) -> usize {
        self.stratum_sizes.len()
    }

    /// Degrees of freedom: sampling units minus strata.
    #[must_use]
    pub fn degrees_of_freedom(&self) -> f64 {
        float(count(self.units - self.strata()))
    }

    /// Estimates `Σ w·y / Σ w·x`; `pair` gives `(y, x)` of a row. `None` if `Σ w·x` is not positive.
    #[must_use]
    pub fn ratio(&self, pair: impl Fn(usize) -> (f64, f64)) -> Option<Estimate> {
        let (mut numerator, mut denominator) = (0.0, 0.0);
        for (row, weight) in self.weights.iter().enumerate() {
            let (y, x) = pair(row);
            numerator += weight * y;
            denominator += weight * x;
        }
        if denominator.is_nan() || denominator <= 0.0 {
            return None;
        }
        let value = numerator / denominator;
        let variance = self.variance(|row, weight| {
            let (y, x) = pair(row);
            weight * (y - value * x) / denominator
        });
        Some(Estimate { value, standard_error: variance.sqrt(), degrees_of_freedom: self.degrees_of_freedom() })
    }

    /// Estimates the mean of `y` where `inside`; see [`Design::ratio`].
    #[must_use]
    pub fn mean(&self, y: impl Fn(usize) -> f64, inside: impl Fn(usize) -> bool) -> Option<Estimate> {
        self.ratio(|row| if inside(row) { (y(row), 1.0) } else { (0.0, 0.0) })
    }

    /// Variance of a statistic from its influence values, already multiplied by the weights.
    #[must_use]
    pub fn variance(&self, influence: impl Fn(usize, f64) -> f64) -> f64 {
        let mut totals = vec![0.0; self.units];
        for (row, (unit, weight)) in self.unit_of_row.iter().zip(&self.weights).enumerate() {
            if let Some(total) = totals.get_mut(index(*unit)) {
                *total += influence(row, *weight);
            }
        }
        let grand_mean = totals.iter().sum::<f64>() / float(count(self.units));
        let mut rest = totals.as_slice();
        let mut variance = 0.0;
        for &size in &self.stratum_sizes {
            let Some((stratum, after)) = rest.split_at_checked(size) else {
                break;
            };
            rest = after;
            variance += self.stratum_variance(stratum, grand_mean);
        }
        variance
    }

    fn stratum_variance(&self, totals: &[f64], grand_mean: f64) -> f64 {
        let units = float(count(totals.len()));
        let squares = |centre: f64| totals.iter().map(|total| (total - centre).powi(2)).sum::<f64>();
        match (totals.len(), self.lonely) {
            (0 | 1, LonelyUnit::Certain | LonelyUnit::Refuse) => 0.0,
            (0 | 1, LonelyUnit::Centre) => squares(grand_mean),
            _ => units / (units - 1.0) * squares(totals.iter().sum::<f64>() / units),
        }
    }
}

/// An estimate with its sampling error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The estimated figure.
    pub value: f64,
    /// Its linearised standard error.
    pub standard_error: f64,
    /// Degrees of freedom of the design.
    pub degrees_of_freedom: f64,
}

impl Estimate {
    /// The value and its interval at confidence `level` (0.95 for 95 %), symmetric around it.
    #[must_use]
    pub fn interval(&self, level: f64) -> (f64, f64) {
        let reach = student_quantile(0.5 + 0.5 * level, self.degrees_of_freedom) * self.standard_error;
        (self.value - reach, self.value + reach)
    }

    /// The interval of a proportion: symmetric on the logit scale, so it stays inside (0, 1).
    /// A value of exactly 0 or 1 carries no spread to transform; its interval is the point.
    #[must_use]
    pub fn logit_interval(&self, level: f64) -> (f64, f64) {
        let p = self.value;
        if p <= 0.0 || p >= 1.0 {
            return (p, p);
        }
        let centre = (p / (1.0 - p)).ln();
        let reach = student_quantile(0.5 + 0.5 * level, self.degrees_of_freedom) * self.standard_error / (p * (1.0 - p));
        let back = |x: f64| 1.0 / (1.0 + (-x).exp());
        (back(centre - reach), back(centre + reach))
    }
}

/// Wilson's score interval of `successes` in `trials` simple random draws at `level`;
/// (0, 1) without trials. Source: E. Wilson, JASA 22 (1927).
#[must_use]
pub fn wilson(successes: u64, trials: u64, level: f64) -> (f64, f64) {
    if trials == 0 {
        return (0.0, 1.0);
    }
    let n = float(trials);
    let p = float(successes.min(trials)) / n;
    let z = normal_quantile(0.5 + 0.5 * level);
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let reach = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    ((centre - reach).max(0.0), (centre + reach).min(1.0))
}

#[cfg(test)]
mod tests;
