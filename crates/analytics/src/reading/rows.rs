//! Rows of cells from CSV, XLSX and Parquet, one at a time, in bounded memory.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use calamine::{Reader, Xlsx, XlsxError};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Date32Type, Float32Type, Float64Type, Int32Type, Int64Type};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use kernel::{Finding, Severity};

use super::cell::Cell;
use super::delimited::{COLUMN_LIMIT, Delimited, Record, Step, garbled};
use super::encoding::{Failing, SAMPLE, Transcoder, delimiter_of, encoding_of, read_head};
use super::files::{Compression, Format, InputFile, decompressor, file_finding};
use super::table::ReadingOptions;
use super::workbook::Worksheet;

/// Largest workbook or Parquet file that is unpacked to memory when it stands inside gzip or zstd.
const INNER_LIMIT: u64 = 1 << 30;

/// An open file whose header has been read.
pub struct Rows {
    pub header: Vec<String>,
    source: Source,
}

enum Source {
    Csv { reader: Box<Delimited>, record: Record },
    Xlsx(Box<Worksheet>),
    Parquet(Box<Columns>),
}

struct Columns {
    reader: ParquetRecordBatchReader,
    batch: Option<RecordBatch>,
    row: usize,
    read: u64,
}

/// The cells of one row, where the file's reader keeps them.
#[derive(Clone, Copy)]
pub enum Cells<'a> {
    Text(&'a Record),
    Sheet(&'a [Cell<'static>]),
    Columns(&'a RecordBatch, usize),
}

impl<'a> Cells<'a> {
    #[must_use]
    pub fn get(self, at: usize) -> Cell<'a> {
        match self {
            Self::Text(record) => match record.get(at) {
                None => Cell::Empty,
                Some(text) if record.garbled && text.contains(garbled) => Cell::Garbled(Cow::Borrowed(text)),
                Some(text) => Cell::Text(Cow::Borrowed(text)),
            },
            Self::Sheet(cells) => cells.get(at).map_or(Cell::Empty, Cell::borrowed),
            Self::Columns(batch, row) => batch.columns().get(at).map_or(Cell::Empty, |array| array_cell(array, row)),
        }
    }

    /// The first `width` cells as a person would type them.
    #[must_use]
    pub fn texts(self, width: usize) -> Vec<String> {
        (0..width).map(|at| self.get(at).display()).collect()
    }
}

/// The next thing a file holds.
pub enum Next<'a> {
    Row {
        number: u64,
        cells: Cells<'a>,
    },
    /// A row that cannot be used, with what it held.
    Unusable {
        finding: Finding,
        cells: Vec<String>,
    },
    /// Nothing more can be read from this file.
    Broken(Finding),
    End,
}

fn damaged(file: &InputFile, error: &dyn std::fmt::Display) -> Finding {
    file_finding("FP0120", Severity::Error, &file.name, &error.to_string(), "a complete file")
}

/// Runs a decoder of a library; some panic on bytes that they do not expect, which is damage of the file like any other.
fn guarded<T, E: std::fmt::Display>(file: &InputFile, decode: impl FnOnce() -> Result<T, E>) -> Result<T, Box<Finding>> {
    match std::panic::catch_unwind(AssertUnwindSafe(decode)) {
        Ok(outcome) => Ok(outcome.map_err(|error| damaged(file, &error))?),
        Err(_panic) => Err(Box::new(damaged(file, &"its content cannot be decoded"))),
    }
}

fn empty(file: &InputFile, found: &str) -> Finding {
    file_finding("FP0101", Severity::Error, &file.name, found, "a header and rows")
}

impl Rows {
    /// Opens a file and reads its header; `Err` when no row can be had from it.
    pub fn open(file: &InputFile, sheet: Option<&str>, options: &ReadingOptions) -> Result<Self, Box<Finding>> {
        let handle =
            File::open(&file.path).map_err(|e| file_finding("FP0502", Severity::Error, &file.name, &e.to_string(), "a readable file"))?;
        let rows = match file.format {
            Format::Csv => Self::open_csv(file, handle, options),
            Format::Xlsx if file.compression == Compression::None => Self::open_xlsx(file, BufReader::new(handle), sheet),
            Format::Xlsx => Self::open_xlsx(file, Cursor::new(unpack(file, handle)?), sheet),
            Format::Parquet if file.compression == Compression::None => Self::open_parquet(file, handle),
            Format::Parquet => Self::open_parquet(file, Bytes::from(unpack(file, handle)?)),
        }?;
        if rows.header.len() > COLUMN_LIMIT {
            let found = format!("the header has {} columns", rows.header.len());
            return Err(Box::new(file_finding("FP0119", Severity::Error, &file.name, &found, &format!("at most {COLUMN_LIMIT} columns"))));
        }
        Ok(rows)
    }

