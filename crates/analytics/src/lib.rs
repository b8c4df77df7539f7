//! Whole-register computation: readers, the rule language, the household view, checks, assessment.
//!
//! The only crate that names arrow, parquet or `DataFusion`. Rules come from a [`programme::Programme`]; kernels that decide come from `targeting`.

pub mod assess;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod definition;
pub mod duplicates;
pub mod error;
pub mod explain;
pub mod language;
pub mod leads;
pub mod outcome;
pub mod output;
pub mod reading;
pub mod register;
pub mod view;
pub mod villages;

pub use error::{Error, Result};
