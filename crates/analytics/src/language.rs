//! The rule language: SQL expressions, restricted, typed, and the same for a batch and for one household (RUL-1).
//!
//! [`Compiler`] turns a text into a [`Compiled`] expression over a [`Scope`]; what would fail or mislead at run time is refused here.

pub mod clauses;
pub mod coded;
pub mod functions;
mod rewrite;
pub mod scope;

use std::ops::Range;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::{DataFusionError, ScalarValue, Span};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr, ExprSchemable};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::prelude::SessionConfig;
use kernel::Currency;
use programme::ColumnType;

use crate::error::{Error, Result};
pub use scope::{Scope, ScopeColumn};

/// Longest text of one expression, in bytes.
const TEXT_LIMIT: usize = 4_000;

/// What is wrong with an expression text; `span` is a byte range of that text where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionFault {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
    pub span: Option<Range<usize>>,
}

impl ExpressionFault {
    pub(crate) fn new(code: &'static str, message: impl Into<String>, help: &str) -> Self {
        Self { code, message: message.into(), help: (!help.is_empty()).then(|| help.to_owned()), span: None }
    }
}

/// What an expression must give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Truth,
    Typed(ColumnType),
    /// Whatever it gives, it becomes a column of that type.
    Any,
}

/// A checked expression over the columns of one scope.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// Over the columns of `reads` only, so that an evaluation costs what it reads and not what the scope holds.
    physical: Arc<dyn PhysicalExpr>,
    /// Positions in the scope of the columns that the simplified expression still reads, ascending; and what they are.
    reads: Vec<usize>,
    schema: SchemaRef,
    /// Positions in the scope of the columns it reads, ascending.
    pub columns: Vec<usize>,
    pub data_type: DataType,
    /// It is missing for every row, because columns it needs are absent from this register.
    pub undeterminable: bool,
}

impl Compiled {
    /// One value per row; `batch` holds the scope's columns in order (a prefix that covers [`Self::columns`] suffices).
    pub fn evaluate(&self, batch: &RecordBatch) -> Result<ArrayRef> {
        self.evaluate_in(batch.columns(), batch.num_rows())
    }

    /// The same over columns that are not yet a batch; code columns may be dictionaries.
    pub(crate) fn evaluate_in(&self, columns: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let outside = || Error::Invalid("an expression reads a column outside its scope".to_owned());
        let read = self.reads.iter().map(|place| columns.get(*place).cloned().ok_or_else(outside)).collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let same = self.schema.fields().iter().zip(&read).all(|(field, array)| field.data_type() == array.data_type());
        let schema = if same {
            Arc::clone(&self.schema)
        } else {
            let fields = self.schema.fields().iter().zip(&read);
            Arc::new(Schema::new(
                fields.map(|(field, array)| Field::new(field.name(), array.data_type().clone(), true)).collect::<Vec<_>>(),
            ))
        };
        let batch = RecordBatch::try_new_with_options(schema, read, &options)?;
        Ok(self.physical.evaluate(&batch)?.into_array(rows)?)
    }

    /// True, false or missing per row.
    pub fn truth(&self, batch: &RecordBatch) -> Result<BooleanArray> {
        let array = self.evaluate(batch)?;
        array.as_any().downcast_ref::<BooleanArray>().cloned().ok_or_else(|| Error::Invalid("a rule did not give true or false".to_owned()))
    }
}

/// Parses, restricts and types expressions under one reference date and currency.
pub struct Compiler {
    state: SessionState,
    as_of: NaiveDate,
    currency: Currency,
}

impl Compiler {
    #[must_use]
    pub fn new(as_of: NaiveDate, currency: Currency) -> Self {
        let defaults = SessionStateBuilder::new_with_default_features().build();
        let allowed = defaults.scalar_functions().values().filter(|f| functions::BUILT_IN.contains(&f.name())).cloned();
        let config = SessionConfig::new()
            .set_bool("datafusion.sql_parser.collect_spans", true)
            .set_bool("datafusion.sql_parser.enable_ident_normalization", false)
            .set_usize("datafusion.sql_parser.recursion_limit", 60);
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_scalar_functions(allowed.chain(functions::own()).collect())
            .with_expr_planners(defaults.expr_planners().to_vec())
            .build();
        Self { state, as_of, currency }
    }

