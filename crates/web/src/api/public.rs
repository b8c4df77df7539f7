//! What everybody may read: totals without small numbers, and how decisions are made.

use app::{Action, Resource, purpose};
use axum::http::StatusCode;
use axum::routing::get;
use kernel::{AreaCode, AreaLevel, Text};
use programme::{Procedure, Step};
use registry::household::store::tally;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::HttpMethod;

use super::caller::Anyone;
use super::document::{id, text};
use super::read::{Asked, Name, area_of};
use super::{Answer, Endpoint, Trouble, json};
use crate::view::page::word::Status;
use crate::view::public_count::PublicCount;

const SHOWN: [Status; 3] = [Status::Registered, Status::Monitored, Status::Exited];

pub(super) fn endpoints() -> Vec<Endpoint> {
    let totals_about = "Households by place and status; small numbers are withheld";
    vec![
        Endpoint::new(HttpMethod::Get, "/totals", "readTotals", totals_about, get(totals))
            .query("area", text("^[0-9]{2,6}$"), "a county or something larger; everything unless named")
            .gives::<TotalsBody>(StatusCode::OK, &[])
            .refuses(&[401]),
        Endpoint::new(HttpMethod::Get, "/procedures", "listProcedures", "Procedures valid today", get(procedures))
            .gives::<ProcedureList>(StatusCode::OK, &[])
            .refuses(&[401]),
        Endpoint::new(HttpMethod::Get, "/procedures/{id}", "readProcedure", "The steps of a procedure valid today", get(procedure))
            .at("id", id(), "its id in the programme")
            .gives::<ProcedureBody>(StatusCode::OK, &[])
            .refuses(&[401, 404]),
    ]
}

#[derive(Serialize, ToSchema)]
#[schema(as = Totals)]
struct TotalsBody {
    as_of: String,
    area: String,
    rows: Vec<TotalBody>,
}

/// Households of one place; nothing where the number is withheld.
#[derive(Serialize, ToSchema)]
#[schema(as = Total)]
struct TotalBody {
    area: String,
    registered: Option<u64>,
    monitored: Option<u64>,
    exited: Option<u64>,
}

async fn totals(caller: Anyone, asked: Asked) -> Answer {
    asked.only(&["area"])?;
    // A smaller place alone would show what is withheld beside its neighbours.
    if asked.get("area").is_some_and(|text| text.len() > 6) {
        return Err(Trouble::parameter("area", "expected 2 to 6 digits: a county or something larger"));
    }
    let area = asked.get("area").map(area_of).transpose()?.unwrap_or(AreaCode::WHOLE);
    let service = &caller.site.service;
    service.permit(&caller.who, Action::ViewPublicTotals, &Resource::of_area(area), purpose(&caller.who))?;
    let level = if area.level().is_none_or(|level| level < AreaLevel::County) { AreaLevel::County } else { AreaLevel::Township };
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let counts = tally(&mut tx, area, level).await?;
    drop(tx);
    let mut areas: Vec<&str> = counts.iter().map(|(code, ..)| code.as_str()).collect();
    areas.dedup();
    let of = |code: &str, status: Status| -> u64 {
        let found = counts.iter().filter(|(area, word, ..)| area == code && word == status.code());
        u64::try_from(found.map(|(_, _, households, _)| households).sum::<i64>()).unwrap_or(0)
    };
    let [registered, monitored, exited] =
        SHOWN.map(|status| PublicCount::column(&areas.iter().map(|code| of(code, status)).collect::<Vec<_>>()));
    let columns = registered.iter().zip(&monitored).zip(&exited);
    let rows = areas.iter().zip(columns).map(|(code, ((registered, monitored), exited))| TotalBody {
        area: (*code).to_owned(),
        registered: registered.shown(),
        monitored: monitored.shown(),
        exited: exited.shown(),
    });
    json(StatusCode::OK, &TotalsBody { as_of: service.moment().on.to_string(), area: area.to_string(), rows: rows.collect() })
}

#[derive(Serialize, ToSchema)]
struct ProcedureList {
    procedures: Vec<ProcedureLine>,
}

#[derive(Serialize, ToSchema)]
struct ProcedureLine {
    id: String,
    version: String,
    title: Title,
    /// The area for which it is valid; `00` is everywhere.
    area: String,
    valid_from: String,
    valid_until: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Title {
    zh: String,
    en: String,
}

impl From<&Text> for Title {
    fn from(text: &Text) -> Self {
        Self { zh: text.zh.clone(), en: text.en.clone() }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Procedure)]
struct ProcedureBody {
    #[serde(flatten)]
    line: ProcedureLine,
    source: String,
    /// The whole chain, such as `20 working days`.
    within: Option<String>,
    steps: Vec<StepBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Step)]
struct StepBody {
    id: String,
    title: Title,
    kind: String,
    actors: Vec<String>,
    within: Option<String>,
    documents: Vec<String>,
    returns_to: Vec<String>,
    /// Full days for which a notice is posted.
    notice_days: Option<u32>,
}

fn line(procedure: &Procedure) -> ProcedureLine {
    ProcedureLine {
        id: procedure.name().to_owned(),
        version: procedure.version.get_ref().clone(),
        title: Title::from(&procedure.title),
        area: procedure.validity().to_string(),
        valid_from: procedure.valid_from.to_string(),
        valid_until: procedure.valid_until.map(|day| day.to_string()),
    }
}

fn step(step: &Step) -> StepBody {
    StepBody {
        id: step.name().to_owned(),
        title: Title::from(&step.title),
        kind: step.kind.name().to_owned(),
        actors: step.actors.get_ref().iter().map(|role| role.name().to_owned()).collect(),
        within: step.within.as_ref().map(|term| term.get_ref().to_string()),
        documents: step.documents.iter().map(|document| document.get_ref().clone()).collect(),
        returns_to: step.returns_to.iter().map(|back| back.get_ref().clone()).collect(),
        notice_days: step.notice.as_ref().map(|notice| *notice.days.get_ref()),
    }
}

fn public(caller: &Anyone) -> Result<(), Trouble> {
    let everywhere = Resource::of_area(AreaCode::WHOLE);
    Ok(caller.site.service.permit(&caller.who, Action::ViewProgramme, &everywhere, purpose(&caller.who))?)
}

async fn procedures(caller: Anyone, asked: Asked) -> Answer {
    asked.only(&[])?;
    public(&caller)?;
    let service = &caller.site.service;
    let today = service.moment().on;
    let valid = service.programme.procedures.iter().map(|held| &held.part).filter(|part| part.valid(part.validity(), today));
    json(StatusCode::OK, &ProcedureList { procedures: valid.map(line).collect() })
}

async fn procedure(caller: Anyone, Name(id): Name, asked: Asked) -> Answer {
    asked.only(&[])?;
    public(&caller)?;
    let service = &caller.site.service;
    let today = service.moment().on;
    let area = service.programme.procedures.iter().find(|held| held.part.name() == id).map(|held| held.part.validity());
    let found = area.and_then(|area| service.programme.procedure(&id, area, today));
    let procedure = &found.ok_or_else(|| app::Error::NotFound { what: "procedure", id })?.part;
    let body = ProcedureBody {
        line: line(procedure),
        source: procedure.source.clone(),
        within: procedure.within.as_ref().map(|term| term.get_ref().to_string()),
        steps: procedure.chain().into_iter().map(step).collect(),
    };
    json(StatusCode::OK, &body)
}
