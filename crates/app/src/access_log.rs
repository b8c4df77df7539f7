//! Who looked at which household, when, for what, by which policy: written before anything is read, never changed.
//!
//! Each entry carries a keyed hash over itself and the entry before, and the head the hash of the last: an entry that was changed,
//! inserted or removed, also at the end, is found by [`store::verify`]. Without the key file the chain cannot be made anew.

mod group;
pub mod store;

use database::{Keyring, Tx};

pub use group::Group;

use crate::error::{Error, Result};
use crate::permission::{Action, Context, Decision, Policies, Purpose, Resource};
use crate::role::{HouseholdKey, Principal};

/// One look, or one refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub at: i64,
    /// [`Principal::key`].
    pub principal: String,
    /// [`Principal::role_name`].
    pub role: String,
    pub action: Action,
    pub household: HouseholdKey,
    pub purpose: Purpose,
    /// The fields that were shown, with commas.
    pub fields: String,
    /// What the person gave as a reason, if asked.
    pub reason: String,
    pub allowed: bool,
    /// The policies that decided.
    pub policy: String,
}

impl Entry {
    pub(crate) fn of(who: &Principal, action: Action, household: &HouseholdKey, purpose: Purpose, decision: &Decision, at: i64) -> Self {
        Self {
            at,
            principal: who.key(),
            role: who.role_name().to_owned(),
            action,
            household: household.clone(),
            purpose,
            fields: String::new(),
            reason: String::new(),
            allowed: decision.allowed,
            policy: decision.policy.clone(),
        }
    }
}

/// An entry with its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    pub number: i64,
    pub entry: Entry,
}

/// What the chain says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// All entries stand as they were written.
    Whole { entries: i64 },
    /// The first place where they do not.
    Broken { number: i64, why: &'static str },
}

/// What somebody wants to read of one household.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    pub who: &'a Principal,
    pub action: Action,
    /// The household, where it lives.
    pub what: &'a Resource,
    pub context: &'a Context,
    /// The fields that will be shown.
    pub fields: &'a [&'a str],
    pub reason: &'a str,
}

/// SEC-1: decides whether personal data may be read and writes the look down, allowed or not. Read only if it is allowed, and only after the
/// transaction is committed.
pub async fn open_record(tx: &mut Tx, keys: &Keyring, policies: &Policies, look: Look<'_>) -> Result<Decision> {
    let mut decisions = open_records(tx, keys, policies, &[look]).await?;
    decisions.pop().ok_or_else(|| Error::Policy("no decision was made".to_owned()))
}

/// As [`open_record`] for the rows of a list or an export; one decision for each, in order.
pub async fn open_records(tx: &mut Tx, keys: &Keyring, policies: &Policies, looks: &[Look<'_>]) -> Result<Vec<Decision>> {
    let (entries, decisions) = decided(policies, looks)?;
    store::append(tx, keys, &entries).await?;
    Ok(decisions)
}

/// The decisions, and what is to be written down about them before anything is read.
pub(crate) fn decided(policies: &Policies, looks: &[Look<'_>]) -> Result<(Vec<Entry>, Vec<Decision>)> {
    let mut entries = Vec::with_capacity(looks.len());
    let mut decisions = Vec::with_capacity(looks.len());
    for look in looks {
        let Some(household) = &look.what.household else {
            return Err(Error::Invalid { field: "household", why: "expected the household whose data are read" });
        };
        let decision = policies.allows(look.who, look.action, look.what, look.context);
        let entry = Entry::of(look.who, look.action, household, look.context.purpose, &decision, look.context.at);
        // Of a break-glass grant the reason stands with each look, not only where it was asked for.
        let granted = look.context.grant.as_ref().map_or("", |grant| grant.reason.as_str());
        let reason = if look.reason.is_empty() { granted } else { look.reason };
        entries.push(Entry { fields: look.fields.join(","), reason: reason.to_owned(), ..entry });
        decisions.push(decision);
    }
    Ok((entries, decisions))
}

#[cfg(test)]
mod tests;
