//! Why a process could not be carried out. A refused sign-in or a denied action is an answer, not an error.

use std::path::{Path, PathBuf};

/// What a caller can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The input cannot be accepted as it is.
    Invalid,
    /// No policy permits it to this principal.
    Denied,
    /// There is no such record.
    NotFound,
    /// Somebody else changed the same record, or it exists already.
    Conflict,
    /// The same may work later.
    Unavailable,
    /// A fault of ours.
    Internal,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] database::Error),
    #[error(transparent)]
    Registry(#[from] registry::Error),
    #[error(transparent)]
    Analytics(#[from] analytics::Error),
    #[error("part {0} of the register holds no households")]
    NoHouseholds(String),
    #[error("household {household}: `{column}` holds `{found}`, which is no {expected}; correct it and export again")]
    Odd { household: String, column: String, found: String, expected: &'static str },
    #[error("household {household} is kept: {why}")]
    Kept { household: String, why: String },
    #[error("{count} data key(s) are still sealed by an older master key; run the rotation again")]
    Rotating { count: i64 },
    #[error("{0} exists already; name another")]
    Exists(PathBuf),
    #[error("the backup holds no keys; name the folder with keys.json by --keys: without it nobody can read names and numbers")]
    NoKeys,
    #[error("case {0} of the same procedure is open for this household")]
    CaseOpen(String),
    #[error("{action} is not allowed here")]
    Denied { action: &'static str },
    #[error("another administrator must do this: one alone could take the account over")]
    AnotherAdministrator,
    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: &'static str },
    #[error("there is no {what} {id}")]
    NotFound { what: &'static str, id: String },
    #[error("the same request is being carried out")]
    Underway,
    #[error("{what} holds `{value}`, which this program does not know")]
    Unknown { what: &'static str, value: String },
    #[error("the message could not be handed to {path}: {source}")]
    Gateway { path: PathBuf, source: std::io::Error },
    #[error("{path} could not be read or written: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("the policies cannot be used: {0}")]
    Policy(String),
    #[error("the file of partners: {0}")]
    Partners(String),
    #[error("the workbook could not be made: {0}")]
    Workbook(String),
    #[error("a secret could not be made or checked: {0}")]
    Secret(String),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { path, source }
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Database(error) | Self::Registry(registry::Error::Database(error)) => match error.kind() {
                database::Kind::Conflict => Kind::Conflict,
                database::Kind::Unavailable => Kind::Unavailable,
                database::Kind::Internal => Kind::Internal,
            },
            Self::Registry(
                registry::Error::NoHousehold(_)
                | registry::Error::NoMember { .. }
                | registry::Error::NoCase(_)
                | registry::Error::NoDeclaration(_),
            ) => Kind::NotFound,
            Self::Registry(error) if error.conflict() => Kind::Conflict,
            Self::Registry(_) | Self::NoHouseholds(_) => Kind::Invalid,
            Self::Analytics(_) => Kind::Internal,
            Self::CaseOpen(_) | Self::Exists(_) | Self::Kept { .. } | Self::Rotating { .. } => Kind::Conflict,
            Self::Denied { .. } | Self::AnotherAdministrator => Kind::Denied,
            Self::Invalid { .. } | Self::Odd { .. } | Self::NoKeys | Self::Partners(_) => Kind::Invalid,
            Self::NotFound { .. } => Kind::NotFound,
            Self::Underway => Kind::Conflict,
            Self::Gateway { .. } | Self::File { .. } => Kind::Unavailable,
            Self::Unknown { .. } | Self::Policy(_) | Self::Secret(_) | Self::Workbook(_) => Kind::Internal,
        }
    }

    /// What the database is short of, if that is why it failed.
    #[must_use]
    pub fn shortage(&self) -> Option<database::Shortage> {
        match self {
            Self::Database(error) | Self::Registry(registry::Error::Database(error)) => error.shortage(),
            Self::Registry(_)
            | Self::Analytics(_)
            | Self::NoHouseholds(_)
            | Self::Odd { .. }
            | Self::Kept { .. }
            | Self::Rotating { .. }
            | Self::Exists(_)
            | Self::NoKeys
            | Self::CaseOpen(_)
            | Self::Denied { .. }
            | Self::AnotherAdministrator
            | Self::Invalid { .. }
            | Self::NotFound { .. }
            | Self::Underway
            | Self::Unknown { .. }
            | Self::Gateway { .. }
            | Self::File { .. }
            | Self::Policy(_)
            | Self::Partners(_)
            | Self::Workbook(_)
            | Self::Secret(_) => None,
        }
    }

    /// Stable, for pages, the API and the catalogue.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Analytics(error) => error.code(),
            Self::NoHouseholds(_) => "app.no_households",
            Self::Odd { .. } => "app.odd",
            Self::Kept { .. } => "app.kept",
            Self::Rotating { .. } => "app.rotating",
            Self::Exists(_) => "app.exists",
            Self::NoKeys => "app.no_keys",
            Self::CaseOpen(_) => "app.case_open",
            Self::Denied { .. } => "app.denied",
            Self::AnotherAdministrator => "app.another_administrator",
            Self::Invalid { .. } => "app.invalid",
            Self::NotFound { .. } => "app.not_found",
            Self::Underway => "app.underway",
            Self::Unknown { .. } => "app.unknown",
            Self::Gateway { .. } => "app.gateway",
            Self::File { .. } => "app.file",
            Self::Policy(_) => "app.policy",
            Self::Partners(_) => "app.partners",
            Self::Workbook(_) => "app.workbook",
            Self::Secret(_) => "app.secret",
        }
    }
}
