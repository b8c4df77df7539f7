//! Parts computed by other machines. All of them see the register and the results under the same paths.

use std::path::{Path, PathBuf};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use analytics::assess::{Assessor, AssessorOptions};
use analytics::cluster::{Role, run_parts};
use analytics::language::Compiler;
use analytics::register::{Part, Register};
use programme::{Programme, SourceFile};
use serde::{Deserialize, Serialize};
use targeting::proposal::{Evidence, decide};

use super::decide::{Decider, Row};
use super::model::StoredModel;
use super::work::{Done, Work, build, write};
use crate::cli::IdentifyArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};

/// What an executor must know; lies beside the parts.
#[derive(Serialize, Deserialize)]
struct Job {
    register: PathBuf,
    /// Days since 1970-01-01.
    as_of: i32,
    /// The programme's files by name.
    programme: Vec<(String, String)>,
    /// Whether a model lies beside this file.
    model: bool,
    inputs: String,
}

const JOB: &str = "job.json";
const MODEL: &str = "model.json";

/// Has the parts computed that are not there yet, and gathers all, in the order of the register.
pub(crate) fn on_cluster(work: &Work<'_>, address: &str, args: &IdentifyArgs, console: &Console) -> Result<Vec<Done>> {
    let manifest = &work.register.manifest;
    let missing: Vec<&Part> = manifest.parts.iter().filter(|part| done(work, part).is_none()).collect();
    if !missing.is_empty() {
        let job = hand_over(work, args)?;
        console.note(&format!("{} {address}: {}", console.say("已提交集群", "sent to the cluster at"), missing.len()));
        let names: Vec<String> = missing.iter().map(|part| part.name.clone()).collect();
        let role = Role::without_work(build()?);
        let bar = console.progress(console.say("识别", "identifying"), manifest.households());
        std::thread::scope(|scope| {
            let (tell, told) = std::sync::mpsc::channel();
            scope.spawn(move || tell.send(run_parts(address, &role, &job.to_string_lossy(), &names)));
            loop {
                match told.recv_timeout(Duration::from_millis(200)) {
                    Ok(answers) => break answers.map(drop),
                    Err(RecvTimeoutError::Timeout) => {
                        let there = manifest.parts.iter().filter(|part| work.finished(part).is_some());
                        bar.set_position(there.map(|part| part.households).sum());
                    }
                    Err(RecvTimeoutError::Disconnected) => {
                        break Err(analytics::Error::Cluster("the client of the cluster panicked".to_owned()));
                    }
                }
            }
        })?;
        bar.finish_and_clear();
    }
    let gathered: Option<Vec<Done>> = manifest.parts.iter().map(|part| done(work, part)).collect();
    let gathered = gathered.ok_or_else(|| {
        let reason = "executors reported parts that are not in the folder of results; do all see it under the same path?";
        Failure::Analytics(analytics::Error::Cluster(reason.to_owned()))
    })?;
    tidy(work)?;
    Ok(gathered)
}

fn hand_over(work: &Work<'_>, args: &IdentifyArgs) -> Result<PathBuf> {
    let folder = std::path::absolute(&work.folder).map_err(Failure::file(&work.folder))?;
    let register = std::path::absolute(&work.register.folder).map_err(Failure::file(&work.register.folder))?;
    // The file itself: a model written again could differ in the last digit of a weight.
    if let Some(path) = &args.model {
        let bytes = std::fs::read(path).map_err(Failure::file(path))?;
        write(&folder.join(MODEL), &bytes)?;
    }
    let programme = work.decider.programme.sources.iter().map(|source| (source.name.clone(), source.text.clone())).collect();
    let job = Job {
        register,
        as_of: kernel::date::to_days(args.source.as_of(work.decider.programme)),
        programme,
        model: args.model.is_some(),
        inputs: work.inputs.clone(),
    };
    let path = folder.join(JOB);
    write(&path, serde_json::to_string(&job).map_err(|e| Failure::Usage(e.to_string()))?.as_bytes())?;
    Ok(path)
}

/// A part that is whole on disk.
fn done(work: &Work<'_>, part: &Part) -> Option<Done> {
    let summary = work.finished(part)?;
    let rows = if work.small { read_rows(&rows_file(work, part), work.decider)? } else { Vec::new() };
    Some(Done { summary, rows })
}

