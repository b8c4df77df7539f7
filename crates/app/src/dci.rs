//! The register as a social registry of the Digital Convergence Initiative, version 1.0: partners ask in signed messages.
//!
//! A partner signs in as an account like everybody else; what it may read is decided by the same policies, and every household shown to it
//! stands in the access log. The signature tells that a message is the partner's and was not changed; it opens nothing by itself.

pub mod envelope;
mod exchange;
pub mod partner;
mod query;
mod record;
mod search;
pub mod signature;
pub mod store;

pub use exchange::{Exchange, Reply};
pub use partner::{Partner, Partners};
pub use signature::Signer;

#[cfg(test)]
mod tests;
