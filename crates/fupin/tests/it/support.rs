//! Runs the binary and keeps folders of test data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub(crate) struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn programme(name: &str) -> String {
    root().join("programmes").join(name).to_string_lossy().into_owned()
}

pub(crate) fn fupin(args: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_fupin")).args(args).output().expect("the binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

pub(crate) fn ok(args: &[&str]) -> Run {
    let run = fupin(args);
    assert_eq!(run.code, 0, "{args:?}\n{}\n{}", run.out, run.err);
    run
}

/// A folder that is gone with the test.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

pub(crate) fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_string_lossy().into_owned()
}

/// A county of 600 households with a model, made once for all tests.
pub(crate) fn county() -> &'static Path {
    static COUNTY: OnceLock<tempfile::TempDir> = OnceLock::new();
    COUNTY
        .get_or_init(|| {
            let county = folder();
            let (china, out) = (programme("china"), path(county.path(), "county"));
            ok(&["simulate", "--programme", &china, "--households", "600", "--verified", "600", "--seed", "7", "--out", &out]);
            let (data, model) = (path(county.path(), "county/data"), path(county.path(), "model.json"));
            ok(&["train", "--programme", &china, "--data", &data, "--out", &model]);
            county
        })
        .path()
}

/// Every file below a folder with its bytes.
pub(crate) fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("the folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                files.insert(path.strip_prefix(folder).expect("below").to_path_buf(), std::fs::read(&path).expect("its bytes"));
            }
        }
    }
    files
}

/// CSV files of a folder as header and rows.
pub(crate) fn tables(folder: &Path) -> BTreeMap<String, (String, Vec<String>)> {
    let mut tables = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a text file");
        let mut lines = text.lines().map(str::to_owned);
        let header = lines.next().expect("a header");
        tables.insert(path.file_name().expect("a name").to_string_lossy().into_owned(), (header, lines.collect()));
    }
    tables
}

pub(crate) fn write(folder: &Path, name: &str, header: &str, rows: &[String]) {
    std::fs::create_dir_all(folder).expect("the folder");
    let mut text = format!("{header}\n");
    for row in rows {
        text.push_str(row);
        text.push('\n');
    }
    std::fs::write(folder.join(name), text).expect("written");
}

/// Identifies and returns `assessments.csv` as sorted lines.
pub(crate) fn identify(data: &Path, out: &Path) -> Vec<String> {
    let model = path(county(), "model.json");
    let (data, out_text) = (data.to_string_lossy().into_owned(), out.to_string_lossy().into_owned());
    ok(&["identify", "--programme", &programme("china"), "--data", &data, "--model", &model, "--out", &out_text, "-q"]);
    let text = std::fs::read_to_string(out.join("assessments.csv")).expect("assessments");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}
