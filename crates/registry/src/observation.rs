//! What visitors saw, beside what was declared: neither overwrites the other.

pub mod store;

use std::collections::BTreeMap;

use crate::household::{Cell, Cells};

/// What one visit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Counted from 1 for each household.
    pub number: i64,
    /// The case the visit belongs to.
    pub case: String,
    /// ISO date.
    pub on: String,
    pub at: i64,
    pub actor: String,
    pub cells: Cells,
    pub photo: bool,
}

/// The newest value of each column with the observation it comes from.
#[must_use]
pub fn latest(observations: &[Observation]) -> BTreeMap<&str, (&Cell, &Observation)> {
    let mut newest: BTreeMap<&str, (&Cell, &Observation)> = BTreeMap::new();
    for observation in observations {
        for (column, cell) in &observation.cells {
            if newest.get(column.as_str()).is_none_or(|(_, known)| known.number < observation.number) {
                newest.insert(column, (cell, observation));
            }
        }
    }
    newest
}
