//! Expressions over code columns are computed once per code instead of once per row.
//!
//! A register is read with its code columns as dictionaries: a few dozen words and one small number a row. Whatever depends on one
//! such column only is a function of the word, so it is evaluated on the words and looked up per row; the outcome is the same to the bit.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, DictionaryArray, RecordBatch, UInt32Array, new_null_array};
use datafusion::arrow::buffer::{BooleanBuffer, NullBuffer};
use datafusion::arrow::compute::{and_kleene, cast, concat, or_kleene, take};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Int32Type, Schema};
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{ColumnarValue, Operator};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, Column};

type Physical = Arc<dyn PhysicalExpr>;

/// An expression inside another; deriving the comparison of a bare `Arc<dyn …>` would move out of it.
#[derive(Debug, Eq)]
struct Held(Physical);

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq(&other.0)
    }
}

impl Hash for Held {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// How code columns are held in batches of a register.
#[must_use]
pub fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// Positions of the columns an expression reads, ascending.
pub(super) fn positions(expr: &Physical) -> Vec<usize> {
    let mut found = Vec::new();
    let outcome = expr.apply(|node| {
        found.extend(node.downcast_ref::<Column>().map(Column::index));
        Ok(TreeNodeRecursion::Continue)
    });
    drop(outcome);
    found.sort_unstable();
    found.dedup();
    found
}

/// The expression with its columns numbered by their rank in `positions`.
pub(super) fn narrow(expr: Physical, positions: &[usize]) -> Result<Physical> {
    let renumbered = expr.transform(|node| {
        let place = node.downcast_ref::<Column>().map(|column| (column.name().to_owned(), positions.binary_search(&column.index())));
        Ok(match place {
            Some((name, Ok(rank))) => Transformed::yes(Arc::new(Column::new(&name, rank))),
            Some((_, Err(_))) | None => Transformed::no(node),
        })
    })?;
    Ok(renumbered.data)
}

/// Makes an expression ready for dictionaries in the columns that `coded` names.
pub(super) fn rewrite(expr: &Physical, coded: &dyn Fn(usize) -> bool) -> Result<Physical> {
    if let Some(column) = expr.downcast_ref::<Column>() {
        return Ok(if coded(column.index()) { Arc::new(Decoded { column: Held(Arc::clone(expr)) }) } else { Arc::clone(expr) });
    }
    let read = positions(expr);
    if let [only] = read.as_slice()
        && coded(*only)
    {
        let column = Held(Arc::new(Column::new("code", *only)));
        return Ok(Arc::new(PerCode { on_codes: Held(narrow(Arc::clone(expr), &read)?), column }));
    }
    let binary = expr.downcast_ref::<BinaryExpr>();
    // Two dictionaries are compared word by word without being spelled out.
    let plain = |side: &Physical| side.downcast_ref::<Column>().is_some_and(|column| coded(column.index()));
    if binary.is_some_and(|b| matches!(b.op(), Operator::Eq | Operator::NotEq) && plain(b.left()) && plain(b.right())) {
        return Ok(Arc::clone(expr));
    }
    let children = expr.children().into_iter().map(|child| rewrite(child, coded)).collect::<Result<Vec<_>>>()?;
    let changed = if children.is_empty() { Arc::clone(expr) } else { Arc::clone(expr).with_new_children(children)? };
    Ok(match changed.downcast_ref::<BinaryExpr>() {
        Some(b) if matches!(b.op(), Operator::And | Operator::Or) => Arc::new(Both { whole: Held(Arc::clone(&changed)) }),
        Some(_) | None => changed,
    })
}

/// A code column as text.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Decoded {
    column: Held,
}

impl fmt::Display for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.column.0)
    }
}

impl PhysicalExpr for Decoded {
    fn return_field(&self, schema: &Schema) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(self.to_string(), DataType::Utf8, self.column.0.nullable(schema)?)))
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let array = self.column.0.evaluate(batch)?.into_array(batch.num_rows())?;
        let coded = matches!(array.data_type(), DataType::Dictionary(..));
        Ok(ColumnarValue::Array(if coded { cast(&array, &DataType::Utf8)? } else { array }))
    }

    fn children(&self) -> Vec<&Physical> {
        vec![&self.column.0]
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Physical>) -> Result<Physical> {
        let changed = children.into_iter().next().map(|column| Arc::new(Self { column: Held(column) }));
        Ok(changed.unwrap_or(self))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.column.0.fmt_sql(f)
    }
}

/// A function of one code column.
#[derive(Debug, PartialEq, Eq, Hash)]
struct PerCode {
    /// Over a batch with only that column.
    on_codes: Held,
    /// The only child, so that whoever renumbers columns finds it.
    column: Held,
}

impl PerCode {
    fn of(&self, text: ArrayRef) -> Result<ColumnarValue> {
        let schema = Schema::new(vec![Field::new("code", text.data_type().clone(), true)]);
        self.on_codes.0.evaluate(&RecordBatch::try_new(Arc::new(schema), vec![text])?)
    }

