//! One table from all its files.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{BooleanArray, RecordBatch, UInt32Array};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use encoding_rs::Encoding;
use kernel::{Finding, Place, Severity};
use programme::{Programme, Table};

use super::cell::Cell;
use super::convert::{ColumnBuilder, ColumnRule};
use super::files::InputFile;
use super::header::{HeaderMap, REASON_COLUMN, map_header};
use super::rows::{Next, Rows};
use crate::error::{Error, Result};

/// Rows a chunk.
const CHUNK: usize = 8192;

/// How files are to be read where they do not say it themselves.
#[derive(Debug, Clone, Default)]
pub struct ReadingOptions {
    pub encoding: Option<String>,
    pub delimiter: Option<u8>,
    pub max_errors: Option<u64>,
    /// Rejected rows go to this folder; without it they are only counted (a dry run).
    pub rejects: Option<PathBuf>,
}

/// What became of a table's rows: `read = accepted + rejected` (REG-1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    pub read: u64,
    pub accepted: u64,
    pub rejected: u64,
    /// Rows that repeat another row exactly; counted among the accepted, stored once.
    pub repeated: u64,
}

/// A table as read: batches of its read columns plus [`ORIGIN`] columns.
pub struct ReadTable {
    pub table: String,
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
    /// Columns that stand in no file.
    pub absent: Vec<String>,
    pub findings: Vec<Finding>,
    pub counts: Counts,
    /// File names that [`ORIGIN`] counts.
    pub files: Vec<String>,
}

/// Hidden columns that lead a row back to its file and row number.
pub const ORIGIN: [&str; 2] = ["\u{0}file", "\u{0}row"];

/// The rules by which a table's cells become values.
pub fn column_rules(programme: &Programme, table: &Table) -> Vec<ColumnRule> {
    let rule = |column: &programme::TableColumn| {
        let list = column.list.as_ref().and_then(|list| programme.code_list(list.get_ref()));
        let key = table.key.iter().any(|key| key.get_ref() == column.name());
        ColumnRule::new(column, list.map(|l| &l.part), &programme.meta.currency, column.required || key)
    };
    table.column.iter().filter(|column| !column.derived()).map(rule).collect()
}

/// The stored schema of a table's read columns.
#[must_use]
pub fn stored_schema(table: &Table) -> Schema {
    let fields = table.column.iter().filter(|column| !column.derived());
    Schema::new(fields.map(|c| Field::new(c.name(), crate::language::scope::data_type(c.column_type), true)).collect::<Vec<_>>())
}

/// Reads all files of one table. `tick` is called with the number of rows read since the last call.
pub fn read_table(programme: &Programme, table: &Table, files: &[InputFile], options: &ReadingOptions, tick: &mut dyn FnMut(u64)) -> Result<ReadTable> {
    let rules = column_rules(programme, table);
    let mut fields: Vec<Field> = stored_schema(table).fields().iter().map(|f| f.as_ref().clone()).collect();
    fields.extend(ORIGIN.map(|name| Field::new(name, DataType::UInt32, false)));
    let mut reader = TableReader {
        table,
        rules,
        read: ReadTable {
            table: table.name().to_owned(),
            schema: Arc::new(Schema::new(fields)),
            batches: Vec::new(),
            absent: Vec::new(),
            findings: Vec::new(),
            counts: Counts::default(),
            files: Vec::new(),
        },
        options,
        errors: 0,
        present: vec![false; table.column.len()],
    };
    for file in files {
        reader.read_file(file, tick)?;
    }
    let names = reader.rules.iter().map(|rule| rule.name.clone());
    reader.read.absent = names.zip(&reader.present).filter(|(_, present)| !**present).map(|(name, _)| name).collect();
    Ok(reader.read)
}

struct TableReader<'a> {
    table: &'a Table,
    rules: Vec<ColumnRule>,
    read: ReadTable,
    options: &'a ReadingOptions,
    errors: u64,
    present: Vec<bool>,
}

struct Chunk {
    builders: Vec<ColumnBuilder>,
    accepted: Vec<bool>,
    rows: Vec<u32>,
}

