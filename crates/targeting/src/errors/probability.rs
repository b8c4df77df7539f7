//! Errors of predicted probabilities.

use serde::Serialize;

use super::{ErrorsError, in_range, same_length};

/// Bins of the expected calibration error.
const BINS: usize = 10;
/// Probabilities are kept this far from 0 and 1 in the log loss.
const CLIP: f64 = 1e-15;

/// One of ten bins of equal weight, by rising prediction.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct CalibrationBin {
    /// Weight in the bin.
    pub weight: f64,
    /// Mean predicted probability.
    pub predicted: f64,
    /// Share actually poor.
    pub observed: f64,
}

/// Errors of probabilities against the truth, weighted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProbabilityErrors {
    /// Mean of `−ln p` of what happened.
    pub log_loss: f64,
    /// Mean squared difference (G. Brier 1950).
    pub brier: f64,
    /// Mean predicted minus true poverty rate.
    pub poverty_rate_error: f64,
    /// Mean absolute difference of predicted and observed over the bins, by weight.
    pub expected_calibration_error: f64,
    /// The bins, without empty ones.
    pub bins: Vec<CalibrationBin>,
}

impl ProbabilityErrors {
    /// Computes the errors; `None` if all weights are zero.
    ///
    /// # Errors
    /// [`ErrorsError`] if lengths differ, a probability is outside [0, 1] or a weight negative.
    pub fn try_new(probabilities: &[f64], poor: &[bool], weights: &[f64]) -> Result<Option<Self>, ErrorsError> {
        same_length("truths", probabilities.len(), poor.len())?;
        same_length("weights", probabilities.len(), weights.len())?;
        in_range("probability", probabilities, 0.0..=1.0)?;
        in_range("weight", weights, 0.0..)?;
        let mut rows: Vec<(f64, f64, f64)> =
            probabilities.iter().zip(poor).zip(weights).map(|((p, poor), weight)| (*p, if *poor { 1.0 } else { 0.0 }, *weight)).collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        let total: f64 = rows.iter().map(|row| row.2).sum();
        if total <= 0.0 {
            return Ok(None);
        }
        let mean =
            |figure: &dyn Fn(f64, f64) -> f64| rows.iter().map(|(p, truth, weight)| weight * figure(*p, *truth)).sum::<f64>() / total;
        let log_loss = mean(&|p, truth| {
            let chance = if truth > 0.5 { p } else { 1.0 - p };
            -chance.clamp(CLIP, 1.0 - CLIP).ln()
        });
        let brier = mean(&|p, truth| (p - truth).powi(2));
        let poverty_rate_error = mean(&|p, truth| p - truth);
        let bins = bins(&rows, total);
        let expected_calibration_error = bins.iter().map(|bin| bin.weight * (bin.predicted - bin.observed).abs()).sum::<f64>() / total;
        Ok(Some(Self { log_loss, brier, poverty_rate_error, expected_calibration_error, bins }))
    }
}

/// Cuts the sorted rows into bins of equal weight. Rows with equal predictions share their
/// mean outcome and a row on a border is split, so no order inside ties matters.
fn bins(rows: &[(f64, f64, f64)], total: f64) -> Vec<CalibrationBin> {
    let width = total / crate::convert::float_len(BINS);
    let mut bins: Vec<CalibrationBin> = Vec::with_capacity(BINS);
    let mut open = CalibrationBin::default();
    for tie in rows.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let mut left: f64 = tie.iter().map(|row| row.2).sum();
        let poor: f64 = tie.iter().map(|row| row.1 * row.2).sum();
        let (Some(first), true) = (tie.first(), left > 0.0) else {
            continue;
        };
        let (predicted, observed) = (first.0, poor / left);
        while left > 0.0 {
            let room = if bins.len() + 1 < BINS { width - open.weight } else { left };
            let taken = left.min(room);
            open.weight += taken;
            open.predicted += taken * predicted;
            open.observed += taken * observed;
            left -= taken;
            // Rounding must not leave a sliver that opens a bin of its own.
            if bins.len() + 1 < BINS && open.weight >= width * (1.0 - 1e-12) {
                bins.push(std::mem::take(&mut open));
            }
        }
    }
    if open.weight > 0.0 {
        bins.push(open);
    }
    for bin in &mut bins {
        bin.predicted /= bin.weight;
        bin.observed /= bin.weight;
    }
    bins
}
