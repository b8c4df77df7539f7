//! Each rule on a tree that breaks it and on one that does not.

use crate::tidy;
use crate::tree::Tree;

const ROOT: &str = "[workspace.metadata.dag]\nkernel = []\ntargeting = [\"kernel\"]\n";

/// Checks a small tree and compares `path:line: rule` of what is found.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let tree = Tree::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect());
    let found: Vec<String> = tidy(&tree).iter().map(|v| format!("{}:{}: {}", v.path, v.line, v.rule)).collect();
    assert_eq!(found, expected, "{:#?}", tidy(&tree));
}

fn manifest(rest: &str) -> String {
    format!("[package]\ndescription = \"Words.\"\n{rest}")
}

#[test]
fn edges_must_be_allowed() {
    let plain = manifest("");
    let good = manifest("[dependencies]\nkernel.workspace = true\n");
    let bad = manifest("[dev-dependencies]\ntargeting.workspace = true\n");
    let kernel = "crates/kernel/Cargo.toml";
    let targeting = "crates/targeting/Cargo.toml";
    check(&[("Cargo.toml", ROOT), (kernel, &plain), (targeting, &good)], &[]);
    check(&[("Cargo.toml", ROOT), (kernel, &bad), (targeting, &plain)], &["crates/kernel/Cargo.toml:4: edge"]);
    let renamed = manifest("[target.'cfg(unix)'.build-dependencies]\nt = { package = \"targeting\", workspace = true }\n");
    check(&[("Cargo.toml", ROOT), (kernel, &renamed), (targeting, &plain)], &["crates/kernel/Cargo.toml:4: edge"]);
    check(&[("Cargo.toml", ROOT), ("crates/new/Cargo.toml", &good), (kernel, &plain)], &["crates/new/Cargo.toml:4: edge"]);
}

#[test]
fn manifests_say_what_for_and_build_once() {
    check(&[("Cargo.toml", ROOT), ("crates/kernel/Cargo.toml", "[package]\n")], &["crates/kernel/Cargo.toml:1: description"]);
    let own = manifest("[dependencies]\nserde = \"1\"\ntoml = { workspace = true, features = [\"x\"] }\n");
    let found = ["crates/kernel/Cargo.toml:4: build-once", "crates/kernel/Cargo.toml:5: build-once"];
    check(&[("Cargo.toml", ROOT), ("crates/kernel/Cargo.toml", &own)], &found);
    let engine = manifest("[dependencies]\narrow-csv.workspace = true\narrows.workspace = true\n");
    check(&[("Cargo.toml", ROOT), ("crates/kernel/Cargo.toml", &engine)], &["crates/kernel/Cargo.toml:4: engine"]);
    check(&[("Cargo.toml", ROOT), ("crates/analytics/Cargo.toml", &engine)], &[]);
}

#[test]
fn only_analytics_names_the_engine() {
    let text = "use datafusion::prelude::Expr;\n// datafusion::x\nlet a = arrow_array::Int64Array::new();\nuse crate::{arrow::b, c::parquet::d};\n";
    check(&[("crates/analytics/src/view.rs", text)], &[]);
    let found = ["crates/fupin/src/x.rs:1: engine", "crates/fupin/src/x.rs:3: engine", "crates/fupin/src/x.rs:4: engine"];
    check(&[("crates/fupin/src/x.rs", text)], &found);
}

#[test]
fn model_crates_are_pure() {
    let text = "use std::fs;\nuse std::{env, fmt};\nlet t = Instant::now();\nlet o = operand::new();\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
    let found = ["crates/kernel/src/a.rs:1: pure", "crates/kernel/src/a.rs:2: pure", "crates/kernel/src/a.rs:3: pure"];
    check(&[("crates/kernel/src/a.rs", text)], &found);
    check(&[("crates/analytics/src/a.rs", text), ("crates/kernel/examples/a.rs", text)], &[]);
    let declared = [("crates/kernel/src/lib.rs", "#[cfg(test)]\nmod testing;\n"), ("crates/kernel/src/testing.rs", text)];
    check(&declared, &[]);
    check(&[("crates/kernel/src/a.rs", "#[cfg(test)]\nmod b;\n"), ("crates/kernel/src/a/b/c.rs", text)], &[]);
}

