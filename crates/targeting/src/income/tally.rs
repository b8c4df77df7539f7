//! Exact sums over a register, in minor units of money.

use std::collections::BTreeMap;

use super::Fgt;
use crate::convert::{float, float_signed, float_wide};

/// Why a household could not be added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncomeTallyError {
    /// The line is zero or negative.
    #[error("the poverty line is {line_minor} minor units; a line is positive")]
    Line { line_minor: i64 },
    /// The sums left their range.
    #[error("the sum of shortfalls left the exact range at income {income_minor}; check the income, it is implausible")]
    Range { income_minor: i64 },
}

impl IncomeTallyError {
    /// The stable code of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Line { .. } => "targeting.income.line",
            Self::Range { .. } => "targeting.income.range",
        }
    }
}

/// Sums against one line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Shortfalls {
    poor: u64,
    minor: u128,
    squared: u128,
}

/// People below their line and what they lack, exactly; independent of order and partition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncomeTally {
    population: u64,
    /// By line: places and years have their own.
    lines: BTreeMap<i64, Shortfalls>,
}

impl IncomeTally {
    /// Adds `people` with an income per head of `income_minor` against `line_minor`.
    ///
    /// # Errors
    /// [`IncomeTallyError`] if the line is not positive or a sum leaves 128 bits; the tally is
    /// then unchanged.
    pub fn add(&mut self, income_minor: i64, line_minor: i64, people: u32) -> Result<(), IncomeTallyError> {
        if line_minor <= 0 {
            return Err(IncomeTallyError::Line { line_minor });
        }
        if income_minor < line_minor {
            let shortfall = u128::from(line_minor.abs_diff(income_minor));
            let weight = u128::from(people);
            let old = self.lines.get(&line_minor).copied().unwrap_or_default();
            let squared = shortfall
                .checked_mul(shortfall)
                .and_then(|square| square.checked_mul(weight))
                .and_then(|square| square.checked_add(old.squared))
                .ok_or(IncomeTallyError::Range { income_minor })?;
            let new = Shortfalls { poor: old.poor + u64::from(people), minor: old.minor + shortfall * weight, squared };
            self.lines.insert(line_minor, new);
        }
        self.population += u64::from(people);
        Ok(())
    }

    /// Adds the sums of another part.
    ///
    /// # Errors
    /// [`IncomeTallyError::Range`] if a sum leaves 128 bits.
    pub fn merge(&mut self, other: &Self) -> Result<(), IncomeTallyError> {
        for (line, sums) in &other.lines {
            let own = self.lines.entry(*line).or_default();
            let squared = own.squared.checked_add(sums.squared);
            own.squared = squared.ok_or(IncomeTallyError::Range { income_minor: *line })?;
            own.poor += sums.poor;
            own.minor += sums.minor;
        }
        self.population += other.population;
        Ok(())
    }

    /// People counted.
    #[must_use]
    pub const fn population(&self) -> u64 {
        self.population
    }

    /// People below their line.
    #[must_use]
    pub fn poor(&self) -> u64 {
        self.lines.values().map(|sums| sums.poor).sum()
    }

    /// Minor units that would lift everybody to the line.
    #[must_use]
    pub fn shortfall_minor(&self) -> u128 {
        self.lines.values().map(|sums| sums.minor).sum()
    }

    /// Headcount, gap and severity; all zero without population.
    #[must_use]
    pub fn fgt(&self) -> Fgt {
        if self.population == 0 {
            return Fgt::default();
        }
        let people = float(self.population);
        let (mut gap, mut severity) = (0.0, 0.0);
        for (line, sums) in &self.lines {
            let line = float_signed(*line);
            gap += float_wide(sums.minor) / line;
            severity += float_wide(sums.squared) / (line * line);
        }
        Fgt { headcount: float(self.poor()) / people, gap: gap / people, severity: severity / people }
    }
}
