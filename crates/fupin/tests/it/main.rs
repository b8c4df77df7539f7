//! The program as its users run it.

mod bad_definitions;
mod bad_input;
mod invariance;
mod support;
mod walkthrough;
