//! Aggregates over the rows of each household: rows of a household stand together, so every aggregate is one pass.
//!
//! Sums and means of measurements are taken in millionths as integers, so that they do not depend on the order of rows.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int32Array, Int64Array, UInt32Array};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::compute::{cast, take};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::arrow::row::{RowConverter, SortField};
use programme::column::Aggregate;

use super::LinkedRows;
use crate::error::Result;
use crate::language::Compiled;

/// A compiled aggregate column.
#[derive(Debug, Clone)]
pub(super) struct AggregateColumn {
    pub aggregate: Aggregate,
    pub filter: Option<Compiled>,
    pub value: Option<Compiled>,
}

/// Fixed-point scale of sums of measurements.
const MILLION: f64 = 1_000_000.0;

impl AggregateColumn {
    /// One value a household.
    pub(super) fn compute(&self, rows: &LinkedRows) -> Result<ArrayRef> {
        let filter = match &self.filter {
            Some(filter) => Some(selected(&filter.truth(&rows.batch)?)),
            None => None,
        };
        let value = self.value.as_ref().map(|value| value.evaluate(&rows.batch)).transpose()?;
        let counted = counted(filter, value.as_ref(), rows.batch.num_rows());
        let bounds = rows.bounds.as_slice();
        match (self.aggregate, &value) {
            (Aggregate::Count, _) | (_, None) => Ok(Arc::new(count(bounds, &counted))),
            (Aggregate::Any, Some(value)) => Ok(Arc::new(any(bounds, &counted, value.as_boolean()))),
            (Aggregate::All, Some(value)) => Ok(Arc::new(all(bounds, &counted, value.as_boolean()))),
            (Aggregate::Sum, Some(value)) if value.data_type() == &DataType::Float64 => Ok(Arc::new(sum_quantity(bounds, &counted, value))),
            (Aggregate::Sum, Some(value)) => sum(bounds, &counted, value),
            (Aggregate::Mean, Some(value)) => Ok(Arc::new(mean(bounds, &counted, value)?)),
            (Aggregate::Min, Some(value)) => extreme(bounds, &counted, value, false),
            (Aggregate::Max, Some(value)) => extreme(bounds, &counted, value, true),
            (Aggregate::First, Some(value)) => {
                // The first selected row, even where its value is missing.
                let selection = self.filter.as_ref().map(|f| f.truth(&rows.batch)).transpose()?.map(|f| selected(&f));
                let selection = selection.unwrap_or_else(|| BooleanBuffer::new_set(rows.batch.num_rows()));
                let first: UInt32Array =
                    segments(bounds).map(|(from, to)| (from..to).find(|row| selection.value(*row)).and_then(index)).collect();
                Ok(take(value, &first, None)?)
            }
            (Aggregate::CountDistinct, Some(value)) => Ok(Arc::new(count_distinct(bounds, &counted, value)?)),
        }
    }
}

fn index(row: usize) -> Option<u32> {
    u32::try_from(row).ok()
}

fn segments(bounds: &[usize]) -> impl Iterator<Item = (usize, usize)> + '_ {
    bounds.windows(2).map(|pair| match pair {
        [from, to] => (*from, *to),
        _ => (0, 0),
    })
}

/// True and not missing.
fn selected(filter: &BooleanArray) -> BooleanBuffer {
    match filter.nulls() {
        None => filter.values().clone(),
        Some(nulls) => filter.values() & nulls.inner(),
    }
}

/// Rows that pass the filter and have a value.
fn counted(filter: Option<BooleanBuffer>, value: Option<&ArrayRef>, rows: usize) -> BooleanBuffer {
    let valid = value.and_then(|value| value.nulls()).map(|nulls| nulls.inner().clone());
    match (filter, valid) {
        (Some(filter), Some(valid)) => &filter & &valid,
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => BooleanBuffer::new_set(rows),
    }
}

