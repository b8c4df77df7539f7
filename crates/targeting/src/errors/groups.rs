//! Errors by group, so that a good average hides nobody.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{ErrorsError, in_range, same_length};
use crate::survey::{Design, Estimate};

/// The errors of one group with cluster-robust standard errors; `None` where the group has
/// nobody in the base of the rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GroupErrors {
    /// The group's number; `None` for everybody.
    pub group: Option<u32>,
    /// Poor not selected / poor.
    pub exclusion: Option<Estimate>,
    /// Selected not poor / selected.
    pub inclusion: Option<Estimate>,
    /// Selected / all.
    pub selection: Option<Estimate>,
    /// Poor / all.
    pub poverty: Option<Estimate>,
}

/// Errors for everybody (first) and for each group in ascending order of its number.
///
/// `shares` are the selected part of each row. All sampling units stay in each estimate.
///
/// # Errors
/// [`ErrorsError`] if lengths differ from the design's rows or a share is outside [0, 1].
pub fn group_errors(design: &Design, groups: &[u32], poor: &[bool], shares: &[f64]) -> Result<Vec<GroupErrors>, ErrorsError> {
    let rows = design.rows();
    same_length("groups", rows, groups.len())?;
    same_length("truths", rows, poor.len())?;
    same_length("shares", rows, shares.len())?;
    in_range("share", shares, 0.0..=1.0)?;
    let poor_at = |row: usize| {
        if poor.get(row).copied().unwrap_or(false) { 1.0 } else { 0.0 }
    };
    let share_at = |row: usize| shares.get(row).copied().unwrap_or(0.0);
    let errors_of = |group: Option<u32>| {
        let inside = |row: usize| group.is_none_or(|group| groups.get(row).is_some_and(|own| *own == group));
        let ratio = |pair: &dyn Fn(usize) -> (f64, f64)| design.ratio(|row| if inside(row) { pair(row) } else { (0.0, 0.0) });
        GroupErrors {
            group,
            exclusion: ratio(&|row| (poor_at(row) * (1.0 - share_at(row)), poor_at(row))),
            inclusion: ratio(&|row| (share_at(row) * (1.0 - poor_at(row)), share_at(row))),
            selection: ratio(&|row| (share_at(row), 1.0)),
            poverty: ratio(&|row| (poor_at(row), 1.0)),
        }
    };
    let names: BTreeSet<u32> = groups.iter().copied().collect();
    Ok(std::iter::once(None).chain(names.into_iter().map(Some)).map(errors_of).collect())
}

/// Which figure of a group stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// The exclusion error.
    Exclusion,
    /// The inclusion error.
    Inclusion,
}

/// How far a group's error is from everybody's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gap {
    /// The group's number.
    pub group: u32,
    /// The figure.
    pub figure: Figure,
    /// The group's value.
    pub value: f64,
    /// 95 % logit interval of the group's value.
    pub interval: (f64, f64),
    /// Everybody's value.
    pub overall: f64,
    /// Group minus everybody: positive is worse for the group.
    pub difference: f64,
    /// Everybody's value is outside the group's interval.
    pub clear: bool,
}

/// The gaps between groups and everybody, the largest first; equal gaps by figure and group.
#[must_use]
pub fn gaps(errors: &[GroupErrors]) -> Vec<Gap> {
    let Some(everybody) = errors.iter().find(|errors| errors.group.is_none()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for errors in errors {
        let Some(group) = errors.group else { continue };
        for (figure, own, overall) in
            [(Figure::Exclusion, errors.exclusion, everybody.exclusion), (Figure::Inclusion, errors.inclusion, everybody.inclusion)]
        {
            let (Some(own), Some(overall)) = (own, overall) else {
                continue;
            };
            let interval = own.logit_interval(0.95);
            found.push(Gap {
                group,
                figure,
                value: own.value,
                interval,
                overall: overall.value,
                difference: own.value - overall.value,
                clear: overall.value < interval.0 || overall.value > interval.1,
            });
        }
    }
    found.sort_by(|a, b| b.difference.abs().total_cmp(&a.difference.abs()).then(a.figure.cmp(&b.figure)).then(a.group.cmp(&b.group)));
    found
}
