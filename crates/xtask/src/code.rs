//! What program text may hold, and where.

use crate::manifest::is_engine;
use crate::tree::{Tree, Violation, names};

const LONGEST: usize = 500;

/// Crates that decide: they get everything handed in, so that the same input gives the same answer.
const MODEL: [&str; 4] = ["kernel", "programme", "targeting", "synthetic"];

const IMPURE: [&str; 6] = ["std::fs", "std::net", "std::env", "Instant::now", "SystemTime::now", "rand::"];

pub(crate) fn engine_outside_analytics(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.ending(".rs").filter(|file| file.crate_name() != "analytics") {
        for (number, line) in file.program() {
            if let Some(name) = path_roots(line).find(|name| is_engine(name)) {
                found.push(file.at(number, "engine", format!("only `analytics` names `{name}`")));
            }
        }
    }
    found
}

/// First names of the paths in a line: of `use a::b::{c::d}` these are `a` and `c`.
fn path_roots(line: &str) -> impl Iterator<Item = &str> {
    let word = |c: char| !(c.is_alphanumeric() || c == '_');
    let behind = std::iter::once(false).chain(std::iter::repeat(true));
    let last = line.matches("::").count();
    line.split("::").zip(behind).take(last).filter_map(move |(piece, behind)| {
        let name = piece.rsplit(word).next().filter(|name| !name.is_empty())?;
        (!behind || name.len() < piece.len()).then_some(name)
    })
}

pub(crate) fn impure_model(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.ending(".rs").filter(|file| MODEL.contains(&file.crate_name())) {
        for (number, line) in file.program() {
            let grouped = line.split_once("std::{").map(|(_, group)| group).unwrap_or_default();
            let in_group = |needle: &str| needle.strip_prefix("std::").is_some_and(|module| names(grouped, module));
            if let Some(needle) = IMPURE.iter().find(|needle| names(line, needle) || in_group(needle)) {
                let message = format!("`{needle}` in a model crate; have the value handed in");
                found.push(file.at(number, "pure", message));
            }
        }
    }
    found
}

pub(crate) fn sql_outside_stores(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    let elsewhere = tree.ending(".rs").filter(|file| !file.path.ends_with("/store.rs") && file.crate_name() != "database");
    for file in elsewhere {
        let sql = file.program().filter(|(_, line)| line.split('"').skip(1).any(is_sql) || is_statement(line.trim_start()));
        found.extend(sql.map(|(number, _)| file.at(number, "sql", "SQL stands in `store.rs` files only".to_owned())));
    }
    found
}

/// Whether a text begins like a statement, in any case.
fn is_sql(text: &str) -> bool {
    let text = text.trim_start().to_lowercase();
    let pairs = [("select ", " from "), ("update ", " set "), ("insert ", "into "), ("delete ", "from "), ("create ", "table ")];
    pairs.iter().any(|(start, then)| text.strip_prefix(start).is_some_and(|rest| format!(" {rest}").contains(then)))
}

/// Whether a line is the first of a statement in a text of several lines.
fn is_statement(line: &str) -> bool {
    ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER"].iter().any(|verb| line.split(' ').next() == Some(verb) && line != *verb)
}

pub(crate) fn long_file(tree: &Tree) -> Vec<Violation> {
    let long = |lines: &usize| *lines > LONGEST;
    let counted = tree.ending(".rs").map(|file| (file, file.text.lines().count()));
    counted
        .filter(|(_, lines)| long(lines))
        .map(|(file, lines)| file.at(lines, "long", format!("{lines} lines, more than {LONGEST}")))
        .collect()
}
