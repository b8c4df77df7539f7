//! Access beyond one's area in an emergency: asked for with a reason, for one household, for half an hour, and shown in the access log.

pub mod store;

use database::{Keyring, Tx};

use crate::access_log::{self, Entry};
use crate::clock::MINUTE;
use crate::error::{Error, Result};
use crate::permission::{Action, Context, Decision, Policies, Purpose, Resource};
use crate::role::{HouseholdKey, Principal};

/// A grant ends after so long.
pub const LASTS: i64 = 30 * MINUTE;
/// Characters of the shortest reason.
pub const SHORTEST: usize = 10;

/// What was granted, to whom, for which household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub id: String,
    pub account: String,
    pub household: HouseholdKey,
    pub reason: String,
    pub at: i64,
    pub until: i64,
}

/// Who asks for a grant, for what and why.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub by: &'a Principal,
    /// The household, where it lives.
    pub what: &'a Resource,
    pub reason: &'a str,
    pub now: i64,
}

/// Asks for a grant. Whether it is given or not, the request is in the access log; commit in both cases.
pub async fn ask(tx: &mut Tx, keys: &Keyring, policies: &Policies, asked: Asked<'_>) -> Result<(Decision, Option<Grant>)> {
    let Asked { by, what, reason, now } = asked;
    let reason = reason.trim();
    if reason.chars().count() < SHORTEST {
        return Err(Error::Invalid { field: "reason", why: "expected a reason of at least 10 characters" });
    }
    let Some(household) = &what.household else { return Err(Error::Invalid { field: "household", why: "expected a household" }) };
    let decision = policies.allows(by, Action::BreakGlass, what, &Context::new(Purpose::Emergency, now));
    let entry = Entry::of(by, Action::BreakGlass, household, Purpose::Emergency, &decision, now);
    access_log::store::append(tx, keys, &[Entry { reason: reason.to_owned(), ..entry }]).await?;
    let grant = match by {
        Principal::Staff { account, .. } if decision.allowed => Some(store::insert(tx, account, household, reason, now).await?),
        Principal::Staff { .. } | Principal::Household(_) | Principal::Public => None,
    };
    Ok((decision, grant))
}
