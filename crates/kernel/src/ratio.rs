//! Exact shares: weights and cutoffs are never floats, so that no rounding decides about people.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A non-negative fraction in lowest terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: u64,
    denominator: u64,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RatioError {
    #[error("`{0}` is not a share; write a fraction such as 1/3 or a decimal such as 0.25")]
    Text(String),
    #[error("the exact sum or product of the shares needs more than 64 bits; use simpler fractions")]
    Overflow,
}

const fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Ratio {
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// `None` for a zero denominator.
    #[must_use]
    pub const fn try_new(numerator: u64, denominator: u64) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let g = gcd(numerator, denominator);
        Some(Self { numerator: numerator / g, denominator: denominator / g })
    }

    #[must_use]
    pub const fn numerator(self) -> u64 {
        self.numerator
    }

    #[must_use]
    pub const fn denominator(self) -> u64 {
        self.denominator
    }

    /// The nearest float, for display and statistics only.
    #[must_use]
    #[expect(clippy::as_conversions, reason = "display only; exact below 2^53")]
    pub fn approximate(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    pub fn times(self, other: Self) -> Result<Self, RatioError> {
        let (g, h) = (gcd(self.numerator, other.denominator), gcd(other.numerator, self.denominator));
        let n = (self.numerator / g).checked_mul(other.numerator / h).ok_or(RatioError::Overflow)?;
        let d = (self.denominator / h).checked_mul(other.denominator / g).ok_or(RatioError::Overflow)?;
        Self::try_new(n, d).ok_or(RatioError::Overflow)
    }

    pub fn plus(self, other: Self) -> Result<Self, RatioError> {
        let g = gcd(self.denominator, other.denominator);
        let d = (self.denominator / g).checked_mul(other.denominator).ok_or(RatioError::Overflow)?;
        let a = self.numerator.checked_mul(other.denominator / g).ok_or(RatioError::Overflow)?;
        let b = other.numerator.checked_mul(self.denominator / g).ok_or(RatioError::Overflow)?;
        Self::try_new(a.checked_add(b).ok_or(RatioError::Overflow)?, d).ok_or(RatioError::Overflow)
    }

    pub fn parse(text: &str) -> Result<Self, RatioError> {
        let bad = || RatioError::Text(text.to_owned());
        let text = text.trim();
        if let Some((n, d)) = text.split_once('/') {
            let n: u64 = n.trim().parse().map_err(|_parse| bad())?;
            let d: u64 = d.trim().parse().map_err(|_parse| bad())?;
            return Self::try_new(n, d).ok_or_else(bad);
        }
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        if part.len() > 12 || !whole.chars().chain(part.chars()).all(|c| c.is_ascii_digit()) || whole.is_empty() {
            return Err(bad());
        }
        let digits: u64 = format!("{whole}{part}").parse().map_err(|_parse| bad())?;
        let exponent = u32::try_from(part.len()).map_err(|_long| bad())?;
        Self::try_new(digits, 10_u64.pow(exponent)).ok_or_else(bad)
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let left = u128::from(self.numerator) * u128::from(other.denominator);
        left.cmp(&(u128::from(other.numerator) * u128::from(self.denominator)))
    }
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.denominator == 1 { write!(f, "{}", self.numerator) } else { write!(f, "{}/{}", self.numerator, self.denominator) }
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Ratio;

    #[test]
    fn sums_and_orders_exactly() {
        let third = Ratio::parse("1/3").unwrap();
        let sum = third.plus(third).unwrap().plus(Ratio::parse("6/18").unwrap()).unwrap();
        assert_eq!(sum, Ratio::ONE);
        assert_eq!(Ratio::parse("0.25").unwrap().to_string(), "1/4");
        assert!(Ratio::parse("1/3").unwrap() > Ratio::parse("0.333333333333").unwrap());
        for bad in ["", "1/0", "-1/3", "a", "1.2.3", "0,3"] {
            assert!(Ratio::parse(bad).is_err(), "{bad}");
        }
    }
}
