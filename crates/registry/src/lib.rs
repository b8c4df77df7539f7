//! Households with their history, and the cases that decide about them.
//!
//! Owns the tables of [`MIGRATIONS`]. What the register knew on any past day can be rebuilt (REG-2): each change writes a whole version in
//! the same transaction. Entry and exit are linked spells, never a status that is overwritten. Names, numbers and accounts are
//! sealed columns; documents and versions hold none of them.

pub mod assessment;
pub mod case;
pub mod change;
pub mod county;
pub mod declaration;
pub mod erasure;
pub mod error;
pub mod household;
pub mod observation;
mod schema;
pub mod sealing;
pub mod spell;
pub mod working_list;

pub use error::{Error, Result};
pub use household::{Cell, Household, HouseholdId, Member, PersonId};
pub use schema::MIGRATIONS;
