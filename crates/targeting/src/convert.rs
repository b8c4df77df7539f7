//! Numeric conversions that `From` does not offer, in one place.
//!
//! Counts become floats only for statistics; nothing here touches money. A count above
//! 2^53 is rounded to the nearest float, which a rate cannot show.
#![expect(clippy::as_conversions, reason = "the only casts of the measures; each is lossless or rounds a count to the nearest float")]

/// A count as a float.
pub(crate) const fn float(count: u64) -> f64 {
    count as f64
}

/// A large exact sum as a float.
pub(crate) const fn float_wide(sum: u128) -> f64 {
    sum as f64
}

/// A signed exact sum as a float.
pub(crate) const fn float_signed(value: i64) -> f64 {
    value as f64
}

/// A length as a float.
pub(crate) const fn float_len(length: usize) -> f64 {
    length as f64
}

/// A length as a count.
pub(crate) const fn count(length: usize) -> u64 {
    length as u64
}

/// A position that was stored in 32 bits. Lossless: no platform with pointers below 32 bits is supported.
pub(crate) const fn index(position: u32) -> usize {
    position as usize
}

/// The nearest whole number of a share already limited to `0.0..=4e9`; everything else saturates.
pub(crate) const fn rounded(value: f64) -> u32 {
    value.round() as u32
}
