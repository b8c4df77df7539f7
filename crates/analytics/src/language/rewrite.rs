//! Walks over parsed expressions: what is allowed, what is replaced, what would mislead.
#![expect(clippy::wildcard_enum_match_arm, reason = "the engine's and TOML's enums grow; what is not named is treated as one")]

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result as EngineResult, ScalarValue};
use datafusion::logical_expr::expr::{InList, ScalarFunction};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use kernel::Currency;

use super::{ExpressionFault, Scope, functions};

/// Walks every node; the first fault wins.
fn walk(expr: &Expr, mut visit: impl FnMut(&Expr) -> Result<(), ExpressionFault>) -> Result<(), ExpressionFault> {
    let mut fault = None;
    let outcome = expr.apply(|node| {
        Ok(match visit(node) {
            Ok(()) => TreeNodeRecursion::Continue,
            Err(found) => {
                fault = Some(found);
                TreeNodeRecursion::Stop
            }
        })
    });
    match (fault, outcome) {
        (Some(fault), _) => Err(fault),
        (None, Err(error)) => Err(ExpressionFault::new("FP0302", error.strip_backtrace(), "")),
        (None, Ok(_)) => Ok(()),
    }
}

/// Only expressions over one row: no sub-queries, aggregates, windows, parameters, wildcards.
pub(super) fn restrict(expr: &Expr) -> Result<(), ExpressionFault> {
    walk(expr, |node| match node {
        Expr::Column(_)
        | Expr::Literal(..)
        | Expr::BinaryExpr(_)
        | Expr::Not(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::Negative(_)
        | Expr::Between(_)
        | Expr::InList(_)
        | Expr::Case(_)
        | Expr::Cast(_)
        | Expr::TryCast(_)
        | Expr::Like(_)
        | Expr::ScalarFunction(_) => Ok(()),
        other => {
            let message = format!("{} is not allowed in a rule", other.variant_name());
            Err(ExpressionFault::new("FP0302", message, "a rule looks at one row; aggregate in the household view"))
        }
    })
}

/// A literal held against a code column must be a code of its list.
pub(super) fn check_codes(expr: &Expr, scope: &Scope) -> Result<(), ExpressionFault> {
    let text = |expr: &Expr| match expr {
        Expr::Literal(ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)), _) => Some(text.clone()),
        _ => None,
    };
    let codes = |expr: &Expr| match expr {
        Expr::Column(column) => scope.get(&column.name).and_then(|c| c.codes.clone()),
        _ => None,
    };
    let check = |column: &Expr, literal: &Expr| {
        let (Some(codes), Some(text)) = (codes(column), text(literal)) else { return Ok(()) };
        if codes.contains(&text) {
            return Ok(());
        }
        let help = kernel::text::nearest(&text, codes.iter().map(String::as_str))
            .map_or_else(|| format!("codes: {}", codes.join(", ")), |near| format!("did you mean '{near}'?"));
        Err(ExpressionFault::new("FP0203", format!("'{text}' is not a code of the column's list"), &help))
    };
    walk(expr, |node| match node {
        Expr::BinaryExpr(BinaryExpr { left, right, .. }) => check(left, right).and_then(|()| check(right, left)),
        Expr::InList(InList { expr, list, .. }) => list.iter().try_for_each(|item| check(expr, item)),
        Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == "has" => match args.as_slice() {
            [column, literal] => check(column, literal),
            _ => Ok(()),
        },
        _ => Ok(()),
    })
}