impl TableReader<'_> {
    fn read_file(&mut self, file: &InputFile, tick: &mut dyn FnMut(u64)) -> Result<()> {
        let mut rows = match Rows::open(file, self.table.sheet.as_deref(), self.options) {
            Ok(rows) => rows,
            Err(finding) => return self.report(finding),
        };
        let map = match map_header(self.table, &file.name, &rows.header) {
            Ok((map, findings)) => {
                self.read.findings.extend(findings);
                map
            }
            Err(findings) => return findings.into_iter().try_for_each(|finding| self.report(finding)),
        };
        for (flag, (_, position)) in self.present.iter_mut().zip(&map.positions) {
            *flag |= position.is_some();
        }
        let number = u32::try_from(self.read.files.len()).unwrap_or(u32::MAX);
        self.read.files.push(file.name.clone());
        let mut rejects = Rejects::new(self.options.rejects.as_deref(), file, self.table.name(), &rows.header);
        let mut chunk = self.chunk();
        loop {
            match rows.next(file) {
                Next::End => break,
                Next::Broken(finding) => {
                    self.report(finding)?;
                    break;
                }
                Next::Unusable { finding, cells, .. } => {
                    self.read.counts.read += 1;
                    self.read.counts.rejected += 1;
                    rejects.write(cells, &finding.to_string())?;
                    self.report(finding)?;
                }
                Next::Row { number: row, cells } => {
                    self.read.counts.read += 1;
                    if let Some(reason) = self.push_row(&mut chunk, &map, file, row, &cells)? {
                        rejects.write(cells.iter().map(Cell::display).collect(), &reason)?;
                    }
                }
            }
            if chunk.rows.len() >= CHUNK {
                tick(u64::try_from(chunk.rows.len()).unwrap_or(0));
                self.flush(&mut chunk, number)?;
            }
        }
        tick(u64::try_from(chunk.rows.len()).unwrap_or(0));
        self.flush(&mut chunk, number)?;
        rejects.finish()
    }

    fn chunk(&self) -> Chunk {
        Chunk { builders: self.rules.iter().map(|rule| ColumnBuilder::new(rule.clone())).collect(), accepted: Vec::new(), rows: Vec::new() }
    }

    /// Converts one row; the reason if it is rejected.
    fn push_row(&mut self, chunk: &mut Chunk, map: &HeaderMap, file: &InputFile, row: u64, cells: &[Cell<'_>]) -> Result<Option<String>> {
        let mut reasons: Vec<String> = Vec::new();
        let mut faults: Vec<Finding> = Vec::new();
        for (builder, (name, position)) in chunk.builders.iter_mut().zip(&map.positions) {
            let cell = position.and_then(|at| cells.get(at)).unwrap_or(&Cell::Empty);
            if let Err(fault) = builder.push(cell) {
                let fatal = builder.rule().required && !fault.kept;
                let severity = if fatal { Severity::Error } else { Severity::Warning };
                let place = Place { file: file.name.clone(), row, column: name.clone() };
                let finding = Finding::new(fault.code, severity, place, &fault.found, &fault.expected);
                if fatal {
                    reasons.push(format!("{} {name}: {}; {}", fault.code, finding.found, finding.expected));
                }
                faults.push(finding);
            }
        }
        chunk.accepted.push(reasons.is_empty());
        chunk.rows.push(u32::try_from(row).unwrap_or(u32::MAX));
        for finding in faults {
            self.report(finding)?;
        }
        let rejected = !reasons.is_empty();
        if rejected {
            self.read.counts.rejected += 1;
        } else {
            self.read.counts.accepted += 1;
        }
        Ok(rejected.then(|| reasons.join(" / ")))
    }

    fn flush(&mut self, chunk: &mut Chunk, file: u32) -> Result<()> {
        if chunk.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut chunk.rows);
        let mut columns: Vec<_> = chunk.builders.iter_mut().map(ColumnBuilder::finish).collect();
        columns.push(Arc::new(UInt32Array::from(vec![file; rows.len()])));
        columns.push(Arc::new(UInt32Array::from(rows)));
        let batch = RecordBatch::try_new(Arc::clone(&self.read.schema), columns)?;
        let accepted = BooleanArray::from(std::mem::take(&mut chunk.accepted));
        let batch = if accepted.true_count() == accepted.len() { batch } else { filter_record_batch(&batch, &accepted)? };
        self.read.batches.push(batch);
        Ok(())
    }

    fn report(&mut self, finding: Finding) -> Result<()> {
        if finding.severity == Severity::Error {
            self.errors += 1;
        }
        self.read.findings.push(finding);
        match self.options.max_errors {
            Some(limit) if self.errors > limit => Err(Error::TooManyErrors { limit }),
            _ => Ok(()),
        }
    }
}

/// The file of rejected rows: the input's own columns plus the reason, as UTF-8 CSV.
struct Rejects {
    path: Option<PathBuf>,
    header: Vec<String>,
    writer: Option<csv::Writer<std::fs::File>>,
}

