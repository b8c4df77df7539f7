//! All parts of a register, on a few threads or on a cluster; finished parts survive an interruption.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::decide::Row;
use super::part::PartSummary;
use super::table::{HEADER, Names};
use super::work::{Done, Work};
use crate::console::{Console, csv_line};
use crate::failure::{Failure, Result};

/// What the parts gave.
pub(crate) struct Outcome {
    pub whole: PartSummary,
    /// Every household, in the order of the register, up to [`super::LIST_LIMIT`].
    pub rows: Vec<Row>,
}

/// All parts on threads of this process, in the order of the register.
pub(crate) fn on_threads(work: &Work<'_>, threads: usize, console: &Console) -> Result<Vec<Done>> {
    let manifest = &work.register.manifest;
    let bar = console.progress(console.say("识别", "identifying"), manifest.households());
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Result<Done>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.min(manifest.parts.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(part) = manifest.parts.get(place) else { break };
                    let finished = if work.small { None } else { work.finished(part) };
                    let done = match finished {
                        Some(summary) => {
                            bar.inc(part.households);
                            Ok(Done { summary, rows: Vec::new() })
                        }
                        None => work.part(part, &|n| bar.inc(n)).and_then(|done| work.finish(part, &done.summary).map(|()| done)),
                    };
                    let failed = done.is_err();
                    if let Ok(mut results) = results.lock() {
                        results.push((place, done));
                    }
                    if failed {
                        next.store(usize::MAX / 2, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    bar.finish_and_clear();
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, done)| done).collect()
}

/// The parts put together; few households also as one CSV file.
pub(crate) fn together(work: &Work<'_>, parts: Vec<Done>, aside: &Path) -> Result<Outcome> {
    let mut outcome = Outcome { whole: PartSummary::default(), rows: Vec::new() };
    let mut csv = if work.small { Some(csv_file(aside)?) } else { None };
    let names = Names(work.decider.programme);
    for done in parts {
        outcome.whole.merge(done.summary);
        if let Some((path, writer)) = csv.as_mut() {
            for row in &done.rows {
                let cells = names.cells(row);
                writeln!(writer, "{}", csv_line(cells.iter().map(String::as_str))).map_err(Failure::file(path.clone()))?;
            }
            outcome.rows.extend(done.rows);
        }
    }
    if let Some((path, mut writer)) = csv {
        writer.flush().map_err(Failure::file(path))?;
    }
    Ok(outcome)
}

fn csv_file(aside: &Path) -> Result<(PathBuf, BufWriter<File>)> {
    let path = aside.join("assessments.csv");
    let file = File::create(&path).map_err(Failure::file(&path))?;
    let mut writer = BufWriter::with_capacity(1 << 18, file);
    writeln!(writer, "{}", csv_line(HEADER.iter().copied())).map_err(Failure::file(&path))?;
    Ok((path, writer))
}
