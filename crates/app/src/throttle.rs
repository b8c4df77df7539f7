//! Slows guessing down: failures per account and per remote address, waiting times that double, kept in the database.
//!
//! An attempt counts as failed from its beginning until it is shown to have succeeded: a hundred guesses at the same time are counted
//! as a hundred.

pub mod store;

use crate::clock::{DAY, HOUR, MINUTE, SECOND};

/// How many failures are forgiven, and how waiting grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Failures without any waiting.
    pub free: i64,
    /// Waiting after the first failure beyond; doubles with each further one.
    pub first: i64,
    /// Waiting never grows beyond this.
    pub longest: i64,
}

/// For one account, household or code.
pub const SUBJECT: Limit = Limit { free: 5, first: 30 * SECOND, longest: HOUR };
/// For one remote address: a whole office may sit behind it.
pub const REMOTE: Limit = Limit { free: 30, first: 30 * SECOND, longest: HOUR };
/// Codes asked for by one household.
pub const CODES: Limit = Limit { free: 2, first: MINUTE, longest: 4 * HOUR };
/// Declarations from one remote address: a whole valley may share one.
pub const DECLARATIONS: Limit = Limit { free: 300, first: 30 * SECOND, longest: HOUR };
/// Objections from one remote address.
pub const OBJECTIONS: Limit = Limit { free: 20, first: MINUTE, longest: HOUR };
/// After so long without an attempt, failures are forgotten.
pub const FORGOTTEN: i64 = DAY;

impl Limit {
    /// How long to wait after so many failures.
    #[must_use]
    pub fn wait(self, failures: i64) -> i64 {
        let beyond = failures - self.free;
        if beyond <= 0 {
            return 0;
        }
        // 2^40 times a second is longer than any limit.
        let doubled = u32::try_from((beyond - 1).min(40)).unwrap_or(40);
        self.first.saturating_mul(1_i64 << doubled).min(self.longest)
    }
}

#[cfg(test)]
mod tests;
