//! How households get in: a one-time code by text message, or the secret on a printed card. Neither needs a smartphone.

mod gateway;
pub mod store;

use std::sync::Arc;

use database::{Db, Keyring, Tx};
use kernel::{Language, Text};

pub use gateway::{FileGateway, Message, SmsGateway};

use crate::clock::MINUTE;
use crate::error::{Error, Result};
use crate::metrics::{METRICS, SignInOutcome, SignInWith};
use crate::role::HouseholdKey;
use crate::{throttle, token};

/// A code is good for so long.
pub const CODE_LASTS: i64 = 10 * MINUTE;
/// Wrong answers to one code.
pub const ATTEMPTS: i64 = 5;

/// Who asks for a code.
#[derive(Debug, Clone, Copy)]
pub struct CodeWanted<'a> {
    pub household: &'a HouseholdKey,
    /// The telephone on record. Without one, or for a household that does not exist, nothing is sent and the answer is the same.
    pub phone: Option<&'a str>,
    pub language: Language,
    /// Where the request came from.
    pub remote: &'a str,
}

/// How asking for a code, or getting in, ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// Done.
    Done(T),
    /// What was given is wrong, spent or too old: which of them is not told.
    Refused,
    /// Too many attempts; nothing was looked at.
    Wait { until: i64 },
}

/// Sends a code, if a telephone is known; older codes of the household are spent.
pub async fn send_code(db: &Db, keys: &Keyring, gateway: Arc<dyn SmsGateway>, wanted: CodeWanted<'_>, now: i64) -> Result<Answer<()>> {
    let code = token::six_digits()?;
    let mut tx = db.begin().await?;
    if let Some(until) = asked(&mut tx, format!("code:{}", wanted.household), wanted.remote, now).await? {
        tx.commit().await?;
        return Ok(Answer::Wait { until });
    }
    store::spend_codes(&mut tx, wanted.household, now).await?;
    if wanted.phone.is_some() {
        store::insert_code(&mut tx, keys, wanted.household, &code, now).await?;
    }
    tx.commit().await?;
    if let Some(phone) = wanted.phone {
        let message = Message { phone: phone.to_owned(), text: text(&code).pick(wanted.language).to_owned(), at: now };
        let sent = tokio::task::spawn_blocking(move || gateway.send(&message)).await;
        sent.map_err(|error| Error::Secret(error.to_string()))??;
    }
    Ok(Answer::Done(()))
}

/// As [`send_code`] for what leads to no household: counted in the same way, so that no answer tells which numbers exist.
pub async fn send_nothing(db: &Db, keys: &Keyring, typed: &str, remote: &str, now: i64) -> Result<Answer<()>> {
    let digest: String = keys.index("asked", typed).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut tx = db.begin().await?;
    let waits = asked(&mut tx, format!("code:{digest}"), remote, now).await?;
    tx.commit().await?;
    Ok(waits.map_or(Answer::Done(()), |until| Answer::Wait { until }))
}

/// Counts that somebody asked for a code; until when they wait, if they asked too often.
async fn asked(tx: &mut Tx, subject: String, remote: &str, now: i64) -> Result<Option<i64>> {
    // Not with the failures of signing in: whoever asks for codes must not shut officials out.
    for (who, limit) in [(format!("asking:{remote}"), throttle::REMOTE), (subject, throttle::CODES)] {
        if let Some(until) = throttle::store::attempt(tx, &who, limit, now).await? {
            return Ok(Some(until));
        }
    }
    Ok(None)
}

/// What the message says.
fn text(code: &str) -> Text {
    Text::new(
        &format!("验证码 {code}，十分钟内有效。工作人员不会向您索要验证码，请勿告诉任何人。"),
        &format!("Your code is {code}, good for ten minutes. No official will ever ask for it: tell nobody."),
    )
}

/// Whether a code gets its household in; it does so once. What leads to no household is counted and refused like a wrong code.
pub async fn sign_in_code(
    db: &Db,
    keys: &Keyring,
    household: Option<&HouseholdKey>,
    code: &str,
    remote: &str,
    now: i64,
) -> Result<Answer<()>> {
    let remote = format!("remote:{remote}");
    let mut tx = db.begin().await?;
    if let Some(until) = throttle::store::attempt(&mut tx, &remote, throttle::REMOTE, now).await? {
        tx.commit().await?;
        METRICS.signed_in(SignInWith::Code, SignInOutcome::Throttled);
        return Ok(Answer::Wait { until });
    }
    let right = match household {
        Some(household) => store::try_code(&mut tx, keys, household, code, now).await?,
        None => false,
    };
    if let Some(household) = household.filter(|_| right) {
        throttle::store::take_back(&mut tx, &remote, now).await?;
        throttle::store::succeeded(&mut tx, &format!("code:{household}")).await?;
    }
    tx.commit().await?;
    METRICS.signed_in(SignInWith::Code, if right { SignInOutcome::Accepted } else { SignInOutcome::Failed });
    Ok(if right { Answer::Done(()) } else { Answer::Refused })
}

/// The secret of a new card, shown only here, and the card's id. Older cards of the household stay good until they are revoked.
pub async fn issue_card(tx: &mut Tx, keys: &Keyring, household: &HouseholdKey, by: &str, now: i64) -> Result<(String, String)> {
    let secret = token::readable()?;
    let id = store::insert_card(tx, keys, household, &secret, by, now).await?;
    Ok((id, secret))
}

/// The household of a card's secret, however it is typed.
pub async fn sign_in_card(db: &Db, keys: &Keyring, secret: &str, remote: &str, now: i64) -> Result<Answer<HouseholdKey>> {
    let remote = format!("remote:{remote}");
    let mut tx = db.begin().await?;
    if let Some(until) = throttle::store::attempt(&mut tx, &remote, throttle::REMOTE, now).await? {
        tx.commit().await?;
        METRICS.signed_in(SignInWith::Card, SignInOutcome::Throttled);
        return Ok(Answer::Wait { until });
    }
    let found = store::find_card(&mut tx, keys, secret).await?;
    if found.is_some() {
        throttle::store::take_back(&mut tx, &remote, now).await?;
    }
    tx.commit().await?;
    METRICS.signed_in(SignInWith::Card, if found.is_some() { SignInOutcome::Accepted } else { SignInOutcome::Failed });
    Ok(found.map_or(Answer::Refused, Answer::Done))
}

#[cfg(test)]
mod tests;
