//! Codes and cards, as keyed hashes: whoever reads the database cannot try the million codes on it.

use database::{Keyring, Migration, Tx};
use kernel::AreaCode;

use super::{ATTEMPTS, CODE_LASTS};
use crate::error::Result;
use crate::role::HouseholdKey;
use crate::token::{as_printed, equal, new_id};

pub(crate) const MIGRATION: Migration = Migration {
    version: 104,
    name: "household access",
    sql: "create table household_code (
              id text primary key,
              county bigint not null,
              household text not null,
              hash bytea not null,
              ends_at bigint not null,
              attempts bigint not null default 0,
              spent_at bigint
          );
          create index household_code_household on household_code (county, household, ends_at);
          create table household_card (
              id text primary key,
              county bigint not null,
              household text not null,
              hash bytea not null unique,
              issued_at bigint not null,
              issued_by text not null,
              revoked_at bigint,
              revoked_by text
          );
          create index household_card_household on household_card (county, household);",
};

/// A card without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub id: String,
    pub issued_at: i64,
    pub issued_by: String,
    pub revoked_at: Option<i64>,
}

fn code_hash(keys: &Keyring, id: &str, code: &str) -> Vec<u8> {
    keys.index(&format!("code {id}"), code)
}

/// Codes not used yet are good no more.
pub(super) async fn spend_codes(tx: &mut Tx, household: &HouseholdKey, now: i64) -> Result<()> {
    let sql = "update household_code set spent_at = $3 where county = $1 and household = $2 and spent_at is null";
    tx.execute(sql, &[household.county.padded().into(), (&household.id).into(), now.into()]).await?;
    Ok(())
}

pub(super) async fn insert_code(tx: &mut Tx, keys: &Keyring, household: &HouseholdKey, code: &str, now: i64) -> Result<()> {
    let id = new_id(now)?;
    let hash = code_hash(keys, &id, code);
    let sql = "insert into household_code (id, county, household, hash, ends_at) values ($1, $2, $3, $4, $5)";
    let values = [id.into(), household.county.padded().into(), (&household.id).into(), hash.into(), now.saturating_add(CODE_LASTS).into()];
    Ok(tx.execute_one(sql, &values).await?)
}

/// Counts an attempt at the household's code, then compares; a right one is spent.
pub(super) async fn try_code(tx: &mut Tx, keys: &Keyring, household: &HouseholdKey, code: &str, now: i64) -> Result<bool> {
    let count = "update household_code set attempts = attempts + 1
                 where county = $1 and household = $2 and spent_at is null and ends_at > $3 and attempts < $4 returning id, hash";
    let values = [household.county.padded().into(), (&household.id).into(), now.into(), ATTEMPTS.into()];
    let Some(row) = tx.row(count, &values).await? else { return Ok(false) };
    let (id, hash) = (row.text(0)?, row.bytes(1)?);
    let typed: String = kernel::text::fold(code).chars().filter(char::is_ascii_digit).collect();
    if !equal(&code_hash(keys, &id, &typed), &hash) {
        return Ok(false);
    }
    let spend = "update household_code set spent_at = $2 where id = $1 and spent_at is null";
    Ok(tx.execute(spend, &[id.into(), now.into()]).await? == 1)
}

pub(super) async fn insert_card(tx: &mut Tx, keys: &Keyring, of: &HouseholdKey, secret: &str, by: &str, now: i64) -> Result<String> {
    let id = new_id(now)?;
    let hash = keys.index("card", &as_printed(secret));
    let sql = "insert into household_card (id, county, household, hash, issued_at, issued_by) values ($1, $2, $3, $4, $5, $6)";
    let values = [(&id).into(), of.county.padded().into(), (&of.id).into(), hash.into(), now.into(), by.into()];
    tx.execute_one(sql, &values).await?;
    Ok(id)
}

pub(super) async fn find_card(tx: &mut Tx, keys: &Keyring, secret: &str) -> Result<Option<HouseholdKey>> {
    let hash = keys.index("card", &as_printed(secret));
    let row = tx.row("select county, household from household_card where hash = $1 and revoked_at is null", &[hash.into()]).await?;
    row.map(|row| Ok(HouseholdKey { county: AreaCode::from_padded(row.long(0)?), id: row.text(1)? })).transpose()
}

/// The cards of a household, newest first.
pub async fn cards(tx: &mut Tx, household: &HouseholdKey) -> Result<Vec<Card>> {
    let sql = "select id, issued_at, issued_by, revoked_at from household_card where county = $1 and household = $2 order by id desc";
    let rows = tx.rows(sql, &[household.county.padded().into(), (&household.id).into()]).await?;
    rows.iter()
        .map(|row| Ok(Card { id: row.text(0)?, issued_at: row.long(1)?, issued_by: row.text(2)?, revoked_at: row.long_or_none(3)? }))
        .collect()
}

/// Makes a card worthless and ends the household's sessions; false if it was already.
pub async fn revoke_card(tx: &mut Tx, household: &HouseholdKey, id: &str, by: &str, now: i64) -> Result<bool> {
    let sql = "update household_card set revoked_at = $4, revoked_by = $5
               where id = $1 and county = $2 and household = $3 and revoked_at is null";
    let values = [id.into(), household.county.padded().into(), (&household.id).into(), now.into(), by.into()];
    let revoked = tx.execute(sql, &values).await? == 1;
    if revoked {
        crate::session::store::close_all(tx, &format!("household:{household}")).await?;
    }
    Ok(revoked)
}

/// Removes codes that ended; the number removed.
pub async fn sweep(tx: &mut Tx, now: i64) -> Result<u64> {
    Ok(tx.execute("delete from household_code where ends_at < $1", &[now.into()]).await?)
}

/// Ends every way in of a household: its codes, cards and sessions.
pub async fn forget(tx: &mut Tx, household: &HouseholdKey) -> Result<()> {
    let key = [household.county.padded().into(), (&household.id).into()];
    tx.execute("delete from household_code where county = $1 and household = $2", &key).await?;
    tx.execute("delete from household_card where county = $1 and household = $2", &key).await?;
    crate::session::store::close_all(tx, &format!("household:{household}")).await?;
    Ok(())
}
