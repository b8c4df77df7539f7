//! Sessions: a random token in a cookie, its hash in the database, an end when idle and an end in any case.

pub mod store;

use crate::clock::{HOUR, MINUTE};
use crate::role::Principal;

/// A session ends after so long without a request.
pub const IDLE: i64 = HOUR;
/// A session ends after so long in any case.
pub const ABSOLUTE: i64 = 12 * HOUR;
/// How exactly the last request is remembered; spares a write for each request.
pub const TOUCH: i64 = MINUTE;

/// An open session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who, with the role and area as they are now, not as they were at sign-in.
    pub principal: Principal,
    /// What pages call the account; nothing for a household.
    pub title: String,
    pub opened_at: i64,
    /// When it ends if nothing more is asked.
    pub ends_at: i64,
    /// Call [`store::touch`]: the last request remembered is too old.
    pub touch: bool,
}

#[cfg(test)]
mod tests;
