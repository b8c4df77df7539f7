//! Area codes with their lineage.
//!
//! China's statistical codes: 2 digits province, 4 prefecture, 6 county (GB/T 2260), 9 township (GB/T 10114), 12 village.
//! Programmes elsewhere use the same lineage rule with their own codes of up to 12 digits.

use serde::{Deserialize, Serialize};

/// A code padded on the right with zeros to twelve digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AreaCode(i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AreaLevel {
    Province,
    Prefecture,
    County,
    Township,
    Village,
}

impl AreaLevel {
    pub const ALL: [Self; 5] = [Self::Province, Self::Prefecture, Self::County, Self::Township, Self::Village];

    #[must_use]
    pub const fn digits(self) -> u32 {
        match self {
            Self::Province => 2,
            Self::Prefecture => 4,
            Self::County => 6,
            Self::Township => 9,
            Self::Village => 12,
        }
    }

    /// What the last digits of a code of this level are, as a power of ten.
    #[must_use]
    pub const fn unit(self) -> i64 {
        10_i64.pow(12 - self.digits())
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == text)
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::Prefecture => "prefecture",
            Self::County => "county",
            Self::Township => "township",
            Self::Village => "village",
        }
    }
}

impl AreaCode {
    /// Everywhere.
    pub const WHOLE: Self = Self(0);

    /// Two to twelve digits, padded; `00` is the whole country.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if !(2..=12).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let padding = u32::try_from(12 - text.len()).ok()?;
        Some(Self(text.parse::<i64>().ok()? * 10_i64.pow(padding)))
    }

    #[must_use]
    pub const fn from_padded(code: i64) -> Self {
        Self(code)
    }

    #[must_use]
    pub const fn padded(self) -> i64 {
        self.0
    }

    /// The area of `level` this one lies in.
    #[must_use]
    pub const fn at(self, level: AreaLevel) -> Self {
        Self(self.0 - self.0 % level.unit())
    }

    /// The finest level this code names: trailing zeros are padding.
    #[must_use]
    pub fn level(self) -> Option<AreaLevel> {
        if self.0 == 0 {
            return None;
        }
        AreaLevel::ALL.into_iter().find(|level| self.0 % level.unit() == 0)
    }

    /// First and last county (six digits), first and last village (twelve digits) of the area: every code in it sorts between them.
    #[must_use]
    pub fn bounds(self) -> [String; 4] {
        let last = self.level().map_or(999_999_999_999, |level| self.0 + level.unit() - 1);
        let county = |code: i64| format!("{:06}", code / AreaLevel::County.unit());
        [county(self.0), county(last), format!("{:012}", self.0), format!("{last:012}")]
    }

    /// Whether `other` is this area or lies in it.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.level().is_none_or(|level| other.at(level) == self)
    }
}

impl std::fmt::Display for AreaCode {
    /// As many digits as the level has.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.level() {
            None => f.write_str("00"),
            Some(level) => {
                let width = usize::try_from(level.digits()).unwrap_or(12);
                write!(f, "{:0width$}", self.0 / level.unit())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AreaCode, AreaLevel};

    #[test]
    fn lineage() {
        let village = AreaCode::parse("520222104203").unwrap();
        assert_eq!(village.at(AreaLevel::County).to_string(), "520222");
        assert_eq!(village.at(AreaLevel::Township).to_string(), "520222104");
        assert!(AreaCode::parse("52").unwrap().contains(village));
        assert!(AreaCode::WHOLE.contains(village));
        assert!(!AreaCode::parse("5203").unwrap().contains(village));
        assert_eq!(AreaCode::parse("520222").unwrap().bounds(), ["520222", "520222", "520222000000", "520222999999"]);
        assert_eq!(AreaCode::parse("52").unwrap().bounds(), ["520000", "529999", "520000000000", "529999999999"]);
        assert_eq!(AreaCode::WHOLE.bounds()[3], "999999999999");
        assert_eq!(village.level(), Some(AreaLevel::Village));
        assert_eq!(AreaCode::parse("5a"), None);
        assert_eq!(AreaCode::parse("1234567890123"), None);
    }
}
