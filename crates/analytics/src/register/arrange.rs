//! Rows of a table brought into the order of the households, repeated rows taken out.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array, UInt64Array};
use datafusion::arrow::compute::{concat_batches, take};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, UInt32Type};
use datafusion::arrow::row::{RowConverter, SortField};
use kernel::{Finding, Place, Severity};

use crate::error::{Error, Result};
use crate::reading::ReadTable;
use crate::reading::table::ORIGIN;

/// The place of a household in the order of its part; rows of no known household have none.
pub(super) type Rank = u32;

/// Household keys to ranks.
pub(super) enum Ranks {
    Long(HashMap<i64, Rank>),
    Text(HashMap<String, Rank>),
}

impl Ranks {
    /// `keys` in the order of the households, without repetition.
    pub(super) fn new(keys: &ArrayRef) -> Self {
        let numbers = 0..;
        if keys.data_type() == &DataType::Int64 {
            Self::Long(keys.as_primitive::<Int64Type>().values().iter().copied().zip(numbers).collect())
        } else {
            Self::Text(keys.as_string::<i32>().iter().map(|key| key.unwrap_or_default().to_owned()).zip(numbers).collect())
        }
    }

    pub(super) fn of(&self, keys: &ArrayRef) -> UInt32Array {
        match self {
            Self::Long(ranks) => keys.as_primitive::<Int64Type>().iter().map(|key| ranks.get(&key?).copied()).collect(),
            Self::Text(ranks) => keys.as_string::<i32>().iter().map(|key| ranks.get(key?).copied()).collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Long(ranks) => ranks.len(),
            Self::Text(ranks) => ranks.len(),
        }
    }
}

/// Everything read of a table as one batch.
pub(super) fn whole(read: &ReadTable) -> Result<RecordBatch> {
    Ok(concat_batches(&read.schema, &read.batches)?)
}

pub(super) fn column(batch: &RecordBatch, name: &str) -> Result<ArrayRef> {
    batch.column_by_name(name).cloned().ok_or_else(|| Error::Invalid(format!("the table has no column `{name}`")))
}

/// Rows sorted by `by`, ties by file and row; among rows with equal keys the first stays.
pub(super) struct Arranged {
    pub batch: RecordBatch,
    /// Rows with a key that stood before but other content.
    pub conflicting: RecordBatch,
    pub repeated: u64,
}

/// Sorts a batch by `leading` (a column beside the batch, for instance ranks) and then its key columns.
pub(super) fn arrange(batch: &RecordBatch, leading: Option<&ArrayRef>, key: &[&str]) -> Result<Arranged> {
    let mut columns: Vec<ArrayRef> = leading.into_iter().cloned().collect();
    for name in key {
        columns.push(column(batch, name)?);
    }
    let key_rows = rows(&columns)?;
    let origin = rows(&[column(batch, ORIGIN[0])?, column(batch, ORIGIN[1])?])?;
    let mut order: Vec<u64> = (0..u64::try_from(batch.num_rows()).unwrap_or(0)).collect();
    let at = |i: u64| usize::try_from(i).unwrap_or(usize::MAX);
    order
        .sort_unstable_by(|a, b| key_rows.row(at(*a)).cmp(&key_rows.row(at(*b))).then_with(|| origin.row(at(*a)).cmp(&origin.row(at(*b)))));
    let content = batch.num_columns() - ORIGIN.len();
    let equal = |a: u64, b: u64| batch.columns().iter().take(content).all(|column| column.slice(at(a), 1) == column.slice(at(b), 1));
    let (mut kept, mut conflicting, mut repeated) = (Vec::with_capacity(order.len()), Vec::new(), 0);
    for index in order {
        match kept.last() {
            Some(last) if key_rows.row(at(*last)) == key_rows.row(at(index)) => {
                if equal(*last, index) {
                    repeated += 1;
                } else {
                    conflicting.push(index);
                }
            }
            _ => kept.push(index),
        }
    }
    Ok(Arranged { batch: take_rows(batch, kept)?, conflicting: take_rows(batch, conflicting)?, repeated })
}

fn rows(columns: &[ArrayRef]) -> Result<datafusion::arrow::row::Rows> {
    let fields = columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
    Ok(RowConverter::new(fields)?.convert_columns(columns)?)
}

fn take_rows(batch: &RecordBatch, indices: Vec<u64>) -> Result<RecordBatch> {
    let indices = UInt64Array::from(indices);
    let columns = batch.columns().iter().map(|column| take(column, &indices, None)).collect::<Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(batch.schema(), columns)?)
}

/// The batch with a column in front (or in the place of one of that name).
pub(super) fn with_column(batch: &RecordBatch, name: &str, array: ArrayRef) -> Result<RecordBatch> {
    let mut fields = vec![Arc::new(Field::new(name, array.data_type().clone(), true))];
    let mut columns = vec![array];
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        if field.name() != name {
            fields.push(Arc::clone(field));
            columns.push(Arc::clone(column));
        }
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

/// The batch without the named columns.
pub(super) fn without(batch: &RecordBatch, names: &[&str]) -> Result<RecordBatch> {
    let keep: Vec<usize> = (0..batch.num_columns()).filter(|i| !names.contains(&batch.schema().field(*i).name().as_str())).collect();
    Ok(batch.project(&keep)?)
}

/// One finding a row, at the row's place in its file.
pub(super) fn row_findings(batch: &RecordBatch, files: &[String], code: &str, at: &str, texts: (&str, &str)) -> Result<Vec<Finding>> {
    let (file, row) = (column(batch, ORIGIN[0])?, column(batch, ORIGIN[1])?);
    let places = file.as_primitive::<UInt32Type>().values().iter().zip(row.as_primitive::<UInt32Type>().values());
    let found = |(file, row): (&u32, &u32)| {
        let file = files.get(kernel::number::index(*file)).cloned().unwrap_or_default();
        Finding::new(code, Severity::Error, Place { file, row: u64::from(*row), column: at.to_owned() }, texts.0, texts.1)
    };
    Ok(places.map(found).collect())
}
