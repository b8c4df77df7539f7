//! Who is poor: income line, Alkire-Foster, proxy-means models, fusion into a proposal, error metrics.
//!
//! Everything here is pure arithmetic on slices and bit patterns: no input or output, no
//! clock, no randomness. The measures are exact in integers wherever a person's status
//! depends on them; floats appear in statistics only.

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
