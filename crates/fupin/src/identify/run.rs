//! All parts of a register on a few threads; finished parts survive an interruption.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use analytics::output::{ParquetFile, record_batch};
use analytics::register::{Part, Register};
use serde::{Deserialize, Serialize};

use super::LIST_LIMIT;
use super::decide::{Decider, Row};
use super::part::{self, PartSummary};
use super::table::{HEADER, Names};
use crate::console::{Console, csv_line};
use crate::failure::{Failure, Result};

/// What the parts gave.
pub(crate) struct Outcome {
    pub whole: PartSummary,
    /// Every household, in the order of the register, up to [`LIST_LIMIT`].
    pub rows: Vec<Row>,
}

/// A finished part on disk.
#[derive(Serialize, Deserialize)]
struct Finished {
    /// What it was computed from; a part of other inputs is computed again.
    inputs: String,
    summary: PartSummary,
}

pub(crate) fn all_parts(decider: &Decider<'_>, register: &Register, aside: &Path, threads: usize, console: &Console) -> Result<Outcome> {
    let folder = aside.join("parts");
    std::fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
    let manifest = &register.manifest;
    let small = manifest.households() <= LIST_LIMIT;
    let bar = console.progress(console.say("识别", "identifying"), manifest.households());
    let work = Work { decider, register, folder: &folder, small, inputs: inputs(decider, register) };
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Result<Done>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.min(manifest.parts.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(part) = manifest.parts.get(place) else { break };
                    let done = work.part(part, &|n| bar.inc(n));
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
    let mut outcome = Outcome { whole: PartSummary::default(), rows: Vec::new() };
    let mut csv = if small { Some(csv_file(aside)?) } else { None };
    let names = Names(decider.programme);
    for (_, done) in results {
        let done = done?;
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

/// Everything a part's result depends on.
fn inputs(decider: &Decider<'_>, register: &Register) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    hash.update(register.manifest.fingerprint.as_bytes());
    hash.update(env!("CARGO_PKG_VERSION").as_bytes());
    for source in &decider.programme.sources {
        hash.update(source.text.as_bytes());
    }
    let model = decider.model.and_then(|model| serde_json::to_vec(model).ok()).unwrap_or_default();
    hash.update(&model);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Done {
    summary: PartSummary,
    rows: Vec<Row>,
}

struct Work<'a> {
    decider: &'a Decider<'a>,
    register: &'a Register,
    folder: &'a Path,
    small: bool,
    inputs: String,
}

impl Work<'_> {
    fn part(&self, part: &Part, tick: &(dyn Fn(u64) + Sync)) -> Result<Done> {
        let state = self.folder.join(format!("{}.json", part.name));
        if let Some(summary) = self.finished(&state).filter(|_| !self.small) {
            tick(part.households);
            return Ok(Done { summary, rows: Vec::new() });
        }
        let path = self.folder.join(format!("{}.parquet", part.name));
        let mut file = ParquetFile::create(&path);
        let names = Names(self.decider.programme);
        let mut kept = Vec::new();
        let summary = part::run(
            self.decider,
            self.register,
            part,
            &mut |rows| {
                file.write(&record_batch(names.columns(&rows))?)?;
                if self.small {
                    kept.extend(rows);
                }
                Ok(())
            },
            &|n| tick(n),
        )?;
        file.finish()?;
        let finished = Finished { inputs: self.inputs.clone(), summary };
        let text = serde_json::to_string(&finished).map_err(|e| Failure::Usage(e.to_string()))?;
        std::fs::write(&state, text).map_err(Failure::file(&state))?;
        Ok(Done { summary: finished.summary, rows: kept })
    }

    /// The summary of a part that an interrupted run of the same inputs finished.
    fn finished(&self, state: &Path) -> Option<PartSummary> {
        let finished: Finished = serde_json::from_str(&std::fs::read_to_string(state).ok()?).ok()?;
        (finished.inputs == self.inputs).then_some(finished.summary)
    }
}
