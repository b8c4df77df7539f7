//! Workbooks as officials expect them: bold frozen header, filters, readable widths, numbers as numbers.

use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use crate::error::{Error, Result};

/// One sheet: header and rows of text; columns named in `numeric` are written as numbers where they are numbers.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub name: String,
    pub header: Vec<String>,
    pub numeric: Vec<bool>,
    pub rows: Vec<Vec<String>>,
}

/// Rows a sheet can hold beside its header.
const ROW_LIMIT: usize = 1_048_575;

/// Writes the sheets into one workbook; rows beyond a sheet's limit go on in a further sheet.
/// `as_of` (an ISO date) is noted as the day of the workbook, so that equal contents are equal bytes.
pub fn write_workbook(path: &Path, as_of: &str, sheets: &[Sheet]) -> Result<()> {
    let fail = |error: XlsxError| Error::file(path)(std::io::Error::other(error));
    let mut workbook = Workbook::new();
    let day = ExcelDateTime::parse_from_str(as_of).map_err(fail)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&day));
    let bold = Format::new().set_bold().set_background_color(0x00D9_E8F5).set_border_bottom(rust_xlsxwriter::FormatBorder::Thin);
    for sheet in sheets {
        for (number, rows) in sheet.rows.chunks(ROW_LIMIT).enumerate().chain((sheet.rows.is_empty()).then_some((0, [].as_slice()))) {
            let name = if number == 0 { sheet.name.clone() } else { format!("{} {}", sheet.name, number + 1) };
            write_sheet(&mut workbook, &sheet_name(&name), sheet, rows, &bold).map_err(fail)?;
        }
    }
    workbook.save(path).map_err(fail)
}

fn write_sheet(
    workbook: &mut Workbook,
    name: &str,
    sheet: &Sheet,
    rows: &[Vec<String>],
    bold: &Format,
) -> std::result::Result<(), XlsxError> {
    let worksheet = workbook.add_worksheet_with_constant_memory()?;
    worksheet.set_name(name)?;
    worksheet.set_freeze_panes(1, 0)?;
    let columns = u16::try_from(sheet.header.len()).unwrap_or(u16::MAX);
    for (column, title) in (0..columns).zip(&sheet.header) {
        let longest = rows.iter().take(200).filter_map(|row| row.get(usize::from(column))).map(|cell| width(cell)).fold(0.0, f64::max);
        worksheet.set_column_width(column, longest.max(width(title)).clamp(6.0, 48.0) + 2.0)?;
        worksheet.write_string_with_format(0, column, title, bold)?;
    }
    for (row, cells) in (1_u32..).zip(rows) {
        for ((column, cell), numeric) in (0..columns).zip(cells).zip(sheet.numeric.iter().chain(std::iter::repeat(&false))) {
            match cell.parse::<f64>() {
                Ok(number) if *numeric && number.is_finite() => worksheet.write_number(row, column, number)?,
                _ => worksheet.write_string(row, column, cell)?,
            };
        }
    }
    let last = u32::try_from(rows.len()).unwrap_or(0);
    if columns > 0 {
        worksheet.autofilter(0, 0, last, columns - 1)?;
    }
    Ok(())
}

/// Wide characters count double.
fn width(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 1.0 } else { 2.0 }).sum()
}

/// Excel allows 31 characters and none of `[]:*?/\`.
fn sheet_name(name: &str) -> String {
    name.chars().map(|c| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') { '-' } else { c }).take(31).collect()
}
