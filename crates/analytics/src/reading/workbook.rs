//! Rows of a worksheet.

use std::borrow::Cow;
use std::io::{Read, Seek};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use calamine::{DataRef, Xlsx, XlsxCellReader};

use super::cell::Cell;
use super::delimited::COLUMN_LIMIT;

type Row = (u64, Vec<Cell<'static>>);

enum Message {
    Rows(Vec<Row>),
    Failed(String),
    /// All rows were sent; a channel that closes without it belonged to a reader that broke down.
    End,
}

/// Rows of one sheet. The cell reader borrows the workbook, so both live on a thread of their own and rows come through a channel.
pub(super) struct Worksheet {
    rows: Receiver<Message>,
    ready: std::vec::IntoIter<Row>,
    pub(super) width: usize,
    current: Vec<Cell<'static>>,
}

impl Worksheet {
    pub(super) fn open<R: Read + Seek + Send + 'static>(workbook: Xlsx<R>, sheet: &str) -> Self {
        let (send, rows) = sync_channel(4);
        let sheet = sheet.to_owned();
        std::thread::spawn(move || {
            let mut workbook = workbook;
            let outcome = stream(&mut workbook, &sheet, &send);
            // The receiver may be gone; then nobody waits for the outcome either.
            let _unread = send.send(outcome.map_or_else(Message::Failed, |()| Message::End));
        });
        Self { rows, ready: Vec::new().into_iter(), width: 0, current: Vec::new() }
    }

    /// Rows without any value are skipped; short rows are filled up to the header's width, longer ones keep their cells.
    pub(super) fn next_row(&mut self) -> Result<Option<(u64, &[Cell<'static>])>, String> {
        loop {
            if let Some((number, mut cells)) = self.ready.next() {
                if cells.iter().all(Cell::is_empty) {
                    continue;
                }
                if cells.len() < self.width {
                    cells.resize(self.width, Cell::Empty);
                }
                self.current = cells;
                return Ok(Some((number, &self.current)));
            }
            match self.rows.recv() {
                Ok(Message::Rows(rows)) => self.ready = rows.into_iter(),
                Ok(Message::Failed(error)) => return Err(error),
                Ok(Message::End) => return Ok(None),
                Err(_closed) => return Err("the sheet cannot be read to its end".to_owned()),
            }
        }
    }
}

fn stream<R: Read + Seek>(workbook: &mut Xlsx<R>, sheet: &str, send: &SyncSender<Message>) -> Result<(), String> {
    let mut cells: XlsxCellReader<'_, R> = workbook.worksheet_cells_reader(sheet).map_err(|e| e.to_string())?;
    let mut rows: Vec<Row> = Vec::new();
    let mut current: Option<Row> = None;
    let mut outcome = Ok(());
    loop {
        let cell = match cells.next_cell_with_formula() {
            Ok(Some(cell)) => cell,
            Ok(None) => break,
            Err(error) => {
                // The row in which the sheet breaks off is not known to be whole; those before it are.
                current = None;
                outcome = Err(error.to_string());
                break;
            }
        };
        let (row, column) = (u64::from(cell.pos.0) + 1, kernel::number::index(cell.pos.1));
        let value = owned_cell(&cell.value, cell.formula);
        if value == Cell::Empty {
            continue;
        }
        if current.as_ref().is_none_or(|(number, _)| *number != row) {
            rows.extend(current.take());
            if rows.len() >= 1024 && send.send(Message::Rows(std::mem::take(&mut rows))).is_err() {
                return Ok(());
            }
            current = Some((row, Vec::new()));
        }
        if column >= COLUMN_LIMIT {
            outcome = Err(format!("row {row} has more than {COLUMN_LIMIT} columns"));
            break;
        }
        if let Some((_, cells)) = current.as_mut() {
            cells.resize(cells.len().max(column + 1), Cell::Empty);
            if let Some(place) = cells.get_mut(column) {
                *place = value;
            }
        }
    }
    rows.extend(current);
    let _unread = send.send(Message::Rows(rows));
    outcome
}

fn owned_cell(value: &DataRef<'_>, formula: Option<String>) -> Cell<'static> {
    match value {
        DataRef::Int(number) => Cell::Text(Cow::Owned(number.to_string())),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => Cell::Text(Cow::Owned(text.clone())),
        DataRef::SharedString(text) => Cell::Text(Cow::Owned((*text).to_owned())),
        DataRef::Bool(value) => Cell::Boolean(*value),
        DataRef::DateTime(date) => {
            if date.is_datetime() {
                Cell::Day(date_serial(date))
            } else {
                Cell::Number(date.as_f64())
            }
        }
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
