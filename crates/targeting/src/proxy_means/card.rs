//! The model card: what was tried, what won and why, on rows the models had not seen.

use serde::{Deserialize, Serialize};

use super::Metrics;

/// What a candidate was made of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipe {
    /// Penalised logistic regression.
    Scorecard {
        /// L2 penalty.
        l2: f64,
        /// Power the sample weights were raised to for fitting; metrics use them in full.
        weight_power: f64,
    },
    /// One gradient booster.
    Booster {
        /// Leaves a tree.
        max_leaves: u32,
        /// Rounds.
        rounds: u32,
        /// Power the sample weights were raised to for fitting.
        weight_power: f64,
    },
    /// The mean of boosters of the same settings with different seeds.
    Bag {
        /// Boosters.
        seeds: u32,
    },
    /// Weighted mean of the log-odds of the best scorecard and the bag.
    Blend {
        /// Share of the scorecard.
        scorecard: f64,
    },
}

/// A candidate with its out-of-fold metrics, before calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// What it is.
    pub recipe: Recipe,
    /// How it did.
    pub metrics: Metrics,
}

impl Candidate {
    pub(super) fn rounded(self) -> Self {
        Self { metrics: self.metrics.rounded(), ..self }
    }
}

/// A tried calibration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TriedCalibration {
    /// `identity`, `platt` or `isotonic`.
    pub name: String,
    /// Log loss on folds it was not fitted on.
    pub log_loss: f64,
}

/// Share of a feature in what the model says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// The feature.
    pub name: String,
    /// Share of the booster's loss reduction, or of the scorecard's absolute coefficients.
    pub share: f64,
}

/// What a reader must know before the model decides anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Day of training as the caller gave it.
    pub trained_on: String,
    /// Fingerprint of the training data as the caller gave it.
    pub fingerprint: String,
    /// Households learnt from.
    pub rows: usize,
    /// Of them poor.
    pub positives: usize,
    /// Weighted share of poor.
    pub rate: f64,
    /// Groups that folds kept whole.
    pub groups: usize,
    /// Folds of each cross-validation, and how often it was repeated.
    pub folds: usize,
    /// Repeats of the cross-validation.
    pub repeats: usize,
    /// Everything tried, in order.
    pub candidates: Vec<Candidate>,
    /// Position of the winner among them.
    pub winner: usize,
    /// Why it won.
    pub reason: String,
    /// Calibrations tried on the winner's out-of-fold scores.
    pub calibrations: Vec<TriedCalibration>,
    /// Out-of-fold metrics of the calibrated winner.
    pub metrics: Metrics,
    /// Features by importance, most important first.
    pub importance: Vec<Importance>,
}
