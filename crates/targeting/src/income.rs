//! Poverty by income: line, gap, severity, inequality.
//!
//! [`IncomeTally`] counts a register exactly, in minor units of money. [`Distribution`]
//! computes statistics of a weighted sample in floats. A household is poor if its income is
//! strictly below the line, as in the at-risk-of-poverty rate of Eurostat.

use serde::Serialize;

mod equivalence;
mod tally;

pub use equivalence::EquivalenceScale;
pub use tally::{IncomeTally, IncomeTallyError};

/// The Foster-Greer-Thorbecke measures of one population.
///
/// Source: J. Foster, J. Greer, E. Thorbecke, Econometrica 52 (1984):
/// `FGT_α = Σ w ((z − y)/z)^α [y < z] / Σ w`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Fgt {
    /// α = 0: share of people below the line.
    pub headcount: f64,
    /// α = 1: mean shortfall as a share of the line.
    pub gap: f64,
    /// α = 2: mean squared shortfall, which weighs the poorest most.
    pub severity: f64,
}

/// Why a distribution or a line was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum IncomeError {
    /// No value.
    #[error("no income was given; a distribution needs at least one")]
    Empty,
    /// Columns differ in length.
    #[error("{incomes} incomes but {weights} weights were given; pass one weight per income")]
    LengthMismatch { incomes: usize, weights: usize },
    /// A value that is no number, or a negative weight.
    #[error("row {row} has income {income} and weight {weight}; incomes are finite, weights finite and not negative")]
    Value { row: usize, income: f64, weight: f64 },
    /// All weights are zero.
    #[error("all weights are zero; give at least one row a weight")]
    NoWeight,
}

impl IncomeError {
    /// The stable code of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "targeting.income.empty",
            Self::LengthMismatch { .. } => "targeting.income.length_mismatch",
            Self::Value { .. } => "targeting.income.value",
            Self::NoWeight => "targeting.income.no_weight",
        }
    }
}

/// A weighted income distribution, sorted.
///
/// Definitions of quantile, Gini, quintile ratio and gap are those of R's laeken (A. Alfons,
/// M. Templ, Journal of Statistical Software 54(15), 2013), which follow Eurostat.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// (income, weight), ascending.
    rows: Vec<(f64, f64)>,
    total: f64,
}

