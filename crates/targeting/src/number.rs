//! The few numeric conversions the models need, in one place.

#![expect(clippy::as_conversions, reason = "the one module that converts numbers; each function states its range")]

/// A count as a float; exact below 2^53.
#[inline]
pub(crate) const fn float(count: usize) -> f64 {
    count as f64
}

/// A sum of fixed-point numbers as a float, rounded to nearest.
#[inline]
pub(crate) const fn from_fixed(value: i64) -> f64 {
    value as f64
}

/// As [`from_fixed`], for sums that may pass 63 bits.
#[inline]
pub(crate) const fn from_wide(value: i128) -> f64 {
    value as f64
}

/// The nearest integer, saturating; NaN becomes 0.
#[inline]
pub(crate) fn to_fixed(value: f64) -> i64 {
    value.round_ties_even() as i64
}

/// As [`to_fixed`], for sums that may pass 63 bits.
#[inline]
pub(crate) fn to_wide(value: f64) -> i128 {
    value.round_ties_even() as i128
}

/// A proxy's value as it is held in a matrix, rounded to nearest.
#[inline]
pub(crate) const fn narrow(value: f64) -> f32 {
    value as f32
}

/// The whole part of a non-negative float as a count, saturating.
#[inline]
pub(crate) const fn to_count(value: f64) -> usize {
    value as usize
}

/// A float in [0, 1] as a threshold on uniform 64-bit hashes.
#[inline]
pub(crate) fn to_threshold(share: f64) -> u64 {
    // 2^64; the cast saturates, so a share of one keeps every row.
    (share * 18_446_744_073_709_551_616.0) as u64
}

/// An index held in 32 bits.
#[inline]
pub(crate) const fn index(value: u32) -> usize {
    value as usize
}

/// An index put into 32 bits; the callers refuse tables above 2^32 rows.
#[inline]
pub(crate) const fn short(value: usize) -> u32 {
    value as u32
}

/// A bin number, below 256 by construction.
#[inline]
pub(crate) const fn bin(value: usize) -> u8 {
    value as u8
}

/// The bit pattern of an index as a hash input.
#[inline]
pub(crate) const fn wide(value: usize) -> u64 {
    value as u64
}

/// The lowest eight bits.
#[inline]
pub(crate) const fn low_byte(value: u32) -> u8 {
    value as u8
}
