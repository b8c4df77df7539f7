//! Rows of cells from CSV, XLSX and Parquet, one at a time, in bounded memory.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};

use bytes::Bytes;
use calamine::{DataRef, Reader, Xlsx, XlsxCellReader};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Date32Type, Float64Type, Int32Type, Int64Type};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use kernel::{Finding, Severity};

use super::cell::Cell;
use super::files::{Compression, Format, InputFile, decompressor, file_finding};
use super::table::ReadingOptions;

/// Longest CSV row, in bytes: longer means an unclosed quote or junk.
const ROW_LIMIT: usize = 1 << 20;
/// Widest table.
const COLUMN_LIMIT: usize = 4_096;
/// Largest workbook or Parquet file that is unpacked to memory when it stands inside gzip or zstd.
const INNER_LIMIT: u64 = 1 << 30;

/// An open file whose header has been read.
pub struct Rows {
    pub header: Vec<String>,
    source: Source,
}

enum Source {
    Csv { reader: Box<csv::Reader<Box<dyn Read>>>, record: csv::StringRecord },
    Xlsx(Box<XlsxRows>),
    Parquet { reader: ParquetRecordBatchReader, batch: Option<RecordBatch>, row: usize, read: u64 },
}

/// The next thing a file holds.
pub enum Next<'a> {
    Row { number: u64, cells: Vec<Cell<'a>> },
    /// A row that cannot be used, with what it held.
    Unusable { number: u64, finding: Finding, cells: Vec<String> },
    /// Nothing more can be read from this file.
    Broken(Finding),
    End,
}

fn damaged(file: &InputFile, error: &dyn std::fmt::Display) -> Finding {
    file_finding("FP0120", Severity::Error, &file.name, &error.to_string(), "a complete file")
}

impl Rows {
    /// Opens a file and reads its header; `Err` when no row can be had from it.
    pub fn open(file: &InputFile, sheet: Option<&str>, options: &ReadingOptions) -> Result<Self, Finding> {
        let handle = File::open(&file.path).map_err(|e| file_finding("FP0502", Severity::Error, &file.name, &e.to_string(), "a readable file"))?;
        match file.format {
            Format::Csv => Self::open_csv(file, handle, options),
            Format::Xlsx if file.compression == Compression::None => Self::open_xlsx(file, BufReader::new(handle), sheet),
            Format::Xlsx => Self::open_xlsx(file, Cursor::new(unpack(file, handle)?), sheet),
            Format::Parquet if file.compression == Compression::None => Self::open_parquet(file, ParquetRecordBatchReaderBuilder::try_new(handle)),
            Format::Parquet => Self::open_parquet(file, ParquetRecordBatchReaderBuilder::try_new(Bytes::from(unpack(file, handle)?))),
        }
    }

