//! The catalogue of every text on a page, and how dates, money and counts are written in each language.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use kernel::Language;

#[cfg(test)]
mod tests;

type Catalogue = BTreeMap<String, String>;

static ZH: LazyLock<Catalogue> = LazyLock::new(|| read(include_str!("../text/zh.toml")));
static EN: LazyLock<Catalogue> = LazyLock::new(|| read(include_str!("../text/en.toml")));

/// The texts of one language.
#[derive(Clone, Copy)]
pub struct Words {
    language: Language,
    catalogue: &'static Catalogue,
}

impl Words {
    #[must_use]
    pub fn new(language: Language) -> Self {
        let catalogue = match language {
            Language::Zh => &*ZH,
            Language::En => &*EN,
        };
        Self { language, catalogue }
    }

    #[must_use]
    pub fn language(self) -> Language {
        self.language
    }

    /// The text of a key. A test finds every key in both catalogues; a key that is missing all the same shows itself.
    #[must_use]
    pub fn get(self, key: &'static str) -> &'static str {
        self.catalogue.get(key).map_or(key, String::as_str)
    }

    /// The text of a key with `{name}` replaced. What is put in is not searched again.
    #[must_use]
    pub fn fill(self, key: &'static str, arguments: &[(&str, &str)]) -> String {
        let mut out = String::new();
        let mut rest = self.get(key);
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            match arguments.iter().find(|(argument, _)| *argument == name) {
                Some((_, value)) => out.push_str(value),
                None => {
                    out.push('{');
                    out.push_str(name);
                    out.push('}');
                }
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    /// A count in a sentence.
    #[must_use]
    pub fn fill_count(self, key: &'static str, count: u64) -> String {
        self.fill(key, &[("count", &self.count(count))])
    }

    /// A day in running text: `2026年11月23日`, `23 November 2026`.
    #[must_use]
    pub fn date(self, day: NaiveDate) -> String {
        let (year, number) = (day.year().to_string(), day.day().to_string());
        match self.language {
            Language::Zh => self.fill("date.long", &[("year", &year), ("month", &day.month().to_string()), ("day", &number)]),
            Language::En => self.fill("date.long", &[("year", &year), ("month", self.month(day)), ("day", &number)]),
        }
    }

    /// A day in a table: `2026-11-23` in both languages, so that columns align and sort.
    #[must_use]
    pub fn day(self, day: NaiveDate) -> String {
        day.format("%Y-%m-%d").to_string()
    }

    /// An instant in the local time of the office.
    #[must_use]
    pub fn moment(self, at: NaiveDateTime) -> String {
        at.format("%Y-%m-%d %H:%M").to_string()
    }

    fn month(self, day: NaiveDate) -> &'static str {
        let key = match day.month() {
            1 => "date.january",
            2 => "date.february",
            3 => "date.march",
            4 => "date.april",
            5 => "date.may",
            6 => "date.june",
            7 => "date.july",
            8 => "date.august",
            9 => "date.september",
            10 => "date.october",
            11 => "date.november",
            _ => "date.december",
        };
        self.get(key)
    }

    /// An amount in fen as yuan: `¥12,600.00`.
    #[must_use]
    pub fn money(self, fen: i64) -> String {
        let sign = if fen < 0 { "−" } else { "" };
        let (yuan, rest) = (fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
        format!("{sign}¥{}.{rest:02}", self.count(yuan))
    }

    /// An amount in fen as whole yuan, rounded half away from zero: for totals and tables where cents say nothing.
    #[must_use]
    pub fn yuan(self, fen: i64) -> String {
        let sign = if fen <= -50 { "−" } else { "" };
        let yuan = fen.unsigned_abs() / 100 + u64::from(fen.unsigned_abs() % 100 >= 50);
        format!("{sign}¥{}", self.count(yuan))
    }

    /// A count with thousands separated.
    #[must_use]
    pub fn count(self, count: u64) -> String {
        let digits = count.to_string();
        let mut out = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out
    }

    /// A share in thousandths: `12.3%`.
    #[must_use]
    pub fn per_mille(self, share: i64) -> String {
        let sign = if share < 0 { "−" } else { "" };
        format!("{sign}{}.{}%", share.unsigned_abs() / 10, share.unsigned_abs() % 10)
    }
}

/// All keys of a language.
#[must_use]
pub fn keys(language: Language) -> Vec<&'static str> {
    Words::new(language).catalogue.keys().map(String::as_str).collect()
}

/// Nested tables become keys with points. A catalogue that cannot be read is empty, which the tests of this crate refuse.
fn read(source: &str) -> Catalogue {
    let mut out = Catalogue::new();
    if let Ok(table) = source.parse::<toml::Table>() {
        flatten(&table, "", &mut out);
    }
    out
}

fn flatten(table: &toml::Table, prefix: &str, out: &mut Catalogue) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        if let Some(inner) = value.as_table() {
            flatten(inner, &key, out);
        } else if let Some(text) = value.as_str() {
            out.insert(key, text.to_owned());
        }
    }
}
