//! The only place where numbers change their type without a check at the call site.
#![expect(clippy::as_conversions, reason = "every function documents why its cast cannot surprise")]

/// A count as a statistic; exact below 2^53.
#[must_use]
pub const fn count(n: usize) -> f64 {
    n as f64
}

/// A 64-bit amount as a statistic; exact below 2^53 in magnitude.
#[must_use]
pub const fn statistic(n: i64) -> f64 {
    n as f64
}

/// An index that is known to fit (row numbers within a batch are 32-bit).
#[must_use]
pub const fn index(n: u32) -> usize {
    n as usize
}

/// The whole part of a finite number within the 64-bit range, otherwise nothing.
#[must_use]
pub fn whole(x: f64) -> Option<i64> {
    // 2^63 is exact in f64, so the comparison is too.
    let limit = 2_f64.powi(63);
    (x >= -limit && x < limit).then_some(x.trunc() as i64)
}
