//! A folder of Parquet tables that is whole or not there: written aside, swapped in when everything stands.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{ParquetFile, Values, record_batch};
use crate::error::{Error, Result};
use crate::register::exchange;

/// What was written to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSum {
    pub rows: u64,
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
}

/// A folder that is being written.
pub struct TableFolder {
    folder: PathBuf,
    aside: PathBuf,
    files: BTreeMap<String, (ParquetFile, u64)>,
    published: bool,
}

impl TableFolder {
    /// Clears away what an earlier attempt left, and puts back what it had begun to replace. One writer at a time.
    pub fn create(folder: &Path) -> Result<Self> {
        let aside = hidden(folder, "new");
        recover(folder)?;
        if aside.exists() {
            std::fs::remove_dir_all(&aside).map_err(Error::file(&aside))?;
        }
        std::fs::create_dir_all(&aside).map_err(Error::file(&aside))?;
        Ok(Self { folder: folder.to_path_buf(), aside, files: BTreeMap::new(), published: false })
    }

    /// Appends rows to `<table>.parquet`; the first call fixes its columns.
    pub fn write(&mut self, table: &str, columns: Vec<(String, Values)>) -> Result<()> {
        let batch = record_batch(columns)?;
        let path = self.aside.join(format!("{table}.parquet"));
        let (file, rows) = self.files.entry(table.to_owned()).or_insert_with(|| (ParquetFile::create(&path), 0));
        *rows += u64::try_from(batch.num_rows()).unwrap_or(0);
        file.write(&batch)
    }

    /// Ends the tables: their files, with what they hold.
    pub fn close(&mut self) -> Result<BTreeMap<String, FileSum>> {
        let mut sums = BTreeMap::new();
        for (table, (file, rows)) in std::mem::take(&mut self.files) {
            file.finish()?;
            let name = format!("{table}.parquet");
            let path = self.aside.join(&name);
            let (bytes, sha256) = summed(&path).map_err(Error::file(&path))?;
            sums.insert(name, FileSum { rows, bytes, sha256 });
        }
        Ok(sums)
    }

    /// Adds a text beside the tables and puts the folder in its place; the one before it is gone only then.
    pub fn publish(mut self, name: &str, text: &str) -> Result<()> {
        let path = self.aside.join(name);
        let mut file = File::create(&path).map_err(Error::file(&path))?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(Error::file(&path))?;
        self.published = true;
        if !self.folder.exists() {
            return std::fs::rename(&self.aside, &self.folder).map_err(Error::file(&self.folder));
        }
        if !exchange(&self.aside, &self.folder) {
            let old = hidden(&self.folder, "old");
            std::fs::rename(&self.folder, &old).map_err(Error::file(&self.folder))?;
            std::fs::rename(&self.aside, &self.folder).map_err(Error::file(&self.folder))?;
            return std::fs::remove_dir_all(&old).map_err(Error::file(&old));
        }
        std::fs::remove_dir_all(&self.aside).map_err(Error::file(&self.aside))
    }
}

impl Drop for TableFolder {
    fn drop(&mut self) {
        if !self.published {
            // What gives up leaves nothing; what cannot be removed the next attempt clears away.
            let _left = std::fs::remove_dir_all(&self.aside);
        }
    }
}

/// Beside the folder, under a name that imports do not look at.
fn hidden(folder: &Path, ending: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.{ending}"))
}

/// Undoes a replacement that broke off between its two renames.
fn recover(folder: &Path) -> Result<()> {
    let old = hidden(folder, "old");
    if !old.exists() {
        return Ok(());
    }
    if folder.exists() {
        return std::fs::remove_dir_all(&old).map_err(Error::file(&old));
    }
    std::fs::rename(&old, folder).map_err(Error::file(folder))
}

/// Length and SHA-256 of a file that is on the disk for good.
fn summed(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    file.sync_all()?;
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0_u64, vec![0; 1 << 20]);
    loop {
        let length = file.read(&mut buffer)?;
        if length == 0 {
            return Ok((bytes, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()));
        }
        bytes += u64::try_from(length).unwrap_or(0);
        hash.update(buffer.get(..length).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::TableFolder;
    use crate::output::Values;

    fn numbers(of: &[i64]) -> Vec<(String, Values)> {
        vec![("n".to_owned(), Values::Long(of.iter().copied().map(Some).collect()))]
    }

    #[test]
    fn a_folder_is_whole_or_as_it_was() {
        let work = tempfile::tempdir().unwrap();
        let folder = work.path().join("520222");
        let entries = || std::fs::read_dir(work.path()).unwrap().count();
        let mut writing = TableFolder::create(&folder).unwrap();
        writing.write("household", numbers(&[1, 2])).unwrap();
        assert!(!folder.exists(), "nothing before it is whole");
        let sums = writing.close().unwrap();
        assert_eq!(sums["household.parquet"].rows, 2);
        writing.publish("manifest.json", "one").unwrap();
        let read = || std::fs::read_to_string(folder.join("manifest.json")).unwrap();
        assert_eq!((read().as_str(), entries()), ("one", 1));
        // Given up: as it was. Killed: cleared away by the next.
        drop(TableFolder::create(&folder).unwrap());
        std::mem::forget(TableFolder::create(&folder).unwrap());
        assert_eq!((read().as_str(), entries()), ("one", 2));
        let mut writing = TableFolder::create(&folder).unwrap();
        writing.write("household", numbers(&[1, 2, 3])).unwrap();
        writing.close().unwrap();
        writing.publish("manifest.json", "two").unwrap();
        assert_eq!((read().as_str(), entries()), ("two", 1));
        // Killed between two renames, where the file system cannot exchange.
        std::fs::rename(&folder, work.path().join(".520222.old")).unwrap();
        drop(TableFolder::create(&folder).unwrap());
        assert_eq!((read().as_str(), entries()), ("two", 1));
    }
}
