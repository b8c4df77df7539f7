//! Where text messages go.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// One text message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub phone: String,
    pub text: String,
    /// Microseconds since 1970.
    pub at: i64,
}

/// Hands text messages to whoever sends them. Called off the async threads; it may wait.
pub trait SmsGateway: Send + Sync {
    /// Hands over one message; an error means that it certainly was not taken.
    fn send(&self, message: &Message) -> Result<()>;
}

/// Appends messages to a file, one JSON object a line: for tests, demonstrations, and operators whose own program sends them.
#[derive(Debug, Clone)]
pub struct FileGateway(PathBuf);

impl FileGateway {
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self(path.to_path_buf())
    }
}

impl SmsGateway for FileGateway {
    fn send(&self, message: &Message) -> Result<()> {
        use std::os::unix::fs::OpenOptionsExt;
        let fail = |source| Error::Gateway { path: self.0.clone(), source };
        let mut line = serde_json::to_string(message).map_err(|error| fail(error.into()))?;
        line.push('\n');
        let mut file = std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(&self.0).map_err(fail)?;
        file.write_all(line.as_bytes()).map_err(fail)
    }
}