    fn open_csv(file: &InputFile, handle: File, options: &ReadingOptions) -> Result<Self, Box<Finding>> {
        let mut reader = decompressor(handle, file.compression).map_err(|e| damaged(file, &e))?;
        let (mut head, failure) = read_head(&mut reader, SAMPLE);
        let (encoding, mark) = encoding_of(&head, options.encoding.as_deref())
            .ok_or_else(|| file_finding("FP0102", Severity::Error, &file.name, "the encoding is not known", "UTF-8 or GB18030"))?;
        head.drain(..mark);
        let delimiter = options.delimiter.unwrap_or_else(|| delimiter_of(&encoding.decode_without_bom_handling(&head).0));
        let rest: Box<dyn Read> = if failure.is_some() { Box::new(Failing(failure)) } else { reader };
        let bytes = Cursor::new(head).chain(rest);
        let text: Box<dyn Read> = if encoding == encoding_rs::UTF_8 { Box::new(bytes) } else { Box::new(Transcoder::new(bytes, encoding)) };
        let mut reader = Box::new(Delimited::new(text, delimiter));
        let mut record = Record::default();
        match reader.next(None, &mut record) {
            Step::Record => {}
            Step::Malformed { line, found, .. } => return Err(Box::new(unusable(file, line, "FP0119", &found, "a header on one line"))),
            Step::Failed(error) => return Err(Box::new(damaged(file, &error))),
            Step::End => return Err(Box::new(empty(file, "the file is empty"))),
        }
        let header = record.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        Ok(Self { header, source: Source::Csv { reader, record } })
    }

    fn open_xlsx<R: Read + Seek + Send + 'static>(file: &InputFile, reader: R, sheet: Option<&str>) -> Result<Self, Box<Finding>> {
        let workbook = match guarded(file, || Ok::<_, XlsxError>(Xlsx::new(reader)))? {
            Ok(workbook) => workbook,
            Err(XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound) => {
                let found = "an archive that is not a workbook";
                return Err(Box::new(file_finding("FP0121", Severity::Error, &file.name, found, "CSV, XLSX or Parquet")));
            }
            Err(error) => return Err(Box::new(damaged(file, &error))),
        };
        let names = workbook.sheet_names();
        let name = match sheet {
            Some(wanted) if names.iter().any(|name| name == wanted) => wanted.to_owned(),
            _ => names.first().cloned().ok_or_else(|| empty(file, "no sheet"))?,
        };
        let mut rows = Worksheet::open(workbook, &name);
        let header: Vec<String> = match rows.next_row().map_err(|e| damaged(file, &e))? {
            Some((_, cells)) => cells.iter().map(|cell| cell.display().trim().to_owned()).collect(),
            None => return Err(Box::new(empty(file, "the sheet is empty"))),
        };
        rows.width = header.len();
        Ok(Self { header, source: Source::Xlsx(Box::new(rows)) })
    }

    fn open_parquet<T: datafusion::parquet::file::reader::ChunkReader + 'static>(file: &InputFile, bytes: T) -> Result<Self, Box<Finding>> {
        let (header, reader) = guarded(file, || {
            let builder = ParquetRecordBatchReaderBuilder::try_new(bytes)?;
            let header = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
            builder.with_batch_size(8192).build().map(|reader| (header, reader))
        })?;
        Ok(Self { header, source: Source::Parquet(Box::new(Columns { reader, batch: None, row: 0, read: 1 })) })
    }

    /// The next row; numbers are those a person sees, the header being row 1.
    pub fn next(&mut self, file: &InputFile) -> Next<'_> {
        let width = self.header.len();
        match &mut self.source {
            Source::Csv { reader, record } => next_csv(file, width, reader, record),
            Source::Xlsx(rows) => match rows.next_row() {
                Ok(None) => Next::End,
                Ok(Some((number, cells))) => Next::Row { number, cells: Cells::Sheet(cells) },
                Err(error) => Next::Broken(damaged(file, &error)),
            },
            Source::Parquet(columns) => columns.next(file),
        }
    }
}

