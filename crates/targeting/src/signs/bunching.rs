//! Too many incomes just under the line.

use serde::Serialize;

use super::Test;
use crate::convert::{count, float};
use crate::distribution::binomial_upper;

/// Bins around the line, and what their neighbours lead to expect.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bunching {
    /// Households with an income in `[line − width, line)`.
    pub under: u64,
    /// Households with an income in `[line, line + width)`.
    pub over: u64,
    /// Share of both that should be under the line.
    pub expected_share: f64,
    /// Statistic: households under the line beyond the expected number.
    pub test: Test,
}

/// Tests whether incomes heap just under the line, one-sided; `None` if the width is not
/// positive or no income is within one width of the line.
///
/// Without manipulation the density is smooth at the line (J. `McCrary`, Journal of
/// Econometrics 142, 2008), so in a narrow window the number under the line is binomial given
/// the number in the window (M. Cattaneo, R. Titiunik, G. Vazquez-Bare, Stata Journal 17,
/// 2017). The binomial's share follows the slope of the density: a straight line is fitted by
/// least squares to the two bins beyond the window on each side (centres ±1.5 and ±2.5
/// widths), `n(x) = m + s·x`, so the share is `(m − s/2) / 2m = 1/2 − s/4m`. That the slope is
/// estimated adds about 3 % to the variance (`Var s ≈ m/17`), which is not corrected.
#[must_use]
pub fn bunching(incomes_minor: &[i64], line_minor: i64, width_minor: i64) -> Option<Bunching> {
    if width_minor <= 0 {
        return None;
    }
    let bin = |income: &i64| (i128::from(*income) - i128::from(line_minor)).div_euclid(i128::from(width_minor));
    let within = |number: i128| count(incomes_minor.iter().filter(|income| bin(income) == number).count());
    let (under, over) = (within(-1), within(0));
    let neighbours = [(-2.5, within(-3)), (-1.5, within(-2)), (1.5, within(1)), (2.5, within(2))];
    let window = under + over;
    if window == 0 {
        return None;
    }
    let level = neighbours.iter().map(|(_, households)| float(*households)).sum::<f64>() / 4.0;
    let slope = neighbours.iter().map(|(centre, households)| centre * float(*households)).sum::<f64>() / 17.0;
    // At most 0.15 away from one half, however few neighbours there are.
    let expected_share = if level > 0.0 { 0.5 - slope / (4.0 * level) } else { 0.5 };
    Some(Bunching {
        under,
        over,
        expected_share,
        test: Test { statistic: float(under) - expected_share * float(window), p_value: binomial_upper(under, window, expected_share) },
    })
}
