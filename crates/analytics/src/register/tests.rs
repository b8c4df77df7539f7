mod faults;
mod partitions;
mod replace;

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::reading::tests::{Folder, place, programme, texts};

const HOUSEHOLDS: &str = "户编号,行政区划代码,纯收入\n1,520222104203,12600\n2,520222104204,3900.5\n3,520203100200,0\n";
const PERSONS: &str = "户编号,人口编号,姓名,证件号码\n1,1,张秀英,11010519491231002X\n1,2,王国强,\n2,1,李芳,\n3,1,赵敏,\n";
const VEHICLES: &str = "身份证号,号牌号码,购置价格\n11010519491231002X,贵A00001,8万\n110105198001010032,贵A00002,5万\n";

fn good() -> Folder {
    Folder::new().with("household.csv", HOUSEHOLDS).with("person.csv", PERSONS).with("vehicle.csv", VEHICLES)
}

fn run(data: &Path, folder: &Path, options: &ImportOptions) -> ImportReport {
    let report = import(&programme(), data, folder, options, &mut |_| {}).unwrap();
    for (table, counts) in &report.manifest.counts {
        assert_eq!(counts.read, counts.accepted + counts.rejected, "REG-1: {table}");
    }
    report
}

fn plain(data: &Path, folder: &Path) -> ImportReport {
    run(data, folder, &ImportOptions::default())
}

fn places(report: &ImportReport) -> Vec<String> {
    report.findings.iter().map(place).collect()
}

/// All rows of a table, `household:column`, in the order of the register.
fn stored(folder: &Path, table: &str, column: &str) -> Vec<String> {
    let register = Register::open(folder).unwrap();
    let mut all = Vec::new();
    for part in &register.manifest.parts {
        let columns = ["household".to_owned(), column.to_owned()];
        for batch in register.read(part, table, &columns).unwrap().into_iter().flatten() {
            let texts = texts(&batch.unwrap());
            all.extend(texts["household"].iter().zip(&texts[column]).map(|(household, cell)| format!("{household}:{cell}")));
        }
    }
    all
}

/// All files below a folder with their bytes.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.insert(path.strip_prefix(folder).unwrap().display().to_string(), std::fs::read(&path).unwrap());
            }
        }
    }
    all
}

#[test]
fn tables_are_stored_in_the_order_of_their_households() {
    let (data, out) = (good(), Folder::new());
    let folder = out.path().join("register");
    let report = plain(data.path(), &folder);
    assert_eq!(places(&report), Vec::<String>::new());
    assert_eq!(report.manifest.households(), 3);
    let names: Vec<&str> = report.manifest.parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["520203-1", "520222-2"]);
    assert_eq!(stored(&folder, "household", "income"), ["3:0", "1:1260000", "2:390050"]);
    assert_eq!(stored(&folder, "person", "name"), ["3:赵敏", "1:张秀英", "1:王国强", "2:李芳"]);
    assert_eq!(stored(&folder, "vehicle", "plate"), ["1:贵A00001"]);
    assert_eq!(stored(&folder, "vehicle.unmatched", "plate"), ["-:贵A00002"]);
    assert_eq!(bytes(out.path()).keys().filter(|name| !name.ends_with(".parquet")).collect::<Vec<_>>(), ["register/register.json"]);
}

#[test]
fn rows_may_come_in_any_order_and_number_of_files() {
    let (data, out) = (good(), Folder::new());
    plain(data.path(), &out.path().join("one"));
    let shuffled = Folder::new()
        .with("a/person-2.csv", "户编号,人口编号,姓名,证件号码\n3,1,赵敏,\n1,2,王国强,\n")
        .with("person/1.csv", "人口编号,户编号,姓名,证件号码\n1,2,李芳,\n1,1,张秀英,11010519491231002X\n")
        .with("household.csv", HOUSEHOLDS)
        .with("某县车辆登记表.csv", VEHICLES);
    plain(shuffled.path(), &out.path().join("many"));
    let parts = |name: &str| bytes(&out.path().join(name).join("parts"));
    assert_eq!(parts("one"), parts("many"));
}

#[test]
fn a_household_of_hundreds_is_kept_whole() {
    let persons: String = (1..=350).map(|n| format!("2,{n},成员{n}\n")).collect();
    let data =
        Folder::new().with("household.csv", HOUSEHOLDS).with("person.csv", format!("户编号,人口编号,姓名\n1,1,甲\n3,1,乙\n{persons}"));
    let out = Folder::new();
    let folder = out.path().join("register");
    assert_eq!(places(&plain(data.path(), &folder)), Vec::<String>::new());
    assert_eq!(stored(&folder, "person", "name").iter().filter(|row| row.starts_with("2:")).count(), 350);
}
