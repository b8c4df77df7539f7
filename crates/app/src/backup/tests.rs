use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use database::test_db::{on_each_engine, on_each_pair};
use database::{Db, Keyring};
use kernel::AreaCode;
use registry::household::store::{Identities, Incoming, find, identities, import};
use registry::{Household, Member, PersonId};

use super::{BackingUp, Restoring, back_up, restore};
use crate::access_log::{Entry, store as log};
use crate::doctor;
use crate::error::{Error, Kind};
use crate::migrations;
use crate::permission::{Action, Purpose};
use crate::role::{HouseholdKey, OPERATOR};

const COUNTY: &str = "520222";

fn incoming(id: &str) -> Incoming {
    let mut household = Household::new(id, "520222104203", "registered").unwrap();
    household.members.push(Member { id: PersonId("1".to_owned()), cells: Default::default(), joined_on: None, left: None });
    Incoming {
        household,
        identities: Identities::from([(("1".to_owned(), "name".to_owned()), format!("name of {id}"))]),
        spells: Vec::new(),
    }
}

/// A household with its name and a look at it, acknowledged when this returns.
async fn write(db: &Db, keys: &Keyring, id: &str) {
    let mut tx = db.begin().await.unwrap();
    import(&mut tx, keys, vec![incoming(id)], "import", 10).await.unwrap();
    let household = HouseholdKey::new(AreaCode::parse(COUNTY).unwrap(), id);
    let entry = Entry {
        at: 10,
        principal: OPERATOR.to_owned(),
        role: OPERATOR.to_owned(),
        action: Action::ViewIdentity,
        household,
        purpose: Purpose::Audit,
        fields: String::new(),
        reason: String::new(),
        allowed: true,
        policy: String::new(),
    };
    log::append(&mut tx, keys, &[entry]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Looks whether a restored folder holds these households, and whether it is whole.
async fn holds(data: &Path, database: Option<&str>, ids: &[String]) {
    let url = database.map_or_else(|| format!("sqlite:{}/records.db", data.display()), str::to_owned);
    let (db, keys) = (Db::open(&url).await.unwrap(), Keyring::open(&data.join("keys.json")).unwrap());
    let mut tx = db.read().await.unwrap();
    for id in ids {
        assert_eq!(find(&mut tx, COUNTY, id).await.unwrap().version, 1, "{id}");
        let opened = identities(&mut tx, &keys, COUNTY, id).await.unwrap();
        assert_eq!(opened[&("1".to_owned(), "name".to_owned())], format!("name of {id}"));
    }
    drop(tx);
    for checked in doctor::check(&db, &keys).await.unwrap() {
        assert!(checked.wrong.is_empty(), "{checked:?}");
    }
    db.close().await;
}

fn data_folder() -> (tempfile::TempDir, Keyring) {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keyring::open(&folder.path().join("keys.json")).unwrap();
    std::fs::write(folder.path().join("dci.key"), "a key").unwrap();
    std::fs::write(folder.path().join("messages.jsonl"), "{}").unwrap();
    (folder, keys)
}

#[test]
fn a_backup_taken_while_others_write_holds_everything_acknowledged_before() {
    on_each_engine(&migrations(), async |db| {
        let (data, keys) = data_folder();
        let (keys, acknowledged, stop) = (Arc::new(keys), Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let writer = |number: usize| {
            let (db, keys, acknowledged, stop) = (db.clone(), Arc::clone(&keys), Arc::clone(&acknowledged), Arc::clone(&stop));
            tokio::spawn(async move {
                for round in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let id = format!("{number}-{round:05}");
                    write(&db, &keys, &id).await;
                    acknowledged.lock().unwrap().push(id);
                }
            })
        };
        let writers: Vec<_> = (0..4).map(writer).collect();
        while acknowledged.lock().unwrap().len() < 50 {
            tokio::task::yield_now().await;
        }
        let before = acknowledged.lock().unwrap().clone();
        let file = data.path().join("backup.fupin");
        let what = BackingUp { data: data.path(), to: &file, with_keys: true, at: 20 };
        let about = back_up(&db, what, &|_| {}).await.unwrap();
        let after = acknowledged.lock().unwrap().len();
        stop.store(true, Ordering::SeqCst);
        for writer in writers {
            writer.await.unwrap();
        }
        assert!(after > before.len(), "others wrote meanwhile");
        assert_eq!(about.files, ["dci.key", "keys.json"]);
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let again = back_up(&db, what, &|_| {}).await.unwrap_err();
        assert_eq!(again.kind(), Kind::Conflict, "a backup never goes over another: {again}");
        let restored = data.path().join("restored");
        let restoring = Restoring { from: &file, data: &restored, database: None, keys: None };
        assert_eq!(restore(restoring, &|_| {}).await.unwrap(), about);
        holds(&restored, None, &before).await;
        assert_eq!(std::fs::read_to_string(restored.join("dci.key")).unwrap(), "a key");
        let bytes = std::fs::read(restored.join("records.db")).unwrap();
        assert!(!bytes.windows(7).any(|seven| seven == b"masters"), "keys stay out of the database");
        assert!(matches!(restore(restoring, &|_| {}).await, Err(Error::Exists(_))), "not over what is there");
        assert_eq!(std::fs::read_dir(&restored).unwrap().count(), 3);
    });
}

#[test]
fn a_backup_without_keys_needs_those_of_the_folder() {
    on_each_engine(&migrations(), async |db| {
        let (data, keys) = data_folder();
        write(&db, &keys, "h1").await;
        let (file, restored) = (data.path().join("backup.fupin"), data.path().join("restored"));
        back_up(&db, BackingUp { data: data.path(), to: &file, with_keys: false, at: 20 }, &|_| {}).await.unwrap();
        assert!(!std::fs::read(&file).unwrap().windows(7).any(|seven| seven == b"masters"));
        let without = Restoring { from: &file, data: &restored, database: None, keys: None };
        assert!(matches!(restore(without, &|_| {}).await, Err(Error::NoKeys)));
        assert_eq!(std::fs::read_dir(&restored).unwrap().count(), 0, "nothing half restored");
        restore(Restoring { keys: Some(data.path()), ..without }, &|_| {}).await.unwrap();
        holds(&restored, None, &["h1".to_owned()]).await;
    });
}

#[test]
fn a_changed_backup_is_refused_and_leaves_nothing() {
    on_each_engine(&migrations(), async |db| {
        let (data, keys) = data_folder();
        write(&db, &keys, "h1").await;
        let (file, restored) = (data.path().join("backup.fupin"), data.path().join("restored"));
        back_up(&db, BackingUp { data: data.path(), to: &file, with_keys: true, at: 20 }, &|_| {}).await.unwrap();
        let changed = Db::open(&database::backup::url(&file)).await.unwrap();
        let mut tx = changed.begin().await.unwrap();
        tx.execute("update household set status = 'none'", &[]).await.unwrap();
        tx.commit().await.unwrap();
        changed.close().await;
        let what = Restoring { from: &file, data: &restored, database: None, keys: None };
        let error = restore(what, &|_| {}).await.unwrap_err();
        assert!(error.to_string().contains("household"), "{error}");
        assert_eq!(std::fs::read_dir(&restored).unwrap().count(), 0);
        std::fs::write(&file, "no backup at all").unwrap();
        assert!(restore(what, &|_| {}).await.is_err());
    });
}

#[test]
fn a_backup_goes_back_into_either_engine() {
    on_each_pair(async |from, to| {
        let Some(target) = to.address() else { return };
        let (data, keys) = data_folder();
        from.migrate(&migrations()).await.unwrap();
        write(&from, &keys, "h1").await;
        let (file, restored) = (data.path().join("backup.fupin"), data.path().join("restored"));
        back_up(&from, BackingUp { data: data.path(), to: &file, with_keys: true, at: 20 }, &|_| {}).await.unwrap();
        let what = Restoring { from: &file, data: &restored, database: Some(&target), keys: None };
        restore(what, &|_| {}).await.unwrap();
        holds(&restored, Some(&target), &["h1".to_owned()]).await;
        assert!(!restored.join("records.db").exists());
    });
}