/// Constants for `as_of` and `year`, literals for `money(…)`, safe division for `/` and `%`.
pub(super) fn replace(expr: Expr, constants: &[(&str, ScalarValue)], currency: &Currency) -> Result<Expr, ExpressionFault> {
    let mut fault = None;
    let replaced = expr.transform_up(|node| {
        Ok(match node {
            Expr::Column(ref column) => match constants.iter().find(|(name, _)| *name == column.name) {
                Some((_, value)) => Transformed::yes(Expr::Literal(value.clone(), None)),
                None => Transformed::no(node),
            },
            Expr::ScalarFunction(ref function) if function.func.name() == "money" => match money(&function.args, currency) {
                Ok(literal) => Transformed::yes(literal),
                Err(found) => {
                    fault.get_or_insert(found);
                    Transformed::no(node)
                }
            },
            Expr::BinaryExpr(BinaryExpr { left, op: op @ (Operator::Divide | Operator::Modulo), right }) => {
                if is_zero(&right) {
                    let help = "a divisor column that is zero gives a missing value, a literal zero is a mistake";
                    fault.get_or_insert(ExpressionFault::new("FP0304", "the expression divides by zero", help));
                }
                let func = if op == Operator::Divide { functions::quotient() } else { functions::remainder() };
                Transformed::yes(Expr::ScalarFunction(ScalarFunction { func, args: vec![*left, *right] }))
            }
            other => Transformed::no(other),
        })
    });
    match (fault, replaced) {
        (Some(fault), _) => Err(fault),
        (None, Ok(transformed)) => Ok(transformed.data),
        (None, Err(error)) => Err(ExpressionFault::new("FP0301", error.strip_backtrace(), "")),
    }
}

fn is_zero(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(ScalarValue::Int64(Some(0)), _))
        || matches!(expr, Expr::Literal(ScalarValue::Float64(Some(x)), _) if *x == 0.0)
}

/// The literal amount in minor units.
fn money(args: &[Expr], currency: &Currency) -> Result<Expr, ExpressionFault> {
    let help = "write money(4000) with a number of major units";
    let refused = || ExpressionFault::new("FP0301", "money takes one literal amount", help);
    let amount = match args {
        [Expr::Literal(ScalarValue::Int64(Some(amount)), _)] => amount.to_string(),
        [Expr::Literal(ScalarValue::Float64(Some(amount)), _)] => format!("{amount}"),
        _ => return Err(refused()),
    };
    let decimal = kernel::text::parse_decimal(&amount).ok_or_else(refused)?;
    let minor = currency.minor(decimal.digits, decimal.places).map_err(|e| ExpressionFault::new("FP0301", e.to_string(), help))?;
    Ok(Expr::Literal(ScalarValue::Int64(Some(minor)), None))
}

/// Positions of the columns an expression reads.
pub(super) fn column_positions(expr: &Expr, scope: &Scope) -> Vec<usize> {
    let mut positions: Vec<usize> = expr.column_refs().iter().filter_map(|column| scope.position(&column.name)).collect();
    positions.sort_unstable();
    positions.dedup();
    positions
}

/// The text columns that the author converts explicitly.
pub(super) fn written_casts(expr: &Expr) -> Vec<String> {
    let mut names = Vec::new();
    let _infallible = walk(expr, |node| {
        if let Expr::Cast(cast) = node {
            names.extend(cast.expr.column_refs().iter().map(|column| column.name.clone()));
        }
        Ok(())
    });
    names
}

/// A text that the engine would turn into a number by itself hides a mistake of the author.
pub(super) fn refuse_silent_casts(expr: &Expr, scope: &Scope, written: &[String]) -> Result<(), ExpressionFault> {
    walk(expr, |node| match node {
        Expr::Cast(cast) if cast.field.data_type().is_numeric() => match cast.expr.as_ref() {
            Expr::Column(column) if !written.contains(&column.name) && is_text(scope, &column.name) => {
                let message = format!("`{}` is a text and would silently be read as a number", column.name);
                Err(ExpressionFault::new("FP0305", message, "compare it with a text in quotes, or write CAST(… AS BIGINT)"))
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    })
}

fn is_text(scope: &Scope, name: &str) -> bool {
    scope.get(name).is_some_and(|column| column.data_type == DataType::Utf8)
}

/// Columns that this register lacks become missing values, so that rules that need them fold away.
pub(super) fn absent_to_null(expr: Expr, scope: &Scope) -> EngineResult<Expr> {
    let transformed = expr.transform_up(|node| {
        Ok(match node {
            Expr::Column(ref column) => match scope.get(&column.name) {
                Some(found) if found.absent => Transformed::yes(Expr::Literal(ScalarValue::try_from(&found.data_type)?, None)),
                _ => Transformed::no(node),
            },
            other => Transformed::no(other),
        })
    })?;
    Ok(transformed.data)
}
