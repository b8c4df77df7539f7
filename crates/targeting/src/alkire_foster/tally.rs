//! Exact whole-number sums of a measure, per group, in one pass over the rows.
//!
//! All sums are integers and addition commutes, so a tally does not depend on the order of
//! rows or on how they were split among workers.

use std::collections::BTreeMap;

use super::{Measure, MissingPolicy, Score};
use crate::convert::{count, index};

/// Up to this many indicators the live histogram is addressed by the pattern itself
/// (65,536 cells of 8 bytes fit in a second-level cache).
const DIRECT_INDICATORS: usize = 16;

/// Why rows could not be tallied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TallyError {
    /// Slices of a batch differ in length.
    #[error("a batch has {groups} groups but {found} {what}; pass one value per row in each slice")]
    LengthMismatch { what: &'static str, groups: usize, found: usize },
    /// A pattern with a bit above the last indicator.
    #[error("pattern {pattern:#b} has bits above the measure's {indicators} indicators; build it with the same indicator list")]
    PatternWidth { pattern: u32, indicators: usize },
    /// A group number beyond the announced number of groups.
    #[error("row belongs to group {group}, only {groups} groups were announced; count the groups first")]
    UnknownGroup { group: u32, groups: usize },
    /// Two tallies of measures with different shape.
    #[error("tallies of {left} and {right} indicators cannot be merged; tally both with the same measure")]
    ShapeMismatch { left: usize, right: usize },
}

impl TallyError {
    /// The stable code of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LengthMismatch { .. } => "targeting.tally.length_mismatch",
            Self::PatternWidth { .. } => "targeting.tally.pattern_width",
            Self::UnknownGroup { .. } => "targeting.tally.unknown_group",
            Self::ShapeMismatch { .. } => "targeting.tally.shape_mismatch",
        }
    }
}

/// Sums of one group under one measure; the unit is that of the weights (people, households).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub(super) assessed: u64,
    pub(super) not_assessed: u64,
    pub(super) poor: u64,
    pub(super) vulnerable: u64,
    pub(super) severe: u64,
    /// Deprived in each indicator, poor or not, among the assessed.
    pub(super) deprived: Vec<u64>,
    /// Deprived and poor, by the denominator of the score: only scores with one denominator
    /// may be summed exactly. One entry unless missing weights are redistributed.
    pub(super) censored: BTreeMap<u32, Vec<u64>>,
}

impl Tally {
    /// An empty tally for a measure.
    #[must_use]
    pub fn new(measure: &Measure) -> Self {
        Self {
            assessed: 0,
            not_assessed: 0,
            poor: 0,
            vulnerable: 0,
            severe: 0,
            deprived: vec![0; measure.indicators()],
            censored: BTreeMap::new(),
        }
    }

    /// Adds `weight` people (or households) with one pattern; see [`Measure::score`].
    pub fn add(&mut self, measure: &Measure, deprived: u32, missing: u32, weight: u64) {
        match measure.score(deprived, missing) {
            None => self.not_assessed += weight,
            Some(score) => self.add_scored(measure, deprived & !missing & measure.known_bits(), score, weight),
        }
    }

    fn add_scored(&mut self, measure: &Measure, deprived: u32, score: Score, weight: u64) {
        self.assessed += weight;
        add_bits(&mut self.deprived, deprived, weight);
        if measure.severe(score) {
            self.severe += weight;
        }
        if score.poor() {
            self.poor += weight;
            let censored = self.censored.entry(score.denominator()).or_insert_with(|| vec![0; measure.indicators()]);
            add_bits(censored, deprived, weight);
        } else if measure.vulnerable(score) {
            self.vulnerable += weight;
        }
    }

    /// Adds the sums of another part of the same group, or of another group.
    ///
    /// # Errors
    /// [`TallyError::ShapeMismatch`] if the measures have different numbers of indicators.
    pub fn merge(&mut self, other: &Self) -> Result<(), TallyError> {
        if self.deprived.len() != other.deprived.len() {
            return Err(TallyError::ShapeMismatch { left: self.deprived.len(), right: other.deprived.len() });
        }
        self.assessed += other.assessed;
        self.not_assessed += other.not_assessed;
        self.poor += other.poor;
        self.vulnerable += other.vulnerable;
        self.severe += other.severe;
        add_all(&mut self.deprived, &other.deprived);
        for (denominator, sums) in &other.censored {
            let own = self.censored.entry(*denominator).or_insert_with(|| vec![0; sums.len()]);
            add_all(own, sums);
        }
        Ok(())
    }

