//! What no tracked file may hold.

use std::path::{Component, Path};

use crate::tree::{File, Tree, Violation, names};

/// Written in two halves, so that this file does not hold them.
const MARKS: [&str; 5] =
    [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!("), concat!("unimplemented", "!("), concat!("#[ig", "nore")];
const HOSTS: [&str; 8] = [
    concat!("crates", ".io"),
    concat!("static.rust", "-lang.org"),
    concat!("rustup", ".rs"),
    concat!("pypi", ".org"),
    concat!("python", "hosted"),
    concat!("npm", "js."),
    concat!("debian", ".org"),
    concat!("golang", ".org"),
];
const PLACES: [&str; 4] = [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("/wo", "rk/")];

/// Work left open: finish it, or write an issue.
pub(crate) fn marks(tree: &Tree) -> Vec<Violation> {
    let program = |file: &&File| [".rs", ".toml", ".sh", ".py", ".ts", "Makefile"].iter().any(|end| file.path.ends_with(end));
    find(tree.files.iter().filter(program), "mark", "work left open", |line| MARKS.iter().find(|mark| names(line, mark)))
}

/// Registries and folders of one machine: others have mirrors and other folders.
pub(crate) fn hosts_and_paths(tree: &Tree) -> Vec<Violation> {
    let files = || tree.files.iter().filter(|file| file.path != "Cargo.lock");
    let absolute = |line: &str, place: &str| {
        let inner = |c: char| c.is_alphanumeric() || "._-}~*".contains(c);
        line.match_indices(place).any(|(at, _)| !line.get(..at).is_some_and(|before| before.ends_with(inner)))
    };
    let mut found = find(files(), "host", "a registry's host", |line| HOSTS.iter().find(|host| line.contains(**host)));
    found.extend(find(files(), "path", "a path of one machine", |line| PLACES.iter().find(|place| absolute(line, place))));
    found
}

fn find<'a>(
    files: impl Iterator<Item = &'a File>,
    rule: &'static str,
    what: &str,
    needle: impl Fn(&str) -> Option<&'static &'static str>,
) -> Vec<Violation> {
    let in_file = |file: &'a File| {
        let hits = file.lines().filter_map(|(number, line)| Some((number, needle(line)?)));
        hits.map(|(number, found)| file.at(number, rule, format!("{what}: `{found}`"))).collect::<Vec<_>>()
    };
    files.flat_map(in_file).collect()
}

/// Links from one document to another file of the tree.
pub(crate) fn broken_links(tree: &Tree) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in tree.ending(".md") {
        for (number, line) in file.lines() {
            let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
            let local = targets.filter(|target| !target.is_empty() && !target.contains("://"));
            let broken = local.filter(|target| !exists(tree, &resolve(&file.path, target)));
            found.extend(broken.map(|target| file.at(number, "link", format!("`{target}` does not exist"))));
        }
    }
    found
}

fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for component in Path::new(target).components() {
        match component {
            Component::ParentDir => drop(parts.pop()),
            Component::Normal(name) => parts.extend(name.to_str()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    parts.join("/")
}

fn exists(tree: &Tree, path: &str) -> bool {
    let inside = |file: &File| file.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    path.is_empty() || tree.files.iter().any(inside)
}
