//! Who may do what: Cedar policies over role × area × purpose × consent. What no policy permits is denied.
//!
//! The policies stand in `permission/*.cedar`, one paragraph each, with the id that the access log keeps. `permission/matrix.txt` is what
//! follows from them for every action and role; a change of a policy shows there as a reviewed difference.

mod action;
mod decide;
mod purpose;

pub use action::Action;
pub use decide::Policies;
pub use purpose::Purpose;

use kernel::AreaCode;

use crate::break_glass::Grant;
use crate::role::{HouseholdKey, Role};

/// What is looked at or acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Where it belongs; the whole country for what belongs nowhere.
    pub area: AreaCode,
    /// Whose personal data it holds.
    pub household: Option<HouseholdKey>,
    /// The account that proposed what is to be decided.
    pub proposed_by: Option<String>,
    /// The roles that the step of a case is open to.
    pub actors: Vec<Role>,
    /// Whether it is a notice that hangs out.
    pub published: bool,
}

impl Resource {
    /// Something of an area, without personal data: a list, a total, an import, an account.
    #[must_use]
    pub const fn of_area(area: AreaCode) -> Self {
        Self { area, household: None, proposed_by: None, actors: Vec::new(), published: false }
    }

    /// A household, where it lives.
    #[must_use]
    pub const fn of_household(area: AreaCode, household: HouseholdKey) -> Self {
        Self { area, household: Some(household), proposed_by: None, actors: Vec::new(), published: false }
    }
}

/// Under which circumstances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub purpose: Purpose,
    /// Whether the household consented to this purpose ([`crate::consent::store::holds`]).
    pub consent: bool,
    /// The instant of the request.
    pub at: i64,
    /// A grant of the principal for the household ([`crate::break_glass::store::find`]).
    pub grant: Option<Grant>,
}

impl Context {
    #[must_use]
    pub const fn new(purpose: Purpose, at: i64) -> Self {
        Self { purpose, consent: false, at, grant: None }
    }
}

/// Whether something is allowed, and by which policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub allowed: bool,
    /// Ids of the policies that decided, sorted, with commas; `default` when none permits it.
    pub policy: String,
}

#[cfg(test)]
mod tests;
