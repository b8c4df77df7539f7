//! Seeded counties whose truth is known: what is true of every household, what it declares, what
//! departments' files show of it, and each contradiction that was planted.
//!
//! Pure: the same [`Settings`] give the same bytes on every run, in any order of parts and with any
//! size of batches. A village is made from its own key and nothing before it. All people, numbers
//! and places are made up: counties carry codes that do not exist, telephones begin with 10 or 11,
//! names are drawn from short lists.

mod batch;
mod calendar;
mod codes;
mod column;
mod convert;
mod declare;
mod dwelling;
mod error;
mod extract;
mod family;
mod household;
mod identity;
mod income;
mod listing;
mod name;
mod person;
mod pilot;
mod place;
mod plan;
mod poverty;
mod random;
mod row;
mod settings;
mod summary;
mod support;
mod survey;
mod tables;
mod village;

pub use column::{CodeBuffer, Column, Sink, TextBuffer, Values};
pub use error::Error;
pub use identity::check_digit;
pub use place::Place;
pub use plan::{Part, Plan, plan};
pub use settings::{County, Settings, line_fen};
pub use summary::PartSummary;

#[cfg(test)]
mod tests;
