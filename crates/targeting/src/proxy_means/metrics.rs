//! How good out-of-fold probabilities were.

use serde::{Deserialize, Serialize};

use crate::calibration::log_loss;

/// Out-of-fold metrics, weighted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Mean log loss (poor or not).
    pub log_loss: f64,
    /// Chance that a poor household ranks above one that is not (ties count half).
    pub auc: f64,
    /// Share of the poor who are not among the likeliest, as many as there are poor; the share of
    /// those chosen who are not poor is the same.
    pub exclusion_error: f64,
}

/// Six decimals, as cards show them: short decimals survive any JSON reader.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

impl Metrics {
    pub(super) fn rounded(self) -> Self {
        Self { log_loss: rounded(self.log_loss), auc: rounded(self.auc), exclusion_error: rounded(self.exclusion_error) }
    }

    /// Metrics of probabilities (or of anything that rises with them, but for the log loss).
    #[must_use]
    pub fn of(probabilities: &[f64], outcome: &[f64], weights: &[f64]) -> Self {
        let mut rows: Vec<(f64, f64, f64)> = probabilities.iter().zip(outcome).zip(weights).map(|((p, y), w)| (*p, *y, *w)).collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        let total: f64 = rows.iter().map(|row| row.2).sum();
        let poor: f64 = rows.iter().map(|row| row.1 * row.2).sum();
        let loss: f64 = rows.iter().map(|(p, y, w)| w * log_loss(*p, *y)).sum();
        let mut above_poor = 0.0;
        let mut ordered = 0.0;
        let mut chosen = 0.0;
        let mut reached = 0.0;
        for tie in rows.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            let weight: f64 = tie.iter().map(|row| row.2).sum();
            let ones: f64 = tie.iter().map(|row| row.1 * row.2).sum();
            ordered += (weight - ones) * (above_poor + ones / 2.0);
            above_poor += ones;
            // A tie at the edge of the quota is reached in part.
            let part = ((poor - chosen) / weight).clamp(0.0, 1.0);
            reached += part * ones;
            chosen += part * weight;
        }
        let pairs = poor * (total - poor);
        Self {
            log_loss: if total > 0.0 { loss / total } else { 0.0 },
            auc: if pairs > 0.0 { ordered / pairs } else { 0.5 },
            exclusion_error: if poor > 0.0 { 1.0 - reached / poor } else { 0.0 },
        }
    }
}
