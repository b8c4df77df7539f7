//! Whether every expression of a programme means something, and whether its examples come out as written.
#![expect(clippy::wildcard_enum_match_arm, reason = "the engine's and TOML's enums grow; what is not named is treated as one")]

use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray, new_null_array,
};
use datafusion::arrow::datatypes::DataType;
use kernel::{AreaCode, Currency};
use programme::definition::to_civil;
use programme::{ColumnType, Example, Problem, Problems, Programme};
use toml::Spanned;

use crate::language::clauses::Truth;
use crate::language::{Compiled, Compiler, Expected, ExpressionFault, Scope, ScopeColumn};
use crate::view::ViewPlan;

/// A rule text with its place, its scope and its examples.
struct Rule<'a> {
    file: usize,
    id: &'a str,
    text: &'a Spanned<String>,
    scope: Arc<Scope>,
    fires: &'a [Example],
    passes: &'a [Example],
}

/// Compiles the view and every rule; all problems at once, in the order of files and places.
pub fn check(programme: &Programme, as_of: NaiveDate) -> Vec<Problem> {
    inspect(programme, as_of, false)
}

/// [`check`], and then evaluates the examples beside the rules.
pub fn test(programme: &Programme, as_of: NaiveDate) -> Vec<Problem> {
    inspect(programme, as_of, true)
}

/// How many rules have examples, and how many examples there are.
#[must_use]
pub fn example_count(programme: &Programme) -> usize {
    let counts = |fires: &[Example], passes: &[Example]| fires.len() + passes.len();
    programme.checks.iter().map(|c| counts(&c.fires, &c.passes)).sum::<usize>()
        + programme.causes.iter().map(|c| counts(&c.fires, &c.passes)).sum::<usize>()
        + programme.indicators.iter().map(|c| counts(&c.fires, &c.passes)).sum::<usize>()
}

fn inspect(programme: &Programme, as_of: NaiveDate, examples: bool) -> Vec<Problem> {
    let compiler = Compiler::new(as_of, programme.meta.currency.clone());
    let plan = match ViewPlan::new(programme, &compiler, None) {
        Ok(plan) => plan,
        Err(Problems(problems)) => return problems,
    };
    let mut problems = Vec::new();
    for rule in rules(programme, &plan) {
        match compiler.compile(rule.text.get_ref(), &rule.scope, Expected::Truth) {
            Err(fault) => problems.push(located(programme, rule.file, rule.text, fault)),
            Ok(compiled) if examples => problems.extend(run_examples(programme, &rule, &compiled)),
            Ok(_) => {}
        }
    }
    problems.extend(models(programme, &plan));
    problems.sort_by(|a, b| (a.file(), a.span.start).cmp(&(b.file(), b.span.start)));
    problems
}

pub(crate) fn located(programme: &Programme, file: usize, text: &Spanned<String>, fault: ExpressionFault) -> Problem {
    programme.problem_in_text(fault.code, file, text, fault.span, (fault.message, fault.help))
}

fn rules<'a>(programme: &'a Programme, plan: &ViewPlan) -> Vec<Rule<'a>> {
    let household = Arc::new(plan.scope.blind());
    let tables: Vec<(String, Arc<Scope>)> = plan.tables.iter().map(|t| (t.name.clone(), Arc::new(t.scope.blind()))).collect();
    let scope_of = |table: &str| {
        let linked = tables.iter().find(|(name, _)| name == table).map(|(_, scope)| Arc::clone(scope));
        linked.unwrap_or_else(|| Arc::clone(&household))
    };
    let mut rules = Vec::new();
    for check in &programme.checks {
        let c = &check.part;
        rules.push(Rule {
            file: check.file,
            id: c.id.get_ref(),
            text: &c.when,
            scope: scope_of(c.on.get_ref()),
            fires: &c.fires,
            passes: &c.passes,
        });
    }
    for cause in &programme.causes {
        let c = &cause.part;
        rules.push(Rule {
            file: cause.file,
            id: c.id.get_ref(),
            text: &c.when,
            scope: Arc::clone(&household),
            fires: &c.fires,
            passes: &c.passes,
        });
    }
    for indicator in &programme.indicators {
        let i = &indicator.part;
        rules.push(Rule {
            file: indicator.file,
            id: i.id.get_ref(),
            text: &i.when,
            scope: Arc::clone(&household),
            fires: &i.fires,
            passes: &i.passes,
        });
    }
    for proposal in programme.proposal.iter() {
        for text in [&proposal.part.registered, &proposal.part.secured].into_iter().flatten() {
            rules.push(Rule { file: proposal.file, id: "proposal", text, scope: Arc::clone(&household), fires: &[], passes: &[] });
        }
    }
    for search in &programme.searches {
        if let Some(text) = &search.part.filter {
            let scope = scope_of(search.part.from.get_ref());
            rules.push(Rule { file: search.file, id: search.part.id.get_ref(), text, scope, fires: &[], passes: &[] });
        }
    }
    rules
}

