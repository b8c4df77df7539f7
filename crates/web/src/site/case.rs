//! Cases: what waits, how far one is, and what may be done now.

pub(super) mod acting;
pub(super) mod refusal;

use std::collections::BTreeMap;

use app::cases::{self as process, NewCase};
use app::{Action, HouseholdKey, Resource, civil};
use axum::extract::{Form as Posted, Path, Query};
use axum::response::Response;
use maud::html;
use programme::{Procedure, workflow::Role as StepRole};
use registry::case::store::{self, CaseFilter, CaseLine};
use registry::case::{Case, CaseEvent, Change};
use registry::household::HouseholdId;
use registry::household::store::HouseholdLine;
use serde::Deserialize;

use super::overview::trail;
use super::{Fault, Visit, see_other, shown};
use crate::text::Words;
use crate::view::form::{Form, open as open_form, submit};
use crate::view::layout::{Head, Menu, desk};
use crate::view::page::case as view;
use crate::view::page::case_list::{CaseList, CaseRow, Tab, page as list_page};
use crate::view::page::failure::Kind;
use crate::view::page::word::StepState;
use crate::view::part::{Event, Link};
use crate::view::table::Paging;

pub(super) use acting::act;

/// Cases on a page.
const PAGE: usize = 100;

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    area: Option<String>,
    #[serde(default)]
    step: String,
    #[serde(default)]
    late: String,
    #[serde(default)]
    after: String,
}

pub(super) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let area = visit.area(Action::ViewCase, asked.area.as_deref())?;
    let (service, w) = (&visit.site.service, visit.words());
    let today = service.moment().on;
    let day = today.to_string();
    let due_before = if asked.late.is_empty() { "" } else { day.as_str() };
    let state = if asked.step.is_empty() && asked.late.is_empty() { "open" } else { "" };
    let filter = CaseFilter { area, step: &asked.step, state, due_before };
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let after = cursor(&asked.after);
    let lines = store::list(&mut tx, filter, after.as_ref(), PAGE).await?;
    let load = store::step_load(&mut tx, area, today).await?;
    let sum = |of: fn(&store::StepLoad) -> i64| super::overview::count(load.iter().map(of).sum());
    let tab = |text: &str, query: &str, count: u64, here: bool| Tab {
        text: text.to_owned(),
        href: format!("/cases?area={area}{query}"),
        count,
        here,
    };
    let tabs = vec![
        tab(w.get("desk.all_cases"), "", sum(|load| load.2), asked.late.is_empty()),
        tab(w.get("overview.overdue"), "&late=1", sum(|load| load.3), !asked.late.is_empty()),
    ];
    let next = lines.last().filter(|_| lines.len() == PAGE).map(|last| format!("{}.{}.{}", last.county, last.due_on, last.id));
    drop(tx);
    let heads = heads(&visit, &lines).await?;
    let view = CaseList {
        today,
        tabs,
        rows: lines.iter().zip(heads).map(|(line, head)| row(&visit, line, &head)).collect(),
        paging: Paging { base: format!("/cases?area={area}&step={}&late={}", asked.step, asked.late), previous: None, next, total: None },
        together: super::together::offered(&visit, area, &load),
    };
    Ok(shown(&list_page(&visit.frame, &view)))
}

/// Where a list goes on: only the three columns of its order count.
fn cursor(text: &str) -> Option<CaseLine> {
    let mut parts = text.splitn(3, '.').map(str::to_owned);
    let (county, due_on, id) = (parts.next().filter(|part| !part.is_empty())?, parts.next()?, parts.next()?);
    let none = String::new;
    let (household, village, procedure, state, step) = (none(), none(), none(), none(), none());
    Some(CaseLine { county, id, household, village, procedure, state, step, due_on, flagged: false, version: 0 })
}

/// Whose cases these are; each is a look that is written down.
pub(super) async fn heads(visit: &Visit, lines: &[CaseLine]) -> Result<Vec<String>, Fault> {
    let line = |line: &CaseLine| HouseholdLine {
        county: line.county.clone(),
        id: HouseholdId(line.household.clone()),
        village: line.village.clone(),
        status: String::new(),
        people: 0,
        version: 0,
    };
    let lines: Vec<HouseholdLine> = lines.iter().map(line).collect();
    super::household_list::heads(visit, &lines, Action::ViewCase, "").await
}

fn row(visit: &Visit, line: &CaseLine, head: &str) -> CaseRow {
    CaseRow {
        number: line.id.clone(),
        href: format!("/cases/{}/{}", line.county, line.id),
        subject: procedure_title(visit, &line.procedure),
        head: format!("{head} {}", line.household).trim().to_owned(),
        village: visit.place_of(&line.village),
        step: step_title(visit, &line.procedure, &line.step),
        due_on: line.due_on.parse().ok(),
        proposal: None,
        flags: u64::from(line.flagged),
    }
}

