//! What is wrong with data, as a value beside the result: never a panic, never a lost row.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Notice,
    Warning,
    Error,
}

/// Where in a file: rows are counted as a person sees them in an editor or in Excel (the header is row 1); 0 = the whole file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Place {
    pub file: String,
    pub row: u64,
    pub column: String,
}

/// One fault of the input: code, place, what stands there and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    pub place: Place,
    pub code: String,
    pub severity: Severity,
    pub found: String,
    pub expected: String,
}

impl Finding {
    #[must_use]
    pub fn new(code: &str, severity: Severity, place: Place, found: &str, expected: &str) -> Self {
        // A cell can be megabytes of junk; the message shows its beginning.
        let mut found: String = found.chars().take(81).collect();
        if found.chars().count() > 80 {
            found.pop();
            found.push('…');
        }
        Self { place, code: code.to_owned(), severity, found, expected: expected.to_owned() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.place.file)?;
        if self.place.row > 0 {
            write!(f, ":{}", self.place.row)?;
        }
        if !self.place.column.is_empty() {
            write!(f, ":{}", self.place.column)?;
        }
        write!(f, ": {}", self.found)?;
        if !self.expected.is_empty() {
            write!(f, "; {}", self.expected)?;
        }
        Ok(())
    }
}
