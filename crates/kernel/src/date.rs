//! Civil dates: reading them from cells, ages and periods between them.

use chrono::{Datelike, NaiveDate};

/// Days since 1970-01-01, the form in which columns hold dates.
#[must_use]
pub fn to_days(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

#[must_use]
pub fn from_days(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(days)
}

/// Reads `2014-01-05`, `2014/1/5`, `2014.1.5`, `20140105`, `2014年1月5日`; a month alone is its first day, a year alone its first day.
/// A time of day behind the date is ignored when it is midnight.
#[must_use]
pub fn parse(text: &str) -> Option<NaiveDate> {
    let text = text.trim().trim_end_matches("00:00:00").trim_end_matches('T').trim_end();
    let digits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    if digits {
        return date(text.get(0..4)?, text.get(4..6)?, text.get(6..8)?);
    }
    let text = text.trim_end_matches(['日', '号', '月', '年']);
    let mut parts = text.split(['-', '/', '.', '年', '月']).map(str::trim);
    let year = parts.next()?;
    let month = parts.next().unwrap_or("1");
    let day = parts.next().unwrap_or("1");
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    date(year, month, day)
}

fn date(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let short = |s: &str| !s.is_empty() && s.len() <= 4 && s.bytes().all(|b| b.is_ascii_digit());
    if !(short(year) && short(month) && short(day)) {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// The date an Excel serial number of the 1900 system stands for; 1900's leap-year bug is respected, fractions (times) refused.
#[must_use]
pub fn from_excel_serial(serial: f64) -> Option<NaiveDate> {
    if serial.fract() != 0.0 {
        return None;
    }
    let days = crate::number::whole(serial).filter(|d| (1..=2_958_465).contains(d) && *d != 60)?;
    let origin = NaiveDate::from_ymd_opt(1899, 12, if days < 60 { 31 } else { 30 })?;
    origin.checked_add_days(chrono::Days::new(u64::try_from(days).ok()?))
}

/// Full years of life on `on`; negative before birth. Someone born on 29 February ages on 1 March in common years.
#[must_use]
pub fn age(born: NaiveDate, on: NaiveDate) -> i32 {
    let years = months_between(born, on).div_euclid(12);
    if on < born { years.min(-1) } else { years }
}

/// Whole months from `from` to `to`, negative when `to` is earlier: the number of month days passed.
#[must_use]
pub fn months_between(from: NaiveDate, to: NaiveDate) -> i32 {
    let month = |d: NaiveDate| d.year() * 12 + i32::try_from(d.month0()).unwrap_or(0);
    let (earlier, later, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
    sign * (month(later) - month(earlier) - i32::from(later.day() < earlier.day()))
}

#[cfg(test)]
mod tests {
    use super::{age, from_excel_serial, months_between, parse};
    use chrono::NaiveDate;

    fn on(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn reads_the_ways_people_write_dates() {
        for text in ["2014-01-05", "2014/1/5", "2014.01.05", "20140105", "2014年1月5日", "2014-01-05 00:00:00"] {
            assert_eq!(parse(text), Some(on(2014, 1, 5)), "{text}");
        }
        assert_eq!(parse("2014年1月"), Some(on(2014, 1, 1)));
        assert_eq!(parse("2014"), Some(on(2014, 1, 1)));
        for text in ["", "5.1.2014", "2014-13-01", "2014-02-30", "abcd", "14-1-5", "2014-1-5-6"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn excel_serials_follow_the_1900_system() {
        assert_eq!(from_excel_serial(1.0), Some(on(1900, 1, 1)));
        assert_eq!(from_excel_serial(59.0), Some(on(1900, 2, 28)));
        assert_eq!(from_excel_serial(60.0), None);
        assert_eq!(from_excel_serial(61.0), Some(on(1900, 3, 1)));
        assert_eq!(from_excel_serial(41_644.0), Some(on(2014, 1, 5)));
        assert_eq!(from_excel_serial(41_644.5), None);
    }

    #[test]
    fn ages_and_months() {
        assert_eq!(age(on(2008, 2, 29), on(2009, 2, 28)), 0);
        assert_eq!(age(on(2008, 2, 29), on(2009, 3, 1)), 1);
        assert_eq!(age(on(2020, 6, 1), on(2020, 5, 31)), -1);
        assert_eq!(months_between(on(2022, 1, 31), on(2022, 2, 28)), 0);
        assert_eq!(months_between(on(2022, 1, 15), on(2023, 7, 15)), 18);
        assert_eq!(months_between(on(2023, 7, 15), on(2022, 1, 15)), -18);
    }
}
