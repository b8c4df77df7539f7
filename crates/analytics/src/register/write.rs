//! Writing parts and the manifest.

use std::collections::BTreeMap;
use std::fs::File;
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

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .build()
}

/// Writes a register into a folder that is not yet in use.
pub struct RegisterWriter {
    folder: PathBuf,
}

impl RegisterWriter {
    pub fn create(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder.join("parts")).map_err(Error::file(folder))?;
        Ok(Self { folder: folder.to_path_buf() })
    }

    pub fn part(&self, name: &str) -> Result<PartWriter> {
        let folder = self.folder.join("parts").join(name);
        std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
        let part = Part { name: name.to_owned(), households: 0, tables: BTreeMap::new() };
        Ok(PartWriter { folder, part, writers: BTreeMap::new() })
    }

    pub fn finish(self, manifest: &Manifest) -> Result<()> {
        let path = self.folder.join(Register::MANIFEST);
        let text = serde_json::to_string_pretty(manifest).map_err(|e| Error::Invalid(e.to_string()))?;
        std::fs::write(&path, text).map_err(Error::file(&path))
    }
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
            writer.close().map_err(Error::parquet(self.folder.join(format!("{table}.parquet"))))?;
        }
        self.part.households = households;
        Ok(self.part)
    }
}

fn open(path: &Path, schema: SchemaRef) -> Result<ArrowWriter<File>> {
    let file = File::create(path).map_err(Error::file(path))?;
    ArrowWriter::try_new(file, schema, Some(properties())).map_err(Error::parquet(path))
}