#[test]
fn sql_stands_in_stores() {
    let text =
        "let a = \"select id from t\";\nlet b = \"select a household\";\nlet c = r#\"\n  INSERT INTO t\n\"#;\nlet d = \"delete from t\";\n";
    check(&[("crates/registry/src/person/store.rs", text), ("crates/database/src/lib.rs", text)], &[]);
    let found = ["crates/registry/src/person.rs:1: sql", "crates/registry/src/person.rs:4: sql", "crates/registry/src/person.rs:6: sql"];
    check(&[("crates/registry/src/person.rs", text)], &found);
}

#[test]
fn files_stay_short() {
    check(&[("crates/kernel/src/tests.rs", &"\n".repeat(500))], &[]);
    check(&[("crates/kernel/src/tests.rs", &"\n".repeat(501))], &["crates/kernel/src/tests.rs:501: long"]);
}

#[test]
fn no_marks_hosts_or_places() {
    let text = concat!("// TO", "DO\n// METHODTO", "DOS\n#[ig", "nore = \"x\"]\n");
    check(&[("a.rs", text)], &["a.rs:1: mark", "a.rs:3: mark"]);
    let text = concat!("see crates", ".io\n/wo", "rk/x\na/wo", "rk/x\ncd /ho", "me/me\n$HOME/ho", "me/\n");
    check(&[("a.md", text)], &["a.md:1: host", "a.md:2: path", "a.md:4: path"]);
    check(&[("Cargo.lock", text)], &[]);
}

#[test]
fn links_lead_somewhere() {
    let text = "[a](b.md) [c](../Makefile#x) [d](https://a.b/c) [e](#f)\n[g](gone.md), [folder](..)\n";
    let files = [("Makefile", ""), ("docs/a.md", text), ("docs/b.md", "")];
    check(&files, &["docs/a.md:2: link"]);
}

#[test]
fn invariants_agree_with_the_code() {
    let document = "# Invariants\n| REG-1 | nothing is lost |\n| TGT-1 | monotone |\nUTF-8\n## Planned\n| LED-1 | later |\n";
    let code = "//! REG-1\n/// REG-2, LED-1, UTF-8\n";
    let found = ["ARCHITECTURE.md:3: invariant", "crates/a/src/lib.rs:2: invariant", "crates/a/src/lib.rs:2: invariant"];
    check(&[("ARCHITECTURE.md", document), ("crates/a/src/lib.rs", code)], &found);
}

#[test]
fn codes_agree_with_the_catalogue() {
    let catalogue = "entry(\"FP0101\"),\nentry(\"FP0102\"),\n";
    let code = "\"FP0101\"\n\"FP0109\"\n#[cfg(test)]\nmod tests {\n\"FP9999\"\n}\n";
    let files = [("crates/kernel/src/code.rs", catalogue), ("crates/a/src/lib.rs", code), ("a.md", "`FP0102`, FPx\nFP0199\n")];
    check(&files, &["a.md:2: code", "crates/a/src/lib.rs:2: code", "crates/kernel/src/code.rs:2: code"]);
    let tree = Tree::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect());
    let warnings: Vec<bool> = tidy(&tree).iter().map(|violation| violation.warning).collect();
    assert_eq!(warnings, [false, false, true]);
}

#[test]
fn decisions_have_numbers_and_are_listed() {
    let list = "[a](0001-a.md) [b](0001-b.md) [c](c.md)\n";
    let files = [
        ("docs/adr/README.md", list),
        ("docs/adr/0001-a.md", ""),
        ("docs/adr/0001-b.md", ""),
        ("docs/adr/0002-d.md", ""),
        ("docs/adr/c.md", ""),
    ];
    check(&files, &["docs/adr/0001-b.md:1: decision", "docs/adr/0002-d.md:1: decision", "docs/adr/c.md:1: decision"]);
}
