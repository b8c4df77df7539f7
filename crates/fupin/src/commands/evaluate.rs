//! `fupin evaluate`: how wrong the result is, against verified outcomes.

use std::collections::HashMap;
use std::path::Path;

use analytics::assess::{Assessor, AssessorOptions};
use analytics::outcome::{Outcome, outcomes};
use analytics::view::ViewReader;
use serde::Serialize;
use targeting::errors::{CalibrationBin, Confusion, Curve, ProbabilityErrors, auc_delong, coady_grosh_hoddinott, gaps, group_errors};
use targeting::survey::{Design, LonelyUnit, Sample};

use crate::cli::EvaluateArgs;
use crate::console::Console;
use crate::evaluate::{Budget, Case, budgets, read_cases};
use crate::failure::{Failure, Result};
use crate::identify::report::{CurvePoint, insert_evaluation};

/// View columns by which errors are broken down where a programme has them.
const GROUPS: [&str; 4] = ["head_female", "head_minority", "disabled_persons", "poor_road"];

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Ranking {
    ranking: String,
    households: usize,
    poor: f64,
    auc: Option<f64>,
    auc_standard_error: Option<f64>,
    average_precision: Option<f64>,
    /// At a quota of as many as are poor: exclusion equals inclusion there.
    exclusion_error: Option<f64>,
    exclusion_interval: Option<(f64, f64)>,
    exclusion_error_people: Option<f64>,
    targeting_differential: Option<f64>,
    balanced_poverty_accuracy: Option<f64>,
    /// Share of benefits to the poorest fifth, over a fifth.
    coady_grosh_hoddinott: Option<f64>,
    log_loss: Option<f64>,
    brier: Option<f64>,
    calibration_error: Option<f64>,
    /// Ten bins of equal weight: predicted and observed share of poor.
    calibration: Vec<CalibrationBin>,
    /// Share of poor among the first so many households.
    precision_at: Vec<(u32, f64)>,
    /// Coverage of others and of the poor, at every hundredth of the households.
    roc: Vec<(f64, f64)>,
}

#[derive(Debug, Clone, Serialize)]
struct GroupGap {
    grouping: String,
    group: String,
    figure: String,
    value: f64,
    low: f64,
    high: f64,
    overall: f64,
    clear: bool,
}

#[derive(Debug, Serialize)]
struct Evaluation {
    rankings: Vec<Ranking>,
    /// Errors by the share of households selected.
    points: Vec<CurvePoint>,
    gaps: Vec<GroupGap>,
    budgets: Vec<Budget>,
}

pub(crate) fn run(args: &EvaluateArgs, console: &Console) -> Result<()> {
    let aside = std::env::temp_dir().join(format!("fupin-evaluate-{}", std::process::id()));
    let outcome = evaluate(args, &aside, console);
    if aside.exists() {
        std::fs::remove_dir_all(&aside).map_err(Failure::file(&aside))?;
    }
    outcome
}

fn evaluate(args: &EvaluateArgs, aside: &Path, console: &Console) -> Result<()> {
    let opened = super::open(&args.source, aside, console)?;
    let known = match &args.truth {
        Some(path) => Some(outcomes(&opened.programme, path)?),
        None => None,
    };
    let (truth, groups) = truth_and_groups(&opened, known)?;
    let cases = read_cases(&args.assessments, &truth)?;
    if cases.iter().all(|case| case.poor) || cases.iter().all(|case| !case.poor) {
        return Err(Failure::Model("FP0401: the verified outcomes hold no poor or only poor households".to_owned()));
    }
    let model = cases.iter().all(|case| case.probability.is_some());
    let mut rankings = Vec::new();
    if model {
        rankings.push(ranking("model", &cases, |case| case.probability.unwrap_or(0.0), true)?);
    }
    rankings.push(ranking("evidence", &cases, |case| case.need, false)?);
    if cases.iter().any(|case| case.income.is_some()) {
        rankings.push(ranking("declared income", &cases, |case| -case.income.unwrap_or(f64::MAX), false)?);
    }
    if cases.iter().any(|case| case.registered) {
        rankings.push(ranking("present list", &cases, |case| f64::from(u8::from(case.registered)), false)?);
    }
    let score = |case: &Case| if model { case.probability.unwrap_or(0.0) } else { case.need };
    let evaluation =
        Evaluation { points: curve(&cases, score)?, gaps: group_gaps(&cases, &groups, score)?, budgets: budgets(&cases), rankings };
    let path = args.assessments.join("evaluation.json");
    let text = serde_json::to_string_pretty(&evaluation).map_err(|e| Failure::Usage(e.to_string()))?;
    std::fs::write(&path, text).map_err(Failure::file(&path))?;
    insert_evaluation(&args.assessments, &evaluation.points)?;
    show(&evaluation, console);
    console.note(&format!("{} {}", console.say("写入", "written to"), path.display()));
    Ok(())
}

