//! Which households the report explains, and what it says of each: the first of every list.

use kernel::{AreaCode, Currency, Text};
use programme::{Check, Programme};
use targeting::proposal::{Proposal, Reason};

use crate::identify::decide::Row;

/// Households shown per list; the files hold all.
pub(super) const SHOWN: usize = 200;

/// One household, without anything that names a person.
#[derive(Debug, Clone)]
pub(super) struct Card {
    pub household: String,
    pub area: Option<String>,
    pub people: u32,
    pub proposal: Proposal,
    pub need: f64,
    pub priority: u32,
    /// Income a head and the line, in the major unit.
    pub income: Option<String>,
    pub line: Option<String>,
    pub probability: Option<(f64, f64, f64)>,
    pub score: Option<f64>,
    pub reasons: Vec<Reason>,
    pub deprived: Vec<Text>,
    pub missing: Vec<Text>,
    pub causes: Vec<Text>,
    /// Positions among the checks of the summary, the gravest first.
    pub checks: Vec<usize>,
}

/// The lists in the order of the page.
pub(super) const LISTS: [Proposal; 4] = [Proposal::Admit, Proposal::ReviewRemoval, Proposal::Verify, Proposal::Keep];

/// Up to [`SHOWN`] households of each list.
pub(super) fn top(programme: &Programme, rows: &[Row]) -> Vec<Card> {
    LISTS.iter().flat_map(|proposal| first(rows, *proposal)).map(|row| card(programme, row)).collect()
}

/// The order in which people should look: to admit and keep by need, visits by the chance of an error, removal by the clearest case.
fn first(rows: &[Row], proposal: Proposal) -> Vec<&Row> {
    let mut chosen: Vec<&Row> = rows.iter().filter(|row| row.decision.proposal == proposal).collect();
    chosen.sort_by(|a, b| {
        let need = b.decision.need.total_cmp(&a.decision.need);
        let order = match proposal {
            Proposal::Verify => b.decision.priority.cmp(&a.decision.priority).then(need),
            Proposal::ReviewRemoval => need.reverse(),
            Proposal::Admit | Proposal::Keep | Proposal::None => need,
        };
        order.then_with(|| a.household.cmp(&b.household))
    });
    chosen.truncate(SHOWN);
    chosen
}

fn card(programme: &Programme, row: &Row) -> Card {
    let currency = &programme.meta.part.currency;
    let bits = |pattern: u32| (0..32).filter(move |bit| pattern >> bit & 1 == 1);
    let indicators = |pattern: u32| bits(pattern).filter_map(|bit| programme.indicators.get(bit)).map(|i| i.part.title.clone()).collect();
    let mut checks = row.checks.clone();
    checks.sort_by_key(|place| std::cmp::Reverse(programme.checks.get(*place).map(|check| gravity(&check.part))));
    Card {
        household: row.household.clone(),
        area: programme.view.area.is_some().then(|| AreaCode::from_padded(row.area).to_string()),
        people: row.people,
        proposal: row.decision.proposal,
        need: row.decision.need,
        priority: row.decision.priority,
        income: money(currency, row.income),
        line: money(currency, row.line),
        probability: row.evidence.probability,
        score: row.evidence.index_score,
        reasons: row.decision.reasons.clone(),
        deprived: indicators(row.deprived),
        missing: indicators(row.missing),
        causes: row.causes.iter().filter_map(|place| programme.causes.get(*place)).map(|cause| cause.part.title.clone()).collect(),
        checks,
    }
}

fn money(currency: &Currency, amount: Option<i64>) -> Option<String> {
    amount.map(|amount| currency.display(amount))
}

/// What weighs on the decision comes first, then what is certain.
fn gravity(check: &Check) -> (bool, kernel::Severity, u32) {
    (check.family == "department", check.severity, *check.weight.get_ref())
}
