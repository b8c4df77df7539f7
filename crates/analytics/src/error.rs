//! Why a computation over a register stopped; faults of single rows are findings, not errors.

use std::path::PathBuf;

use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use datafusion::parquet::errors::ParquetError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("could not read or write {path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("could not read or write {path}: {source}")]
    Parquet { path: PathBuf, source: Box<ParquetError> },
    #[error("a computation on columns failed: {0}")]
    Arrow(#[from] Box<ArrowError>),
    #[error("an expression could not be evaluated: {0}")]
    Engine(#[from] Box<DataFusionError>),
    #[error("{0}")]
    Definition(#[from] programme::Problems),
    #[error("{path} is not a register: {reason}; import the files first")]
    Register { path: PathBuf, reason: String },
    #[error("{0}")]
    Invalid(String),
    #[error("the measure of the programme does not hold: {0}")]
    Measure(String),
    #[error("more than {limit} errors in the input, stopped; correct them first or raise --max-errors")]
    TooManyErrors { limit: u64 },
    #[error("{path} exists and was not written by fupin; choose another folder")]
    Occupied { path: PathBuf },
    /// Scheduler, executor or client of a cluster.
    #[error("{0}")]
    Cluster(String),
}

impl Error {
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    pub fn parquet(path: impl Into<PathBuf>) -> impl FnOnce(ParquetError) -> Self {
        let path = path.into();
        move |source| Self::Parquet { path, source: Box::new(source) }
    }

    /// The stable code of `fupin explain-code`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::File { .. } | Self::Parquet { .. } | Self::Arrow(_) => "FP0502",
            Self::Engine(_) | Self::Invalid(_) => "FP0301",
            Self::Definition(_) | Self::Measure(_) => "FP0201",
            Self::Register { .. } => "FP0503",
            Self::TooManyErrors { .. } => "FP0126",
            Self::Occupied { .. } => "FP0501",
            Self::Cluster(_) => "FP0504",
        }
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(Box::new(error))
    }
}

impl From<DataFusionError> for Error {
    fn from(error: DataFusionError) -> Self {
        Self::Engine(Box::new(error))
    }
}

pub type Result<T, E = Error> = std::result::Result<T, E>;
