//! Subscriptions and the messages that wait for them.

use database::{Keyring, Migration, Row, Tx, Value};
use kernel::AreaCode;

use super::{Message, Subscription};
use crate::account::store::area_range;
use crate::error::Result;

pub(crate) const MIGRATION: Migration = Migration {
    version: 123,
    name: "webhooks",
    sql: "create table webhook (
              id text primary key,
              area bigint not null,
              area_last bigint not null,
              url text not null,
              created_at bigint not null,
              created_by text not null,
              wrapped bytea not null,
              sealed bytea not null
          );
          create index webhook_area on webhook (area, area_last);
          create table outbox (
              subscription text not null,
              event text not null,
              body text not null,
              first_at bigint not null,
              due_at bigint not null,
              attempts bigint not null,
              primary key (subscription, event)
          );
          create index outbox_due on outbox (due_at);",
};

/// What the sealed text is.
pub(crate) const PLACE: &str = "secret";

fn subscription(row: &Row) -> Result<Subscription> {
    Ok(Subscription {
        id: row.text(0)?,
        area: AreaCode::from_padded(row.long(1)?),
        url: row.text(2)?,
        created_at: row.long(3)?,
        created_by: row.text(4)?,
    })
}

pub async fn insert(tx: &mut Tx, keys: &Keyring, new: &Subscription, secret: &str) -> Result<()> {
    let (key, wrapped) = keys.new_key(&owner(&new.id))?;
    let sealed = key.seal(PLACE, secret)?;
    let (first, last) = area_range(new.area);
    let row: Vec<Value> = vec![
        (&new.id).into(),
        first.into(),
        last.into(),
        (&new.url).into(),
        new.created_at.into(),
        (&new.created_by).into(),
        wrapped.into(),
        sealed.into(),
    ];
    tx.insert("webhook (id, area, area_last, url, created_at, created_by, wrapped, sealed)", &[row], "").await?;
    Ok(())
}

/// Subscriptions whose area lies within this one, oldest first.
pub async fn list(tx: &mut Tx, area: AreaCode) -> Result<Vec<Subscription>> {
    let (first, last) = area_range(area);
    let sql = "select id, area, url, created_at, created_by from webhook where area >= $1 and area_last <= $2 order by id";
    let rows = tx.rows(sql, &[first.into(), last.into()]).await?;
    rows.iter().map(subscription).collect()
}

pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Subscription>> {
    let sql = "select id, area, url, created_at, created_by from webhook where id = $1";
    tx.row(sql, &[id.into()]).await?.as_ref().map(subscription).transpose()
}

/// Ends a subscription and what waits for it.
pub async fn delete(tx: &mut Tx, id: &str) -> Result<()> {
    tx.execute("delete from outbox where subscription = $1", &[id.into()]).await?;
    Ok(tx.execute_one("delete from webhook where id = $1", &[id.into()]).await?)
}

/// Who is told of what happens here.
pub async fn of_area(tx: &mut Tx, area: AreaCode) -> Result<Vec<String>> {
    let (first, last) = area_range(area);
    let rows = tx.rows("select id from webhook where area <= $1 and area_last >= $2 order by id", &[first.into(), last.into()]).await?;
    rows.iter().map(|row| Ok(row.text(0)?)).collect()
}

pub async fn queue(tx: &mut Tx, messages: &[Message]) -> Result<()> {
    let row = |message: &Message| -> Vec<Value> {
        vec![
            (&message.subscription).into(),
            (&message.event).into(),
            (&message.body).into(),
            message.first_at.into(),
            message.due_at.into(),
            message.attempts.into(),
        ]
    };
    let rows: Vec<Vec<Value>> = messages.iter().map(row).collect();
    tx.insert("outbox (subscription, event, body, first_at, due_at, attempts)", &rows, "").await?;
    Ok(())
}

/// Messages that are due, taken by this process until `until`: nobody else takes them meanwhile.
pub async fn take_due(tx: &mut Tx, now: i64, until: i64, limit: i64) -> Result<Vec<Message>> {
    let sql = "select subscription, event, body, first_at, due_at, attempts from outbox where due_at <= $1
               order by due_at, event limit $2";
    let rows = tx.rows(sql, &[now.into(), limit.into()]).await?;
    let mut taken = Vec::new();
    for row in &rows {
        let due_at = row.long(4)?;
        let message = Message {
            subscription: row.text(0)?,
            event: row.text(1)?,
            body: row.text(2)?,
            first_at: row.long(3)?,
            due_at: until,
            attempts: row.long(5)?,
        };
        let take = "update outbox set due_at = $3 where subscription = $1 and event = $2 and due_at = $4";
        let values = [(&message.subscription).into(), (&message.event).into(), until.into(), due_at.into()];
        if tx.execute(take, &values).await? == 1 {
            taken.push(message);
        }
    }
    Ok(taken)
}

/// Where messages of a subscription go, and the secret they are signed with; nothing once it has ended.
pub async fn address(tx: &mut Tx, keys: &Keyring, id: &str) -> Result<Option<(String, String)>> {
    let Some(row) = tx.row("select url, wrapped, sealed from webhook where id = $1", &[id.into()]).await? else { return Ok(None) };
    let key = keys.unwrap(&row.bytes(1)?, &owner(id))?;
    Ok(Some((row.text(0)?, key.open(PLACE, &row.bytes(2)?)?)))
}

/// To be tried again; nothing if the subscription ended meanwhile.
pub async fn postpone(tx: &mut Tx, message: &Message, due_at: i64) -> Result<()> {
    let sql = "update outbox set due_at = $3, attempts = attempts + 1 where subscription = $1 and event = $2";
    tx.execute(sql, &[(&message.subscription).into(), (&message.event).into(), due_at.into()]).await?;
    Ok(())
}

/// It arrived, or was given up.
pub async fn done(tx: &mut Tx, message: &Message) -> Result<()> {
    let sql = "delete from outbox where subscription = $1 and event = $2";
    tx.execute(sql, &[(&message.subscription).into(), (&message.event).into()]).await?;
    Ok(())
}

pub(crate) fn owner(id: &str) -> String {
    format!("webhook/{id}")
}
