use crate::seal::Keyring;
use crate::test_db::on_each_engine;
use crate::{Db, Error, Kind, Migration, Value};

const THINGS: &[Migration] = &[
    Migration {
        version: 1,
        name: "things",
        sql: "create table thing (id text primary key, n bigint, open boolean, bytes bytea, version bigint not null default 1);
              create index thing_n on thing (n);",
    },
    Migration { version: 2, name: "more", sql: "alter table thing add column note text;" },
];

#[test]
fn every_type_comes_back_as_it_went_in() {
    on_each_engine(THINGS, async |db| {
        let mut tx = db.begin().await.unwrap();
        let full = vec!["a".into(), i64::MAX.into(), true.into(), vec![0_u8, 255].into(), "扶贫".into()];
        let empty = vec!["b".into(), Value::Long(None), Value::Flag(None), Value::Bytes(None), Value::Text(None)];
        assert_eq!(tx.insert("thing (id, n, open, bytes, note)", &[full, empty], "").await.unwrap(), 2);
        tx.commit().await.unwrap();
        let mut tx = db.read().await.unwrap();
        let rows = tx.rows("select id, n, open, bytes, note from thing order by id", &[]).await.unwrap();
        assert_eq!(rows[0].text(0).unwrap(), "a");
        assert_eq!(rows[0].long(1).unwrap(), i64::MAX);
        assert!(rows[0].flag(2).unwrap());
        assert_eq!(rows[0].bytes(3).unwrap(), vec![0, 255]);
        assert_eq!(rows[0].text_or_none(4).unwrap().as_deref(), Some("扶贫"));
        assert_eq!(rows[1].long_or_none(1).unwrap(), None);
        assert_eq!(rows[1].bytes_or_none(3).unwrap(), None);
        assert!(rows[1].long(1).is_err(), "nothing is not zero");
    });
}

#[test]
fn what_is_not_committed_never_happened() {
    on_each_engine(THINGS, async |db| {
        let mut tx = db.begin().await.unwrap();
        tx.execute("insert into thing (id) values ($1)", &["a".into()]).await.unwrap();
        drop(tx);
        let mut tx = db.read().await.unwrap();
        assert!(tx.row("select id from thing", &[]).await.unwrap().is_none());
    });
}

#[test]
fn a_second_of_the_same_key_is_a_conflict_and_a_stale_version_too() {
    on_each_engine(THINGS, async |db| {
        let mut tx = db.begin().await.unwrap();
        tx.execute("insert into thing (id) values ($1)", &["a".into()]).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let twice = tx.execute("insert into thing (id) values ($1)", &["a".into()]).await.unwrap_err();
        assert!(matches!(twice, Error::Constraint(_)) && twice.kind() == Kind::Conflict, "{twice}");
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        let update = "update thing set version = version + 1 where id = $1 and version = $2";
        tx.execute_one(update, &["a".into(), 1_i64.into()]).await.unwrap();
        let stale = tx.execute_one(update, &["a".into(), 1_i64.into()]).await.unwrap_err();
        assert_eq!((stale.kind(), stale.code()), (Kind::Conflict, "database.stale"));
    });
}

#[test]
fn fifty_writers_lose_nothing() {
    on_each_engine(THINGS, async |db| {
        let mut tx = db.begin().await.unwrap();
        tx.execute("insert into thing (id, n) values ('sum', 0)", &[]).await.unwrap();
        tx.commit().await.unwrap();
        let writers: Vec<_> = (0..50).map(|_| tokio::spawn(add_one(db.clone()))).collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let mut tx = db.read().await.unwrap();
        assert_eq!(tx.row("select n from thing where id = 'sum'", &[]).await.unwrap().unwrap().long(0).unwrap(), 50);
    });
}

async fn add_one(db: Db) {
    loop {
        let mut tx = db.begin().await.unwrap();
        let row = tx.row("select n, version from thing where id = 'sum'", &[]).await.unwrap().unwrap();
        let values = [(row.long(0).unwrap() + 1).into(), row.long(1).unwrap().into()];
        match tx.execute_one("update thing set n = $1, version = version + 1 where id = 'sum' and version = $2", &values).await {
            Ok(()) => return tx.commit().await.unwrap(),
            Err(error) => assert_eq!(error.kind(), Kind::Conflict, "{error}"),
        }
    }
}