type Groups = HashMap<String, Vec<(String, String)>>;

/// Outcomes by household (given, or those of the register), and the group values of each household.
fn truth_and_groups(opened: &super::Opened, known: Option<HashMap<String, Outcome>>) -> Result<(HashMap<String, Outcome>, Groups)> {
    let names = opened.programme.view_names();
    let columns: Vec<String> = GROUPS.iter().filter(|name| names.contains(name)).map(|name| (*name).to_owned()).collect();
    let options = AssessorOptions { model: None, without_checks: true, columns: columns.clone() };
    let assessor = Assessor::new(&opened.programme, &opened.compiler, Some(&opened.register.manifest), &options)?;
    let mut truth = HashMap::new();
    let mut groups = Groups::new();
    for part in &opened.register.manifest.parts {
        for batch in ViewReader::open(&assessor.plan, &opened.register, part)? {
            let assessment = assessor.assess(&batch?)?;
            for (row, household) in assessment.households.iter().enumerate() {
                if let Some(Some(poor)) = assessment.outcome.get(row) {
                    let weight = assessment.weight.get(row).copied();
                    truth.insert(household.clone(), Outcome { poor: *poor, weight, income: None });
                }
                let value = |values: &Vec<String>| values.get(row).cloned().unwrap_or_default();
                let own = columns.iter().cloned().zip(assessment.columns.iter().map(value).map(|v| class(&v)));
                groups.insert(household.clone(), own.collect());
            }
        }
    }
    // Households that the model could learn from do not show how well it judges others.
    let others = known.map(|known| known.into_iter().filter(|(household, _)| !truth.contains_key(household)).collect());
    Ok((others.unwrap_or(truth), groups))
}

/// Counts become none / some.
fn class(value: &str) -> String {
    match value.parse::<i64>() {
        Ok(0) => "none".to_owned(),
        Ok(_) => "some".to_owned(),
        Err(_) => value.to_owned(),
    }
}

fn columns(cases: &[Case], score: impl Fn(&Case) -> f64) -> (Vec<f64>, Vec<bool>, Vec<f64>) {
    (cases.iter().map(score).collect(), cases.iter().map(|c| c.poor).collect(), cases.iter().map(|c| c.weight).collect())
}

#[expect(clippy::needless_pass_by_value, reason = "used where an error is mapped")]
fn wrong(error: targeting::errors::ErrorsError) -> Failure {
    Failure::Model(format!("{}: {error}", error.code()))
}

