//! The "three rates, one degree" by which the exit of a Chinese county was assessed.
//!
//! Missed-assessment rate = missed people found / non-registered people surveyed; wrong-exit
//! rate = wrongly exited / exited people surveyed; satisfaction = satisfied / asked;
//! composite incidence = (remaining registered + missed + wrongly exited) / rural
//! population, with the sample rates applied to their populations. Limits: missed below 1 %,
//! wrong exits below 2 %, incidence below 2 % (3 % in the west), satisfaction at least 90 %;
//! definitions as in targeting.md §2.3.

use serde::{Deserialize, Serialize};

use crate::convert::float;
use crate::survey::wilson;

const MILLION: u128 = 1_000_000;

/// What the surveyors of a county counted, in people (answers for satisfaction).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Non-registered people surveyed.
    pub outside: u64,
    /// Poor people among them.
    pub missed: u64,
    /// Exited people surveyed.
    pub exited: u64,
    /// Still poor among them.
    pub wrongly_exited: u64,
    /// People asked whether they are satisfied.
    pub asked: u64,
    /// Satisfied among them.
    pub satisfied: u64,
}

/// The populations the sample rates apply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Populations {
    /// Rural population of the county.
    pub rural: u64,
    /// Registered and not yet exited.
    pub remaining: u64,
    /// Never registered.
    pub outside: u64,
    /// Exited.
    pub exited: u64,
}

/// Limits in parts per million.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The missed-assessment rate must stay below.
    pub missed_ppm: u32,
    /// The wrong-exit rate must stay below.
    pub wrongly_exited_ppm: u32,
    /// Satisfaction must reach.
    pub satisfied_ppm: u32,
    /// Composite incidence must stay below.
    pub incidence_ppm: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { missed_ppm: 10_000, wrongly_exited_ppm: 20_000, satisfied_ppm: 900_000, incidence_ppm: 20_000 }
    }
}

/// One rate against its limit. Nothing surveyed meets no limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Assessed {
    /// The rate; 0 if nothing was surveyed.
    pub rate: f64,
    /// Wilson interval at 95 %; for a sample of clusters use [`crate::survey::Design::ratio`].
    pub interval: (f64, f64),
    /// Whether the counted rate keeps the limit, decided in integers.
    pub met: bool,
    /// Whether the whole interval is on the same side of the limit.
    pub certain: bool,
}

/// The assessment of one county.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Assessment {
    /// Missed-assessment rate.
    pub missed: Assessed,
    /// Wrong-exit rate.
    pub wrongly_exited: Assessed,
    /// Satisfaction.
    pub satisfaction: Assessed,
    /// Composite incidence; its interval joins the ends of the two sample rates' intervals
    /// and is therefore wider than 95 %.
    pub incidence: Assessed,
}

impl Assessment {
    /// Whether all four keep their limits.
    #[must_use]
    pub const fn met(&self) -> bool {
        self.missed.met && self.wrongly_exited.met && self.satisfaction.met && self.incidence.met
    }
}

/// Assesses a county from its sample counts and populations.
#[must_use]
pub fn assess(counts: &Counts, populations: &Populations, limits: &Limits) -> Assessment {
    let missed = below(counts.missed, counts.outside, limits.missed_ppm);
    let wrongly_exited = below(counts.wrongly_exited, counts.exited, limits.wrongly_exited_ppm);
    let satisfaction = reaches(counts.satisfied, counts.asked, limits.satisfied_ppm);
    let at = |missed: f64, wrong: f64| {
        let poor = float(populations.remaining) + missed * float(populations.outside) + wrong * float(populations.exited);
        if populations.rural == 0 { 0.0 } else { poor / float(populations.rural) }
    };
    let rate = at(missed.rate, wrongly_exited.rate);
    let interval = (at(missed.interval.0, wrongly_exited.interval.0), at(missed.interval.1, wrongly_exited.interval.1));
    let limit = f64::from(limits.incidence_ppm) / 1e6;
    let met = incidence_below(counts, populations, limits.incidence_ppm).unwrap_or(false);
    let certain = if met { interval.1 < limit } else { interval.0 >= limit };
    Assessment { missed, wrongly_exited, satisfaction, incidence: Assessed { rate, interval, met, certain } }
}

/// Whether `(remaining + missed/outside·O + wrong/exited·E) / rural` is below the limit, in
/// integers; `None` if a needed sample is empty or the numbers are beyond any country's.
fn incidence_below(counts: &Counts, populations: &Populations, limit_ppm: u32) -> Option<bool> {
    let sample = |population: u64, part: u64, whole: u64| match (population, whole) {
        (0, _) => Some((0, 1)),
        (_, 0) => None,
        _ => Some((u128::from(part).checked_mul(u128::from(population))?, u128::from(whole))),
    };
    let (missed, outside) = sample(populations.outside, counts.missed, counts.outside)?;
    let (wrong, exited) = sample(populations.exited, counts.wrongly_exited, counts.exited)?;
    let scale = outside.checked_mul(exited)?;
    let poor = u128::from(populations.remaining)
        .checked_mul(scale)?
        .checked_add(missed.checked_mul(exited)?)?
        .checked_add(wrong.checked_mul(outside)?)?;
    let allowed = u128::from(populations.rural).checked_mul(scale)?.checked_mul(u128::from(limit_ppm))?;
    Some(poor.checked_mul(MILLION)? < allowed)
}

fn below(part: u64, whole: u64, limit_ppm: u32) -> Assessed {
    let met = whole > 0 && u128::from(part) * MILLION < u128::from(limit_ppm) * u128::from(whole);
    judged(part, whole, limit_ppm, met, |interval, limit| if met { interval.1 < limit } else { interval.0 >= limit })
}

fn reaches(part: u64, whole: u64, limit_ppm: u32) -> Assessed {
    let met = whole > 0 && u128::from(part) * MILLION >= u128::from(limit_ppm) * u128::from(whole);
    judged(part, whole, limit_ppm, met, |interval, limit| if met { interval.0 >= limit } else { interval.1 < limit })
}

fn judged(part: u64, whole: u64, limit_ppm: u32, met: bool, certain: impl Fn((f64, f64), f64) -> bool) -> Assessed {
    let rate = if whole == 0 { 0.0 } else { float(part) / float(whole) };
    let interval = wilson(part, whole, 0.95);
    Assessed { rate, interval, met, certain: certain(interval, f64::from(limit_ppm) / 1e6) }
}
