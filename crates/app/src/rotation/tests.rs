use std::path::Path;

use database::test_db::on_each_engine;
use database::{Db, Keyring};
use kernel::AreaCode;
use registry::declaration::{Answers, Declaration, State, store as declarations};
use registry::household::store::{Identities, Incoming, identities, import, shred};
use registry::observation::{Observation, store as observations};
use registry::sealing::store as sealing;
use registry::{Household, Member, PersonId};

use super::{masters, rotate};
use crate::account::{self, NewAccount};
use crate::dci::store as questions;
use crate::role::Role;
use crate::webhook::{Subscription, store as webhooks};
use crate::{doctor, migrations};

const NOW: i64 = 1_700_000_000_000_000;
pub(crate) const COUNTY: &str = "520222";
const VILLAGE: &str = "520222104203";

pub(crate) fn incoming(id: &str) -> Incoming {
    let mut household = Household::new(id, VILLAGE, "registered").unwrap();
    household.members.push(Member { id: PersonId("1".to_owned()), cells: Default::default(), joined_on: None, left: None });
    let identities = [("name", format!("name of {id}")), ("identity", "11010519491231002X".to_owned())];
    let identities = identities.map(|(field, text)| (("1".to_owned(), field.to_owned()), text));
    Incoming { household, identities: Identities::from(identities), spells: Vec::new() }
}

/// A household with a photograph and what it declared.
pub(crate) async fn with_photo_and_declaration(tx: &mut database::Tx, keys: &Keyring, id: &str) {
    import(tx, keys, vec![incoming(id)], "import", NOW).await.unwrap();
    let (case, on, actor) = ("c".to_owned(), "2023-11-15".to_owned(), "staff:a".to_owned());
    let seen = Observation { number: 1, case, on, at: NOW, actor, cells: Default::default(), photo: true };
    observations::insert(tx, keys, (COUNTY, id), &seen, Some("a photograph")).await.unwrap();
    let declaration = Declaration {
        county: COUNTY.to_owned(),
        id: format!("declaration of {id}"),
        village: VILLAGE.to_owned(),
        state: State::Accepted,
        due_on: String::new(),
        at: NOW,
        actor: "public".to_owned(),
        household: Some(id.to_owned()),
        case: None,
    };
    let text = || "said".to_owned();
    let answers = Answers {
        name: format!("name of {id}"),
        telephone: text(),
        identity: text(),
        village: VILLAGE.to_owned(),
        difficulty: text(),
        risk: text(),
    };
    declarations::insert(tx, keys, &declaration, &answers).await.unwrap();
}

async fn fill(db: &Db, keys: &Keyring) -> String {
    let mut tx = db.begin().await.unwrap();
    for id in ["h1", "h2", "h3"] {
        with_photo_and_declaration(&mut tx, keys, id).await;
    }
    shred(&mut tx, COUNTY, "h3").await.unwrap();
    let area = AreaCode::parse(COUNTY).unwrap();
    let (name, title, password_hash) = ("officer".to_owned(), "Officer".to_owned(), "no password".to_owned());
    let account = account::create(
        &mut tx,
        &NewAccount { name, title, role: Role::CountyOfficer, area, password_hash, handed_out: false },
        crate::role::OPERATOR,
        NOW,
    )
    .await
    .unwrap();
    account::enrolled(&mut tx, keys, &account, NOW).await.unwrap();
    account::begin_totp(&mut tx, keys, &account.id, NOW).await.unwrap();
    let (url, created_by) = ("https://receiver.example/".to_owned(), "staff:a".to_owned());
    let subscription = Subscription { id: "w1".to_owned(), area, url, created_at: NOW, created_by };
    webhooks::insert(&mut tx, keys, &subscription, "whsec_secret").await.unwrap();
    questions::insert(&mut tx, keys, &crate::housekeeping::tests::question("q1", NOW), "who is it?").await.unwrap();
    tx.commit().await.unwrap();
    account.id
}

async fn all_open(db: &Db, keys: &Keyring) {
    let mut tx = db.read().await.unwrap();
    for id in ["h1", "h2"] {
        let known = identities(&mut tx, keys, COUNTY, id).await.unwrap();
        assert_eq!(known[&("1".to_owned(), "name".to_owned())], format!("name of {id}"));
        assert_eq!(observations::photo(&mut tx, keys, COUNTY, id, 1).await.unwrap().as_deref(), Some("a photograph"));
        let (_, said) = declarations::open(&mut tx, keys, COUNTY, &format!("declaration of {id}")).await.unwrap();
        assert_eq!(said.name, format!("name of {id}"));
    }
    assert_eq!(identities(&mut tx, keys, COUNTY, "h3").await.unwrap_err().code(), "database.shredded");
    assert_eq!(webhooks::address(&mut tx, keys, "w1").await.unwrap().unwrap().1, "whsec_secret");
    assert_eq!(questions::open(&mut tx, keys, "q1").await.unwrap(), "who is it?");
    drop(tx);
    for checked in doctor::check(db, keys).await.unwrap() {
        assert!(checked.wrong.is_empty(), "{checked:?}");
    }
}

fn reopened(path: &Path) -> Keyring {
    Keyring::open(path).unwrap()
}

#[test]
fn everything_opens_under_the_new_key_and_nothing_under_the_old() {
    on_each_engine(&migrations(), async |db| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let mut keys = Keyring::open(&path).unwrap();
        fill(&db, &keys).await;
        let stolen = reopened(&path);
        let rotated = rotate(&db, &mut keys, &path, &|_| {}).await.unwrap();
        assert_eq!((rotated.master, rotated.households, rotated.declarations, rotated.secrets), (2, 2, 3, 4));
        assert!(masters(&db).await.unwrap().iter().all(|(master, _)| *master == Some(2)));
        let keys = reopened(&path);
        assert!(!keys.rotating() && keys.knows(2) && !keys.knows(1));
        all_open(&db, &keys).await;
        let mut tx = db.read().await.unwrap();
        assert!(identities(&mut tx, &stolen, COUNTY, "h1").await.is_err(), "the old key opens nothing");
        drop(tx);
        let wrong: Vec<String> = doctor::check(&db, &stolen).await.unwrap().into_iter().flat_map(|checked| checked.wrong).collect();
        assert!(wrong.iter().any(|why| why.contains("not in the key file")), "{wrong:?}");
    });
}

#[test]
fn a_rotation_that_broke_off_goes_on_where_it_stopped() {
    on_each_engine(&migrations(), async |db| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let mut keys = Keyring::open(&path).unwrap();
        let account = fill(&db, &keys).await;
        keys.rotate(&path).unwrap();
        let mut tx = db.begin().await.unwrap();
        let (sealed, last) = sealing::households(&mut tx, &keys, &Default::default(), 1).await.unwrap();
        assert_eq!((sealed, last), (1, Some((COUNTY.to_owned(), "h1".to_owned()))));
        tx.commit().await.unwrap();
        // Killed here; half of it is under either key, and all of it opens.
        let mut keys = reopened(&path);
        assert!(keys.rotating());
        all_open(&db, &keys).await;
        let rotated = rotate(&db, &mut keys, &path, &|_| {}).await.unwrap();
        assert_eq!((rotated.master, rotated.households), (2, 1), "the same key, and only the rest");
        all_open(&db, &reopened(&path)).await;
        let mut tx = db.begin().await.unwrap();
        account::forget_totp(&mut tx, &account, crate::role::OPERATOR, NOW).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(rotate(&db, &mut keys, &path, &|_| {}).await.unwrap().master, 3);
    });
}
