//! Failures, by whom or from where.

use database::{Migration, Tx};

use super::{FORGOTTEN, Limit};
use crate::error::Result;

pub(crate) const MIGRATION: Migration = Migration {
    version: 101,
    name: "throttle",
    sql: "create table throttle (
              subject text primary key,
              failures bigint not null,
              last_at bigint not null,
              open_at bigint not null
          );
          create index throttle_last on throttle (last_at);",
};

/// Counts an attempt of `subject` as failed. When it must still wait, nothing is counted and the instant is given until which it must.
pub async fn attempt(tx: &mut Tx, subject: &str, limit: Limit, now: i64) -> Result<Option<i64>> {
    // Makes the row, so that the next statement can lock it on both engines.
    let make = "insert into throttle (subject, failures, last_at, open_at) values ($1, 0, $2, $2) on conflict (subject) do nothing";
    tx.execute(make, &[subject.into(), now.into()]).await?;
    let lock = "update throttle set failures = case when last_at < $2 then 0 else failures end where subject = $1
                returning failures, open_at";
    let Some(row) = tx.row(lock, &[subject.into(), (now - FORGOTTEN).into()]).await? else { return Ok(None) };
    let (failures, open_at) = (row.long(0)?, row.long(1)?);
    // Not while attempts are still free: a clock that was set back must lock nobody out.
    if limit.wait(failures) > 0 && open_at > now {
        return Ok(Some(open_at));
    }
    let failures = failures.saturating_add(1);
    let count = "update throttle set failures = $2, last_at = $3, open_at = $4 where subject = $1";
    tx.execute_one(count, &[subject.into(), failures.into(), now.into(), now.saturating_add(limit.wait(failures)).into()]).await?;
    Ok(None)
}

/// The attempt succeeded: its subject starts anew.
pub async fn succeeded(tx: &mut Tx, subject: &str) -> Result<()> {
    tx.execute("delete from throttle where subject = $1", &[subject.into()]).await?;
    Ok(())
}

/// Takes back one attempt that turned out well, without forgiving the others of the same address.
pub async fn take_back(tx: &mut Tx, subject: &str, now: i64) -> Result<()> {
    let sql = "update throttle set failures = failures - 1, open_at = $2 where subject = $1 and failures > 0";
    tx.execute(sql, &[subject.into(), now.into()]).await?;
    Ok(())
}

/// Removes what is forgotten anyway; the number removed.
pub async fn sweep(tx: &mut Tx, now: i64) -> Result<u64> {
    Ok(tx.execute("delete from throttle where last_at < $1", &[(now - FORGOTTEN).into()]).await?)
}
