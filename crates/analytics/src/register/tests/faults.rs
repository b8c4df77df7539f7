//! Rows that do not fit together, the files of rejected rows, and what stops an import.

use proptest::prelude::*;

use super::*;
use crate::reading::ReadingOptions;
use crate::reading::table::Counts;

fn with_rejects(rejects: &Path) -> ImportOptions {
    ImportOptions { reading: ReadingOptions { rejects: Some(rejects.to_path_buf()), ..ReadingOptions::default() }, dry_run: false }
}

#[test]
fn households_and_members_must_meet() {
    let data = Folder::new().with("household.csv", HOUSEHOLDS).with("person.csv", "户编号,人口编号,姓名\n1,1,甲\n9,1,乙\n2,1,丙\n");
    let out = Folder::new();
    let report = plain(data.path(), &out.path().join("register"));
    assert_eq!(places(&report), ["FP0130 person.csv:3:household", "FP0131 person:household"]);
    assert!(report.findings[1].found.contains("household 3"), "{}", report.findings[1]);
    assert_eq!(report.manifest.counts["person"], Counts { read: 3, accepted: 2, rejected: 1, repeated: 0 });
    assert_eq!(report.manifest.households(), 3);
}

#[test]
fn a_key_that_stands_twice() {
    let data = good();
    data.write("person-2.csv", "户编号,人口编号,姓名,证件号码\n1,2,王国强,\n2,1,李方,\n");
    data.write("household-2.csv", "户编号,行政区划代码,纯收入\n1,520222104203,12600\n2,520222104204,3900.6\n");
    let out = Folder::new();
    let folder = out.path().join("register");
    let report = plain(data.path(), &folder);
    // Files are read in the order of their names, and `-` stands before `.`: the first row counts.
    assert_eq!(places(&report), ["FP0112 household.csv:3:household", "FP0112 person.csv:4:person"]);
    assert_eq!(report.manifest.counts["household"], Counts { read: 5, accepted: 4, rejected: 1, repeated: 1 });
    assert_eq!(report.manifest.counts["person"], Counts { read: 6, accepted: 5, rejected: 1, repeated: 1 });
    assert_eq!(stored(&folder, "household", "income"), ["3:0", "1:1260000", "2:390060"]);
    assert_eq!(stored(&folder, "person", "name"), ["3:赵敏", "1:张秀英", "1:王国强", "2:李方"]);
}

#[test]
fn corrected_rejected_rows_complete_the_register() {
    let out = Folder::new();
    let (whole, folder, rejects) = (out.path().join("whole"), out.path().join("register"), out.path().join("rejects"));
    plain(good().path(), &whole);

    let data = good();
    data.write("person.csv", PERSONS.replace("1,2,王国强,", "1,2,,").replace("2,1,李芳,", "2,1,李芳").replace("3,1,", "8,1,"));
    data.write("household.csv", HOUSEHOLDS.replace("3,520203100200", "3,x"));
    let report = run(data.path(), &folder, &with_rejects(&rejects));
    let expected = [
        "FP0110 household.csv:4:village",
        "FP0105 person.csv:3:name",
        "FP0118 person.csv:4",
        "FP0130 person.csv:5:household",
        "FP0131 person:household",
    ];
    assert_eq!(places(&report), expected);
    let written = bytes(&rejects);
    assert_eq!(written.keys().collect::<Vec<_>>(), ["household/household.csv.csv", "person/FP0130.csv", "person/person.csv.csv"]);
    let lines = |name: &str| String::from_utf8(written[name].clone()).unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
    let persons = lines("person/person.csv.csv");
    assert_eq!(persons[0], "\u{feff}户编号,人口编号,姓名,证件号码,fupin_reason");
    assert!(persons[1].starts_with("1,2,,,FP0105 name: "), "{}", persons[1]);
    assert!(persons[2].starts_with("2,1,李芳,FP0118 person.csv:4: 3 cells; "), "{}", persons[2]);
    assert!(lines("household/household.csv.csv")[1].starts_with("3,x,0,FP0110 village: x; "));

    // Left as they are they are rejected again, and no cell has slipped into another column.
    let again = run(&rejects, &out.path().join("again"), &with_rejects(&out.path().join("rejects-of-rejects")));
    assert_eq!(again.manifest.counts.values().map(|counts| counts.accepted).sum::<u64>(), 0);
    assert_eq!(
        std::fs::read(out.path().join("rejects-of-rejects/household/household_household.csv.csv.csv")).unwrap(),
        written["household/household.csv.csv"]
    );

    // Corrected they complete what was accepted before.
    let correct = |name: &str, from: &str, to: &str| {
        let text = String::from_utf8(written[name].clone()).unwrap();
        assert!(text.contains(from), "{name}: {text}");
        data.write(&format!("corrected/{name}"), text.replacen(from, to, 1));
    };
    correct("household/household.csv.csv", "3,x", "3,520203100200");
    correct("person/person.csv.csv", "1,2,,,", "1,2,王国强,,");
    data.write("corrected/person/2.csv", lines("person/person.csv.csv")[0].clone() + "\n2,1,李芳,,\n");
    correct("person/FP0130.csv", "\n8,", "\n3,");
    run(data.path(), &folder, &ImportOptions::default());
    for (table, column) in [("household", "income"), ("person", "name"), ("person", "identity"), ("vehicle", "price")] {
        assert_eq!(stored(&folder, table, column), stored(&whole, table, column), "{table}.{column}");
    }
}

