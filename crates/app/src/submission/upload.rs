//! What ODK Central and Kobo give out: a ZIP file of CSV tables and photographs, or the JSON of OData.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use zip::ZipArchive;

use super::Submission;
use crate::error::{Error, Result};

/// Bytes of an upload.
pub const MOST_BYTES: usize = 16 << 20;
/// Submissions of an upload.
const MOST: usize = 5_000;
/// Files in a ZIP file.
const FILES: usize = 6_000;
/// Bytes of one table, unpacked. Nothing is unpacked further, whatever the file says of itself.
const TABLE: u64 = 32 << 20;
/// Bytes of all photographs that are read.
const PHOTOS: u64 = 64 << 20;
/// Bytes of one photograph.
const PHOTO: u64 = 2 << 20;
/// Bytes of one answer.
const ANSWER: usize = 20_000;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Zip,
    OData,
}

/// Submissions of one upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The table they stand in.
    pub name: String,
    pub submissions: Vec<Submission>,
}

const fn odd(why: &'static str) -> Error {
    Error::Invalid { field: "upload", why }
}

/// Reads an upload; takes a while, so not on a thread that serves others.
pub fn read(kind: Kind, bytes: &[u8]) -> Result<Upload> {
    let upload = match kind {
        Kind::Zip => zipped(bytes)?,
        Kind::OData => Upload { name: "value".to_owned(), submissions: odata(bytes)? },
    };
    if upload.submissions.len() > MOST {
        return Err(odd("at most 5,000 submissions at once"));
    }
    Ok(upload)
}

/// One level of JSON after the other, without the names of groups; repeats are tables of their own and not read here.
fn odata(bytes: &[u8]) -> Result<Vec<Submission>> {
    let shape = "expected the JSON of OData: {\"value\": [{…}]}";
    let document: Value = serde_json::from_slice(bytes).map_err(|_shape| odd(shape))?;
    let rows = document.get("value").and_then(Value::as_array).ok_or(odd(shape))?;
    let mut submissions = Vec::new();
    for (row, value) in (1..).zip(rows) {
        let mut fields = BTreeMap::new();
        flatten(value.as_object().ok_or(odd(shape))?, &mut fields)?;
        submissions.push(Submission { row, fields, photo: None });
    }
    Ok(submissions)
}

fn flatten(object: &Map<String, Value>, fields: &mut BTreeMap<String, String>) -> Result<()> {
    for (name, value) in object {
        let text = match value {
            Value::Null | Value::Array(_) => continue,
            // What the server says of a submission has names that questions may have, too.
            Value::Object(_) if name == "__system" => continue,
            Value::Object(inner) => {
                flatten(inner, fields)?;
                continue;
            }
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
        };
        put(fields, name, text)?;
    }
    Ok(())
}

fn put(fields: &mut BTreeMap<String, String>, name: &str, text: String) -> Result<()> {
    if text.len() > ANSWER {
        return Err(odd("an answer is longer than 20,000 bytes"));
    }
    if !text.is_empty() {
        fields.insert(name.to_owned(), text);
    }
    Ok(())
}

fn zipped(bytes: &[u8]) -> Result<Upload> {
    let broken = |_error: zip::result::ZipError| odd("the ZIP file cannot be read");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    if archive.len() > FILES {
        return Err(odd("the ZIP file holds too many files"));
    }
    let names: Vec<String> = archive.file_names().filter_map(Result::ok).map(std::borrow::Cow::into_owned).collect();
    let mut upload = None;
    for name in names.iter().filter(|name| name.to_ascii_lowercase().ends_with(".csv") && !name.contains('/')) {
        let text = unpacked(&mut archive, name, TABLE)?;
        if let Some(submissions) = table(&text)? {
            if upload.is_some() {
                return Err(odd("the ZIP file holds two tables of submissions; hand in one form at a time"));
            }
            upload = Some(Upload { name: name.clone(), submissions });
        }
    }
    let mut upload = upload.ok_or(odd("the ZIP file holds no table with a column KEY or instanceID"))?;
    let mut left = PHOTOS;
    for submission in &mut upload.submissions {
        let Some(file) = submission.fields.get("photo").map(|photo| format!("media/{photo}")) else { continue };
        // A photograph that was not exported with the table is none.
        if names.contains(&file) {
            let photo = unpacked(&mut archive, &file, PHOTO.min(left))?;
            left = left.saturating_sub(u64::try_from(photo.len()).unwrap_or(left));
            submission.photo = Some(STANDARD.encode(photo));
        }
    }
    Ok(upload)
}

/// A file of the archive; no more of it is unpacked than is allowed.
fn unpacked(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, most: u64) -> Result<Vec<u8>> {
    let broken = |_error: zip::result::ZipError| odd("the ZIP file cannot be read");
    let file = archive.by_name(name).map_err(broken)?;
    let large = odd("a file is too large when it is unpacked");
    if file.size() > most {
        return Err(large);
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|_io| odd("the ZIP file is damaged"))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= most) { Ok(bytes) } else { Err(large) }
}

/// The submissions of a table; nothing if it is the table of a repeat.
fn table(bytes: &[u8]) -> Result<Option<Vec<Submission>>> {
    let text = std::str::from_utf8(bytes).map_err(|_odd| odd("the table is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let broken = |_error: csv::Error| odd("the table cannot be read; check quotes and the number of cells");
    // Groups stand before their questions, with a hyphen (ODK) or a stroke (Kobo).
    let leaf = |name: &str| name.rsplit(['-', '/']).next().unwrap_or_default().to_owned();
    let header: Vec<String> = reader.headers().map_err(broken)?.iter().map(leaf).collect();
    let has = |name: &str| header.iter().any(|column| column == name);
    if has("PARENT_KEY") || !(has("KEY") || has("instanceID") || has("_uuid")) {
        return Ok(None);
    }
    let mut submissions = Vec::new();
    for (row, record) in (2..).zip(reader.records()) {
        let mut fields = BTreeMap::new();
        for (name, text) in header.iter().zip(record.map_err(broken)?.iter()) {
            put(&mut fields, name, text.to_owned())?;
        }
        if submissions.len() > MOST {
            break;
        }
        submissions.push(Submission { row, fields, photo: None });
    }
    Ok(Some(submissions))
}
