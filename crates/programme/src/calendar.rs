//! Terms in days or working days, and the calendar that says which days are worked.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

/// No office grants longer; it also keeps every due date within the range of dates.
const LONGEST_TERM: u32 = 3660;

/// How long something may take: `15 days`, `20 working days`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Term {
    pub days: u32,
    /// Weekends and holidays do not count.
    pub working: bool,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a term; write for example \"15 days\" or \"20 working days\"")]
pub struct TermError(String);

impl Term {
    pub fn parse(text: &str) -> Result<Self, TermError> {
        let bad = || TermError(text.to_owned());
        let words: Vec<&str> = text.split_whitespace().collect();
        let (number, working) = match words.as_slice() {
            [number, "day" | "days"] => (number, false),
            [number, "working", "day" | "days"] => (number, true),
            _ => return Err(bad()),
        };
        let days: u32 = number.parse().map_err(|_parse| bad())?;
        if (1..=LONGEST_TERM).contains(&days) { Ok(Self { days, working }) } else { Err(bad()) }
    }
}

impl std::fmt::Display for Term {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{} day{}", self.days, if self.working { " working" } else { "" }, if self.days == 1 { "" } else { "s" })
    }
}

impl<'de> Deserialize<'de> for Term {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A date in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct CivilDate(#[serde(deserialize_with = "crate::definition::civil_date")] pub NaiveDate);

/// `[calendar]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarDefinition {
    pub source: String,
    /// Days off besides Saturdays and Sundays.
    #[serde(default)]
    pub holidays: Vec<Spanned<CivilDate>>,
    /// Saturdays and Sundays that are worked to make up for a holiday.
    #[serde(default)]
    pub working_days: Vec<Spanned<CivilDate>>,
}

/// Which days are worked: Monday to Friday, less the holidays, plus the make-up days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    holidays: BTreeSet<NaiveDate>,
    working_days: BTreeSet<NaiveDate>,
}

impl From<&CalendarDefinition> for Calendar {
    fn from(definition: &CalendarDefinition) -> Self {
        let days = |list: &[Spanned<CivilDate>]| list.iter().map(|day| day.get_ref().0).collect();
        Self { holidays: days(&definition.holidays), working_days: days(&definition.working_days) }
    }
}

/// Whether a date is a Saturday or Sunday.
pub(crate) fn weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

impl Calendar {
    #[must_use]
    pub fn new(holidays: impl IntoIterator<Item = NaiveDate>, working_days: impl IntoIterator<Item = NaiveDate>) -> Self {
        Self { holidays: holidays.into_iter().collect(), working_days: working_days.into_iter().collect() }
    }

    #[must_use]
    pub fn is_worked(&self, date: NaiveDate) -> bool {
        self.working_days.contains(&date) || !(weekend(date) || self.holidays.contains(&date))
    }

    /// The last day of a term that begins on `from`, which itself does not count. Nothing beyond the range of dates.
    #[must_use]
    pub fn due(&self, from: NaiveDate, term: Term) -> Option<NaiveDate> {
        if !term.working {
            return from.checked_add_days(Days::new(u64::from(term.days)));
        }
        let mut date = from;
        let mut left = term.days;
        while left > 0 {
            date = date.succ_opt()?;
            left -= u32::from(self.is_worked(date));
        }
        Some(date)
    }

    /// How many days of a term's kind lie after `from` up to and including `to`; none when `to` is not later.
    #[must_use]
    pub fn between(&self, from: NaiveDate, to: NaiveDate, working: bool) -> u32 {
        let days = u32::try_from((to - from).num_days()).unwrap_or(0);
        if !working {
            return days;
        }
        let worked = from.iter_days().skip(1).take_while(|date| *date <= to).filter(|date| self.is_worked(*date)).count();
        u32::try_from(worked).unwrap_or(days)
    }
}