/// What only executors and interrupted runs need.
fn tidy(work: &Work<'_>) -> Result<()> {
    for entry in std::fs::read_dir(&work.folder).map_err(Failure::file(&work.folder))? {
        let path = entry.map_err(Failure::file(&work.folder))?.path();
        let is = |extension: &str| path.extension().is_some_and(|e| e == extension);
        if is("rows") || is("new") || path.ends_with(JOB) || path.ends_with(MODEL) {
            std::fs::remove_file(&path).map_err(Failure::file(&path))?;
        }
    }
    Ok(())
}

/// The executor's work: one part of a job, unless it is there already.
pub(crate) fn compute(job: &Path, part: &str) -> Result<String> {
    let text = std::fs::read_to_string(job).map_err(Failure::file(job))?;
    let held: Job = serde_json::from_str(&text).map_err(|e| Failure::Usage(format!("{} is not a job: {e}", job.display())))?;
    let folder = job.parent().unwrap_or(job).to_path_buf();
    let sources = held.programme.into_iter().map(|(name, text)| SourceFile { name, text }).collect();
    let programme = Programme::load(sources).map_err(|problems| Failure::Definition(problems.0))?;
    let as_of = kernel::date::from_days(held.as_of).ok_or_else(|| Failure::Usage(format!("{} names no date", job.display())))?;
    let compiler = Compiler::new(as_of, programme.meta.currency.clone());
    let register = Register::open(&held.register)?;
    let stored = held.model.then(|| StoredModel::read(&folder.join(MODEL), &programme)).transpose()?;
    let options = AssessorOptions { model: stored.as_ref().map(|m| m.id.clone()), without_checks: false, columns: Vec::new() };
    let assessor = Assessor::new(&programme, &compiler, Some(&register.manifest), &options)?;
    let decider = Decider::new(&programme, &assessor, stored.as_ref().map(|stored| &stored.model));
    let work = Work::new(&decider, &register, as_of, folder)?;
    if work.inputs != held.inputs {
        let reason = "this executor sees another register, programme or build than the client that asked";
        return Err(Failure::Analytics(analytics::Error::Cluster(reason.to_owned())));
    }
    let Some(part) = register.manifest.parts.iter().find(|known| known.name == part) else {
        return Err(Failure::Unknown(format!("the register has no part {part}")));
    };
    if done(&work, part).is_some() {
        return Ok(format!("{}: there already", part.name));
    }
    let done = work.part(part, &|_| ())?;
    if work.small {
        write(&rows_file(&work, part), &packed(&done.rows)?)?;
    }
    work.finish(part, &done.summary)?;
    Ok(format!("{}: {} households", part.name, part.households))
}

fn rows_file(work: &Work<'_>, part: &Part) -> PathBuf {
    work.folder.join(format!("{}.rows", part.name))
}

/// A row without its decision, which follows from the evidence.
#[derive(Serialize, Deserialize)]
struct Packed {
    household: String,
    area: i64,
    people: u32,
    income: Option<i64>,
    line: Option<i64>,
    evidence: Evidence,
    deprived: u32,
    missing: u32,
    causes: Vec<usize>,
    checks: Vec<usize>,
}

/// In a binary form that keeps every bit of a fraction.
fn packed(rows: &[Row]) -> Result<Vec<u8>> {
    let rows: Vec<Packed> = rows
        .iter()
        .map(|row| Packed {
            household: row.household.clone(),
            area: row.area,
            people: row.people,
            income: row.income,
            line: row.line,
            evidence: row.evidence,
            deprived: row.deprived,
            missing: row.missing,
            causes: row.causes.clone(),
            checks: row.checks.clone(),
        })
        .collect();
    rmp_serde::to_vec(&rows).map_err(|e| Failure::Usage(e.to_string()))
}

fn read_rows(path: &Path, decider: &Decider<'_>) -> Option<Vec<Row>> {
    let rows: Vec<Packed> = rmp_serde::from_slice(&std::fs::read(path).ok()?).ok()?;
    let whole = |row: Packed| Row {
        decision: decide(&row.evidence, &decider.policy),
        household: row.household,
        area: row.area,
        people: row.people,
        income: row.income,
        line: row.line,
        evidence: row.evidence,
        deprived: row.deprived,
        missing: row.missing,
        causes: row.causes,
        checks: row.checks,
    };
    Some(rows.into_iter().map(whole).collect())
}
