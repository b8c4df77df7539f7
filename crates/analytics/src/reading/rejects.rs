//! The file of rejected rows: the input's own columns plus the reason, as CSV that can be corrected and imported again.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::files::InputFile;
use super::header::REASON_COLUMN;
use crate::error::{Error, Result};

/// Rejected rows of one input file.
pub(super) struct Rejects {
    path: Option<PathBuf>,
    header: Vec<String>,
    /// Where a file that was itself a file of rejected rows had its reasons.
    reason: Option<usize>,
    writer: Option<csv::Writer<File>>,
}

impl Rejects {
    pub(super) fn new(folder: Option<&Path>, file: &InputFile, header: &[String]) -> Self {
        let name = file.name.replace('/', "_");
        let path = folder.map(|folder| folder.join(&file.table).join(format!("{name}.csv")));
        Self { path, header: header.to_vec(), reason: header.iter().position(|name| name == REASON_COLUMN), writer: None }
    }

    pub(super) fn wanted(&self) -> bool {
        self.path.is_some()
    }

    /// A row with too few or too many cells is written as it is, so that it stays faulty until somebody corrects it.
    pub(super) fn write(&mut self, mut cells: Vec<String>, reason: &str) -> Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let fail = |e: csv::Error| Error::file(path)(e.into());
        if self.writer.is_none() {
            let mut writer = writer(path)?;
            writer
                .write_record(self.header.iter().map(String::as_str).filter(|name| *name != REASON_COLUMN).chain([REASON_COLUMN]))
                .map_err(fail)?;
            self.writer = Some(writer);
        }
        if let Some(at) = self.reason.filter(|at| *at < cells.len()) {
            cells.remove(at);
        }
        cells.push(reason.to_owned());
        self.writer.as_mut().map_or(Ok(()), |writer| writer.write_record(&cells)).map_err(fail)
    }

    pub(super) fn finish(self) -> Result<()> {
        match (self.writer, self.path) {
            (Some(mut writer), Some(path)) => writer.flush().map_err(Error::file(path)),
            _ => Ok(()),
        }
    }
}

/// A CSV writer behind a byte-order mark, without which Excel takes Chinese UTF-8 for GBK and destroys it on saving.
pub(crate) fn writer(path: &Path) -> Result<csv::Writer<File>> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(Error::file(parent))?;
    }
    let mut file = File::create(path).map_err(Error::file(path))?;
    file.write_all("\u{feff}".as_bytes()).map_err(Error::file(path))?;
    Ok(csv::WriterBuilder::new().flexible(true).from_writer(file))
}
