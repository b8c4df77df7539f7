//! Money is a 64-bit count of minor units; what is between is 128-bit; there is one rounding function.

use serde::{Deserialize, Serialize};

/// ISO 4217 code with the number of decimal places of its minor unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency {
    code: [u8; 3],
    exponent: u32,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MoneyError {
    #[error("`{0}` is not an ISO 4217 currency code; write three capital letters such as CNY")]
    Currency(String),
    #[error("the amount does not fit 64-bit minor units")]
    Overflow,
    #[error("the amount has more decimal places than the currency's minor unit")]
    TooFine,
}

/// Where a result that falls between two minor units goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    HalfEven,
    HalfUp,
    Down,
    Up,
}

impl Currency {
    /// Exponents other than two follow ISO 4217 table A.1.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_length| MoneyError::Currency(text.to_owned()))?;
        if !code.iter().all(u8::is_ascii_uppercase) {
            return Err(MoneyError::Currency(text.to_owned()));
        }
        let exponent = match text {
            "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "UGX" | "XAF" | "XOF" | "RWF" | "PYG" | "GNF" | "KMF" | "BIF" | "DJF" | "VUV"
            | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        };
        Ok(Self { code, exponent })
    }

    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("XXX")
    }

    /// Minor units in one major unit.
    #[must_use]
    pub const fn scale(&self) -> i64 {
        10_i64.pow(self.exponent)
    }

    /// An amount of the major unit as text, without grouping: `4000`, `12.5`.
    #[must_use]
    pub fn plain(&self, minor: i64) -> String {
        let scale = self.scale().unsigned_abs();
        let (whole, part) = (minor.unsigned_abs() / scale, minor.unsigned_abs() % scale);
        let sign = if minor < 0 { "-" } else { "" };
        if part == 0 {
            return format!("{sign}{whole}");
        }
        let width = usize::try_from(self.exponent).unwrap_or(0);
        format!("{sign}{whole}.{}", format!("{part:0width$}").trim_end_matches('0'))
    }

    /// The same with thousands separators, for people.
    #[must_use]
    pub fn display(&self, minor: i64) -> String {
        let plain = self.plain(minor);
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
        let (whole, part) = digits.split_once('.').map_or((digits, String::new()), |(w, p)| (w, format!(".{p}")));
        let mut grouped = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{sign}{grouped}{part}")
    }

    /// A scaled decimal (`digits` × 10^−`places`) of the major unit as minor units, exactly.
    pub fn minor(&self, digits: i128, places: u32) -> Result<i64, MoneyError> {
        let scaled = digits.checked_mul(i128::from(self.scale())).ok_or(MoneyError::Overflow)?;
        let divisor = 10_i128.checked_pow(places).ok_or(MoneyError::Overflow)?;
        if scaled % divisor != 0 {
            return Err(MoneyError::TooFine);
        }
        i64::try_from(scaled / divisor).map_err(|_range| MoneyError::Overflow)
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(text: String) -> Result<Self, MoneyError> {
        Self::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// The one rounding function: `amount / divisor` as minor units; `None` for a divisor of zero or a result that does not fit.
#[must_use]
pub fn divide(amount: i128, divisor: i128, rounding: Rounding) -> Option<i64> {
    if divisor == 0 {
        return None;
    }
    let (amount, divisor) = if divisor < 0 { (amount.checked_neg()?, divisor.checked_neg()?) } else { (amount, divisor) };
    let (floor, rest) = (amount.div_euclid(divisor), amount.rem_euclid(divisor));
    let up = match rounding {
        Rounding::Down => amount < 0 && rest != 0,
        Rounding::Up => amount >= 0 && rest != 0,
        Rounding::HalfUp => match (rest * 2).cmp(&divisor) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => amount >= 0,
            std::cmp::Ordering::Less => false,
        },
        Rounding::HalfEven => match (rest * 2).cmp(&divisor) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => floor % 2 != 0,
            std::cmp::Ordering::Less => false,
        },
    };
    i64::try_from(floor + i128::from(up)).ok()
}

#[cfg(test)]
mod tests {
    use super::{Currency, MoneyError, Rounding, divide};

    #[test]
    fn rounds_as_named() {
        let check = |amount, expected: [i64; 4]| {
            let modes = [Rounding::HalfEven, Rounding::HalfUp, Rounding::Down, Rounding::Up];
            assert_eq!(modes.map(|mode| divide(amount, 2, mode).unwrap()), expected, "{amount}/2");
        };
        check(5, [2, 3, 2, 3]);
        check(7, [4, 4, 3, 4]);
        check(-5, [-2, -3, -2, -3]);
        check(-7, [-4, -4, -3, -4]);
        assert_eq!(divide(1, 0, Rounding::Down), None);
        assert_eq!(divide(i128::MAX, 1, Rounding::Down), None);
    }

    #[test]
    fn writes_and_reads_amounts() {
        let yuan = Currency::parse("CNY").unwrap();
        assert_eq!(yuan.display(-123_456_750), "-1,234,567.5");
        assert_eq!(yuan.plain(400_000), "4000");
        assert_eq!(yuan.minor(12_345, 2), Ok(12_345));
        assert_eq!(yuan.minor(12_345, 3), Err(MoneyError::TooFine));
        assert_eq!(Currency::parse("JPY").unwrap().minor(5, 0), Ok(5));
        assert!(Currency::parse("yuan").is_err());
    }
}
