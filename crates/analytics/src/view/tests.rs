use std::collections::BTreeMap;
use std::path::Path;

use datafusion::arrow::array::Array;
use datafusion::arrow::util::display::array_value_to_string;
use programme::{Programme, SourceFile};
use proptest::prelude::*;

use super::{ViewPlan, ViewReader};
use crate::language::Compiler;
use crate::register::{ImportOptions, Register, import};

const PROGRAMME: &str = r#"
[programme]
id = "small"
version = "1"
title = { zh = "小", en = "small" }
currency = "CNY"
as_of = 2020-12-31
source = "test"
valid_from = 2020-01-01

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
[[table.column]]
id = "village"
type = "area"
title = { zh = "村", en = "village" }

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
[[table.column]]
id = "person"
type = "serial"
title = { zh = "人编号", en = "person" }
[[table.column]]
id = "age"
type = "integer"
title = { zh = "年龄", en = "age" }
[[table.column]]
id = "wage"
type = "money"
title = { zh = "工资", en = "wage" }
[[table.column]]
id = "land"
type = "quantity"
title = { zh = "地", en = "land" }
[[table.column]]
id = "adult"
type = "boolean"
title = { zh = "成人", en = "adult" }
value = "age >= 16"

[[table]]
id = "vehicle"
title = { zh = "车", en = "vehicle" }
role = "extract"
key = ["household"]
files = ["vehicle"]
[[table.column]]
id = "household"
type = "serial"
title = { zh = "户编号", en = "household" }

[view]
base = "household"
key = "household"
area = "village"
VIEW
[[line]]
id = "national"
title = { zh = "线", en = "line" }
measure = "wages"
values = [
  { area = "00", year = 2019, amount = "3000", source = "test", valid_from = 2019-01-01 },
  { area = "52", year = 2020, amount = "4000", source = "test", valid_from = 2020-01-01 },
  { area = "00", year = 2021, amount = "9000", source = "test", valid_from = 2021-01-01 },
]
"#;

const COLUMNS: [(&str, &str); 13] = [
    ("persons", "from = \"person\"\naggregate = \"count\""),
    ("adults", "from = \"person\"\naggregate = \"count\"\nwhere = \"adult\""),
    ("wages", "from = \"person\"\naggregate = \"sum\"\nvalue = \"wage\""),
    ("land", "from = \"person\"\naggregate = \"sum\"\nvalue = \"land\""),
    ("youngest", "from = \"person\"\naggregate = \"min\"\nvalue = \"age\""),
    ("oldest", "from = \"person\"\naggregate = \"max\"\nvalue = \"age\""),
    ("mean_age", "from = \"person\"\naggregate = \"mean\"\nvalue = \"age\""),
    ("any_old", "from = \"person\"\naggregate = \"any\"\nvalue = \"age > 60\""),
    ("all_old", "from = \"person\"\naggregate = \"all\"\nvalue = \"age > 60\""),
    ("first_adult_wage", "from = \"person\"\naggregate = \"first\"\nwhere = \"adult\"\nvalue = \"wage\""),
    ("ages", "from = \"person\"\naggregate = \"count_distinct\"\nvalue = \"age\""),
    ("vehicles", "from = \"vehicle\"\naggregate = \"count\""),
    ("per_head", "value = \"per(wages, persons)\"\ntype = \"money\""),
];

fn programme() -> Programme {
    let column = |(id, rest): &(&str, &str)| format!("[[view.column]]\nid = \"{id}\"\ntitle = {{ zh = \"列\", en = \"{id}\" }}\n{rest}\n");
    let view: String = COLUMNS.iter().map(column).collect();
    let text = PROGRAMME.replace("VIEW", &view);
    Programme::load(vec![SourceFile { name: "small.toml".to_owned(), text }]).unwrap()
}

