//! How far a probability can be trusted: a band around it from out-of-fold residuals.
//!
//! For a yes-or-no outcome an interval that holds whatever the model must come from groups of like
//! scores (Barber 2020, "Is distribution-free inference possible for binary regression?", section
//! 4). Out-of-fold rows are cut into groups of equal effective size by probability
//! (cross-conformal: Vovk 2015, scores come from models that had not seen the row); in each group
//! the share that turned out poor gets Wilson's interval (Wilson 1927).

use serde::{Deserialize, Serialize};

use super::{by_score, effective, interpolate, never_falling};
use crate::model::exact;
use crate::number::{float, to_count};

/// Bounds of a probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// Bounds as a function of the calibrated probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// Share of groups whose true share of poor the bounds hold, for instance 0.9.
    pub level: f64,
    #[serde(with = "exact")]
    pub(super) probabilities: Vec<f64>,
    #[serde(with = "exact")]
    pub(super) lower: Vec<f64>,
    #[serde(with = "exact")]
    pub(super) upper: Vec<f64>,
}

/// Effective rows a group should hold.
const GROUP: f64 = 100.0;

impl Band {
    /// Learns a band from out-of-fold probabilities, outcomes (0 or 1) and weights.
    #[must_use]
    pub fn fit(probabilities: &[f64], outcome: &[f64], weights: &[f64], level: f64) -> Self {
        let rows = by_score(probabilities, outcome, weights);
        let groups = to_count(effective(weights) / GROUP).clamp(1, 50);
        let size = rows.len().div_ceil(groups).max(1);
        let z = normal_quantile(f64::midpoint(1.0, level));
        let mut band = Self { level, probabilities: Vec::new(), lower: Vec::new(), upper: Vec::new() };
        let mut loads = Vec::new();
        for group in rows.chunks(size) {
            let weights: Vec<f64> = group.iter().map(|row| row.2).collect();
            let total: f64 = weights.iter().sum();
            let mean = group.iter().map(|row| row.0 * row.2).sum::<f64>() / total;
            let share = group.iter().map(|row| row.1 * row.2).sum::<f64>() / total;
            let (lower, upper) = wilson(share, effective(&weights), z);
            band.probabilities.push(mean);
            band.lower.push(lower);
            band.upper.push(upper);
            loads.push(float(group.len()));
        }
        // A likelier household cannot have a lower bound: neighbours settle it.
        band.lower = never_falling(&band.lower, &loads);
        band.upper = never_falling(&band.upper, &loads);
        band
    }

    /// Bounds around a calibrated probability, which they always contain.
    #[must_use]
    pub fn interval(&self, probability: f64) -> Interval {
        Interval {
            lower: interpolate(&self.probabilities, &self.lower, probability).min(probability),
            upper: interpolate(&self.probabilities, &self.upper, probability).max(probability),
        }
    }

    pub(crate) fn sound(&self) -> bool {
        let length = self.probabilities.len();
        let finite = |values: &[f64]| values.len() == length && values.iter().all(|v| v.is_finite());
        length > 0 && finite(&self.lower) && finite(&self.upper) && finite(&self.probabilities) && self.probabilities.is_sorted()
    }
}

/// Wilson's score interval of a share among `rows`.
pub(super) fn wilson(share: f64, rows: f64, z: f64) -> (f64, f64) {
    let square = z * z / rows;
    let middle = (share + square / 2.0) / (1.0 + square);
    let half = z * (share * (1.0 - share) / rows + square / (4.0 * rows)).sqrt() / (1.0 + square);
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

/// Quantile of the standard normal distribution by bisection of its distribution function.
pub(super) fn normal_quantile(level: f64) -> f64 {
    let (mut low, mut high) = (-10.0, 10.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if normal_share(middle) < level {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// Abramowitz, Stegun 1964, formula 7.1.26: error below 1.5e-7.
fn normal_share(x: f64) -> f64 {
    let z = x.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let factors = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let polynomial = factors.iter().fold(0.0, |sum, factor| sum * t + factor) * t;
    let tail = polynomial * (-z * z).exp() / 2.0;
    if x >= 0.0 { 1.0 - tail } else { tail }
}
