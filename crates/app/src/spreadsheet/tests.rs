use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use chrono::NaiveDate;

use super::{Value, workbook};

#[test]
fn a_spreadsheet_reads_figures_as_figures_and_texts_as_texts() {
    let day = NaiveDate::from_ymd_opt(2020, 12, 31).unwrap();
    let row = vec![
        Value::Text("=1+1".to_owned()),
        Value::Money(-7),
        Value::Money(12_345_678_901),
        Value::Count(3),
        Value::Day(day),
        Value::Missing,
    ];
    let bytes = workbook("note", &["a", "b", "c", "d", "e", "f"], &[row]).unwrap();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    assert_eq!(sheet.get((0, 0)), Some(&Data::String("note".to_owned())));
    assert_eq!(sheet.get((1, 2)), Some(&Data::String("c".to_owned())));
    let cells: Vec<&Data> = (0..4).filter_map(|column| sheet.get((2, column))).collect();
    let expected = [Data::String("=1+1".to_owned()), Data::Float(-0.07), Data::Float(123_456_789.01), Data::Float(3.0)];
    assert_eq!(cells, expected.iter().collect::<Vec<_>>());
    assert!(matches!(sheet.get((2, 4)), Some(Data::DateTime(date)) if (date.as_f64() - 44_196.0).abs() < 1e-6), "the day's number");
}
