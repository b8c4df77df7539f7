use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::{TableSum, copy, sums_of, tables_of};
use crate::test_db::{on_each_engine, on_each_pair};
use crate::{Db, Error, Migration, Value};

const TABLES: &[Migration] = &[
    Migration {
        version: 2,
        name: "children",
        sql: "create table child (a text not null, b bytea not null, parent text not null references parent (id), n bigint, yes boolean,
                primary key (b, a));
              create table head (id bigint primary key, n bigint not null);
              insert into head (id, n) values (1, 0);",
    },
    Migration { version: 1, name: "parents", sql: "create table parent (id text primary key);" },
    Migration { version: 3, name: "more", sql: "alter table child add column note text;" },
];

type Cells = (String, Vec<u8>, Option<i64>, Option<bool>, Option<String>);

fn cell() -> impl Strategy<Value = Cells> {
    ("[a-zA-Z_村0-9]{0,3}", prop::collection::vec(any::<u8>(), 0..3), any::<Option<i64>>(), any::<Option<bool>>(), any::<Option<bool>>())
        .prop_map(|(a, b, n, yes, note)| (a, b, n, yes, note.map(|some| if some { "王".to_owned() } else { String::new() })))
}

async fn sums(db: &Db) -> Vec<TableSum> {
    let names: Vec<String> = tables_of(TABLES).into_iter().map(str::to_owned).collect();
    sums_of(db, &names).await.unwrap()
}

async fn fill(db: &Db, rows: &[Cells]) {
    let mut tx = db.begin().await.unwrap();
    tx.insert("parent (id)", &[vec!["p".into()]], "").await.unwrap();
    let row = |(a, b, n, yes, note): &Cells| -> Vec<Value> {
        vec![a.into(), b.clone().into(), "p".into(), (*n).into(), (*yes).into(), note.clone().into()]
    };
    let rows: Vec<Vec<Value>> = rows.iter().map(row).collect();
    tx.insert("child (a, b, parent, n, yes, note)", &rows, "on conflict do nothing").await.unwrap();
    tx.execute("update head set n = 7 where id = 1", &[]).await.unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn a_copy_holds_what_the_original_holds_between_any_two_engines() {
    // More rows than a page, so that pages follow one another at every kind of key.
    let rows = prop::collection::vec(cell(), 1_500).new_tree(&mut TestRunner::deterministic()).unwrap().current();
    on_each_pair(async |from, to| {
        from.migrate(TABLES).await.unwrap();
        fill(&from, &rows).await;
        let copied = copy(&from, &to, TABLES, &["head"], &|_| {}).await.unwrap();
        assert_eq!(copied.iter().map(|sum| sum.table.as_str()).collect::<Vec<_>>(), ["parent", "child", "head"]);
        assert!(copied[1].rows > 1_000, "{}", copied[1].rows);
        assert_eq!(sums(&to).await, copied);
        assert_eq!(sums(&from).await, copied);
        let again = copy(&from, &to, TABLES, &["head"], &|_| {}).await.unwrap_err();
        assert!(matches!(again, Error::Occupied { .. }), "{again}");
        assert_eq!(sums(&to).await, copied, "and nothing changed");
    });
}

#[test]
fn what_breaks_off_has_written_nothing() {
    on_each_engine(TABLES, async |db| {
        let folder = tempfile::tempdir().unwrap();
        let older = Db::open(&format!("sqlite:{}/older.db", folder.path().display())).await.unwrap();
        older.migrate(&TABLES[..2]).await.unwrap();
        let error = copy(&older, &db, TABLES, &["head"], &|_| {}).await.unwrap_err();
        assert!(matches!(&error, Error::Schema { table } if table == "child"), "{error}");
        let mut tx = db.read().await.unwrap();
        assert_eq!(tx.row("select n from head", &[]).await.unwrap().unwrap().long(0).unwrap(), 0, "the seed is still there");
        drop(tx);
        older.close().await;
        let missing = Db::open_existing(&format!("sqlite:{}/none.db", folder.path().display())).await;
        assert!(matches!(missing, Err(Error::File { .. })));
        assert!(!folder.path().join("none.db").exists());
    });
}
