//! What bad input gets from the program: never a panic, never a half-written folder.

use std::path::Path;

use crate::support::{county, folder, fupin, programme, tables, write};

/// Imports the small county with one file replaced by bytes; stderr and code.
fn import_with(file: &str, bytes: &[u8]) -> (i32, String) {
    let work = folder();
    for (name, (header, rows)) in tables(&county().join("county/data")) {
        write(&work.path().join("data"), &name, &header, &rows);
    }
    let _replaced = std::fs::remove_file(work.path().join("data").join(file.replace(".parquet", ".csv")));
    std::fs::write(work.path().join("data").join(file), bytes).unwrap();
    run(work.path())
}

fn run(work: &Path) -> (i32, String) {
    let (data, out) = (work.join("data"), work.join("register"));
    let run = fupin(&["import", "--programme", &programme("china"), "--data", &data.to_string_lossy(), "--out", &out.to_string_lossy()]);
    assert!(!run.err.contains("panicked"), "{}", run.err);
    (run.code, run.err)
}

fn check(file: &str, bytes: &[u8], code: i32, expected: &[&str]) {
    let (found, err) = import_with(file, bytes);
    assert_eq!(found, code, "{err}");
    for part in expected {
        assert!(err.contains(part), "`{part}` is not in\n{err}");
    }
}

#[test]
fn unusable_files_are_findings() {
    check("vehicle.csv", b"", 1, &["FP0101 vehicle.csv"]);
    check("vehicle.csv", &[0, 159, 146, 150, 0, 0, 1], 1, &["FP0121 vehicle.csv"]);
    check("vehicle.parquet", b"PAR1 cut off", 1, &["FP0120 vehicle.parquet"]);
    check("vehicle.csv", "身份证号,号牌号码,号牌号码\n".as_bytes(), 1, &["FP0114", "号牌号码"]);
    check("vehicle.csv", "身份证号,姓名\n".as_bytes(), 1, &["FP0113", "plate"]);
}

#[test]
fn a_missing_base_table_stops_nothing_else() {
    let work = folder();
    write(&work.path().join("data"), "person.csv", "户编号,人口编号,姓名,性别,与户主关系", &["1,1,甲,男,户主".to_owned()]);
    let (code, err) = run(work.path());
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("FP0117") && err.contains("household"), "{err}");
}

#[test]
fn a_line_of_ten_million_columns_is_refused_in_bounded_time() {
    let line = ",".repeat(10_000_000);
    check("vehicle.csv", format!("{line}\n").as_bytes(), 1, &["FP01"]);
    let text = format!("身份证号,号牌号码\n990101198001010010,A{line}\n");
    check("vehicle.csv", text.as_bytes(), 1, &["FP0119"]);
}
