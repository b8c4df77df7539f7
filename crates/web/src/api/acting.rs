//! Cases to open and to act on: exactly once, and only on the version that the program saw.

use std::collections::BTreeSet;

use app::Tx;
use app::cases::{Doing, NewCase, act_in, open_in};
use app::metrics::METRICS;
use app::request::{Begun, Response as Kept, store as requests};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::post;
use registry::case::{Act as Doable, Record, Tally, store};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::HttpMethod;

use super::caller::Caller;
use super::case::{CaseBody, shown, visible};
use super::document::text;
use super::read::{Asked, Body, Place, once, pointed, seen_version, six_digits, sound};
use super::{Answer, Endpoint, PREFIX, Trouble, raw_json, tagged};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

pub(super) fn endpoints() -> Vec<Endpoint> {
    let (key, key_about) = (|| text("^[!-~]{1,128}$"), "a fresh key for each case or act; the same key gives the first answer again");
    let replayed = ("Idempotency-Replayed", "true if this was carried out before");
    let headers = [("Location", "the case"), ("ETag", "its version"), replayed];
    let open_about = "Open a case; a household has one open case of a procedure";
    let act_about = "Act on a case: what may be done stands in its `next_acts`";
    vec![
        Endpoint::new(HttpMethod::Post, "/cases", "openCase", open_about, post(open))
            .signed_in()
            .header("Idempotency-Key", true, key(), key_about)
            .takes::<NewCaseBody>()
            .gives::<CaseBody>(StatusCode::CREATED, &headers)
            .refuses(&[404, 409]),
        Endpoint::new(HttpMethod::Post, "/cases/{county}/{id}/acts", "act", act_about, post(act))
            .signed_in()
            .place()
            .header("Idempotency-Key", true, key(), key_about)
            .header("If-Match", true, text("^\"[0-9]{1,18}\"$"), "the entity tag of the case as it was seen")
            .takes::<ActBody>()
            .gives::<CaseBody>(StatusCode::OK, &headers)
            .refuses(&[404, 409, 412, 428]),
    ]
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCase)]
struct NewCaseBody {
    #[schema(min_length = 1, max_length = 64, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
    procedure: String,
    #[schema(pattern = "^[0-9]{6}$")]
    county: String,
    #[schema(min_length = 1, max_length = 64, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
    household: String,
    /// Departments' records contradict the declaration.
    #[serde(default)]
    flagged: bool,
    /// The case whose decision is appealed against.
    #[schema(min_length = 1, max_length = 64, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
    against: Option<String>,
}

/// What is handed in with an act.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = Record)]
struct RecordBody {
    /// Ids of documents.
    documents: BTreeSet<String>,
    /// Reference of the signature or thumbprint.
    signature: Option<String>,
    /// Accounts of the persons who took part besides the one who records it.
    persons: BTreeSet<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Votes)]
struct VotesBody {
    entitled: u32,
    present: u32,
    agree: u32,
    disagree: u32,
    abstain: u32,
}

/// One act. Steps are named by their ids in the procedure.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = Act)]
enum ActBody {
    Submit {
        step: String,
        #[serde(default)]
        record: RecordBody,
    },
    Visit {
        step: String,
        #[serde(default)]
        record: RecordBody,
    },
    Compare {
        step: String,
        #[serde(default)]
        record: RecordBody,
        flagged: bool,
    },
    Vote {
        step: String,
        #[serde(default)]
        record: RecordBody,
        votes: VotesBody,
    },
    PublishNotice {
        step: String,
        #[schema(format = Date, pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
        from: String,
    },
    Object {
        text: String,
    },
    ResolveObjection {
        objection: u32,
        upheld: bool,
        finding: String,
    },
    CloseNotice {
        step: String,
        #[serde(default)]
        record: RecordBody,
    },
    Hear {
        step: String,
        #[serde(default)]
        record: RecordBody,
    },
    Review {
        step: String,
        #[serde(default)]
        record: RecordBody,
    },
    OpenEvidence {},
    Approve {
        step: String,
        #[serde(default)]
        record: RecordBody,
    },
    Reject {
        step: String,
        reason: String,
    },
    Return {
        step: String,
        to: String,
        reason: String,
    },
    Announce {
        step: String,
        #[serde(default)]
        record: RecordBody,
    },
    Enter {
        step: String,
        #[serde(default)]
        record: RecordBody,
    },
    Withdraw {
        reason: String,
    },
    Escalate {
        step: Option<String>,
        reason: String,
    },
}

