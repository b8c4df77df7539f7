//! Accounts and their secrets.

use std::collections::BTreeMap;

use database::{Migration, Row, Tx, Value};
use kernel::AreaCode;

use super::{Account, AccountAct, AccountEvent, NewAccount};
use crate::error::{Error, Result};
use crate::role::Role;
use crate::token::new_id;

pub(crate) const MIGRATION: Migration = Migration {
    version: 100,
    name: "account",
    sql: "create table account (
              id text primary key,
              name text not null unique,
              title text not null,
              role text not null,
              area bigint not null,
              password text not null,
              totp_key bytea,
              totp bytea,
              totp_step bigint not null default 0,
              offered_key bytea,
              offered bytea,
              disabled boolean not null default false,
              created_at bigint not null,
              changed_at bigint not null,
              version bigint not null default 1
          );
          create index account_area on account (area, name);",
};

pub(crate) const EVENTS: Migration = Migration {
    version: 151,
    name: "account_event",
    sql: "alter table account add column handed_out boolean not null default false;
          create table account_event (
              id text primary key,
              account text not null references account (id),
              at bigint not null,
              actor text not null,
              act text not null
          );
          create index account_event_account on account_event (account, act, at);",
};

/// What never leaves the account's own processes.
#[derive(Clone)]
pub(super) struct Secrets {
    pub(super) password_hash: String,
    pub(super) totp_key: Option<Vec<u8>>,
    pub(super) totp: Option<Vec<u8>>,
    /// The last step a code was taken of.
    pub(super) step: i64,
    pub(super) offered_key: Option<Vec<u8>>,
    pub(super) offered: Option<Vec<u8>>,
}

fn account(row: &Row) -> Result<Account> {
    let role = row.text(3)?;
    Ok(Account {
        id: row.text(0)?,
        name: row.text(1)?,
        title: row.text(2)?,
        role: Role::parse(&role).ok_or(Error::Unknown { what: "account.role", value: role })?,
        area: AreaCode::from_padded(row.long(4)?),
        enrolled: row.flag(5)?,
        disabled: row.flag(6)?,
        version: row.long(7)?,
        handed_out: row.flag(8)?,
    })
}

fn secrets_from(row: &Row, first: usize) -> Result<Secrets> {
    Ok(Secrets {
        password_hash: row.text(first)?,
        totp_key: row.bytes_or_none(first + 1)?,
        totp: row.bytes_or_none(first + 2)?,
        step: row.long(first + 3)?,
        offered_key: row.bytes_or_none(first + 4)?,
        offered: row.bytes_or_none(first + 5)?,
    })
}

pub(super) async fn insert(tx: &mut Tx, new: &NewAccount, disabled: bool, now: i64) -> Result<Account> {
    let id = new_id(now)?;
    let sql = "insert into account (id, name, title, role, area, password, created_at, changed_at, handed_out, disabled)
               values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)";
    let values = [
        (&id).into(),
        (&new.name).into(),
        (&new.title).into(),
        new.role.name().into(),
        new.area.padded().into(),
        (&new.password_hash).into(),
        now.into(),
        new.handed_out.into(),
        disabled.into(),
    ];
    tx.execute_one(sql, &values).await?;
    find(tx, &id).await?.ok_or(Error::NotFound { what: "account", id })
}

/// One account by its id.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Account>> {
    let sql = "select id, name, title, role, area, totp is not null, disabled, version, handed_out from account where id = $1";
    tx.row(sql, &[id.into()]).await?.map(|row| account(&row)).transpose()
}

/// One account by what is typed at sign-in.
pub async fn named(tx: &mut Tx, name: &str) -> Result<Option<Account>> {
    let sql = "select id, name, title, role, area, totp is not null, disabled, version, handed_out from account where name = $1";
    tx.row(sql, &[super::folded(name).into()]).await?.map(|row| account(&row)).transpose()
}

/// What pages call the accounts of these ids.
pub async fn titles(tx: &mut Tx, ids: &[&str]) -> Result<BTreeMap<String, String>> {
    let ids: Vec<Vec<Value>> = ids.iter().map(|&id| vec![id.into()]).collect();
    let rows = tx.rows_among("select id, title from account where id in", &ids, "").await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
}

/// Accounts of an area and what lies in it, by name; `after` is the last name of the page before.
pub async fn list(tx: &mut Tx, area: AreaCode, after: &str, limit: i64) -> Result<Vec<Account>> {
    let sql = "select id, name, title, role, area, totp is not null, disabled, version, handed_out from account
               where area between $1 and $2 and name > $3 order by name limit $4";
    let (first, last) = area_range(area);
    let rows = tx.rows(sql, &[first.into(), last.into(), after.into(), limit.into()]).await?;
    rows.iter().map(account).collect()
}

/// The padded codes of an area and everything in it: `area between first and last`.
#[must_use]
pub fn area_range(area: AreaCode) -> (i64, i64) {
    let width = area.level().map_or(1_000_000_000_000, kernel::AreaLevel::unit);
    (area.padded(), area.padded().saturating_add(width - 1))
}

