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
        let means: Vec<f64> = points
            .iter()
            .map(|(_, ones, weight)| ones / weight)
            .collect();
        let loads: Vec<f64> = points.iter().map(|(_, _, weight)| *weight).collect();
        let fitted = never_falling(&means, &loads);
        // One knot a level, at its mean score: between levels the order of scores is kept.
        let mut levels: Vec<(f64, f64, f64)> = Vec::new();
        let mut level = f64::NAN;
        for ((score, _, weight), value) in points.iter().zip(fitted) {
            match levels.last_mut() {
                Some(last) if value <= level => {
                    last.0 += score * weight;
                    last.2 += weight;
                }
                _ => {
                    level = value;
                    levels.push((score * weight, value, *weight));
                }
            }
        }
        let probability = |(_, value, weight): &(f64, f64, f64)| share(value * weight, *weight);
        let probabilities: Vec<f64> = levels.iter().map(probability).collect();
        let even = vec![1.0; probabilities.len()];
        Self {
            scores: levels.iter().map(|(sum, _, weight)| sum / weight).collect(),
            probabilities: never_falling(&probabilities, &even),
        }
    }

    pub(super) fn probability(&self, score: f64) -> f64 {
        interpolate(&self.scores, &self.probabilities, score)
    }

    pub(super) fn sound(&self) -> bool {
        let rising = |values: &[f64]| values.is_sorted() && values.iter().all(|v| v.is_finite());
        self.scores.len() == self.probabilities.len()
            && rising(&self.scores)
            && rising(&self.probabilities)
    }
}
