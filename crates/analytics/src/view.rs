//! The household view: one row a household, from the register's tables by merging streams that are in the same order.
//!
//! [`ViewPlan::new`] compiles a programme against what a register holds; [`ViewReader`] yields batches of whole households.
//! Columns of tables that were never delivered are missing, not zero.

mod linked;
mod order;
mod plan;
mod segment;

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, new_null_array};
use datafusion::arrow::datatypes::Int64Type;
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

/// Streams the view of one part.
pub struct ViewReader<'a> {
    plan: &'a ViewPlan,
    base: TableStream,
    linked: Vec<Option<linked::LinkedStream>>,
    blanks: Vec<Option<ArrayRef>>,
}

impl<'a> ViewReader<'a> {
    pub fn open(plan: &'a ViewPlan, register: &Register, part: &Part) -> Result<Self> {
        let base = register.read(part, &plan.base_table, &plan.base_read)?;
        let missing = || Error::Register { path: register.folder.clone(), reason: format!("part {} has no households", part.name) };
        let base = base.ok_or_else(missing)?;
        let mut linked = Vec::new();
        for table in &plan.tables {
            linked.push(if table.needed() { linked::LinkedStream::open(table, register, part)? } else { None });
        }
        Ok(Self { plan, base, linked, blanks: vec![None; plan.scope.columns().len()] })
    }

    fn assemble(&mut self, base: &RecordBatch) -> Result<ViewBatch> {
        let plan = self.plan;
        let rows = base.num_rows();
        let keys = base.column_by_name(&plan.key).ok_or_else(|| Error::Invalid(format!("the register has no column `{}`", plan.key)))?;
        let mut linked = Vec::new();
        for (table, stream) in plan.tables.iter().zip(&mut self.linked) {
            linked.push(match stream {
                Some(stream) => Some(stream.rows_of(keys)?),
                None if table.needed() => Some(LinkedRows::none(table, rows)?),
                None => None,
            });
        }
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(plan.columns.len());
        let mut fields = Vec::with_capacity(plan.columns.len());
        let schema = plan.scope.arrow();
        for (place, column) in plan.columns.iter().enumerate() {
            let array = if plan.needed.get(place).copied().unwrap_or(false) {
                match column {
                    plan::Column::Base(name) => base.column_by_name(name).cloned(),
                    plan::Column::Aggregate { table, aggregate } => {
                        linked.get(*table).and_then(Option::as_ref).map(|rows| aggregate.compute(rows)).transpose()?
                    }
                    plan::Column::Line(values, area) => Some(lines(values, area.and_then(|place| columns.get(place)), rows)),
                    plan::Column::Derived(compiled) => {
                        let prefix = RecordBatch::try_new(Arc::new(datafusion::arrow::datatypes::Schema::new(fields.clone())), columns.clone())?;
                        Some(compiled.evaluate(&prefix)?)
                    }
                }
            } else {
                None
            };
            columns.push(match array {
                Some(array) => array,
                None => self.blank(place, rows)?,
            });
            fields.extend(schema.fields().get(place).cloned());
        }
        Ok(ViewBatch { view: RecordBatch::try_new(schema, columns)?, linked })
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
        (_, Some(area)) => Arc::new(area.as_primitive::<Int64Type>().iter().map(|code| at(AreaCode::from_padded(code?))).collect::<Int64Array>()),
        (_, None) => Arc::new((0..rows).map(|_| at(AreaCode::WHOLE)).collect::<Int64Array>()),
    }
}

#[cfg(test)]
mod tests;