    fn open_csv(file: &InputFile, handle: File, options: &ReadingOptions) -> Result<Self, Finding> {
        let mut reader = decompressor(handle, file.compression).map_err(|e| damaged(file, &e))?;
        let mut head = Vec::new();
        reader.by_ref().take(1 << 20).read_to_end(&mut head).map_err(|e| damaged(file, &e))?;
        let (encoding, head) = super::table::encoding_of(head, options.encoding.as_deref())
            .ok_or_else(|| file_finding("FP0102", Severity::Error, &file.name, "the encoding is not known", "UTF-8 or GB18030"))?;
        let text_head = encoding.decode_without_bom_handling(&head).0;
        let delimiter = options.delimiter.unwrap_or_else(|| super::table::delimiter_of(&text_head));
        let bytes: Box<dyn Read> = Box::new(Cursor::new(head).chain(reader));
        let text: Box<dyn Read> =
            if encoding == encoding_rs::UTF_8 { bytes } else { Box::new(super::table::Transcoder::new(bytes, encoding)) };
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).buffer_capacity(1 << 18).from_reader(text);
        let mut record = csv::StringRecord::new();
        let header = match reader.read_record(&mut record) {
            Ok(true) => record.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect::<Vec<_>>(),
            Ok(false) => return Err(file_finding("FP0101", Severity::Error, &file.name, "the file is empty", "a header and rows")),
            Err(error) => return Err(csv_fault(file, &error)),
        };
        if header.len() > COLUMN_LIMIT || header.iter().map(String::len).sum::<usize>() > ROW_LIMIT {
            let found = format!("the header has {} columns", header.len());
            return Err(file_finding("FP0119", Severity::Error, &file.name, &found, &format!("at most {COLUMN_LIMIT} columns")));
        }
        Ok(Self { header, source: Source::Csv { reader: Box::new(reader), record } })
    }

    fn open_xlsx<R: Read + Seek + Send + 'static>(file: &InputFile, reader: R, sheet: Option<&str>) -> Result<Self, Finding> {
        let workbook = Xlsx::new(reader).map_err(|e| damaged(file, &e))?;
        let names = workbook.sheet_names();
        let name = match sheet {
            Some(wanted) if names.iter().any(|name| name == wanted) => wanted.to_owned(),
            _ => names.first().cloned().ok_or_else(|| file_finding("FP0101", Severity::Error, &file.name, "no sheet", "a sheet"))?,
        };
        let mut rows = XlsxRows::open(workbook, &name).map_err(|e| damaged(file, &e))?;
        let header = match rows.next_row().map_err(|e| damaged(file, &e))? {
            Some((_, cells)) => cells.iter().map(|cell| cell.display().trim().to_owned()).collect(),
            None => return Err(file_finding("FP0101", Severity::Error, &file.name, "the sheet is empty", "a header and rows")),
        };
        rows.width = Vec::len(&header);
        Ok(Self { header, source: Source::Xlsx(Box::new(rows)) })
    }

    fn open_parquet<T: datafusion::parquet::file::reader::ChunkReader + 'static>(
        file: &InputFile,
        builder: datafusion::parquet::errors::Result<ParquetRecordBatchReaderBuilder<T>>,
    ) -> Result<Self, Finding> {
        let builder = builder.map_err(|e| damaged(file, &e))?;
        let header = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
        let reader = builder.with_batch_size(8192).build().map_err(|e| damaged(file, &e))?;
        Ok(Self { header, source: Source::Parquet { reader, batch: None, row: 0, read: 1 } })
    }

    /// The next row; numbers are those a person sees, the header being row 1.
    pub fn next(&mut self, file: &InputFile) -> Next<'_> {
        let width = self.header.len();
        match &mut self.source {
            Source::Csv { reader, record } => next_csv(file, width, reader, record),
            Source::Xlsx(rows) => match rows.next_row() {
                Ok(None) => Next::End,
                Ok(Some((number, cells))) => Next::Row { number, cells },
                Err(error) => Next::Broken(damaged(file, &error)),
            },
            Source::Parquet { reader, batch, row, read } => {
                if batch.as_ref().is_none_or(|b| *row >= b.num_rows()) {
                    *row = 0;
                    *batch = match reader.next() {
                        None => return Next::End,
                        Some(Ok(next)) => Some(next),
                        Some(Err(error)) => return Next::Broken(damaged(file, &error)),
                    };
                }
                let Some(batch) = batch.as_ref().filter(|b| b.num_rows() > 0) else { return Next::End };
                *read += 1;
                let cells = batch.columns().iter().map(|array| array_cell(array, *row)).collect();
                *row += 1;
                Next::Row { number: *read, cells }
            }
        }
    }
}

fn unpack(file: &InputFile, handle: File) -> Result<Vec<u8>, Finding> {
    let mut bytes = Vec::new();
    let mut reader = decompressor(handle, file.compression).map_err(|e| damaged(file, &e))?.take(INNER_LIMIT + 1);
    reader.read_to_end(&mut bytes).map_err(|e| damaged(file, &e))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > INNER_LIMIT {
        return Err(file_finding("FP0119", Severity::Error, &file.name, "more than 1 GiB inside the archive", "the file itself, not packed"));
    }
    Ok(bytes)
}

