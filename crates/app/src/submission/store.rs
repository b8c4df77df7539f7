//! Submissions that are known, by their instance ids, for ever.

use database::{Migration, Tx};

use super::Form;
use crate::error::{Error, Result};
use crate::token::equal;

pub(crate) const MIGRATION: Migration = Migration {
    version: 122,
    name: "submissions",
    sql: "create table submission (
              instance text primary key,
              form text not null,
              digest bytea not null,
              actor text not null,
              at bigint not null
          );",
};

/// Whether a submission was seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    New,
    /// With the same answers.
    Same,
    /// With other answers, or of another form.
    Other,
}

/// Makes a submission known. Who claims the same at the same time waits for the end of the first transaction.
pub async fn claim(tx: &mut Tx, instance: &str, form: Form, digest: &[u8], actor: &str, at: i64) -> Result<Claim> {
    let row = vec![instance.into(), form.name().into(), digest.into(), actor.into(), at.into()];
    let claimed = tx.insert("submission (instance, form, digest, actor, at)", &[row], "on conflict (instance) do nothing").await?;
    if claimed == 1 {
        return Ok(Claim::New);
    }
    match find(tx, instance, form, digest).await? {
        Claim::New => Err(Error::Underway),
        known @ (Claim::Same | Claim::Other) => Ok(known),
    }
}

pub async fn find(tx: &mut Tx, instance: &str, form: Form, digest: &[u8]) -> Result<Claim> {
    let row = tx.row("select form, digest from submission where instance = $1", &[instance.into()]).await?;
    let Some(row) = row else { return Ok(Claim::New) };
    let same = row.text(0)? == form.name() && equal(&row.bytes(1)?, digest);
    Ok(if same { Claim::Same } else { Claim::Other })
}