    #[must_use]
    pub const fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    #[must_use]
    pub const fn currency(&self) -> &Currency {
        &self.currency
    }

    /// Checks `text` against `scope` and makes it ready to run.
    pub fn compile(&self, text: &str, scope: &Scope, expected: Expected) -> Result<Compiled, ExpressionFault> {
        if text.len() > TEXT_LIMIT {
            let message = format!("the expression has {} bytes, more than {TEXT_LIMIT}", text.len());
            return Err(ExpressionFault::new("FP0302", message, "split it into derived columns"));
        }
        let schema = scope.schema()?;
        let parsed = self.state.create_logical_expr(text, &schema).map_err(|e| fault(text, &e, scope))?;
        let parsed = parsed.unalias_nested().data;
        rewrite::restrict(&parsed)?;
        rewrite::check_codes(&parsed, scope)?;
        let (year, as_of) = (self.as_of.year(), kernel::date::to_days(self.as_of));
        let constants = [("as_of", ScalarValue::Date32(Some(as_of))), ("year", ScalarValue::Int64(Some(i64::from(year))))];
        let replaced = rewrite::replace(parsed, &constants, &self.currency)?;
        let columns = rewrite::column_positions(&replaced, scope);
        let context = SimplifyContext::builder()
            .with_schema(Arc::clone(&schema))
            .with_config_options(Arc::clone(self.state.config_options()))
            .build();
        let simplifier = ExprSimplifier::new(context);
        let written = rewrite::written_casts(&replaced);
        let coerced = simplifier.coerce(replaced, &schema).map_err(|e| fault(text, &e, scope))?;
        rewrite::refuse_silent_casts(&coerced, scope, &written)?;
        let given = coerced.get_type(schema.as_ref()).map_err(|e| fault(text, &e, scope))?;
        let shaped = shape(coerced, &given, expected)?;
        let known = rewrite::absent_to_null(shaped, scope).map_err(|e| fault(text, &e, scope))?;
        let simple = simplifier.simplify(known).map_err(|e| fault(text, &e, scope))?;
        let undeterminable = matches!(&simple, Expr::Literal(value, _) if value.is_null());
        let data_type = simple.get_type(schema.as_ref()).map_err(|e| fault(text, &e, scope))?;
        let typed = if data_type == DataType::Null { shape_null(expected, &given) } else { simple };
        let data_type = typed.get_type(schema.as_ref()).map_err(|e| fault(text, &e, scope))?;
        let physical = self.state.create_physical_expr(typed, &schema).map_err(|e| fault(text, &e, scope))?;
        let (physical, reads) = narrowed(&physical, scope).map_err(|e| fault(text, &e, scope))?;
        let fields = reads.iter().filter_map(|place| scope.columns().get(*place)).map(|c| Field::new(&c.name, c.data_type.clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        Ok(Compiled { physical, reads, schema, columns, data_type, undeterminable })
    }
}

/// The expression over only the columns it reads, once per code where it can.
fn narrowed(physical: &Arc<dyn PhysicalExpr>, scope: &Scope) -> datafusion::common::Result<(Arc<dyn PhysicalExpr>, Vec<usize>)> {
    let reads = coded::positions(physical);
    let narrow = coded::narrow(Arc::clone(physical), &reads)?;
    let is_coded = |rank: usize| reads.get(rank).and_then(|place| scope.columns().get(*place)).is_some_and(ScopeColumn::coded);
    Ok((coded::rewrite(&narrow, &is_coded)?, reads))
}

fn shape_null(expected: Expected, given: &DataType) -> Expr {
    let data_type = match expected {
        Expected::Truth => DataType::Boolean,
        Expected::Typed(kind) => scope::data_type(kind),
        Expected::Any => given.clone(),
    };
    Expr::Literal(ScalarValue::try_from(&data_type).unwrap_or(ScalarValue::Null), None)
}

/// Checks the type an expression gives and widens it where that loses nothing.
fn shape(expr: Expr, given: &DataType, expected: Expected) -> Result<Expr, ExpressionFault> {
    use DataType::{Boolean, Date32, Float64, Int8, Int16, Int32, Int64, Null, Utf8};
    let integer = matches!(given, Int8 | Int16 | Int32 | Int64);
    let widen = |to: DataType| Ok(datafusion::logical_expr::cast(expr.clone(), to));
    match expected {
        Expected::Truth if matches!(given, Boolean | Null) => Ok(expr),
        Expected::Truth => {
            let message = format!("a rule must be true or false, this one is {}", scope::plain_type(given));
            Err(ExpressionFault::new("FP0303", message, "compare it with something"))
        }
        Expected::Any if matches!(given, Int8 | Int16) => widen(Int64),
        Expected::Any if matches!(given, DataType::Utf8View | DataType::LargeUtf8) => widen(Utf8),
        Expected::Any => Ok(expr),
        Expected::Typed(kind) => match (scope::data_type(kind), given) {
            (_, Null) => Ok(expr),
            (wanted, given) if wanted == *given => Ok(expr),
            (Int64, _) if integer => widen(Int64),
            (Int32, Int64) => Ok(expr),
            (Int32, _) if integer => widen(Int64),
            (Float64, _) if integer => widen(Float64),
            (Utf8, DataType::Utf8View | DataType::LargeUtf8) => widen(Utf8),
            (Int64, Float64) if kind == ColumnType::Money => {
                let message = "money stays in whole minor units, this expression gives a fraction";
                Err(ExpressionFault::new("FP0303", message, "divide with per(amount, count)"))
            }
            (Date32 | Int32 | Int64 | Float64 | Utf8 | Boolean, _) | (_, _) => {
                let message =
                    format!("the column is declared as {}, the expression gives {}", scope::type_word(kind), scope::plain_type(given));
                Err(ExpressionFault::new("FP0303", message, "change the type or the expression"))
            }
        },
    }
}

/// The engine's error as a fault with the place in the text and a suggestion.
fn fault(text: &str, error: &DataFusionError, scope: &Scope) -> ExpressionFault {
    let diagnostic = error.diagnostic();
    let span = diagnostic.and_then(|d| d.span).and_then(|span| byte_range(text, &span));
    if let Some(name) = unknown_column(error) {
        let help = kernel::text::nearest(&name, scope.names())
            .map_or_else(|| "see the columns of the view in the programme".to_owned(), |near| format!("did you mean `{near}`?"));
        let span = span.or_else(|| text.find(&name).map(|at| at..at + name.len()));
        return ExpressionFault { code: "FP0203", message: format!("there is no column `{name}`"), help: Some(help), span };
    }
    let message = error.strip_backtrace();
    let message = message.trim_start_matches("Error during planning: ").trim_start_matches("SQL error: ");
    let message = message.lines().next().unwrap_or_default().to_owned();
    let help = diagnostic.and_then(|d| d.helps.first().map(|h| h.message.clone()));
    ExpressionFault { code: "FP0301", message, help, span }
}

/// The column that does not exist, whether the engine says so of a field or of a function's argument.
fn unknown_column(error: &DataFusionError) -> Option<String> {
    let text = error.strip_backtrace();
    let rest = text.split("No field named ").nth(1)?;
    let name: String = rest.chars().take_while(|c| *c == '"' || *c == '_' || c.is_alphanumeric()).collect();
    Some(name.trim_matches('"').to_owned())
}

/// Line and character columns (from 1) to bytes.
fn byte_range(text: &str, span: &Span) -> Option<Range<usize>> {
    let offset = |line: u64, column: u64| {
        let line_start = if line <= 1 { 0 } else { text.match_indices('\n').nth(usize::try_from(line).ok()? - 2)?.0 + 1 };
        let rest = text.get(line_start..)?;
        let column = usize::try_from(column).ok()?.checked_sub(1)?;
        Some(line_start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at))
    };
    let start = offset(span.start.line, span.start.column)?;
    let end = offset(span.end.line, span.end.column)?;
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests;