fn csv_fault(file: &InputFile, error: &csv::Error) -> Finding {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => file_finding("FP0102", Severity::Error, &file.name, &error.to_string(), "UTF-8 or GB18030"),
        _ => damaged(file, error),
    }
}

fn next_csv<'a>(file: &InputFile, width: usize, reader: &mut csv::Reader<Box<dyn Read>>, record: &'a mut csv::StringRecord) -> Next<'a> {
    let outcome = reader.read_record(record);
    let number = record.position().map_or(0, csv::Position::line);
    let row_finding = |code, found: &str, expected: &str| {
        let mut finding = file_finding(code, Severity::Error, &file.name, found, expected);
        finding.place.row = number;
        finding
    };
    match outcome {
        Ok(false) => Next::End,
        Ok(true) => {
            let length = record.as_slice().len();
            if length > ROW_LIMIT || record.len() > COLUMN_LIMIT {
                let found = format!("the row has {} cells and {length} bytes", record.len());
                let cells = record.iter().take(width).map(|cell| cell.chars().take(80).collect()).collect();
                return Next::Unusable { number, finding: row_finding("FP0119", &found, "closed quotes and one record a line"), cells };
            }
            if record.len() != width {
                let found = format!("{} cells", record.len());
                let finding = row_finding("FP0118", &found, &format!("{width} cells as in the header"));
                return Next::Unusable { number, finding, cells: record.iter().map(str::to_owned).collect() };
            }
            Next::Row { number, cells: record.iter().map(|cell| Cell::Text(Cow::Borrowed(cell))).collect() }
        }
        Err(error) => match error.kind() {
            csv::ErrorKind::Utf8 { pos, .. } => {
                let number = pos.as_ref().map_or(number, csv::Position::line);
                let mut finding = row_finding("FP0102", "bytes that are not UTF-8", "one encoding in the whole file");
                finding.place.row = number;
                Next::Unusable { number, finding, cells: Vec::new() }
            }
            _ => Next::Broken(damaged(file, &error)),
        },
    }
}

fn array_cell<'a>(array: &'a ArrayRef, row: usize) -> Cell<'a> {
    if array.is_null(row) {
        return Cell::Empty;
    }
    match array.data_type() {
        DataType::Utf8 => Cell::Text(Cow::Borrowed(array.as_string::<i32>().value(row))),
        DataType::LargeUtf8 => Cell::Text(Cow::Borrowed(array.as_string::<i64>().value(row))),
        DataType::Utf8View => Cell::Text(Cow::Borrowed(array.as_string_view().value(row))),
        DataType::Boolean => Cell::Boolean(array.as_boolean().value(row)),
        DataType::Float64 => Cell::Number(array.as_primitive::<Float64Type>().value(row)),
        DataType::Int64 => Cell::Text(Cow::Owned(array.as_primitive::<Int64Type>().value(row).to_string())),
        DataType::Int32 => Cell::Text(Cow::Owned(array.as_primitive::<Int32Type>().value(row).to_string())),
        DataType::Date32 => {
            let date = kernel::date::from_days(array.as_primitive::<Date32Type>().value(row));
            date.map_or(Cell::Empty, |date| Cell::Text(Cow::Owned(date.to_string())))
        }
        _ => array_value_to_string(array, row).map_or(Cell::Empty, |text| Cell::Text(Cow::Owned(text))),
    }
}

