//! Databases for tests: the same test on SQLite and, where one is offered, on PostgreSQL.

use std::future::Future;

use crate::db::Db;
use crate::migrate::Migration;
use crate::seal::random;

/// Names the PostgreSQL server of the tests; `make test` starts a private one and sets it.
pub const SERVER: &str = "FUPIN_TEST_POSTGRES";

/// Runs `test` on a fresh, migrated database of each engine.
///
/// # Panics
/// When a database cannot be made: a test without its database must not pass.
pub fn on_each_engine<F: Future<Output = ()>>(migrations: &[Migration], test: impl Fn(Db) -> F) {
    on_each_engine_with(8, migrations, test);
}

/// As [`on_each_engine`] with so many connections. With one, whatever holds a connection while it waits for another is found out.
///
/// # Panics
/// As [`on_each_engine`].
#[expect(clippy::expect_used, clippy::disallowed_methods, reason = "only tests call it; the server's address comes from whoever runs them")]
pub fn on_each_engine_with<F: Future<Output = ()>>(connections: u32, migrations: &[Migration], test: impl Fn(Db) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let name = format!("t{:016x}", u64::from_be_bytes(random().expect("random bytes")));
    let folder = std::env::temp_dir().join(&name);
    std::fs::create_dir_all(&folder).expect("a folder");
    runtime.block_on(async {
        let db = Db::open_with(&format!("sqlite:{}/records.db", folder.display()), connections).await.expect("SQLite");
        db.migrate(migrations).await.expect("migrations on SQLite");
        test(db.clone()).await;
        db.close().await;
    });
    std::fs::remove_dir_all(&folder).expect("removed");
    let Ok(server) = std::env::var(SERVER) else { return };
    runtime.block_on(async {
        let admin = Db::open(&format!("{server}/postgres")).await.expect("the PostgreSQL server");
        run(&admin, format!("create database {name} template template0 lc_collate 'C' lc_ctype 'C' encoding 'UTF8'")).await;
        let db = Db::open_with(&format!("{server}/{name}"), connections).await.expect("PostgreSQL");
        db.migrate(migrations).await.expect("migrations on PostgreSQL");
        test(db.clone()).await;
        db.close().await;
        run(&admin, format!("drop database {name} with (force)")).await;
        admin.close().await;
    });
}

/// Runs `test` on two fresh, empty databases: from SQLite to SQLite and, where a server is offered, between all pairs of engines.
///
/// # Panics
/// As [`on_each_engine`].
#[expect(clippy::expect_used, reason = "only tests call it")]
pub fn on_each_pair<F: Future<Output = ()>>(test: impl Fn(Db, Db) -> F) {
    let folder = std::env::temp_dir().join(format!("t{:016x}", u64::from_be_bytes(random().expect("random bytes"))));
    std::fs::create_dir_all(&folder).expect("a folder");
    for round in 0..2 {
        on_each_engine(&[], async |here| {
            let there = Db::open(&format!("sqlite:{}/{round}-{}.db", folder.display(), here.engine())).await.expect("SQLite");
            let (from, to) = if round == 0 { (here, there.clone()) } else { (there.clone(), here) };
            test(from, to).await;
            there.close().await;
        });
    }
    std::fs::remove_dir_all(&folder).expect("removed");
}

impl Db {
    /// The address of a database of tests, to open it again: of a server's, as whoever runs the tests named it.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "only tests call it; the server's address comes from whoever runs them")]
    pub fn address(&self) -> Option<String> {
        match self {
            Self::Sqlite { write, .. } => Some(format!("sqlite:{}", write.connect_options().get_filename().display())),
            Self::Postgres(pool) => Some(format!("{}/{}", std::env::var(SERVER).ok()?, pool.connect_options().get_database()?)),
        }
    }
}

#[expect(clippy::expect_used, clippy::panic, reason = "only tests call it")]
async fn run(db: &Db, sql: String) {
    let Db::Postgres(pool) = db else { panic!("not PostgreSQL") };
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(pool).await.expect("the statement");
}
