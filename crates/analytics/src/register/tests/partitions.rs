//! When a data folder is several deliveries, and when it is one.

use super::*;
use crate::register::inputs::partitions;

/// The deliveries that are found for these files: `folder: file=table …`.
fn found(files: &[&str]) -> Vec<String> {
    let data = Folder::new();
    for file in files {
        data.write(file, "户编号,人口编号,姓名\n");
    }
    let partitions = partitions(&programme(), data.path()).unwrap();
    let line = |partition: &inputs::PartitionFiles| {
        let files: Vec<String> = partition.files.iter().map(|file| format!("{}={}", file.name, file.table)).collect();
        format!("{}: {}", partition.name, files.join(" "))
    };
    partitions.iter().map(line).collect()
}

#[test]
fn a_folder_of_files_is_one_delivery() {
    assert_eq!(found(&["household.csv", "person.csv"]), [": household.csv=household person.csv=person"]);
    assert_eq!(
        found(&["household.csv", "person/1.csv", "person/2.csv"]),
        [": household.csv=household person/1.csv=person person/2.csv=person"]
    );
    assert_eq!(found(&["household/1.csv", "person/1.csv"]), [": household/1.csv=household person/1.csv=person"]);
    assert_eq!(found(&["household/household.csv", "person/person.csv"]), [": household/household.csv=household person/person.csv=person"]);
    // The name of the folder alone makes no delivery of it.
    assert_eq!(found(&["household/1.csv"]), [": household/1.csv=household"]);
}

#[test]
fn folders_with_the_base_table_are_deliveries() {
    let two = found(&["a/household.csv", "a/person.csv", "b/某县农户.csv", "b/人员/1.csv"]);
    assert_eq!(two, ["a: a/household.csv=household a/person.csv=person", "b: b/人员/1.csv=person b/某县农户.csv=household"]);
    // Other folders do no harm if they hold no tables.
    assert_eq!(found(&["a/household.csv", "docs/notes.md"]), ["a: a/household.csv=household"]);
    // Within a delivery its own name says nothing.
    assert_eq!(found(&["person-2023/household.csv", "person-2023/1.csv"]), ["person-2023: person-2023/household.csv=household"]);
}

#[test]
fn one_folder_without_the_base_table_or_a_table_beside_makes_it_one_delivery() {
    assert_eq!(found(&["a/household.csv", "b/person.csv"]), [": a/household.csv=household b/person.csv=person"]);
    assert_eq!(found(&["a/household.csv", "person.csv"]), [": a/household.csv=household person.csv=person"]);
}

#[test]
fn deliveries_are_imported_one_after_the_other() {
    let data = Folder::new();
    for (name, household) in [("a", 1), ("b", 2)] {
        data.write(&format!("{name}/household.csv"), format!("户编号,行政区划代码\n{household},520222104203\n"));
        data.write(&format!("{name}/person.csv"), format!("户编号,人口编号,姓名\n{household},1,张\n{household},,李\n"));
    }
    let out = Folder::new();
    let (folder, rejects) = (out.path().join("register"), out.path().join("rejects"));
    let mut options = ImportOptions::default();
    options.reading.rejects = Some(rejects.clone());
    let report = run(data.path(), &folder, &options);
    assert_eq!(places(&report), ["FP0105 a/person.csv:3:person", "FP0105 b/person.csv:3:person"]);
    assert_eq!(report.manifest.parts.iter().map(|part| part.name.as_str()).collect::<Vec<_>>(), ["a-520222-1", "b-520222-1"]);
    assert_eq!(stored(&folder, "person", "name"), ["1:张", "2:张"]);
    assert_eq!(bytes(&rejects).keys().collect::<Vec<_>>(), ["person/a_person.csv.csv", "person/b_person.csv.csv"]);
}
