//! From files to typed columns: what holds becomes rows, what does not becomes findings, nothing is lost (REG-1).

pub mod cell;
pub mod convert;
mod delimited;
mod encoding;
pub mod files;
pub mod header;
mod rejects;
pub mod report;
pub mod rows;
pub mod table;
mod workbook;

pub use files::{Format, InputFile, discover};
pub(crate) use rejects::writer as csv_writer;
pub use table::{ReadTable, ReadingOptions, read_table};

#[cfg(test)]
pub(crate) mod tests;
