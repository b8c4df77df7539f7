//! The register as files: parts of whole households, every table in the order of its households, so that joins are merges.
//!
//! `register.json` says what there is; `parts/<part>/<table>.parquet` holds it. Written aside (`<folder>.new`) and swapped in by rename, so that it is whole or absent.

mod arrange;
mod import;
mod inputs;
mod write;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef};
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::language::coded::dictionary;
use crate::reading::table::Counts;
pub(crate) use import::unmatched_table;
pub use import::{ImportOptions, ImportReport, import};
pub(crate) use write::exchange;
pub use write::{PartWriter, RegisterWriter};

/// Rows a batch when a part is read.
pub const BATCH: usize = 16_384;

/// One table of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartTable {
    pub rows: u64,
}

/// A set of whole households.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub name: String,
    pub households: u64,
    pub tables: BTreeMap<String, PartTable>,
}

/// What `register.json` holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub programme: String,
    pub programme_version: String,
    /// SHA-256 over the definition and all input files; equal inputs are not imported again.
    pub fingerprint: String,
    /// Per table the columns that no file held.
    pub absent: BTreeMap<String, Vec<String>>,
    pub counts: BTreeMap<String, Counts>,
    pub parts: Vec<Part>,
}

impl Manifest {
    pub const FORMAT: u32 = 1;

    #[must_use]
    pub fn households(&self) -> u64 {
        self.parts.iter().map(|part| part.households).sum()
    }

    /// Whether any file was read for the table.
    #[must_use]
    pub fn has_table(&self, table: &str) -> bool {
        self.absent.contains_key(table)
    }
}

/// An opened register.
#[derive(Debug, Clone)]
pub struct Register {
    pub folder: PathBuf,
    pub manifest: Manifest,
}

impl Register {
    pub const MANIFEST: &'static str = "register.json";

    pub fn open(folder: &Path) -> Result<Self> {
        write::recover(folder)?;
        let path = folder.join(Self::MANIFEST);
        let text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
        let manifest: Manifest = serde_json::from_str(&text)
            .map_err(|e| Error::Register { path: folder.to_path_buf(), reason: format!("its manifest cannot be read: {e}") })?;
        if manifest.format != Manifest::FORMAT {
            let reason = format!("it has format {}, this program reads {}", manifest.format, Manifest::FORMAT);
            return Err(Error::Register { path: folder.to_path_buf(), reason });
        }
        Ok(Self { folder: folder.to_path_buf(), manifest })
    }

    #[must_use]
    pub fn is_register(folder: &Path) -> bool {
        folder.join(Self::MANIFEST).is_file()
    }

    #[must_use]
    pub fn path(&self, part: &str, table: &str) -> PathBuf {
        self.folder.join("parts").join(part).join(format!("{table}.parquet"))
    }

    /// Streams a table of a part in its order, only the named columns that it has; nothing if the part lacks the table.
    pub fn read(&self, part: &Part, table: &str, columns: &[String]) -> Result<Option<TableStream>> {
        self.read_coded(part, table, columns, &[])
    }

    /// As [`Self::read`], with the columns `coded` as dictionaries of their words.
    pub fn read_coded(&self, part: &Part, table: &str, columns: &[String], coded: &[String]) -> Result<Option<TableStream>> {
        if !part.tables.contains_key(table) {
            return Ok(None);
        }
        let path = self.path(&part.name, table);
        let file = File::open(&path).map_err(Error::file(&path))?;
        let mut metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(Error::parquet(&path))?;
        if !coded.is_empty() {
            let options = ArrowReaderOptions::new().with_schema(as_dictionaries(metadata.schema(), coded));
            metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options).map_err(Error::parquet(&path))?;
        }
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
        let names = columns.iter().map(String::as_str);
        let mask = ProjectionMask::columns(builder.parquet_schema(), names);
        let reader = builder.with_projection(mask).with_batch_size(BATCH).build().map_err(Error::parquet(&path))?;
        Ok(Some(TableStream { reader }))
    }
}

/// The schema with the named text columns as dictionaries.
fn as_dictionaries(schema: &Schema, coded: &[String]) -> SchemaRef {
    let held = |field: &FieldRef| {
        let words = field.data_type() == &DataType::Utf8 && coded.iter().any(|name| name == field.name());
        if words { Arc::new(field.as_ref().clone().with_data_type(dictionary())) } else { Arc::clone(field) }
    };
    Arc::new(Schema::new(schema.fields().iter().map(held).collect::<Vec<_>>()))
}

/// Batches of one table in the order of its households.
pub struct TableStream {
    reader: ParquetRecordBatchReader,
}

impl TableStream {
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        datafusion::arrow::array::RecordBatchReader::schema(&self.reader)
    }
}

impl Iterator for TableStream {
    type Item = Result<RecordBatch>;
    fn next(&mut self) -> Option<Self::Item> {
        self.reader.next().map(|batch| batch.map_err(Error::from))
    }
}

#[cfg(test)]
mod tests;
