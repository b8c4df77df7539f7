//! What a wrong definition gets: code, place and remedy.

use std::path::Path;

use crate::support::{folder, fupin, programme};

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

/// Checks `china` with text added to one of its files.
fn check(file: &str, from: &str, to: &str, expected: &[&str]) {
    let work = folder();
    copy(Path::new(&programme("china")), work.path());
    let path = work.path().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no `{from}`");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    let run = fupin(&["programme", "test", &work.path().to_string_lossy()]);
    assert_eq!(run.code, 1, "{}", run.err);
    for part in expected {
        assert!(run.err.contains(part), "`{part}` is not in\n{}", run.err);
    }
}

const CHECK: &str = r#"
[[check]]
id = "added"
family = "members"
on = "household"
severity = "error"
when = "WHEN"
title = { zh = "甲", en = "added" }
ask = { zh = "甲", en = "ask" }
bearing = "quality"
weight = 1
source = "test"
valid_from = 2020-01-01
fires = [ { size = 5 } ]
passes = [ { size = 1 } ]
"#;

fn added(when: &str, expected: &[&str]) {
    check("programme.toml", "[programme]", &format!("{}\n[programme]", CHECK.replace("WHEN", when)), expected);
}

#[test]
fn wrong_rules_are_shown_with_a_caret_and_a_remedy() {
    added("siz > 3", &["FP0203", "there is no column `siz`", "did you mean `size`?", "programme.toml"]);
    added("size / 0 > 1", &["FP0304", "divides by zero"]);
    added("phone > 3", &["FP0305", "silently be read as a number"]);
    added("size + 3", &["FP0303", "must be true or false"]);
    added("status = 'registred'", &["FP0203", "did you mean 'registered'?"]);
    added("size > (select 1)", &["FP03"]);
    added("size > 9", &["FP0306", "`added` does not fire on this example"]);
    added("size > 0", &["FP0306", "`added` fires on an example that should pass"]);
    added("poor and size > 3", &["FP0203", "there is no column `poor`"]);
}

#[test]
fn wrong_figures_are_shown() {
    let cyclic = "[[view.column]]\nid = \"circle_a\"\ntitle = { zh = \"甲\", en = \"a\" }\nvalue = \"circle_b + 1\"\n\n\
                  [[view.column]]\nid = \"circle_b\"\ntitle = { zh = \"乙\", en = \"b\" }\nvalue = \"circle_a + 1\"\n\n[[view.column]]";
    check("view.toml", "[[view.column]]", cyclic, &["FP0206", "circle_a → circle_b → circle_a"]);
    check("index.toml", "cutoff = \"1/3\"", "cutoff = \"3/2\"", &["FP0205", "the cutoff 3/2 is out of range"]);
    check("index.toml", "weight = \"1/3\"", "weight = \"1/2\"", &["FP0204", "not to 1"]);
    check("lines.toml", "amount = \"", "amount = \"x", &["FP0201", "is not an amount"]);
}
