//! Records of delimited text, in bounded memory.
//!
//! A record that cannot be right (a quote that never closes, a line of megabytes) costs its first line only: reading
//! goes on with the next line, so that one stray quote does not swallow the rest of a county.

use std::borrow::Cow;
use std::io::{ErrorKind, Read};

/// Longest row, in bytes: longer means an unclosed quote or junk.
const ROW_LIMIT: usize = 1 << 20;
/// Widest row.
pub(super) const COLUMN_LIMIT: usize = 4_096;
const WINDOW: usize = 1 << 18;

/// The cells of one record.
#[derive(Debug, Default)]
pub struct Record {
    text: String,
    fields: Vec<Field>,
    /// The line on which the record starts, as an editor counts.
    pub(super) line: u64,
    /// Some cell holds characters that no file should: the replacement of bytes that are not of the encoding, or NUL.
    pub(super) garbled: bool,
}

#[derive(Debug, Clone, Copy)]
struct Field {
    from: usize,
    to: usize,
    escaped: bool,
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&str> {
        self.fields.get(at).and_then(|field| self.text.get(field.from..field.to))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|field| self.text.get(field.from..field.to).unwrap_or_default())
    }

    /// Takes the text over; `fields` point into `bytes`.
    fn fill(&mut self, bytes: &[u8], line: u64) {
        self.line = line;
        self.text.clear();
        match std::str::from_utf8(bytes) {
            // Fields end at ASCII bytes, so that they are whole characters too.
            Ok(text) if !self.fields.iter().any(|field| field.escaped) => self.text.push_str(text),
            _ => {
                for field in &mut self.fields {
                    let cell = String::from_utf8_lossy(bytes.get(field.from..field.to).unwrap_or_default());
                    let cell = if field.escaped { Cow::Owned(cell.replace("\"\"", "\"")) } else { cell };
                    field.from = self.text.len();
                    self.text.push_str(&cell);
                    field.to = self.text.len();
                }
            }
        }
        self.garbled = self.text.contains(garbled);
    }
}

/// Whether a character stands for bytes that could not be read.
pub(super) const fn garbled(c: char) -> bool {
    matches!(c, char::REPLACEMENT_CHARACTER | '\0')
}

/// What the text holds next.
pub(super) enum Step {
    /// The record was filled.
    Record,
    /// A line that is no record.
    Malformed {
        line: u64,
        found: String,
        cells: Vec<String>,
    },
    /// Nothing more can be read.
    Failed(std::io::Error),
    End,
}

enum Scan {
    /// A record of `length` bytes, with its line end.
    Whole {
        length: usize,
        quoted: bool,
    },
    /// The end of the record is not in the window.
    Open,
    /// A quote that does not close, or text behind a closing quote.
    Unclosed,
    TooWide,
}

/// Splits text into records.
pub(super) struct Delimited {
    input: Box<dyn Read>,
    delimiter: u8,
    window: Vec<u8>,
    start: usize,
    end: usize,
    /// Of the window's start.
    line: u64,
    ended: bool,
    failure: Option<std::io::Error>,
}

impl Delimited {
    pub(super) fn new(input: Box<dyn Read>, delimiter: u8) -> Self {
        Self { input, delimiter, window: vec![0; WINDOW], start: 0, end: 0, line: 1, ended: false, failure: None }
    }

    /// Fills `record` with the next record; empty lines are none. `width`: the number of cells that a record should have.
    pub(super) fn next(&mut self, width: Option<usize>, record: &mut Record) -> Step {
        loop {
            if self.start >= self.end && self.ended {
                return self.failure.take().map_or(Step::End, Step::Failed);
            }
            record.fields.clear();
            let whole = self.ended && self.failure.is_none();
            let bytes = self.window.get(self.start..self.end).unwrap_or_default();
            match scan(bytes, self.delimiter, whole, &mut record.fields) {
                Scan::Whole { length, quoted } if length <= ROW_LIMIT => {
                    let lines = if quoted { line_ends(bytes.get(..length).unwrap_or_default()).max(1) } else { 1 };
                    let runaway = lines > 1 && width.is_some_and(|width| runaway(bytes, &record.fields, self.delimiter, width));
                    if runaway {
                        return self.reject("a quote that is not closed on its line", width);
                    }
                    record.fill(bytes.get(..length).unwrap_or_default(), self.line);
                    self.start += length;
                    self.line += lines;
                    if record.len() > 1 || record.get(0).is_some_and(|cell| !cell.is_empty()) {
                        return Step::Record;
                    }
                }
                // The last line of a file that is cut off is not known to be whole.
                Scan::Open if self.ended && !has_line_end(bytes) => self.start = self.end,
                Scan::Open if self.ended => return self.reject("a quote that is not closed", width),
                Scan::Open | Scan::Unclosed | Scan::TooWide if !self.ended && bytes.len() <= ROW_LIMIT && !has_line_end(bytes) => {
                    self.fill();
                }
                Scan::Open if bytes.len() <= ROW_LIMIT => self.fill(),
                Scan::Unclosed => return self.reject("a quote that is not closed, or text behind it", width),
                Scan::TooWide => return self.reject(&format!("more than {COLUMN_LIMIT} cells"), width),
                Scan::Open | Scan::Whole { .. } => return self.reject(&format!("a row of more than {ROW_LIMIT} bytes"), width),
            }
        }
    }

