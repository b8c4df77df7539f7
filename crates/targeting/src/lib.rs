//! Who is poor: measures, models, the fusion of evidence, and how wrong all of it is. Pure kernels on slices and bit patterns.
//!
//! - [`alkire_foster`]: the multidimensional measure, exact tallies of a register, survey estimates
//! - [`income`]: headcount, gap, severity, inequality, equivalence scales
//! - [`boost`], [`scorecard`], [`calibration`], [`model`], [`proxy_means`]: the probability of being poor and what it is made of
//! - [`proposal`]: evidence of one household into a proposal that people decide on
//! - [`errors`]: targeting errors, curves over quotas, calibration, transfers, the three rates
//! - [`signs`]: bunching at the line, invented digits, copied answers
//! - [`survey`]: ratio estimates with strata, clusters and weights; [`distribution`]: tail probabilities
//!
//! Invariant TGT-1: raising any deprivation never lowers a household's score; scores do not
//! depend on the order of rows or on partitioning.

pub mod alkire_foster;
pub mod boost;
pub mod calibration;
mod convert;
pub mod distribution;
pub mod errors;
pub mod income;
pub mod model;
mod number;
pub mod proposal;
pub mod proxy_means;
pub mod scorecard;
pub mod signs;
pub mod survey;
#[cfg(test)]
mod testing;
