//! Requests by principal and key.

use database::{Migration, Tx, Value};

use super::{Begun, Response};
use crate::clock::DAY;
use crate::error::{Error, Result};
use crate::token::{equal, sha256};

/// Answers are kept so long.
pub const KEPT: i64 = 7 * DAY;

pub(crate) const MIGRATION: Migration = Migration {
    version: 103,
    name: "request",
    sql: "create table request (
              principal text not null,
              key text not null,
              at bigint not null,
              digest bytea not null,
              status bigint,
              location text,
              response bytea,
              primary key (principal, key)
          );
          create index request_at on request (at);",
};

/// Claims `key` for `principal` ([`crate::Principal::key`]); `content` is what was sent, so that a key cannot be used for two different
/// things. A second claim waits until the first transaction has ended.
pub async fn begin_request(tx: &mut Tx, principal: &str, key: &str, content: &[u8], now: i64) -> Result<Begun> {
    if key.is_empty() || key.len() > 128 {
        return Err(Error::Invalid { field: "key", why: "expected 1 to 128 bytes" });
    }
    let digest = sha256(content);
    let claim = "insert into request (principal, key, at, digest) values ($1, $2, $3, $4) on conflict (principal, key) do nothing";
    let claimed = tx.execute(claim, &[principal.into(), key.into(), now.into(), digest.clone().into()]).await?;
    if claimed == 1 {
        return Ok(Begun::Fresh);
    }
    let sql = "select digest, status, location, response from request where principal = $1 and key = $2";
    let row = tx.row(sql, &[principal.into(), key.into()]).await?.ok_or(Error::Underway)?;
    if !equal(&row.bytes(0)?, &digest) {
        return Ok(Begun::OtherRequest);
    }
    let status = row.long_or_none(1)?.ok_or(Error::Underway)?;
    Ok(Begun::Replay(Response { status, location: row.text_or_none(2)?, body: row.bytes_or_none(3)?.unwrap_or_default() }))
}

/// Keeps the answer of a fresh request.
pub async fn finish_request(tx: &mut Tx, principal: &str, key: &str, response: &Response) -> Result<()> {
    let sql = "update request set status = $3, location = $4, response = $5 where principal = $1 and key = $2 and status is null";
    let values =
        [principal.into(), key.into(), response.status.into(), Value::Text(response.location.clone()), response.body.clone().into()];
    Ok(tx.execute_one(sql, &values).await?)
}

/// Forgets answers that nobody repeats any more; the number forgotten.
pub async fn sweep(tx: &mut Tx, now: i64) -> Result<u64> {
    Ok(tx.execute("delete from request where at < $1", &[(now - KEPT).into()]).await?)
}