impl From<RecordBody> for Record {
    fn from(body: RecordBody) -> Self {
        Self { documents: body.documents, signature: body.signature, persons: body.persons }
    }
}

impl From<VotesBody> for Tally {
    fn from(body: VotesBody) -> Self {
        let VotesBody { entitled, present, agree, disagree, abstain } = body;
        Self { entitled, present, agree, disagree, abstain }
    }
}

/// To JSON 2.0 is a whole number as well.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(whole_numbers),
        Value::Number(number) => {
            let float = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0);
            if let Some(whole) = float.and_then(|float| format!("{float:.0}").parse::<i64>().ok()) {
                *value = whole.into();
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) => {}
    }
}

/// The mistake with its place: within a tagged value only its parts know where they are.
fn read(value: &Value) -> Result<ActBody, Trouble> {
    if let Some(record) = value.get("record") {
        inner::<RecordBody>("/record", record)?;
    }
    if let Some(votes) = value.get("votes") {
        inner::<VotesBody>("/votes", votes)?;
    }
    let texts = ["kind", "step", "from", "text", "finding", "reason", "to"];
    let no_text = |name: &&str| match value.get(name) {
        None => false,
        Some(Value::Null) => *name != "step",
        Some(sent) => !sent.is_string(),
    };
    let odd = texts.into_iter().find(no_text);
    if let Some(name) = odd {
        return Err(Trouble::at(&format!("/{name}"), "expected a text"));
    }
    if value.get("objection").is_some_and(|number| number.as_u64().and_then(|number| u32::try_from(number).ok()).is_none()) {
        return Err(Trouble::at("/objection", "expected a whole number"));
    }
    let flags = ["flagged", "upheld"];
    if let Some(name) = flags.into_iter().find(|name| value.get(name).is_some_and(|flag| !flag.is_boolean())) {
        return Err(Trouble::at(&format!("/{name}"), "expected true or false"));
    }
    pointed::<ActBody, _>(value).map_err(|trouble| trouble.unless_pointed(value))
}

fn inner<T: serde::de::DeserializeOwned>(pointer: &str, value: &Value) -> Result<(), Trouble> {
    pointed::<T, _>(value).map(|_| ()).map_err(|trouble| trouble.below(pointer))
}

fn doable(caller: &Caller, body: ActBody) -> Result<Doable, Trouble> {
    let evidence = String::new();
    Ok(match body {
        ActBody::Submit { step, record } => Doable::Submit { step, record: record.into() },
        ActBody::Visit { step, record } => Doable::Visit { step, record: record.into() },
        ActBody::Compare { step, record, flagged } => Doable::Compare { step, record: record.into(), flagged },
        ActBody::Vote { step, record, votes } => Doable::Vote { step, record: record.into(), tally: votes.into(), evidence },
        ActBody::PublishNotice { step, from } => {
            let from = Some(&from).filter(|from| from.len() == 10).and_then(|from| from.parse().ok());
            Doable::PublishNotice { step, from: from.ok_or_else(|| Trouble::at("/from", "expected YYYY-MM-DD"))? }
        }
        ActBody::Object { text } => Doable::Object { by: caller.who.key(), text },
        ActBody::ResolveObjection { objection, upheld, finding } => Doable::ResolveObjection { objection, upheld, finding },
        ActBody::CloseNotice { step, record } => Doable::CloseNotice { step, record: record.into() },
        ActBody::Hear { step, record } => Doable::Hear { step, record: record.into() },
        ActBody::Review { step, record } => Doable::Review { step, record: record.into() },
        ActBody::OpenEvidence {} => Doable::OpenEvidence,
        ActBody::Approve { step, record } => Doable::Approve { step, record: record.into(), evidence },
        ActBody::Reject { step, reason } => Doable::Reject { step, reason, evidence },
        ActBody::Return { step, to, reason } => Doable::Return { step, to, reason },
        ActBody::Announce { step, record } => Doable::Announce { step, record: record.into() },
        ActBody::Enter { step, record } => Doable::Enter { step, record: record.into() },
        ActBody::Withdraw { reason } => Doable::Withdraw { reason },
        ActBody::Escalate { step, reason } => Doable::Escalate { step, reason },
    })
}