/// Rows of one sheet. The cell reader borrows the workbook, so both live on a thread of their own and rows come through a channel.
struct XlsxRows {
    rows: std::sync::mpsc::Receiver<Result<Vec<(u64, Vec<Cell<'static>>)>, String>>,
    ready: std::vec::IntoIter<(u64, Vec<Cell<'static>>)>,
    width: usize,
}

impl XlsxRows {
    fn open<R: Read + Seek + Send + 'static>(workbook: Xlsx<R>, sheet: &str) -> Result<Self, String> {
        let (send, rows) = std::sync::mpsc::sync_channel(4);
        let sheet = sheet.to_owned();
        std::thread::spawn(move || {
            let mut workbook = workbook;
            let outcome = stream_sheet(&mut workbook, &sheet, &send);
            if let Err(error) = outcome {
                // The receiver may be gone; then nobody waits for the error either.
                let _unread = send.send(Err(error));
            }
        });
        Ok(Self { rows, ready: Vec::new().into_iter(), width: 0 })
    }

    /// Rows without any value are skipped; short rows are filled up to the header's width, longer ones keep their cells.
    fn next_row(&mut self) -> Result<Option<(u64, Vec<Cell<'static>>)>, String> {
        loop {
            if let Some((number, mut cells)) = self.ready.next() {
                if cells.iter().all(Cell::is_empty) {
                    continue;
                }
                if cells.len() < self.width {
                    cells.resize(self.width, Cell::Empty);
                }
                return Ok(Some((number, cells)));
            }
            match self.rows.recv() {
                Ok(Ok(rows)) => self.ready = rows.into_iter(),
                Ok(Err(error)) => return Err(error),
                Err(_closed) => return Ok(None),
            }
        }
    }
}

type Batch = Vec<(u64, Vec<Cell<'static>>)>;

fn stream_sheet<R: Read + Seek>(workbook: &mut Xlsx<R>, sheet: &str, send: &std::sync::mpsc::SyncSender<Result<Batch, String>>) -> Result<(), String> {
    let mut cells: XlsxCellReader<'_, R> = workbook.worksheet_cells_reader(sheet).map_err(|e| e.to_string())?;
    let mut batch: Batch = Vec::new();
    let mut current: Option<(u64, Vec<Cell<'static>>)> = None;
    while let Some(cell) = cells.next_cell_with_formula().map_err(|e| e.to_string())? {
        let (row, column) = (u64::from(cell.pos.0) + 1, kernel::number::index(cell.pos.1));
        if column >= COLUMN_LIMIT {
            return Err(format!("row {row} has more than {COLUMN_LIMIT} columns"));
        }
        if current.as_ref().is_none_or(|(number, _)| *number != row) {
            batch.extend(current.take());
            if batch.len() >= 1024 && send.send(Ok(std::mem::take(&mut batch))).is_err() {
                return Ok(());
            }
            current = Some((row, Vec::new()));
        }
        if let Some((_, row)) = current.as_mut() {
            row.resize(row.len().max(column), Cell::Empty);
            row.push(owned_cell(&cell.value, cell.formula));
        }
    }
    batch.extend(current);
    let _unread = send.send(Ok(batch));
    Ok(())
}

fn owned_cell(value: &DataRef<'_>, formula: Option<String>) -> Cell<'static> {
    match value {
        DataRef::Int(number) => Cell::Text(Cow::Owned(number.to_string())),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => Cell::Text(Cow::Owned(text.clone())),
        DataRef::SharedString(text) => Cell::Text(Cow::Owned((*text).to_owned())),
        DataRef::Bool(value) => Cell::Boolean(*value),
        DataRef::DateTime(date) => if date.is_datetime() { Cell::Day(date_serial(date)) } else { Cell::Number(date.as_f64()) },
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Text(Cow::Owned(text.clone())),
        DataRef::Error(error) => Cell::Fault(error.to_string()),
        DataRef::Empty => formula.map_or(Cell::Empty, Cell::Formula),
    }
}

/// The serial number of the 1900 system, whatever system the workbook uses.
fn date_serial(date: &calamine::ExcelDateTime) -> f64 {
    let (year, month, day, ..) = date.to_ymd_hms_milli();
    let civil = chrono::NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
    let origin = chrono::NaiveDate::from_ymd_opt(1899, 12, 30);
    civil.zip(origin).map_or_else(|| date.as_f64(), |(civil, origin)| kernel::number::statistic((civil - origin).num_days()))
}
