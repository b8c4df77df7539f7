//! Events of cases to whoever an administrator subscribed, signed and without anything about people.
//!
//! What is to be sent is written in the transaction of the event itself: there is no event without its messages and no message without its
//! event. Each message arrives at least once, perhaps twice and out of order; the receiver knows it by its id, and orders by case and number.

pub mod store;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use database::Tx;
use futures::future::try_join_all;
use hmac::{Hmac, KeyInit, Mac};
use kernel::AreaCode;
use registry::case::{Case, CaseEvent, Change};
use serde_json::json;
use sha2::Sha256;

use crate::clock::{MINUTE, SECOND};
use crate::delivery::{Client, Target, next_attempt};
use crate::error::{Error, Result};
use crate::metrics::{Delivery, METRICS, Sent};
use crate::permission::{Action, Resource};
use crate::role::Principal;
use crate::service::{Service, purpose};
use crate::token::new_id;

/// Subscriptions in all: each costs a message for every event of its area.
const MOST: usize = 100;
/// Handing over a message takes at most so long.
const TAKEN: i64 = MINUTE;
const PREFIX: &str = "whsec_";

/// Who is told what happens to the cases of an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub id: String,
    pub area: AreaCode,
    pub url: String,
    pub created_at: i64,
    /// [`Principal::key`].
    pub created_by: String,
}

/// A message to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub subscription: String,
    /// The same for every attempt and every subscriber.
    pub event: String,
    pub body: String,
    pub first_at: i64,
    pub due_at: i64,
    pub attempts: i64,
}

/// Subscribes; the secret that messages are signed with is told once. `private`: whether addresses of private networks may be sent to.
pub async fn subscribe(service: &Service, who: &Principal, area: AreaCode, url: &str, private: bool) -> Result<(Subscription, String)> {
    service.permit(who, Action::ManageWebhooks, &Resource::of_area(area), purpose(who))?;
    Target::parse(url, private)?;
    let now = service.now();
    let secret = format!("{PREFIX}{}", STANDARD.encode(database::seal::random::<32>()?));
    let new = Subscription { id: new_id(now)?, area, url: url.to_owned(), created_at: now, created_by: who.key() };
    let mut tx = service.db.begin().await?;
    if store::list(&mut tx, AreaCode::WHOLE).await?.len() >= MOST {
        return Err(Error::Invalid { field: "webhooks", why: "there are 100 of them; end some first" });
    }
    store::insert(&mut tx, &service.keys, &new, &secret).await?;
    tx.commit().await?;
    Ok((new, secret))
}

/// Subscriptions within an area, oldest first.
pub async fn list(service: &Service, who: &Principal, area: AreaCode) -> Result<Vec<Subscription>> {
    service.permit(who, Action::ManageWebhooks, &Resource::of_area(area), purpose(who))?;
    let mut tx = service.db.read().await?;
    store::list(&mut tx, area).await
}

