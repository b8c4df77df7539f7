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
    ($name:ident, $type:ty) => {
        pub fn $name(&self, column: usize) -> Result<$type> {
            match self {
                Self::Sqlite(row) => row.try_get_unchecked(column),
                Self::Postgres(row) => row.try_get(column),
            }
            .map_err(|source| Error::Column { column, source })
        }
    };
}

impl Row {
    get!(text, String);
    get!(text_or_none, Option<String>);
    get!(long, i64);
    get!(long_or_none, Option<i64>);
    get!(flag, bool);
    get!(bytes, Vec<u8>);
    get!(bytes_or_none, Option<Vec<u8>>);
}
