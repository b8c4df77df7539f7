//! Who depends on whom, and how dependencies are written.

use toml::{Table, Value};

use crate::tree::{File, Tree, Violation};

/// The crates that make up the engine; only `analytics` knows it.
pub(crate) const ENGINE: [&str; 4] = ["datafusion", "arrow", "parquet", "ballista"];

/// Whether a crate is of the engine's family (`arrow`, `arrow-csv`, `datafusion_expr`).
pub(crate) fn is_engine(name: &str) -> bool {
    let rest = |engine: &&str| name.strip_prefix(*engine);
    ENGINE.iter().filter_map(rest).any(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

pub(crate) fn check(tree: &Tree) -> Vec<Violation> {
    let Some(root) = tree.file("Cargo.toml") else {
        return Vec::new();
    };
    let graph = match root.text.parse::<Table>() {
        Ok(table) => dig(&table, &["workspace", "metadata", "dag"]).cloned().unwrap_or_default(),
        Err(error) => return vec![root.at(1, "manifest", error.message().to_owned())],
    };
    let manifests = tree.files.iter().filter(|file| file.path == format!("crates/{}/Cargo.toml", file.crate_name()));
    let members: Vec<&str> = manifests.clone().map(File::crate_name).collect();
    manifests.flat_map(|file| check_crate(file, &graph, &members)).collect()
}

fn check_crate(file: &File, graph: &Table, members: &[&str]) -> Vec<Violation> {
    let name = file.crate_name();
    let manifest = match file.text.parse::<Table>() {
        Ok(manifest) => manifest,
        Err(error) => return vec![file.at(1, "manifest", error.message().to_owned())],
    };
    let mut found = Vec::new();
    let description = dig(&manifest, &["package"]).and_then(|package| package.get("description")?.as_str());
    if description.is_none_or(|text| text.trim().is_empty()) {
        found.push(file.at(1, "description", format!("crate `{name}` does not say what it is for")));
    }
    let allowed: Vec<&str> = graph.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (key, value) in dependencies(&manifest) {
        let target = value.get("package").and_then(Value::as_str).unwrap_or(key);
        let line = line_of(file, key);
        if members.contains(&target) && !allowed.contains(&target) {
            found.push(file.at(line, "edge", format!("`{name}` may not depend on `{target}` ([workspace.metadata.dag])")));
        }
        if is_engine(target) && name != "analytics" {
            found.push(file.at(line, "engine", format!("only `analytics` depends on `{target}`")));
        }
        if value.get("workspace").and_then(Value::as_bool) != Some(true) || value.get("features").is_some() {
            let message = format!("`{key}` takes its version and features from [workspace.dependencies]: `{key}.workspace = true`");
            found.push(file.at(line, "build-once", message));
        }
    }
    found
}

/// Normal, build and test dependencies, for every platform.
fn dependencies(manifest: &Table) -> impl Iterator<Item = (&str, &Value)> {
    let platforms = dig(manifest, &["target"]).into_iter().flat_map(Table::values).filter_map(Value::as_table);
    std::iter::once(manifest).chain(platforms).flat_map(|table| {
        let sections = ["dependencies", "dev-dependencies", "build-dependencies"].map(|section| dig(table, &[section]));
        sections.into_iter().flatten().flatten().map(|(key, value)| (key.as_str(), value))
    })
}

fn dig<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Table> {
    path.iter().try_fold(table, |table, key| table.get(*key)?.as_table())
}

fn line_of(file: &File, key: &str) -> usize {
    let starts = |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.starts_with([' ', '.', '=']));
    file.lines().find(|(_, line)| starts(line)).map_or(1, |(number, _)| number)
}
