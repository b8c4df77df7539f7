//! The only place where numbers change their type by `as`.
#![expect(clippy::as_conversions, reason = "one module holds every numeric conversion; each says what it does to values out of range")]

/// Exact below 2^53.
pub(crate) fn float(value: i64) -> f64 {
    value as f64
}

/// Exact below 2^53.
pub(crate) fn float_of_count(value: usize) -> f64 {
    value as f64
}

/// The upper 53 bits of a word as a number in `[0, 1)`.
pub(crate) fn unit(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// Rounds half away from zero; saturates.
pub(crate) fn whole(value: f64) -> i64 {
    value.round() as i64
}

/// Rounds half away from zero; saturates.
pub(crate) fn whole_small(value: f64) -> i32 {
    value.round() as i32
}

/// Yuan to fen; saturates.
pub(crate) fn fen(yuan: f64) -> i64 {
    (yuan * 100.0).round() as i64
}

/// Saturates.
pub(crate) fn small(value: i64) -> i32 {
    value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

/// Saturates.
pub(crate) fn wide(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The lowest 32 bits.
pub(crate) fn low(value: u64) -> u32 {
    value as u32
}

/// The lowest 8 bits.
pub(crate) fn byte(value: u32) -> u8 {
    value as u8
}

/// Bits of a signed key.
pub(crate) fn bits(value: i64) -> u64 {
    value as u64
}