/// The view of a folder of files: household → column → text, empty where missing.
fn view(folder: &Path) -> BTreeMap<String, BTreeMap<String, String>> {
    let programme = programme();
    let compiler = Compiler::new(programme.meta.as_of, programme.meta.currency.clone());
    let out = folder.join("register");
    import(&programme, &folder.join("data"), &out, &ImportOptions::default(), &mut |_| {}).unwrap();
    let register = Register::open(&out).unwrap();
    let mut plan = ViewPlan::new(&programme, &compiler, Some(&register.manifest)).unwrap();
    plan.require(&(0..plan.scope.columns().len()).collect::<Vec<_>>());
    plan.settle();
    let mut households = BTreeMap::new();
    for part in &register.manifest.parts {
        for batch in ViewReader::open(&plan, &register, part).unwrap() {
            let view = batch.unwrap().view;
            for row in 0..view.num_rows() {
                let cell = |place: usize| {
                    let array = view.column(place);
                    if array.is_null(row) { String::new() } else { array_value_to_string(array, row).unwrap() }
                };
                let names = plan.scope.names().map(str::to_owned);
                let cells: BTreeMap<String, String> = names.enumerate().map(|(place, name)| (name, cell(place))).collect();
                households.insert(cells["household"].clone(), cells);
            }
        }
    }
    households
}

fn files(households: &str, persons: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/household.csv"), format!("household,village\n{households}")).unwrap();
    std::fs::write(folder.path().join("data/person.csv"), format!("household,person,age,wage,land\n{persons}")).unwrap();
    folder
}

#[test]
fn every_aggregate_of_a_household() {
    let folder = files("2,520100\n1,990100\n3,52\n", "1,2,70,,0.1\n1,1,30,1000.50,0.2\n2,1,,,\n1,3,30,2000,\n");
    let view = view(folder.path());
    let check = |household: &str, expected: &[(&str, &str)]| {
        for (column, value) in expected {
            assert_eq!(view[household][*column], *value, "{household} {column}");
        }
    };
    check("1", &[("persons", "3"), ("adults", "3"), ("wages", "300050"), ("land", "0.3"), ("youngest", "30"), ("oldest", "70")]);
    check("1", &[("any_old", "true"), ("all_old", "false"), ("first_adult_wage", "100050"), ("ages", "2"), ("per_head", "100017")]);
    check("1", &[("line", "300000"), ("village", "990100000000")]);
    assert!((view["1"]["mean_age"].parse::<f64>().unwrap() - 130.0 / 3.0).abs() < 1e-12);
    // A person of whom nothing is known.
    check(
        "2",
        &[("persons", "1"), ("adults", "0"), ("wages", ""), ("oldest", ""), ("any_old", "false"), ("all_old", "true"), ("per_head", "")],
    );
    check("2", &[("line", "400000"), ("ages", "0"), ("first_adult_wage", "")]);
    // Nobody.
    check("3", &[("persons", "0"), ("adults", "0"), ("wages", ""), ("mean_age", ""), ("line", "400000")]);
    // A table that was never delivered is missing, not zero.
    check("1", &[("vehicles", "")]);
}

#[test]
fn a_delivered_table_without_rows_counts_zero() {
    let folder = files("1,52\n", "1,1,30,,\n");
    std::fs::write(folder.path().join("data/vehicle.csv"), "household\n").unwrap();
    assert_eq!(view(folder.path())["1"]["vehicles"], "0");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Merged streams give what a plain loop over each household's persons gives, whatever the order of the rows in the files.
    #[test]
    fn merges_equal_a_plain_loop(persons in prop::collection::vec((0_u32..12, prop::option::of(0_i64..90), prop::option::of(-500_i64..500)), 0..80)) {
        let households: String = (0..12).map(|h| format!("{h},52\n")).collect();
        let row = |(n, (h, age, wage)): (usize, &(u32, Option<i64>, Option<i64>))| {
            let text = |x: &Option<i64>| x.map_or_else(String::new, |x| x.to_string());
            format!("{h},{n},{},{},\n", text(age), text(wage))
        };
        let rows: String = persons.iter().enumerate().map(row).collect();
        let view = view(files(&households, &rows).path());
        for household in 0..12 {
            let own: Vec<_> = persons.iter().filter(|p| p.0 == household).collect();
            let cells = &view[&household.to_string()];
            let wages: Vec<i64> = own.iter().filter_map(|p| p.2).collect();
            let sum = if wages.is_empty() { String::new() } else { (wages.iter().sum::<i64>() * 100).to_string() };
            prop_assert_eq!(&cells["persons"], &own.len().to_string());
            prop_assert_eq!(&cells["adults"], &own.iter().filter(|p| p.1.is_some_and(|a| a >= 16)).count().to_string());
            prop_assert_eq!(&cells["wages"], &sum);
            let oldest = own.iter().filter_map(|p| p.1).max().map_or_else(String::new, |a| a.to_string());
            prop_assert_eq!(&cells["oldest"], &oldest);
        }
    }
}
