//! Households with their history, and the cases that decide about them.

pub mod case;
