use std::collections::BTreeMap;

use database::test_db::on_each_engine;
use database::{Db, Keyring};
use kernel::{AreaCode, AreaLevel};
use proptest::prelude::*;

use super::store::{
    After, Identities, ImportCounts, Incoming, find, find_as_of, identities, import, list, save, search, shred, tally, versions,
};
use super::{Cell, Household, Member, PersonId, county_of};
use crate::MIGRATIONS;

fn household(id: &str, village: &str, people: usize) -> Household {
    let mut household = Household::new(id, village, "registered").unwrap();
    household.cells.insert("cause_main".to_owned(), Cell::Text("illness".to_owned()));
    household.cells.insert("net_income".to_owned(), Cell::Number(390_000));
    let member = |n: usize| Member { id: PersonId(n.to_string()), cells: BTreeMap::new(), joined_on: None, left: None };
    household.members.extend((1..=people).map(member));
    household
}

fn incoming(id: &str, village: &str, name: &str) -> Incoming {
    let identities = [("name", name), ("identity", "11010519491231002X"), ("phone", "13800012345")];
    let identities = identities.map(|(field, text)| (("1".to_owned(), field.to_owned()), text.to_owned()));
    Incoming { household: household(id, village, 2), identities: Identities::from(identities), spells: Vec::new() }
}

async fn write<T>(db: &Db, work: impl AsyncFnOnce(&mut database::Tx) -> T) -> T {
    let mut tx = db.begin().await.unwrap();
    let result = work(&mut tx).await;
    tx.commit().await.unwrap();
    result
}

#[test]
fn the_county_is_the_first_six_digits() {
    assert_eq!(county_of("520222104203").unwrap(), "520222");
    assert_eq!(county_of("520200104203").unwrap(), "520200");
    for wrong in ["52", "5202", "abc", ""] {
        assert!(county_of(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_import_is_idempotent_and_counts_add_up() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        let three = || ["h1", "h2", "h3"].map(|id| incoming(id, "520222104203", "王秀英")).to_vec();
        let first = write(&db, async |tx| import(tx, &keys, three(), "importer", 10).await.unwrap()).await;
        assert_eq!(first, ImportCounts { new: 3, changed: 0, same: 0 });
        let again = write(&db, async |tx| import(tx, &keys, three(), "importer", 20).await.unwrap()).await;
        assert_eq!(again, ImportCounts { new: 0, changed: 0, same: 3 });
        let mut changed = three();
        changed[1].household.cells.insert("net_income".to_owned(), Cell::Number(1));
        changed[2].identities.insert(("1".to_owned(), "name".to_owned()), "王秀兰".to_owned());
        let counts = write(&db, async |tx| import(tx, &keys, changed.clone(), "importer", 30).await.unwrap()).await;
        assert_eq!(counts, ImportCounts { new: 0, changed: 2, same: 1 });
        let counts = write(&db, async |tx| import(tx, &keys, changed, "importer", 40).await.unwrap()).await;
        assert_eq!(counts.same, 3);
        let mut tx = db.read().await.unwrap();
        assert_eq!(find(&mut tx, "520222", "h2").await.unwrap().version, 2);
        assert_eq!(identities(&mut tx, &keys, "520222", "h3").await.unwrap()[&("1".to_owned(), "name".to_owned())], "王秀兰");
    });
}

#[test]
fn people_are_found_by_number_and_by_its_end_inside_the_area_only() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        write(&db, async |tx| {
            import(tx, &keys, vec![incoming("h1", "520222104203", "王秀英")], "importer", 1).await.unwrap();
            import(tx, &keys, vec![incoming("h9", "520301104203", "李四")], "importer", 1).await.unwrap();
        })
        .await;
        let mut tx = db.read().await.unwrap();
        let area = |text: &str| AreaCode::parse(text).unwrap();
        let mut found = async |at: &str, field: &str, value: &str| -> Vec<String> {
            search(&mut tx, &keys, area(at), field, value).await.unwrap().into_iter().map(|(_, id, _)| id.0).collect()
        };
        assert_eq!(found("5202", "identity", "11010519491231002x").await, ["h1"]);
        assert_eq!(found("52", "identity_tail", "002X").await, ["h1", "h9"]);
        assert_eq!(found("52", "phone_tail", "2345").await, ["h1", "h9"]);
        assert_eq!(found("52", "name", "李四").await, ["h9"]);
        assert_eq!(found("520222", "name", "李四").await, Vec::<String>::new());
    });
}

