//! Messages in and answers out.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::envelope::{Envelope, Header, Refused, SearchMessage, StatusMessage, VERSION, ack, answer, instant, timely};
use super::partner::{Partner, Partners};
use super::search::{self, Asking};
use super::signature::{Signer, holds};
use super::store::{self, Question, State};
use crate::account;
use crate::clock::MINUTE;
use crate::delivery::{Client, next_attempt};
use crate::error::{Error, Result};
use crate::metrics::{Delivery, METRICS, Sent};
use crate::role::Principal;
use crate::service::Service;
use crate::token::new_id;

/// Questions in one message.
const MOST: usize = 100;
/// An answer takes at most so long to be made and handed over.
const TAKEN: i64 = 5 * MINUTE;

/// This service among its partners.
#[derive(Debug)]
pub struct Exchange {
    partners: Partners,
    signer: Signer,
    client: Client,
}

/// What goes back over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

/// A message whose sender is known.
struct Opened<'a> {
    header: Header,
    partner: &'a Partner,
    message: &'a str,
}

enum Stop {
    Refused(Refused),
    Failed(Error),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Exchange {
    #[must_use]
    pub const fn new(partners: Partners, signer: Signer, client: Client) -> Self {
        Self { partners, signer, client }
    }

    /// Answers at once: a search, or what became of earlier ones.
    pub async fn ask(&self, service: &Service, who: &Principal, action: &str, body: &[u8]) -> Result<Reply> {
        let id = new_id(service.now())?;
        match self.asked(service, who, action, body, &id).await {
            Ok(body) => Ok(Reply { status: 200, body }),
            Err(Stop::Refused(refused)) => Ok(refusal(&id, service.now(), refused)),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    /// Takes a message in; its answer goes to the partner later.
    pub async fn take(&self, service: &Service, who: &Principal, action: &str, body: &[u8]) -> Result<Reply> {
        let id = new_id(service.now())?;
        match self.taken(service, who, action, body, &id).await {
            Ok(id) => Ok(Reply { status: 200, body: ack(&id, service.now(), None).to_string().into_bytes() }),
            Err(Stop::Refused(refused)) => Ok(refusal(&id, service.now(), refused)),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    /// Hands over answers that are due; how many arrived. What fails is tried again later.
    pub async fn answer_due(&self, service: &Service, limit: i64) -> Result<usize> {
        let now = service.now();
        let mut tx = service.db.begin().await?;
        let due = store::take_due(&mut tx, now, now.saturating_add(TAKEN), limit).await?;
        tx.commit().await?;
        // Together: a partner that does not answer holds nobody else up.
        let arrived = try_join_all(due.iter().map(|question| self.answer_one(service, question))).await?;
        Ok(arrived.into_iter().filter(|arrived| *arrived).count())
    }

    async fn answer_one(&self, service: &Service, question: &Question) -> Result<bool> {
        let mut tx = service.db.read().await?;
        let text = store::open(&mut tx, &service.keys, &question.id).await?;
        let account = account::store::find(&mut tx, &question.account).await?.filter(|account| !account.disabled);
        drop(tx);
        let known = account.and_then(|account| Some((account.principal(true), self.partners.find(&question.partner)?)));
        let sent = match known {
            // Who may no longer ask is not answered either.
            None => Some(Delivery::GivenUp),
            Some((who, partner)) => {
                let body = self.body(service, &who, partner, question, &text).await?;
                self.client.post(&question.callback, &[], body).await.is_ok().then_some(Delivery::Done)
            }
        };
        let now = service.now();
        let mut tx = service.db.begin().await?;
        let delivery = match (sent, next_attempt(question.at, question.attempts + 1, now)) {
            (Some(Delivery::Done), _) => {
                store::close(&mut tx, &question.id, State::Answered).await?;
                Delivery::Done
            }
            (None, Some(next)) => {
                store::postpone(&mut tx, &question.id, next).await?;
                Delivery::Failed
            }
            (Some(_), _) | (None, None) => {
                store::close(&mut tx, &question.id, State::GivenUp).await?;
                Delivery::GivenUp
            }
        };
        tx.commit().await?;
        METRICS.delivered(Sent::Answer, delivery);
        Ok(delivery == Delivery::Done)
    }

    async fn body(&self, service: &Service, who: &Principal, partner: &Partner, question: &Question, text: &str) -> Result<Vec<u8>> {
        let (action, message) = if question.action == "search" {
            let message: SearchMessage = serde_json::from_str(text).map_err(registry::Error::from)?;
            ("on-search", found(service, who, partner, &message, &question.id).await?)
        } else {
            let message: StatusMessage = serde_json::from_str(text).map_err(registry::Error::from)?;
            ("txn-on-status", became(service, partner, &message, &question.id).await?)
        };
        let id = new_id(service.now())?;
        Ok(answer(&self.signer, &partner.id, action, &id, &message, service.now()))
    }

    async fn asked(&self, service: &Service, who: &Principal, action: &str, body: &[u8], id: &str) -> Result<Vec<u8>, Stop> {
        let opened = self.opened(service, who, action, body).await?;
        let (action, message) = if action == "search" {
            let message = search_of(&opened)?;
            allowed(service, who, opened.partner, &message)?;
            ("on-search", found(service, who, opened.partner, &message, id).await?)
        } else {
            ("txn-on-status", became(service, opened.partner, &status_of(&opened)?, id).await?)
        };
        let reply_id = new_id(service.now())?;
        Ok(answer(&self.signer, &opened.partner.id, action, &reply_id, &message, service.now()))
    }

    async fn taken(&self, service: &Service, who: &Principal, action: &str, body: &[u8], id: &str) -> Result<String, Stop> {
        let opened = self.opened(service, who, action, body).await?;
        let (transaction_id, reference_ids) = if action == "search" {
            let message = search_of(&opened)?;
            allowed(service, who, opened.partner, &message)?;
            (message.transaction_id, message.search_request.into_iter().map(|item| item.reference_id).collect())
        } else {
            let message = status_of(&opened)?;
            (message.transaction_id, vec![message.txnstatus_request.reference_id])
        };
        let (Principal::Staff { account, .. }, now) = (who, service.now()) else { return Err(unauthorized().into()) };
        let uri = Refused { status: 400, code: "err.sender_uri.invalid", why: "expected the address on file or one below it" };
        let question = Question {
            id: id.to_owned(),
            partner: opened.partner.id.clone(),
            message_id: opened.header.message_id.clone(),
            transaction_id,
            reference_ids,
            action: action.to_owned(),
            account: account.clone(),
            callback: opened.partner.callback(opened.header.sender_uri.as_deref()).ok_or(uri)?,
            at: now,
            due_at: now,
            attempts: 0,
            state: State::Waiting,
        };
        let mut tx = service.db.begin().await?;
        let kept = store::insert(&mut tx, &service.keys, &question, opened.message).await?;
        tx.commit().await?;
        Ok(kept.id)
    }

    /// Whose message it is, and that it is theirs.
    async fn opened<'a>(&'a self, service: &Service, who: &Principal, action: &str, body: &'a [u8]) -> Result<Opened<'a>, Stop> {
        let shape = Refused::bad("expected signature, header and message as JSON");
        let envelope: Envelope<'a> = serde_json::from_slice(body).map_err(|_shape| shape)?;
        let header: Header = read(envelope.header.get(), "header: expected message_id, message_ts, action, sender_id and total_count")?;
        let unknown = Refused { status: 400, code: "err.sender_id.invalid", why: "the sender is not known here, or signs in as another" };
        let partner = self.partners.find(&header.sender_id).ok_or(unknown)?;
        let Principal::Staff { account, second_factor: true, .. } = who else { return Err(unauthorized().into()) };
        let mut tx = service.db.read().await?;
        let account = account::store::find(&mut tx, account).await?;
        drop(tx);
        if account.is_none_or(|account| account.name != partner.account) {
            return Err(unknown.into());
        }
        let Some(signature) = envelope.signature.as_deref().filter(|text| !text.is_empty()) else {
            return Err(Refused { status: 400, code: "err.signature.missing", why: "a signature is needed" }.into());
        };
        if !holds(partner, signature, envelope.header.get(), envelope.message.get(), service.now()) {
            return Err(Refused { status: 400, code: "err.signature.invalid", why: "the signature does not hold, or is too old" }.into());
        }
        if header.version.as_deref().is_some_and(|version| version != VERSION) {
            return Err(Refused { status: 400, code: "err.version.not_supported", why: "expected 1.0.0" }.into());
        }
        if header.receiver_id.as_deref().is_some_and(|receiver| !receiver.is_empty() && receiver != self.partners.own) {
            return Err(Refused { status: 400, code: "err.receiver_id.invalid", why: "the message is for somebody else" }.into());
        }
        if header.is_msg_encrypted {
            let why = "messages are not encrypted beyond TLS here";
            return Err(Refused { status: 400, code: "err.encryption.invalid", why }.into());
        }
        if header.action != action || !timely(&header.message_ts) || !plain(&header.message_id, 200) {
            return Err(Refused::bad("header: expected the action of the address, a date and time with zone, and a message_id").into());
        }
        Ok(Opened { header, partner, message: envelope.message.get() })
    }
}

const fn unauthorized() -> Refused {
    Refused { status: 403, code: "err.request.forbidden", why: "this account may not ask" }
}

fn refusal(id: &str, at: i64, refused: Refused) -> Reply {
    Reply { status: refused.status, body: ack(id, at, Some(refused)).to_string().into_bytes() }
}

fn read<T: DeserializeOwned>(text: &str, why: &'static str) -> Result<T, Refused> {
    serde_json::from_str(text).map_err(|_shape| Refused::bad(why))
}

/// An id that partners give: no control characters, which PostgreSQL takes in no text.
fn plain(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.chars().count() <= longest && !text.chars().any(char::is_control)
}

fn locale(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn search_of(opened: &Opened<'_>) -> Result<SearchMessage, Refused> {
    let message: SearchMessage =
        read(opened.message, "message: expected transaction_id and search_request with reference_id, timestamp and search_criteria")?;
    let items = &message.search_request;
    if !plain(&message.transaction_id, 99) {
        return Err(Refused::bad("transaction_id: expected 1 to 99 characters"));
    }
    if items.is_empty() || items.len() > MOST || u64::try_from(items.len()).ok() != Some(opened.header.total_count) {
        return Err(Refused::bad("search_request: expected 1 to 100 questions, as many as total_count says"));
    }
    for item in items {
        if !plain(&item.reference_id, 200) {
            return Err(Refused::bad("reference_id: expected 1 to 200 characters"));
        }
        if !timely(&item.timestamp) || !locale(item.locale.as_deref()) {
            return Err(Refused::bad("timestamp: expected date and time with zone; locale: three lower-case letters"));
        }
        let criteria = &item.search_criteria;
        let paged = criteria.pagination.is_none_or(|page| page.page_size >= 1 && page.page_number.is_none_or(|number| number >= 1));
        if !paged {
            return Err(Refused::bad("pagination: pages and their sizes are counted from 1"));
        }
        let entity = criteria.response_entity.as_deref().is_none_or(|entity| ["Group", "Member"].contains(&entity));
        if !["idtype-value", "expression", "predicate"].contains(&criteria.query_type.as_str()) || !entity {
            return Err(Refused::bad("query_type: expected idtype-value, expression or predicate; response_entity: Group or Member"));
        }
    }
    Ok(message)
}

fn status_of(opened: &Opened<'_>) -> Result<StatusMessage, Refused> {
    let odd = "message: expected transaction_id and txnstatus_request with reference_id, txn_type, attribute_type and attribute_value";
    let message: StatusMessage = read(opened.message, odd)?;
    let request = &message.txnstatus_request;
    let known = ["search", "subscribe", "receipt"].contains(&request.txn_type.as_str())
        && ["transaction_id", "reference_id_list", "correlation_id"].contains(&request.attribute_type.as_str());
    if known && plain(&message.transaction_id, 99) && plain(&request.reference_id, 200) && locale(request.locale.as_deref()) {
        Ok(message)
    } else {
        Err(Refused::bad(odd))
    }
}

/// Who may read nothing at all for what they ask is told so at once.
fn allowed(service: &Service, who: &Principal, partner: &Partner, message: &SearchMessage) -> Result<(), Refused> {
    let may = |item: &super::envelope::SearchItem| {
        search::purpose(partner, &item.search_criteria).is_some_and(|purpose| search::scope(service, who, purpose).is_some())
    };
    if message.search_request.iter().any(may) { Ok(()) } else { Err(unauthorized()) }
}

async fn found(service: &Service, who: &Principal, partner: &Partner, message: &SearchMessage, id: &str) -> Result<Value> {
    let asking = Asking { service, who, partner, transaction: &message.transaction_id };
    let (mut seen, mut answers) = (BTreeSet::new(), Vec::new());
    for item in &message.search_request {
        let repeated = !seen.insert(item.reference_id.as_str());
        answers.push(search::answer(&asking, item, repeated).await?);
    }
    Ok(json!({ "transaction_id": message.transaction_id, "correlation_id": id, "search_response": answers }))
}

/// What became of the questions that were taken in; those answered at once are not kept.
async fn became(service: &Service, partner: &Partner, message: &StatusMessage, id: &str) -> Result<Value> {
    let request = &message.txnstatus_request;
    let value = request.attribute_value.as_str().unwrap_or_default();
    let wanted: Option<BTreeSet<&str>> = request.attribute_value.as_array().map(|all| all.iter().filter_map(Value::as_str).collect());
    let transaction = if request.attribute_type == "transaction_id" { value } else { message.transaction_id.as_str() };
    let correlation = if request.attribute_type == "correlation_id" { value } else { "" };
    let mut tx = service.db.read().await?;
    let questions = store::of_transaction(&mut tx, &partner.id, transaction, correlation).await?;
    let mut answers = Vec::new();
    for question in questions.iter().filter(|question| question.action == "search" && request.txn_type == "search") {
        let status = match question.state {
            State::Waiting => "pdng",
            State::Answered => "succ",
            State::GivenUp => "rjct",
        };
        let named = |reference: &&String| wanted.as_ref().is_none_or(|wanted| wanted.contains(reference.as_str()));
        let row = |reference: &String| json!({ "reference_id": reference, "timestamp": instant(question.at), "status": status });
        answers.extend(question.reference_ids.iter().filter(named).map(row));
    }
    let first = questions.first().map_or(id, |question| question.id.as_str());
    Ok(json!({
        "transaction_id": message.transaction_id,
        "correlation_id": id,
        "txnstatus_response": {
            "txn_type": request.txn_type,
            "txn_status": { "transaction_id": transaction, "correlation_id": first, "search_response": answers },
        },
    }))
}
