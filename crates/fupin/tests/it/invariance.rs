//! TGT-1 and RUL-1: scores and proposals depend on a household, not on where its rows stood.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{county, folder, fupin, identify, path, programme, tables, write};

/// A fixed shuffle: sorts rows by a hash of text and salt.
fn shuffled(rows: &[String], salt: u64) -> Vec<String> {
    let hash = |row: &String| {
        row.bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64 ^ salt, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
            .rotate_left(17)
    };
    let mut rows = rows.to_vec();
    rows.sort_by_key(hash);
    rows
}

#[test]
fn shuffled_rows_give_the_same_result() {
    let data = county().join("county/data");
    let work = folder();
    let expected = identify(&data, &work.path().join("plain"));
    for salt in [1, 2] {
        let mixed = work.path().join(format!("mixed-{salt}"));
        for (name, (header, rows)) in tables(&data) {
            write(&mixed, &name, &header, &shuffled(&rows, salt));
        }
        assert_eq!(identify(&mixed, &work.path().join(format!("out-{salt}"))), expected);
    }
}

/// Seven deliveries, each with whole households; extracts go with the person they name.
fn split(data: &Path, into: &Path) {
    let tables = tables(data);
    let column = |header: &str, title: &str| header.split(',').position(|name| name == title);
    let share = |key: &str| key.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte))) % 7;
    let cell = |row: &str, at: usize| row.split(',').nth(at).unwrap_or_default().to_owned();
    let (header, persons) = &tables["person.csv"];
    let (key, identity) = (column(header, "户编号").unwrap(), column(header, "证件号码").unwrap());
    let mut home: BTreeMap<String, String> = BTreeMap::new();
    for row in persons {
        home.entry(cell(row, identity)).or_insert_with(|| cell(row, key));
    }
    for (name, (header, rows)) in &tables {
        let of = |row: &String| match (column(header, "户编号"), column(header, "身份证号")) {
            (Some(at), _) => share(&cell(row, at)),
            (None, Some(at)) => home.get(&cell(row, at)).map_or(0, |household| share(household)),
            (None, None) => 0,
        };
        for part in 0..7 {
            let rows: Vec<String> = rows.iter().filter(|row| of(row) == part).cloned().collect();
            write(&into.join(format!("part-{part}")), name, header, &rows);
        }
    }
}

#[test]
fn seven_partitions_give_the_same_result() {
    let data = county().join("county/data");
    let work = folder();
    let expected = identify(&data, &work.path().join("plain"));
    split(&data, &work.path().join("split"));
    assert_eq!(identify(&work.path().join("split"), &work.path().join("out")), expected);
}

#[test]
fn one_household_alone_gives_the_same_proposal() {
    let data = county().join("county/data");
    let work = folder();
    let lines = identify(&data, &work.path().join("plain"));
    let header: Vec<&str> = lines.iter().find(|line| line.starts_with("household,")).unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|h| *h == name).unwrap();
    let register = path(&work.path().join("plain"), "register");
    let model = path(county(), "model.json");
    for line in lines.iter().filter(|line| !line.starts_with("household,")).step_by(60) {
        let cells: Vec<&str> = line.split(',').collect();
        let run =
            fupin(&["--format", "json", "explain", cells[0], "--programme", &programme("china"), "--data", &register, "--model", &model]);
        assert_eq!(run.code, 0, "{}", run.err);
        let expected = format!("\"proposal\":\"{}\"", cells[at("proposal")]);
        assert!(run.out.lines().next().unwrap().contains(&expected), "{expected}\n{}", run.out.lines().next().unwrap());
    }
}
