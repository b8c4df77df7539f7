//! Which files there are, what they hold and to which table they belong.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use kernel::{Finding, Place, Severity};
use programme::Programme;

use super::encoding::read_head;
use crate::error::{Error, Result};

/// Bytes by which a file is known.
const HEAD: u64 = 4096;

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

/// What files of tables are called. The last ones cannot be read: their content says so, where silence would lose them.
const NAMED: [&str; 13] = ["csv", "tsv", "txt", "xlsx", "xlsm", "parquet", "pq", "xls", "xlsb", "et", "ods", "dbf", "zip"];

/// A file with the name of a table's file.
pub(crate) struct Listed {
    path: PathBuf,
    /// Relative to the folder that was listed.
    pub(crate) name: String,
    pub(crate) table: Option<String>,
    /// Its own name says the table, not only that of the folder it stands in.
    pub(crate) by_stem: bool,
}

/// The files of a data folder by table, in order of name; files that belong to no table are findings.
pub fn discover(programme: &Programme, folder: &Path) -> Result<(Vec<InputFile>, Vec<Finding>)> {
    inspect(programme, listed(programme, folder)?, "")
}

/// All files whose names end like those of tables, in order of name.
pub(crate) fn listed(programme: &Programme, folder: &Path) -> Result<Vec<Listed>> {
    let mut paths = Vec::new();
    if folder.is_file() {
        paths.push(folder.to_path_buf());
    } else {
        list(folder, 0, &mut paths)?;
    }
    paths.sort();
    let root = if folder.is_file() { folder.parent().unwrap_or(folder) } else { folder };
    let mut files = Vec::new();
    for path in paths {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if is_tabular(&name) {
            let (table, by_stem) = table_of(programme, &name);
            files.push(Listed { path, name, table, by_stem });
        }
    }
    Ok(files)
}

/// Looks into the files; their names are shown behind `prefix`.
pub(crate) fn inspect(programme: &Programme, listed: Vec<Listed>, prefix: &str) -> Result<(Vec<InputFile>, Vec<Finding>)> {
    let mut files = Vec::new();
    let mut findings = Vec::new();
    for Listed { path, name, table, .. } in listed {
        let name = format!("{prefix}{name}");
        let Some(table) = table else {
            findings.push(file_finding("FP0116", Severity::Notice, &name, "belongs to no table", &table_names(programme)));
            continue;
        };
        match open_kind(&path)? {
            Kind::Table(format, compression) => files.push(InputFile { path, name, table, format, compression }),
            Kind::Empty => findings.push(file_finding("FP0101", Severity::Error, &name, "the file is empty", "a header and rows")),
            Kind::Junk(what) => findings.push(file_finding("FP0121", Severity::Error, &name, what, "CSV, XLSX or Parquet")),
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
/// Also whether it was the file's own stem.
fn table_of(programme: &Programme, name: &str) -> (Option<String>, bool) {
    let lower = name.to_lowercase();
    let mut parts = lower.rsplit('/');
    let own = parts.next().map(stem).unwrap_or_default();
    let matching = |stem: &str| {
        programme
            .tables
            .iter()
            .flat_map(|table| table.part.files.iter().map(move |pattern| (pattern, table.name())))
            .filter(|(pattern, _)| matches_pattern(&pattern.to_lowercase(), stem))
            .max_by_key(|(pattern, _)| pattern.chars().filter(|c| *c != '*').count())
            .map(|(_, table)| table.to_owned())
    };
    match matching(own) {
        Some(table) => (Some(table), true),
        None => (parts.next().and_then(matching), false),
    }
}

/// A file's name without the endings that say its format and compression.
fn stem(file: &str) -> &str {
    let plain = without_compression(file);
    plain.rsplit_once('.').map_or(plain, |(stem, _)| stem)
}

fn without_compression(file: &str) -> &str {
    [".gz", ".zst", ".zstd"].iter().find_map(|ending| file.strip_suffix(ending)).unwrap_or(file)
}

fn is_tabular(name: &str) -> bool {
    let lower = name.to_lowercase();
    without_compression(&lower).rsplit_once('.').is_some_and(|(_, extension)| NAMED.contains(&extension))
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
    /// What it is instead.
    Junk(&'static str),
}

/// What a file is by its first bytes, never by its name.
fn open_kind(path: &Path) -> Result<Kind> {
    let mut file = File::open(path).map_err(Error::file(path))?;
    let (head, failure) = read_head(&mut file, HEAD);
    if let Some(error) = failure {
        return Err(Error::file(path)(error));
    }
    let compression = match head.as_slice() {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        _ => Compression::None,
    };
    if compression == Compression::None {
        return Ok(kind_of(&head, compression));
    }
    file.rewind().map_err(Error::file(path))?;
    let (inner, failure) = match decompressor(file, compression) {
        Ok(mut reader) => read_head(&mut reader, HEAD),
        Err(error) => (Vec::new(), Some(error)),
    };
    // A cut-off archive is reported where it is read.
    Ok(if inner.is_empty() && failure.is_some() { Kind::Table(Format::Csv, compression) } else { kind_of(&inner, compression) })
}

fn kind_of(start: &[u8], compression: Compression) -> Kind {
    let mark = encoding_rs::Encoding::for_bom(start);
    let first = start.iter().find(|b| !b.is_ascii_whitespace());
    match start {
        [] => Kind::Empty,
        [b'P', b'A', b'R', b'1', ..] => Kind::Table(Format::Parquet, compression),
        [b'P', b'K', 3, 4, ..] => Kind::Table(Format::Xlsx, compression),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Kind::Junk("an Excel file of the old kind (.xls), or one with a password"),
        // UTF-16 is full of zero bytes.
        [_, _, rest @ ..] if mark.is_some_and(|(encoding, _)| encoding != encoding_rs::UTF_8) => {
            if rest.is_empty() {
                Kind::Empty
            } else {
                Kind::Table(Format::Csv, compression)
            }
        }
        [0xef, 0xbb, 0xbf] => Kind::Empty,
        bytes if bytes.contains(&0) => Kind::Junk("binary data"),
        _ if first == Some(&b'<') => Kind::Junk("a web page or XML"),
        _ if first.is_none() => Kind::Empty,
        _ => Kind::Table(Format::Csv, compression),
    }
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
