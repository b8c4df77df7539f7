//! HTML from plain structs. Every function here is pure: same struct, same bytes.

pub mod chart;
pub mod form;
pub mod layout;
pub mod page;
pub mod part;
pub mod public_count;
pub mod table;
