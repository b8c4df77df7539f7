//! What comes out fits programmes/china.

use super::*;
use toml::{Table, Value};

const TABLES: &str = include_str!("../../../../programmes/china/tables.toml");
const CODES: &str = include_str!("../../../../programmes/china/codes.toml");
/// Tables that only measure how well checks work.
const OWN: [&str; 3] = ["contradiction", "tie", "unsurveyed"];

fn by_id<'a>(table: &'a Table, key: &str) -> BTreeMap<&'a str, &'a Value> {
    let all = table[key].as_array().unwrap();
    all.iter().map(|value| (value["id"].as_str().unwrap(), value)).collect()
}

fn fits(kind: &str, values: &Values) -> bool {
    matches!(
        (kind, values),
        ("serial", Values::Serial(_))
            | ("area", Values::Area(_))
            | ("integer", Values::Integer(_))
            | ("quantity", Values::Quantity(_))
            | ("money", Values::Money(_))
            | ("boolean", Values::Boolean(_))
            | ("date", Values::Date(_))
            | ("code" | "codes", Values::Code(_))
            | ("text" | "identity" | "disability_certificate" | "phone", Values::Text(_))
    )
}

fn missing(values: &Values, row: usize) -> bool {
    match values {
        Values::Serial(_) | Values::Area(_) => false,
        Values::Reference(all) | Values::Money(all) => all[row].is_none(),
        Values::Integer(all) | Values::Date(all) => all[row].is_none(),
        Values::Quantity(all) => all[row].is_none(),
        Values::Boolean(all) => all[row].is_none(),
        Values::Code(buffer) => buffer.get(row).is_none(),
        Values::Text(buffer) => buffer.get(row).is_none(),
    }
}

#[test]
fn tables_columns_types_and_codes_are_the_programmes() {
    let (register, _) = county(2, 5_000);
    let (tables, lists): (Table, Table) = (TABLES.parse().unwrap(), CODES.parse().unwrap());
    let (tables, lists) = (by_id(&tables, "table"), by_id(&lists, "code_list"));
    let own = register.tables.iter().filter(|(table, _)| !OWN.contains(table));
    for (table, columns) in own {
        let described = by_id(tables[table].as_table().unwrap(), "column");
        for column in columns {
            let name = format!("{table}.{}", column.name);
            let description = described.get(column.name).unwrap_or_else(|| panic!("no column {name}"));
            assert!(description.get("value").is_none(), "{name} is derived");
            assert!(fits(description["type"].as_str().unwrap(), &column.values), "{name}");
            if description.get("required").is_some() {
                assert!(!(0..column.values.len()).any(|row| missing(&column.values, row)), "{name}");
            }
            if let Values::Code(buffer) = &column.values {
                let codes = lists[description["list"].as_str().unwrap()]["codes"].as_array().unwrap();
                let codes: BTreeSet<&str> = codes.iter().map(|code| code["code"].as_str().unwrap()).collect();
                let used = buffer.list.iter().flat_map(|cell| cell.split('|'));
                used.for_each(|code| assert!(codes.contains(code), "{name}: {code}"));
            }
        }
        for (name, description) in described {
            let read = description.get("value").is_none();
            let found = columns.iter().any(|column| column.name == name);
            assert!(found || !read, "{table}.{name} is not generated");
        }
    }
    for table in tables.keys() {
        assert!(register.rows(table) > 0, "{table}");
    }
}

#[test]
fn keys_of_extracts_are_unique() {
    let (register, _) = county(2, 8_000);
    for (table, key) in [
        ("vehicle", &["plate"][..]),
        ("property", &["property"]),
        ("payroll", &["identity"]),
        ("death", &["identity"]),
        ("disability", &["identity"]),
        ("school", &["identity"]),
        ("migrant", &["identity"]),
        ("allowance", &["identity"]),
        ("company", &["company", "identity"]),
        ("insurance", &["identity", "insurance_kind"]),
    ] {
        let columns: Vec<Vec<Option<&str>>> = key.iter().map(|column| register.texts(table, column)).collect();
        let mut seen = BTreeSet::new();
        for row in 0..register.rows(table) {
            let key: Vec<Option<&str>> = columns.iter().map(|column| column[row]).collect();
            assert!(seen.insert(key.clone()), "{table} {key:?}");
        }
    }
}
