//! What somebody says about their need before anybody has looked: a lead, sealed, until an official accepts it.

pub mod store;

use serde::{Deserialize, Serialize};

/// The six fields of the form (register reference 6.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    pub name: String,
    pub telephone: String,
    /// The citizen identity number; may be left empty by who has no card at hand.
    pub identity: String,
    /// Twelve digits.
    pub village: String,
    pub difficulty: String,
    /// A code of the programme's list of risks.
    pub risk: String,
}

/// A declaration as lists show it, without what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    pub county: String,
    pub id: String,
    pub village: String,
    pub state: State,
    /// Until when somebody has to look at it, ISO date.
    pub due_on: String,
    pub at: i64,
    /// Who wrote it: the household, a cadre for it, anybody.
    pub actor: String,
    pub household: Option<String>,
    pub case: Option<String>,
}

/// What became of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has looked at it.
    New,
    /// A case was opened on it.
    Accepted,
    /// The same people were already in an open case, or it was no declaration at all.
    Closed,
}

impl State {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Accepted => "accepted",
            Self::Closed => "closed",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::New, Self::Accepted, Self::Closed].into_iter().find(|state| state.name() == text)
    }
}
