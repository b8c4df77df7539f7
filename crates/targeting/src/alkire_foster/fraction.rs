//! Exact fractions for weights and cutoffs.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::MeasureError;

/// A non-negative fraction, not necessarily in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fraction {
    /// Above the line.
    pub numerator: u32,
    /// Below the line; a measure refuses zero.
    pub denominator: u32,
}

impl fmt::Display for Fraction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.numerator, self.denominator)
    }
}

impl Fraction {
    /// `numerator / denominator`.
    #[must_use]
    pub const fn new(numerator: u32, denominator: u32) -> Self {
        Self { numerator, denominator }
    }

    /// The fraction as a float, for display and statistics.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }

    pub(super) const fn is_one(self) -> bool {
        self.numerator == self.denominator
    }

    pub(super) const fn require_denominator(self, what: &'static str) -> Result<(), MeasureError> {
        if self.denominator == 0 {
            return Err(MeasureError::ZeroDenominator { what, numerator: self.numerator });
        }
        Ok(())
    }

    pub(super) fn require_share(self, what: &'static str) -> Result<(), MeasureError> {
        self.require_denominator(what)?;
        if self.numerator == 0 || self.numerator > self.denominator {
            return Err(MeasureError::CutoffRange { what, found: self });
        }
        Ok(())
    }

    /// The product in lowest terms, if it fits.
    pub(super) fn times(self, other: Self) -> Option<Self> {
        reduced(u64::from(self.numerator) * u64::from(other.numerator), u64::from(self.denominator) * u64::from(other.denominator))
    }

    /// How many units of `1 / scale` the fraction is; `scale` is a multiple of the reduced
    /// denominator and the fraction at most 1, so nothing is lost.
    pub(super) fn units(self, scale: u32) -> u32 {
        let units = u64::from(self.numerator) * u64::from(scale) / u64::from(self.denominator.max(1));
        u32::try_from(units).unwrap_or(u32::MAX)
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

fn reduced(numerator: u64, denominator: u64) -> Option<Fraction> {
    let common = greatest_common_divisor(numerator, denominator).max(1);
    Some(Fraction { numerator: u32::try_from(numerator / common).ok()?, denominator: u32::try_from(denominator / common).ok()? })
}

/// The sum in lowest terms, or `None` if it does not fit in 32 bits.
pub(super) fn sum(fractions: &[Fraction]) -> Option<Fraction> {
    fractions.iter().try_fold(Fraction::new(0, 1), |total, next| {
        let (a, b) = (u64::from(total.denominator), u64::from(next.denominator));
        let denominator = a / greatest_common_divisor(a, b) * b;
        let left = u64::from(total.numerator).checked_mul(denominator / a)?;
        let right = u64::from(next.numerator).checked_mul(denominator / b)?;
        reduced(left.checked_add(right)?, denominator)
    })
}

/// The least common multiple of the reduced denominators, or `None` above 32 bits.
pub(super) fn common_denominator(fractions: &[Fraction]) -> Option<u32> {
    fractions.iter().try_fold(1, |scale: u32, next| {
        let reduced = reduced(u64::from(next.numerator), u64::from(next.denominator))?;
        let (a, b) = (u64::from(scale), u64::from(reduced.denominator));
        u32::try_from(a / greatest_common_divisor(a, b) * b).ok()
    })
}

/// The shares of a dimension's indicators: all as given (summing to 1) or all equal.
pub(super) fn shares(dimension: usize, given: &[Option<Fraction>]) -> Result<Vec<Fraction>, MeasureError> {
    let indicators = u32::try_from(given.len()).unwrap_or(u32::MAX);
    if indicators == 0 {
        return Err(MeasureError::EmptyDimension { dimension });
    }
    if given.iter().all(Option::is_none) {
        return Ok(vec![Fraction::new(1, indicators); given.len()]);
    }
    let known: Vec<Fraction> = given.iter().flatten().copied().collect();
    for share in &known {
        share.require_denominator("a share")?;
    }
    let found = sum(&known).ok_or(MeasureError::DenominatorTooLarge)?;
    if known.len() != given.len() || !found.is_one() {
        return Err(MeasureError::SharesSum { dimension, found });
    }
    Ok(known)
}
