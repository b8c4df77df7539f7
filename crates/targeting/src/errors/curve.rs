//! Selections by descending score, at every quota at once.
//!
//! Households with equal scores are one step of the curve. A quota that ends inside a step
//! takes the same share of each of them, so no hidden order decides and the figure is the
//! expectation over all ways to break the tie.

use super::{Confusion, ErrorsError, in_range, same_length};
use crate::convert::{count, float};
use crate::survey::{Design, Estimate};

/// Cumulated sums down to and including one score.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Step {
    score: f64,
    selected: f64,
    poor: f64,
}

/// The selection curve of a score against the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    steps: Vec<Step>,
    total: f64,
    poor: f64,
}

impl Curve {
    /// Sorts rows by score, the neediest (highest) first.
    ///
    /// # Errors
    /// [`ErrorsError`] if lengths differ, a score is not finite or a weight negative.
    pub fn try_new(scores: &[f64], poor: &[bool], weights: &[f64]) -> Result<Self, ErrorsError> {
        same_length("truths", scores.len(), poor.len())?;
        same_length("weights", scores.len(), weights.len())?;
        in_range("score", scores, ..)?;
        in_range("weight", weights, 0.0..)?;
        let mut rows: Vec<(f64, bool, f64)> =
            scores.iter().zip(poor).zip(weights).map(|((score, poor), weight)| (unsigned_zero(*score), *poor, *weight)).collect();
        // A full order makes the float sums independent of the order of the input.
        rows.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        let mut steps = Vec::new();
        let mut reached = Step::default();
        for tie in rows.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            reached.score = tie.first().map_or(0.0, |row| row.0);
            reached.selected += tie.iter().map(|row| row.2).sum::<f64>();
            reached.poor += tie.iter().filter(|row| row.1).map(|row| row.2).sum::<f64>();
            steps.push(reached);
        }
        Ok(Self { steps, total: reached.selected, poor: reached.poor })
    }

    /// Weight of all rows.
    #[must_use]
    pub const fn total(&self) -> f64 {
        self.total
    }

    /// Weight of the poor.
    #[must_use]
    pub const fn poor(&self) -> f64 {
        self.poor
    }

    /// The errors when the `quota` neediest (in weight) are selected.
    #[must_use]
    pub fn at(&self, quota: f64) -> Confusion {
        let quota = quota.clamp(0.0, self.total);
        let next = self.steps.partition_point(|step| step.selected < quota);
        let before = self.before(next);
        let after = self.steps.get(next).copied().unwrap_or(before);
        let width = after.selected - before.selected;
        let share = if width > 0.0 { (quota - before.selected) / width } else { 0.0 };
        let caught = before.poor + share * (after.poor - before.poor);
        Confusion {
            poor_selected: caught,
            poor_left: (self.poor - caught).max(0.0),
            others_selected: (quota - caught).max(0.0),
            others_left: (self.total - self.poor - (quota - caught)).max(0.0),
        }
    }

    /// The errors at the matched quota: as many selected as are poor, so both errors are equal.
    #[must_use]
    pub fn matched(&self) -> Confusion {
        self.at(self.poor)
    }

    /// The share of each row that a quota selects: 1 above the margin, 0 below, the same
    /// fraction for all at the margin.
    #[must_use]
    pub fn shares(&self, scores: &[f64], quota: f64) -> Vec<f64> {
        let quota = quota.clamp(0.0, self.total);
        let next = self.steps.partition_point(|step| step.selected < quota);
        let Some(margin) = self.steps.get(next).filter(|_| quota > 0.0) else {
            return vec![0.0; scores.len()];
        };
        let before = self.before(next).selected;
        let share = (quota - before) / (margin.selected - before);
        let share_of = |score: &f64| match unsigned_zero(*score).total_cmp(&margin.score) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => share,
            std::cmp::Ordering::Less => 0.0,
        };
        scores.iter().map(share_of).collect()
    }

    /// Area under the receiver operating characteristic: the chance that a poor household
    /// scores above one that is not, ties counting half. `None` without both kinds.
    #[must_use]
    pub fn auc(&self) -> Option<f64> {
        let others = self.total - self.poor;
        let mut area = 0.0;
        let mut before = Step::default();
        for step in &self.steps {
            let width = (step.selected - step.poor) - (before.selected - before.poor);
            area += width * 0.5 * (before.poor + step.poor);
            before = *step;
        }
        (self.poor > 0.0 && others > 0.0).then(|| area / (self.poor * others))
    }

    /// Average precision: `Σ (recall gained at a score) · (precision down to it)`; `None` without poor.
    #[must_use]
    pub fn average_precision(&self) -> Option<f64> {
        let mut caught = 0.0;
        let mut sum = 0.0;
        for step in self.steps.iter().filter(|step| step.selected > 0.0) {
            sum += (step.poor - caught) * step.poor / step.selected;
            caught = step.poor;
        }
        (self.poor > 0.0).then(|| sum / self.poor)
    }

    fn before(&self, next: usize) -> Step {
        next.checked_sub(1).and_then(|last| self.steps.get(last)).copied().unwrap_or_default()
    }

    /// Chance of each row to stand on the right side of a random row of the other kind.
    fn placements(&self, scores: &[f64], poor: &[bool]) -> Vec<f64> {
        let others = self.total - self.poor;
        scores
            .iter()
            .zip(poor)
            .map(|(score, poor)| {
                let at = self.steps.partition_point(|step| step.score > *score);
                let (before, here) = (self.before(at), self.steps.get(at).copied().unwrap_or_default());
                if *poor {
                    let above = 0.5 * (before.selected - before.poor + here.selected - here.poor);
                    (others - above) / others
                } else {
                    0.5 * (before.poor + here.poor) / self.poor
                }
            })
            .collect()
    }
}

