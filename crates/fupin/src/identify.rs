//! `fupin identify`: the whole way from a register to lists, report and summary.

#[cfg(feature = "cluster")]
pub(crate) mod cluster;
pub(crate) mod decide;
pub(crate) mod detect;
pub(crate) mod lists;
pub(crate) mod model;
pub(crate) mod part;
pub(crate) mod records;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod summary;
pub(crate) mod table;
pub(crate) mod work;

use std::path::{Path, PathBuf};

use analytics::assess::{Assessor, AssessorOptions};

use crate::cli::IdentifyArgs;
use crate::commands::open;
use crate::console::Console;
use crate::failure::{Failure, Result};
use decide::Decider;
use model::StoredModel;
use summary::{ModelFigures, Summary};
use work::{Done, Work};

/// Households above which lists and the one CSV file are left out: the parts are the result.
pub(crate) const LIST_LIMIT: u64 = 2_000_000;

/// Names the folder as ours, so that it may be replaced.
pub(crate) const MARK: &str = "summary.json";

pub(crate) fn run(args: &IdentifyArgs, console: &Console) -> Result<()> {
    if args.out.exists() && !args.out.join(MARK).is_file() && has_entries(&args.out)? {
        return Err(Failure::Occupied { path: args.out.clone() });
    }
    let aside = beside(&args.out, "new");
    std::fs::create_dir_all(&aside).map_err(Failure::file(&aside))?;
    let opened = open(&args.source, &aside.join("register"), console)?;
    let stored = args.model.as_ref().map(|path| StoredModel::read(path, &opened.programme)).transpose()?;
    let options = AssessorOptions { model: stored.as_ref().map(|m| m.id.clone()), without_checks: false, columns: Vec::new() };
    let assessor = Assessor::new(&opened.programme, &opened.compiler, Some(&opened.register.manifest), &options)?;
    if let Some(stored) = stored.as_ref().filter(|stored| stored.features != assessor.features) {
        return Err(Failure::Model(format!("model `{}` was trained on other features; train it again", stored.id)));
    }
    let decider = Decider::new(&opened.programme, &assessor, stored.as_ref().map(|stored| &stored.model));
    let as_of = opened.compiler.as_of();
    let work = Work::new(&decider, &opened.register, as_of, aside.join("parts"))?;
    let outcome = run::together(&work, parts(&work, args, console)?, &aside)?;
    let mut summary = summary::summarise(&opened.programme, &assessor, &as_of.to_string(), &outcome.whole);
    summary.findings = u64::try_from(opened.findings.len()).unwrap_or(0);
    summary.model = stored.as_ref().map(model_figures);
    detect::all(&opened, &mut summary, console)?;
    if !opened.findings.is_empty() {
        let path = aside.join("input_findings.csv");
        std::fs::write(&path, crate::commands::findings_csv(&opened.findings)).map_err(Failure::file(&path))?;
    }
    lists::write(&aside, &opened.programme, &summary, &outcome.rows, args, console)?;
    report::write(&aside, &opened.programme, &summary, &outcome.rows, console.language)?;
    let text = serde_json::to_string_pretty(&summary).map_err(|e| Failure::Usage(e.to_string()))?;
    std::fs::write(aside.join(MARK), text).map_err(Failure::file(aside.join(MARK)))?;
    replace(&aside, &args.out)?;
    records::bring(&work, stored.as_ref(), &outcome.rows, args, console)?;
    show(&summary, &args.out, console);
    Ok(())
}

#[cfg(feature = "cluster")]
fn parts(work: &Work<'_>, args: &IdentifyArgs, console: &Console) -> Result<Vec<Done>> {
    match &args.cluster {
        Some(address) => cluster::on_cluster(work, address, args, console),
        None => run::on_threads(work, args.threads.max(1), console),
    }
}

