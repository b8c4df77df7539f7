//! Parquet, typed and as text, whole and damaged.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, StringArray, TimestampMillisecondArray,
};
use datafusion::parquet::arrow::ArrowWriter;

use super::*;

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

fn strings(cells: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(cells.iter().map(|cell| (!cell.is_empty()).then_some(*cell)).collect::<Vec<_>>()))
}

fn three_as_text() -> Vec<u8> {
    let (names, sexes, dates) = (["张秀英", "王国强", "李𠮷"], ["女", "男", "女"], ["1950-01-05", "1948/3/2", "20101231"]);
    let (names, sexes, dates) = (strings(&names), strings(&sexes), strings(&dates));
    parquet(vec![
        ("户编号", strings(&["1", "1", "2"])),
        ("人口编号", strings(&["1", "2", "1"])),
        ("姓名", names),
        ("性别", sexes),
        ("出生日期", dates),
    ])
}

#[test]
fn text_and_types_come_to_the_same() {
    assert_three(&persons("person.parquet", three_as_text()));
    assert_three(&persons("person.parquet.gz", gzip(&three_as_text())));
    let (born, sexes): (ArrayRef, ArrayRef) = (Arc::new(Date32Array::from(vec![-7301, -7975, 14974])), strings(&["2", "1", "2"]));
    let numbers: (ArrayRef, ArrayRef) = (Arc::new(Int64Array::from(vec![1, 1, 2])), Arc::new(Int32Array::from(vec![1, 2, 1])));
    let typed = parquet(vec![
        ("户编号", numbers.0),
        ("人口编号", numbers.1),
        ("姓名", strings(&["张秀英", "王国强", "李𠮷"])),
        ("性别", sexes),
        ("出生日期", born),
    ]);
    assert_three(&persons("person.pq", typed));
}

#[test]
fn types_are_read_for_what_they_are() {
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("户编号", Arc::new(Float64Array::from(vec![123_456_789.0, 110_105_194_912_310_016.0, 3.0]))),
        ("人口编号", Arc::new(Int64Array::from(vec![1, 2, 3]))),
        ("姓名", strings(&["甲", "乙", "丙"])),
        ("务工月数", Arc::new(Float64Array::from(vec![6.0, 6.5, f64::NAN]))),
        ("月工资", Arc::new(Decimal128Array::from(vec![390_050, 0, -1]).with_precision_and_scale(12, 2).unwrap())),
        ("身高", Arc::new(Float64Array::from(vec![Some(1.65), Some(f64::INFINITY), None]))),
        ("出生日期", Arc::new(TimestampMillisecondArray::from(vec![Some(1_388_880_000_000), None, Some(1_388_880_060_000)]))),
        ("是否参保", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
    ];
    let outcome = persons("person.parquet", parquet(columns));
    assert_eq!(
        outcome.findings(),
        [
            "FP0122 person.parquet:3:household",
            "FP0103 person.parquet:3:months",
            "FP0103 person.parquet:3:height",
            "FP0104 person.parquet:4:born_on",
        ]
    );
    assert_eq!(outcome.column("household"), ["123456789", "3"]);
    assert_eq!(outcome.column("months"), ["6", "-"]);
    assert_eq!(outcome.column("wage"), ["390050", "-1"]);
    assert_eq!(outcome.column("born_on"), ["2014-01-05", "-"]);
    assert_eq!(outcome.column("insured"), ["true", "-"]);
}

#[test]
fn damage_is_told() {
    let whole = three_as_text();
    for length in [8, whole.len() / 2, whole.len() - 1] {
        let outcome = persons("person.parquet", &whole[..length]);
        assert_eq!(outcome.findings(), ["FP0120 person.parquet"], "{length} of {}", whole.len());
        assert_eq!(outcome.counts.read, 0);
    }
    let packed = gzip(&whole);
    assert_eq!(persons("person.parquet.gz", &packed[..packed.len() / 2]).findings(), ["FP0120 person.parquet.gz"]);
}

/// A changed byte may go unnoticed (Parquet's pages carry no checksums), but it must never bring the reading down.
#[test]
fn any_changed_byte_is_survived() {
    let whole = three_as_text();
    for at in (4..whole.len()).step_by(3) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        persons("person.parquet", bytes);
    }
}
