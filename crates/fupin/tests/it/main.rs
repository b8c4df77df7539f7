//! The program as its users run it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::tests_outside_test_module,
    reason = "the whole crate is tests"
)]

mod bad_definitions;
mod bad_input;
#[cfg(feature = "cluster")]
mod cluster;
mod invariance;
mod records;
mod support;
mod walkthrough;
