//! Consents by household.

use database::{Migration, Row, Tx};
use kernel::AreaCode;

use super::{Consent, Given};
use crate::error::{Error, Result};
use crate::permission::Purpose;
use crate::role::HouseholdKey;
use crate::token::new_id;

pub(crate) const MIGRATION: Migration = Migration {
    version: 106,
    name: "consent",
    sql: "create table consent (
              id text primary key,
              county bigint not null,
              household text not null,
              purpose text not null,
              given_on text not null,
              given_by text not null,
              form text not null,
              recorded_by text not null,
              recorded_at bigint not null,
              withdrawn_on text,
              withdrawn_by text,
              withdrawn_at bigint,
              version bigint not null default 1
          );
          create index consent_household on consent (county, household, purpose);",
};

fn consent(row: &Row) -> Result<Consent> {
    let purpose = row.text(3)?;
    Ok(Consent {
        id: row.text(0)?,
        household: HouseholdKey { county: AreaCode::from_padded(row.long(1)?), id: row.text(2)? },
        purpose: Purpose::parse(&purpose).ok_or(Error::Unknown { what: "consent.purpose", value: purpose })?,
        given_on: row.text(4)?,
        given_by: row.text(5)?,
        form: row.text(6)?,
        withdrawn_on: row.text_or_none(7)?,
        version: row.long(8)?,
    })
}

/// Records consent; its id.
pub async fn give(tx: &mut Tx, given: Given<'_>, now: i64) -> Result<String> {
    let day = iso(given.on)?;
    if given.by.is_empty() || given.form.is_empty() {
        return Err(Error::Invalid { field: "form", why: "who signed and the signed form must be named" });
    }
    let id = new_id(now)?;
    let sql = "insert into consent (id, county, household, purpose, given_on, given_by, form, recorded_by, recorded_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = [
        (&id).into(),
        given.household.county.padded().into(),
        (&given.household.id).into(),
        given.purpose.name().into(),
        day.into(),
        given.by.into(),
        given.form.into(),
        given.recorded_by.into(),
        now.into(),
    ];
    tx.execute_one(sql, &values).await?;
    Ok(id)
}

/// Withdraws all consent of a household to a purpose from the day `on`; the number of consents withdrawn.
pub async fn withdraw(tx: &mut Tx, household: &HouseholdKey, purpose: Purpose, on: &str, by: &str, now: i64) -> Result<u64> {
    let sql = "update consent set withdrawn_on = $4, withdrawn_by = $5, withdrawn_at = $6, version = version + 1
               where county = $1 and household = $2 and purpose = $3 and withdrawn_on is null";
    let values = [household.county.padded().into(), (&household.id).into(), purpose.name().into(), iso(on)?.into(), by.into(), now.into()];
    Ok(tx.execute(sql, &values).await?)
}

/// Whether the household's consent to the purpose is in force on a day.
pub async fn holds(tx: &mut Tx, household: &HouseholdKey, purpose: Purpose, on: &str) -> Result<bool> {
    let sql = "select id from consent where county = $1 and household = $2 and purpose = $3
               and given_on <= $4 and (withdrawn_on is null or withdrawn_on > $4) limit 1";
    let values = [household.county.padded().into(), (&household.id).into(), purpose.name().into(), iso(on)?.into()];
    Ok(tx.row(sql, &values).await?.is_some())
}

/// All consents of a household, newest first.
pub async fn list(tx: &mut Tx, household: &HouseholdKey) -> Result<Vec<Consent>> {
    let sql = "select id, county, household, purpose, given_on, given_by, form, withdrawn_on, version from consent
               where county = $1 and household = $2 order by given_on desc, id desc";
    let rows = tx.rows(sql, &[household.county.padded().into(), (&household.id).into()]).await?;
    rows.iter().map(consent).collect()
}

/// Days are compared as text, so only one way of writing them may get in.
/// Forgets who signed; what was consented to, and when, stays.
pub async fn forget_names(tx: &mut Tx, household: &HouseholdKey) -> Result<()> {
    let sql = "update consent set given_by = '', version = version + 1 where county = $1 and household = $2 and given_by <> ''";
    tx.execute(sql, &[household.county.padded().into(), (&household.id).into()]).await?;
    Ok(())
}

fn iso(day: &str) -> Result<String> {
    let parsed = kernel::date::parse(day).ok_or(Error::Invalid { field: "on", why: "expected a date" })?;
    Ok(parsed.format("%Y-%m-%d").to_string())
}
