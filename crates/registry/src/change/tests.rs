use std::collections::BTreeMap;

use database::test_db::on_each_engine;
use database::{Db, Keyring, Tx};

use super::store::{Doing, change, lineage, merge_households, split_household};
use super::{Change, apply, merge, split};
use crate::household::store::{Identities, Incoming, find, find_as_of, identities, import};
use crate::household::{Household, Member, PersonId};
use crate::spell::{self, Closing};
use crate::{Error, MIGRATIONS};

const VILLAGE: &str = "520222104203";

fn person(id: &str) -> PersonId {
    PersonId(id.to_owned())
}

fn household(id: &str, people: &[&str]) -> Household {
    let mut household = Household::new(id, VILLAGE, "registered").unwrap();
    let member = |id: &&str| Member { id: person(id), cells: BTreeMap::new(), joined_on: None, left: None };
    household.members.extend(people.iter().map(member));
    household
}

fn present(household: &Household) -> Vec<&str> {
    household.present().map(|member| member.id.0.as_str()).collect()
}

#[test]
fn people_come_and_go_and_stay_in_the_record() {
    let mut h = household("h1", &["1", "2"]);
    let on = || "2024-03-01".to_owned();
    apply(&mut h, &Change::Born { person: person("3"), cells: BTreeMap::new(), on: on() }).unwrap();
    apply(&mut h, &Change::Died { person: person("1"), on: on() }).unwrap();
    assert_eq!((present(&h), h.members.len()), (vec!["2", "3"], 3));
    assert!(apply(&mut h, &Change::Died { person: person("1"), on: on() }).is_err(), "nobody dies twice");
    assert!(apply(&mut h, &Change::Born { person: person("1"), cells: BTreeMap::new(), on: on() }).is_err(), "a number is not used again");
    let elsewhere = apply(&mut h, &Change::Moved { village: "520301104203".to_owned(), on: on() });
    assert!(matches!(elsewhere, Err(Error::Refused(_))));
    apply(&mut h, &Change::Moved { village: "520222104299".to_owned(), on: on() }).unwrap();
    assert_eq!(h.village, "520222104299");
}

#[test]
fn a_split_and_a_merger_lose_nobody() {
    let mut old = household("h1", &["1", "2", "3"]);
    let new = split(&mut old, &[person("2"), person("3")], "h2", "2024-03-01").unwrap();
    assert_eq!((present(&old), present(&new)), (vec!["1"], vec!["2", "3"]));
    assert!(split(&mut old.clone(), &[person("1")], "h3", "2024-03-01").is_err(), "somebody stays");
    assert!(split(&mut old.clone(), &[], "h3", "2024-03-01").is_err(), "somebody leaves");
    let (mut into, mut from) = (household("h5", &["1", "2"]), household("h6", &["2", "7"]));
    merge(&mut into, &mut from, "2024-04-01").unwrap();
    assert_eq!((present(&into), present(&from)), (vec!["1", "2", "h6.2", "7"], vec![]));
    let mut itself = into.clone();
    assert!(merge(&mut into, &mut itself, "2024-04-01").is_err());
}

async fn write<T>(db: &Db, work: impl AsyncFnOnce(&mut Tx) -> T) -> T {
    let mut tx = db.begin().await.unwrap();
    let result = work(&mut tx).await;
    tx.commit().await.unwrap();
    result
}

#[test]
fn names_go_with_their_persons_and_lineage_stands_on_both_sides() {
    on_each_engine(MIGRATIONS, async |db| {
        let keys = Keyring::generate().unwrap();
        let names = |people: &[&str]| -> Identities {
            people.iter().map(|id| (((*id).to_owned(), "name".to_owned()), format!("甲{id}"))).collect()
        };
        let doing = Doing { actor: "cadre", at: 20, on: "2024-03-01" };
        write(&db, async |tx| {
            let incoming =
                |id: &str, people: &[&str]| Incoming { household: household(id, people), identities: names(people), spells: Vec::new() };
            import(tx, &keys, vec![incoming("h1", &["1", "2", "3"]), incoming("h6", &["1"])], "importer", 10).await.unwrap();
            split_household(tx, &keys, ("520222", "h1"), &[person("3")], "h2", doing).await.unwrap();
            merge_households(tx, &keys, "520222", "h2", "h6", Doing { at: 30, ..doing }).await.unwrap();
            let changed = Change::Died { person: person("2"), on: "2024-05-01".to_owned() };
            change(tx, "520222", "h1", 2, &changed, Doing { at: 40, ..doing }).await.unwrap();
            let stale = change(tx, "520222", "h1", 2, &changed, Doing { at: 41, ..doing }).await;
            assert!(stale.unwrap_err().conflict());
        })
        .await;
        let mut tx = db.read().await.unwrap();
        let h2 = find(&mut tx, "520222", "h2").await.unwrap();
        assert_eq!(present(&h2), ["3", "1"]);
        let known = identities(&mut tx, &keys, "520222", "h2").await.unwrap();
        assert_eq!(known.into_values().collect::<Vec<_>>(), ["甲1", "甲3"]);
        let links = lineage(&mut tx, "520222", "h2").await.unwrap();
        let words: Vec<(&str, &str)> = links.iter().map(|(kind, _, other, _)| (kind.as_str(), other.as_str())).collect();
        assert_eq!(words, [("split_from", "h1"), ("merged_from", "h6")]);
        assert_eq!(lineage(&mut tx, "520222", "h6").await.unwrap()[0].0, "merged_into");
        let before = find_as_of(&mut tx, "520222", "h1", 15).await.unwrap().unwrap();
        assert_eq!(present(&before), ["1", "2", "3"]);
        assert_eq!(present(&find(&mut tx, "520222", "h1").await.unwrap()), ["1"]);
    });
}

#[test]
fn a_household_that_falls_back_gets_a_new_spell() {
    on_each_engine(MIGRATIONS, async |db| {
        let mut tx = db.begin().await.unwrap();
        let tx = &mut tx;
        assert_eq!(spell::store::open(tx, "520222", "h1", "2014-06-01", "import", 1).await.unwrap(), 1);
        let twice = spell::store::open(tx, "520222", "h1", "2015-06-01", "case-1", 2).await.unwrap_err();
        assert_eq!(twice.code(), "registry.spell_open");
        assert!(spell::store::close(tx, "520222", "h1", "2013-01-01", "case-2", Closing::Lifted).await.is_err());
        spell::store::close(tx, "520222", "h1", "2017-12-01", "case-2", Closing::Lifted).await.unwrap();
        assert_eq!(
            spell::store::close(tx, "520222", "h1", "2018-12-01", "case-2", Closing::Lifted).await.unwrap_err().code(),
            "registry.no_spell"
        );
        assert!(spell::store::open(tx, "520222", "h1", "2016-01-01", "case-3", 3).await.is_err(), "spells do not overlap");
        assert_eq!(spell::store::open(tx, "520222", "h1", "2021-03-01", "case-3", 4).await.unwrap(), 2);
        let spells = spell::store::list(tx, "520222", "h1").await.unwrap();
        assert_eq!(spells.iter().map(|s| (s.number, s.open())).collect::<Vec<_>>(), [(1, false), (2, true)]);
        assert_eq!(spells[0].closed_how.as_deref(), Some("lifted"));
    });
}
