//! A programme as data: a folder of TOML that says what is recorded, who counts as poor, what contradicts what.
//!
//! [`Programme::load`] reads a folder's texts and returns either a programme whose names, weights and lines hold together,
//! or every problem found, each with file, byte span and remedy. Expressions are kept as located texts; `analytics` compiles them.

pub mod calendar;
pub mod column;
pub mod definition;
pub mod line;
pub mod load;
pub mod problem;
pub mod validate;
pub mod workflow;

pub use calendar::{Calendar, CalendarDefinition, Term};
pub use column::{ColumnType, TableColumn, ViewColumn};
pub use definition::{
    Bearing, Cause, Check, CodeList, Dimension, Example, Index, Indicator, Meta, MissingPolicy, Model, Proposal, Search, Table, TableRole,
    View, VisitSection,
};
pub use load::{In, Programme, SourceFile};
pub use problem::{Problem, Problems};
pub use workflow::{Outcome, Procedure, Proposed, Role, Step, StepKind, Threshold};

#[cfg(test)]
mod tests;
