//! Assessed households as columns and as text cells.

use analytics::output::Values;
use kernel::AreaCode;
use programme::Programme;
use targeting::proposal::{Proposal, Reason, ReasonCode, reason_text};

use super::decide::Row;

/// The word of a proposal in files.
pub(crate) const fn word(proposal: Proposal) -> &'static str {
    match proposal {
        Proposal::Admit => "admit",
        Proposal::Keep => "keep",
        Proposal::Verify => "verify",
        Proposal::ReviewRemoval => "review_removal",
        Proposal::None => "none",
    }
}

/// Header of `assessments.csv` and of the Parquet parts.
pub(crate) const HEADER: [&str; 23] = [
    "household",
    "area",
    "people",
    "poverty_probability",
    "probability_low",
    "probability_high",
    "proposal",
    "need",
    "priority",
    "registered",
    "income_per_head",
    "line",
    "below_line",
    "index_score",
    "index_poor",
    "deprivations",
    "missing_indicators",
    "causes",
    "contradictions_for",
    "contradictions_against",
    "implausible",
    "checks",
    "reasons",
];

/// Text of one reason with its figure.
pub(crate) fn reason(reason: &Reason, language: kernel::Language) -> String {
    let text = reason_text(reason.code, language);
    reason.value.map_or_else(|| text.to_owned(), |value| text.replace("{value}", &format!("{value:.2}")))
}

fn ids<'a>(places: impl Iterator<Item = usize>, id: impl Fn(usize) -> Option<&'a str>) -> String {
    places.filter_map(id).collect::<Vec<_>>().join(";")
}

fn bits(pattern: u32) -> impl Iterator<Item = usize> {
    (0..32).filter(move |bit| pattern >> bit & 1 == 1)
}

/// The ids that stand behind a row's positions and patterns.
pub(crate) struct Names<'a>(pub &'a Programme);

impl Names<'_> {
    pub(crate) fn indicators(&self, pattern: u32) -> String {
        ids(bits(pattern), |i| self.0.indicators.get(i).map(|x| x.part.id.get_ref().as_str()))
    }

    pub(crate) fn causes(&self, causes: &[usize]) -> String {
        ids(causes.iter().copied().take(3), |i| self.0.causes.get(i).map(|x| x.part.id.get_ref().as_str()))
    }

    pub(crate) fn checks(&self, checks: &[usize]) -> String {
        ids(checks.iter().copied(), |i| self.0.checks.get(i).map(|x| x.part.id.get_ref().as_str()))
    }

    fn area(&self, area: i64) -> Option<String> {
        self.0.view.area.is_some().then(|| AreaCode::from_padded(area).to_string())
    }

    fn money(&self, amount: Option<i64>) -> String {
        amount.map_or_else(String::new, |amount| self.0.meta.currency.plain(amount))
    }

    /// One line of `assessments.csv`.
    pub(crate) fn cells(&self, row: &Row) -> Vec<String> {
        let e = &row.evidence;
        let figure = |x: Option<f64>| x.map_or_else(String::new, |x| format!("{x:.6}"));
        let truth = |t: Option<bool>| t.map_or_else(String::new, |t| t.to_string());
        let reasons: Vec<String> = row.decision.reasons.iter().map(reason_cell).collect();
        vec![
            row.household.clone(),
            self.area(row.area).unwrap_or_default(),
            row.people.to_string(),
            // All digits: what ranks households must not tie by rounding.
            e.probability.map_or_else(String::new, |p| p.0.to_string()),
            figure(e.probability.map(|p| p.1)),
            figure(e.probability.map(|p| p.2)),
            word(row.decision.proposal).to_owned(),
            format!("{:.2}", row.decision.need),
            row.decision.priority.to_string(),
            truth(e.registered),
            self.money(row.income),
            self.money(row.line),
            truth(e.below_line),
            figure(e.index_score),
            truth(e.index_poor),
            self.indicators(row.deprived),
            self.indicators(row.missing),
            self.causes(&row.causes),
            e.contradictions_for.to_string(),
            e.contradictions_against.to_string(),
            e.data_quality.to_string(),
            self.checks(&row.checks),
            reasons.join(";"),
        ]
    }

    /// The same as columns.
    pub(crate) fn columns(&self, rows: &[Row]) -> Vec<(String, Values)> {
        let text = |of: &dyn Fn(&Row) -> String| Values::Text(rows.iter().map(|row| Some(of(row)).filter(|t| !t.is_empty())).collect());
        let float = |of: &dyn Fn(&Row) -> Option<f64>| Values::Quantity(rows.iter().map(of).collect());
        let truth = |of: &dyn Fn(&Row) -> Option<bool>| Values::Boolean(rows.iter().map(of).collect());
        let count = |of: &dyn Fn(&Row) -> u32| Values::Count(rows.iter().map(of).collect());
        let money = |of: &dyn Fn(&Row) -> Option<i64>| Values::Long(rows.iter().map(of).collect());
        let values = vec![
            text(&|row| row.household.clone()),
            text(&|row| self.area(row.area).unwrap_or_default()),
            count(&|row| row.people),
            float(&|row| row.evidence.probability.map(|p| p.0)),
            float(&|row| row.evidence.probability.map(|p| p.1)),
            float(&|row| row.evidence.probability.map(|p| p.2)),
            text(&|row| word(row.decision.proposal).to_owned()),
            float(&|row| Some(row.decision.need)),
            count(&|row| row.decision.priority),
            truth(&|row| row.evidence.registered),
            money(&|row| row.income),
            money(&|row| row.line),
            truth(&|row| row.evidence.below_line),
            float(&|row| row.evidence.index_score),
            truth(&|row| row.evidence.index_poor),
            text(&|row| self.indicators(row.deprived)),
            text(&|row| self.indicators(row.missing)),
            text(&|row| self.causes(&row.causes)),
            count(&|row| row.evidence.contradictions_for),
            count(&|row| row.evidence.contradictions_against),
            count(&|row| row.evidence.data_quality),
            text(&|row| self.checks(&row.checks)),
            text(&|row| row.decision.reasons.iter().map(reason_cell).collect::<Vec<_>>().join(";")),
        ];
        HEADER.iter().map(|name| (*name).to_owned()).zip(values).collect()
    }
}

/// The stable code of a reason.
pub(crate) fn reason_code(code: ReasonCode) -> String {
    serde_json::to_value(code).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The same with its figure: `income_below_line:-0.25`.
fn reason_cell(reason: &Reason) -> String {
    let code = reason_code(reason.code);
    reason.value.map_or_else(|| code.clone(), |value| format!("{code}:{value:.4}"))
}
