//! Checks of the house's rules.
fn main() {}
