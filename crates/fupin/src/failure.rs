//! Why a command failed, with its exit code.

use std::path::PathBuf;

use analytics::Error;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Analytics(#[from] Error),
    #[error("{0}")]
    App(#[from] app::Error),
    #[error("the definition has {} problem(s)", .0.len())]
    Definition(Vec<programme::Problem>),
    #[error("the configuration cannot be used")]
    Config(Box<programme::Problem>),
    #[error("{0}")]
    Findings(String),
    #[error("{0}")]
    Usage(String),
    #[error("could not read or write {path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{0}")]
    Model(String),
    #[error("{path} is in use by the service or another command; stop it first")]
    Busy { path: PathBuf },
    #[error("{path} exists and was not written by fupin; choose another folder")]
    Occupied { path: PathBuf },
    #[error("{0}")]
    Unverified(String),
    #[error("{0}")]
    Unknown(String),
}

impl Failure {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Analytics(error) => error.code(),
            Self::App(app::Error::Analytics(error)) => error.code(),
            Self::App(app::Error::Kept { .. }) => "FP0508",
            Self::App(_) => "FP0505",
            Self::Busy { .. } => "FP0509",
            Self::Definition(_) => "FP0201",
            Self::Config(_) => "FP0507",
            Self::Findings(_) => "FP0126",
            Self::Usage(_) | Self::Unknown(_) => "FP0503",
            Self::File { .. } => "FP0502",
            Self::Model(_) => "FP0402",
            Self::Unverified(_) => "FP0506",
            Self::Occupied { .. } => "FP0501",
        }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Definition(_) | Self::Findings(_) | Self::Analytics(Error::Definition(_) | Error::TooManyErrors { .. }) => 1,
            Self::Config(_) | Self::Usage(_) | Self::Unknown(_) => 2,
            Self::App(error) if error.kind() == app::Kind::Conflict => 5,
            Self::Analytics(Error::Occupied { .. }) | Self::App(app::Error::Analytics(Error::Occupied { .. })) | Self::Occupied { .. } => 5,
            Self::Busy { .. } => 5,
            Self::Model(_) | Self::Unverified(_) => 4,
            Self::Analytics(_) | Self::App(_) | Self::File { .. } => 3,
        }
    }
}

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;
