//! Calibration: from a raw score to a probability, and how far that probability can be trusted.
//!
//! Both learn from out-of-fold scores only: scores of households the model had not seen.

use serde::{Deserialize, Serialize};

use crate::model::{Error, exact, log_odds, logistic};
use crate::number::float;

mod band;
mod isotonic;

pub use band::{Band, Interval};
use isotonic::Isotonic;

/// Out-of-fold scores with what turned out; all slices have one entry a row.
#[derive(Debug, Clone, Copy)]
pub struct Scored<'a> {
    /// Log-odds given by models that had not seen the row.
    pub scores: &'a [f64],
    /// Outcome, 0 or 1.
    pub outcome: &'a [f64],
    /// Weights with a mean of one.
    pub weights: &'a [f64],
    /// Fold of each row, from 0.
    pub folds: &'a [usize],
}

/// A map from log-odds to probability, never falling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calibration {
    /// The logistic function: the score is taken at its word.
    Identity,
    /// Logistic in a stretched and shifted score (Platt 1999).
    Platt {
        /// Factor of the score.
        #[serde(with = "exact::one")]
        slope: f64,
        /// Shift of the score.
        #[serde(with = "exact::one")]
        shift: f64,
    },
    /// Isotonic regression by pooling adjacent violators (Zadrozny, Elkan 2002).
    Isotonic(Isotonic),
}

impl Calibration {
    /// Fits all kinds and keeps the one with the least log loss on folds it was not fitted on.
    /// Returns it with the names and losses of all kinds.
    #[must_use]
    pub fn choose(scored: &Scored<'_>) -> (Self, Vec<(&'static str, f64)>) {
        let kinds: [(&'static str, Fit); 3] =
            [("identity", |_, _, _| Self::Identity), ("platt", platt), ("isotonic", |s, y, w| Self::Isotonic(Isotonic::fit(s, y, w)))];
        let losses: Vec<(&'static str, f64)> = kinds.iter().map(|(name, fit)| (*name, cross_loss(scored, *fit))).collect();
        let mut best = 0;
        for (at, (_, loss)) in losses.iter().enumerate() {
            if losses.get(best).is_some_and(|(_, least)| loss < least) {
                best = at;
            }
        }
        let chosen = kinds.get(best).map_or(Self::Identity, |(_, fit)| fit(scored.scores, scored.outcome, scored.weights));
        (chosen, losses)
    }

    /// Probability that belongs to a score.
    #[must_use]
    pub fn probability(&self, score: f64) -> f64 {
        match self {
            Self::Identity => logistic(score),
            Self::Platt { slope, shift } => logistic(slope * score + shift),
            Self::Isotonic(steps) => steps.probability(score),
        }
    }

    /// # Errors
    /// [`Error::Stored`] for numbers that are not finite or that fall.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let sound = match self {
            Self::Identity => true,
            Self::Platt { slope, shift } => slope.is_finite() && *slope >= 0.0 && shift.is_finite(),
            Self::Isotonic(steps) => steps.sound(),
        };
        if sound {
            return Ok(());
        }
        let reason = "its calibration is inconsistent".to_owned();
        Err(Error::Stored { reason })
    }
}

type Fit = fn(&[f64], &[f64], &[f64]) -> Calibration;

/// Mean log loss of a probability for an outcome of 0 or 1.
#[must_use]
pub fn log_loss(probability: f64, outcome: f64) -> f64 {
    let p = probability.clamp(1e-9, 1.0 - 1e-9);
    -(outcome * p.ln() + (1.0 - outcome) * (1.0 - p).ln())
}

fn cross_loss(scored: &Scored<'_>, fit: Fit) -> f64 {
    let folds = scored.folds.iter().max().map_or(0, |last| last + 1);
    let rows: Vec<(f64, f64, f64, usize)> = scored
        .scores
        .iter()
        .zip(scored.outcome)
        .zip(scored.weights)
        .zip(scored.folds)
        .map(|(((s, y), w), fold)| (*s, *y, *w, *fold))
        .collect();
    let mut sum = 0.0;
    let mut total = 0.0;
    for fold in 0..folds {
        let seen = || rows.iter().filter(|row| row.3 != fold);
        let scores: Vec<f64> = seen().map(|row| row.0).collect();
        let outcome: Vec<f64> = seen().map(|row| row.1).collect();
        let weights: Vec<f64> = seen().map(|row| row.2).collect();
        let map = fit(&scores, &outcome, &weights);
        for (score, y, weight, _) in rows.iter().filter(|row| row.3 == fold) {
            sum += weight * log_loss(map.probability(*score), *y);
            total += weight;
        }
    }
    if total > 0.0 { sum / total } else { 0.0 }
}

