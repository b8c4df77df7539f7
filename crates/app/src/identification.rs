//! Runs of the identification brought into the records, and cases opened from what they propose.

use database::Db;
use kernel::{AreaCode, Language};
use programme::Procedure;
use registry::assessment::{Assessment, Run, store};
use registry::household::store as households;
use targeting::proposal::{Direction, ReasonCode, reason_text};

use crate::cases::{NewCase, open};
use crate::error::{Error, Result};
use crate::permission::{Action, Resource};
use crate::role::{HouseholdKey, Principal};
use crate::service::{Service, purpose};

/// Assessments a transaction.
const BATCH: usize = 1_000;

/// Brings a run over one county into the records. It is seen when it is whole; the same run again changes nothing and says `false`.
pub async fn record(db: &Db, run: &Run, assessments: &[Assessment], tick: &(dyn Fn(u64) + Sync)) -> Result<bool> {
    let known = store::find(&mut db.read().await?, &run.county, &run.id).await?;
    if known.is_some() {
        tick(u64::try_from(assessments.len()).unwrap_or(0));
        return Ok(false);
    }
    for some in assessments.chunks(BATCH) {
        let mut tx = db.begin().await?;
        store::insert(&mut tx, &run.county, &run.id, some).await?;
        tx.commit().await?;
        tick(u64::try_from(some.len()).unwrap_or(0));
    }
    let mut tx = db.begin().await?;
    let new = store::finish(&mut tx, run).await?;
    tx.commit().await?;
    Ok(new)
}

/// What became of a household for which a case was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Opened {
        case: String,
    },
    /// Somebody opened one before.
    AlreadyOpen {
        case: String,
    },
    /// The latest run proposes nothing that opens a case for it.
    NothingProposed,
    /// Not in the visitor's area, or not theirs to open.
    Denied,
}

/// The procedure that a proposal about a household opens.
#[must_use]
pub fn procedure<'a>(service: &'a Service, assessment: &Assessment, status: &str) -> Option<&'a Procedure> {
    let inside = matches!(status, "registered" | "monitored");
    let on = service.moment().on;
    let area = AreaCode::parse(&assessment.village)?;
    let held = service.programme.procedures.iter().map(|held| &held.part);
    let id = held.filter(|procedure| procedure.opens_for(&assessment.proposal, inside)).map(Procedure::name).next()?;
    service.programme.procedure(id, area, on).map(|held| &held.part)
}

/// Opens the case that a run proposes, for each of these households by itself: one that cannot be opened holds up no other.
pub async fn open_cases(service: &Service, who: &Principal, county: &str, wanted: &[String]) -> Result<Vec<(String, Wanted)>> {
    let mut all = Vec::with_capacity(wanted.len());
    for household in wanted {
        all.push((household.clone(), open_one(service, who, county, household).await?));
    }
    Ok(all)
}

async fn open_one(service: &Service, who: &Principal, county: &str, household: &str) -> Result<Wanted> {
    let mut tx = service.db.read().await?;
    let found = households::find(&mut tx, county, household).await?;
    // First: who may not open a case learns nothing of what was proposed.
    let village = AreaCode::parse(&found.village).ok_or_else(|| registry::Error::Area(found.village.clone()))?;
    let resource = Resource::of_household(village, HouseholdKey::new(crate::cases::county(county)?, household));
    if service.permit(who, Action::OpenCase, &resource, purpose(who)).is_err() {
        return Ok(Wanted::Denied);
    }
    let assessed = store::of_household(&mut tx, county, household).await?;
    let status = found.status;
    drop(tx);
    let Some((assessment, _)) = assessed else { return Ok(Wanted::NothingProposed) };
    let Some(procedure) = procedure(service, &assessment, &status) else { return Ok(Wanted::NothingProposed) };
    let flagged = assessment.grounds.contradicted;
    let new = NewCase { procedure: procedure.name(), county, household, flagged, against: None };
    match open(service, who, new).await {
        Ok(case) => Ok(Wanted::Opened { case: case.id }),
        Err(Error::CaseOpen(case)) => Ok(Wanted::AlreadyOpen { case }),
        Err(Error::Denied { .. } | Error::Registry(registry::Error::Case(_))) => Ok(Wanted::Denied),
        Err(error) => Err(error),
    }
}

/// A reason in words, and whether it speaks for need (`Some(true)`), against it, or only says that the evidence is not enough.
#[must_use]
pub fn reason(code: &str, value: Option<f64>, language: Language) -> (String, Option<bool>) {
    let Ok(code) = serde_json::from_value::<ReasonCode>(serde_json::Value::from(code)) else { return (code.to_owned(), None) };
    let speaks_for = match code.direction() {
        Direction::Need => Some(true),
        Direction::NoNeed => Some(false),
        Direction::Doubt => None,
    };
    let text = reason_text(code, language);
    (value.map_or_else(|| text.to_owned(), |value| text.replace("{value}", &figure(code, value))), speaks_for)
}

/// Weights and counts as whole numbers; distances, scores and probabilities as percentages.
fn figure(code: ReasonCode, value: f64) -> String {
    match code {
        ReasonCode::RecordsAgainst | ReasonCode::RecordsFor | ReasonCode::Implausible | ReasonCode::FieldsMissing => format!("{value:.0}"),
        ReasonCode::IncomeBelowLine
        | ReasonCode::IncomeAboveLine
        | ReasonCode::IncomeNearLine
        | ReasonCode::IncomeUnknown
        | ReasonCode::IndexPoor
        | ReasonCode::IndexNotPoor
        | ReasonCode::IndexUnknown
        | ReasonCode::NotSecured
        | ReasonCode::Secured
        | ReasonCode::SecurityUnknown
        | ReasonCode::ModelLikely
        | ReasonCode::ModelUnlikely
        | ReasonCode::ModelUnsure
        | ReasonCode::FactsDisagree => format!("{:.0}%", value * 100.0),
    }
}

#[cfg(test)]
mod tests;
