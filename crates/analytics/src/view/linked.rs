//! Rows of linked tables, cut to the households of a batch.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, new_null_array};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema};

use super::plan::TablePlan;
use crate::error::{Error, Result};
use crate::register::{Part, Register, TableStream};

/// The linked rows of a batch of households.
pub struct LinkedRows {
    /// The table's columns in the order of its scope, derived ones included.
    pub batch: RecordBatch,
    /// Row `i`'s household is the one whose bounds enclose it: household `h` has rows `bounds[h]..bounds[h + 1]`.
    pub bounds: Vec<usize>,
}

impl LinkedRows {
    /// A table of which this part has no row.
    pub(super) fn none(table: &TablePlan, households: usize) -> Result<Self> {
        Ok(Self { batch: table.complete(&RecordBatch::new_empty(Arc::new(Schema::empty())))?, bounds: vec![0; households + 1] })
    }
}

/// A linked table read along with the households.
pub(super) struct LinkedStream {
    table: TablePlan,
    stream: TableStream,
    current: Option<RecordBatch>,
    position: usize,
}

impl LinkedStream {
    pub(super) fn open(table: &TablePlan, register: &Register, part: &Part) -> Result<Option<Self>> {
        let stream = register.read_coded(part, &table.name, &table.read, &table.coded)?;
        Ok(stream.map(|stream| Self { table: table.clone(), stream, current: None, position: 0 }))
    }

    /// The rows that belong to the households `keys`, which follow those of the last call.
    pub(super) fn rows_of(&mut self, keys: &ArrayRef) -> Result<LinkedRows> {
        let households = keys.len();
        let mut bounds = Vec::with_capacity(households + 1);
        bounds.push(0);
        let mut pieces: Vec<RecordBatch> = Vec::new();
        let (mut household, mut rows) = (0, 0);
        while household < households {
            if self.current.as_ref().is_none_or(|batch| self.position >= batch.num_rows()) {
                self.position = 0;
                self.current = self.stream.next().transpose()?;
                if self.current.is_none() {
                    break;
                }
            }
            let Some(batch) = self.current.as_ref() else { break };
            let Some(linked) = batch.column_by_name(&self.table.key) else {
                return Err(Error::Invalid(format!("table `{}` has no column `{}`", self.table.name, self.table.key)));
            };
            let start = self.position;
            household = step(keys, linked, (household, &mut self.position), (start, rows), &mut bounds);
            rows += self.position - start;
            pieces.push(batch.slice(start, self.position - start));
        }
        bounds.resize(households + 1, rows);
        let batch = match pieces.as_slice() {
            [] => RecordBatch::new_empty(Arc::new(Schema::empty())),
            [only] => only.clone(),
            [first, ..] => concat_batches(&first.schema(), &pieces)?,
        };
        Ok(LinkedRows { batch: self.table.complete(&batch)?, bounds })
    }

    /// Rows that no household claimed: the register is not in order.
    pub(super) fn unread(&self) -> Option<Error> {
        let left = self.current.as_ref().is_some_and(|batch| self.position < batch.num_rows());
        left.then(|| Error::Invalid(format!("table `{}` is not in the order of the households; import the files again", self.table.name)))
    }
}

/// Advances through one batch: for each household the rows with its key. Returns the household at which the batch ended.
fn step(
    keys: &ArrayRef,
    linked: &ArrayRef,
    (mut household, position): (usize, &mut usize),
    (start, rows): (usize, usize),
    bounds: &mut Vec<usize>,
) -> usize {
    let households = keys.len();
    let mut walk = |same: &mut dyn FnMut(usize, usize) -> usize| {
        while household < households {
            *position = same(household, *position);
            if *position >= linked.len() {
                // The household may go on in the next batch.
                return household;
            }
            household += 1;
            bounds.push(rows + *position - start);
        }
        household
    };
    if keys.data_type() == &DataType::Int64 {
        let (keys, linked) = (keys.as_primitive::<Int64Type>().values(), linked.as_primitive::<Int64Type>().values());
        walk(&mut |household, row| {
            let key = keys.get(household);
            row + linked.iter().skip(row).take_while(|other| Some(*other) == key).count()
        })
    } else {
        let (keys, linked) = (keys.as_string::<i32>(), linked.as_string::<i32>());
        walk(&mut |household, row| row + (row..linked.len()).take_while(|row| keys.value(household) == linked.value(*row)).count())
    }
}

impl TablePlan {
    /// The columns of the scope from those that were read; derived ones computed, unread ones missing.
    pub(super) fn complete(&self, read: &RecordBatch) -> Result<RecordBatch> {
        let rows = read.num_rows();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let mut fields: Vec<Field> = Vec::new();
        let mut columns: Vec<ArrayRef> = Vec::new();
        for (place, column) in self.scope.columns().iter().enumerate() {
            let derived = self.derived.get(place).and_then(Option::as_ref).filter(|_| self.uses.get(place).copied().unwrap_or(false));
            let array = match derived {
                Some(compiled) => compiled.evaluate_in(&columns, rows)?,
                None => read.column_by_name(&column.name).cloned().unwrap_or_else(|| new_null_array(&column.data_type, rows)),
            };
            fields.push(Field::new(&column.name, array.data_type().clone(), true));
            columns.push(array);
        }
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?)
    }
}

/// All rows of a table of a part with their derived columns, for searches and detectors that look beyond households.
pub fn linked_read(table: &TablePlan, register: &Register, part: &Part, stored: &str) -> Result<Vec<RecordBatch>> {
    let Some(stream) = register.read(part, stored, &table.read)? else { return Ok(Vec::new()) };
    stream.map(|batch| table.complete(&batch?)).collect()
}
