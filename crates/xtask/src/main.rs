//! Checks of the house's rules: `cargo xtask tidy`.
//!
//! A rule takes the [`Tree`] of tracked files and gives violations. Rules about manifests stand in `manifest`, about
//! program text in `code`, about any text in `text`, about names that two places must agree on in `agreement`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command answers on its streams")]

mod agreement;
mod code;
mod manifest;
mod text;
mod tree;

use std::process::ExitCode;

use tree::{Tree, Violation};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().map(String::as_str).ne(["tidy"]) {
        eprintln!("usage: cargo xtask tidy");
        return ExitCode::from(2);
    }
    match Tree::open() {
        Ok(tree) => report(tree.files.len(), &tidy(&tree)),
        Err(error) => {
            eprintln!("tidy: {error:#}");
            ExitCode::from(3)
        }
    }
}

fn tidy(tree: &Tree) -> Vec<Violation> {
    let rules = [
        manifest::check,
        code::engine_outside_analytics,
        code::impure_model,
        code::sql_outside_stores,
        code::long_file,
        text::marks,
        text::hosts_and_paths,
        text::broken_links,
        agreement::invariants,
        agreement::codes,
        agreement::decisions,
    ];
    let mut found: Vec<Violation> = rules.iter().flat_map(|rule| rule(tree)).collect();
    found.sort();
    found
}

fn report(files: usize, found: &[Violation]) -> ExitCode {
    for violation in found {
        println!("{violation}");
    }
    let warnings = found.iter().filter(|violation| violation.warning).count();
    let errors = found.len() - warnings;
    println!("tidy: {files} files, {errors} violations, {warnings} warnings");
    ExitCode::from(u8::from(errors > 0))
}

#[cfg(test)]
mod tests;
