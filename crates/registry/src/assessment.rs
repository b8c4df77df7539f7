//! What runs of the identification made of households. A run never changes; people decide, and their cases stand beside it.

pub mod store;

use serde::{Deserialize, Serialize};

/// A run over one county: what it was computed from, and how much of each proposal it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Six digits.
    pub county: String,
    /// The same for the same data, programme, model and program.
    pub id: String,
    /// ISO date: the day the register's facts are of.
    pub as_of: String,
    pub programme: String,
    /// Empty where no model took part.
    pub model: String,
    /// What the register was when the run was made.
    pub register: String,
    pub actor: String,
    /// Microseconds UTC.
    pub at: i64,
    pub counts: Counts,
}

/// Households of a run by what is proposed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub households: i64,
    pub admit: i64,
    pub keep: i64,
    pub verify: i64,
    pub review_removal: i64,
}

/// A household in a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    pub household: String,
    /// Twelve digits.
    pub village: String,
    /// `admit`, `keep`, `verify`, `review_removal` or `none`.
    pub proposal: String,
    /// Chance that leaving things as they are is an error, in parts per million.
    pub priority: i64,
    pub grounds: Grounds,
}

/// Why: everything a page needs to explain a proposal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Grounds {
    pub registered: Option<bool>,
    /// Per head, minor units.
    pub income: Option<i64>,
    pub line: Option<i64>,
    /// Probability of poverty with its interval, in thousandths.
    pub probability: Option<(i64, i64, i64)>,
    /// Codes with their figures.
    pub reasons: Vec<(String, Option<f64>)>,
    /// Ids of the programme's causes, the main one first.
    pub causes: Vec<String>,
    /// Ids of the checks that fired.
    pub checks: Vec<String>,
    /// Ids of the indicators in which it is deprived.
    pub deprivations: Vec<String>,
    /// Other departments' records contradict the declaration.
    pub contradicted: bool,
}

/// A household whose proposal is not the same in two runs; absent where a run did not know it.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    pub household: String,
    pub county: String,
    pub village: String,
    pub before: Option<(String, Grounds)>,
    pub after: Option<(String, Grounds)>,
}

#[cfg(test)]
mod tests;
