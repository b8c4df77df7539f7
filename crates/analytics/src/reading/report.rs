//! Findings in bounded memory.

use std::collections::BTreeMap;

use kernel::{Finding, Place};

/// Faults of one kind in one column of one file that are told one by one.
const TOLD: u64 = 10_000;

/// Collects findings: of a column that is wrong in thirty million rows some are told, the others counted.
#[derive(Debug, Default)]
pub struct Findings {
    told: Vec<Finding>,
    seen: BTreeMap<(String, String, String), u64>,
}

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        if finding.place.row == 0 && finding.place.column.is_empty() {
            self.told.push(finding);
            return;
        }
        let kind = (finding.place.file.clone(), finding.code.clone(), finding.place.column.clone());
        let seen = self.seen.entry(kind).or_default();
        *seen += 1;
        if *seen <= TOLD {
            self.told.push(finding);
        }
    }

    pub fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }

    /// All findings; for each kind of which some were only counted, one that says how many.
    #[must_use]
    pub fn finish(self) -> Vec<Finding> {
        let mut all = self.told;
        for ((file, code, column), seen) in self.seen.into_iter().filter(|(_, seen)| *seen > TOLD) {
            let like = all.iter().find(|told| told.code == code && told.place.file == file && told.place.column == column);
            let Some(severity) = like.map(|finding| finding.severity) else { continue };
            let found = format!("{} more of these, not listed", seen - TOLD);
            all.push(Finding::new(&code, severity, Place { file, row: 0, column }, &found, ""));
        }
        all
    }
}
