//! What is sealed under which master key: counted by who checks the records, sealed anew by who rotates keys.

pub mod store;

/// How many data keys a master key has sealed; no number where what should be one is none.
pub type UnderMaster = (Option<u32>, i64);
