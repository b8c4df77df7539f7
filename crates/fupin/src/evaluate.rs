//! Assessed households with their verified outcome, and what a budget of visits finds among them.

use std::collections::HashMap;
use std::path::Path;

use analytics::outcome::Outcome;
use serde::Serialize;

use crate::failure::{Failure, Result};

/// One assessed household whose outcome is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Case {
    pub household: String,
    pub area: String,
    pub people: u32,
    pub weight: f64,
    pub probability: Option<f64>,
    pub need: f64,
    pub priority: f64,
    pub proposal: String,
    pub registered: bool,
    /// As declared, major units a head.
    pub income: Option<f64>,
    pub poor: bool,
    pub true_income: Option<f64>,
}

/// Reads `assessments.csv` and keeps the households whose outcome is known.
pub(crate) fn read_cases(folder: &Path, truth: &HashMap<String, Outcome>) -> Result<Vec<Case>> {
    let path = folder.join("assessments.csv");
    let text = std::fs::read_to_string(&path).map_err(Failure::file(&path))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let place = |name: &str| header.iter().position(|h| *h == name);
    let mut cases = Vec::new();
    for line in lines {
        let cells = split(line);
        let cell = |name: &str| place(name).and_then(|at| cells.get(at)).map_or("", String::as_str);
        let number = |name: &str| cell(name).parse::<f64>().ok();
        let Some(outcome) = truth.get(cell("household")) else { continue };
        cases.push(Case {
            household: cell("household").to_owned(),
            area: cell("area").to_owned(),
            people: cell("people").parse().unwrap_or(1),
            weight: outcome.weight.unwrap_or(1.0),
            probability: number("poverty_probability"),
            need: number("need").unwrap_or(0.0),
            priority: number("priority").unwrap_or(0.0),
            proposal: cell("proposal").to_owned(),
            registered: cell("registered") == "true",
            income: number("income_per_head"),
            poor: outcome.poor,
            true_income: outcome.income.map(kernel::number::statistic),
        });
    }
    if cases.is_empty() {
        return Err(Failure::Model("FP0401: no assessed household has a verified outcome".to_owned()));
    }
    Ok(cases)
}

/// Cells of one CSV line as this program writes them.
fn split(line: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let (mut cell, mut quoted) = (String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                cell.push('"');
                chars.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}

/// What is found when so many households are visited: by priority, and by the naive rule that
/// trusts declared income (the poorest outside, the richest inside, in the same numbers).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Budget {
    pub share_visited: f64,
    pub visits: usize,
    pub missed_poor_found: f64,
    pub wrongly_included_found: f64,
    pub missed_poor_found_naive: f64,
    pub wrongly_included_found_naive: f64,
    /// Share of visits that change something.
    pub hits: f64,
    pub hits_naive: f64,
}

impl Budget {
    pub(crate) const HEADER: [&str; 7] =
        ["visited", "missed_found", "wrong_found", "hits", "naive_missed_found", "naive_wrong_found", "naive_hits"];

    pub(crate) fn cells(&self) -> Vec<String> {
        let share = |x: f64| format!("{:.1}%", x * 100.0);
        let visited = format!("{} ({})", self.visits, share(self.share_visited));
        let rest = [
            self.missed_poor_found,
            self.wrongly_included_found,
            self.hits,
            self.missed_poor_found_naive,
            self.wrongly_included_found_naive,
            self.hits_naive,
        ];
        std::iter::once(visited).chain(rest.map(share)).collect()
    }
}

/// Budgets of 2, 5, 10 and 20 percent of the households; nothing where the programme has no present list.
pub(crate) fn budgets(cases: &[Case]) -> Vec<Budget> {
    if !cases.iter().any(|case| case.registered) {
        return Vec::new();
    }
    let mut ours: Vec<&Case> = cases.iter().filter(|case| case.proposal != "none" && case.proposal != "keep").collect();
    ours.sort_by(|a, b| b.priority.total_cmp(&a.priority).then_with(|| a.household.cmp(&b.household)));
    [2, 5, 10, 20].into_iter().map(|percent| budget(cases, &ours, percent)).collect()
}

fn budget(cases: &[Case], ours: &[&Case], percent: usize) -> Budget {
    let visits = (cases.len() * percent / 100).min(ours.len());
    let chosen = ours.get(..visits).unwrap_or_default();
    let inside = chosen.iter().filter(|case| case.registered).count();
    let naive = naive(cases, visits - inside, inside);
    let missed = |cases: &[&Case]| cases.iter().filter(|case| case.poor && !case.registered).count();
    let wrong = |cases: &[&Case]| cases.iter().filter(|case| !case.poor && case.registered).count();
    let all: Vec<&Case> = cases.iter().collect();
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { kernel::number::count(part) / kernel::number::count(whole) };
    Budget {
        share_visited: share(visits, cases.len()),
        visits,
        missed_poor_found: share(missed(chosen), missed(&all)),
        wrongly_included_found: share(wrong(chosen), wrong(&all)),
        missed_poor_found_naive: share(missed(&naive), missed(&all)),
        wrongly_included_found_naive: share(wrong(&naive), wrong(&all)),
        hits: share(missed(chosen) + wrong(chosen), visits),
        hits_naive: share(missed(&naive) + wrong(&naive), visits),
    }
}

fn naive(cases: &[Case], outside: usize, inside: usize) -> Vec<&Case> {
    let by_income = |registered: bool, sign: f64| {
        let mut list: Vec<&Case> = cases.iter().filter(|case| case.registered == registered).collect();
        let income = |case: &Case| sign * case.income.unwrap_or(0.0);
        list.sort_by(|a, b| income(a).total_cmp(&income(b)).then_with(|| a.household.cmp(&b.household)));
        list
    };
    let mut chosen: Vec<&Case> = by_income(false, 1.0).into_iter().take(outside).collect();
    chosen.extend(by_income(true, -1.0).into_iter().take(inside));
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(household: &str, registered: bool, poor: bool, income: f64, priority: f64) -> Case {
        Case {
            household: household.to_owned(),
            area: String::new(),
            people: 1,
            weight: 1.0,
            probability: None,
            need: 0.0,
            priority,
            proposal: "verify".to_owned(),
            registered,
            income: Some(income),
            poor,
            true_income: None,
        }
    }

    #[test]
    fn a_budget_counts_what_it_finds() {
        let mut cases: Vec<Case> = (0..96).map(|n| case(&format!("x{n:02}"), false, false, 5_000.0 + f64::from(n), 0.0)).collect();
        cases.push(case("missed", false, true, 9_000.0, 9.0));
        cases.push(case("wrong", true, false, 100.0, 8.0));
        cases.push(case("right", true, true, 200.0, 0.5));
        cases.push(case("rich", true, true, 300.0, 0.4));
        let budget = budgets(&cases).remove(0);
        assert_eq!((budget.visits, budget.missed_poor_found, budget.wrongly_included_found, budget.hits), (2, 1.0, 1.0, 1.0));
        assert_eq!((budget.missed_poor_found_naive, budget.wrongly_included_found_naive), (0.0, 0.0));
    }

    #[test]
    fn quoted_cells_are_read_back() {
        assert_eq!(split("a,\"b,\"\"c\"\"\",,d"), ["a", "b,\"c\"", "", "d"]);
    }
}
