//! Places under a quota and visits under a budget. Ties are broken by the household's id.

use serde::Serialize;

use super::{Decision, Proposal};

/// A household with its decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<Id> {
    /// The household.
    pub id: Id,
    /// What was decided for it alone.
    pub decision: Decision,
}

/// A place on the list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place<Id> {
    /// The household.
    pub id: Id,
    /// Its need.
    pub need: f64,
    /// The place holds only after a visit: its evidence does not decide.
    pub to_verify: bool,
}

/// Places by descending need.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Allotment<Id> {
    /// Within the quota.
    pub places: Vec<Place<Id>>,
    /// Next in line, if a visit frees a place.
    pub reserve: Vec<Place<Id>>,
}

/// Gives `quota` places to the neediest. Households without a case (nothing proposed) and
/// those under review for removal take no place.
#[must_use]
pub fn allot<Id: Ord + Clone>(candidates: &[Candidate<Id>], quota: usize) -> Allotment<Id> {
    let mut places: Vec<Place<Id>> = candidates
        .iter()
        .filter_map(|candidate| {
            let to_verify = match candidate.decision.proposal {
                Proposal::Admit | Proposal::Keep => false,
                Proposal::Verify => true,
                Proposal::ReviewRemoval | Proposal::None => return None,
            };
            Some(Place { id: candidate.id.clone(), need: candidate.decision.need, to_verify })
        })
        .collect();
    places.sort_by(|a, b| b.need.total_cmp(&a.need).then_with(|| a.id.cmp(&b.id)));
    let reserve = places.split_off(quota.min(places.len()));
    Allotment { places, reserve }
}

/// The `budget` households whose visit is expected to correct most errors, first ones first.
///
/// An admission or a removal is never final without a visit, so only households that keep
/// their state undisputed (kept, or nothing proposed) are left out.
#[must_use]
pub fn visits<Id: Ord + Clone>(candidates: &[Candidate<Id>], budget: usize) -> Vec<Id> {
    let mut due: Vec<&Candidate<Id>> = candidates
        .iter()
        .filter(|candidate| match candidate.decision.proposal {
            Proposal::Admit | Proposal::Verify | Proposal::ReviewRemoval => true,
            Proposal::Keep | Proposal::None => false,
        })
        .collect();
    due.sort_by(|a, b| b.decision.priority.cmp(&a.decision.priority).then_with(|| a.id.cmp(&b.id)));
    due.into_iter().take(budget).map(|candidate| candidate.id.clone()).collect()
}