impl Columns {
    fn next(&mut self, file: &InputFile) -> Next<'_> {
        while self.batch.as_ref().is_none_or(|batch| self.row >= batch.num_rows()) {
            self.row = 0;
            self.batch = match guarded(file, || self.reader.next().transpose()) {
                Ok(None) => return Next::End,
                Ok(next) => next,
                Err(finding) => return Next::Broken(*finding),
            };
        }
        let Some(batch) = self.batch.as_ref() else { return Next::End };
        self.read += 1;
        self.row += 1;
        Next::Row { number: self.read, cells: Cells::Columns(batch, self.row - 1) }
    }
}

fn unpack(file: &InputFile, handle: File) -> Result<Vec<u8>, Box<Finding>> {
    let mut bytes = Vec::new();
    let mut reader = decompressor(handle, file.compression).map_err(|e| damaged(file, &e))?.take(INNER_LIMIT + 1);
    reader.read_to_end(&mut bytes).map_err(|e| damaged(file, &e))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > INNER_LIMIT {
        return Err(Box::new(file_finding(
            "FP0119",
            Severity::Error,
            &file.name,
            "more than 1 GiB inside the archive",
            "the file itself, not packed",
        )));
    }
    Ok(bytes)
}

/// A finding about a whole row.
fn unusable(file: &InputFile, row: u64, code: &str, found: &str, expected: &str) -> Finding {
    let mut finding = file_finding(code, Severity::Error, &file.name, found, expected);
    finding.place.row = row;
    finding
}

fn next_csv<'a>(file: &InputFile, width: usize, reader: &mut Delimited, record: &'a mut Record) -> Next<'a> {
    loop {
        match reader.next(Some(width), record) {
            Step::End => return Next::End,
            Step::Failed(error) => return Next::Broken(damaged(file, &error)),
            Step::Malformed { line, found, cells } => {
                let finding = unusable(file, line, "FP0119", &found, "closed quotes and one record a line");
                return Next::Unusable { finding, cells };
            }
            // Spreadsheets export the empty rows below a table as separators only.
            Step::Record if record.iter().all(|cell| cell.trim().is_empty()) => {}
            Step::Record => break,
        }
    }
    // Empty cells behind the last column come from a separator at the line's end and shift nothing.
    if record.len() < width || record.iter().skip(width).any(|cell| !cell.trim().is_empty()) {
        let expected = format!("{width} cells as in the header");
        let finding = unusable(file, record.line, "FP0118", &format!("{} cells", record.len()), &expected);
        return Next::Unusable { finding, cells: record.iter().map(str::to_owned).collect() };
    }
    Next::Row { number: record.line, cells: Cells::Text(record) }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other type of Arrow is read by way of its text")]
fn array_cell(array: &ArrayRef, row: usize) -> Cell<'_> {
    if array.is_null(row) {
        return Cell::Empty;
    }
    match array.data_type() {
        DataType::Utf8 => Cell::Text(Cow::Borrowed(array.as_string::<i32>().value(row))),
        DataType::LargeUtf8 => Cell::Text(Cow::Borrowed(array.as_string::<i64>().value(row))),
        DataType::Utf8View => Cell::Text(Cow::Borrowed(array.as_string_view().value(row))),
        DataType::Boolean => Cell::Boolean(array.as_boolean().value(row)),
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        // By way of its shortest text, or 0.1 would become 0.10000000149.
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).to_string().parse().map_or(Cell::Empty, float),
        DataType::Int64 => Cell::Text(Cow::Owned(array.as_primitive::<Int64Type>().value(row).to_string())),
        DataType::Int32 => Cell::Text(Cow::Owned(array.as_primitive::<Int32Type>().value(row).to_string())),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().value(row);
            kernel::date::from_days(days)
                .map_or_else(|| Cell::Fault(format!("day {days}")), |date| Cell::Text(Cow::Owned(date.to_string())))
        }
        _ => array_value_to_string(array, row).map_or_else(|error| Cell::Fault(error.to_string()), |text| Cell::Text(Cow::Owned(text))),
    }
}

/// Data frames write a missing number as NaN.
const fn float(number: f64) -> Cell<'static> {
    if number.is_nan() { Cell::Empty } else { Cell::Number(number) }
}
