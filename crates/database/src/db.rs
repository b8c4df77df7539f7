//! One database, its transactions, and nothing else.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Postgres, SqlSafeStr, Sqlite, SqlitePool, Transaction};

use crate::error::{Error, Result};
use crate::row::Row;
use crate::value::Value;

/// Seconds a writer waits for its turn before the database counts as unavailable.
const PATIENCE: Duration = Duration::from_secs(20);
/// Connections that one process takes at most. SQLite has one more, which writes.
const CONNECTIONS: u32 = 16;
/// Values one statement may bind on both engines.
const BIND_LIMIT: usize = 30_000;

/// An open database. Cloning shares its connections.
#[derive(Clone)]
pub enum Db {
    /// Many readers, one writer: SQLite has no more, and a queue of ours is fairer than its lock.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
    },
    Postgres(PgPool),
}

impl Db {
    /// Opens `sqlite:FILE` (made if missing) or `postgres://…`.
    pub async fn open(url: &str) -> Result<Self> {
        Self::open_with(url, CONNECTIONS).await
    }

    /// As [`Self::open`] with another number of connections. Whoever holds one and asks for a second stands still when there is but one.
    pub async fn open_with(url: &str, connections: u32) -> Result<Self> {
        let fail = |source| Error::Open { url: without_password(url), source };
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)
                .map_err(fail)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(PATIENCE)
                .pragma("cache_size", "-65536");
            let write =
                SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_with(options.clone()).await.map_err(fail)?;
            let read = SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(PATIENCE)
                .connect_with(options.read_only(true))
                .await
                .map_err(fail)?;
            return Ok(Self::Sqlite { read, write });
        }
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url).map_err(fail)?;
            // Outside the pool, which would keep trying: a wrong address is told at once.
            let mut first = PgConnection::connect_with(&options).await.map_err(fail)?;
            let sorted = sqlx::query_scalar::<_, String>("select datcollate from pg_database where datname = current_database()");
            let collation = sorted.fetch_one(&mut first).await.map_err(fail)?;
            first.close().await.map_err(fail)?;
            if !["C", "POSIX", "C.UTF-8", "C.utf8"].contains(&collation.as_str()) {
                return Err(Error::Collation(collation));
            }
            let pool =
                PgPoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE).connect_with(options).await.map_err(fail)?;
            return Ok(Self::Postgres(pool));
        }
        Err(Error::Url(without_password(url)))
    }

    /// A transaction that may write. On SQLite it holds the only writer from its beginning, so that it never fails half-way for a lock.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("begin immediate").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// A transaction that reads one consistent state.
    pub async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin_with("begin transaction isolation level repeatable read read only").await?),
        })
    }

    /// From now on what is deleted or replaced is overwritten in the file, not only given free. PostgreSQL does so when it vacuums.
    pub async fn overwrite_deleted(&self) -> Result<()> {
        match self {
            Self::Sqlite { write, .. } => {
                sqlx::query("pragma secure_delete = on").fetch_all(write).await?;
            }
            Self::Postgres(_) => {}
        }
        Ok(())
    }

    /// Brings SQLite's log into its file and empties it, as far as others who read let it.
    pub async fn settle(&self) -> Result<()> {
        match self {
            Self::Sqlite { write, .. } => {
                sqlx::query("pragma wal_checkpoint(truncate)").fetch_all(write).await?;
            }
            Self::Postgres(_) => {}
        }
        Ok(())
    }

    /// Which engine it is, in one word.
    #[must_use]
    pub const fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// Waits for running statements and closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Whether it was committed is decided at the end: dropped means never happened.
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let mut query = sqlx::query($sql);
        for value in $values {
            query = match value {
                Value::Text(value) => query.bind(value.clone()),
                Value::Long(value) => query.bind(*value),
                Value::Flag(value) => query.bind(*value),
                Value::Bytes(value) => query.bind(value.clone()),
            };
        }
        query
    }};
}

