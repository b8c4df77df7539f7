//! Saved lists in the database.

use database::{Migration, Tx};

use super::{MOST, SavedList};
use crate::error::Result;

pub(crate) const MIGRATION: Migration = Migration {
    version: 140,
    name: "saved lists",
    sql: "create table saved_list (
              account text not null,
              name text not null,
              query text not null,
              at bigint not null,
              primary key (account, name)
          );",
};

const LIST: &str = "select name, query from saved_list where account = $1 order by name";
const PUT: &str = "on conflict (account, name) do update set query = excluded.query, at = excluded.at";
const REMOVE: &str = "delete from saved_list where account = $1 and name = $2";

/// The lists of an account, by name.
pub async fn list(tx: &mut Tx, account: &str) -> Result<Vec<SavedList>> {
    let rows = tx.rows(LIST, &[account.into()]).await?;
    rows.iter().map(|row| Ok(SavedList { name: row.text(0)?, query: row.text(1)? })).collect()
}

/// Keeps a list; one of the same name is replaced. `false` if the account has as many as it may.
pub async fn put(tx: &mut Tx, account: &str, saved: &SavedList, at: i64) -> Result<bool> {
    let known = list(tx, account).await?;
    if known.len() >= MOST && known.iter().all(|other| other.name != saved.name) {
        return Ok(false);
    }
    let row = vec![account.into(), saved.name.as_str().into(), saved.query.as_str().into(), at.into()];
    tx.insert("saved_list (account, name, query, at)", &[row], PUT).await?;
    Ok(true)
}

/// Forgets a list.
pub async fn remove(tx: &mut Tx, account: &str, name: &str) -> Result<()> {
    tx.execute(REMOVE, &[account.into(), name.into()]).await?;
    Ok(())
}
