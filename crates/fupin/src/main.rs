//! Finds who is poor and why, who was missed and who does not belong.
fn main() {}
