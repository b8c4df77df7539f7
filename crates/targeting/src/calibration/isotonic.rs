//! Isotonic regression with straight lines between its steps.

use serde::{Deserialize, Serialize};

use super::{by_score, interpolate, never_falling, share};
use crate::model::exact;

/// Knots of a map from score to probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Isotonic {
    #[serde(with = "exact")]
    scores: Vec<f64>,
    #[serde(with = "exact")]
    probabilities: Vec<f64>,
}

/// Neighbouring scores of one probability.
struct Level {
    from: f64,
    to: f64,
    value: f64,
    weight: f64,
}

impl Isotonic {
    pub(super) fn fit(scores: &[f64], outcome: &[f64], weights: &[f64]) -> Self {
        let rows = by_score(scores, outcome, weights);
        let mut points: Vec<(f64, f64, f64)> = Vec::new();
        for (score, y, weight) in rows {
            match points.last_mut() {
                Some(last) if last.0 >= score => {
                    last.1 += y * weight;
                    last.2 += weight;
                }
                _ => points.push((score, y * weight, weight)),
            }
        }
        let means: Vec<f64> = points.iter().map(|(_, ones, weight)| ones / weight).collect();
        let loads: Vec<f64> = points.iter().map(|(_, _, weight)| *weight).collect();
        let fitted = never_falling(&means, &loads);
        // Two knots a level, at its ends: straight lines join the levels.
        let mut levels: Vec<Level> = Vec::new();
        for ((score, _, weight), value) in points.iter().zip(fitted) {
            match levels.last_mut() {
                Some(last) if value <= last.value => {
                    last.to = *score;
                    last.weight += weight;
                }
                _ => levels.push(Level { from: *score, to: *score, value, weight: *weight }),
            }
        }
        let held = |level: &Level| share(level.value * level.weight, level.weight);
        let held: Vec<f64> = levels.iter().map(held).collect();
        // Small levels held away from 0 and 1 must not pass their neighbours.
        let even = vec![1.0; held.len()];
        let held = never_falling(&held, &even);
        Self {
            scores: levels.iter().flat_map(|level| [level.from, level.to]).collect(),
            probabilities: held.into_iter().flat_map(|value| [value, value]).collect(),
        }
    }

    pub(super) fn probability(&self, score: f64) -> f64 {
        interpolate(&self.scores, &self.probabilities, score)
    }

    pub(super) fn sound(&self) -> bool {
        let rising = |values: &[f64]| values.is_sorted() && values.iter().all(|v| v.is_finite());
        self.scores.len() == self.probabilities.len() && rising(&self.scores) && rising(&self.probabilities)
    }
}
