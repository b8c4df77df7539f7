//! Records on SQLite or PostgreSQL: one SQL text, migrations, transactions, sealed columns.
//!
//! The only crate that knows one engine from the other. Contexts write their SQL once, in `store.rs`, with `$1 … $n` and the types
//! `text`, `bigint`, `boolean`, `bytea`, and get [`Row`]s back. Every transaction is explicit: [`Db::begin`] to write,
//! [`Db::read`] for a consistent view; what is not committed never happened.

pub mod backup;
pub mod copy;
mod db;
pub mod error;
mod migrate;
mod row;
pub mod seal;
pub mod test_db;
mod value;

pub use db::{Db, Tx};
pub use error::{Error, Kind, Result, Shortage};
pub use migrate::Migration;
pub use row::Row;
pub use seal::Keyring;
pub use value::Value;

#[cfg(test)]
mod tests;
