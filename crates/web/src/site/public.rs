//! What everybody may see: totals and how decisions are made.

use app::{Action, Resource};
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::{AreaCode, AreaLevel};
use registry::household::store::tally;
use serde::Deserialize;

use super::case::role_name;
use super::overview::count;
use super::{Fault, Visit, shown};
use crate::view::page::failure::Kind;
use crate::view::page::procedure::{Procedure, ProcedureStep, page as procedure_page};
use crate::view::page::totals::{TotalRow, Totals, csv, page};
use crate::view::page::word::Status;
use crate::view::part::Link;
use crate::view::public_count::PublicCount;

#[derive(Deserialize)]
pub(super) struct Asked {
    area: Option<String>,
}

async fn view(visit: &Visit, asked: Option<&str>) -> Result<Totals, Fault> {
    let area = match asked.filter(|text| !text.is_empty()) {
        None => AreaCode::WHOLE,
        Some(text) => AreaCode::parse(text).ok_or_else(|| Fault::of(Kind::BadRequest))?,
    };
    // Alone in its table, a township would show the count that the county's table withholds.
    if area.level().is_some_and(|level| level > AreaLevel::County) {
        return Err(Fault::of(Kind::BadRequest));
    }
    let (service, w) = (&visit.site.service, visit.words());
    service.permit(&visit.who, Action::ViewPublicTotals, &Resource::of_area(area), app::purpose(&visit.who))?;
    // Down to the townships: a village is too small to be counted in public.
    let level = if area.level().is_none_or(|level| level < AreaLevel::County) { AreaLevel::County } else { AreaLevel::Township };
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let counts = tally(&mut tx, area, level).await?;
    let mut areas: Vec<&str> = counts.iter().map(|(code, ..)| code.as_str()).collect();
    areas.dedup();
    let shown_statuses = [Status::Registered, Status::Monitored, Status::Exited];
    let of = |code: &str, status: Status| -> u64 {
        let found = counts.iter().filter(|(area, word, ..)| area == code && word == status.code());
        count(found.map(|(_, _, households, _)| households).sum())
    };
    let columns: Vec<Vec<PublicCount>> =
        shown_statuses.iter().map(|status| PublicCount::column(&areas.iter().map(|code| of(code, *status)).collect::<Vec<_>>())).collect();
    let row = |(place, code): (usize, &&str)| TotalRow {
        area: visit.place_of(code),
        code: (*code).to_owned(),
        href: (level == AreaLevel::County).then(|| format!("/totals?area={code}")),
        counts: columns.iter().filter_map(|column| column.get(place).copied()).collect(),
    };
    Ok(Totals {
        title: w.get("public.totals").to_owned(),
        as_of: service.moment().on,
        trail: if area == AreaCode::WHOLE { Vec::new() } else { vec![Link::new(w.get("public.totals"), "/totals")] },
        counts: shown_statuses.iter().map(|status| status.text(w).to_owned()).collect(),
        rows: areas.iter().enumerate().map(row).collect(),
        csv_href: format!("/totals.csv?area={area}"),
        source: service.programme.meta.title.pick(visit.frame.language).to_owned(),
    })
}

pub(super) async fn totals(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    Ok(shown(&page(&visit.frame, &view(&visit, asked.area.as_deref()).await?)))
}

pub(super) async fn totals_csv(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    let view = view(&visit, asked.area.as_deref().filter(|area| *area != "00")).await?;
    let text = csv(&view, visit.words().get("overview.area"));
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response())
}

#[derive(Deserialize)]
pub(super) struct Which {
    id: Option<String>,
}

pub(super) async fn procedure(visit: Visit, Query(which): Query<Which>) -> Result<Response, Fault> {
    let (service, w, language) = (&visit.site.service, visit.words(), visit.frame.language);
    service.permit(&visit.who, Action::ViewProgramme, &Resource::of_area(AreaCode::WHOLE), app::purpose(&visit.who))?;
    let id = which.id.as_deref().unwrap_or("identification");
    let today = service.moment().on;
    let area = service.programme.procedures.iter().find(|held| held.part.name() == id).map(|held| held.part.validity());
    let found = area.and_then(|area| service.programme.procedure(id, area, today)).ok_or_else(|| Fault::of(Kind::NotFound))?;
    let procedure = &found.part;
    let step = |step: &&programme::Step| ProcedureStep {
        title: step.title.pick(language).to_owned(),
        actor: step.actors.get_ref().iter().map(|role| role_name(w, *role)).collect::<Vec<_>>().join(w.get("desk.or")),
        what: step.source.clone().unwrap_or_default(),
        term: step.within.as_ref().map(|term| term.get_ref().to_string()),
        is_public: step.notice.is_some() || step.kind == programme::workflow::StepKind::Announcement,
    };
    let view = Procedure {
        title: procedure.title.pick(language).to_owned(),
        about: procedure.within.as_ref().map_or_else(String::new, |term| w.fill("desk.whole", &[("term", &term.get_ref().to_string())])),
        source: procedure.source.clone(),
        valid_from: procedure.valid_from,
        steps: procedure.chain().iter().map(step).collect(),
        appeal: w.get("desk.appeal").to_owned(),
    };
    Ok(shown(&procedure_page(&visit.frame, &view)))
}
