//! One part of a register: assessed, decided, written and summed up.

use std::collections::BTreeMap;

use analytics::register::{Part, Register};
use analytics::view::ViewReader;
use serde::{Deserialize, Serialize};
use targeting::proposal::Proposal;

use super::decide::{Decider, Row};
use crate::failure::Result;

/// Figures of one village, township, county …
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AreaFigures {
    pub households: u64,
    pub people: u64,
    pub registered: u64,
    pub below_line: u64,
    pub index_poor_people: u64,
    pub assessed_people: u64,
    pub admit: u64,
    pub keep: u64,
    pub verify: u64,
    pub review_removal: u64,
}

impl AreaFigures {
    pub(crate) fn add(&mut self, other: &Self) {
        self.households += other.households;
        self.people += other.people;
        self.registered += other.registered;
        self.below_line += other.below_line;
        self.index_poor_people += other.index_poor_people;
        self.assessed_people += other.assessed_people;
        self.admit += other.admit;
        self.keep += other.keep;
        self.verify += other.verify;
        self.review_removal += other.review_removal;
    }

    fn of(row: &Row) -> Self {
        let is = |truth: bool| u64::from(truth);
        let people = u64::from(row.people);
        let proposal = row.decision.proposal;
        Self {
            households: 1,
            people,
            registered: is(row.evidence.registered == Some(true)),
            below_line: is(row.evidence.below_line == Some(true)),
            index_poor_people: people * is(row.evidence.index_poor == Some(true)),
            assessed_people: people * is(row.evidence.index_poor.is_some()),
            admit: is(proposal == Proposal::Admit),
            keep: is(proposal == Proposal::Keep),
            verify: is(proposal == Proposal::Verify),
            review_removal: is(proposal == Proposal::ReviewRemoval),
        }
    }
}

/// What a part adds to the whole; kept on disk so that an interrupted run goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartSummary {
    pub part: String,
    /// By village.
    pub areas: BTreeMap<i64, AreaFigures>,
    /// People by bit patterns (deprived, missing), by county.
    pub patterns: BTreeMap<i64, Vec<(u32, u32, u64)>>,
    /// Households by check, in the order of the programme.
    pub checks: Vec<u64>,
    /// Households by main cause.
    pub causes: Vec<u64>,
    /// Sum of what households under the line lack, minor units a year.
    pub shortfall: i64,
}

impl PartSummary {
    pub(crate) fn merge(&mut self, other: Self) {
        for (area, figures) in other.areas {
            self.areas.entry(area).or_default().add(&figures);
        }
        for (county, patterns) in other.patterns {
            self.patterns.entry(county).or_default().extend(patterns);
        }
        add(&mut self.checks, &other.checks);
        add(&mut self.causes, &other.causes);
        self.shortfall += other.shortfall;
    }
}

fn add(sums: &mut Vec<u64>, more: &[u64]) {
    sums.resize(sums.len().max(more.len()), 0);
    sums.iter_mut().zip(more).for_each(|(sum, n)| *sum += n);
}

/// Runs one part; `each` gets the rows batch by batch, `tick` the number of households.
pub(crate) fn run(
    decider: &Decider<'_>,
    register: &Register,
    part: &Part,
    each: &mut dyn FnMut(Vec<Row>) -> Result<()>,
    tick: &dyn Fn(u64),
) -> Result<PartSummary> {
    let mut summary = PartSummary { part: part.name.clone(), ..PartSummary::default() };
    summary.checks = vec![0; decider.programme.checks.len()];
    summary.causes = vec![0; decider.programme.causes.len()];
    let mut patterns: BTreeMap<i64, BTreeMap<(u32, u32), u64>> = BTreeMap::new();
    for batch in ViewReader::open(&decider.assessor.plan, register, part)? {
        let rows = decider.rows(&decider.assessor.assess(&batch?)?);
        for row in &rows {
            summary.areas.entry(row.area).or_default().add(&AreaFigures::of(row));
            let county = kernel::AreaCode::from_padded(row.area).at(kernel::AreaLevel::County).padded();
            *patterns.entry(county).or_default().entry((row.deprived, row.missing)).or_default() += u64::from(row.people);
            for check in &row.checks {
                summary.checks.get_mut(*check).into_iter().for_each(|n| *n += 1);
            }
            if let Some(cause) = row.causes.first().and_then(|cause| summary.causes.get_mut(*cause)) {
                *cause += 1;
            }
            if let Some((income, line)) = row.income.zip(row.line).filter(|(income, line)| income < line) {
                summary.shortfall += (line - income) * i64::from(row.people);
            }
        }
        tick(u64::try_from(rows.len()).unwrap_or(0));
        each(rows)?;
    }
    let flat = |patterns: BTreeMap<(u32, u32), u64>| patterns.into_iter().map(|((d, m), n)| (d, m, n)).collect();
    summary.patterns = patterns.into_iter().map(|(county, patterns)| (county, flat(patterns))).collect();
    Ok(summary)
}
