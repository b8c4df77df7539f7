//! Consent of households: to which purpose, given and withdrawn when, on which form. Withdrawn consent stays on record.

pub mod store;

use crate::permission::Purpose;
use crate::role::HouseholdKey;

/// What a household agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub id: String,
    pub household: HouseholdKey,
    pub purpose: Purpose,
    /// ISO date.
    pub given_on: String,
    /// The member of the household that signed.
    pub given_by: String,
    /// The signed form, as the documents know it.
    pub form: String,
    /// ISO date; from that day on nothing may be done with it.
    pub withdrawn_on: Option<String>,
    pub version: i64,
}

/// What is written when consent is given.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub household: &'a HouseholdKey,
    pub purpose: Purpose,
    pub on: &'a str,
    pub by: &'a str,
    pub form: &'a str,
    /// Who wrote it down: [`crate::Principal::key`].
    pub recorded_by: &'a str,
}

#[cfg(test)]
mod tests;
