use super::*;
use chrono::{Datelike, Days, NaiveDate};

#[test]
fn agrees_with_chrono_for_two_centuries() {
    let start = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
    for offset in 0..73_000_i32 {
        let date = start + Days::new(offset.unsigned_abs().into());
        let civil = (date.year(), date.month().cast_signed(), date.day().cast_signed());
        let days = days_of((1900, 1, 1)) + offset;
        assert_eq!(civil_of(days), civil);
        assert_eq!(days_of(civil), days);
    }
    assert_eq!(days_of((1970, 1, 1)), 0);
}

#[test]
fn age_counts_completed_years() {
    let born = days_of((2000, 6, 15));
    assert_eq!(age(born, days_of((2023, 6, 14))), 22);
    assert_eq!(age(born, days_of((2023, 6, 15))), 23);
}