#[test]
fn many_rows_go_in_with_few_statements() {
    on_each_engine(THINGS, async |db| {
        let rows: Vec<Vec<Value>> = (0..1_234_i64).map(|n| vec![format!("{n:05}").into(), n.into()]).collect();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(tx.insert("thing (id, n)", &rows, "").await.unwrap(), 1_234);
        assert_eq!(tx.insert("thing (id, n)", &rows, "on conflict (id) do nothing").await.unwrap(), 0, "again changes nothing");
        let sum = tx.row("select count(*), cast(sum(n) as bigint) from thing", &[]).await.unwrap().unwrap();
        assert_eq!((sum.long(0).unwrap(), sum.long(1).unwrap()), (1_234, 1_233 * 1_234 / 2));
    });
}

#[test]
fn text_sorts_by_its_bytes_on_both_engines() {
    on_each_engine(THINGS, async |db| {
        let mut tx = db.begin().await.unwrap();
        for id in ["a1", "B", "a_1", "b", "A", "村"] {
            tx.execute("insert into thing (id) values ($1)", &[id.into()]).await.unwrap();
        }
        let rows = tx.rows("select id from thing order by id", &[]).await.unwrap();
        let order: Vec<String> = rows.iter().map(|row| row.text(0).unwrap()).collect();
        assert_eq!(order, ["A", "B", "a1", "a_1", "b", "村"]);
    });
}

#[test]
fn migrations_run_once_and_a_newer_database_is_refused() {
    on_each_engine(THINGS, async |db| {
        db.migrate(THINGS).await.unwrap();
        let older = db.migrate(&THINGS[..1]).await.unwrap_err();
        assert_eq!(older.code(), "database.migrate");
    });
}

#[test]
fn what_is_no_database_says_what_is() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let message = |url: &str| match runtime.block_on(Db::open(url)) {
        Ok(_) => panic!("it opened"),
        Err(error) => error.to_string(),
    };
    assert!(message("mysql://x").contains("sqlite:FILE"));
    let away = message("postgres://someone:secret@127.0.0.1:1/x");
    assert!(away.contains("127.0.0.1") && !away.contains("secret"), "{away}");
}

#[test]
fn sealed_columns_open_only_in_their_place_and_with_their_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    let mut keys = Keyring::open(&path).unwrap();
    let (key, wrapped) = keys.new_key("520/h1").unwrap();
    let sealed = key.seal("p1.name", "王秀英").unwrap();
    assert!(!sealed.windows(3).any(|bytes| bytes == "王".as_bytes()));
    assert_ne!(sealed, key.seal("p1.name", "王秀英").unwrap(), "equal values look different");
    assert_eq!(key.open("p1.name", &sealed).unwrap(), "王秀英");
    assert!(key.open("p2.name", &sealed).is_err(), "moved to another person");
    let mut changed = sealed;
    *changed.last_mut().unwrap() ^= 1;
    assert!(key.open("p1.name", &changed).is_err());
    assert!(keys.unwrap(&wrapped, "520/h2").is_err(), "given to another household");
    // After a rotation old data keys still open, new ones carry the new number, and the file gives the same keys again.
    keys.rotate(&path).unwrap();
    let again = Keyring::open(&path).unwrap();
    assert_eq!(again.unwrap(&wrapped, "520/h1").unwrap(), key);
    let anew = again.wrap(&key, "520/h1").unwrap();
    assert_eq!((Keyring::sealed_by(&wrapped), Keyring::sealed_by(&anew)), (Some(1), Some(2)));
    assert!(matches!(again.unwrap(&[], "520/h1"), Err(Error::Shredded)));
    // Sealed anew, the value is the same under another key; what the retired key has sealed stays closed.
    let old = again.unwrap(&wrapped, "520/h1").unwrap().seal("p1.name", "王秀英").unwrap();
    let (anew, columns) = again.reseal("520/h1", &wrapped, &[("p1.name", old)]).unwrap();
    let mut again = again;
    assert!(again.rotating());
    again.retire(&path).unwrap();
    let last = Keyring::open(&path).unwrap();
    assert!(!last.rotating() && last.knows(2) && !last.knows(1));
    let new = last.unwrap(&anew, "520/h1").unwrap();
    assert_ne!(new, key);
    assert_eq!(new.open("p1.name", &columns[0]).unwrap(), "王秀英");
    assert!(last.unwrap(&wrapped, "520/h1").is_err());
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn blind_indexes_find_equal_values_only() {
    let keys = Keyring::generate().unwrap();
    assert_eq!(keys.index("identity", "11010519491231002x"), keys.index("identity", " 11010519491231002X "));
    assert_ne!(keys.index("identity", "13800000000"), keys.index("phone", "13800000000"));
    assert_ne!(keys.index("phone", "13800000000"), Keyring::generate().unwrap().index("phone", "13800000000"));
    assert_eq!(keys.index("phone", "13800000000").len(), 16);
}