impl Rejects {
    fn new(folder: Option<&Path>, file: &InputFile, table: &str, header: &[String]) -> Self {
        let name = file.name.replace('/', "_");
        let path = folder.map(|folder| folder.join(table).join(format!("{name}.csv")));
        Self { path, header: header.to_vec(), writer: None }
    }

    fn write(&mut self, mut cells: Vec<String>, reason: &str) -> Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let fail = |e: csv::Error| Error::file(path)(e.into());
        if self.writer.is_none() {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(Error::file(parent))?;
            }
            let mut writer = csv::WriterBuilder::new().flexible(true).from_path(path).map_err(fail)?;
            writer.write_record(self.header.iter().map(String::as_str).filter(|h| *h != REASON_COLUMN).chain([REASON_COLUMN])).map_err(fail)?;
            self.writer = Some(writer);
        }
        if let Some(at) = self.header.iter().position(|name| name == REASON_COLUMN).filter(|at| *at < cells.len()) {
            cells.remove(at);
        }
        cells.push(reason.to_owned());
        self.writer.as_mut().map_or(Ok(()), |writer| writer.write_record(&cells)).map_err(fail)
    }

    fn finish(self) -> Result<()> {
        match (self.writer, self.path) {
            (Some(mut writer), Some(path)) => writer.flush().map_err(Error::file(path)),
            _ => Ok(()),
        }
    }
}

/// BOM, else valid UTF-8 over the first MiB, else GB18030, of which GBK and GB2312 are parts. Returns the text without its BOM.
pub(super) fn encoding_of(mut head: Vec<u8>, named: Option<&str>) -> Option<(&'static Encoding, Vec<u8>)> {
    if let Some(name) = named {
        let encoding = Encoding::for_label(name.as_bytes())?;
        if let Some((found, length)) = Encoding::for_bom(&head).filter(|(found, _)| *found == encoding) {
            head.drain(..length);
            return Some((found, head));
        }
        return Some((encoding, head));
    }
    if let Some((encoding, length)) = Encoding::for_bom(&head) {
        head.drain(..length);
        return Some((encoding, head));
    }
    let valid = match std::str::from_utf8(&head) {
        Ok(_) => true,
        // A character cut by the end of the sample is no fault.
        Err(error) => error.error_len().is_none() && error.valid_up_to() + 4 > head.len(),
    };
    if valid {
        return Some((encoding_rs::UTF_8, head));
    }
    let (_, _, faulty) = encoding_rs::GB18030.decode(head.get(..head.len().saturating_sub(4)).unwrap_or_default());
    if faulty { None } else { Some((encoding_rs::GB18030, head)) }
}

/// The separator that stands most often, and equally often, in the first lines.
pub(super) fn delimiter_of(head: &str) -> u8 {
    let lines: Vec<&str> = head.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    let score = |separator: char| {
        let first = lines.first().map_or(0, |line| line.matches(separator).count());
        let equal = lines.iter().filter(|line| line.matches(separator).count() == first).count();
        if first == 0 { 0 } else { first.min(50) * 100 + equal }
    };
    let candidates = [(b',', ','), (b'\t', '\t'), (b';', ';'), (b'|', '|')];
    candidates.iter().max_by_key(|(byte, separator)| (score(*separator), *byte == b',')).map_or(b',', |(byte, _)| *byte)
}

/// Decodes a stream to UTF-8 piece by piece.
pub(super) struct Transcoder<R> {
    inner: R,
    decoder: encoding_rs::Decoder,
    input: Vec<u8>,
    output: Vec<u8>,
    position: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        let (input, output) = (vec![0; 1 << 16], Vec::with_capacity(1 << 18));
        Self { inner, decoder: encoding.new_decoder_without_bom_handling(), input, output, position: 0, ended: false }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.position >= self.output.len() && !self.ended {
            let length = self.inner.read(&mut self.input)?;
            self.ended = length == 0;
            self.position = 0;
            self.output.clear();
            let source = self.input.get(..length).unwrap_or_default();
            let room = self.decoder.max_utf8_buffer_length(length).unwrap_or(1 << 18);
            self.output.resize(room, 0);
            // Bytes that are not of the encoding become U+FFFD, which the reader of the table reports.
            let (_, _, written, _) = self.decoder.decode_to_utf8(source, &mut self.output, self.ended);
            self.output.truncate(written);
        }
        let rest = self.output.get(self.position..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        if let (Some(target), Some(source)) = (buffer.get_mut(..length), rest.get(..length)) {
            target.copy_from_slice(source);
        }
        self.position += length;
        Ok(length)
    }
}
