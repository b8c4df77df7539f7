//! The measure's figures from a sample, with standard errors.
//!
//! Every figure is a ratio over the sample and uses the linearisation of [`crate::survey`].

use super::Measure;
use crate::survey::{Design, Estimate};

/// One indicator of [`Estimates`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndicatorEstimate {
    /// Uncensored headcount `h_j`.
    pub uncensored: Estimate,
    /// Censored headcount `h_j(k)`.
    pub censored: Estimate,
    /// Absolute contribution `w_j h_j(k)`, a share of the population.
    pub absolute: Estimate,
    /// Relative contribution `w_j h_j(k) / M0`; `None` if nobody is poor.
    pub relative: Option<Estimate>,
}

/// Alkire-Foster figures of a population or a part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimates {
    /// The part's share of the assessed population.
    pub share: Estimate,
    /// Adjusted headcount M0.
    pub adjusted_headcount: Estimate,
    /// Headcount H.
    pub headcount: Estimate,
    /// Intensity A; `None` if nobody is poor.
    pub intensity: Option<Estimate>,
    /// By indicator.
    pub indicators: Vec<IndicatorEstimate>,
}

/// A row's exact score, as floats for the sums.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    assessed: f64,
    poor: f64,
    score: f64,
    /// Weight of one indicator unit: 1 / denominator of the score.
    unit: f64,
    deprived: u32,
}

/// A sample whose rows have been scored under a measure.
#[derive(Debug, Clone)]
pub struct ScoredSample<'d> {
    design: &'d Design,
    weights: Vec<u32>,
    rows: Vec<Row>,
}

impl<'d> ScoredSample<'d> {
    /// Scores each row of the design; `pattern` gives its deprived and missing bits. Rows that
    /// cannot be assessed count for nothing but their sampling units stay.
    #[must_use]
    pub fn new(measure: &Measure, design: &'d Design, pattern: impl Fn(usize) -> (u32, u32)) -> Self {
        let rows = (0..design.rows())
            .map(|row| {
                let (deprived, missing) = pattern(row);
                measure.score(deprived, missing).map_or_else(Row::default, |score| Row {
                    assessed: 1.0,
                    poor: if score.poor() { 1.0 } else { 0.0 },
                    score: if score.poor() { score.value() } else { 0.0 },
                    unit: 1.0 / f64::from(score.denominator()),
                    deprived: deprived & !missing & measure.known_bits(),
                })
            })
            .collect();
        Self { design, weights: measure.weights().to_vec(), rows }
    }

    /// The figures for the rows where `inside`; `None` if none of them was assessed.
    #[must_use]
    pub fn estimate(&self, inside: impl Fn(usize) -> bool) -> Option<Estimates> {
        let row_at = |row: usize| {
            if inside(row) { self.rows.get(row).copied().unwrap_or_default() } else { Row::default() }
        };
        let per_person = |figure: &dyn Fn(Row) -> f64| {
            self.design.ratio(|at| {
                let row = row_at(at);
                (figure(row), row.assessed)
            })
        };
        let per_score = |figure: &dyn Fn(Row) -> f64| {
            self.design.ratio(|at| {
                let row = row_at(at);
                (figure(row), row.score)
            })
        };
        let mut indicators = Vec::with_capacity(self.weights.len());
        for (indicator, weight) in self.weights.iter().enumerate() {
            let weight = f64::from(*weight);
            let deprived = |row: Row| {
                if row.deprived >> indicator & 1 == 1 { 1.0 } else { 0.0 }
            };
            let scored = |row: Row| deprived(row) * row.poor * weight * row.unit;
            indicators.push(IndicatorEstimate {
                uncensored: per_person(&deprived)?,
                censored: per_person(&|row| deprived(row) * row.poor)?,
                absolute: per_person(&scored)?,
                relative: per_score(&scored),
            });
        }
        Some(Estimates {
            share: self.design.ratio(|at| {
                let all = self.rows.get(at).map_or(0.0, |row| row.assessed);
                (row_at(at).assessed, all)
            })?,
            adjusted_headcount: per_person(&|row| row.score)?,
            headcount: per_person(&|row| row.poor)?,
            intensity: self.design.ratio(|at| {
                let row = row_at(at);
                (row.score, row.poor)
            }),
            indicators,
        })
    }
}

#[cfg(test)]
mod tests;