fn count(bounds: &[usize], counted: &BooleanBuffer) -> Int32Array {
    let bits = Bits::new(counted);
    segments(bounds).map(|(from, to)| bits.ones(from, to)).collect::<Vec<i32>>().into()
}

fn any(bounds: &[usize], counted: &BooleanBuffer, value: &BooleanArray) -> BooleanArray {
    let bits = Bits::new(&(counted & value.values()));
    BooleanBuffer::collect_bool(bounds.len().saturating_sub(1), |household| bits.some(bounds, household)).into()
}

fn all(bounds: &[usize], counted: &BooleanBuffer, value: &BooleanArray) -> BooleanArray {
    // No counted row that is false.
    let bits = Bits::new(&(counted & &!value.values()));
    BooleanBuffer::collect_bool(bounds.len().saturating_sub(1), |household| !bits.some(bounds, household)).into()
}

/// A bitmap that is asked for short ranges: a household is a few bits of one or two words.
struct Bits {
    words: Vec<u64>,
}

impl Bits {
    fn new(buffer: &BooleanBuffer) -> Self {
        Self { words: buffer.bit_chunks().iter_padded().collect() }
    }

    /// Up to 64 bits from `from`; what follows `to` is cut off.
    #[inline]
    fn take(&self, from: usize, to: usize) -> u64 {
        let (word, shift) = (from / 64, u32::try_from(from % 64).unwrap_or(0));
        let at = |place: usize| self.words.get(place).copied().unwrap_or(0);
        let low = at(word) >> shift;
        let high = if shift == 0 { 0 } else { at(word + 1) << (64 - shift) };
        let width = u32::try_from(to - from).unwrap_or(64);
        (low | high) & if width >= 64 { u64::MAX } else { (1 << width) - 1 }
    }

    #[inline]
    fn ones(&self, from: usize, to: usize) -> i32 {
        let ones = (from..to).step_by(64).map(|start| self.take(start, to.min(start + 64)).count_ones()).sum::<u32>();
        i32::try_from(ones).unwrap_or(i32::MAX)
    }

    #[inline]
    fn some(&self, bounds: &[usize], household: usize) -> bool {
        let (Some(from), Some(to)) = (bounds.get(household), bounds.get(household + 1)) else { return false };
        (*from..*to).step_by(64).any(|start| self.take(start, (*to).min(start + 64)) != 0)
    }
}

