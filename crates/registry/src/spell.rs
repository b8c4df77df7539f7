//! Spells: how long a household was in the programme, each linked to the one before.

pub mod store;

/// Why a spell ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Helped out of poverty, or the risk eliminated with help.
    Lifted,
    /// The risk went away by itself.
    Natural,
    /// It never belonged: wrongly included.
    StruckOff,
    /// Died out, moved away, merged.
    Gone,
}

impl Closing {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lifted => "lifted",
            Self::Natural => "natural",
            Self::StruckOff => "struck_off",
            Self::Gone => "gone",
        }
    }
}

/// One stay in the programme. Number 2 and later are re-entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    pub number: i64,
    /// ISO dates.
    pub opened_on: String,
    /// The case that decided it, or `import`.
    pub opened_by: String,
    pub closed_on: Option<String>,
    pub closed_by: Option<String>,
    pub closed_how: Option<String>,
}

impl Spell {
    #[must_use]
    pub const fn open(&self) -> bool {
        self.closed_on.is_none()
    }
}
