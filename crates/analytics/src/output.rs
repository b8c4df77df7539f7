//! Plain columns to Parquet, CSV and XLSX, so that other crates need not know arrow.

mod folder;
mod sheet;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray, UInt32Array,
};
use datafusion::arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;

use crate::error::{Error, Result};
pub use folder::{FileSum, TableFolder};
pub use sheet::{Sheet, write_workbook};

/// What 64 bits hold.
const DIGITS: u8 = 19;

/// One column of plain values.
#[derive(Debug, Clone)]
pub enum Values {
    Long(Vec<Option<i64>>),
    Integer(Vec<Option<i32>>),
    Count(Vec<u32>),
    Quantity(Vec<Option<f64>>),
    /// Exact decimals: units of the last of so many places.
    Decimal {
        units: Vec<Option<i64>>,
        places: i8,
    },
    Boolean(Vec<Option<bool>>),
    /// Days since 1970-01-01.
    Date(Vec<Option<i32>>),
    Text(Vec<Option<String>>),
    /// Offsets into one text, as arrow lays strings out; an empty text is missing.
    Packed {
        offsets: Vec<i32>,
        text: String,
    },
    /// Positions in a list of words; 255 is missing.
    Words {
        list: &'static [&'static str],
        keys: Vec<u8>,
    },
}

fn array(values: Values) -> Result<ArrayRef> {
    Ok(match values {
        Values::Long(values) => Arc::new(Int64Array::from(values)),
        Values::Integer(values) => Arc::new(Int32Array::from(values)),
        Values::Count(values) => Arc::new(UInt32Array::from(values)),
        Values::Quantity(values) => Arc::new(Float64Array::from(values)),
        Values::Decimal { units, places } => {
            let units: Decimal128Array = units.into_iter().map(|unit| unit.map(i128::from)).collect();
            Arc::new(units.with_precision_and_scale(DIGITS, places)?)
        }
        Values::Boolean(values) => Arc::new(BooleanArray::from(values)),
        Values::Date(values) => Arc::new(Date32Array::from(values)),
        Values::Text(values) => Arc::new(StringArray::from(values)),
        Values::Packed { offsets, text } => {
            let valid = offsets.windows(2).map(|pair| pair.first() != pair.last());
            let nulls = NullBuffer::from(valid.collect::<Vec<bool>>());
            let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
            Arc::new(StringArray::try_new(offsets, Buffer::from(text.into_bytes()), Some(nulls))?)
        }
        Values::Words { list, keys } => Arc::new(keys.iter().map(|key| list.get(usize::from(*key)).copied()).collect::<StringArray>()),
    })
}

/// A batch of named columns of equal length.
pub fn record_batch(columns: Vec<(String, Values)>) -> Result<RecordBatch> {
    let mut fields = Vec::new();
    let mut arrays = Vec::new();
    for (name, values) in columns {
        let array = array(values)?;
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

/// A Parquet file written batch by batch; the first fixes the columns.
pub struct ParquetFile {
    path: std::path::PathBuf,
    writer: Option<ArrowWriter<File>>,
}

impl ParquetFile {
    #[must_use]
    pub fn create(path: &Path) -> Self {
        Self { path: path.to_path_buf(), writer: None }
    }

    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if self.writer.is_none() {
            let file = File::create(&self.path).map_err(Error::file(&self.path))?;
            let zstd = Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default());
            let properties = WriterProperties::builder().set_compression(zstd).build();
            self.writer = Some(ArrowWriter::try_new(file, batch.schema(), Some(properties)).map_err(Error::parquet(&self.path))?);
        }
        self.writer.as_mut().map_or(Ok(()), |writer| writer.write(batch)).map_err(Error::parquet(&self.path))
    }

    pub fn finish(self) -> Result<()> {
        match self.writer {
            Some(writer) => writer.close().map(|_| ()).map_err(Error::parquet(&self.path)),
            None => Ok(()),
        }
    }
}

/// The rows of a batch as text cells; missing values are empty.
pub fn text_rows(batch: &RecordBatch) -> Result<Vec<Vec<String>>> {
    use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
    let options = FormatOptions::default();
    let formatters =
        batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options)).collect::<Result<Vec<_>, _>>()?;
    Ok((0..batch.num_rows()).map(|row| formatters.iter().map(|f| f.value(row).to_string()).collect()).collect())
}
