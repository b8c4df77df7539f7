//! The entries and the head of their chain.

use database::{Keyring, Migration, Row, Tx, Value};
use kernel::AreaCode;

use super::{Entry, Logged, Verified};
use crate::error::{Error, Result};
use crate::permission::{Action, Purpose};
use crate::role::HouseholdKey;
use crate::token::{equal, sha256};

pub(crate) const MIGRATION: Migration = Migration {
    version: 105,
    name: "access log",
    sql: "create table access_log (
              number bigint primary key,
              at bigint not null,
              principal text not null,
              role text not null,
              action text not null,
              county bigint not null,
              household text not null,
              purpose text not null,
              fields text not null,
              reason text not null,
              allowed boolean not null,
              policy text not null,
              hash bytea not null
          );
          create index access_log_household on access_log (county, household, number);
          create index access_log_principal on access_log (principal, number);
          create table access_log_head (id bigint primary key, number bigint not null, hash bytea);
          insert into access_log_head (id, number, hash) values (1, 0, null);",
};

/// Entries read at once while verifying.
const PAGE: i64 = 1_000;

/// Appends entries. Appends wait for one another: the chain has one end.
pub async fn append(tx: &mut Tx, keys: &Keyring, entries: &[Entry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(entries.len()).map_err(|_error| Error::Invalid { field: "entries", why: "too many at once" })?;
    let lock = "update access_log_head set number = number + $1 where id = 1 returning number, hash";
    let row = tx.row(lock, &[count.into()]).await?.ok_or(Error::NotFound { what: "head of", id: "the access log".to_owned() })?;
    let (mut number, mut hash) = (row.long(0)? - count, row.bytes_or_none(1)?.unwrap_or_default());
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        number += 1;
        hash = chained(keys, &hash, number, entry);
        rows.push(values(number, entry, &hash));
    }
    let into = "access_log (number, at, principal, role, action, county, household, purpose, fields, reason, allowed, policy, hash)";
    tx.insert(into, &rows, "").await?;
    Ok(tx.execute_one("update access_log_head set hash = $1 where id = 1", &[hash.into()]).await?)
}

fn values(number: i64, entry: &Entry, hash: &[u8]) -> Vec<Value> {
    vec![
        number.into(),
        entry.at.into(),
        (&entry.principal).into(),
        (&entry.role).into(),
        entry.action.name().into(),
        entry.household.county.padded().into(),
        (&entry.household.id).into(),
        entry.purpose.name().into(),
        (&entry.fields).into(),
        (&entry.reason).into(),
        entry.allowed.into(),
        (&entry.policy).into(),
        hash.into(),
    ]
}

/// Each field with its length, so that no two entries give the same bytes.
fn chained(keys: &Keyring, before: &[u8], number: i64, entry: &Entry) -> Vec<u8> {
    let mut bytes = before.to_vec();
    for long in [number, entry.at, entry.household.county.padded(), i64::from(entry.allowed)] {
        bytes.extend(long.to_be_bytes());
    }
    let texts = [
        entry.principal.as_str(),
        &entry.role,
        entry.action.name(),
        &entry.household.id,
        entry.purpose.name(),
        &entry.fields,
        &entry.reason,
        &entry.policy,
    ];
    for text in texts {
        bytes.extend(text.len().to_be_bytes());
        bytes.extend(text.as_bytes());
    }
    // The index key keeps whoever writes to the database from making a chain of their own.
    let digest: String = sha256(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    keys.index("access log", &digest)
}

fn logged(row: &Row) -> Result<Logged> {
    let (action, purpose) = (row.text(4)?, row.text(7)?);
    let entry = Entry {
        at: row.long(1)?,
        principal: row.text(2)?,
        role: row.text(3)?,
        action: Action::parse(&action).ok_or(Error::Unknown { what: "access_log.action", value: action })?,
        household: HouseholdKey { county: AreaCode::from_padded(row.long(5)?), id: row.text(6)? },
        purpose: Purpose::parse(&purpose).ok_or(Error::Unknown { what: "access_log.purpose", value: purpose })?,
        fields: row.text(8)?,
        reason: row.text(9)?,
        allowed: row.flag(10)?,
        policy: row.text(11)?,
    };
    Ok(Logged { number: row.long(0)?, entry })
}

/// Who looked at a household, newest first. `before` is the last number of the page before, `i64::MAX` for the first.
pub async fn of_household(tx: &mut Tx, household: &HouseholdKey, before: i64, limit: i64) -> Result<Vec<Logged>> {
    let sql = "select number, at, principal, role, action, county, household, purpose, fields, reason, allowed, policy from access_log
               where county = $1 and household = $2 and number < $3 order by number desc limit $4";
    let rows = tx.rows(sql, &[household.county.padded().into(), (&household.id).into(), before.into(), limit.into()]).await?;
    rows.iter().map(logged).collect()
}

/// What a principal looked at, newest first, paged in the same way.
pub async fn of_principal(tx: &mut Tx, key: &str, before: i64, limit: i64) -> Result<Vec<Logged>> {
    let sql = "select number, at, principal, role, action, county, household, purpose, fields, reason, allowed, policy from access_log
               where principal = $1 and number < $2 order by number desc limit $3";
    let rows = tx.rows(sql, &[key.into(), before.into(), limit.into()]).await?;
    rows.iter().map(logged).collect()
}

/// The number and hash of the last entry, to be kept elsewhere (the ledger): who has it notices when the whole log is put back.
pub async fn head(tx: &mut Tx) -> Result<(i64, Vec<u8>)> {
    let row = tx.row("select number, hash from access_log_head where id = 1", &[]).await?;
    let row = row.ok_or(Error::NotFound { what: "head of", id: "the access log".to_owned() })?;
    Ok((row.long(0)?, row.bytes_or_none(1)?.unwrap_or_default()))
}

/// Follows the chain from its beginning to the head; `tx` must see one consistent state ([`database::Db::read`]).
pub async fn verify(tx: &mut Tx, keys: &Keyring) -> Result<Verified> {
    let sql = "select number, at, principal, role, action, county, household, purpose, fields, reason, allowed, policy, hash
               from access_log where number > $1 order by number limit $2";
    let (mut number, mut hash) = (0_i64, Vec::new());
    loop {
        let rows = tx.rows(sql, &[number.into(), PAGE.into()]).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            number += 1;
            if row.long(0)? != number {
                return Ok(Verified::Broken { number, why: "an entry is missing" });
            }
            hash = match logged(row) {
                Ok(found) => chained(keys, &hash, number, &found.entry),
                Err(Error::Unknown { .. }) => return Ok(Verified::Broken { number, why: "an entry was changed" }),
                Err(error) => return Err(error),
            };
            if !equal(&hash, &row.bytes(12)?) {
                return Ok(Verified::Broken { number, why: "an entry was changed" });
            }
        }
    }
    let (last, head) = head(tx).await?;
    if last != number || !equal(&hash, &head) {
        return Ok(Verified::Broken { number: number + 1, why: "the end is missing" });
    }
    Ok(Verified::Whole { entries: number })
}
