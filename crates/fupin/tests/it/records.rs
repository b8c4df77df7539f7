//! Files to records to files and back: nothing that the records hold changes on the way.

use std::collections::BTreeMap;
use std::path::Path;

use app::{Db, Keyring};
use registry::county::store as counties;
use registry::household::store as households;
use registry::spell::store as spells;

use crate::support::{county, folder, fupin, identify, ok, path, programme, tables, tree, write};

/// Every household with its personal columns and spells.
fn records(data: &Path) -> BTreeMap<String, String> {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let db = Db::open(&format!("sqlite:{}", data.join("records.db").display())).await.unwrap();
        let keys = Keyring::open(&data.join("keys.json")).unwrap();
        let mut tx = db.read().await.unwrap();
        let mut all = BTreeMap::new();
        for county in counties::list(&mut tx).await.unwrap() {
            for household in counties::page(&mut tx, &county, None, "", 10_000).await.unwrap() {
                let id = household.id.0.clone();
                let identities = households::identities(&mut tx, &keys, &county, &id).await.unwrap();
                let spells = spells::list(&mut tx, &county, &id).await.unwrap();
                all.insert(format!("{county}/{id}"), format!("{household:?} {identities:?} {spells:?}"));
            }
        }
        drop(tx);
        db.close().await;
        all
    })
}

/// Only what the records hold: households and their members, the second half of the villages moved to another county.
fn two_counties(into: &Path) {
    for (name, (header, rows)) in tables(&county().join("county/data")) {
        if name == "household.csv" || name == "person.csv" {
            write(into, &name, &header, &rows);
        }
    }
    let path = into.join("household.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap().to_owned();
    let at = header.split(',').position(|name| name == "行政区划代码").unwrap();
    let moved = |(number, line): (usize, &str)| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        if number % 2 == 1 {
            let code: u64 = cells[at].parse().unwrap();
            cells[at] = (code + 1_000_000).to_string();
        }
        cells.join(",")
    };
    write(into, "household.csv", &header, &lines.enumerate().map(moved).collect::<Vec<_>>());
}

/// Exports and gives (written, kept).
fn export(data: &Path, to: &Path, more: &[&str]) -> (u64, u64) {
    let (data, to, china) = (data.to_string_lossy().into_owned(), to.to_string_lossy().into_owned(), programme("china"));
    let mut args = vec!["--format", "json", "export", "--programme", &china, "--data", &data, "--to", &to];
    args.extend(more);
    let counts: serde_json::Value = serde_json::from_str(ok(&args).out.trim()).unwrap();
    (counts["written"].as_u64().unwrap(), counts["kept"].as_u64().unwrap())
}

fn import(files: &Path, work: &Path, name: &str) {
    let (china, files) = (programme("china"), files.to_string_lossy().into_owned());
    let (out, records) = (path(work, &format!("{name}-register")), path(work, name));
    ok(&["import", "--programme", &china, "--data", &files, "--out", &out, "--records", &records]);
}

const PERSONAL: [&str; 3] = ["--with-personal", "--reason", "a test of the whole way"];

#[test]
fn import_of_an_export_gives_the_same_records() {
    let work = folder();
    let (files, one, two) = (work.path().join("files"), work.path().join("one"), work.path().join("two"));
    two_counties(&files);
    import(&files, work.path(), "one");
    assert_eq!(export(&one, &work.path().join("out"), &PERSONAL), (2, 0));
    import(&work.path().join("out"), work.path(), "two");
    let before = records(&one);
    assert_eq!(before.len(), 600);
    assert_eq!(records(&two), before);
    // The same files again, byte for byte, from records that came by another way.
    export(&two, &work.path().join("again"), &PERSONAL);
    let parquet =
        |name: &str| tree(&work.path().join(name)).into_iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "parquet"));
    assert!(parquet("out").eq(parquet("again")));
    // Every household that was opened is in the access log, and the log is whole.
    let run = ok(&["--format", "json", "doctor", "--data", &path(work.path(), "one")]);
    assert!(run.out.contains("\"count\":600,\"wrong\":\"\""), "{}", run.out);
}

#[test]
fn only_counties_that_changed_are_written_again() {
    let work = folder();
    let (files, one, out) = (work.path().join("files"), work.path().join("one"), work.path().join("out"));
    two_counties(&files);
    import(&files, work.path(), "one");
    assert_eq!(export(&one, &out, &[]), (2, 0));
    assert_eq!(export(&one, &out, &[]), (0, 2));
    let before = tree(&out);
    let changed = before.keys().find(|path| path.ends_with("person.parquet")).unwrap().parent().unwrap().to_string_lossy().into_owned();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let db = Db::open(&format!("sqlite:{}", one.join("records.db").display())).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let mut household = counties::page(&mut tx, &changed, None, "", 1).await.unwrap().remove(0);
        household.status = "eliminated".to_owned();
        households::save(&mut tx, &mut household, "exited", "somebody", i64::MAX / 2).await.unwrap();
        tx.commit().await.unwrap();
        db.close().await;
    });
    assert_eq!(export(&one, &out, &[]), (1, 1));
    let after = tree(&out);
    let touched: Vec<String> =
        after.iter().filter(|(path, bytes)| before.get(*path) != Some(bytes)).map(|(p, _)| p.display().to_string()).collect();
    assert_eq!(touched, [format!("{changed}/household.parquet"), format!("{changed}/manifest.json"), "manifest.json".to_owned()]);
    // As it was before the change; then as it is now again.
    assert_eq!(export(&one, &out, &["--as-of", "2100-01-01"]), (2, 0));
    assert_eq!(
        tree(&out)[Path::new(&changed).join("household.parquet").as_path()],
        before[Path::new(&changed).join("household.parquet").as_path()]
    );
    // A file that was cut off is written again.
    assert_eq!(export(&one, &out, &[]), (2, 0));
    std::fs::write(out.join(&changed).join("person.parquet"), "PAR1").unwrap();
    assert_eq!(export(&one, &out, &[]), (1, 1));
    assert_eq!(tree(&out), after);
}