    /// The outcome of each word and, last, of a missing one.
    fn outcomes(&self, words: &ArrayRef) -> Result<ArrayRef> {
        let missing = new_null_array(words.data_type(), 1);
        self.of(concat(&[words.as_ref(), missing.as_ref()])?)?.into_array(words.len() + 1)
    }
}

impl fmt::Display for PerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.on_codes.0)
    }
}

impl PhysicalExpr for PerCode {
    fn return_field(&self, _: &Schema) -> Result<FieldRef> {
        self.on_codes.0.return_field(&Schema::new(vec![Field::new("code", DataType::Utf8, true)]))
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let array = self.column.0.evaluate(batch)?.into_array(batch.num_rows())?;
        let Some(coded) = array.as_dictionary_opt::<Int32Type>() else { return self.of(array) };
        // Where a word fails that stands in no row of this batch, go row by row.
        let Ok(outcomes) = self.outcomes(coded.values()) else { return self.of(cast(coded, &DataType::Utf8)?) };
        Ok(ColumnarValue::Array(match outcomes.as_boolean_opt() {
            Some(outcomes) => Arc::new(look_up(coded, outcomes)),
            None => take(&outcomes, &rows_of(coded, outcomes.len()), None)?,
        }))
    }

    fn children(&self) -> Vec<&Physical> {
        vec![&self.column.0]
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Physical>) -> Result<Physical> {
        let on_codes = Held(Arc::clone(&self.on_codes.0));
        let changed = children.into_iter().next().map(|column| Arc::new(Self { on_codes, column: Held(column) }));
        Ok(changed.unwrap_or(self))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.on_codes.0.fmt_sql(f)
    }
}

/// Each row's place among the outcomes; a missing code has the last.
fn rows_of(coded: &DictionaryArray<Int32Type>, outcomes: usize) -> UInt32Array {
    let last = u32::try_from(outcomes.saturating_sub(1)).unwrap_or(0);
    coded.keys().iter().map(|key| Some(key.and_then(|key| u32::try_from(key).ok()).unwrap_or(last))).collect()
}

fn look_up(coded: &DictionaryArray<Int32Type>, outcomes: &BooleanArray) -> BooleanArray {
    let (keys, rows) = (coded.keys().values(), coded.len());
    let last = outcomes.len().saturating_sub(1);
    let spread = |bits: &BooleanBuffer| {
        // The value under a missing row is arbitrary.
        let table: Vec<bool> = bits.iter().collect();
        let at =
            |row: usize| keys.get(row).and_then(|key| usize::try_from(*key).ok()).and_then(|key| table.get(key)).copied().unwrap_or(false);
        let found = BooleanBuffer::collect_bool(rows, at);
        match coded.keys().nulls() {
            None => found,
            Some(valid) if table.get(last).copied().unwrap_or(false) => &found | &!valid.inner(),
            Some(valid) => &found & valid.inner(),
        }
    };
    let validity = outcomes.nulls().map(|nulls| match (nulls.null_count(), coded.keys().nulls()) {
        // Only the missing word has a missing outcome, the usual case.
        (1, _) if nulls.is_null(last) => coded.keys().nulls().cloned(),
        (_, _) => Some(NullBuffer::new(spread(nulls.inner()))),
    });
    BooleanArray::new(spread(outcomes.values()), validity.flatten())
}

/// `and` / `or` over whole columns. The engine's own filters all columns by the left side first, which costs more than the right side.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Both {
    whole: Held,
}

impl Both {
    fn quick(&self, batch: &RecordBatch) -> Result<Option<BooleanArray>> {
        let Some(binary) = self.whole.0.downcast_ref::<BinaryExpr>() else { return Ok(None) };
        let or = binary.op() == &Operator::Or;
        let rows = batch.num_rows();
        let left = binary.left().evaluate(batch)?.into_array(rows)?;
        let Some(left) = left.as_boolean_opt() else { return Ok(None) };
        if left.null_count() == 0 && left.true_count() == if or { rows } else { 0 } {
            return Ok(Some(left.clone()));
        }
        let right = binary.right().evaluate(batch)?.into_array(rows)?;
        let Some(right) = right.as_boolean_opt() else { return Ok(None) };
        Ok(Some(if or { or_kleene(left, right)? } else { and_kleene(left, right)? }))
    }
}

impl fmt::Display for Both {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.whole.0)
    }
}

impl PhysicalExpr for Both {
    fn return_field(&self, schema: &Schema) -> Result<FieldRef> {
        self.whole.0.return_field(schema)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        match self.quick(batch) {
            Ok(Some(truth)) => Ok(ColumnarValue::Array(Arc::new(truth))),
            // The right side may fail where the left side decides: let the engine look at fewer rows.
            Ok(None) | Err(_) => self.whole.0.evaluate(batch),
        }
    }

    fn children(&self) -> Vec<&Physical> {
        self.whole.0.children()
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Physical>) -> Result<Physical> {
        Ok(Arc::new(Self { whole: Held(Arc::clone(&self.whole.0).with_new_children(children)?) }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.whole.0.fmt_sql(f)
    }
}

#[cfg(test)]
mod tests;
