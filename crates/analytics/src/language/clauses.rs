//! An expression taken apart at its `and`, `or` and `not`, so that a person can read which part decided.
#![expect(clippy::wildcard_enum_match_arm, reason = "the engine's and TOML's enums grow; what is not named is treated as one")]

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr as Ast, UnaryOperator};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use super::{Compiler, Expected, ExpressionFault, Scope};
use crate::error::Result;

/// Three-valued outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    True,
    False,
    /// A field it needs is missing.
    NotDeterminable,
}

impl From<Option<bool>> for Truth {
    fn from(value: Option<bool>) -> Self {
        match value {
            Some(true) => Self::True,
            Some(false) => Self::False,
            None => Self::NotDeterminable,
        }
    }
}

/// One part of a rule with its outcome for one row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Clause {
    pub text: String,
    pub truth: Truth,
    /// The columns it reads and their values, as text; empty where missing.
    pub values: Vec<(String, String)>,
    /// `and` / `or` parts; empty for a part that cannot be taken apart.
    pub parts: Vec<Clause>,
    /// How the parts are joined: "and", "or", "not".
    pub joined: Option<&'static str>,
}

impl Clause {
    /// The columns whose absence left the outcome open.
    #[must_use]
    pub fn missing(&self) -> Vec<&str> {
        let own = self.values.iter().filter(|(_, value)| value.is_empty()).map(|(name, _)| name.as_str());
        let mut all: Vec<&str> = own.chain(self.parts.iter().flat_map(Self::missing)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Compiler {
    /// Evaluates `text` for row `row` of `batch`, part by part.
    pub fn explain(&self, text: &str, scope: &Scope, batch: &RecordBatch, row: usize) -> Result<Clause> {
        let row = batch.slice(row, 1);
        let invalid = |message: String| crate::error::Error::Invalid(message);
        let ast = Parser::new(&GenericDialect {})
            .try_with_sql(text)
            .and_then(|mut parser| parser.parse_expr())
            .map_err(|e| invalid(e.to_string()))?;
        self.clause(&ast, scope, &row).map_err(|fault| invalid(fault.message))?
    }

    fn clause(&self, ast: &Ast, scope: &Scope, row: &RecordBatch) -> Result<Result<Clause>, ExpressionFault> {
        let (joined, operands): (&'static str, Vec<&Ast>) = match ast {
            Ast::Nested(inner) => return self.clause(inner, scope, row),
            Ast::BinaryOp { op: BinaryOperator::And, .. } => ("and", operands(ast, &BinaryOperator::And)),
            Ast::BinaryOp { op: BinaryOperator::Or, .. } => ("or", operands(ast, &BinaryOperator::Or)),
            Ast::UnaryOp { op: UnaryOperator::Not, expr } if joins(expr) => ("not", vec![expr.as_ref()]),
            _ => ("", vec![]),
        };
        let text = ast.to_string();
        let compiled = self.compile(&text, scope, Expected::Truth)?;
        let truth = match compiled.truth(row) {
            Ok(array) => Truth::from((!array.is_empty() && array.is_valid(0)).then(|| array.value(0))),
            Err(error) => return Ok(Err(error)),
        };
        if operands.is_empty() {
            let values = compiled.columns.iter().map(|position| value_text(scope, row, *position)).collect();
            return Ok(Ok(Clause { text, truth, values, parts: Vec::new(), joined: None }));
        }
        let mut parts = Vec::new();
        for operand in operands {
            match self.clause(operand, scope, row)? {
                Ok(part) => parts.push(part),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(Clause { text, truth, values: Vec::new(), parts, joined: Some(joined) }))
    }
}

/// Flattens `a and b and c`.
fn operands<'a>(ast: &'a Ast, wanted: &BinaryOperator) -> Vec<&'a Ast> {
    match ast {
        Ast::BinaryOp { left, op, right } if op == wanted => {
            let mut all = operands(left, wanted);
            all.extend(operands(right, wanted));
            all
        }
        other => vec![other],
    }
}

fn joins(ast: &Ast) -> bool {
    match ast {
        Ast::Nested(inner) => joins(inner),
        Ast::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or, .. } => true,
        _ => false,
    }
}

fn value_text(scope: &Scope, row: &RecordBatch, position: usize) -> (String, String) {
    let name = scope.columns().get(position).map(|column| column.name.clone()).unwrap_or_default();
    let value = row
        .columns()
        .get(position)
        .filter(|array| !array.is_empty() && array.is_valid(0))
        .and_then(|array| array_value_to_string(array, 0).ok())
        .unwrap_or_default();
    (name, value)
}
