//! Questions that are answered later: sealed, because they name people, until the answer has arrived.

use database::seal::Keyring;
use database::{Migration, Row, Tx, Value};

use crate::clock::DAY;
use crate::error::{Error, Result};

pub(crate) const MIGRATION: Migration = Migration {
    version: 121,
    name: "questions of partners",
    sql: "create table partner_question (
              id text primary key,
              partner text not null,
              message_id text not null,
              transaction_id text not null,
              reference_ids text not null,
              action text not null,
              account text not null,
              callback text not null,
              at bigint not null,
              due_at bigint not null,
              attempts bigint not null,
              state text not null,
              wrapped bytea not null,
              sealed bytea not null
          );
          create unique index partner_question_message on partner_question (partner, message_id);
          create index partner_question_transaction on partner_question (partner, transaction_id);
          create index partner_question_due on partner_question (state, due_at);",
};

/// Questions that are done with are kept so long. A signature does not hold longer than an hour, so none comes twice after this.
pub const KEPT: i64 = 30 * DAY;

/// What the sealed text is.
pub(crate) const PLACE: &str = "question";

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Answered,
    /// The answer could not be handed over for days, or may no longer be given.
    GivenUp,
}

impl State {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Answered => "answered",
            Self::GivenUp => "given_up",
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let known = [Self::Waiting, Self::Answered, Self::GivenUp].into_iter().find(|state| state.name() == text);
        known.ok_or_else(|| Error::Unknown { what: "partner_question.state", value: text.to_owned() })
    }
}

/// A question without what it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The correlation id of all answers.
    pub id: String,
    pub partner: String,
    pub message_id: String,
    pub transaction_id: String,
    pub reference_ids: Vec<String>,
    /// `search` or `txn-status`.
    pub action: String,
    /// The account that asked.
    pub account: String,
    pub callback: String,
    pub at: i64,
    pub due_at: i64,
    pub attempts: i64,
    pub state: State,
}

fn question(row: &Row) -> Result<Question> {
    let references = row.text(4)?;
    Ok(Question {
        id: row.text(0)?,
        partner: row.text(1)?,
        message_id: row.text(2)?,
        transaction_id: row.text(3)?,
        reference_ids: serde_json::from_str(&references).map_err(registry::Error::from)?,
        action: row.text(5)?,
        account: row.text(6)?,
        callback: row.text(7)?,
        at: row.long(8)?,
        due_at: row.long(9)?,
        attempts: row.long(10)?,
        state: State::parse(&row.text(11)?)?,
    })
}

/// Keeps a question with its text; the same message again is the question that is kept already.
pub async fn insert(tx: &mut Tx, keys: &Keyring, new: &Question, text: &str) -> Result<Question> {
    let (key, wrapped) = keys.new_key(&owner(&new.id))?;
    let sealed = key.seal(PLACE, text)?;
    let into = "partner_question (id, partner, message_id, transaction_id, reference_ids, action, account, callback, at, due_at, attempts,
                state, wrapped, sealed)";
    let row: Vec<Value> = vec![
        (&new.id).into(),
        (&new.partner).into(),
        (&new.message_id).into(),
        (&new.transaction_id).into(),
        serde_json::to_string(&new.reference_ids).map_err(registry::Error::from)?.into(),
        (&new.action).into(),
        (&new.account).into(),
        (&new.callback).into(),
        new.at.into(),
        new.due_at.into(),
        new.attempts.into(),
        new.state.name().into(),
        wrapped.into(),
        sealed.into(),
    ];
    tx.insert(into, &[row], "on conflict (partner, message_id) do nothing").await?;
    let sql = "select id, partner, message_id, transaction_id, reference_ids, action, account, callback, at, due_at, attempts, state
               from partner_question where partner = $1 and message_id = $2";
    let row = tx.row(sql, &[(&new.partner).into(), (&new.message_id).into()]).await?;
    row.as_ref().map(question).transpose()?.ok_or(Error::NotFound { what: "question", id: new.id.clone() })
}

/// Questions whose answer is due, taken by this process until `until`: nobody else takes them meanwhile.
pub async fn take_due(tx: &mut Tx, now: i64, until: i64, limit: i64) -> Result<Vec<Question>> {
    let sql = "select id, partner, message_id, transaction_id, reference_ids, action, account, callback, at, due_at, attempts, state
               from partner_question where state = 'waiting' and due_at <= $1 order by due_at, id limit $2";
    let rows = tx.rows(sql, &[now.into(), limit.into()]).await?;
    let mut taken = Vec::new();
    for row in &rows {
        let found = question(row)?;
        let take = "update partner_question set due_at = $2 where id = $1 and due_at = $3 and state = 'waiting'";
        if tx.execute(take, &[(&found.id).into(), until.into(), found.due_at.into()]).await? == 1 {
            taken.push(found);
        }
    }
    Ok(taken)
}

/// What a question asks. Whoever answers it writes the access log.
pub async fn open(tx: &mut Tx, keys: &Keyring, id: &str) -> Result<String> {
    let row = tx.row("select wrapped, sealed from partner_question where id = $1", &[id.into()]).await?;
    let row = row.ok_or(Error::NotFound { what: "question", id: id.to_owned() })?;
    let key = keys.unwrap(&row.bytes(0)?, &owner(id))?;
    Ok(key.open(PLACE, &row.bytes(1)?)?)
}

/// To be tried again.
pub async fn postpone(tx: &mut Tx, id: &str, due_at: i64) -> Result<()> {
    let sql = "update partner_question set due_at = $2, attempts = attempts + 1 where id = $1 and state = 'waiting'";
    Ok(tx.execute_one(sql, &[id.into(), due_at.into()]).await?)
}

/// Done with, one way or the other; what was asked is gone for good.
pub async fn close(tx: &mut Tx, id: &str, state: State) -> Result<()> {
    let sql = "update partner_question set state = $2, attempts = attempts + 1, wrapped = $3, sealed = $3
               where id = $1 and state = 'waiting'";
    Ok(tx.execute_one(sql, &[id.into(), state.name().into(), Vec::<u8>::new().into()]).await?)
}

/// Forgets questions that were done with so long ago that no partner asks for their state; the number forgotten.
pub async fn sweep(tx: &mut Tx, now: i64) -> Result<u64> {
    Ok(tx.execute("delete from partner_question where state <> 'waiting' and at < $1", &[(now - KEPT).into()]).await?)
}

/// A partner's questions of a transaction, or by their own id, oldest first.
pub async fn of_transaction(tx: &mut Tx, partner: &str, transaction: &str, id: &str) -> Result<Vec<Question>> {
    let sql = "select id, partner, message_id, transaction_id, reference_ids, action, account, callback, at, due_at, attempts, state
               from partner_question where partner = $1 and (transaction_id = $2 or id = $3) order by id limit 100";
    let rows = tx.rows(sql, &[partner.into(), transaction.into(), id.into()]).await?;
    rows.iter().map(question).collect()
}

pub(crate) fn owner(id: &str) -> String {
    format!("partner question/{id}")
}
