//! From what is known of a household to a proposal with reasons.

use analytics::assess::{Assessment, Assessor};
use programme::{Bearing, Programme};
use targeting::proposal::{Decision, Evidence, Policy, decide};
use targeting::proxy_means::ProxyMeansModel;

/// One assessed household.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub household: String,
    pub area: i64,
    pub people: u32,
    pub income: Option<i64>,
    pub line: Option<i64>,
    pub evidence: Evidence,
    pub decision: Decision,
    pub deprived: u32,
    pub missing: u32,
    /// Positions among the programme's causes, the main one first.
    pub causes: Vec<usize>,
    /// Positions among the programme's checks, each once.
    pub checks: Vec<usize>,
}

/// What decides, compiled for one programme.
pub(crate) struct Decider<'a> {
    pub programme: &'a Programme,
    pub assessor: &'a Assessor,
    pub model: Option<&'a ProxyMeansModel>,
    pub policy: Policy,
}

impl<'a> Decider<'a> {
    pub(crate) fn new(programme: &'a Programme, assessor: &'a Assessor, model: Option<&'a ProxyMeansModel>) -> Self {
        let mut policy = Policy::default();
        if let Some(proposal) = &programme.proposal {
            policy.support_probability = proposal.part.admit_at.get_ref().approximate();
            policy.doubt_probability = proposal.part.remove_at.get_ref().approximate();
        }
        Self { programme, assessor, model, policy }
    }

    /// One row a household of the assessment.
    pub(crate) fn rows(&self, assessment: &Assessment) -> Vec<Row> {
        let columns: Vec<&[f32]> = assessment.features.iter().map(Vec::as_slice).collect();
        let probabilities = self.model.map(|model| model.predict(&columns));
        let mut fired = assessment.fired.iter().peekable();
        let mut rows = Vec::with_capacity(assessment.households.len());
        for (row, household) in assessment.households.iter().enumerate() {
            let mut checks = Vec::new();
            while let Some(hit) = fired.next_if(|hit| hit.row == row) {
                if checks.last() != Some(&hit.check) {
                    checks.push(hit.check);
                }
            }
            let probability = probabilities.as_ref().and_then(|p| p.get(row)).copied();
            let evidence = self.evidence(assessment, row, &checks, probability);
            let at = |values: &[u32]| values.get(row).copied().unwrap_or(0);
            rows.push(Row {
                household: household.clone(),
                area: assessment.area.get(row).copied().unwrap_or(0),
                people: at(&assessment.people),
                income: assessment.income.get(row).copied().flatten(),
                line: assessment.line.get(row).copied().flatten(),
                decision: decide(&evidence, &self.policy),
                evidence,
                deprived: at(&assessment.deprived),
                missing: at(&assessment.missing),
                causes: assessment.causes.get(row).cloned().unwrap_or_default(),
                checks,
            });
        }
        rows
    }

    fn evidence(&self, assessment: &Assessment, row: usize, checks: &[usize], probability: Option<f64>) -> Evidence {
        let at = |values: &[Option<bool>]| values.get(row).copied().flatten();
        let income = assessment.income.get(row).copied().flatten();
        let line = assessment.line.get(row).copied().flatten().filter(|line| *line > 0);
        let (deprived, missing) = (assessment.deprived.get(row).copied().unwrap_or(0), assessment.missing.get(row).copied().unwrap_or(0));
        let score = self.assessor.measure.as_ref().and_then(|measure| measure.score(deprived, missing));
        let weight = |bearing: Bearing| -> u32 { checks.iter().map(|check| self.weight(*check, bearing)).sum() };
        Evidence {
            registered: at(&assessment.registered),
            below_line: income.zip(line).map(|(income, line)| income < line),
            income_margin: income
                .zip(line)
                .map(|(income, line)| kernel::number::statistic(income - line) / kernel::number::statistic(line)),
            index_poor: score.map(targeting::alkire_foster::Score::poor),
            index_score: score.map(targeting::alkire_foster::Score::value),
            probability: probability.map(|p| {
                let interval = self.model.map(|model| model.interval(p));
                interval.map_or((p, p, p), |band| (p, band.lower, band.upper))
            }),
            contradictions_against: weight(Bearing::Against),
            contradictions_for: weight(Bearing::For),
            data_quality: weight(Bearing::Quality),
            missing_fields: missing.count_ones(),
            secured: at(&assessment.secured),
        }
    }

    /// What a fired check adds to one kind of evidence. Only other departments' records count for or against a household: what its own
    /// declaration says is weighed by the line and the index already. Only errors make a declaration implausible.
    fn weight(&self, check: usize, bearing: Bearing) -> u32 {
        let Some(check) = self.programme.checks.get(check).map(|check| &check.part) else { return 0 };
        let counts = match bearing {
            Bearing::Against | Bearing::For => check.family == "department",
            Bearing::Quality | Bearing::Identity => check.severity == kernel::Severity::Error,
        };
        if counts && check.bearing == bearing { *check.weight.get_ref() } else { 0 }
    }
}
