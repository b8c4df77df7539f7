//! Who is poor: income line, Alkire-Foster, proxy-means models, fusion into a proposal, error metrics.
//!
//! Everything here is pure arithmetic on slices and bit patterns: no input or output, no
//! clock, no randomness. The measures are exact in integers wherever a person's status
//! depends on them; floats appear in statistics only.
//!
//! - [`alkire_foster`]: the multidimensional measure, exact tallies of a register, survey estimates
//! - [`income`]: headcount, gap, severity, inequality, equivalence scales
//! - [`proposal`]: evidence of one household into a proposal that people decide on
//! - [`errors`]: targeting errors, curves over quotas, calibration, transfers, the three rates
//! - [`signs`]: bunching at the line, invented digits, copied answers
//! - [`survey`]: ratio estimates with strata, clusters and weights; [`distribution`]: tail probabilities
//!
//! Invariant TGT-1: raising any deprivation never lowers a household's score; scores do not
//! depend on the order of rows or on partitioning.

pub mod alkire_foster;
mod convert;
pub mod distribution;
pub mod errors;
pub mod income;
pub mod proposal;
pub mod signs;
pub mod survey;
#[cfg(test)]
mod testing;
