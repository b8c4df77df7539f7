//! Counter-based randomness: a stream is found from its key, never from what was drawn before it.
//!
//! The generator is `SplitMix64` (Steele, Lea, Flood 2014). Exponentials are computed here by plain
//! arithmetic, so that no system library can change a byte.

use crate::convert;

/// What a stream is drawn for; a new use takes a new stream, so that old values stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Stream {
    Village,
    Household,
    Listing,
    Declaration,
    Extract,
    Tie,
    Hidden,
    Measure,
}

#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

impl Random {
    /// The stream of one key (a village code or a household serial).
    pub(crate) fn keyed(seed: u64, key: i64, stream: Stream) -> Self {
        let purpose: u64 = match stream {
            Stream::Village => 1,
            Stream::Household => 2,
            Stream::Listing => 3,
            Stream::Declaration => 4,
            Stream::Extract => 5,
            Stream::Tie => 6,
            Stream::Hidden => 7,
            Stream::Measure => 8,
        };
        let start = mix(seed.wrapping_add(GOLDEN.wrapping_mul(purpose)));
        Self { state: mix(start ^ mix(convert::bits(key).wrapping_mul(0xD129_0D3A_4A1F_7C2B) ^ 0x5851_F42D_4C95_7F2D)) }
    }

    pub(crate) fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        convert::unit(self.word())
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Uniform in `[low, high)`.
    pub(crate) fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in `0..bound`; 0 when the bound is 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        convert::low(((self.word() >> 32) * u64::from(bound)) >> 32)
    }

    /// Uniform in `low..=high`.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = u32::try_from(i64::from(high) - i64::from(low) + 1).unwrap_or(1);
        low + i32::try_from(self.below(span)).unwrap_or(0)
    }

    /// Near enough to a standard normal: four 16-bit uniforms of one word (range ±3.46).
    pub(crate) fn normal(&mut self) -> f64 {
        let word = self.word();
        let sum = (word & 0xFFFF) + ((word >> 16) & 0xFFFF) + ((word >> 32) & 0xFFFF) + (word >> 48);
        (f64::from(convert::low(sum)) - 131_070.0) / 37_836.7
    }

    /// `exp(spread · normal)`: median 1.
    pub(crate) fn lognormal(&mut self, spread: f64) -> f64 {
        exp(spread * self.normal())
    }

    /// One of the table by its probability; `otherwise` with what is left of 1.
    pub(crate) fn choose<T: Copy>(&mut self, table: &[(f64, T)], otherwise: T) -> T {
        let mut rest = self.unit();
        for &(probability, value) in table {
            if rest < probability {
                return value;
            }
            rest -= probability;
        }
        otherwise
    }

    /// A uniformly chosen element.
    pub(crate) fn pick<T: Copy>(&mut self, values: &[T], otherwise: T) -> T {
        let bound = u32::try_from(values.len()).unwrap_or(u32::MAX);
        let at = usize::try_from(self.below(bound)).unwrap_or(0);
        values.get(at).copied().unwrap_or(otherwise)
    }
}

/// Exponential function by range reduction and a Taylor polynomial; relative error below 1e-13.
pub(crate) fn exp(x: f64) -> f64 {
    let x = x.clamp(-60.0, 60.0);
    let k = (x * std::f64::consts::LOG2_E).round();
    let r = x - k * std::f64::consts::LN_2;
    let mut sum = 1.0;
    for n in (1..=13).rev() {
        sum = 1.0 + sum * r / f64::from(n);
    }
    let exponent = convert::bits(convert::whole(k) + 1023);
    sum * f64::from_bits(exponent << 52)
}

/// Natural logarithm of a positive number; relative error below 1e-13. Others give that of 1e-9.
pub(crate) fn ln(x: f64) -> f64 {
    let x = if x > 1e-9 && x < 1e300 { x } else { 1e-9 };
    let word = x.to_bits();
    let exponent = i32::try_from(word >> 52).unwrap_or(1023) - 1023;
    let mantissa = f64::from_bits((word & 0x000F_FFFF_FFFF_FFFF) | (1023 << 52));
    let (mantissa, exponent) = if mantissa > std::f64::consts::SQRT_2 { (mantissa / 2.0, exponent + 1) } else { (mantissa, exponent) };
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let square = t * t;
    let mut sum = 0.0;
    for n in (0..=10).rev() {
        sum = sum * square + 1.0 / f64::from(2 * n + 1);
    }
    2.0 * t * sum + f64::from(exponent) * std::f64::consts::LN_2
}

/// Logistic function.
pub(crate) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

#[cfg(test)]
mod tests;