pub(super) async fn page(visit: Visit, Path((county, id)): Path<(String, String)>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let (case, events) = seen(&visit, &county, &id).await?;
    let actions = acting::actions(&visit, &county, &case)?;
    Ok(shown(&view::page(&visit.frame, &case_view(&visit, &county, &case, &events, actions).await?)))
}

/// A case that the visitor may see.
async fn seen(visit: &Visit, county: &str, id: &str) -> Result<(Case, Vec<CaseEvent>), Fault> {
    let service = &visit.site.service;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let (case, events) = store::load(&mut tx, county, id).await?;
    let resource = Resource::of_household(case.area, HouseholdKey::new(app::cases::county(county)?, &case.household));
    service.permit(&visit.who, Action::ViewCase, &resource, app::purpose(&visit.who))?;
    Ok((case, events))
}

async fn case_view(
    visit: &Visit,
    county: &str,
    case: &Case,
    events: &[CaseEvent],
    actions: Vec<view::Action>,
) -> Result<view::Case, Fault> {
    let (service, w, language) = (&visit.site.service, visit.words(), visit.frame.language);
    let procedure = process::procedure_of(service, case)?;
    let today = service.moment().on;
    let steps = procedure.chain().into_iter().map(|step| {
        let (running, done) = (case.current.get(step.name()), case.done.get(step.name()));
        let due_on = running.and_then(|running| running.due);
        let state = match (running, done) {
            (Some(_), _) if due_on.is_some_and(|due| due < today) => StepState::Late,
            (Some(_), _) => StepState::Now,
            (None, Some(_)) => StepState::Done,
            (None, None) if case.state.closed() => StepState::Skipped,
            (None, None) => StepState::Waiting,
        };
        let actor = step.actors.get_ref().iter().map(|role| role_name(w, *role)).collect::<Vec<_>>().join(w.get("desk.or"));
        view::Step { title: step.title.pick(language).to_owned(), actor, state, due_on, outcome: done.map(|day| w.day(*day)) }
    });
    let votes = case.voting.as_ref().map(|voting| view::Votes {
        held_on: case.done.get(&voting.step).copied().unwrap_or(today),
        entitled: u64::from(voting.tally.entitled),
        present: u64::from(voting.tally.present),
        agree: u64::from(voting.tally.agree),
        disagree: u64::from(voting.tally.disagree),
        abstain: u64::from(voting.tally.abstain),
        minutes: None,
    });
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let actors: Vec<String> = events.iter().map(|event| principal(&event.by)).collect();
    let names = super::household::names(&mut tx, actors.iter().map(String::as_str)).await?;
    drop(tx);
    let here = format!("/cases/{county}/{}", case.id);
    let notice = case.posting.as_ref().map(|posting| view::NoticeState {
        notice: Link::new(w.get("case.notice"), here.clone()),
        from: posting.from,
        until: posting.until,
    });
    let objections = case.objections.iter().map(|objection| view::Objection {
        number: objection.number.to_string(),
        href: here.clone(),
        on: objection.on,
        text: objection.text.clone(),
        state: objection.resolved.as_ref().map_or_else(|| w.get("desk.unanswered").to_owned(), |(_, finding)| finding.clone()),
        open: objection.resolved.is_none(),
    });
    Ok(view::Case {
        number: case.id.clone(),
        subject: format!("{} · {}", procedure.title.pick(language), state_text(w, case.state.name())),
        household: Link::new(case.household.clone(), format!("/households/{county}/{}", case.household)),
        trail: trail(visit, case.area, "/cases"),
        today,
        proposal: None,
        steps: steps.collect(),
        actions,
        changes: Vec::new(),
        evidence: Vec::new(),
        votes,
        notice,
        objections: objections.collect(),
        timeline: events.iter().rev().map(|event| happened(visit, procedure, event, &names)).collect(),
    })
}

/// Cases name accounts by their id alone, households and the public by their whole key.
fn principal(by: &str) -> String {
    if by.contains(':') || by == "public" { by.to_owned() } else { format!("staff:{by}") }
}