    /// Weight of the assessed.
    #[must_use]
    pub const fn assessed(&self) -> u64 {
        self.assessed
    }

    /// Weight of those who could not be assessed.
    #[must_use]
    pub const fn not_assessed(&self) -> u64 {
        self.not_assessed
    }

    /// Weight of the poor.
    #[must_use]
    pub const fn poor(&self) -> u64 {
        self.poor
    }

    /// Exact sum of the scores of the poor, as `(denominator, numerator)` pairs in ascending
    /// order of the denominator: `M0 · assessed = Σ numerator / denominator`.
    #[must_use]
    pub fn score_sums(&self, measure: &Measure) -> Vec<(u32, u128)> {
        let weighted = |sums: &[u64]| sums.iter().zip(measure.weights()).map(|(sum, weight)| u128::from(*sum) * u128::from(*weight)).sum();
        self.censored.iter().map(|(denominator, sums)| (*denominator, weighted(sums))).collect()
    }
}

fn add_all(own: &mut [u64], other: &[u64]) {
    for (own, other) in own.iter_mut().zip(other) {
        *own += other;
    }
}

fn add_bits(sums: &mut [u64], mut pattern: u32, weight: u64) {
    while pattern != 0 {
        if let Some(sum) = sums.get_mut(index(pattern.trailing_zeros())) {
            *sum += weight;
        }
        pattern &= pattern - 1;
    }
}

/// How many people (or households) show each pattern, independent of any measure.
///
/// A county has a few hundred to a few thousand patterns, so another set of weights or
/// another cutoff is answered from the counts without reading the rows again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatternCounts {
    counts: BTreeMap<(u32, u32), u64>,
}

impl PatternCounts {
    /// Adds `weight` people with one pattern of deprivations and missing answers.
    pub fn add(&mut self, deprived: u32, missing: u32, weight: u64) {
        *self.counts.entry((deprived & !missing, missing)).or_insert(0) += weight;
    }

    /// Adds the counts of another part.
    pub fn merge(&mut self, other: &Self) {
        for (key, weight) in &other.counts {
            *self.counts.entry(*key).or_insert(0) += weight;
        }
    }

    /// Number of distinct patterns.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The sums under one measure.
    #[must_use]
    pub fn tally(&self, measure: &Measure) -> Tally {
        let mut tally = Tally::new(measure);
        for ((deprived, missing), weight) in &self.counts {
            tally.add(measure, *deprived, *missing, *weight);
        }
        tally
    }
}

/// Rows to add to a [`GroupTally`], one value per row in each slice.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Group number, from zero. Fast if equal numbers stand together; correct in any order.
    pub groups: &'a [u32],
    /// Deprivation patterns.
    pub deprived: &'a [u32],
    /// Missing patterns; `None` if nothing is missing.
    pub missing: Option<&'a [u32]>,
    /// People or households a row stands for; `None` for one each.
    pub weights: Option<&'a [u32]>,
}

impl Batch<'_> {
    fn check(&self) -> Result<(), TallyError> {
        let groups = self.groups.len();
        let others = [
            ("deprivation patterns", Some(self.deprived.len())),
            ("missing patterns", self.missing.map(<[u32]>::len)),
            ("weights", self.weights.map(<[u32]>::len)),
        ];
        for (what, found) in others {
            match found {
                Some(found) if found != groups => {
                    return Err(TallyError::LengthMismatch { what, groups, found });
                }
                Some(_) | None => {}
            }
        }
        Ok(())
    }
}

/// One tally per group, filled from batches of rows.
///
/// Only the group at hand has a histogram over patterns; it is expanded into the group's
/// tally when the group changes, so the per-row work is one addition.
#[derive(Debug, Clone)]
pub struct GroupTally<'m> {
    measure: &'m Measure,
    tallies: Vec<Tally>,
    live: u32,
    /// Weight per pattern of the live group; empty if the measure is too wide for it.
    histogram: Vec<u64>,
    touched: Vec<u32>,
}

