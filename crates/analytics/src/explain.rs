//! One household by itself: the same plan, the same rules, taken apart.

use std::sync::Arc;

use datafusion::arrow::array::{Array, RecordBatch};
use kernel::Text;
use programme::Programme;

use crate::assess::{Assessment, Assessor};
use crate::error::{Error, Result};
use crate::language::clauses::Clause;
use crate::language::{Compiler, Expected, ExpressionFault, Scope};
use crate::register::Register;
use crate::view::{LinkedRows, ViewBatch, ViewPlan, ViewReader};

/// A rule as it came out for the household.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ExplainedRule {
    /// "indicator", "cause", "check", "proposal".
    pub kind: &'static str,
    pub id: String,
    pub title: Text,
    pub clause: Clause,
}

/// A household's assessment and the rules behind it.
pub struct Explained {
    pub assessment: Assessment,
    pub rules: Vec<ExplainedRule>,
}

/// Finds a household and explains every indicator, the proposal's rules, and every cause and check that fired.
pub fn household(
    programme: &Programme,
    compiler: &Compiler,
    assessor: &Assessor,
    register: &Register,
    key: &str,
) -> Result<Option<Explained>> {
    for part in &register.manifest.parts {
        for batch in ViewReader::open(&assessor.plan, register, part)? {
            let batch = batch?;
            let Some(row) = find(&batch, &assessor.plan, key)? else { continue };
            let alone = single(&batch, row)?;
            let assessment = assessor.assess(&alone)?;
            let rules = rules(programme, compiler, assessor, &alone, &assessment)?;
            return Ok(Some(Explained { assessment, rules }));
        }
    }
    Ok(None)
}

/// Tries a rule on one household: `None` if the register does not hold it. A wrong text is refused before any row is read, and no
/// column is read that the rule does not name.
pub fn rule(
    programme: &Programme,
    compiler: &Compiler,
    register: &Register,
    key: &str,
    text: &str,
) -> Result<std::result::Result<Option<Clause>, ExpressionFault>> {
    let mut plan = ViewPlan::new(programme, compiler, Some(&register.manifest))?;
    let scope = Arc::new(plan.scope.blind());
    let compiled = match compiler.compile(text, &scope, Expected::Truth) {
        Ok(compiled) => compiled,
        Err(fault) => return Ok(Err(fault)),
    };
    let wanted: Vec<usize> = compiled.columns.into_iter().chain(plan.scope.position(&plan.key)).collect();
    plan.require(&wanted);
    plan.settle();
    for part in &register.manifest.parts {
        for batch in ViewReader::open(&plan, register, part)? {
            let batch = batch?;
            if let Some(row) = find(&batch, &plan, key)? {
                return Ok(Ok(Some(compiler.explain(text, &scope, &single(&batch, row)?.view, 0)?)));
            }
        }
    }
    Ok(Ok(None))
}

fn find(batch: &ViewBatch, plan: &ViewPlan, key: &str) -> Result<Option<usize>> {
    use datafusion::arrow::util::display::array_value_to_string;
    let keys = batch.view.column_by_name(&plan.key).ok_or_else(|| Error::Invalid("the view has no key".to_owned()))?;
    for row in 0..keys.len() {
        if keys.is_valid(row) && array_value_to_string(keys, row)? == key {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// The household alone, with its own linked rows.
pub fn single(batch: &ViewBatch, row: usize) -> Result<ViewBatch> {
    let linked = batch.linked.iter().map(|linked| {
        linked.as_ref().map(|linked| {
            let from = linked.bounds.get(row).copied().unwrap_or(0);
            let to = linked.bounds.get(row + 1).copied().unwrap_or(from);
            LinkedRows { batch: linked.batch.slice(from, to - from), bounds: vec![0, to - from] }
        })
    });
    Ok(ViewBatch { view: batch.view.slice(row, 1), linked: linked.collect() })
}

fn rules(
    programme: &Programme,
    compiler: &Compiler,
    assessor: &Assessor,
    alone: &ViewBatch,
    assessment: &Assessment,
) -> Result<Vec<ExplainedRule>> {
    let scope = Arc::new(assessor.plan.scope.blind());
    let mut rules = Vec::new();
    let mut push = |kind, id: &str, title: &Text, text: &str, scope: &Scope, batch: &RecordBatch, row| -> Result<()> {
        let clause = compiler.explain(text, scope, batch, row)?;
        rules.push(ExplainedRule { kind, id: id.to_owned(), title: title.clone(), clause });
        Ok(())
    };
    for proposal in programme.proposal.iter() {
        let texts = [(&proposal.part.registered, "在册", "in the programme"), (&proposal.part.secured, "有保障", "secured")];
        for (text, zh, en) in texts {
            if let Some(text) = text {
                push("proposal", en, &Text::new(zh, en), text.get_ref(), &scope, &alone.view, 0)?;
            }
        }
    }
    for indicator in &programme.indicators {
        push("indicator", indicator.part.id.get_ref(), &indicator.part.title, indicator.part.when.get_ref(), &scope, &alone.view, 0)?;
    }
    for cause in assessment.causes.first().into_iter().flatten().filter_map(|place| programme.causes.get(*place)) {
        push("cause", cause.part.id.get_ref(), &cause.part.title, cause.part.when.get_ref(), &scope, &alone.view, 0)?;
    }
    for fired in &assessment.fired {
        let Some(check) = programme.checks.get(fired.check).map(|check| &check.part) else { continue };
        let plan = assessor.checks.iter().find(|plan| plan.check == fired.check);
        match plan.and_then(|plan| plan.table) {
            None => push("check", check.id.get_ref(), &check.title, check.when.get_ref(), &scope, &alone.view, 0)?,
            Some(table) => {
                let Some((plan, Some(linked))) = assessor.plan.tables.get(table).zip(alone.linked.get(table).map(Option::as_ref)) else {
                    continue;
                };
                let row = row_of(linked, plan.row_key.as_deref(), &fired.detail)?;
                push("check", check.id.get_ref(), &check.title, check.when.get_ref(), &plan.scope.blind(), &linked.batch, row)?;
            }
        }
    }
    Ok(rules)
}

fn row_of(linked: &LinkedRows, key: Option<&str>, detail: &str) -> Result<usize> {
    use datafusion::arrow::util::display::array_value_to_string;
    let Some(keys) = key.and_then(|key| linked.batch.column_by_name(key)) else { return Ok(0) };
    for row in 0..keys.len() {
        if keys.is_valid(row) && array_value_to_string(keys, row)? == detail {
            return Ok(row);
        }
    }
    Ok(0)
}