#[test]
fn names_stay_where_they_are_unless_there_is_a_reason() {
    let work = folder();
    let (files, one, out) = (work.path().join("files"), work.path().join("one"), work.path().join("out"));
    two_counties(&files);
    import(&files, work.path(), "one");
    let (data, to, china) = (path(work.path(), "one"), path(work.path(), "out"), programme("china"));
    let refused = fupin(&["export", "--programme", &china, "--data", &data, "--to", &to, "--with-personal"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    export(&one, &out, &[]);
    let text = std::fs::read_to_string(files.join("person.csv")).unwrap();
    let mut lines = text.lines();
    let at = lines.next().unwrap().split(',').position(|name| name == "证件号码").unwrap();
    let numbers: Vec<&str> = lines.map(|line| line.split(',').nth(at).unwrap()).filter(|n| n.len() == 18).collect();
    assert!(numbers.len() > 500);
    // A register of it says what the files hold, uncompressed.
    import(&out, work.path(), "two");
    let plain = format!("{:?}", records(&work.path().join("two")));
    assert!(!numbers.iter().any(|number| plain.contains(number)));
    let foreign = fupin(&["export", "--programme", &china, "--data", &data, "--to", &files.to_string_lossy()]);
    assert_eq!(foreign.code, 5, "{}", foreign.err);
    assert!(foreign.err.contains("FP0501"), "{}", foreign.err);
}

#[test]
fn proposals_on_exported_files_are_those_on_the_original_ones() {
    let work = folder();
    let (files, one, out) = (work.path().join("files"), work.path().join("one"), work.path().join("out"));
    two_counties(&files);
    import(&files, work.path(), "one");
    export(&one, &out, &PERSONAL);
    let expected = identify(&files, &work.path().join("identified"));
    assert_eq!(expected.len(), 601);
    assert_eq!(identify(&out, &work.path().join("identified-again")), expected);
}

#[test]
fn a_copy_of_the_database_is_verified_and_never_goes_over_another() {
    let work = folder();
    let (files, one) = (work.path().join("files"), work.path().join("one"));
    two_counties(&files);
    import(&files, work.path(), "one");
    let url = |name: &str| format!("sqlite:{}", path(work.path(), name));
    let run = ok(&["--format", "json", "copy", "--from", &url("one/records.db"), "--to", &url("two.db")]);
    assert!(run.out.contains("\"table\":\"household_version\",\"rows\":600,\"sha256\":"), "{}", run.out);
    std::fs::create_dir(work.path().join("two")).unwrap();
    std::fs::rename(work.path().join("two.db"), work.path().join("two/records.db")).unwrap();
    std::fs::copy(one.join("keys.json"), work.path().join("two/keys.json")).unwrap();
    assert_eq!(records(&work.path().join("two")), records(&one));
    let again = fupin(&["copy", "--from", &url("one/records.db"), "--to", &url("two/records.db")]);
    assert_eq!(again.code, 5, "{}", again.err);
    let nowhere = fupin(&["copy", "--from", &url("none.db"), "--to", &url("three.db")]);
    assert_eq!(nowhere.code, 3, "{}", nowhere.err);
    assert!(!work.path().join("none.db").exists());
}

#[test]
fn keys_are_made_new_and_a_backup_of_then_still_opens() {
    let work = folder();
    let (files, one) = (work.path().join("files"), work.path().join("one"));
    two_counties(&files);
    import(&files, work.path(), "one");
    let (data, china) = (path(work.path(), "one"), programme("china"));
    let backup = path(work.path(), "before.fupin");
    let run = ok(&["--format", "json", "backup", "--data", &data, "--to", &backup]);
    assert!(run.out.contains("\"files\":\"keys.json\"") && run.err.contains("holds the keys"), "{} {}", run.out, run.err);
    let before = records(&one);
    // Somebody uses the folder.
    let lock = std::fs::File::create(one.join(".lock")).unwrap();
    lock.lock_shared().unwrap();
    let busy = fupin(&["rotate-keys", "--data", &data]);
    assert!(busy.code == 5 && busy.err.contains("FP0509"), "{}", busy.err);
    lock.unlock().unwrap();
    let run = ok(&["--format", "json", "rotate-keys", "--data", &data]);
    assert!(run.out.contains("{\"master\":2,\"households\":600,"), "{}", run.out);
    assert_eq!(records(&one), before);
    ok(&["doctor", "--data", &data]);
    let restored = path(work.path(), "restored");
    ok(&["restore", "--from", &backup, "--data", &restored]);
    assert_eq!(records(&work.path().join("restored")), before);
    let again = fupin(&["restore", "--from", &backup, "--data", &restored]);
    assert_eq!(again.code, 5, "{}", again.err);
    let household = before.keys().next().unwrap().split('/').next_back().unwrap().to_owned();
    let kept = fupin(&["erase", "--programme", &china, "--data", &data, "--household", &household, "--reason", "a test"]);
    assert!(kept.code == 5 && kept.err.contains("FP0508"), "{}", kept.err);
    let nowhere = fupin(&["doctor", "--data", &path(work.path(), "nowhere")]);
    assert!(nowhere.code == 2 && !work.path().join("nowhere").exists(), "{}", nowhere.err);
}