/// Whole numbers as 64-bit integers.
fn integers(value: &ArrayRef) -> Result<Int64Array> {
    Ok(cast(value, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
}

#[expect(clippy::indexing_slicing, reason = "bounds are offsets into the batch that value was computed from")]
fn sum(bounds: &[usize], counted: &BooleanBuffer, value: &ArrayRef) -> Result<ArrayRef> {
    let integers = integers(value)?;
    let values = integers.values();
    let total = |(from, to): (usize, usize)| {
        let mut sum = None;
        for row in from..to {
            if counted.value(row) {
                sum = Some(sum.unwrap_or(0_i64).saturating_add(values[row]));
            }
        }
        sum
    };
    Ok(Arc::new(segments(bounds).map(total).collect::<Int64Array>()))
}

/// A measurement in millionths.
fn millionths(x: f64) -> i128 {
    i128::from(kernel::number::whole((x * MILLION).round()).unwrap_or(0))
}

#[expect(clippy::as_conversions, reason = "a sum of millionths back to a measurement; rounds once")]
fn from_millionths(sum: i128) -> f64 {
    sum as f64 / MILLION
}

fn quantity_sums(bounds: &[usize], counted: &BooleanBuffer, value: &ArrayRef) -> Result<Vec<(i128, usize)>> {
    let floats = cast(value, &DataType::Float64)?;
    let floats = floats.as_primitive::<datafusion::arrow::datatypes::Float64Type>();
    let total = |(from, to): (usize, usize)| {
        let rows = (from..to).filter(|row| counted.value(*row));
        rows.fold((0, 0), |(sum, count), row| (sum + millionths(floats.value(row)), count + 1))
    };
    Ok(segments(bounds).map(total).collect())
}

fn sum_quantity(bounds: &[usize], counted: &BooleanBuffer, value: &ArrayRef) -> Float64Array {
    let sums = quantity_sums(bounds, counted, value).unwrap_or_default();
    sums.into_iter().map(|(sum, count)| (count > 0).then(|| from_millionths(sum))).collect()
}

fn mean(bounds: &[usize], counted: &BooleanBuffer, value: &ArrayRef) -> Result<Float64Array> {
    let value = if value.data_type() == &DataType::Boolean { cast(value, &DataType::Int32)? } else { Arc::clone(value) };
    let sums = quantity_sums(bounds, counted, &value)?;
    Ok(sums.into_iter().map(|(sum, count)| (count > 0).then(|| from_millionths(sum) / kernel::number::count(count))).collect())
}

/// The row of each household with the least or greatest value, ties to the first.
fn extreme(bounds: &[usize], counted: &BooleanBuffer, value: &ArrayRef, greatest: bool) -> Result<ArrayRef> {
    let best = |(from, to): (usize, usize), better: &dyn Fn(usize, usize) -> bool| {
        let mut best: Option<usize> = None;
        for row in (from..to).filter(|row| counted.value(*row)) {
            if best.is_none_or(|held| better(row, held)) {
                best = Some(row);
            }
        }
        best.and_then(index)
    };
    let rows: UInt32Array = if matches!(value.data_type(), DataType::Int32 | DataType::Int64 | DataType::Date32 | DataType::Boolean) {
        let narrow = if value.data_type() == &DataType::Date32 { cast(value, &DataType::Int32)? } else { Arc::clone(value) };
        let keys = integers(&narrow)?;
        let better = |a: usize, b: usize| if greatest { keys.value(a) > keys.value(b) } else { keys.value(a) < keys.value(b) };
        segments(bounds).map(|segment| best(segment, &better)).collect()
    } else {
        let keys = RowConverter::new(vec![SortField::new(value.data_type().clone())])?.convert_columns(std::slice::from_ref(value))?;
        let better = |a: usize, b: usize| if greatest { keys.row(a) > keys.row(b) } else { keys.row(a) < keys.row(b) };
        segments(bounds).map(|segment| best(segment, &better)).collect()
    };
    Ok(take(value, &rows, None)?)
}

fn count_distinct(bounds: &[usize], counted: &BooleanBuffer, value: &ArrayRef) -> Result<Int32Array> {
    let keys = RowConverter::new(vec![SortField::new(value.data_type().clone())])?.convert_columns(std::slice::from_ref(value))?;
    let distinct = |(from, to): (usize, usize)| {
        let mut seen: Vec<_> = (from..to).filter(|row| counted.value(*row)).map(|row| keys.row(row)).collect();
        seen.sort_unstable();
        seen.dedup();
        i32::try_from(seen.len()).unwrap_or(i32::MAX)
    };
    Ok(segments(bounds).map(distinct).collect::<Vec<_>>().into())
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::buffer::BooleanBuffer;
    use proptest::prelude::*;

    use super::Bits;

    proptest! {
        #[test]
        fn ranges_of_bits(bits in prop::collection::vec(any::<bool>(), 1..300), offset in 0_usize..70, a in 0_usize..300, b in 0_usize..300) {
            let buffer = BooleanBuffer::from(bits.clone());
            let offset = offset.min(bits.len() - 1);
            let (sliced, rest) = (buffer.slice(offset, bits.len() - offset), &bits[offset..]);
            let (from, to) = (a.min(b).min(rest.len()), a.max(b).min(rest.len()));
            let expected = rest[from..to].iter().filter(|bit| **bit).count();
            let bits = Bits::new(&sliced);
            prop_assert_eq!(usize::try_from(bits.ones(from, to)).unwrap(), expected);
            prop_assert_eq!(bits.some(&[from, to], 0), expected > 0);
        }
    }
}
