//! The tracked files and what rules say of them.

use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

/// One file that is not as the house wants it; sorted by place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    pub path: String,
    pub line: usize,
    pub rule: &'static str,
    pub message: String,
    pub warning: bool,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.warning { "warning: " } else { "" };
        write!(f, "{}:{}: {}: {word}{}", self.path, self.line, self.rule, self.message)
    }
}

pub(crate) struct File {
    /// From the root, with `/`.
    pub path: String,
    pub text: String,
    /// The line from which on everything is test code.
    test_from: usize,
}

impl File {
    pub(crate) fn at(&self, line: usize, rule: &'static str, message: String) -> Violation {
        Violation { path: self.path.clone(), line, rule, message, warning: false }
    }

    /// The crate a file belongs to.
    pub(crate) fn crate_name(&self) -> &str {
        self.path.strip_prefix("crates/").and_then(|rest| rest.split('/').next()).unwrap_or_default()
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// Lines that are not tests, without comments.
    pub(crate) fn program(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().take_while(|(number, _)| *number < self.test_from).map(|(number, line)| (number, without_comment(line)))
    }
}

fn without_comment(line: &str) -> &str {
    let comment = line.match_indices("//").map(|(at, _)| line.get(..at).unwrap_or_default());
    comment.into_iter().find(|before| before.matches('"').count() % 2 == 0).unwrap_or(line)
}

pub(crate) struct Tree {
    pub files: Vec<File>,
}

impl Tree {
    /// What git tracks or would track in the checkout that the command is run in.
    pub(crate) fn open() -> anyhow::Result<Self> {
        // Not the folder this program was built in: checkouts may share build results.
        let root = git(Path::new("."), &["rev-parse", "--show-toplevel"])?;
        let root = Path::new(root.trim_end());
        let paths = git(root, &["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
        let mut files = Vec::new();
        for path in paths.split('\0').filter(|path| root.join(path).is_file()) {
            let bytes = std::fs::read(root.join(path)).with_context(|| format!("could not read {path}"))?;
            if let Ok(text) = String::from_utf8(bytes) {
                files.push((path.to_owned(), text));
            }
        }
        Ok(Self::new(files))
    }

    pub(crate) fn new(files: Vec<(String, String)>) -> Self {
        let tests: Vec<String> = files.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
        let file = |(path, text): (String, String)| {
            let folder = ["/tests/", "/examples/", "/benches/"].iter().any(|part| path.contains(part));
            let declared = tests.iter().any(|test| path.strip_prefix(test).is_some_and(|rest| rest.starts_with(['.', '/'])));
            let test_from = if folder || declared { 0 } else { inline_tests(&text) };
            File { path, text, test_from }
        };
        Self { files: files.into_iter().map(file).collect() }
    }

    pub(crate) fn ending<'a>(&'a self, end: &'a str) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(move |file| file.path.ends_with(end))
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("git").args(arguments).current_dir(folder).output().context("could not run git")?;
    ensure!(output.status.success(), "git failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    String::from_utf8(output.stdout).context("a file name is not UTF-8")
}

/// Lines that follow `#[cfg(test)]`, with their numbers.
fn behind_test_marks(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let next = text.lines().skip(1).map(str::trim);
    (2..).zip(next).zip(text.lines()).filter(|(_, before)| before.trim() == "#[cfg(test)]").map(|(found, _)| found)
}

/// Paths, without ending, of the modules that a file declares for tests only.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    let folder = ["/lib", "/main"].iter().find_map(|root| stem.strip_suffix(root)).unwrap_or(stem);
    let names = behind_test_marks(text).filter_map(|(_, line)| line.strip_suffix(';')?.rsplit_once("mod "));
    names.map(|(_, name)| format!("{folder}/{name}")).collect()
}

fn inline_tests(text: &str) -> usize {
    behind_test_marks(text).find(|(_, line)| line.contains("mod ") && line.ends_with('{')).map_or(usize::MAX, |(number, _)| number)
}

/// Whether `needle` stands in `line` as whole words.
pub(crate) fn names(line: &str, needle: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(needle).any(|(at, _)| {
        let before = line.get(..at).is_some_and(|before| before.ends_with(word));
        let after = line.get(at + needle.len()..).is_some_and(|after| after.starts_with(word));
        !(before && needle.starts_with(word) || after && needle.ends_with(word))
    })
}

/// Words made of `prefix` and digits.
pub(crate) fn numbered<'a>(line: &'a str, prefix: &'a str) -> impl Iterator<Item = String> + 'a {
    let free = |at: usize| !line.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
    line.match_indices(prefix).filter(move |(at, _)| free(*at)).filter_map(move |(at, _)| {
        let rest = line.get(at + prefix.len()..)?;
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next().filter(|digits| !digits.is_empty())?;
        Some(format!("{prefix}{digits}"))
    })
}
