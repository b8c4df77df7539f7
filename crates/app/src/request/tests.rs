use database::test_db::on_each_engine;
use database::{Db, Migration};

use super::store::{KEPT, begin_request, finish_request, sweep};
use super::{Begun, Response};
use crate::MIGRATIONS;

const NOW: i64 = 1_700_000_000_000_000;

fn answer(text: &str) -> Response {
    Response { status: 303, location: Some("/cases/1".into()), body: text.as_bytes().to_vec() }
}

#[test]
fn a_repeated_request_gets_the_first_answer() {
    on_each_engine(MIGRATIONS, async |db| {
        let mut tx = db.begin().await.unwrap();
        assert_eq!(begin_request(&mut tx, "staff:a", "k1", b"form", NOW).await.unwrap(), Begun::Fresh);
        finish_request(&mut tx, "staff:a", "k1", &answer("first")).await.unwrap();
        assert!(finish_request(&mut tx, "staff:a", "k1", &answer("second")).await.is_err());
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(begin_request(&mut tx, "staff:a", "k1", b"form", NOW + 1).await.unwrap(), Begun::Replay(answer("first")));
        assert_eq!(begin_request(&mut tx, "staff:a", "k1", b"another form", NOW + 1).await.unwrap(), Begun::OtherRequest);
        assert_eq!(begin_request(&mut tx, "staff:b", "k1", b"form", NOW).await.unwrap(), Begun::Fresh, "keys are one's own");
        assert!(begin_request(&mut tx, "staff:b", "", b"form", NOW).await.is_err());
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        assert_eq!(begin_request(&mut tx, "staff:b", "k1", b"form", NOW).await.unwrap(), Begun::Fresh, "a crash leaves no claim");
        assert_eq!(sweep(&mut tx, NOW + KEPT + 1).await.unwrap(), 2);
    });
}

const COUNTER: Migration = Migration { version: 900, name: "counter", sql: "create table counter (n bigint not null);" };

async fn pay(db: Db, n: i64) -> Begun {
    let mut tx = db.begin().await.unwrap();
    let begun = begin_request(&mut tx, "staff:a", "pay", b"100", NOW).await.unwrap();
    if begun == Begun::Fresh {
        tx.execute("insert into counter (n) values ($1)", &[n.into()]).await.unwrap();
        finish_request(&mut tx, "staff:a", "pay", &answer("paid")).await.unwrap();
        tx.commit().await.unwrap();
    }
    begun
}

#[test]
fn twenty_at_once_are_carried_out_once() {
    let migrations: Vec<Migration> = MIGRATIONS.iter().copied().chain([COUNTER]).collect();
    on_each_engine(&migrations, async |db| {
        let all: Vec<_> = (0..20).map(|n| tokio::spawn(pay(db.clone(), n))).collect();
        let mut fresh = 0;
        for one in all {
            match one.await.unwrap() {
                Begun::Fresh => fresh += 1,
                other @ (Begun::Replay(_) | Begun::OtherRequest) => assert_eq!(other, Begun::Replay(answer("paid"))),
            }
        }
        let mut tx = db.read().await.unwrap();
        let paid = tx.row("select count(*) from counter", &[]).await.unwrap().unwrap().long(0).unwrap();
        assert_eq!((fresh, paid), (1, 1));
    });
}
