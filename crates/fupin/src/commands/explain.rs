//! `fupin explain`: one household, rule by rule, clause by clause.

use analytics::assess::{Assessor, AssessorOptions};
use analytics::explain::{Explained, household};
use analytics::language::clauses::{Clause, Truth};

use crate::cli::ExplainArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::identify::decide::Decider;
use crate::identify::model::StoredModel;
use crate::identify::table::{reason, word};

pub(crate) fn run(args: &ExplainArgs, console: &Console) -> Result<()> {
    let aside = std::env::temp_dir().join(format!("fupin-explain-{}", std::process::id()));
    let outcome = explain(args, &aside, console);
    if aside.exists() {
        std::fs::remove_dir_all(&aside).map_err(Failure::file(&aside))?;
    }
    outcome
}

fn explain(args: &ExplainArgs, aside: &std::path::Path, console: &Console) -> Result<()> {
    let opened = super::open(&args.source, aside, console)?;
    let stored = args.model.as_ref().map(|path| StoredModel::read(path, &opened.programme)).transpose()?;
    let options = AssessorOptions { model: stored.as_ref().map(|m| m.id.clone()), without_checks: false, columns: Vec::new() };
    let assessor = Assessor::new(&opened.programme, &opened.compiler, Some(&opened.register.manifest), &options)?;
    let found = household(&opened.programme, &opened.compiler, &assessor, &opened.register, &args.household)?;
    let Some(Explained { assessment, rules }) = found else {
        return Err(Failure::Unknown(format!("there is no household {} in the register", args.household)));
    };
    let decider = Decider::new(&opened.programme, &assessor, stored.as_ref().map(|stored| &stored.model));
    let Some(row) = decider.rows(&assessment).into_iter().next() else {
        return Err(Failure::Unknown(format!("there is no household {} in the register", args.household)));
    };
    let mut rows = vec![vec![word(row.decision.proposal).to_owned(), format!("need {:.1}", row.decision.need), String::new()]];
    rows.extend(row.decision.reasons.iter().map(|r| vec![String::new(), String::new(), reason(r, console.language)]));
    console.table(&args.household, &["proposal", "need", "reasons"], &rows);
    let currency = &opened.programme.meta.currency;
    let mut rows = Vec::new();
    for rule in &rules {
        let title = rule.title.pick(console.language);
        rows.push(vec![rule.kind.to_owned(), title.to_owned(), mark(rule.clause.truth).to_owned(), String::new()]);
        lines(&rule.clause, 1, &|name, value| amount(&assessor, currency, name, value), &mut rows);
    }
    console.table(console.say("规则逐条说明", "rules, clause by clause"), &["kind", "rule", "outcome", "values"], &rows);
    if let Some(stored) = &stored {
        contributions(&assessment.features, stored, &assessor, console);
    }
    Ok(())
}

const fn mark(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "✓",
        Truth::False => "✗",
        Truth::NotDeterminable => "?",
    }
}

fn lines(clause: &Clause, depth: usize, amount: &dyn Fn(&str, &str) -> String, rows: &mut Vec<Vec<String>>) {
    let values = clause.values.iter().map(|(name, value)| format!("{name} = {}", amount(name, value))).collect::<Vec<_>>().join(", ");
    let text = format!("{}{}", "  ".repeat(depth), clause.text);
    rows.push(vec![clause.joined.unwrap_or_default().to_owned(), text, mark(clause.truth).to_owned(), values]);
    for part in &clause.parts {
        lines(part, depth + 1, amount, rows);
    }
}

/// Money in major units with separators; missing values say so.
fn amount(assessor: &Assessor, currency: &kernel::Currency, name: &str, value: &str) -> String {
    if value.is_empty() {
        return "?".to_owned();
    }
    let money = assessor.plan.scope.get(name).is_some_and(|column| column.kind == programme::ColumnType::Money);
    value.parse::<i64>().ok().filter(|_| money).map_or_else(|| value.to_owned(), |minor| currency.display(minor))
}

/// What each feature adds to the log-odds, the strongest first.
fn contributions(features: &[Vec<f32>], stored: &StoredModel, assessor: &Assessor, console: &Console) {
    let row: Vec<f32> = features.iter().map(|column| column.first().copied().unwrap_or(f32::NAN)).collect();
    let parts = stored.model.contributions(&row);
    let mut all: Vec<(f64, String, f32)> =
        parts.features.iter().zip(&assessor.features).zip(&row).map(|((part, name), value)| (*part, name.clone(), *value)).collect();
    all.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    let mut rows = vec![vec!["base".to_owned(), String::new(), format!("{:+.3}", parts.base)]];
    rows.extend(all.iter().take(12).map(|(part, name, value)| vec![name.clone(), value.to_string(), format!("{part:+.3}")]));
    console.table(console.say("模型贡献（对数几率）", "model contributions (log-odds)"), &["feature", "value", "adds"], &rows);
}
