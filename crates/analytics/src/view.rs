//! The household view: one row a household, from the register's tables by merging streams that are in the same order.
//!
//! [`ViewPlan::new`] compiles a programme against what a register holds; [`ViewReader`] yields batches of whole households.
//! Columns of tables that were never delivered are missing, not zero.

mod linked;
mod order;
mod plan;
mod segment;

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, RecordBatchOptions, new_null_array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use kernel::AreaCode;

use crate::error::{Error, Result};
use crate::register::{BATCH, Part, Register, TableStream};
pub use linked::{LinkedRows, linked_read};
pub use plan::{TablePlan, ViewPlan};

/// A batch of whole households.
pub struct ViewBatch {
    /// All columns of the view in the order of [`ViewPlan::scope`]; columns nobody asked for are missing.
    pub view: RecordBatch,
    /// The rows of linked tables that belong to the batch, by table in the order of [`ViewPlan::tables`].
    pub linked: Vec<Option<LinkedRows>>,
}

impl ViewBatch {
    /// A column as whole numbers: true is 1, missing is 0.
    #[must_use]
    pub fn whole(&self, name: &str) -> Vec<i64> {
        let column = self.view.column_by_name(name).and_then(|array| cast(array, &DataType::Int64).ok());
        let Some(column) = column else { return vec![0; self.view.num_rows()] };
        let column = column.as_primitive::<Int64Type>();
        if column.null_count() == 0 { column.values().to_vec() } else { column.iter().map(Option::unwrap_or_default).collect() }
    }
}

/// Streams the view of one part.
pub struct ViewReader<'a> {
    plan: &'a ViewPlan,
    base: TableStream,
    linked: Vec<Option<linked::LinkedStream>>,
    blanks: Vec<Option<ArrayRef>>,
    schema: SchemaRef,
}

impl<'a> ViewReader<'a> {
    pub fn open(plan: &'a ViewPlan, register: &Register, part: &Part) -> Result<Self> {
        let base = register.read_coded(part, &plan.base_table, &plan.base_read, &plan.base_coded)?;
        let missing = || Error::Register { path: register.folder.clone(), reason: format!("part {} has no households", part.name) };
        let base = base.ok_or_else(missing)?;
        let mut linked = Vec::new();
        for table in &plan.tables {
            linked.push(if table.needed() { linked::LinkedStream::open(table, register, part)? } else { None });
        }
        Ok(Self { plan, base, linked, blanks: vec![None; plan.scope.columns().len()], schema: plan.scope.arrow() })
    }

    fn assemble(&mut self, base: &RecordBatch) -> Result<ViewBatch> {
        let plan = self.plan;
        let rows = base.num_rows();
        let keys = || base.column_by_name(&plan.key).ok_or_else(|| Error::Invalid(format!("the register has no column `{}`", plan.key)));
        let mut linked = Vec::new();
        for (table, stream) in plan.tables.iter().zip(&mut self.linked) {
            linked.push(match stream {
                Some(stream) => Some(stream.rows_of(keys()?)?),
                None if table.needed() => Some(LinkedRows::none(table, rows)?),
                None => None,
            });
        }
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(plan.columns.len());
        for (place, column) in plan.columns.iter().enumerate() {
            let array = if plan.needed.get(place).copied().unwrap_or(false) {
                match column {
                    plan::Column::Base(name) => base.column_by_name(name).cloned(),
                    plan::Column::Aggregate { table, aggregate } => {
                        linked.get(*table).and_then(Option::as_ref).map(|rows| aggregate.compute(rows)).transpose()?
                    }
                    plan::Column::Line(values, area) => Some(lines(values, area.and_then(|place| columns.get(place)), rows)),
                    plan::Column::Derived(compiled) => Some(compiled.evaluate_in(&columns, rows)?),
                }
            } else {
                None
            };
            columns.push(match array {
                Some(array) => array,
                None => self.blank(place, rows)?,
            });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(ViewBatch { view: RecordBatch::try_new_with_options(self.schema_of(&columns), columns, &options)?, linked })
    }

    /// The scope's schema with the types at hand: code columns are dictionaries where they were read.
    fn schema_of(&mut self, columns: &[ArrayRef]) -> SchemaRef {
        let same = self.schema.fields().iter().zip(columns).all(|(field, array)| field.data_type() == array.data_type());
        if !same {
            let fields = self.schema.fields().iter().zip(columns);
            let fields: Vec<Field> = fields.map(|(field, array)| Field::new(field.name(), array.data_type().clone(), true)).collect();
            self.schema = Arc::new(Schema::new(fields));
        }
        Arc::clone(&self.schema)
    }

    /// Missing values, made once.
    fn blank(&mut self, place: usize, rows: usize) -> Result<ArrayRef> {
        let column = self.plan.scope.columns().get(place).ok_or_else(|| Error::Invalid("a column outside the view".to_owned()))?;
        let Some(slot) = self.blanks.get_mut(place) else { return Ok(new_null_array(&column.data_type, rows)) };
        let blank = slot.get_or_insert_with(|| new_null_array(&column.data_type, BATCH.max(rows)));
        Ok(blank.slice(0, rows))
    }
}

impl Iterator for ViewReader<'_> {
    type Item = Result<ViewBatch>;
    fn next(&mut self) -> Option<Self::Item> {
        match self.base.next() {
            None => self.linked.iter().flatten().find_map(linked::LinkedStream::unread).map(Err),
            Some(Err(error)) => Some(Err(error)),
            Some(Ok(batch)) => Some(self.assemble(&batch)),
        }
    }
}

/// The poverty line of each household's place.
fn lines(values: &[(AreaCode, i64)], area: Option<&ArrayRef>, rows: usize) -> ArrayRef {
    let at = |area: AreaCode| values.iter().find(|(place, _)| place.contains(area)).map(|(_, amount)| *amount);
    match (values, area) {
        ([(AreaCode::WHOLE, amount)], _) => Arc::new(Int64Array::from_value(*amount, rows)),
        (_, Some(area)) => {
            Arc::new(area.as_primitive::<Int64Type>().iter().map(|code| at(AreaCode::from_padded(code?))).collect::<Int64Array>())
        }
        (_, None) => Arc::new((0..rows).map(|_| at(AreaCode::WHOLE)).collect::<Int64Array>()),
    }
}

#[cfg(test)]
mod tests;
