//! Amounts that nobody measured: last digits and trailing zeros against the rest of the part.

use std::collections::BTreeMap;

use analytics::villages::Answers;
use kernel::{AreaCode, AreaLevel};
use targeting::signs::{Test, homogeneity, last_digits, roundness};

use super::villages::{Tested, places};
use crate::console::Console;

/// Fewest different amounts of a column from which the digits of a village are judged.
const FEWEST_AMOUNTS: usize = 50;
/// A column is judged only if the typical village agrees with the rest: a median p-value below this says that places have digits of
/// their own there (what a rule grants, sums of such grants), which nobody chose.
const TYPICAL: f64 = 0.2;
/// Villages from which the typical one is known.
const FEWEST_VILLAGES: usize = 10;

/// A column of one village: the test, how many amounts, and which categories are in excess.
struct Column {
    name: String,
    test: Test,
    amounts: u64,
    excess: String,
}

/// Tests both signs; a village's p-value is that of its most telling column times the number of columns (Bonferroni: parts and sums
/// depend on each other).
pub(super) fn digits(answers: &Answers, unit: i64, console: &Console) -> Vec<Tested> {
    let places = places(answers, AreaLevel::Village);
    let mut tested = Vec::new();
    let ends = |amounts: &[i64]| last_digits(amounts, unit).to_vec();
    let zeros = |amounts: &[i64]| roundness(amounts, unit).to_vec();
    type Counting<'a> = (&'static str, &'a dyn Fn(&[i64]) -> Vec<u64>, &'a str);
    let counts: [Counting<'_>; 2] = [
        ("last-digits", &ends, console.say("笔金额，末位偏多：", "amounts, last digits in excess:")),
        ("roundness", &zeros, console.say("笔金额，末尾零的个数偏多：", "amounts, numbers of trailing zeros in excess:")),
    ];
    for (kind, count, words) in counts {
        let mut villages: BTreeMap<AreaCode, Vec<Column>> = BTreeMap::new();
        for question in &answers.questions {
            let Some(amounts) = &question.amounts else { continue };
            for (area, column) in judged(&places, &question.name, amounts, count) {
                villages.entry(area).or_default().push(column);
            }
        }
        for (area, columns) in villages {
            let number = kernel::number::count(columns.len());
            let Some(most) =
                columns.iter().min_by(|a, b| a.test.p_value.total_cmp(&b.test.p_value).then(b.test.statistic.total_cmp(&a.test.statistic)))
            else {
                continue;
            };
            let test = Test { statistic: most.test.statistic, p_value: f64::min(1.0, most.test.p_value * number) };
            let detail = format!("{}: {} {words} {}", most.name, most.amounts, most.excess);
            tested.push(Tested { kind, area, test, detail });
        }
    }
    tested
}

/// One column in every village that has enough of it; nothing where villages differ anyway.
fn judged(
    places: &BTreeMap<AreaCode, Vec<usize>>,
    name: &str,
    amounts: &[i64],
    count: &dyn Fn(&[i64]) -> Vec<u64>,
) -> Vec<(AreaCode, Column)> {
    let mut counts: Vec<(AreaCode, Vec<u64>, bool)> = Vec::new();
    let mut all: Vec<u64> = Vec::new();
    for (area, rows) in places {
        let mut own: Vec<i64> = rows.iter().filter_map(|row| amounts.get(*row).copied()).filter(|amount| *amount != 0).collect();
        // Each amount once: the same grant to many households is one choice, and so is an amount that was copied.
        own.sort_unstable();
        own.dedup();
        let cells = count(&own);
        all.resize(cells.len(), 0);
        all.iter_mut().zip(&cells).for_each(|(sum, n)| *sum += n);
        counts.push((*area, cells, own.len() >= FEWEST_AMOUNTS));
    }
    let column = |(area, cells, enough): (AreaCode, Vec<u64>, bool)| {
        let test = homogeneity(&cells, &all).filter(|_| enough)?;
        let column = Column { name: name.to_owned(), test, amounts: cells.iter().sum(), excess: excess(&cells, &all) };
        Some((area, column))
    };
    let judged: Vec<(AreaCode, Column)> = counts.into_iter().filter_map(column).collect();
    let mut levels: Vec<f64> = judged.iter().map(|(_, column)| column.test.p_value).collect();
    levels.sort_by(f64::total_cmp);
    let own_digits = levels.len() >= FEWEST_VILLAGES && levels.get(levels.len() / 2).is_some_and(|typical| *typical < TYPICAL);
    if own_digits { Vec::new() } else { judged }
}

/// The categories with more cases than the county leads to expect, the largest excess first: `7 (+31)`.
fn excess(own: &[u64], all: &[u64]) -> String {
    let float = |n: u64| kernel::number::statistic(i64::try_from(n).unwrap_or(i64::MAX));
    let share = float(own.iter().sum()) / float(all.iter().sum::<u64>().max(1));
    let mut over: Vec<(f64, usize)> =
        own.iter().zip(all).enumerate().map(|(place, (n, of))| (float(*n) - float(*of) * share, place)).collect();
    over.sort_by(|a, b| b.0.total_cmp(&a.0));
    over.iter().filter(|(more, _)| *more >= 1.0).take(3).map(|(more, place)| format!("{place} (+{more:.0})")).collect::<Vec<_>>().join(", ")
}
