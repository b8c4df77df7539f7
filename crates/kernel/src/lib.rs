//! Words every context shares: money, dates, area codes, identity numbers, texts, findings. No IO, no clock, no randomness.
//!
//! Nothing here knows a table, a file or a person's case; what is here is used by at least two contexts.

pub mod area;
pub mod code;
pub mod date;
pub mod finding;
pub mod identity;
pub mod language;
pub mod money;
pub mod number;
pub mod ratio;
pub mod text;

pub use area::{AreaCode, AreaLevel};
pub use code::{CodeEntry, code_entry};
pub use finding::{Finding, Place, Severity};
pub use language::{Language, Text};
pub use money::Currency;
pub use ratio::Ratio;