/// Ends a subscription; what waited for it is not sent.
pub async fn unsubscribe(service: &Service, who: &Principal, id: &str) -> Result<()> {
    let mut tx = service.db.begin().await?;
    let unknown = || Error::NotFound { what: "webhook", id: id.to_owned() };
    let found = store::find(&mut tx, id).await?.ok_or_else(unknown)?;
    // Of another area's nothing is told, not even that it is there.
    service.permit(who, Action::ManageWebhooks, &Resource::of_area(found.area), purpose(who)).map_err(|_denied| unknown())?;
    store::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// What happened to a case, for everybody who is told; in the transaction in which it happens.
pub(crate) async fn queue(tx: &mut Tx, case: &Case, events: &[CaseEvent]) -> Result<()> {
    let subscriptions = store::of_area(tx, case.area).await?;
    let mut messages = Vec::new();
    for event in events {
        let id = format!("{}-{}", event.case, event.number);
        let (kind, step) = told(&event.change);
        let body = json!({
            "id": id,
            "type": format!("case.{kind}"),
            "at": crate::dci::envelope::instant(event.at),
            "county": crate::own::county_code(case.area),
            "case": event.case,
            "number": event.number,
            "procedure": case.procedure,
            "step": step,
        });
        let body = body.to_string();
        let message = |subscription: &String| Message {
            subscription: subscription.clone(),
            event: id.clone(),
            body: body.clone(),
            first_at: event.at,
            due_at: event.at,
            attempts: 0,
        };
        messages.extend(subscriptions.iter().map(message));
    }
    store::queue(tx, &messages).await
}

/// The name of a change and the step it is about: nothing that anybody wrote, and nobody who did it.
fn told(change: &Change) -> (&'static str, Option<&str>) {
    match change {
        Change::Opened(_) => ("opened", None),
        Change::Begun { step, .. } => ("begun", Some(step)),
        Change::Recorded { step, .. } => ("recorded", Some(step)),
        Change::Compared { step, .. } => ("compared", Some(step)),
        Change::Voted { step, .. } => ("voted", Some(step)),
        Change::Published { step, .. } => ("published", Some(step)),
        Change::Objected { step, .. } => ("objected", Some(step)),
        Change::Resolved { .. } => ("resolved", None),
        Change::Resumed { .. } => ("resumed", None),
        Change::EvidenceOpened => ("evidence_opened", None),
        Change::Done { step } => ("done", Some(step)),
        Change::Returned { to, .. } => ("returned", Some(to)),
        Change::Decided(decision) => ("decided", Some(&decision.step)),
        Change::Withdrawn { .. } => ("withdrawn", None),
        Change::Escalated { step, .. } => ("escalated", step.as_deref()),
        Change::Completed => ("completed", None),
    }
}

/// Hands over what is due; how many messages arrived. What fails is tried again later, for three days.
pub async fn deliver_due(service: &Service, client: &Client, limit: i64) -> Result<usize> {
    let now = service.now();
    let mut tx = service.db.begin().await?;
    let due = store::take_due(&mut tx, now, now.saturating_add(TAKEN), limit).await?;
    tx.commit().await?;
    // Together: a receiver that does not answer holds nobody else up.
    let arrived = try_join_all(due.iter().map(|message| deliver(service, client, message))).await?;
    Ok(arrived.into_iter().filter(|arrived| *arrived).count())
}

async fn deliver(service: &Service, client: &Client, message: &Message) -> Result<bool> {
    let mut tx = service.db.read().await?;
    // It may have ended since the message was taken.
    let Some((url, secret)) = store::address(&mut tx, &service.keys, &message.subscription).await? else { return Ok(false) };
    drop(tx);
    let seconds = service.now() / SECOND;
    let headers = [
        ("webhook-id", message.event.clone()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", signature(&secret, &message.event, seconds, &message.body)?),
    ];
    let sent = client.post(&url, &headers, message.body.clone().into_bytes()).await;
    let now = service.now();
    let mut tx = service.db.begin().await?;
    let delivery = match (sent, next_attempt(message.first_at, message.attempts + 1, now)) {
        (Ok(()), _) => {
            store::done(&mut tx, message).await?;
            Delivery::Done
        }
        (Err(_), Some(next)) => {
            store::postpone(&mut tx, message, next).await?;
            Delivery::Failed
        }
        (Err(_), None) => {
            store::done(&mut tx, message).await?;
            Delivery::GivenUp
        }
    };
    tx.commit().await?;
    METRICS.delivered(Sent::Event, delivery);
    Ok(delivery == Delivery::Done)
}

/// `v1,` and the base64 of HMAC-SHA-256 over id, seconds and body with dots between (Standard Webhooks, symmetric).
pub fn signature(secret: &str, event: &str, seconds: i64, body: &str) -> Result<String> {
    let odd = || Error::Secret("the secret of a webhook cannot be read".to_owned());
    let key = STANDARD.decode(secret.strip_prefix(PREFIX).ok_or_else(odd)?).map_err(|_odd| odd())?;
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).map_err(|_length| odd())?;
    mac.update(format!("{event}.{seconds}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests;
