//! What people may do: accounts, permissions, and one file per process.

pub mod error;
pub mod import;

pub use error::{Error, Kind, Result};
