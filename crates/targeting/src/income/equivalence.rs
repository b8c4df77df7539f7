//! How many equivalent adults a household is.

use serde::{Deserialize, Serialize};

/// An equivalence scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EquivalenceScale {
    /// Income per head: every member counts one.
    PerHead,
    /// OECD-modified: 1 for the first adult, 0.5 for each other person of 14 and over, 0.3 for
    /// each younger one (A. Hagenaars, K. de Vos, M. Zaidi, Eurostat 1994).
    OecdModified,
    /// Square root of the household's size (OECD since 2008).
    SquareRoot,
}

impl EquivalenceScale {
    /// Equivalent adults, for statistics. `adults` are 14 and over; the first member counts
    /// as an adult even in a household of children. Zero for nobody.
    #[must_use]
    pub fn units(self, adults: u32, children: u32) -> f64 {
        let members = f64::from(adults) + f64::from(children);
        match self {
            Self::PerHead => members,
            Self::OecdModified => f64::from(oecd_tenths(adults, children)) / 10.0,
            Self::SquareRoot => members.sqrt(),
        }
    }

    /// Whether a household's income is below a line per equivalent adult, decided in integers.
    /// A household without members is not.
    #[must_use]
    pub fn below_line(self, income_minor: i64, line_minor: i64, adults: u32, children: u32) -> bool {
        let (income, line) = (i128::from(income_minor), i128::from(line_minor));
        let members = i128::from(adults) + i128::from(children);
        if members == 0 {
            return false;
        }
        match self {
            Self::PerHead => income < line * members,
            Self::OecdModified => income * 10 < line * i128::from(oecd_tenths(adults, children)),
            Self::SquareRoot => below_root(income, line, members),
        }
    }
}

fn oecd_tenths(adults: u32, children: u32) -> u32 {
    match (adults, children) {
        (0, 0) => 0,
        (0, children) => (children - 1).saturating_mul(3).saturating_add(10),
        (adults, children) => (adults - 1).saturating_mul(5).saturating_add(children.saturating_mul(3)).saturating_add(10),
    }
}

/// `income < line · √members`, by comparing squares where both sides have the same sign.
fn below_root(income: i128, line: i128, members: i128) -> bool {
    let left = income * income;
    let Some(right) = (line * line).checked_mul(members) else {
        // Only a line near the end of 64 bits: its square alone exceeds any income's.
        return line > 0;
    };
    match (income < 0, line < 0) {
        (true, false) => true,
        (false, true) => false,
        (false, false) => left < right,
        (true, true) => left > right,
    }
}
