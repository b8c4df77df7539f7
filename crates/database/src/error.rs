//! Why records could not be read or written.

use std::path::PathBuf;

/// What a caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Somebody else changed or holds the same record; look again and repeat.
    Conflict,
    /// The database is away, full or locked; the same may work later.
    Unavailable,
    /// A fault of ours.
    Internal,
}

/// What the database is short of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortage {
    /// Others hold what is needed, or all connections.
    Busy,
    /// It cannot be reached, or went away.
    Lost,
    /// The disk is full.
    Full,
}

impl Shortage {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Lost => "lost",
            Self::Full => "full",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database {url} could not be opened: {source}")]
    Open { url: String, source: sqlx::Error },
    #[error("`{0}` is no database: expected sqlite:FILE or postgres://…")]
    Url(String),
    #[error("the PostgreSQL database sorts text by `{0}`; create it with collation C, otherwise lists skip rows")]
    Collation(String),
    #[error("a migration failed: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error("a record already exists or is still referred to: {0}")]
    Constraint(String),
    #[error("the record was changed by somebody else meanwhile")]
    Stale,
    #[error("the database could not do it: {0}")]
    Sql(#[source] sqlx::Error),
    #[error("column {column} does not hold what is expected: {source}")]
    Column { column: usize, source: sqlx::Error },
    #[error("table {table} has other columns in one database than in the other; bring the older up to date first (`fupin doctor`)")]
    Schema { table: String },
    #[error("the target holds rows already, in table {table}; name an empty database")]
    Occupied { table: String },
    #[error("table {table} did not arrive as it was; nothing was kept")]
    Differs { table: String },
    #[error("the backup cannot be used: {0}")]
    Backup(&'static str),
    #[error("could not read or write {path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("a sealed value cannot be opened: {0}")]
    Sealed(&'static str),
    #[error("the key of this record was destroyed; its personal data are gone")]
    Shredded,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Constraint(_) | Self::Stale | Self::Occupied { .. } => Kind::Conflict,
            Self::Open { .. } | Self::File { .. } => Kind::Unavailable,
            Self::Sql(source) => of_engine(source),
            Self::Url(_)
            | Self::Collation(_)
            | Self::Migrate(_)
            | Self::Column { .. }
            | Self::Schema { .. }
            | Self::Differs { .. }
            | Self::Backup(_)
            | Self::Sealed(_)
            | Self::Shredded => Kind::Internal,
        }
    }

    /// What the database is short of, if that is why it failed.
    #[must_use]
    pub fn shortage(&self) -> Option<Shortage> {
        match self {
            Self::Open { .. } => Some(Shortage::Lost),
            Self::Sql(source) => shortage_of(source),
            Self::Url(_)
            | Self::Collation(_)
            | Self::Migrate(_)
            | Self::Constraint(_)
            | Self::Stale
            | Self::Column { .. }
            | Self::Schema { .. }
            | Self::Occupied { .. }
            | Self::Differs { .. }
            | Self::Backup(_)
            | Self::File { .. }
            | Self::Sealed(_)
            | Self::Shredded => None,
        }
    }

    /// Stable, for pages, the API and the catalogue.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } | Self::Url(_) => "database.open",
            Self::Collation(_) => "database.collation",
            Self::Migrate(_) => "database.migrate",
            Self::Constraint(_) => "database.constraint",
            Self::Stale => "database.stale",
            Self::Sql(_) | Self::Column { .. } => "database.failed",
            Self::Schema { .. } => "database.schema",
            Self::Occupied { .. } => "database.occupied",
            Self::Differs { .. } => "database.differs",
            Self::Backup(_) => "database.backup",
            Self::File { .. } => "database.file",
            Self::Sealed(_) => "database.sealed",
            Self::Shredded => "database.shredded",
        }
    }
}

/// 40001 and 40P01: serialisation and deadlock.
fn of_engine(error: &sqlx::Error) -> Kind {
    if shortage_of(error).is_some() {
        return Kind::Unavailable;
    }
    match code_of(error).as_str() {
        "40001" | "40P01" => Kind::Conflict,
        _ => Kind::Internal,
    }
}

/// SQLite's 5 and 6 are busy and locked, 13 is a full disk; PostgreSQL's 53300 is out of connections, 53100 a full disk, 57P01 to 57P03 a
/// server that goes or comes.
fn shortage_of(error: &sqlx::Error) -> Option<Shortage> {
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return Some(Shortage::Busy);
    }
    if matches!(error, sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed) {
        return Some(Shortage::Lost);
    }
    match code_of(error).as_str() {
        "5" | "6" | "261" | "517" | "53300" => Some(Shortage::Busy),
        "57P01" | "57P02" | "57P03" => Some(Shortage::Lost),
        "13" | "53100" => Some(Shortage::Full),
        _ => None,
    }
}

fn code_of(error: &sqlx::Error) -> String {
    error.as_database_error().and_then(|e| e.code().map(|code| code.into_owned())).unwrap_or_default()
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let constraint =
            error.as_database_error().filter(|e| e.is_unique_violation() || e.is_foreign_key_violation() || e.is_check_violation());
        match constraint {
            Some(violated) => Self::Constraint(violated.message().to_owned()),
            None => Self::Sql(error),
        }
    }
}
