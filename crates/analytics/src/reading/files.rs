//! Which files there are, what they hold and to which table they belong.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use kernel::{Finding, Place, Severity};
use programme::Programme;

use crate::error::{Error, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xlsx,
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Zstd,
}

/// One file of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    pub path: PathBuf,
    /// As shown in findings: relative to the data folder.
    pub name: String,
    pub table: String,
    pub format: Format,
    pub compression: Compression,
}

const NAMED: [&str; 7] = ["csv", "tsv", "txt", "xlsx", "xlsm", "parquet", "pq"];

/// The files of a data folder by table, in order of name; files that belong to no table are findings.
pub fn discover(programme: &Programme, folder: &Path) -> Result<(Vec<InputFile>, Vec<Finding>)> {
    let mut files = Vec::new();
    let mut findings = Vec::new();
    let mut paths = Vec::new();
    if folder.is_file() {
        paths.push(folder.to_path_buf());
    } else {
        list(folder, 0, &mut paths)?;
    }
    paths.sort();
    let root = if folder.is_file() { folder.parent().unwrap_or(folder) } else { folder };
    for path in paths {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let Some(table) = table_of(programme, &name) else {
            if is_tabular(&name) {
                findings.push(file_finding("FP0116", Severity::Notice, &name, "belongs to no table", &table_names(programme)));
            }
            continue;
        };
        match open_kind(&path)? {
            Kind::Table(format, compression) => files.push(InputFile { path, name, table, format, compression }),
            Kind::Empty => findings.push(file_finding("FP0101", Severity::Error, &name, "the file is empty", "a header and rows")),
            Kind::Junk => findings.push(file_finding("FP0121", Severity::Error, &name, "binary data", "CSV, XLSX or Parquet")),
        }
    }
    Ok((files, findings))
}

pub(crate) fn file_finding(code: &str, severity: Severity, file: &str, found: &str, expected: &str) -> Finding {
    Finding::new(code, severity, Place { file: file.to_owned(), row: 0, column: String::new() }, found, expected)
}

fn table_names(programme: &Programme) -> String {
    let names: Vec<&str> = programme.tables.iter().flat_map(|table| table.part.files.first().map(String::as_str)).collect();
    format!("files named {}", names.join(", "))
}

fn list(folder: &Path, depth: usize, into: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry.map_err(Error::file(folder))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            if depth < 2 {
                list(&path, depth + 1, into)?;
            }
        } else {
            into.push(path);
        }
    }
    Ok(())
}

/// The stem of the file, or else of the folder it stands in, against the patterns of each table; the longest pattern wins.
fn table_of(programme: &Programme, name: &str) -> Option<String> {
    if !is_tabular(name) {
        return None;
    }
    let mut parts = name.rsplit('/');
    let stem = stem(parts.next()?);
    let folder = parts.next();
    let matching = |stem: &str| {
        programme
            .tables
            .iter()
            .flat_map(|table| table.part.files.iter().map(move |pattern| (pattern, table.name())))
            .filter(|(pattern, _)| matches_pattern(&pattern.to_lowercase(), &stem.to_lowercase()))
            .max_by_key(|(pattern, _)| pattern.chars().filter(|c| *c != '*').count())
            .map(|(_, table)| table.to_owned())
    };
    matching(stem).or_else(|| folder.and_then(matching))
}

fn stem(file: &str) -> &str {
    let plain = file.trim_end_matches(".gz").trim_end_matches(".zst").trim_end_matches(".zstd");
    plain.rsplit_once('.').map_or(plain, |(stem, _)| stem)
}

fn is_tabular(name: &str) -> bool {
    let lower = name.to_lowercase();
    let plain = lower.trim_end_matches(".gz").trim_end_matches(".zst").trim_end_matches(".zstd");
    plain.rsplit_once('.').is_some_and(|(_, extension)| NAMED.contains(&extension))
}

/// `*` stands for any text.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            let starts = tail.char_indices().map(|(at, _)| at).chain(std::iter::once(tail.len()));
            starts.into_iter().any(|at| tail.get(at..).is_some_and(|tail| matches_pattern(rest, tail)))
        }),
    }
}

enum Kind {
    Table(Format, Compression),
    Empty,
    Junk,
}

/// What a file is by its first bytes, never by its name.
fn open_kind(path: &Path) -> Result<Kind> {
    let mut head = [0_u8; 4096];
    let mut file = File::open(path).map_err(Error::file(path))?;
    let length = read_up_to(&mut file, &mut head).map_err(Error::file(path))?;
    let start = head.get(..length).unwrap_or_default();
    let compression = match start {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        _ => Compression::None,
    };
    let mut inner = head;
    let mut inner_length = length;
    if compression != Compression::None {
        file.rewind().map_err(Error::file(path))?;
        inner_length = match decompressor(file, compression).and_then(|mut reader| read_up_to(&mut reader, &mut inner)) {
            Ok(length) => length,
            // A cut-off archive is reported where it is read.
            Err(_) => return Ok(Kind::Table(Format::Csv, compression)),
        };
    }
    let start = inner.get(..inner_length).unwrap_or_default();
    Ok(match start {
        [] => Kind::Empty,
        [b'P', b'A', b'R', b'1', ..] => Kind::Table(Format::Parquet, compression),
        [b'P', b'K', 3, 4, ..] => Kind::Table(Format::Xlsx, compression),
        bytes if bytes.contains(&0) => Kind::Junk,
        bytes if bytes.iter().all(u8::is_ascii_whitespace) => Kind::Empty,
        _ => Kind::Table(Format::Csv, compression),
    })
}

fn read_up_to(reader: &mut dyn Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut length = 0;
    while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest)? {
            0 => break,
            n => length += n,
        }
    }
    Ok(length)
}

/// The bytes of a file without its compression.
pub(super) fn decompressor(file: File, compression: Compression) -> std::io::Result<Box<dyn Read>> {
    let file = BufReader::with_capacity(1 << 18, file);
    Ok(match compression {
        Compression::None => Box::new(file),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(file)?),
    })
}

#[cfg(test)]
mod tests {
    use super::{matches_pattern, stem};

    #[test]
    fn patterns() {
        assert!(matches_pattern("household*", "household-2023"));
        assert!(matches_pattern("*人员*", "某县人员表"));
        assert!(!matches_pattern("person", "persons"));
        assert!(matches_pattern("person", "person"));
        assert_eq!(stem("persons.csv.gz"), "persons");
        assert_eq!(stem("a.b.parquet"), "a.b");
    }
}
