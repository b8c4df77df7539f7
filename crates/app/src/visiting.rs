//! A visitor's findings: the step of the case and what was seen, in one transaction, exactly once.

use database::Tx;
use registry::Cell;
use registry::case::{Act, ActKind, Moment, Record, store as cases};
use registry::household::Cells;
use registry::observation::{Observation, latest, store};

use crate::cases::{Doing, act_in};
use crate::error::{Error, Result};
use crate::metrics::METRICS;
use crate::request::{Begun, Response, store as requests};
use crate::role::Principal;
use crate::service::Service;

/// What comes from a form, perhaps days after it was filled in.
#[derive(Debug, Clone)]
pub struct Findings<'a> {
    pub county: &'a str,
    pub case: &'a str,
    pub step: &'a str,
    /// The newest observation that the visitor saw when filling in; 0 for none.
    pub seen: i64,
    pub cells: Cells,
    pub record: Record,
    /// A photograph as base64 text.
    pub photo: Option<String>,
}

/// A column that somebody else answered otherwise in the meantime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disputed {
    pub column: String,
    pub mine: Cell,
    pub theirs: Cell,
    pub by: String,
}

/// How a visit was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Stored,
    /// Nothing was stored: the visitor chooses field by field and sends again, having seen `newest`.
    Disputed {
        fields: Vec<Disputed>,
        newest: i64,
    },
}

/// Stores a visit; the same `key` with the same content is answered as the first time.
pub async fn record(service: &Service, who: &Principal, findings: &Findings<'_>, key: &str, content: &[u8]) -> Result<Outcome> {
    let moment = service.moment();
    let mut tx = service.db.begin().await?;
    match requests::begin_request(&mut tx, &who.key(), key, content, moment.at).await? {
        Begun::Fresh => {}
        Begun::Replay(_) => return Ok(Outcome::Stored),
        Begun::OtherRequest => return Err(Error::Invalid { field: "key", why: "it was used for another visit" }),
    }
    let outcome = record_in(service, &mut tx, who, findings, moment).await?;
    if outcome != Outcome::Stored {
        // The claim on the key goes with the transaction: the answer to the dispute may use the same key.
        return Ok(outcome);
    }
    let response = Response { status: 201, location: None, body: Vec::new() };
    requests::finish_request(&mut tx, &who.key(), key, &response).await?;
    tx.commit().await?;
    METRICS.acted(ActKind::Visit);
    Ok(Outcome::Stored)
}

/// As [`record`], in the caller's transaction; who calls it has made sure that it happens once.
pub(crate) async fn record_in(service: &Service, tx: &mut Tx, who: &Principal, findings: &Findings<'_>, moment: Moment) -> Result<Outcome> {
    let (case, _) = cases::load(tx, findings.county, findings.case).await?;
    let known = store::list(tx, findings.county, &case.household).await?;
    let fields = disputed(&known, findings);
    let newest = known.last().map_or(0, |last| last.number);
    if !fields.is_empty() {
        return Ok(Outcome::Disputed { fields, newest });
    }
    let act = Act::Visit { step: findings.step.to_owned(), record: findings.record.clone() };
    let doing = Doing { county: findings.county, case: findings.case, version: case.version, act: &act };
    act_in(service, tx, who, doing, moment).await?;
    let observation = Observation {
        number: newest + 1,
        case: case.id.clone(),
        on: moment.on.to_string(),
        at: moment.at,
        actor: who.key(),
        cells: findings.cells.clone(),
        photo: findings.photo.is_some(),
    };
    let place = (findings.county, case.household.as_str());
    store::insert(tx, &service.keys, place, &observation, findings.photo.as_deref()).await?;
    Ok(Outcome::Stored)
}

/// Columns with a newer answer than the visitor saw, and another one.
fn disputed(known: &[Observation], findings: &Findings<'_>) -> Vec<Disputed> {
    let newer = latest(known).into_iter().filter(|(_, (_, seen))| seen.number > findings.seen);
    newer
        .filter_map(|(column, (theirs, observation))| {
            let mine = findings.cells.get(column).filter(|mine| *mine != theirs)?;
            Some(Disputed { column: column.to_owned(), mine: mine.clone(), theirs: theirs.clone(), by: observation.actor.clone() })
        })
        .collect()
}
