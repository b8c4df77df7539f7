//! Imports in the database.

use database::{Migration, Row, Tx};
use kernel::AreaCode;
use serde::{Deserialize, Serialize};

use super::{Batch, Failure, State, Tally};
use crate::error::{Error, Result};

pub(crate) const MIGRATION: Migration = Migration {
    version: 150,
    name: "imports on the page",
    sql: "create table import_batch (
              id text primary key,
              account text not null,
              area bigint not null,
              at bigint not null,
              state text not null,
              doc text not null
          );
          create index import_batch_account on import_batch (account, at);
          create index import_batch_at on import_batch (at);",
};

const INSERT: &str = "import_batch (id, account, area, at, state, doc)";
const FIND: &str = "select id, account, area, at, state, doc from import_batch where id = $1 and account = $2";
const LIST: &str = "select id, account, area, at, state, doc from import_batch where account = $1 order by at desc limit $2";
const UNFINISHED: &str = "select id, account, area, at, state, doc from import_batch
  where at < $1 and state in ('checking', 'checked', 'failed', 'recording') order by at limit 1000";
const OPEN: &str = "select count(*) from import_batch
  where account = $1 and state in ('checking', 'checked', 'failed', 'recording')";
const MOVE: &str = "update import_batch set state = $3, doc = $4 where id = $1 and state = $2";

#[derive(Default, Serialize, Deserialize)]
struct Doc {
    files: Vec<String>,
    tally: Tally,
    failure: Option<Failure>,
}

fn doc(batch: &Batch) -> Result<String> {
    let doc = Doc { files: batch.files.clone(), tally: batch.tally, failure: batch.failure.clone() };
    Ok(serde_json::to_string(&doc).map_err(registry::Error::from)?)
}

fn batch(row: &Row) -> Result<Batch> {
    let state = row.text(4)?;
    let known = State::ALL.into_iter().find(|known| known.name() == state);
    let Doc { files, tally, failure } = serde_json::from_str(&row.text(5)?).map_err(registry::Error::from)?;
    Ok(Batch {
        id: row.text(0)?,
        account: row.text(1)?,
        area: AreaCode::from_padded(row.long(2)?),
        at: row.long(3)?,
        files,
        state: known.ok_or(Error::Unknown { what: "import_batch.state", value: state })?,
        tally,
        failure,
    })
}

pub async fn insert(tx: &mut Tx, batch: &Batch) -> Result<()> {
    let (id, account) = (batch.id.as_str().into(), batch.account.as_str().into());
    let row = vec![id, account, batch.area.padded().into(), batch.at.into(), batch.state.name().into(), doc(batch)?.into()];
    tx.insert(INSERT, &[row], "").await?;
    Ok(())
}

/// An import of an account; another's is not found.
pub async fn find(tx: &mut Tx, id: &str, account: &str) -> Result<Batch> {
    let row = tx.row(FIND, &[id.into(), account.into()]).await?;
    batch(&row.ok_or_else(|| Error::NotFound { what: "import", id: id.to_owned() })?)
}

/// The imports of an account, the newest first.
pub async fn list(tx: &mut Tx, account: &str, limit: i64) -> Result<Vec<Batch>> {
    tx.rows(LIST, &[account.into(), limit.into()]).await?.iter().map(batch).collect()
}

/// How many imports of an account nobody has decided about.
pub async fn open(tx: &mut Tx, account: &str) -> Result<i64> {
    Ok(tx.row(OPEN, &[account.into()]).await?.map_or(Ok(0), |row| row.long(0))?)
}

/// What was begun before an instant and never finished.
pub async fn unfinished(tx: &mut Tx, at: i64) -> Result<Vec<Batch>> {
    tx.rows(UNFINISHED, &[at.into()]).await?.iter().map(batch).collect()
}

/// Moves an import on from the state it was read in; who comes second is told.
pub async fn move_on(tx: &mut Tx, from: State, batch: &Batch) -> Result<()> {
    let values = [batch.id.as_str().into(), from.name().into(), batch.state.name().into(), doc(batch)?.into()];
    Ok(tx.execute_one(MOVE, &values).await?)
}