impl Tx {
    /// Runs a statement; the number of rows it changed.
    pub async fn execute(&mut self, sql: &'static str, values: &[Value]) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(tx) => bound!(sql, values).execute(&mut **tx).await?.rows_affected(),
            Self::Postgres(tx) => bound!(sql, values).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// As [`Self::execute`], refusing to go on when the statement changed nothing: the record is another version than the caller saw.
    pub async fn execute_one(&mut self, sql: &'static str, values: &[Value]) -> Result<()> {
        if self.execute(sql, values).await? == 1 { Ok(()) } else { Err(Error::Stale) }
    }

    pub async fn rows(&mut self, sql: &'static str, values: &[Value]) -> Result<Vec<Row>> {
        self.rows_of(sql, values).await
    }

    pub(crate) async fn rows_of(&mut self, sql: impl SqlSafeStr, values: &[Value]) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Sqlite(tx) => bound!(sql, values).fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite).collect(),
            Self::Postgres(tx) => bound!(sql, values).fetch_all(&mut **tx).await?.into_iter().map(Row::Postgres).collect(),
        })
    }

    pub async fn row(&mut self, sql: &'static str, values: &[Value]) -> Result<Option<Row>> {
        Ok(match self {
            Self::Sqlite(tx) => bound!(sql, values).fetch_optional(&mut **tx).await?.map(Row::Sqlite),
            Self::Postgres(tx) => bound!(sql, values).fetch_optional(&mut **tx).await?.map(Row::Postgres),
        })
    }

    /// Rows whose columns are one of `keys`, all of equal width: `before` ends in `… (a, b) in`, `after` is what follows. Both are the
    /// caller's constants, never input.
    pub async fn rows_among(&mut self, before: &'static str, keys: &[Vec<Value>], after: &'static str) -> Result<Vec<Row>> {
        let Some(width) = keys.first().map(Vec::len) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for keys in keys.chunks((BIND_LIMIT / width.max(1)).clamp(1, 500)) {
            let sql = format!("{before} (values {}) {after}", self.places(keys.len(), width));
            let values: Vec<&Value> = keys.iter().flatten().collect();
            match self {
                Self::Sqlite(tx) => {
                    found.extend(bound!(AssertSqlSafe(sql), values).fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite));
                }
                Self::Postgres(tx) => {
                    found.extend(bound!(AssertSqlSafe(sql), values).fetch_all(&mut **tx).await?.into_iter().map(Row::Postgres));
                }
            }
        }
        Ok(found)
    }

    /// Inserts many rows of equal width in as few statements as the engines allow: `into` is `table (a, b)`, `then` what follows the
    /// values (`on conflict …`). The text around the placeholders is the caller's constant, never input.
    pub async fn insert(&mut self, into: &'static str, rows: &[Vec<Value>], then: &'static str) -> Result<u64> {
        self.insert_into(into, rows, then).await
    }

    pub(crate) async fn insert_into(&mut self, into: &str, rows: &[Vec<Value>], then: &'static str) -> Result<u64> {
        let Some(width) = rows.first().map(Vec::len) else { return Ok(0) };
        let mut inserted = 0;
        for rows in rows.chunks((BIND_LIMIT / width.max(1)).clamp(1, 500)) {
            let sql = format!("insert into {into} values {} {then}", self.places(rows.len(), width));
            let values: Vec<&Value> = rows.iter().flatten().collect();
            inserted += match self {
                Self::Sqlite(tx) => bound!(AssertSqlSafe(sql), values).execute(&mut **tx).await?.rows_affected(),
                Self::Postgres(tx) => bound!(AssertSqlSafe(sql), values).execute(&mut **tx).await?.rows_affected(),
            };
        }
        Ok(inserted)
    }

    /// `($1, $2), ($3, $4)` for two rows of two columns; on SQLite `(?, ?), (?, ?)`: each name there is looked up among all others, so
    /// that a statement of thousands would take the square of them.
    fn places(&self, rows: usize, width: usize) -> String {
        let place = |at: usize| match self {
            Self::Sqlite(_) => "?".to_owned(),
            Self::Postgres(_) => format!("${at}"),
        };
        let row = |row: usize| format!("({})", (1..=width).map(|column| place(row * width + column)).collect::<Vec<_>>().join(", "));
        (0..rows).map(row).collect::<Vec<_>>().join(", ")
    }

    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// A URL as it may be shown and logged.
fn without_password(url: &str) -> String {
    match url.split_once("://").and_then(|(scheme, rest)| rest.rsplit_once('@').map(|(_, host)| (scheme, host))) {
        Some((scheme, host)) => format!("{scheme}://…@{host}"),
        None => url.to_owned(),
    }
}
