//! Counter-based random numbers: a draw is a pure function of what it is for.
//!
//! The finaliser of `SplitMix64` (Steele, Lea, Flood 2014, figure 15).

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Mixes 64 bits into 64 others, one to one.
pub(crate) const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(GOLDEN);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// A uniform draw for `key` in the stream `seed`, `purpose`.
pub(crate) const fn draw(seed: u64, purpose: u64, key: u64) -> u64 {
    mix(mix(seed ^ mix(purpose)) ^ key)
}