fn happened(visit: &Visit, procedure: &Procedure, event: &CaseEvent, names: &BTreeMap<String, String>) -> Event {
    let language = visit.frame.language;
    let title = |step: &str| procedure.step(step).map_or_else(|| step.to_owned(), |step| step.title.pick(language).to_owned());
    let (key, about) = match &event.change {
        Change::Opened(_) => ("event.opened", String::new()),
        Change::Begun { step, .. } => ("event.begun", title(step)),
        Change::Recorded { step, .. } => ("event.recorded", title(step)),
        Change::Compared { step, .. } => ("event.compared", title(step)),
        Change::Voted { step, .. } => ("event.voted", title(step)),
        Change::Published { from, until, .. } => ("event.published", format!("{from} – {until}")),
        Change::Objected { text, .. } => ("event.objected", text.clone()),
        Change::Resolved { finding, .. } => ("event.resolved", finding.clone()),
        Change::Resumed { .. } => ("event.resumed", String::new()),
        Change::EvidenceOpened => ("event.evidence_opened", String::new()),
        Change::Done { step } => ("event.done", title(step)),
        Change::Returned { to, reason, .. } => ("event.returned", format!("{}: {reason}", title(to))),
        Change::Decided(decision) => ("event.decided", decision.outcome.name().to_owned()),
        Change::Withdrawn { reason } => ("event.withdrawn", reason.clone()),
        Change::Escalated { reason, .. } => ("event.escalated", reason.clone()),
        Change::Completed => ("event.completed", String::new()),
    };
    let what = format!("{} {about}", visit.words().get(key));
    Event { at: civil(event.at), what, by: super::household::named(visit, names, &principal(&event.by)), link: None }
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    county: String,
    household: String,
    procedure: String,
    #[serde(default)]
    csrf: String,
}

pub(super) async fn new_form(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let service = &visit.site.service;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let household = registry::household::store::find(&mut tx, &wanted.county, &wanted.household).await?;
    drop(tx);
    let village = kernel::AreaCode::parse(&household.village).ok_or_else(|| Fault::of(Kind::Internal))?;
    let resource = Resource::of_household(village, HouseholdKey::new(app::cases::county(&wanted.county)?, &wanted.household));
    service.permit(&visit.who, Action::OpenCase, &resource, app::purpose(&visit.who))?;
    let w = visit.words();
    let form = Form::new("new-case", "/cases/new", visit.csrf(), "");
    let body = html! {
        p { a href=(format!("/households/{}/{}", wanted.county, wanted.household)) { (wanted.household) } }
        (open_form(&form, &html! {
            input type="hidden" name="county" value=(wanted.county);
            input type="hidden" name="household" value=(wanted.household);
            input type="hidden" name="procedure" value=(wanted.procedure);
            (submit(w.get("desk.open_case")))
        }))
    };
    Ok(shown(&desk(&visit.frame, &Head::new(procedure_title(&visit, &wanted.procedure)).at(Menu::Cases), &body)))
}

pub(super) async fn open(visit: Visit, Posted(wanted): Posted<Wanted>) -> Result<Response, Fault> {
    visit.check_csrf(&wanted.csrf)?;
    let (procedure, county, household) = (wanted.procedure.as_str(), wanted.county.as_str(), wanted.household.as_str());
    let new = NewCase { procedure, county, household, flagged: false, against: None };
    match process::open(&visit.site.service, &visit.who, new).await {
        Ok(case) => Ok(see_other(&format!("/cases/{county}/{}", case.id))),
        // Sent twice, or opened by somebody else meanwhile: there it is.
        Err(app::Error::CaseOpen(id)) => Ok(see_other(&format!("/cases/{county}/{id}"))),
        Err(error) => Err(error.into()),
    }
}

/// The latest version of a procedure that a page can name.
fn procedure_of<'a>(visit: &'a Visit, id: &str) -> Option<&'a Procedure> {
    let procedures = visit.site.service.programme.procedures.iter().rev();
    procedures.map(|held| &held.part).find(|procedure| procedure.name() == id)
}

pub(super) fn procedure_title(visit: &Visit, id: &str) -> String {
    procedure_of(visit, id).map_or_else(|| id.to_owned(), |procedure| procedure.title.pick(visit.frame.language).to_owned())
}

pub(super) fn step_title(visit: &Visit, procedure: &str, step: &str) -> String {
    let found = procedure_of(visit, procedure).and_then(|procedure| procedure.step(step));
    found.map_or_else(|| step.to_owned(), |step| step.title.pick(visit.frame.language).to_owned())
}

/// The rule that a decision stands on, in words.
pub(super) fn rule(visit: &Visit, procedure: &Procedure) -> String {
    let title = procedure.title.pick(visit.frame.language);
    visit.words().fill("desk.rule", &[("title", title), ("version", procedure.version.get_ref())])
}

pub(super) fn state_text(w: Words, state: &str) -> &'static str {
    w.get(match state {
        "open" => "state.open",
        "approved" => "state.approved",
        "completed" => "state.completed",
        "rejected" => "state.rejected",
        _ => "state.withdrawn",
    })
}

pub(super) fn role_name(w: Words, role: StepRole) -> &'static str {
    w.get(match role {
        StepRole::Household => "role.household",
        StepRole::VillageCadre => "role.village_cadre",
        StepRole::VillageRepresentative => "role.village_representative",
        StepRole::TownshipOfficer => "role.township_officer",
        StepRole::CountyOfficer => "role.county_officer",
        StepRole::DepartmentOfficer => "role.department_officer",
        StepRole::AppealsOfficer => "role.appeals_officer",
    })
}
