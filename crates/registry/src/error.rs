//! Why the registry refused or could not do something.

use database::Kind;

use crate::case::{Broken, Refusal};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] database::Error),
    #[error("household {0} is not in the register")]
    NoHousehold(String),
    #[error("case {0} is not in the register")]
    NoCase(String),
    #[error("declaration {0} is not in the register")]
    NoDeclaration(String),
    #[error(transparent)]
    Case(#[from] Refusal),
    #[error("the stored events of a case do not add up: {0}")]
    Broken(#[from] Broken),
    #[error("household {household} has no member {person}")]
    NoMember { household: String, person: String },
    #[error("`{0}` is no village code with a county in it")]
    Area(String),
    #[error("household {household} is in the programme since {since}; close that spell first")]
    SpellOpen { household: String, since: String },
    #[error("household {0} is not in the programme")]
    NoSpell(String),
    #[error("{0}")]
    Refused(&'static str),
    #[error("a stored record cannot be read: {0}")]
    Stored(#[from] serde_json::Error),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Stable, for pages, the API and the catalogue.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::NoHousehold(_) => "registry.no_household",
            Self::NoCase(_) => "registry.no_case",
            Self::NoDeclaration(_) => "registry.no_declaration",
            Self::Case(refusal) => refusal.key(),
            Self::Broken(_) => "registry.broken",
            Self::NoMember { .. } => "registry.no_member",
            Self::Area(_) => "registry.area",
            Self::SpellOpen { .. } => "registry.spell_open",
            Self::NoSpell(_) => "registry.no_spell",
            Self::Refused(_) => "registry.refused",
            Self::Stored(_) => "registry.stored",
        }
    }

    /// Whether looking again and repeating may help.
    #[must_use]
    pub fn conflict(&self) -> bool {
        matches!(self, Self::Database(error) if error.kind() == Kind::Conflict) || matches!(self, Self::SpellOpen { .. } | Self::NoSpell(_))
    }
}
