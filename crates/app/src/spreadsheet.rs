//! Lists as a workbook: texts, numbers and days as what they are, so that a spreadsheet can go on with them.

use chrono::NaiveDate;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::error::{Error, Result};

/// One value of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Count(u64),
    /// Minor units, shown with two places.
    Money(i64),
    Day(NaiveDate),
    Missing,
}

/// The bytes of a workbook with one sheet: a note above, the titles, the rows.
pub fn workbook(note: &str, titles: &[&str], rows: &[Vec<Value>]) -> Result<Vec<u8>> {
    written(note, titles, rows).map_err(|error| Error::Workbook(error.to_string()))
}

fn written(note: &str, titles: &[&str], rows: &[Vec<Value>]) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let bold = Format::new().set_bold();
    sheet.write_string(0, 0, note)?;
    for (column, title) in (0_u16..).zip(titles) {
        sheet.write_string_with_format(1, column, *title, &bold)?;
        sheet.set_column_width(column, 18)?;
    }
    sheet.set_freeze_panes(2, 1)?;
    let formats = (Format::new().set_num_format("#,##0.00"), Format::new().set_num_format("yyyy-mm-dd"));
    for (row, values) in (2_u32..).zip(rows) {
        for (column, value) in (0_u16..).zip(values) {
            write(sheet, (row, column), value, &formats)?;
        }
    }
    workbook.save_to_buffer()
}

/// Nothing is ever written as a formula: a name that begins with `=` stays a name.
fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: &Value,
    (money, day): &(Format, Format),
) -> std::result::Result<(), XlsxError> {
    match value {
        Value::Text(text) => sheet.write_string(row, column, text).map(drop),
        Value::Count(count) => sheet.write_number(row, column, nearest(&count.to_string())).map(drop),
        Value::Money(minor) => sheet
            .write_number_with_format(
                row,
                column,
                nearest(&format!("{}{}.{:02}", if *minor < 0 { "-" } else { "" }, minor.unsigned_abs() / 100, minor.unsigned_abs() % 100)),
                money,
            )
            .map(drop),
        Value::Day(date) => {
            sheet.write_datetime_with_format(row, column, &ExcelDateTime::parse_from_str(&date.to_string())?, day).map(drop)
        }
        Value::Missing => Ok(()),
    }
}

/// The number that a spreadsheet has for these digits; it knows no other kind.
fn nearest(digits: &str) -> f64 {
    digits.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests;