impl<'m> GroupTally<'m> {
    /// Tallies for `groups` groups, numbered from zero.
    #[must_use]
    pub fn new(measure: &'m Measure, groups: usize) -> Self {
        let direct = measure.indicators() <= DIRECT_INDICATORS;
        Self {
            measure,
            tallies: vec![Tally::new(measure); groups],
            live: 0,
            histogram: if direct { vec![0; 1 << measure.indicators()] } else { Vec::new() },
            touched: Vec::new(),
        }
    }

    /// Adds rows. After an error the tallies hold part of the batch and are not to be used.
    ///
    /// # Errors
    /// [`TallyError`] if slices differ in length, a pattern is too wide or a group unknown.
    pub fn add(&mut self, batch: Batch<'_>) -> Result<(), TallyError> {
        batch.check()?;
        let mut start = 0;
        for run in batch.groups.chunk_by(|left, right| left == right) {
            let Some(&group) = run.first() else { continue };
            if index(group) >= self.tallies.len() {
                return Err(TallyError::UnknownGroup { group, groups: self.tallies.len() });
            }
            if group != self.live {
                self.flush();
                self.live = group;
            }
            let rows = start..start + run.len();
            start = rows.end;
            let deprived = batch.deprived.get(rows.clone()).unwrap_or_default();
            let missing = batch.missing.and_then(|all| all.get(rows.clone()));
            let weights = batch.weights.and_then(|all| all.get(rows));
            self.add_run(deprived, missing, weights)?;
        }
        Ok(())
    }

    fn add_run(&mut self, deprived: &[u32], missing: Option<&[u32]>, weights: Option<&[u32]>) -> Result<(), TallyError> {
        let weight_of = |row: usize| weights.and_then(|all| all.get(row)).copied().unwrap_or(1);
        match (missing, weights) {
            (None, None) => deprived.iter().try_for_each(|pattern| self.count_known(*pattern, 1)),
            (None, Some(weights)) => {
                deprived.iter().zip(weights).try_for_each(|(pattern, weight)| self.count_known(*pattern, u64::from(*weight)))
            }
            (Some(missing), _) => {
                deprived.iter().zip(missing).enumerate().try_for_each(|(row, (d, m))| self.count_any(*d, *m, u64::from(weight_of(row))))
            }
        }
    }

    #[inline]
    fn count_known(&mut self, pattern: u32, weight: u64) -> Result<(), TallyError> {
        let Some(cell) = self.histogram.get_mut(index(pattern)) else {
            return self.count_wide(pattern, 0, weight);
        };
        if *cell == 0 {
            self.touched.push(pattern);
        }
        *cell += weight;
        Ok(())
    }

    #[inline]
    fn count_any(&mut self, deprived: u32, missing: u32, weight: u64) -> Result<(), TallyError> {
        match (missing, self.measure.missing_policy()) {
            (0, _) => self.count_known(deprived, weight),
            (_, MissingPolicy::NotDeprived) => self.count_known(deprived & !missing, weight),
            (_, MissingPolicy::Drop | MissingPolicy::Redistribute) => self.count_wide(deprived, missing, weight),
        }
    }

    /// Without the histogram: too wide, or with missing answers that change the denominator.
    fn count_wide(&mut self, deprived: u32, missing: u32, weight: u64) -> Result<(), TallyError> {
        let pattern = deprived | missing;
        if pattern & !self.measure.known_bits() != 0 {
            return Err(TallyError::PatternWidth { pattern, indicators: self.measure.indicators() });
        }
        if let Some(tally) = self.tallies.get_mut(index(self.live)) {
            tally.add(self.measure, deprived, missing, weight);
        }
        Ok(())
    }

    fn flush(&mut self) {
        let Some(tally) = self.tallies.get_mut(index(self.live)) else {
            return;
        };
        for pattern in self.touched.drain(..) {
            if let Some(cell) = self.histogram.get_mut(index(pattern)) {
                // A row of weight zero leaves its cell at zero and is listed twice: harmless.
                tally.add(self.measure, pattern, 0, std::mem::take(cell));
            }
        }
    }

    /// The tallies, in the order of the group numbers.
    #[must_use]
    pub fn finish(mut self) -> Vec<Tally> {
        self.flush();
        self.tallies
    }

    /// Number of groups.
    #[must_use]
    pub fn groups(&self) -> u64 {
        count(self.tallies.len())
    }
}