fn ranking(name: &str, cases: &[Case], score: impl Fn(&Case) -> f64, calibrated: bool) -> Result<Ranking> {
    let (scores, poor, weights) = columns(cases, score);
    let curve = Curve::try_new(&scores, &poor, &weights).map_err(wrong)?;
    let people: Vec<f64> = cases.iter().map(|case| case.weight * f64::from(case.people)).collect();
    let by_people = Curve::try_new(&scores, &poor, &people).map_err(wrong)?;
    let matched = curve.matched();
    let auc = auc_delong(&scores, &poor).map_err(wrong)?;
    let errors = if calibrated { ProbabilityErrors::try_new(&scores, &poor, &weights).map_err(wrong)? } else { None };
    let shares = curve.shares(&scores, curve.poor());
    let design = design(cases)?;
    let exclusion =
        group_errors(&design, &vec![0; cases.len()], &poor, &shares).map_err(wrong)?.into_iter().next().and_then(|g| g.exclusion);
    let incomes: Option<Vec<f64>> = cases.iter().map(|case| case.true_income).collect();
    let cgh = match incomes {
        Some(incomes) => coady_grosh_hoddinott(&incomes, &shares, &weights, 0.2).map_err(wrong)?,
        None => None,
    };
    Ok(Ranking {
        ranking: name.to_owned(),
        households: cases.len(),
        poor: curve.poor(),
        auc: curve.auc(),
        auc_standard_error: auc.map(|auc| auc.standard_error),
        average_precision: curve.average_precision(),
        exclusion_error: matched.exclusion_error(),
        exclusion_interval: exclusion.map(|estimate| estimate.logit_interval(0.95)),
        exclusion_error_people: by_people.matched().exclusion_error(),
        targeting_differential: matched.targeting_differential(),
        balanced_poverty_accuracy: matched.balanced_poverty_accuracy(),
        coady_grosh_hoddinott: cgh,
        log_loss: errors.as_ref().map(|e| e.log_loss),
        brier: errors.as_ref().map(|e| e.brier),
        calibration_error: errors.as_ref().map(|e| e.expected_calibration_error),
        calibration: errors.map(|e| e.bins).unwrap_or_default(),
        precision_at: precision_at(&curve),
        roc: hundredths(&curve, |at| Some((at.coverage_of_others()?, at.coverage()?))),
    })
}

/// Villages are the sampling units where the programme has areas.
fn design(cases: &[Case]) -> Result<Design> {
    let units: Vec<u64> = cases.iter().map(|case| analytics::assess::stable_hash(&case.area)).collect();
    let weights: Vec<f64> = cases.iter().map(|case| case.weight).collect();
    let clustered = cases.iter().any(|case| case.area != cases.first().map_or("", |first| first.area.as_str()));
    let sample = Sample { rows: cases.len(), strata: None, units: clustered.then_some(units.as_slice()), weights: Some(&weights) };
    Design::try_new(sample, LonelyUnit::Centre).map_err(|e| Failure::Model(e.to_string()))
}

fn curve(cases: &[Case], score: impl Fn(&Case) -> f64) -> Result<Vec<CurvePoint>> {
    let (scores, poor, weights) = columns(cases, score);
    let curve = Curve::try_new(&scores, &poor, &weights).map_err(wrong)?;
    Ok(hundredths(&curve, |at| {
        let share = at.selection_rate()?;
        Some(CurvePoint { share, exclusion_error: at.exclusion_error()?, inclusion_error: at.inclusion_error()?, coverage: at.coverage()? })
    }))
}

fn precision_at(curve: &Curve) -> Vec<(u32, f64)> {
    let first = [50, 100, 500, 1_000, 5_000].into_iter().filter(|k| f64::from(*k) <= curve.total());
    first.filter_map(|k| Some((k, curve.at(f64::from(k)).precision()?))).collect()
}

/// A figure at every hundredth of the households; without those that are not defined.
fn hundredths<T>(curve: &Curve, of: impl Fn(&Confusion) -> Option<T>) -> Vec<T> {
    (1..=100).filter_map(|percent| of(&curve.at(f64::from(percent) / 100.0 * curve.total()))).collect()
}

