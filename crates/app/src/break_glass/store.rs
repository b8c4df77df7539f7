//! Grants by account and household.

use database::{Migration, Row, Tx};
use kernel::AreaCode;

use super::{Grant, LASTS};
use crate::error::Result;
use crate::role::HouseholdKey;
use crate::token::new_id;

pub(crate) const MIGRATION: Migration = Migration {
    version: 107,
    name: "break glass",
    sql: "create table break_glass (
              id text primary key,
              account text not null references account (id),
              county bigint not null,
              household text not null,
              reason text not null,
              at bigint not null,
              until bigint not null
          );
          create index break_glass_holder on break_glass (account, county, household, until);",
};

fn grant(row: &Row) -> Result<Grant> {
    Ok(Grant {
        id: row.text(0)?,
        account: row.text(1)?,
        household: HouseholdKey { county: AreaCode::from_padded(row.long(2)?), id: row.text(3)? },
        reason: row.text(4)?,
        at: row.long(5)?,
        until: row.long(6)?,
    })
}

pub(super) async fn insert(tx: &mut Tx, account: &str, household: &HouseholdKey, reason: &str, now: i64) -> Result<Grant> {
    let made = Grant {
        id: new_id(now)?,
        account: account.to_owned(),
        household: household.clone(),
        reason: reason.to_owned(),
        at: now,
        until: now.saturating_add(LASTS),
    };
    let sql = "insert into break_glass (id, account, county, household, reason, at, until) values ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        (&made.id).into(),
        account.into(),
        household.county.padded().into(),
        (&household.id).into(),
        reason.into(),
        made.at.into(),
        made.until.into(),
    ];
    tx.execute_one(sql, &values).await?;
    Ok(made)
}

/// The grant an account holds for a household, if one has not ended.
pub async fn find(tx: &mut Tx, account: &str, household: &HouseholdKey, now: i64) -> Result<Option<Grant>> {
    let sql = "select id, account, county, household, reason, at, until from break_glass
               where account = $1 and county = $2 and household = $3 and until > $4 order by until desc limit 1";
    let values = [account.into(), household.county.padded().into(), (&household.id).into(), now.into()];
    tx.row(sql, &values).await?.map(|row| grant(&row)).transpose()
}

/// Grants since an instant, newest first, for those who review them.
pub async fn list(tx: &mut Tx, since: i64, limit: i64) -> Result<Vec<Grant>> {
    let sql = "select id, account, county, household, reason, at, until from break_glass where at >= $1 order by id desc limit $2";
    let rows = tx.rows(sql, &[since.into(), limit.into()]).await?;
    rows.iter().map(grant).collect()
}
