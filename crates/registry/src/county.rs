//! A county of the register as a whole, now or at a past instant: what leaves the records for files goes out county by county.

pub mod store;

use serde::{Deserialize, Serialize};

/// Tells one state of a county from another: whatever changes a household changes one of these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub households: i64,
    /// Versions of all its households together; each change adds one.
    pub versions: i64,
    /// When the last of them was written.
    pub last_at: i64,
    /// When personal columns were last written.
    pub identified_at: i64,
}

#[cfg(test)]
mod tests;