    /// Gives up the line at the window's start.
    fn reject(&mut self, found: &str, width: Option<usize>) -> Step {
        let line = self.line;
        let bytes = self.window.get(self.start..self.end).unwrap_or_default();
        let length = bytes.iter().position(|b| is_line_end(*b)).unwrap_or(bytes.len());
        let text = String::from_utf8_lossy(bytes.get(..length.min(ROW_LIMIT)).unwrap_or_default());
        // A row far too long is kept as far as a person could want to look at it.
        let (most, longest) = if length > 1 << 16 { (width.unwrap_or(64).min(COLUMN_LIMIT), 80) } else { (usize::MAX, usize::MAX) };
        let cells = text.split(char::from(self.delimiter)).take(most).map(|cell| cell.chars().take(longest).collect()).collect();
        self.skip_line();
        Step::Malformed { line, found: found.to_owned(), cells }
    }

    fn skip_line(&mut self) {
        loop {
            let bytes = self.window.get(self.start..self.end).unwrap_or_default();
            if let Some(at) = bytes.iter().position(|b| is_line_end(*b)) {
                let pair = bytes.get(at..at + 2) == Some(b"\r\n");
                // The second byte of the pair may not have been read yet.
                if bytes.get(at) == Some(&b'\r') && at + 1 == bytes.len() && !self.ended {
                    self.start += at;
                    self.fill();
                    continue;
                }
                self.start += at + 1 + usize::from(pair);
                self.line += 1;
                return;
            }
            self.start = self.end;
            if self.ended {
                return;
            }
            self.fill();
        }
    }

    /// Reads once more, behind what is still in use.
    fn fill(&mut self) {
        self.window.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.window.len() {
            self.window.resize(self.window.len() * 2, 0);
        }
        let Some(room) = self.window.get_mut(self.end..) else { return };
        match self.input.read(room) {
            Ok(0) => self.ended = true,
            Ok(length) => self.end += length,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                self.failure = Some(error);
                self.ended = true;
            }
        }
    }
}

const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn has_line_end(bytes: &[u8]) -> bool {
    bytes.iter().any(|b| is_line_end(*b))
}

fn line_ends(bytes: &[u8]) -> u64 {
    let count = |(at, byte): (usize, &u8)| u64::from(*byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')));
    bytes.iter().enumerate().map(count).sum()
}

/// Whether a quote that was never meant to stay open has swallowed rows: the number of cells is wrong, or within a cell a
/// line has the separators of a whole row.
fn runaway(bytes: &[u8], fields: &[Field], delimiter: u8, width: usize) -> bool {
    let row = |line: &[u8]| width > 2 && line.iter().filter(|b| **b == delimiter).count() + 1 == width;
    let swallowed = |field: &Field| bytes.get(field.from..field.to).unwrap_or_default().split(|b| is_line_end(*b)).skip(1).any(row);
    fields.len() < width || fields.len() > width + 1 || fields.iter().any(swallowed)
}

/// Finds the cells of the first record; `whole`: nothing comes behind `bytes`.
fn scan(bytes: &[u8], delimiter: u8, whole: bool, fields: &mut Vec<Field>) -> Scan {
    let mut at = 0;
    let mut quoted = false;
    loop {
        if fields.len() >= COLUMN_LIMIT {
            return Scan::TooWide;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let stop = if rest.first() == Some(&b'"') {
            quoted = true;
            let (close, escaped) = match closing_quote(rest, whole) {
                Ok(found) => found,
                Err(scan) => return scan,
            };
            fields.push(Field { from: at + 1, to: at + close, escaped });
            at + close + 1
        } else {
            let length = rest.iter().position(|b| *b == delimiter || is_line_end(*b));
            if length.is_none() && !whole {
                return Scan::Open;
            }
            let stop = at + length.unwrap_or(rest.len());
            fields.push(Field { from: at, to: stop, escaped: false });
            stop
        };
        match (bytes.get(stop), bytes.get(stop + 1)) {
            (Some(byte), _) if *byte == delimiter => at = stop + 1,
            (Some(b'\r'), Some(b'\n')) => return Scan::Whole { length: stop + 2, quoted },
            (Some(b'\r') | None, None) if !whole => return Scan::Open,
            (Some(b'\n' | b'\r'), _) => return Scan::Whole { length: stop + 1, quoted },
            (None, _) => return Scan::Whole { length: stop, quoted },
            (Some(_), _) => return Scan::Unclosed,
        }
    }
}

/// The place of the quote that closes the one at the start of `bytes`, and whether doubled quotes stand between.
fn closing_quote(bytes: &[u8], whole: bool) -> Result<(usize, bool), Scan> {
    let mut at = 1;
    let mut escaped = false;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        match rest.iter().position(|b| *b == b'"') {
            Some(offset) if rest.get(offset + 1) == Some(&b'"') => {
                escaped = true;
                at += offset + 2;
            }
            Some(offset) if whole || offset + 1 < rest.len() => return Ok((at + offset, escaped)),
            None if whole => return Err(Scan::Unclosed),
            Some(_) | None => return Err(Scan::Open),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{Delimited, ROW_LIMIT, Record, Step};

    #[test]
    fn memory_does_not_grow_with_a_row() {
        for junk in [b'7', b',', b'"'] {
            let input = std::io::repeat(junk).take(60_000_000).chain(&b"\n1,2\n"[..]);
            let mut rows = Delimited::new(Box::new(input), b',');
            let mut record = Record::default();
            assert!(matches!(rows.next(Some(2), &mut record), Step::Malformed { line: 1, .. }), "{junk}");
            assert!(matches!(rows.next(Some(2), &mut record), Step::Record), "{junk}");
            assert_eq!((record.line, record.iter().collect::<Vec<_>>()), (2, vec!["1", "2"]));
            assert!(rows.window.len() <= 2 * ROW_LIMIT, "{junk}: {}", rows.window.len());
        }
    }
}