#[cfg(not(feature = "cluster"))]
fn parts(work: &Work<'_>, args: &IdentifyArgs, console: &Console) -> Result<Vec<Done>> {
    run::on_threads(work, args.threads.max(1), console)
}

fn has_entries(folder: &Path) -> Result<bool> {
    Ok(std::fs::read_dir(folder).map_err(Failure::file(folder))?.next().is_some())
}

/// `out` → `out.new`: work goes on there until everything is whole.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().map(std::ffi::OsStr::to_os_string).unwrap_or_default();
    name.push(".");
    name.push(suffix);
    path.with_file_name(name)
}

/// Puts the finished folder in the place of the old one.
fn replace(aside: &Path, out: &Path) -> Result<()> {
    let old = beside(out, "old");
    if old.exists() {
        std::fs::remove_dir_all(&old).map_err(Failure::file(&old))?;
    }
    if out.exists() {
        std::fs::rename(out, &old).map_err(Failure::file(out))?;
    }
    std::fs::rename(aside, out).map_err(Failure::file(out))?;
    if old.exists() {
        std::fs::remove_dir_all(&old).map_err(Failure::file(&old))?;
    }
    Ok(())
}

fn model_figures(stored: &StoredModel) -> ModelFigures {
    let card = stored.model.card();
    ModelFigures {
        id: stored.id.clone(),
        rows: card.rows,
        positives: card.positives,
        auc: card.metrics.auc,
        log_loss: card.metrics.log_loss,
        exclusion_error: card.metrics.exclusion_error,
        reason: card.reason.clone(),
        importance: card.importance.iter().map(|i| (i.name.clone(), i.share)).collect(),
    }
}

fn show(summary: &Summary, out: &Path, console: &Console) {
    let t = &summary.total;
    let line = |zh: &str, en: &str, n: u64| vec![console.say(zh, en).to_owned(), n.to_string()];
    let rows = vec![
        line("户", "households", t.households),
        line("人", "people", t.people),
        line("在册", "in the programme", t.registered),
        line("低于贫困线", "under the line", t.below_line),
        line("建议纳入", "admit", t.admit),
        line("建议保留", "keep", t.keep),
        line("入户核实", "verify", t.verify),
        line("复核退出", "review for removal", t.review_removal),
        line("重复线索", "duplicate signs", u64::try_from(summary.duplicates.len()).unwrap_or(0)),
        line("村级异常", "village signs", u64::try_from(summary.signs.len()).unwrap_or(0)),
        line("未申请线索", "people who never applied", u64::try_from(summary.leads.len()).unwrap_or(0)),
    ];
    let title = format!("{} {}", summary.title.pick(console.language), summary.as_of);
    console.table(&title, &["what", "count"], &rows);
    if let Some(index) = &summary.index {
        let figure = |x: f64| format!("{x:.4}");
        let mut rows =
            vec![vec!["H · A · M0".to_owned(), figure(index.headcount), figure(index.intensity), figure(index.adjusted_headcount)]];
        rows.extend(
            index
                .indicators
                .iter()
                .map(|i| vec![i.title.pick(console.language).to_owned(), figure(i.uncensored), figure(i.censored), figure(i.contribution)]),
        );
        console.table(console.say("多维贫困", "multidimensional poverty"), &["indicator", "uncensored", "censored", "contribution"], &rows);
    }
    let causes = summary.causes.iter().filter(|cause| cause.households > 0);
    let mut causes: Vec<_> = causes.map(|c| (c.households, c.title.pick(console.language).to_owned())).collect();
    causes.sort_by_key(|(households, _)| std::cmp::Reverse(*households));
    let rows: Vec<Vec<String>> = causes.into_iter().map(|(n, title)| vec![title, n.to_string()]).collect();
    console.table(console.say("主要致贫原因", "main causes by evidence"), &["cause", "households"], &rows);
    console.note(&format!("{} {}", console.say("名单与报告：", "lists and report:"), out.display()));
    console.note(&format!("  {}", out.join("report.html").display()));
}
