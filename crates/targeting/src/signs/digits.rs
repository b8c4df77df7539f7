//! Digits that were invented rather than measured.

use super::Test;
use crate::convert::float;
use crate::distribution::chi_square_upper;

/// Cells with a smaller expected count are joined, the usual rule for Pearson's test (W. Cochran 1954).
const SMALLEST_EXPECTED: f64 = 5.0;

/// Counts the last digit of amounts expressed in whole units of `unit_minor` minor units
/// (100 for yuan from fen); none if the unit is not positive.
#[must_use]
pub fn last_digits(amounts_minor: &[i64], unit_minor: i64) -> [u64; 10] {
    let mut counts = [0; 10];
    for amount in amounts_minor {
        let whole = amount.checked_div(unit_minor).filter(|_| unit_minor > 0);
        let digit = whole.and_then(|whole| usize::try_from(whole.unsigned_abs() % 10).ok());
        if let Some(slot) = digit.and_then(|digit| counts.get_mut(digit)) {
            *slot += 1;
        }
    }
    counts
}

/// Counts amounts by the number of trailing zeros in whole units: none, one, two, three,
/// four and more. Zero amounts are not counted.
#[must_use]
pub fn roundness(amounts_minor: &[i64], unit_minor: i64) -> [u64; 5] {
    let mut counts = [0; 5];
    for amount in amounts_minor {
        let whole = amount.checked_div(unit_minor).filter(|whole| unit_minor > 0 && *whole != 0);
        let Some(whole) = whole else { continue };
        let zeros = [10, 100, 1_000, 10_000].iter().take_while(|power| whole % **power == 0).count();
        if let Some(slot) = counts.get_mut(zeros) {
            *slot += 1;
        }
    }
    counts
}

/// Tests whether a village's counts by category differ from the rest of the county.
///
/// Pearson's chi-square test of homogeneity in a table of two rows, categories with an
/// expected count below 5 in the village joined, rarest first. Statistic: chi-square.
/// `county` includes the village. `None` if fewer than two categories remain or a village
/// count exceeds the county's.
#[must_use]
pub fn homogeneity(village: &[u64], county: &[u64]) -> Option<Test> {
    if village.len() != county.len() || village.iter().zip(county).any(|(own, all)| own > all) {
        return None;
    }
    let own_total: u64 = village.iter().sum();
    let all_total: u64 = county.iter().sum();
    if own_total == 0 || own_total == all_total {
        return None;
    }
    let part = float(own_total) / float(all_total);
    let mut cells: Vec<(u64, u64)> = county.iter().copied().zip(village.iter().copied()).filter(|(all, _)| *all > 0).collect();
    cells.sort_unstable();
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (all, own) in cells {
        match joined.last_mut().filter(|cell| float(cell.0) * part < SMALLEST_EXPECTED) {
            Some(cell) => {
                cell.0 += all;
                cell.1 += own;
            }
            None => joined.push((all, own)),
        }
    }
    if joined.len() < 2 {
        return None;
    }
    let statistic = joined
        .iter()
        .map(|(all, own)| {
            let expected = float(*all) * part;
            let difference = (float(*own) - expected).powi(2);
            difference / expected + difference / (float(*all) - expected)
        })
        .sum();
    let degrees = crate::convert::float_len(joined.len() - 1);
    Some(Test { statistic, p_value: chi_square_upper(statistic, degrees) })
}