impl Distribution {
    /// Sorts a sample; without weights every row counts one.
    ///
    /// # Errors
    /// [`IncomeError`] if nothing is given, lengths differ, a value is not finite, or no weight is left.
    pub fn try_new(incomes: &[f64], weights: Option<&[f64]>) -> Result<Self, IncomeError> {
        if incomes.is_empty() {
            return Err(IncomeError::Empty);
        }
        if let Some(weights) = weights.filter(|weights| weights.len() != incomes.len()) {
            return Err(IncomeError::LengthMismatch { incomes: incomes.len(), weights: weights.len() });
        }
        let weight_of = |row: usize| weights.map_or(1.0, |all| all.get(row).copied().unwrap_or(0.0));
        let mut rows: Vec<(f64, f64)> = incomes.iter().enumerate().map(|(row, income)| (*income, weight_of(row))).collect();
        let bad = |(income, weight): &(f64, f64)| !income.is_finite() || !weight.is_finite() || *weight < 0.0;
        if let Some(row) = rows.iter().position(bad) {
            let (income, weight) = rows.get(row).copied().unwrap_or_default();
            return Err(IncomeError::Value { row, income, weight });
        }
        // Ties are ordered by weight, so the float sums do not depend on the order of rows.
        rows.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.total_cmp(&right.1)));
        let total: f64 = rows.iter().map(|row| row.1).sum();
        if total <= 0.0 {
            return Err(IncomeError::NoWeight);
        }
        Ok(Self { rows, total })
    }

    /// Sum of the weights.
    #[must_use]
    pub const fn population(&self) -> f64 {
        self.total
    }

    /// Weighted mean income.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.rows.iter().map(|(income, weight)| income * weight).sum::<f64>() / self.total
    }

    /// Weighted quantile: the first income at which the cumulated share of weight reaches
    /// `probability`, averaged with the next one where it is met exactly.
    #[must_use]
    pub fn quantile(&self, probability: f64) -> f64 {
        quantile(&self.rows, probability)
    }

    /// Headcount, gap and severity against `line`; all zero if the line is not positive.
    #[must_use]
    pub fn fgt(&self, line: f64) -> Fgt {
        if line.is_nan() || line <= 0.0 {
            return Fgt::default();
        }
        let mut sums = Fgt::default();
        for (income, weight) in self.below(line) {
            let shortfall = (line - income) / line;
            sums.headcount += weight;
            sums.gap += weight * shortfall;
            sums.severity += weight * shortfall * shortfall;
        }
        Fgt { headcount: sums.headcount / self.total, gap: sums.gap / self.total, severity: sums.severity / self.total }
    }

    /// Sen's index `H·(I + (1 − I)·G)` with the poor's mean gap ratio `I` and their Gini `G`.
    ///
    /// Source: A. Sen, Econometrica 44 (1976), in the form for large numbers, as R's ineq.
    #[must_use]
    pub fn sen(&self, line: f64) -> f64 {
        let fgt = self.fgt(line);
        if fgt.headcount <= 0.0 {
            return 0.0;
        }
        let income_gap = fgt.gap / fgt.headcount;
        fgt.headcount * (income_gap + (1.0 - income_gap) * gini(self.below(line)))
    }

    /// Gini coefficient in [0, 1] for incomes that are not negative.
    #[must_use]
    pub fn gini(&self) -> f64 {
        gini(&self.rows)
    }

    /// S80/S20: total income above the fourth quintile over total income up to the first;
    /// `None` if the lowest fifth has no income.
    #[must_use]
    pub fn quintile_ratio(&self) -> Option<f64> {
        let (first, fourth) = (self.quantile(0.2), self.quantile(0.8));
        let total = |row: &(f64, f64)| row.0 * row.1;
        let low: f64 = self.rows.iter().filter(|row| row.0 <= first).map(total).sum();
        let high: f64 = self.rows.iter().filter(|row| row.0 > fourth).map(total).sum();
        (low > 0.0).then(|| high / low)
    }

    /// The at-risk-of-poverty line: `share` of the median (0.6 by Eurostat's convention).
    #[must_use]
    pub fn relative_line(&self, share: f64) -> f64 {
        share * self.quantile(0.5)
    }

    /// Relative median poverty gap: distance of the poor's median income from the line, as a
    /// share of the line; `None` if nobody is poor.
    #[must_use]
    pub fn median_gap(&self, line: f64) -> Option<f64> {
        let poor = self.below(line);
        (line > 0.0 && !poor.is_empty()).then(|| (line - quantile(poor, 0.5)) / line)
    }

    fn below(&self, line: f64) -> &[(f64, f64)] {
        let poor = self.rows.partition_point(|row| row.0 < line);
        self.rows.get(..poor).unwrap_or_default()
    }
}

fn quantile(rows: &[(f64, f64)], probability: f64) -> f64 {
    let total: f64 = rows.iter().map(|row| row.1).sum();
    let mut cumulated = 0.0;
    let mut last = f64::NAN;
    let mut met: Option<f64> = None;
    for &(income, weight) in rows {
        if let Some(lower) = met {
            return 0.5 * (lower + income);
        }
        cumulated += weight;
        last = income;
        match (cumulated / total).total_cmp(&probability) {
            std::cmp::Ordering::Less => {}
            std::cmp::Ordering::Equal => met = Some(income),
            std::cmp::Ordering::Greater => return income,
        }
    }
    last
}

/// `(2 Σ w x W − Σ w² x) / (Σ w · Σ w x) − 1` with `W` the cumulated weight.
fn gini(rows: &[(f64, f64)]) -> f64 {
    let (mut cumulated, mut ranked, mut own, mut income_sum) = (0.0, 0.0, 0.0, 0.0);
    for (income, weight) in rows {
        cumulated += weight;
        ranked += weight * income * cumulated;
        own += weight * weight * income;
        income_sum += weight * income;
    }
    if income_sum > 0.0 { (2.0 * ranked - own) / (cumulated * income_sum) - 1.0 } else { 0.0 }
}

#[cfg(test)]
mod tests;