/// Features must be numbers and must not know the outcome.
fn models(programme: &Programme, plan: &ViewPlan) -> Vec<Problem> {
    let mut problems = Vec::new();
    for model in &programme.models {
        for feature in &model.part.features {
            let Some(column) = plan.scope.get(feature.get_ref()) else { continue };
            let fault = if column.truth {
                Some(("FP0302", "holds the verified outcome", "a model must not see what it predicts"))
            } else if !column.kind.numeric() {
                Some(("FP0303", "is not a number", "derive a numeric or boolean column from it"))
            } else {
                None
            };
            if let Some((code, message, help)) = fault {
                let message = format!("feature `{}` {message}", feature.get_ref());
                problems.push(programme.problem(code, model.file, feature.span(), message, Some(help.to_owned())));
            }
        }
        let outcome = plan.scope.get(model.part.outcome.get_ref());
        if outcome.is_some_and(|column| column.kind != ColumnType::Boolean || !column.truth) {
            let message = format!("the outcome `{}` is not a verified true or false", model.part.outcome.get_ref());
            let help = Some("declare it with `truth = true` and a boolean value".to_owned());
            problems.push(programme.problem("FP0303", model.file, model.part.outcome.span(), message, help));
        }
    }
    problems
}

fn run_examples(programme: &Programme, rule: &Rule<'_>, compiled: &Compiled) -> Vec<Problem> {
    let wanted = rule.fires.iter().map(|example| (example, true)).chain(rule.passes.iter().map(|example| (example, false)));
    let mut problems = Vec::new();
    for (example, fires) in wanted {
        let row = match example_row(&rule.scope, example.get_ref(), &programme.meta.currency) {
            Ok(row) => row,
            Err((message, help)) => {
                problems.push(programme.problem("FP0306", rule.file, example.span(), message, help));
                continue;
            }
        };
        let outcome = compiled.truth(&row).map(|truth| Truth::from(truth.iter().next().flatten()));
        let message = match outcome {
            Ok(Truth::True) if fires => continue,
            Ok(Truth::False | Truth::NotDeterminable) if !fires => continue,
            Ok(Truth::True) => format!("`{}` fires on an example that should pass", rule.id),
            Ok(Truth::False) => format!("`{}` does not fire on this example", rule.id),
            Ok(Truth::NotDeterminable) => format!("`{}` cannot be determined on this example: a column it needs is missing", rule.id),
            Err(error) => error.to_string(),
        };
        problems.push(programme.problem("FP0306", rule.file, example.span(), message, Some(format!("rule: {}", rule.text.get_ref()))));
    }
    problems
}

type Complaint = (String, Option<String>);

/// One row of the scope's columns; what the example does not name is missing.
fn example_row(scope: &Scope, example: &toml::Table, currency: &Currency) -> Result<RecordBatch, Complaint> {
    for name in example.keys() {
        if scope.get(name).is_none() {
            let help = kernel::text::nearest(name, scope.names()).map(|near| format!("did you mean `{near}`?"));
            return Err((format!("the example names `{name}`, which is no column here"), help));
        }
    }
    let mut arrays = Vec::new();
    for column in scope.columns() {
        arrays.push(match example.get(&column.name) {
            None => new_null_array(&column.data_type, 1),
            Some(value) => example_value(column, value, currency).ok_or_else(|| {
                let help = Some(format!("the column is of type {}", crate::language::scope::type_word(column.kind)));
                (format!("`{value}` is not a value of `{}`", column.name), help)
            })?,
        });
    }
    RecordBatch::try_new(scope.arrow(), arrays).map_err(|e| (e.to_string(), None))
}

fn example_value(column: &ScopeColumn, value: &toml::Value, currency: &Currency) -> Option<ArrayRef> {
    let decimal = match value {
        toml::Value::Integer(number) => kernel::text::parse_decimal(&number.to_string()),
        toml::Value::Float(number) => kernel::text::parse_decimal(&number.to_string()),
        toml::Value::String(text) => kernel::text::parse_decimal(text),
        _ => None,
    };
    Some(match (&column.data_type, value) {
        (DataType::Boolean, toml::Value::Boolean(value)) => Arc::new(BooleanArray::from(vec![*value])),
        (DataType::Int32, _) => Arc::new(Int32Array::from(vec![i32::try_from(decimal?.integer()?).ok()?])),
        (DataType::Int64, _) if column.kind == ColumnType::Money => {
            let decimal = decimal?;
            Arc::new(Int64Array::from(vec![currency.minor(decimal.digits, decimal.places).ok()?]))
        }
        (DataType::Int64, toml::Value::String(text)) if column.kind == ColumnType::Area => {
            Arc::new(Int64Array::from(vec![AreaCode::parse(text)?.padded()]))
        }
        (DataType::Int64, _) => Arc::new(Int64Array::from(vec![decimal?.integer()?])),
        (DataType::Float64, _) => Arc::new(Float64Array::from(vec![decimal?.quantity()])),
        (DataType::Date32, toml::Value::Datetime(date)) => Arc::new(Date32Array::from(vec![kernel::date::to_days(to_civil(date)?)])),
        (DataType::Utf8, toml::Value::String(text)) => {
            let known = |code: &str| column.codes.as_ref().is_none_or(|codes| codes.iter().any(|c| c == code));
            if !text.split('|').all(known) {
                return None;
            }
            Arc::new(StringArray::from(vec![text.as_str()]))
        }
        _ => return None,
    })
}
