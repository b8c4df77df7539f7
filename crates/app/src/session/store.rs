//! Sessions by the hash of their token.

use database::{Migration, Tx, Value};
use kernel::AreaCode;

use super::{ABSOLUTE, IDLE, Session, TOUCH};
use crate::error::{Error, Result};
use crate::role::{HouseholdKey, Principal, Role};
use crate::token::Token;

pub(crate) const MIGRATION: Migration = Migration {
    version: 102,
    name: "session",
    sql: "create table session (
              hash bytea primary key,
              principal text not null,
              account text references account (id),
              county bigint,
              household text,
              second_factor boolean not null,
              remote text not null,
              opened_at bigint not null,
              seen_at bigint not null
          );
          create index session_principal on session (principal);
          create index session_opened on session (opened_at);",
};

/// Opens a session. `previous` is the token the browser came with: it ends, so that nobody who planted it gets in.
pub async fn open(tx: &mut Tx, who: &Principal, remote: &str, previous: Option<&Token>, now: i64) -> Result<Token> {
    if let Some(previous) = previous {
        close(tx, previous).await?;
    }
    let (account, county, household, second_factor) = match who {
        Principal::Staff { account, second_factor, .. } => (Some(account), None, None, *second_factor),
        Principal::Household(household) => (None, Some(household.county.padded()), Some(&household.id), false),
        Principal::Public => return Err(Error::Invalid { field: "principal", why: "the public has no sessions" }),
    };
    let token = Token::new()?;
    let sql = "insert into session (hash, principal, account, county, household, second_factor, remote, opened_at, seen_at)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
    let values = [
        token.hash().into(),
        who.key().into(),
        account.into(),
        county.into(),
        household.into(),
        second_factor.into(),
        remote.into(),
        now.into(),
    ];
    tx.execute_one(sql, &values).await?;
    Ok(token)
}

/// The session of a token, if it has not ended and its account is not disabled.
pub async fn find(tx: &mut Tx, token: &Token, now: i64) -> Result<Option<Session>> {
    let sql = "select s.opened_at, s.seen_at, s.second_factor and not a.handed_out, s.county, s.household, a.id, a.role, a.area, a.title
               from session s left join account a on a.id = s.account
               where s.hash = $1 and s.opened_at > $2 and s.seen_at > $3 and (s.account is null or not a.disabled)";
    let values = [token.hash().into(), (now - ABSOLUTE).into(), (now - IDLE).into()];
    let Some(row) = tx.row(sql, &values).await? else { return Ok(None) };
    let (opened_at, seen_at) = (row.long(0)?, row.long(1)?);
    let principal = if let Some(account) = row.text_or_none(5)? {
        let name = row.text(6)?;
        let role = Role::parse(&name).ok_or(Error::Unknown { what: "account.role", value: name })?;
        Principal::Staff { account, role, area: AreaCode::from_padded(row.long(7)?), second_factor: row.flag(2)? }
    } else {
        Principal::Household(HouseholdKey { county: AreaCode::from_padded(row.long(3)?), id: row.text(4)? })
    };
    let ends_at = seen_at.saturating_add(IDLE).min(opened_at.saturating_add(ABSOLUTE));
    Ok(Some(Session { principal, title: row.text_or_none(8)?.unwrap_or_default(), opened_at, ends_at, touch: now - seen_at >= TOUCH }))
}

/// Remembers that a request came.
pub async fn touch(tx: &mut Tx, token: &Token, now: i64) -> Result<()> {
    tx.execute("update session set seen_at = $2 where hash = $1 and seen_at < $2", &[token.hash().into(), now.into()]).await?;
    Ok(())
}

/// Signs out here.
pub async fn close(tx: &mut Tx, token: &Token) -> Result<()> {
    tx.execute("delete from session where hash = $1", &[token.hash().into()]).await?;
    Ok(())
}

/// Signs out everywhere; `key` is [`Principal::key`]. The number of sessions ended.
pub async fn close_all(tx: &mut Tx, key: &str) -> Result<u64> {
    Ok(tx.execute("delete from session where principal = $1", &[key.into()]).await?)
}

/// Where a principal is signed in: opened, last seen, remote address; newest first.
pub async fn list(tx: &mut Tx, key: &str) -> Result<Vec<(i64, i64, String)>> {
    let sql = "select opened_at, seen_at, remote from session where principal = $1 order by opened_at desc";
    let rows = tx.rows(sql, &[key.into()]).await?;
    rows.iter().map(|row| Ok((row.long(0)?, row.long(1)?, row.text(2)?))).collect()
}

/// Removes sessions that have ended; the number removed.
pub async fn sweep(tx: &mut Tx, now: i64) -> Result<u64> {
    let ended: [Value; 2] = [(now - ABSOLUTE).into(), (now - IDLE).into()];
    Ok(tx.execute("delete from session where opened_at <= $1 or seen_at <= $2", &ended).await?)
}