#[test]
fn nothing_personal_stands_in_the_database_in_plain() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        write(&db, async |tx| import(tx, &keys, vec![incoming("h1", "520222104203", "王秀英")], "importer", 1).await.unwrap()).await;
        let mut tx = db.read().await.unwrap();
        let doc = tx.row("select doc from household_version", &[]).await.unwrap().unwrap().text(0).unwrap();
        assert!(!doc.contains("王秀英") && !doc.contains("1101051949") && !doc.contains("138000"), "{doc}");
        for row in tx.rows("select sealed from identity", &[]).await.unwrap() {
            let sealed = row.bytes(0).unwrap();
            assert!(!sealed.windows(9).any(|bytes| bytes == "王秀英".as_bytes()));
        }
    });
}

#[test]
fn shredding_forgets_the_people_and_keeps_the_figures() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        write(&db, async |tx| import(tx, &keys, vec![incoming("h1", "520222104203", "王秀英")], "importer", 1).await.unwrap()).await;
        write(&db, async |tx| shred(tx, "520222", "h1").await.unwrap()).await;
        let mut tx = db.read().await.unwrap();
        let error = identities(&mut tx, &keys, "520222", "h1").await.unwrap_err();
        assert_eq!(error.code(), "database.shredded");
        assert!(search(&mut tx, &keys, AreaCode::WHOLE, "name", "王秀英").await.unwrap().is_empty());
        assert_eq!(find(&mut tx, "520222", "h1").await.unwrap().people(), 2);
    });
}

#[test]
fn a_stale_copy_is_refused() {
    on_each_engine(MIGRATIONS, async |db| {
        let mut tx = db.begin().await.unwrap();
        let mut mine = household("h1", "520222104203", 2);
        save(&mut tx, &mut mine, "made", "a", 1).await.unwrap();
        let mut theirs = mine.clone();
        save(&mut tx, &mut mine, "declared", "a", 2).await.unwrap();
        let error = save(&mut tx, &mut theirs, "declared", "b", 3).await.unwrap_err();
        assert!(error.conflict(), "{error}");
    });
}

#[test]
fn lists_page_without_gaps_or_repeats_and_stay_in_their_area() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        write(&db, async |tx| {
            for (village, count) in [("520222104201", 7), ("520222104202", 5), ("520222105201", 3)] {
                let rows = (0..count).map(|n| incoming(&format!("{village}-{n}"), village, "某")).collect();
                import(tx, &keys, rows, "importer", 1).await.unwrap();
            }
            import(tx, &keys, vec![incoming("far", "520301104203", "某")], "importer", 1).await.unwrap();
        })
        .await;
        let mut tx = db.read().await.unwrap();
        let township = AreaCode::parse("520222104").unwrap();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = list(&mut tx, township, after.as_ref(), 4).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(After { county: last.county.clone(), village: last.village.clone(), id: last.id.0.clone() });
            seen.extend(page.into_iter().map(|line| line.id.0));
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), &seen), (12, &sorted));
        let by_township = tally(&mut tx, AreaCode::parse("520222").unwrap(), AreaLevel::Township).await.unwrap();
        let expected = [("520222104", 12, 24), ("520222105", 3, 6)].map(|(a, h, p)| (a.to_owned(), "registered".to_owned(), h, p));
        assert_eq!(by_township, expected);
    });
}

/// REG-2: whatever happens, the register as of each past instant is what was seen then.
#[test]
fn the_past_stays_as_it_was_seen() {
    let steps = proptest::collection::vec((0..4_usize, 0..5_i64), 1..24);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 12, ..ProptestConfig::default() });
    runner
        .run(&steps, |steps| {
            on_each_engine(MIGRATIONS, async |db| {
                let mut seen: Vec<(i64, BTreeMap<String, Household>)> = Vec::new();
                let mut now: BTreeMap<String, Household> = BTreeMap::new();
                for (at, (which, value)) in (1_i64..).zip(&steps) {
                    let id = format!("h{which}");
                    let mut changed = now.get(&id).cloned().unwrap_or_else(|| household(&id, "520222104203", 1));
                    changed.cells.insert("value".to_owned(), Cell::Number(*value));
                    write(&db, async |tx| save(tx, &mut changed, "declared", "a", at * 10).await.unwrap()).await;
                    now.insert(id, changed);
                    seen.push((at * 10 + 5, now.clone()));
                }
                let mut tx = db.read().await.unwrap();
                for (at, expected) in &seen {
                    for id in ["h0", "h1", "h2", "h3"] {
                        assert_eq!(find_as_of(&mut tx, "520222", id, *at).await.unwrap().as_ref(), expected.get(id));
                    }
                }
                for (id, household) in &now {
                    let numbers: Vec<i64> = versions(&mut tx, "520222", id).await.unwrap().iter().map(|v| v.number).collect();
                    assert_eq!(numbers, (1..=household.version).collect::<Vec<_>>());
                }
            });
            Ok(())
        })
        .unwrap();
}
