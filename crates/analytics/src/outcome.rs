//! Verified outcomes from the truth table of a programme.

use std::collections::HashMap;
use std::path::Path;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::arrow::util::display::array_value_to_string;
use programme::Programme;
use programme::definition::TableRole;

use crate::error::{Error, Result};
use crate::reading::{ReadingOptions, discover, read_table};

/// What a verification found out about a household.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    pub poor: bool,
    /// Households of the register it stands for.
    pub weight: Option<f64>,
    /// Verified income per head in minor units.
    pub income: Option<i64>,
}

/// Reads the truth table from a file or folder: its first boolean column is the outcome, its first quantity the
/// sampling weight, its first money column the verified income.
pub fn outcomes(programme: &Programme, path: &Path) -> Result<HashMap<String, Outcome>> {
    let table = programme.tables.iter().find(|table| table.role == TableRole::Truth);
    let table = table.ok_or_else(|| Error::Invalid("the programme has no table of role `truth`".to_owned()))?;
    let (files, _) = discover(programme, path)?;
    let files: Vec<_> = files.into_iter().filter(|file| file.table == table.name()).collect();
    if files.is_empty() {
        let reason = format!("it holds no file of the table `{}`", table.name());
        return Err(Error::Register { path: path.to_path_buf(), reason });
    }
    let read = read_table(programme, &table.part, &files, &ReadingOptions::default(), &mut |_| {})?;
    let mut outcomes = HashMap::new();
    for batch in &read.batches {
        let key = batch.column_by_name(programme.key());
        let poor = first(batch.columns(), &DataType::Boolean);
        let (Some(key), Some(poor)) = (key, poor) else { continue };
        let (weight, income) = (first(batch.columns(), &DataType::Float64), money(table, batch));
        for row in (0..batch.num_rows()).filter(|row| poor.is_valid(*row)) {
            let valid = |array: &&ArrayRef| array.is_valid(row);
            let outcome = Outcome {
                poor: poor.as_boolean().value(row),
                weight: weight.filter(valid).map(|array| array.as_primitive::<Float64Type>().value(row)),
                income: income.filter(valid).map(|array| array.as_primitive::<Int64Type>().value(row)),
            };
            outcomes.insert(array_value_to_string(key, row)?, outcome);
        }
    }
    Ok(outcomes)
}

fn first<'a>(columns: &'a [ArrayRef], data_type: &DataType) -> Option<&'a ArrayRef> {
    columns.iter().find(|array| array.data_type() == data_type)
}

fn money<'a>(table: &programme::Table, batch: &'a datafusion::arrow::array::RecordBatch) -> Option<&'a ArrayRef> {
    let column = table.column.iter().find(|column| column.column_type == programme::ColumnType::Money)?;
    batch.column_by_name(column.name())
}
