//! What the page needs beside the figures of the summary: titles from the programme, files in the folder, the households to show.

use std::collections::BTreeMap;
use std::path::Path;

use kernel::{Language, Text};
use programme::Programme;

use super::cards::{self, Card};
use crate::identify::decide::Row;

#[derive(Default)]
pub(super) struct Beside {
    pub language: Language,
    /// Titles of dimensions, in the order of the programme.
    pub dimensions: Vec<(String, Text)>,
    /// Titles of features by name.
    pub features: BTreeMap<String, Text>,
    /// What to ask when a check fires, in the order of the summary's checks.
    pub asks: Vec<Text>,
    pub searches: BTreeMap<String, Text>,
    /// Basis of the programme.
    pub source: String,
    /// Titles of the tables that the programme reads.
    pub tables: Vec<Text>,
    /// Files beside the report, by their path from it.
    pub files: Vec<String>,
    pub cards: Vec<Card>,
}

/// Files that the report links.
const FILES: [&str; 9] = [
    "lists.xlsx",
    "lists/admit.csv",
    "lists/review_removal.csv",
    "lists/visits.csv",
    "lists/quota.csv",
    "lists/duplicates.csv",
    "lists/village_signs.csv",
    "lists/leads.csv",
    "assessments.csv",
];

impl Beside {
    pub(super) fn collect(out: &Path, programme: &Programme, rows: &[Row], language: Language) -> Self {
        let others = ["input_findings.csv", "summary.json"];
        // The summary is written last, after this report.
        let there = |name: &&str| *name == "summary.json" || out.join(name).is_file();
        let features = programme.view_columns.iter().map(|column| (column.part.name().to_owned(), column.part.title.clone()));
        Self {
            language,
            dimensions: programme.dimensions.iter().map(|d| (d.part.id.get_ref().clone(), d.part.title.clone())).collect(),
            features: features.collect(),
            asks: programme.checks.iter().map(|check| check.part.ask.clone()).collect(),
            searches: programme.searches.iter().map(|s| (s.part.id.get_ref().clone(), s.part.title.clone())).collect(),
            source: programme.meta.part.source.clone(),
            tables: programme.tables.iter().map(|table| table.part.title.clone()).collect(),
            files: FILES.iter().chain(&others).filter(|name| there(name)).map(|name| (*name).to_owned()).collect(),
            cards: cards::top(programme, rows),
        }
    }

    pub(super) fn has(&self, file: &str) -> bool {
        self.files.iter().any(|name| name == file)
    }

    pub(super) fn dimension(&self, id: &str) -> Text {
        let known = self.dimensions.iter().find(|(name, _)| name == id);
        known.map_or_else(|| Text::new(id, id), |(_, title)| title.clone())
    }
}
