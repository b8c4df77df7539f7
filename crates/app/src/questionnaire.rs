//! Workbooks of plain texts, as form builders read them.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::error::{Error, Result};

/// One sheet: its header first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub name: &'static str,
    pub rows: Vec<Vec<String>>,
}

/// The bytes of a workbook; `as_of` (an ISO date) is noted as its day, so that equal sheets are equal bytes.
pub fn workbook(sheets: &[Sheet], as_of: &str) -> Result<Vec<u8>> {
    written(sheets, as_of).map_err(|error| Error::Workbook(error.to_string()))
}

fn written(sheets: &[Sheet], as_of: &str) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::parse_from_str(as_of)?));
    for sheet in sheets {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(sheet.name)?;
        for (row, cells) in (0_u32..).zip(&sheet.rows) {
            for (column, cell) in (0_u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                worksheet.write_string(row, column, cell)?;
            }
        }
    }
    workbook.save_to_buffer()
}
