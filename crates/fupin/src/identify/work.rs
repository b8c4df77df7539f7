//! What is done with one part, on whichever machine, and what stays on disk of it.

use std::io::Read;
use std::path::{Path, PathBuf};

use analytics::output::{ParquetFile, record_batch};
use analytics::register::{Part, Register};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::decide::{Decider, Row};
use super::part::{self, PartSummary};
use super::table::Names;
use crate::failure::{Failure, Result};

/// A finished part on disk.
#[derive(Serialize, Deserialize)]
struct Finished {
    /// What it was computed from; a part of other inputs is computed again.
    inputs: String,
    summary: PartSummary,
}

pub(crate) struct Done {
    pub summary: PartSummary,
    /// Its households, when they are few enough for lists.
    pub rows: Vec<Row>,
}

/// Computes parts of one register into one folder.
pub(crate) struct Work<'a> {
    pub decider: &'a Decider<'a>,
    pub register: &'a Register,
    pub folder: PathBuf,
    /// Whether rows are kept for lists.
    pub small: bool,
    pub inputs: String,
    pub as_of: NaiveDate,
}

impl<'a> Work<'a> {
    pub(crate) fn new(decider: &'a Decider<'a>, register: &'a Register, as_of: NaiveDate, folder: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
        let small = register.manifest.households() <= super::LIST_LIMIT;
        Ok(Self { decider, register, folder, small, inputs: inputs(decider, register, as_of)?, as_of })
    }

    pub(crate) fn part(&self, part: &Part, tick: &dyn Fn(u64)) -> Result<Done> {
        let aside = aside(&self.folder.join(format!("{}.parquet", part.name)));
        let mut file = ParquetFile::create(&aside);
        let names = Names(self.decider.programme);
        let mut rows_kept = Vec::new();
        let mut each = |rows: Vec<Row>| {
            file.write(&record_batch(names.columns(&rows))?)?;
            if self.small {
                rows_kept.extend(rows);
            }
            Ok(())
        };
        let summary = part::run(self.decider, self.register, part, &mut each, tick)?;
        file.finish()?;
        if aside.exists() {
            let path = self.folder.join(format!("{}.parquet", part.name));
            std::fs::rename(&aside, &path).map_err(Failure::file(path))?;
        }
        Ok(Done { summary, rows: rows_kept })
    }

    /// Notes that a part is whole, last of all: who finds the note may trust the rest.
    pub(crate) fn finish(&self, part: &Part, summary: &PartSummary) -> Result<()> {
        let finished = Finished { inputs: self.inputs.clone(), summary: summary.clone() };
        let text = serde_json::to_string(&finished).map_err(|e| Failure::Usage(e.to_string()))?;
        write(&self.state(part), text.as_bytes())
    }

    /// The summary of a part that a run of the same inputs finished, here or elsewhere.
    pub(crate) fn finished(&self, part: &Part) -> Option<PartSummary> {
        let finished: Finished = serde_json::from_str(&std::fs::read_to_string(self.state(part)).ok()?).ok()?;
        (finished.inputs == self.inputs).then_some(finished.summary)
    }

    fn state(&self, part: &Part) -> PathBuf {
        self.folder.join(format!("{}.json", part.name))
    }
}

/// Everything a part's result depends on, the program itself included.
fn inputs(decider: &Decider<'_>, register: &Register, as_of: NaiveDate) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(register.manifest.fingerprint.as_bytes());
    hash.update(build()?.as_bytes());
    for source in &decider.programme.sources {
        hash.update(source.text.as_bytes());
    }
    hash.update(as_of.to_string().as_bytes());
    let model = decider.model.and_then(|model| serde_json::to_vec(model).ok()).unwrap_or_default();
    hash.update(&model);
    Ok(hex(&hash.finalize()))
}

/// This program's own bytes as 16 hexadecimal digits: equal builds compute equal results.
pub(crate) fn build() -> Result<String> {
    let path = std::env::current_exe().map_err(Failure::file("the program"))?;
    let mut file = std::fs::File::open(&path).map_err(Failure::file(&path))?;
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut block).map_err(Failure::file(&path))?;
        if read == 0 {
            break;
        }
        hash.update(block.get(..read).unwrap_or_default());
    }
    Ok(hex(&hash.finalize()).chars().take(16).collect())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes beside and renames, so that nobody reads half a file; two writers of one file do not meet.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let aside = aside(path);
    std::fs::write(&aside, bytes).map_err(Failure::file(&aside))?;
    std::fs::rename(&aside, path).map_err(Failure::file(path))
}

/// A name that no other process on any machine takes.
fn aside(path: &Path) -> PathBuf {
    use std::hash::BuildHasher;
    super::beside(path, &format!("{:016x}.new", std::hash::RandomState::new().hash_one(std::process::id())))
}