/// Two coefficients by Newton's method, with Platt's smoothed targets so that a perfect separation
/// stays finite.
fn platt(scores: &[f64], outcome: &[f64], weights: &[f64]) -> Calibration {
    let positives: f64 = outcome.iter().zip(weights).map(|(y, w)| y * w).sum();
    let negatives: f64 = weights.iter().sum::<f64>() - positives;
    let (high, low) = ((positives + 1.0) / (positives + 2.0), 1.0 / (negatives + 2.0));
    let (mut slope, mut shift) = (1.0_f64, 0.0_f64);
    for _ in 0..50 {
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 1e-9, 0.0, 1e-9);
        for ((score, y), weight) in scores.iter().zip(outcome).zip(weights) {
            let p = logistic(slope * score + shift);
            let residual = weight * (p - (y * high + (1.0 - y) * low));
            let curvature = weight * (p * (1.0 - p)).max(1e-9);
            g0 += residual * score;
            g1 += residual;
            h00 += curvature * score * score;
            h01 += curvature * score;
            h11 += curvature;
        }
        let determinant = h00 * h11 - h01 * h01;
        if determinant <= 0.0 {
            break;
        }
        let step = ((h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant);
        slope -= step.0.clamp(-2.0, 2.0);
        shift -= step.1.clamp(-2.0, 2.0);
        if step.0.abs() + step.1.abs() < 1e-10 {
            break;
        }
    }
    let slope = slope.max(0.0);
    Calibration::Platt { slope, shift }
}

/// Weighted share of ones, held half a row away from 0 and 1.
fn share(ones: f64, total: f64) -> f64 {
    let margin = (0.5 / total.max(1.0)).min(0.5);
    (ones / total).clamp(margin, 1.0 - margin)
}

/// Position of `at` between two points of a line, clamped to them.
fn between(at: f64, from: (f64, f64), to: (f64, f64)) -> f64 {
    let width = to.0 - from.0;
    if width <= 0.0 {
        return to.1;
    }
    let part = ((at - from.0) / width).clamp(0.0, 1.0);
    from.1 + part * (to.1 - from.1)
}

/// A line through points with rising first coordinate, level beyond its ends.
fn interpolate(knots: &[f64], values: &[f64], at: f64) -> f64 {
    let above = knots.partition_point(|knot| *knot < at);
    let point = |place: usize| Some((*knots.get(place)?, *values.get(place)?));
    let last = knots.len().saturating_sub(1);
    let to = point(above.min(last));
    let from = point(above.saturating_sub(1));
    match (from, to) {
        (Some(from), Some(to)) => between(at, from, to),
        _ => 0.5,
    }
}

/// Values as close as possible to `values`, never falling (weighted least squares).
fn never_falling(values: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for (value, weight) in values.iter().zip(weights) {
        let mut block = (value * weight, *weight, 1);
        while let Some(last) = blocks.last().copied() {
            if last.0 * block.1 <= block.0 * last.1 {
                break;
            }
            blocks.pop();
            block = (block.0 + last.0, block.1 + last.1, block.2 + last.2);
        }
        blocks.push(block);
    }
    let mean = |(sum, weight, count): (f64, f64, usize)| vec![sum / weight; count];
    blocks.into_iter().flat_map(mean).collect()
}

/// Rows sorted by score: score, outcome, weight.
fn by_score(scores: &[f64], outcome: &[f64], weights: &[f64]) -> Vec<(f64, f64, f64)> {
    let rows = scores.iter().zip(outcome).zip(weights);
    let mut rows: Vec<_> = rows.map(|((s, y), w)| (*s, *y, *w)).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
    rows
}

/// The log-odds of a calibrated probability, for those who add contributions on that scale.
#[must_use]
pub fn calibrated_score(probability: f64) -> f64 {
    log_odds(probability)
}

/// Kish's effective number of rows of unequal weight.
fn effective(weights: &[f64]) -> f64 {
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    if squares > 0.0 { sum * sum / squares } else { float(0) }
}

#[cfg(test)]
mod tests;
