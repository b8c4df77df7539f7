//! A backup: one SQLite file with everything, whichever engine the records are on, with files beside the tables.
//!
//! It is one consistent state, taken while others write. What it must hold again stands in it: rows and digest of every table.

use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{Connection, Executor, Row as _};

use crate::copy::{TableSum, copy, sums_of, tables_of};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::migrate::Migration;

const FORMAT: u32 = 1;

/// What a backup says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    pub format: u32,
    /// Microseconds UTC.
    pub at: i64,
    /// `sqlite` or `postgres`: where the records were.
    pub engine: String,
    pub tables: Vec<TableSum>,
    /// Names of the files in it.
    pub files: Vec<String>,
}

/// A file that a backup holds.
#[derive(Clone, PartialEq, Eq)]
pub struct Attached {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Attached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attached").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Copies the tables of `db` into the file `to`, which is empty or not there.
pub async fn tables(db: &Db, to: &Path, migrations: &[Migration], seeded: &[&str], tick: &(dyn Fn(u64) + Sync)) -> Result<()> {
    match db {
        Db::Sqlite { read, .. } => {
            // A reader like any other: writers go on.
            sqlx::query("vacuum into $1").bind(to.display().to_string()).execute(read).await?;
        }
        Db::Postgres(_) => {
            let file = Db::open(&url(to)).await?;
            let copied = copy(db, &file, migrations, seeded, tick).await;
            file.close().await;
            copied?;
        }
    }
    Ok(())
}

/// Adds the files and what the backup says about itself.
pub async fn seal(to: &Path, migrations: &[Migration], files: &[Attached], at: i64, engine: &str) -> Result<About> {
    let names: Vec<String> = tables_of(migrations).into_iter().map(str::to_owned).collect();
    let db = Db::open(&url(to)).await?;
    let tables = sums_of(&db, &names).await;
    db.close().await;
    let files_held = files.iter().map(|file| file.name.clone()).collect();
    let about = About { format: FORMAT, at, engine: engine.to_owned(), tables: tables?, files: files_held };
    let doc = serde_json::to_string(&about).map_err(|_shape| Error::Backup("it cannot be described"))?;
    let mut file = plain(to).await?;
    file.execute("create table backup_file (name text primary key, bytes bytea not null)").await?;
    file.execute("create table backup_about (doc text not null)").await?;
    for attached in files {
        let insert = sqlx::query("insert into backup_file (name, bytes) values ($1, $2)").bind(&attached.name).bind(&attached.bytes);
        insert.execute(&mut file).await?;
    }
    sqlx::query("insert into backup_about (doc) values ($1)").bind(doc).execute(&mut file).await?;
    file.close().await?;
    Ok(about)
}

/// Opens a backup for good: takes the files out of it, verifies every table, and leaves a database of records where the backup was.
pub async fn unseal(path: &Path) -> Result<(About, Vec<Attached>)> {
    let mut file = plain(path).await?;
    let doc: Option<String> = sqlx::query_scalar("select doc from backup_about").fetch_optional(&mut file).await.unwrap_or_default();
    let doc = doc.ok_or(Error::Backup("it does not say what it holds; `fupin backup` did not write it, or not to its end"))?;
    let about: About = serde_json::from_str(&doc).map_err(|_shape| Error::Backup("what it says about itself cannot be read"))?;
    if about.format != FORMAT {
        return Err(Error::Backup("another version of this program wrote it"));
    }
    let rows = sqlx::query("select name, bytes from backup_file order by name").fetch_all(&mut file).await?;
    let files: Vec<Attached> =
        rows.iter().map(|row| Ok(Attached { name: row.try_get(0)?, bytes: row.try_get(1)? })).collect::<Result<_, sqlx::Error>>()?;
    // The keys must not stay in free pages of what becomes the database.
    for sql in ["pragma secure_delete = on", "drop table backup_file", "drop table backup_about"] {
        file.execute(sql).await?;
    }
    file.close().await?;
    let names: Vec<String> = about.tables.iter().map(|sum| sum.table.clone()).collect();
    let db = Db::open(&url(path)).await?;
    let held = sums_of(&db, &names).await;
    db.close().await;
    for (held, expected) in held?.iter().zip(&about.tables) {
        if held != expected {
            return Err(Error::Differs { table: expected.table.clone() });
        }
    }
    Ok((about, files))
}

/// One connection without a log beside the file: what is closed is in the file, and keys are nowhere else.
async fn plain(path: &Path) -> Result<SqliteConnection> {
    let fail = |source| Error::Open { url: path.display().to_string(), source };
    let options = SqliteConnectOptions::from_str(&url(path)).map_err(fail)?.journal_mode(SqliteJournalMode::Memory);
    SqliteConnection::connect_with(&options).await.map_err(fail)
}

/// A file as an address of a database.
#[must_use]
pub fn url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}