async fn open(caller: Caller, asked: Asked, headers: HeaderMap, Body { value: new, bytes }: Body<NewCaseBody>) -> Answer {
    asked.only(&[])?;
    let key = once(&headers)?;
    six_digits("/county", &new.county)?;
    sound("/household", &new.household, 64)?;
    sound("/procedure", &new.procedure, 64)?;
    if let Some(against) = &new.against {
        sound("/against", against, 64)?;
    }
    let service = caller.service();
    let moment = service.moment();
    let mut tx = service.db.begin().await.map_err(app::Error::from)?;
    let content = [b"POST /cases\n".as_slice(), &bytes].concat();
    if let Some(before) = before(&caller, &mut tx, key, &content, moment.at).await? {
        return Ok(before);
    }
    let wanted = NewCase {
        procedure: &new.procedure,
        county: &new.county,
        household: &new.household,
        flagged: new.flagged,
        against: new.against.as_deref(),
    };
    let case = open_in(service, &mut tx, &caller.who, wanted, moment).await?;
    let (case, events) = store::load(&mut tx, &new.county, &case.id).await?;
    finish(&caller, tx, key, StatusCode::CREATED, &shown(&caller, &new.county, &case, &events)?).await
}

async fn act(caller: Caller, place: Place, asked: Asked, headers: HeaderMap, sent: Body<Value>) -> Answer {
    asked.only(&[])?;
    let Body { mut value, bytes } = sent;
    whole_numbers(&mut value);
    let version = seen_version(&headers)?;
    let key = once(&headers)?;
    let act = doable(&caller, read(&value)?)?;
    let service = caller.service();
    let moment = service.moment();
    let mut tx = service.db.begin().await.map_err(app::Error::from)?;
    let what = format!("POST /cases/{}/{}/acts {version}\n", place.county, place.id);
    let content = [what.as_bytes(), &bytes].concat();
    if let Some(before) = before(&caller, &mut tx, key, &content, moment.at).await? {
        return Ok(before);
    }
    let (case, _) = store::load(&mut tx, &place.county, &place.id).await?;
    if case.version != version {
        let denied = || app::Error::Denied { action: app::Action::ActOnCase.name() };
        return Err(if visible(&caller, &place.county, &case)? { Trouble::stale(case.version) } else { denied().into() });
    }
    let doing = Doing { county: &place.county, case: &place.id, version, act: &act };
    act_in(service, &mut tx, &caller.who, doing, moment).await?;
    let (case, events) = store::load(&mut tx, &place.county, &place.id).await?;
    let done = finish(&caller, tx, key, StatusCode::OK, &shown(&caller, &place.county, &case, &events)?).await?;
    METRICS.acted(act.kind());
    Ok(done)
}

/// The first answer, if this was carried out before; otherwise the key is claimed in `tx`.
async fn before(caller: &Caller, tx: &mut Tx, key: &str, content: &[u8], now: i64) -> Result<Option<Response>, Trouble> {
    match requests::begin_request(tx, &caller.who.key(), key, content, now).await? {
        Begun::Fresh => Ok(None),
        Begun::Replay(kept) => {
            let mut response = answer(kept)?;
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            Ok(Some(response))
        }
        Begun::OtherRequest => {
            Err(Trouble::new(StatusCode::CONFLICT, "api.key_reused", "this Idempotency-Key was used for something else"))
        }
    }
}

/// Keeps the answer with the effect.
async fn finish(caller: &Caller, mut tx: Tx, key: &str, status: StatusCode, case: &CaseBody) -> Answer {
    let body = serde_json::to_vec(case).map_err(|error| Trouble::internal(&error.to_string()))?;
    let location = Some(format!("{PREFIX}/cases/{}/{}", case.county, case.id));
    let kept = Kept { status: i64::from(status.as_u16()), location, body };
    requests::finish_request(&mut tx, &caller.who.key(), key, &kept).await?;
    tx.commit().await.map_err(app::Error::from)?;
    answer(kept)
}

fn answer(kept: Kept) -> Answer {
    let status = u16::try_from(kept.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| Trouble::internal("a kept answer has no status"))?;
    #[derive(Deserialize, Serialize)]
    struct Versioned {
        version: u64,
    }
    let known: Versioned = serde_json::from_slice(&kept.body).map_err(|error| Trouble::internal(&error.to_string()))?;
    let mut response = tagged(raw_json(status, kept.body), &format!("\"{}\"", known.version));
    if let Some(value) = kept.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    Ok(response)
}