#[test]
fn rejected_rows_keep_away_from_the_data() {
    let data = good();
    for rejects in [data.path().to_path_buf(), data.path().join("rejects")] {
        let error = import(&programme(), data.path(), &data.path().join("../never"), &with_rejects(&rejects), &mut |_| {}).unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{error}");
    }
}

#[test]
fn rejected_rows_that_were_not_asked_for_can_be_had_later() {
    let data = good();
    data.write("person.csv", PERSONS.replace("王国强", ""));
    let out = Folder::new();
    let (folder, rejects) = (out.path().join("register"), out.path().join("rejects"));
    plain(data.path(), &folder);
    assert!(!run(data.path(), &folder, &with_rejects(&rejects)).unchanged);
    assert!(rejects.join("person/person.csv.csv").is_file());
    assert!(run(data.path(), &folder, &with_rejects(&rejects)).unchanged);
}

#[test]
fn without_the_base_table_nothing_is_written() {
    let out = Folder::new();
    let folder = out.path().join("register");
    let data = Folder::new().with("person.csv", PERSONS);
    assert_eq!(places(&plain(data.path(), &folder)), ["FP0117 the data folder"]);
    assert!(!folder.exists());
    // A register that stands is not replaced by nothing.
    plain(good().path(), &folder);
    let before = bytes(&folder);
    let truncated = Folder::new().with("household.parquet", "PAR1junk").with("person.csv", PERSONS);
    assert_eq!(places(&plain(truncated.path(), &folder)), ["FP0120 household.parquet", "FP0117 the data folder"]);
    assert_eq!(bytes(&folder), before);
    let empty = Folder::new().with("readme.md", "nothing");
    let error = import(&programme(), empty.path(), &folder, &ImportOptions::default(), &mut |_| {}).unwrap_err();
    assert_eq!(error.code(), "FP0503");
}

#[test]
fn a_dry_run_writes_nothing() {
    let data = good();
    data.write("person.csv", PERSONS.replace("王国强", ""));
    let out = Folder::new();
    let options = ImportOptions { dry_run: true, ..with_rejects(&out.path().join("rejects")) };
    let report = run(data.path(), &out.path().join("register"), &options);
    assert_eq!(places(&report), ["FP0105 person.csv:3:name"]);
    assert_eq!(report.manifest.counts["person"].rejected, 1);
    assert_eq!(bytes(out.path()).len(), 0);
}

#[test]
fn too_many_errors_leave_the_register_as_it_was() {
    let out = Folder::new();
    let folder = out.path().join("register");
    plain(good().path(), &folder);
    let before = bytes(out.path());
    let data = good();
    data.write("person.csv", "户编号,人口编号,姓名\n1,,\n1,,\n");
    let options = ImportOptions { reading: ReadingOptions { max_errors: Some(1), ..ReadingOptions::default() }, dry_run: false };
    let error = import(&programme(), data.path(), &folder, &options, &mut |_| {}).unwrap_err();
    assert_eq!(error.code(), "FP0126");
    assert_eq!(bytes(out.path()), before);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// REG-1 over a whole import of junk: [`run`] asserts it for every table; what is stored is what was accepted, less repetitions.
    #[test]
    fn counts_add_up(
        households in proptest::collection::vec("[1-4]{0,1},(520222104203|x|),[0-9]{0,3}", 1..12),
        persons in proptest::collection::vec("[1-6x]{0,1},[1-3]{0,1},[张李]{0,1}(,|\"|)", 0..25),
    ) {
        let data = Folder::new()
            .with("household.csv", format!("户编号,行政区划代码,纯收入\n5,520222104203,1\n{}\n", households.join("\n")))
            .with("person.csv", format!("户编号,人口编号,姓名\n{}\n", persons.join("\n")));
        let out = Folder::new();
        let report = run(data.path(), &out.path().join("register"), &ImportOptions::default());
        for (table, counts) in &report.manifest.counts {
            let stored: u64 = report.manifest.parts.iter().filter_map(|part| part.tables.get(table)).map(|table| table.rows).sum();
            prop_assert_eq!(stored, counts.accepted - counts.repeated, "{}", table);
        }
        let errors = report.findings.iter().filter(|finding| finding.severity == kernel::Severity::Error && finding.place.row > 1).count();
        let rejected: u64 = report.manifest.counts.values().map(|counts| counts.rejected).sum();
        prop_assert!(u64::try_from(errors).unwrap() >= rejected, "every rejected row has a finding");
    }
}
