//! Names that two places must agree on.

use std::collections::BTreeSet;

use crate::tree::{File, Tree, Violation, numbered};

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const CATALOGUE: &str = "crates/kernel/src/code.rs";
const DECISIONS: &str = "docs/adr/README.md";

/// The invariants that `ARCHITECTURE.md` says hold (rows `| REG-1 | …`, outside sections about what is planned) are named
/// where they are kept or tested, and the code names no other.
pub(crate) fn invariants(tree: &Tree) -> Vec<Violation> {
    let Some(document) = tree.file(ARCHITECTURE) else {
        return Vec::new();
    };
    let mut planned = false;
    let (mut hold, mut prefixes) = (Vec::new(), BTreeSet::new());
    for (number, line) in document.lines() {
        if line.starts_with('#') {
            planned = line.to_lowercase().contains("planned");
        }
        let Some(id) = line.strip_prefix("| ").and_then(|row| row.split(' ').next()) else {
            continue;
        };
        let Some((family, digits)) = id.split_once('-') else {
            continue;
        };
        if family.len() == 3 && family.chars().all(|c| c.is_ascii_uppercase()) && digits.parse::<u32>().is_ok() {
            prefixes.insert(format!("{family}-"));
            if !planned {
                hold.push((number, id));
            }
        }
    }
    let mut found = Vec::new();
    let mut named = BTreeSet::new();
    for file in tree.ending(".rs").filter(|file| file.crate_name() != "xtask") {
        for (number, line) in file.lines() {
            for id in prefixes.iter().flat_map(|prefix| numbered(line, prefix)) {
                if !hold.iter().any(|(_, known)| *known == id) {
                    found.push(file.at(number, "invariant", format!("{id} is not among those that {ARCHITECTURE} says hold")));
                }
                named.insert(id);
            }
        }
    }
    let absent = hold.into_iter().filter(|(_, id)| !named.contains(*id));
    found.extend(absent.map(|(number, id)| document.at(number, "invariant", format!("no code and no test names {id}"))));
    found
}

/// Stable codes and their catalogue.
pub(crate) fn codes(tree: &Tree) -> Vec<Violation> {
    let Some(catalogue) = tree.file(CATALOGUE) else {
        return Vec::new();
    };
    let known: Vec<(usize, String)> = catalogue.program().flat_map(|(number, line)| code(line).map(move |code| (number, code))).collect();
    let unknown = |file: &File, number: usize, code: &str| {
        let absent = !known.iter().any(|(_, entry)| entry == code);
        absent.then(|| file.at(number, "code", format!("{code} is not in the catalogue ({CATALOGUE})")))
    };
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    for file in tree.ending(".rs").filter(|file| file.path != CATALOGUE) {
        for (number, line) in file.program() {
            found.extend(code(line).filter_map(|code| unknown(file, number, &code)));
            used.extend(code(line));
        }
    }
    for file in tree.ending(".md") {
        for (number, line) in file.lines() {
            found.extend(code(line).filter_map(|code| unknown(file, number, &code)));
        }
    }
    for (number, code) in known.iter().filter(|(_, code)| !used.contains(code)) {
        let violation = catalogue.at(*number, "code", format!("nothing reports {code}"));
        found.push(Violation { warning: true, ..violation });
    }
    found
}

fn code(line: &str) -> impl Iterator<Item = String> {
    numbered(line, "FP").filter(|code| code.len() == 6)
}

/// Records of decisions have numbers of their own and stand in the list.
pub(crate) fn decisions(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut numbers = BTreeSet::new();
    let list = tree.file(DECISIONS).map_or("", |list| &list.text);
    for file in tree.ending(".md").filter(|file| file.path.starts_with("docs/adr/") && file.path != DECISIONS) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let number = name.split('-').next().unwrap_or_default();
        if number.len() != 4 || !number.chars().all(|c| c.is_ascii_digit()) {
            found.push(file.at(1, "decision", "the name begins with a number of four digits and `-`".to_owned()));
        } else if !numbers.insert(number) {
            found.push(file.at(1, "decision", format!("number {number} is taken")));
        }
        if !list.contains(&format!("({name})")) {
            found.push(file.at(1, "decision", format!("{DECISIONS} does not link to it")));
        }
    }
    found
}
