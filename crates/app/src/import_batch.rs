//! Files that somebody brings in on the page: looked through first, with what is wrong and what would change, then brought into the
//! records as far as they may.
//!
//! The files wait unsealed in a folder of their own that only the service can open. They go as soon as they are in the records, or are
//! thrown away, or after [`KEPT`] days; findings and refused rows stay as long, for who mends them.

use std::path::PathBuf;

use kernel::AreaCode;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::service::Service;

mod files;
pub mod store;
#[cfg(test)]
mod tests;
mod work;

pub use files::{Inbox, findings, refused};
pub use work::{discard, sweep, work};

/// Bytes that the files of one import may have together.
pub const MOST_BYTES: usize = 50 << 20;
/// Imports that one account may leave undecided.
pub const MOST_OPEN: usize = 10;
/// Days after which what nobody finished is thrown away.
pub const KEPT: i64 = 7;

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The files are looked through.
    Checking,
    /// Somebody has to say whether what was found goes in.
    Checked,
    /// The files cannot be used at all.
    Failed,
    /// On its way into the records.
    Recording,
    Recorded,
    Discarded,
}

impl State {
    pub const ALL: [Self; 6] = [Self::Checking, Self::Checked, Self::Failed, Self::Recording, Self::Recorded, Self::Discarded];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Failed => "failed",
            Self::Recording => "recording",
            Self::Recorded => "recorded",
            Self::Discarded => "discarded",
        }
    }

    /// Whether work is due on it.
    #[must_use]
    pub const fn due(self) -> bool {
        match self {
            Self::Checking | Self::Recording => true,
            Self::Checked | Self::Failed | Self::Recorded | Self::Discarded => false,
        }
    }
}

/// Rows of the files, and households of the records: `rows = accepted + refused` (REG-1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub rows: u64,
    pub accepted: u64,
    pub refused: u64,
    pub findings: u64,
    pub households: u64,
    pub new: u64,
    pub changed: u64,
    pub same: u64,
    /// Households that are not the bringer's: left out.
    pub outside: u64,
}

/// Why files cannot be used at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// What the reader said.
    Unreadable(String),
    /// A workbook that unpacks to more than is read.
    TooLarge(String),
    /// Neither text nor a workbook: what is packed could unpack to anything.
    OtherKind(String),
    /// No row of the households could be used; the findings say why.
    NoHouseholds,
}

/// One import.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    pub id: String,
    /// Who brought it, and nobody else sees it: the files name people.
    pub account: String,
    /// What the bringer may bring in.
    pub area: AreaCode,
    pub at: i64,
    pub files: Vec<String>,
    pub state: State,
    pub tally: Tally,
    pub failure: Option<Failure>,
}

/// The folder of an import.
pub(crate) fn folder(service: &Service, id: &str) -> Result<PathBuf> {
    let imports = service.imports.as_ref().ok_or_else(|| Error::NotFound { what: "import", id: id.to_owned() })?;
    Ok(imports.join(id))
}
