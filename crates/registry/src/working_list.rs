//! Working lists: households of an area by village and number, narrowed by how they stand and by what the latest run made of them.

pub mod store;
#[cfg(test)]
mod tests;

use kernel::AreaCode;

use crate::household::store::{After, HouseholdLine};

/// The standing that means any within the programme.
pub const INSIDE: &str = "inside";

/// What a list is narrowed to; an empty word narrows nothing.
#[derive(Debug, Clone, Copy)]
pub struct Narrow<'a> {
    pub area: AreaCode,
    /// A standing, or [`INSIDE`].
    pub status: &'a str,
    /// Of the latest run of each county.
    pub proposal: &'a str,
    /// Id of the main cause that the latest run found.
    pub cause: &'a str,
}

impl<'a> Narrow<'a> {
    /// Everything in an area.
    #[must_use]
    pub fn of(area: AreaCode) -> Self {
        Self { area, status: "", proposal: "", cause: "" }
    }

    #[must_use]
    pub fn status(self, status: &'a str) -> Self {
        Self { status, ..self }
    }

    const fn by_run(self) -> bool {
        !self.proposal.is_empty() || !self.cause.is_empty()
    }
}

/// A page of a list, and where the next begins if there is more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub lines: Vec<HouseholdLine>,
    pub next: Option<After>,
}
