//! The figures of a measure from its exact sums.

use serde::Serialize;

use super::{Measure, Tally};
use crate::convert::{float, float_wide};

/// One indicator in a [`Profile`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct IndicatorProfile {
    /// Share of people deprived in the indicator.
    pub uncensored: f64,
    /// Share of people poor and deprived in the indicator.
    pub censored: f64,
    /// The indicator's share of M0; the contributions sum to 1.
    pub contribution: f64,
}

/// The Alkire-Foster figures of one group. Shares are in [0, 1]; with nobody assessed or
/// nobody poor the shares that would divide by zero are zero.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Profile {
    /// Assessed population, in the unit of the weights.
    pub population: u64,
    /// Population that could not be assessed.
    pub not_assessed: u64,
    /// Poor population.
    pub poor: u64,
    /// H: share of the population that is poor.
    pub headcount: f64,
    /// A: mean score of the poor.
    pub intensity: f64,
    /// M0 = H·A.
    pub adjusted_headcount: f64,
    /// Share that is not poor but at or above the vulnerable band.
    pub vulnerable: f64,
    /// Share at or above the severe band.
    pub severe: f64,
    /// By indicator, in the measure's order.
    pub indicators: Vec<IndicatorProfile>,
    /// Contribution of each dimension to M0.
    pub dimensions: Vec<f64>,
}

impl Profile {
    /// Computes the figures from the sums of one group under `measure`.
    #[must_use]
    pub fn new(measure: &Measure, tally: &Tally) -> Self {
        let population = float(tally.assessed);
        let total = score_total(measure, tally);
        let indicators: Vec<IndicatorProfile> = measure
            .weights()
            .iter()
            .enumerate()
            .map(|(indicator, weight)| {
                let at = |sums: &[u64]| sums.get(indicator).copied().unwrap_or(0);
                let censored: u64 = tally.censored.values().map(|sums| at(sums)).sum();
                let scored: f64 = tally
                    .censored
                    .iter()
                    .map(|(denominator, sums)| quotient(u128::from(at(sums)) * u128::from(*weight), *denominator))
                    .sum();
                IndicatorProfile {
                    uncensored: share(float(at(&tally.deprived)), population),
                    censored: share(float(censored), population),
                    contribution: share(scored, total),
                }
            })
            .collect();
        let count = measure.dimensions().last().map_or(0, |last| last + 1);
        let mut dimensions = vec![0.0; count];
        for (dimension, indicator) in measure.dimensions().iter().zip(&indicators) {
            if let Some(sum) = dimensions.get_mut(*dimension) {
                *sum += indicator.contribution;
            }
        }
        Self {
            population: tally.assessed,
            not_assessed: tally.not_assessed,
            poor: tally.poor,
            headcount: share(float(tally.poor), population),
            intensity: share(total, float(tally.poor)),
            adjusted_headcount: share(total, population),
            vulnerable: share(float(tally.vulnerable), population),
            severe: share(float(tally.severe), population),
            indicators,
            dimensions,
        }
    }
}

/// A group's part in the whole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GroupShare {
    /// Share of the assessed population.
    pub population: f64,
    /// The group's M0.
    pub adjusted_headcount: f64,
    /// Share of the whole's M0: population share × group M0 / M0.
    pub contribution: f64,
}

/// Decomposes M0 by groups: `M0 = Σ population share × group M0`.
#[must_use]
pub fn decompose(measure: &Measure, groups: &[Tally]) -> Vec<GroupShare> {
    let people: u64 = groups.iter().map(Tally::assessed).sum();
    let totals: Vec<f64> = groups.iter().map(|tally| score_total(measure, tally)).collect();
    let whole: f64 = totals.iter().sum();
    groups
        .iter()
        .zip(&totals)
        .map(|(tally, total)| GroupShare {
            population: share(float(tally.assessed), float(people)),
            adjusted_headcount: share(*total, float(tally.assessed)),
            contribution: share(*total, whole),
        })
        .collect()
}

fn score_total(measure: &Measure, tally: &Tally) -> f64 {
    tally.score_sums(measure).into_iter().map(|(denominator, sum)| quotient(sum, denominator)).sum()
}

fn quotient(numerator: u128, denominator: u32) -> f64 {
    float_wide(numerator) / f64::from(denominator)
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
