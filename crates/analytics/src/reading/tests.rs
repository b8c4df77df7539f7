mod cells;
mod delimited;
mod encodings;
mod parquet;
mod workbooks;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::util::display::array_value_to_string;
use programme::{Programme, SourceFile};

use super::*;

/// A small programme with every type of cell.
pub(crate) fn programme() -> Programme {
    let text = include_str!("tests/programme.toml").to_owned();
    Programme::load(vec![SourceFile { name: "programme.toml".to_owned(), text }]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A folder of input files that disappears with the test.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.write(name, bytes);
        self
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// What was read of table `person` (or another), easy to compare.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) counts: table::Counts,
    /// `FPxxxx file:row:column`
    pub(crate) findings: Vec<String>,
    /// Column → its cells as text, `-` for a missing one.
    pub(crate) columns: BTreeMap<String, Vec<String>>,
}

impl Outcome {
    pub(crate) fn column(&self, name: &str) -> Vec<&str> {
        self.columns[name].iter().map(String::as_str).collect()
    }

    pub(crate) fn findings(&self) -> Vec<&str> {
        self.findings.iter().map(String::as_str).collect()
    }
}

pub(crate) fn place(finding: &kernel::Finding) -> String {
    let place = &finding.place;
    let row = if place.row == 0 { String::new() } else { format!(":{}", place.row) };
    let column = if place.column.is_empty() { String::new() } else { format!(":{}", place.column) };
    format!("{} {}{row}{column}", finding.code, place.file)
}

pub(crate) fn texts(batch: &RecordBatch) -> BTreeMap<String, Vec<String>> {
    let schema = batch.schema();
    let column = |(field, array): (&std::sync::Arc<datafusion::arrow::datatypes::Field>, &datafusion::arrow::array::ArrayRef)| {
        let text = |row| if array.is_null(row) { "-".to_owned() } else { array_value_to_string(array, row).unwrap() };
        (field.name().clone(), (0..batch.num_rows()).map(text).collect())
    };
    schema.fields().iter().zip(batch.columns()).map(column).collect()
}

fn read_with(folder: &Folder, table: &str, options: &ReadingOptions) -> Outcome {
    let programme = programme();
    let (files, found) = discover(&programme, folder.path()).unwrap();
    let files: Vec<InputFile> = files.into_iter().filter(|file| file.table == table).collect();
    let mut told = 0;
    let read = read_table(&programme, programme.table(table).unwrap(), &files, options, &mut |rows| told += rows).unwrap();
    let counts = read.counts;
    assert_eq!(counts.read, counts.accepted + counts.rejected, "REG-1");
    assert_eq!(told, counts.read, "progress");
    let batch = concat_batches(&read.schema, &read.batches).unwrap();
    assert_eq!(u64::try_from(batch.num_rows()).unwrap(), counts.accepted, "accepted rows are there");
    Outcome { counts, findings: found.iter().chain(&read.findings).map(place).collect(), columns: texts(&batch) }
}

fn read(folder: &Folder, table: &str) -> Outcome {
    read_with(folder, table, &ReadingOptions::default())
}

/// Reads one file of persons.
fn persons(name: &str, bytes: impl AsRef<[u8]>) -> Outcome {
    read(&Folder::new().with(name, bytes), "person")
}

const HEADER: &str = "户编号,人口编号,姓名,性别,出生日期";

/// Three persons, as text.
fn three() -> String {
    format!("{HEADER}\n1,1,张秀英,女,1950-01-05\n1,2,王国强,男,1948/3/2\n2,1,李𠮷,女,20101231\n")
}

/// What any way of writing [`three`] must come to.
fn assert_three(outcome: &Outcome) {
    assert_eq!(outcome.findings(), Vec::<&str>::new());
    assert_eq!(outcome.counts, table::Counts { read: 3, accepted: 3, rejected: 0, repeated: 0 });
    assert_eq!(outcome.column("household"), ["1", "1", "2"]);
    assert_eq!(outcome.column("name"), ["张秀英", "王国强", "李𠮷"]);
    assert_eq!(outcome.column("sex"), ["female", "male", "female"]);
    assert_eq!(outcome.column("born_on"), ["1950-01-05", "1948-03-02", "2010-12-31"]);
    assert_eq!(outcome.column("wage"), ["-", "-", "-"]);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
