use std::fmt::Write as _;
use std::path::Path;

use proptest::prelude::*;

use super::{Kind, Limits, Pair, find, masked};
use crate::language::Compiler;
use crate::register::{ImportOptions, Register, import};

const PROGRAMME: &str = r#"
[programme]
id = "tiny"
version = "1"
title = { zh = "小", en = "tiny" }
currency = "CNY"
as_of = 2023-12-31
source = "test"
valid_from = 2023-01-01

[[table]]
id = "household"
title = { zh = "户", en = "household" }
role = "household"
key = ["household"]
files = ["household"]

[[table.column]]
id = "household"
type = "serial"
title = { zh = "户编号", en = "household" }
required = true

[[table.column]]
id = "village"
type = "area"
title = { zh = "村", en = "village" }

[[table.column]]
id = "phone"
type = "phone"
title = { zh = "电话", en = "phone" }

[[table]]
id = "person"
title = { zh = "人", en = "person" }
role = "person"
key = ["household", "person"]
files = ["person"]

[[table.column]]
id = "household"
type = "serial"
title = { zh = "户编号", en = "household" }
required = true

[[table.column]]
id = "person"
type = "serial"
title = { zh = "人口编号", en = "person" }
required = true

[[table.column]]
id = "name"
type = "text"
title = { zh = "姓名", en = "name" }

[[table.column]]
id = "identity"
type = "identity"
title = { zh = "证件号码", en = "identity" }

[[table.column]]
id = "born_on"
type = "date"
title = { zh = "出生日期", en = "born on" }

[view]
base = "household"
key = "household"
area = "village"
"#;

/// A valid number of the synthetic county.
fn identity(birth: &str, sequence: &str) -> String {
    let body = format!("990101{birth}{sequence}");
    let check = kernel::identity::check_character(body.as_bytes()).unwrap();
    format!("{body}{check}")
}

/// household, name, identity, birth
type Row = (u32, &'static str, String, &'static str);

fn people() -> Vec<Row> {
    vec![
        (1, "张小明", identity("19800102", "001"), "1980-01-02"),
        // the same number twice in the house and once elsewhere
        (1, "张小明", identity("19800102", "001"), "1980-01-02"),
        (2, "张小明", identity("19800102", "001"), "1980-01-02"),
        // a digit and the name changed, the check character made to fit
        (3, "李大山", identity("19700305", "011"), "1970-03-05"),
        (4, "李大川", identity("19700305", "111"), "1970-03-05"),
        // twins: one household
        (5, "王一一", identity("20100101", "021"), "2010-01-01"),
        (5, "王一二", identity("20100101", "031"), "2010-01-01"),
        // without a number
        (6, "赵红", identity("19900909", "042"), "1990-09-09"),
        (7, "赵红", String::new(), "1990-09-09"),
        // namesakes born on other days
        (8, "赵红", identity("19610910", "044"), "1961-09-10"),
    ]
}

fn register(folder: &Path, rows: &[Row], phones: &[(u32, &str)]) -> Register {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).unwrap();
    let mut households = String::from("household,village,phone\n");
    for (number, phone) in phones {
        writeln!(households, "{number},990101100200,{phone}").unwrap();
    }
    let mut persons = String::from("household,person,name,identity,born_on\n");
    for (place, (household, name, identity, born)) in rows.iter().enumerate() {
        // The person number goes with the row, wherever it stands.
        let number = people().iter().position(|row| row.1 == *name && row.0 == *household).unwrap_or(50);
        let again = rows.iter().take(place).filter(|row| row.0 == *household && row.1 == *name).count();
        writeln!(persons, "{household},{},{name},{identity},{born}", number * 100 + again).unwrap();
    }
    std::fs::write(data.join("household.csv"), households).unwrap();
    std::fs::write(data.join("person.csv"), persons).unwrap();
    let programme = programme();
    let out = folder.join("register");
    import(&programme, &data, &out, &ImportOptions::default(), &mut |_| {}).unwrap();
    Register::open(&out).unwrap()
}

fn programme() -> programme::Programme {
    let source = programme::SourceFile { name: "tiny.toml".to_owned(), text: PROGRAMME.to_owned() };
    programme::Programme::load(vec![source]).unwrap()
}

fn pairs(rows: &[Row], phones: &[(u32, &str)], limits: &Limits) -> (Vec<Pair>, u64) {
    let folder = tempfile::tempdir().unwrap();
    let register = register(folder.path(), rows, phones);
    let programme = programme();
    let compiler = Compiler::new(programme.meta.as_of, programme.meta.currency.clone());
    let found = find(&programme, &compiler, &register, limits).unwrap();
    (found.pairs, found.skipped_blocks)
}

fn phones() -> Vec<(u32, &'static str)> {
    (1..=8).map(|number| (number, if number < 3 { "13900000001" } else { "" })).collect()
}

fn brief(pairs: &[Pair]) -> Vec<(Kind, &str, &str)> {
    pairs.iter().map(|pair| (pair.kind, pair.household.as_str(), pair.other.as_str())).collect()
}

#[test]
fn finds_what_was_planted_and_shows_no_number() {
    let (pairs, skipped) = pairs(&people(), &phones(), &Limits::default());
    let expected = [
        (Kind::Identity, "1", "1"),
        (Kind::Identity, "1", "2"),
        (Kind::NearPerson, "3", "4"),
        (Kind::NearPerson, "6", "7"),
        (Kind::Phone, "1", "2"),
    ];
    assert_eq!(brief(&pairs), expected);
    assert_eq!(skipped, 0);
    let text: String = pairs.iter().map(|pair| format!("{}{}", pair.detail.zh, pair.detail.en)).collect();
    for (_, name, number, _) in people() {
        assert!(!text.contains(name) && (number.is_empty() || !text.contains(&number)));
    }
    assert!(!text.contains("13900000001"));
}

#[test]
fn many_callers_of_one_number_are_one_sign() {
    let (found, _) = pairs(&people(), &phones(), &Limits { group: 1, ..Limits::default() });
    let shared: Vec<_> = brief(&found).into_iter().filter(|(kind, ..)| *kind == Kind::Phone).collect();
    assert_eq!(shared, [(Kind::Phone, "1", "")]);
}

#[test]
fn crowded_blocks_are_counted_not_compared() {
    let (found, skipped) = pairs(&people(), &phones(), &Limits { block: 1, ..Limits::default() });
    assert!(found.iter().all(|pair| pair.kind != Kind::NearPerson));
    assert!(skipped > 0);
}

#[test]
fn ranges_of_hashes_find_the_same() {
    let whole = pairs(&people(), &phones(), &Limits::default());
    assert_eq!(whole, pairs(&people(), &phones(), &Limits { memory: 64, ..Limits::default() }));
}

#[test]
fn numbers_are_masked() {
    assert_eq!(masked("990101198001020019"), "990101********0019");
    assert_eq!(masked("13900000001"), "139****0001");
    assert_eq!(masked("12345"), "*****");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn the_order_of_rows_does_not_matter(rows in Just(people()).prop_shuffle(), callers in Just(phones()).prop_shuffle()) {
        prop_assert_eq!(pairs(&rows, &callers, &Limits::default()), pairs(&people(), &phones(), &Limits::default()));
    }
}
