//! Writing parts and the manifest.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::{Manifest, Part, PartTable, Register};
use crate::error::{Error, Result};

/// Rows a row group: large enough to compress, small enough to look one household up.
const ROW_GROUP: usize = 262_144;
/// Rows a page: a code column takes a few bits a row, and each page costs a header and a decompressor.
const PAGE_ROWS: usize = 131_072;

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .build()
}

/// Writes a register aside and puts it in the place of the folder when it is whole.
pub struct RegisterWriter {
    folder: PathBuf,
    aside: PathBuf,
    /// Held while this import writes; nobody else may clear `aside` away meanwhile.
    lock: Option<File>,
}

const LOCK: &str = ".lock";
/// Ending of the old register's name between the two renames.
const REPLACED: &str = "replaced";

impl RegisterWriter {
    /// Refuses a folder that holds anything but a register; clears away what an import that broke off has left.
    pub fn create(folder: &Path) -> Result<Self> {
        // The register behind a symbolic link is replaced, not the link.
        let folder = &std::fs::canonicalize(folder).unwrap_or_else(|_missing| folder.to_path_buf());
        recover(folder)?;
        if !(Register::is_register(folder) || is_free(folder)?) {
            return Err(Error::Occupied { path: folder.clone() });
        }
        let aside = beside(folder, "new");
        clear(&aside)?;
        std::fs::create_dir_all(aside.join("parts")).map_err(Error::file(&aside))?;
        let lock = File::create(aside.join(LOCK)).map_err(Error::file(&aside))?;
        lock.try_lock().map_err(|_held| running(&aside))?;
        Ok(Self { folder: folder.clone(), aside, lock: Some(lock) })
    }

    pub fn part(&self, name: &str) -> Result<PartWriter> {
        let folder = self.aside.join("parts").join(name);
        std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        let part = Part { name: name.to_owned(), households: 0, tables: BTreeMap::new() };
        Ok(PartWriter { folder, part, writers: BTreeMap::new() })
    }

    /// The manifest comes last, then the whole register takes its place.
    pub fn finish(mut self, manifest: &Manifest) -> Result<()> {
        let path = self.aside.join(Register::MANIFEST);
        let text = serde_json::to_string_pretty(manifest).map_err(|e| Error::Invalid(e.to_string()))?;
        let mut file = File::create(&path).map_err(Error::file(&path))?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(Error::file(&path))?;
        self.lock = None;
        swap(&self.aside, &self.folder)?;
        let lock = self.folder.join(LOCK);
        std::fs::remove_file(&lock).map_err(Error::file(&lock))
    }
}

impl Drop for RegisterWriter {
    fn drop(&mut self) {
        if self.lock.is_some() {
            // An import that gave up leaves nothing; what cannot be removed the next import clears away.
            let _left = std::fs::remove_dir_all(&self.aside);
        }
    }
}

fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    folder.with_file_name(name)
}

fn running(path: &Path) -> Error {
    Error::Invalid(format!("another import is writing {}; wait for it to end", path.display()))
}

/// Whether a folder is not there or empty.
fn is_free(folder: &Path) -> Result<bool> {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotADirectory => Ok(false),
        Err(error) => Err(Error::file(folder)(error)),
    }
}

/// Removes what an earlier import left aside, and nothing else: a whole register without our lock is somebody's copy.
fn clear(aside: &Path) -> Result<()> {
    if is_free(aside)? && !aside.is_dir() {
        return Ok(());
    }
    let fail = || Error::Occupied { path: aside.to_path_buf() };
    for entry in std::fs::read_dir(aside).map_err(|_file| fail())? {
        let name = entry.map_err(Error::file(aside))?.file_name();
        if ![LOCK, "parts", Register::MANIFEST].iter().any(|ours| name == *ours) {
            return Err(fail());
        }
    }
    match File::open(aside.join(LOCK)) {
        Ok(lock) => lock.try_lock().map_err(|_held| running(aside))?,
        Err(_none) if Register::is_register(aside) => return Err(fail()),
        Err(_none) => {}
    }
    std::fs::remove_dir_all(aside).map_err(Error::file(aside))
}

/// Removes a register that was replaced; the manifest first, so that half of it is never taken for a register.
fn discard(old: &Path) -> Result<()> {
    let manifest = old.join(Register::MANIFEST);
    std::fs::remove_file(&manifest).map_err(Error::file(&manifest))?;
    std::fs::remove_dir_all(old).map_err(Error::file(old))
}

/// Puts `aside` in the place of `folder`; the old register is removed only when the new one stands.
fn swap(aside: &Path, folder: &Path) -> Result<()> {
    if is_free(folder)? {
        if folder.is_dir() {
            std::fs::remove_dir(folder).map_err(Error::file(folder))?;
        }
        return std::fs::rename(aside, folder).map_err(Error::file(folder));
    }
    if exchange(aside, folder) {
        return discard(aside);
    }
    let old = beside(folder, REPLACED);
    std::fs::rename(folder, &old).map_err(Error::file(folder))?;
    std::fs::rename(aside, folder).map_err(Error::file(folder))?;
    discard(&old)
}

/// Swaps two folders in one step, where the file system can.
#[cfg(target_os = "linux")]
pub(crate) fn exchange(one: &Path, other: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn exchange(_one: &Path, _other: &Path) -> bool {
    false
}

/// Undoes a replacement that broke off between its two renames.
pub(super) fn recover(folder: &Path) -> Result<()> {
    let old = beside(folder, REPLACED);
    if Register::is_register(&old) && !folder.exists() {
        return std::fs::rename(&old, folder).map_err(Error::file(folder));
    }
    Ok(())
}

/// Writes the tables of one part, each in the order of the part's households.
pub struct PartWriter {
    folder: PathBuf,
    part: Part,
    writers: BTreeMap<String, ArrowWriter<File>>,
}

impl PartWriter {
    /// Appends rows to a table; the first batch fixes its schema.
    pub fn write(&mut self, table: &str, batch: &RecordBatch) -> Result<()> {
        let path = self.folder.join(format!("{table}.parquet"));
        if !self.writers.contains_key(table) {
            let writer = open(&path, batch.schema())?;
            self.writers.insert(table.to_owned(), writer);
            self.part.tables.insert(table.to_owned(), PartTable { rows: 0 });
        }
        if let Some(writer) = self.writers.get_mut(table) {
            writer.write(batch).map_err(Error::parquet(&path))?;
        }
        if let Some(entry) = self.part.tables.get_mut(table) {
            entry.rows += u64::try_from(batch.num_rows()).unwrap_or(0);
        }
        Ok(())
    }

    pub fn finish(mut self, households: u64) -> Result<Part> {
        for (table, writer) in std::mem::take(&mut self.writers) {
            let path = self.folder.join(format!("{table}.parquet"));
            let file = writer.into_inner().map_err(Error::parquet(&path))?;
            file.sync_all().map_err(Error::file(&path))?;
        }
        self.part.households = households;
        Ok(self.part)
    }
}

fn open(path: &Path, schema: SchemaRef) -> Result<ArrowWriter<File>> {
    let file = File::create(path).map_err(Error::file(path))?;
    ArrowWriter::try_new(file, schema, Some(properties())).map_err(Error::parquet(path))
}