/// Groups whose errors differ most from everybody's, at the matched quota.
fn group_gaps(cases: &[Case], groups: &Groups, score: impl Fn(&Case) -> f64) -> Result<Vec<GroupGap>> {
    let (scores, poor, weights) = columns(cases, score);
    let curve = Curve::try_new(&scores, &poor, &weights).map_err(wrong)?;
    let shares = curve.shares(&scores, curve.poor());
    let design = design(cases)?;
    let mut groupings: Vec<(String, Vec<String>)> = vec![
        ("township".to_owned(), cases.iter().map(|case| case.area.chars().take(9).collect()).collect()),
        ("household size".to_owned(), cases.iter().map(|case| size_class(case.people)).collect()),
    ];
    for name in GROUPS {
        let value = |case: &Case| groups.get(&case.household)?.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
        let values: Vec<String> = cases.iter().map(|case| value(case).unwrap_or_default()).collect();
        if values.iter().any(|value| !value.is_empty()) {
            groupings.push((name.to_owned(), values));
        }
    }
    let mut found = Vec::new();
    for (grouping, values) in groupings {
        let mut names: Vec<String> = values.clone();
        names.sort_unstable();
        names.dedup();
        let numbers: Vec<u32> =
            values.iter().map(|v| names.binary_search(v).ok().and_then(|n| u32::try_from(n).ok()).unwrap_or(0)).collect();
        for gap in gaps(&group_errors(&design, &numbers, &poor, &shares).map_err(wrong)?) {
            found.push(GroupGap {
                grouping: grouping.clone(),
                group: usize::try_from(gap.group).ok().and_then(|g| names.get(g)).cloned().unwrap_or_default(),
                figure: format!("{:?}", gap.figure).to_lowercase(),
                value: gap.value,
                low: gap.interval.0,
                high: gap.interval.1,
                overall: gap.overall,
                clear: gap.clear,
            });
        }
    }
    found.sort_by(|a, b| b.clear.cmp(&a.clear).then_with(|| (b.value - b.overall).abs().total_cmp(&(a.value - a.overall).abs())));
    Ok(found)
}

fn size_class(people: u32) -> String {
    match people {
        1 => "1",
        2 => "2",
        3 | 4 => "3-4",
        5 | 6 => "5-6",
        _ => "7+",
    }
    .to_owned()
}

fn show(evaluation: &Evaluation, console: &Console) {
    let figure = |x: Option<f64>| x.map_or_else(String::new, |x| format!("{x:.4}"));
    let rows: Vec<Vec<String>> = evaluation
        .rankings
        .iter()
        .map(|r| {
            let interval = r.exclusion_interval.map_or_else(String::new, |(low, high)| format!("{low:.3}-{high:.3}"));
            vec![
                r.ranking.clone(),
                figure(r.auc),
                figure(r.exclusion_error),
                interval,
                figure(r.exclusion_error_people),
                figure(r.targeting_differential),
                figure(r.coady_grosh_hoddinott),
                figure(r.log_loss),
                figure(r.calibration_error),
            ]
        })
        .collect();
    let header = ["ranking", "auc", "exclusion_error", "interval_95", "in_people", "differential", "cgh_20", "log_loss", "calibration"];
    console.table(console.say("误差（名额等于贫困户数）", "errors at the matched quota"), &header, &rows);
    let rows: Vec<Vec<String>> = evaluation.budgets.iter().map(Budget::cells).collect();
    console.table(console.say("入户核实预算", "what a budget of visits finds"), &Budget::HEADER, &rows);
    let rows: Vec<Vec<String>> = evaluation
        .gaps
        .iter()
        .filter(|gap| gap.figure == "exclusion")
        .take(8)
        .map(|g| {
            let clear = if g.clear { "*" } else { "" };
            vec![
                g.grouping.clone(),
                g.group.clone(),
                format!("{:.3}", g.value),
                format!("{:.3}-{:.3}{clear}", g.low, g.high),
                format!("{:.3}", g.overall),
            ]
        })
        .collect();
    console.table(
        console.say("差距最大的群体", "largest gaps in exclusion"),
        &["grouping", "group", "exclusion_error", "interval_95", "overall"],
        &rows,
    );
}