pub(super) async fn find_secrets(tx: &mut Tx, name: &str) -> Result<Option<(Account, Secrets)>> {
    let sql = "select id, name, title, role, area, totp is not null, disabled, version, handed_out,
                      password, totp_key, totp, totp_step, offered_key, offered
               from account where name = $1";
    tx.row(sql, &[name.into()]).await?.map(|row| Ok((account(&row)?, secrets_from(&row, 9)?))).transpose()
}

pub(super) async fn secrets(tx: &mut Tx, id: &str) -> Result<Secrets> {
    let sql = "select password, totp_key, totp, totp_step, offered_key, offered from account where id = $1";
    let row = tx.row(sql, &[id.into()]).await?.ok_or_else(|| Error::NotFound { what: "account", id: id.to_owned() })?;
    secrets_from(&row, 0)
}

/// Takes the step of a code; false if it, or a later one, was taken already.
pub(super) async fn take_step(tx: &mut Tx, id: &str, step: i64) -> Result<bool> {
    Ok(tx.execute("update account set totp_step = $2 where id = $1 and totp_step < $2", &[id.into(), step.into()]).await? == 1)
}

pub(super) async fn set_password(tx: &mut Tx, id: &str, hash: &str, handed_out: bool, now: i64) -> Result<()> {
    let sql = "update account set password = $2, handed_out = $4, changed_at = $3, version = version + 1 where id = $1";
    Ok(tx.execute_one(sql, &[id.into(), hash.into(), now.into(), handed_out.into()]).await?)
}

pub(super) async fn offer_totp(tx: &mut Tx, id: &str, key: Vec<u8>, sealed: Vec<u8>, now: i64) -> Result<()> {
    let sql = "update account set offered_key = $2, offered = $3, changed_at = $4 where id = $1";
    Ok(tx.execute_one(sql, &[id.into(), key.into(), sealed.into(), now.into()]).await?)
}

pub(super) async fn confirm_totp(tx: &mut Tx, id: &str, step: i64, now: i64) -> Result<()> {
    let sql = "update account set totp_key = offered_key, totp = offered, totp_step = $2, offered_key = null, offered = null,
                      changed_at = $3, version = version + 1
               where id = $1 and offered is not null";
    Ok(tx.execute_one(sql, &[id.into(), step.into(), now.into()]).await?)
}

/// Removes the one-time password of somebody who lost the telephone; the next sign-in enrols anew.
pub(super) async fn forget_totp(tx: &mut Tx, id: &str, now: i64) -> Result<()> {
    let sql = "update account set totp_key = null, totp = null, offered_key = null, offered = null, changed_at = $2, version = version + 1
               where id = $1";
    Ok(tx.execute_one(sql, &[id.into(), now.into()]).await?)
}

pub(super) async fn update(tx: &mut Tx, changed: &Account, now: i64) -> Result<()> {
    let sql = "update account set title = $3, role = $4, area = $5, disabled = $6, changed_at = $7, version = version + 1
               where id = $1 and version = $2";
    let values = [
        (&changed.id).into(),
        changed.version.into(),
        (&changed.title).into(),
        changed.role.name().into(),
        changed.area.padded().into(),
        changed.disabled.into(),
        now.into(),
    ];
    Ok(tx.execute_one(sql, &values).await?)
}

pub(super) async fn note(tx: &mut Tx, account: &str, by: &str, act: AccountAct, now: i64) -> Result<()> {
    let sql = "insert into account_event (id, account, at, actor, act) values ($1, $2, $3, $4, $5)";
    Ok(tx.execute_one(sql, &[new_id(now)?.into(), account.into(), now.into(), by.into(), act.name().into()]).await?)
}

/// Whether `by` did one of `acts` to the account after an instant.
pub(super) async fn acted(tx: &mut Tx, account: &str, by: &str, acts: &[AccountAct], after: i64) -> Result<bool> {
    let sql = "select act from account_event where account = $1 and actor = $2 and at > $3";
    let rows = tx.rows(sql, &[account.into(), by.into(), after.into()]).await?;
    for row in &rows {
        if acts.contains(&AccountAct::parse(&row.text(0)?)?) {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) async fn events(tx: &mut Tx, area: AreaCode, before: &str, limit: i64) -> Result<Vec<AccountEvent>> {
    let sql = "select e.id, a.name, e.at, e.actor, e.act from account_event e join account a on a.id = e.account
               where a.area between $1 and $2 and ($3 = '' or e.id < $3) order by e.id desc limit $4";
    let (first, last) = area_range(area);
    let rows = tx.rows(sql, &[first.into(), last.into(), before.into(), limit.into()]).await?;
    let event = |row: &Row| {
        let act = AccountAct::parse(&row.text(4)?)?;
        Ok(AccountEvent { id: row.text(0)?, account: row.text(1)?, at: row.long(2)?, by: row.text(3)?, act })
    };
    rows.iter().map(event).collect()
}

/// Administrators who may sign in, or who were locked after `since`; where each keeps accounts.
pub(super) async fn administrators(tx: &mut Tx, since: i64) -> Result<Vec<(String, AreaCode)>> {
    let sql = "select id, area from account where role = 'admin' and (not disabled or changed_at > $1)";
    let rows = tx.rows(sql, &[since.into()]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, AreaCode::from_padded(row.long(1)?)))).collect()
}
