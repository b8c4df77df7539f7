//! Persons and telephones that stand in a register more than once.
//!
//! Nothing is compared pairwise over the whole register: rows that could belong together share a key (the identity number, the name
//! with the day of birth, …), keys are kept as 64-bit hashes beside the row's position, and only rows of one block are read again and
//! compared by their values. Registers whose keys do not fit the memory limit are passed several times, a range of hashes each time.

mod block;
mod compare;
mod source;

use kernel::Text;
use programme::Programme;

use crate::error::Result;
use crate::language::Compiler;
use crate::register::Register;
pub(crate) use block::Hash;
use block::{Block, Key};
use source::{Household, Person, Source};

/// What two households have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Identity,
    NearPerson,
    Phone,
}

impl Kind {
    /// The stable word in results.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Identity => "duplicate-identity",
            Self::NearPerson => "near-duplicate-person",
            Self::Phone => "shared-phone",
        }
    }
}

/// Two households (or one household twice) that share something; identity numbers and telephones are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub kind: Kind,
    /// The one that stands earlier in the register.
    pub household: String,
    /// Empty where many households share one value and only the first is named.
    pub other: String,
    pub detail: Text,
}

/// What was found, in the order of kinds and of the register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    pub pairs: Vec<Pair>,
    /// Blocks of like persons that were too large to compare.
    pub skipped_blocks: u64,
}

/// Bounds on work and memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Persons who may share a name and a village before their block is skipped: comparing is quadratic in it.
    pub block: usize,
    /// Rows with one value before they are summarised: the telephone of an office is one sign, not a pair for each two callers.
    pub group: usize,
    /// Bytes for keys and for the rows read again.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { block: 200, group: 20, memory: 1 << 30 }
    }
}

/// Finds duplicates over a whole register; columns that the programme or the register lacks lead to nothing.
pub fn find(programme: &Programme, compiler: &Compiler, register: &Register, limits: &Limits) -> Result<Found> {
    let source = Source::new(programme, compiler, register)?;
    let mut found = Vec::new();
    let mut skipped_blocks = 0;
    for job in block::jobs(&source.keys(), source.rows(), limits.memory) {
        let blocks = job.blocks(&source, limits, &mut skipped_blocks)?;
        let details = source.details(&blocks)?;
        for block in &blocks {
            compare::pairs(block, &details, &mut found);
        }
    }
    found.sort();
    // Two rows may share several keys.
    found.dedup_by(|a, b| a.rows == b.rows);
    Ok(Found { pairs: found.into_iter().map(|found| found.pair).collect(), skipped_blocks })
}

/// First six and last four characters: enough to find the person, not to know the number.
#[must_use]
pub fn masked(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    // Short numbers would be known from ten of their characters.
    let (head, tail) = match characters.len() {
        ..6 => (0, 0),
        6..11 => (2, 2),
        11..14 => (3, 4),
        _ => (6, 4),
    };
    let hidden = characters.len() - head - tail;
    let show = |part: &[char]| part.iter().collect::<String>();
    let (first, last) = (characters.get(..head).unwrap_or_default(), characters.get(head + hidden..).unwrap_or_default());
    format!("{}{}{}", show(first), "*".repeat(hidden), show(last))
}

#[cfg(test)]
mod tests;
