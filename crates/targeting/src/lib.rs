//! Who is poor: income line, Alkire-Foster, proxy-means models, fusion into a proposal, error metrics.

pub mod boost;
pub mod calibration;
pub mod model;
mod number;
pub mod proxy_means;
pub mod scorecard;
