//! What a statement gives back, column by column.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::error::{Error, Result};

/// One row; columns are counted from 0 in the order of the `select`.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! get {
    ($name:ident, $or_none:ident, $type:ty) => {
        pub fn $name(&self, column: usize) -> Result<$type> {
            // SQLite would read zero from nothing.
            let nothing = || Error::Column { column, source: sqlx::Error::Decode("it is null".into()) };
            self.$or_none(column)?.ok_or_else(nothing)
        }

        pub fn $or_none(&self, column: usize) -> Result<Option<$type>> {
            match self {
                Self::Sqlite(row) => row.try_get_unchecked(column),
                Self::Postgres(row) => row.try_get(column),
            }
            .map_err(|source| Error::Column { column, source })
        }
    };
}

impl Row {
    get!(text, text_or_none, String);
    get!(long, long_or_none, i64);
    get!(flag, flag_or_none, bool);
    get!(bytes, bytes_or_none, Vec<u8>);
}