/// −0 becomes 0, so that both are one tie.
fn unsigned_zero(score: f64) -> f64 {
    score + 0.0
}

/// Area under the curve with `DeLong`'s standard error for independent rows of equal weight.
///
/// `None` unless there are at least two of each kind. Source: E. `DeLong`, D. `DeLong`,
/// D. Clarke-Pearson, Biometrics 44 (1988).
///
/// # Errors
/// As [`Curve::try_new`].
pub fn auc_delong(scores: &[f64], poor: &[bool]) -> Result<Option<Estimate>, ErrorsError> {
    let curve = Curve::try_new(scores, poor, &vec![1.0; scores.len()])?;
    let Some(value) = curve.auc() else {
        return Ok(None);
    };
    let placements = curve.placements(scores, poor);
    let part = |kind: bool| {
        let own = || poor.iter().zip(&placements).filter(move |(poor, _)| **poor == kind).map(|(_, place)| *place);
        let size = float(count(own().count()));
        own().map(|place| (place - value).powi(2)).sum::<f64>() / (size - 1.0) / size
    };
    let variance = part(true) + part(false);
    Ok(variance.is_finite().then(|| Estimate { value, standard_error: variance.sqrt(), degrees_of_freedom: f64::INFINITY }))
}

/// Weighted area under the curve with a standard error that respects strata and clusters.
///
/// The placements of `DeLong` are the influence values, summed by sampling unit. `None`
/// without both kinds.
///
/// # Errors
/// As [`Curve::try_new`]; the weights are those of the design.
pub fn auc_in_design(design: &Design, scores: &[f64], poor: &[bool]) -> Result<Option<Estimate>, ErrorsError> {
    let curve = Curve::try_new(scores, poor, design.weights())?;
    let Some(value) = curve.auc() else {
        return Ok(None);
    };
    let placements = curve.placements(scores, poor);
    let others = curve.total - curve.poor;
    let variance = design.variance(|row, weight| {
        let base = if poor.get(row).copied().unwrap_or(false) { curve.poor } else { others };
        weight * (placements.get(row).copied().unwrap_or(value) - value) / base
    });
    Ok(Some(Estimate { value, standard_error: variance.sqrt(), degrees_of_freedom: design.degrees_of_freedom() }))
}
