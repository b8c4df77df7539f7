//! Households whose names and numbers were destroyed: what was decided about them stays, without saying about whom.

pub mod store;

/// Who destroyed what, when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    pub county: String,
    pub household: String,
    pub at: i64,
    pub actor: String,
    pub reason: String,
}
