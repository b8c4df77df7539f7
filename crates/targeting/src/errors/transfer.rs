//! What a transfer does to poverty under a budget.

use serde::Serialize;

use super::{ErrorsError, in_range, same_length};
use crate::income::Fgt;

/// A uniform transfer to the selected, in the unit of the incomes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Transfer {
    /// Paid per selected person (weight unit).
    pub benefit: f64,
    /// Poverty before.
    pub before: Fgt,
    /// Poverty after, in expectation over shared ties.
    pub after: Fgt,
    /// Share of the budget paid to people who are not poor.
    pub leaked: f64,
    /// Share of the budget that lifts poor people beyond the line.
    pub overshot: f64,
}

/// Spends `budget` in equal parts on the selected and measures poverty before and after.
///
/// `None` if nobody is selected or there is no population.
/// `incomes` are per head, `shares` the selected part of each row, `weights` its people.
///
/// # Errors
/// [`ErrorsError`] if lengths differ, incomes are not finite, shares are outside [0, 1],
/// weights or budget are negative or the line is not positive.
pub fn transfer(incomes: &[f64], weights: &[f64], shares: &[f64], line: f64, budget: f64) -> Result<Option<Transfer>, ErrorsError> {
    same_length("weights", incomes.len(), weights.len())?;
    same_length("shares", incomes.len(), shares.len())?;
    in_range("income", incomes, ..)?;
    in_range("weight", weights, 0.0..)?;
    in_range("share", shares, 0.0..=1.0)?;
    in_range("line", &[line], f64::MIN_POSITIVE..)?;
    in_range("budget", &[budget], 0.0..)?;
    let population: f64 = weights.iter().sum();
    let selected: f64 = weights.iter().zip(shares).map(|(weight, share)| weight * share).sum();
    if population <= 0.0 || selected <= 0.0 {
        return Ok(None);
    }
    let benefit = budget / selected;
    let (mut before, mut after) = (Fgt::default(), Fgt::default());
    let (mut leaked, mut overshot) = (0.0, 0.0);
    for ((income, weight), share) in incomes.iter().zip(weights).zip(shares) {
        let part = weight / population;
        add(&mut before, *income, line, part);
        add(&mut after, *income, line, part * (1.0 - share));
        add(&mut after, income + benefit, line, part * share);
        if *income >= line {
            leaked += weight * share * benefit;
        } else {
            overshot += weight * share * (income + benefit - line).max(0.0);
        }
    }
    let of_budget = |sum: f64| if budget > 0.0 { sum / budget } else { 0.0 };
    Ok(Some(Transfer { benefit, before, after, leaked: of_budget(leaked), overshot: of_budget(overshot) }))
}

fn add(sums: &mut Fgt, income: f64, line: f64, part: f64) {
    if income < line {
        let shortfall = (line - income) / line;
        sums.headcount += part;
        sums.gap += part * shortfall;
        sums.severity += part * shortfall * shortfall;
    }
}

/// The share of benefits that reaches the poorest `quantile` of people, over `quantile`.
///
/// CGH of Coady, Grosh, Hoddinott (2004); 1 is what a universal transfer achieves. Ties in
/// welfare at the margin share. `None` if nothing is paid or nobody counted.
///
/// `benefits` are per weight unit of the row.
///
/// # Errors
/// [`ErrorsError`] if lengths differ, welfare is not finite, benefits or weights are negative
/// or the quantile is outside (0, 1].
pub fn coady_grosh_hoddinott(welfare: &[f64], benefits: &[f64], weights: &[f64], quantile: f64) -> Result<Option<f64>, ErrorsError> {
    same_length("benefits", welfare.len(), benefits.len())?;
    same_length("weights", welfare.len(), weights.len())?;
    in_range("welfare", welfare, ..)?;
    in_range("benefit", benefits, 0.0..)?;
    in_range("weight", weights, 0.0..)?;
    in_range("quantile", &[quantile], f64::MIN_POSITIVE..=1.0)?;
    let mut rows: Vec<(f64, f64, f64)> =
        welfare.iter().zip(benefits).zip(weights).map(|((welfare, benefit), weight)| (*welfare, benefit * weight, *weight)).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
    let people: f64 = rows.iter().map(|row| row.2).sum();
    let paid: f64 = rows.iter().map(|row| row.1).sum();
    if people <= 0.0 || paid <= 0.0 {
        return Ok(None);
    }
    let mut room = quantile * people;
    let mut reached = 0.0;
    for tie in rows.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let width: f64 = tie.iter().map(|row| row.2).sum();
        let money: f64 = tie.iter().map(|row| row.1).sum();
        let share = if width > room { room / width } else { 1.0 };
        reached += share * money;
        room = (room - width).max(0.0);
    }
    Ok(Some(reached / paid / quantile))
}
