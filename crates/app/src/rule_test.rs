//! A rule tried on one household of the register that the identification reads; nothing is changed by it.

use std::path::Path;

use analytics::explain;
use analytics::language::Compiler;
use analytics::language::clauses::{Clause, Truth};
use analytics::register::Register;
use programme::Programme;

use crate::error::Result;

/// What a trial came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// The text is no rule: what is wrong, what to do, and from which byte on.
    Wrong {
        message: String,
        help: String,
        at: Option<usize>,
    },
    /// The register does not hold the household.
    Unknown,
    Answer(Part),
}

/// A rule or a part of one; `None` if data are missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub text: String,
    pub holds: Option<bool>,
    /// The columns it reads with their values; empty where missing.
    pub values: Vec<(String, String)>,
    pub parts: Vec<Part>,
}

/// Tries a rule; takes as long as reading the register up to the household, so never on the thread of a page, and one at a time.
pub fn attempt(programme: &Programme, register: &Path, household: &str, rule: &str) -> Result<Trial> {
    let register = Register::open(register)?;
    let compiler = Compiler::new(programme.meta.as_of, programme.meta.currency.clone());
    Ok(match explain::rule(programme, &compiler, &register, household, rule)? {
        Ok(found) => found.map_or(Trial::Unknown, |clause| Trial::Answer(part(clause))),
        Err(fault) => Trial::Wrong { message: fault.message, help: fault.help.unwrap_or_default(), at: fault.span.map(|span| span.start) },
    })
}

fn part(clause: Clause) -> Part {
    let holds = match clause.truth {
        Truth::True => Some(true),
        Truth::False => Some(false),
        Truth::NotDeterminable => None,
    };
    Part { text: clause.text, holds, values: clause.values, parts: clause.parts.into_iter().map(part).collect() }
}

#[cfg(test)]
mod tests;
