//! From files to typed columns: what holds becomes rows, what does not becomes findings, nothing is lost (REG-1).

pub mod cell;
pub mod convert;
pub mod files;
pub mod header;
pub mod rows;
pub mod table;

pub use files::{Format, InputFile, discover};
pub use table::{ReadTable, ReadingOptions, read_table};

#[cfg(test)]
mod tests;
