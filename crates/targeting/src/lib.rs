//! Who is poor: income line, Alkire-Foster, proxy-means models, fusion into a proposal, error metrics.

pub mod boost;
pub mod model;
mod number;
