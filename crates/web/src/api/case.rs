//! Cases to read: pages of a list, and one with all that happened.

use app::cases::{self as process, county};
use app::{Action, HouseholdKey, Principal, Resource};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use registry::case::store::{self, CaseFilter, CaseLine};
use registry::case::{Case, CaseEvent, Change};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::HttpMethod;

use super::caller::Caller;
use super::document::{area, cursor as cursor_schema, one_of, text, whole};
use super::read::{Asked, Place, cursor};
use super::session::instant;
use super::{Answer, Endpoint, PREFIX, Trouble, json, unless_known};

/// Cases in one answer.
const MOST: usize = 500;
const STATES: [&str; 5] = ["open", "approved", "completed", "rejected", "withdrawn"];

pub(super) fn endpoints() -> Vec<Endpoint> {
    let tag = ("ETag", "the version");
    vec![
        Endpoint::new(HttpMethod::Get, "/cases", "listCases", "Cases of an area, what is due first on top of each county", get(list))
            .signed_in()
            .query("area", area(), "an area within one's own")
            .query("step", text("^[a-z0-9_]{1,64}$"), "only where this step is under way")
            .query("state", one_of(&STATES), "only these")
            .query("after", cursor_schema(), "where the answer before ended")
            .query("limit", whole(1, MOST), "how many at most")
            .gives::<CaseList>(StatusCode::OK, &[("Link", "the next answer")]),
        Endpoint::new(HttpMethod::Get, "/cases/{county}/{id}", "readCase", "A case, what happened and what may be done now", get(one))
            .signed_in()
            .place()
            .header("If-None-Match", false, text("^.*$"), "the entity tag that is known")
            .gives::<CaseBody>(StatusCode::OK, &[tag])
            .empty(StatusCode::NOT_MODIFIED, &[tag]),
    ]
}

#[derive(Serialize, ToSchema)]
struct CaseList {
    cases: Vec<CaseLineBody>,
    /// The cursor of the next answer; nothing at the end.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CaseLine)]
pub(super) struct CaseLineBody {
    county: String,
    id: String,
    household: String,
    village: String,
    procedure: String,
    state: String,
    /// The step under way that is due first; empty if none is.
    step: String,
    due_on: Option<String>,
    flagged: bool,
    version: i64,
}

impl From<CaseLine> for CaseLineBody {
    fn from(line: CaseLine) -> Self {
        Self {
            county: line.county,
            id: line.id,
            household: line.household,
            village: line.village,
            procedure: line.procedure,
            state: line.state,
            step: line.step,
            due_on: Some(line.due_on).filter(|day| !day.is_empty()),
            flagged: line.flagged,
            version: line.version,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Case)]
pub(super) struct CaseBody {
    pub county: String,
    pub id: String,
    household: String,
    village: String,
    procedure: String,
    procedure_version: String,
    state: String,
    opened_on: String,
    opened_by: String,
    due_on: Option<String>,
    flagged: bool,
    pub version: u64,
    /// Steps under way.
    running: Vec<RunningBody>,
    done: Vec<DoneBody>,
    notice: Option<NoticeBody>,
    objections: Vec<ObjectionBody>,
    decision: Option<DecisionBody>,
    /// What this caller may do now.
    next_acts: Vec<NextBody>,
    events: Vec<EventBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RunningStep)]
struct RunningBody {
    step: String,
    began_on: String,
    due_on: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DoneStep)]
struct DoneBody {
    step: String,
    on: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Notice)]
struct NoticeBody {
    step: String,
    from: String,
    until: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Objection)]
struct ObjectionBody {
    number: u32,
    step: String,
    on: String,
    text: String,
    upheld: Option<bool>,
    finding: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Decision)]
struct DecisionBody {
    outcome: String,
    step: String,
    on: String,
    by: String,
    /// SHA-256 of the evidence as it stood.
    evidence: String,
    reason: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = NextAct)]
struct NextBody {
    kind: String,
    step: Option<String>,
    objection: Option<u32>,
    /// Where the case may be returned to.
    to: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
struct EventBody {
    number: u64,
    /// RFC 3339.
    at: String,
    on: String,
    by: String,
    role: String,
    /// What happened.
    event: String,
    step: Option<String>,
}

async fn list(caller: Caller, asked: Asked) -> Answer {
    asked.only(&["area", "step", "state", "after", "limit"])?;
    let area = caller.area(Action::ViewCase, asked.get("area"))?;
    let (state, limit) = (asked.word("state", &STATES)?, asked.limit(MOST)?);
    let step = asked.get("step").unwrap_or_default();
    let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if step.len() > 64 || !step.chars().all(name) {
        return Err(Trouble::parameter("step", "expected the id of a step"));
    }
    let after = asked.after("cases")?.map(|[county, due_on, id]| begun_at(county, due_on, id));
    let mut tx = caller.service().db.read().await.map_err(app::Error::from)?;
    let mut lines = store::list(&mut tx, CaseFilter { area, step, state, due_before: "" }, after.as_ref(), limit + 1).await?;
    drop(tx);
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(|last| cursor("cases", &[&last.county, &last.due_on, &last.id]));
    let filter = |name: &str, value: &str| if value.is_empty() { String::new() } else { format!("&{name}={value}") };
    let rest = format!("/cases?area={area}&limit={limit}{}{}", filter("step", step), filter("state", state));
    let body = CaseList { cases: lines.into_iter().map(CaseLineBody::from).collect(), next: next.clone() };
    Ok(with_next(json(StatusCode::OK, &body)?, &rest, next.as_deref()))
}

/// Where a list goes on: only the three columns of its order count.
fn begun_at(county: String, due_on: String, id: String) -> CaseLine {
    let none = String::new;
    let (household, village, procedure, state, step) = (none(), none(), none(), none(), none());
    CaseLine { county, id, household, village, procedure, state, step, due_on, flagged: false, version: 0 }
}

/// The address of the next answer, for programs that follow links.
pub(super) fn with_next(mut response: Response, path: &str, next: Option<&str>) -> Response {
    let link = next.map(|next| format!("<{PREFIX}{path}&after={next}>; rel=\"next\""));
    if let Some(value) = link.and_then(|link| HeaderValue::from_str(&link).ok()) {
        response.headers_mut().insert(header::LINK, value);
    }
    response
}

async fn one(caller: Caller, place: Place, asked: Asked, headers: HeaderMap) -> Answer {
    asked.only(&[])?;
    let mut tx = caller.service().db.read().await.map_err(app::Error::from)?;
    let (case, events) = store::load(&mut tx, &place.county, &place.id).await?;
    drop(tx);
    caller.permit(Action::ViewCase, &about(&place.county, &case)?)?;
    unless_known(&headers, &format!("\"{}\"", case.version), &shown(&caller, &place.county, &case, &events)?)
}

fn about(of: &str, case: &Case) -> Result<Resource, Trouble> {
    Ok(Resource::of_household(case.area, HouseholdKey::new(county(of)?, &case.household)))
}

/// Whether a caller may be told how far a case is: who may see it, and the household it is about.
pub(super) fn visible(caller: &Caller, of: &str, case: &Case) -> Result<bool, Trouble> {
    let resource = about(of, case)?;
    let own = matches!(&caller.who, Principal::Household(key) if resource.household.as_ref() == Some(key));
    Ok(own || caller.may(Action::ViewCase, &resource))
}

pub(super) fn shown(caller: &Caller, county: &str, case: &Case, events: &[CaseEvent]) -> Result<CaseBody, Trouble> {
    let next = process::next_acts(caller.service(), &caller.who, case)?;
    let day = |day: &chrono::NaiveDate| day.to_string();
    let running = case.current.iter().map(|(step, running)| RunningBody {
        step: step.clone(),
        began_on: day(&running.began_on),
        due_on: running.due.as_ref().map(day),
    });
    let objections = case.objections.iter().map(|objection| ObjectionBody {
        number: objection.number,
        step: objection.step.clone(),
        on: day(&objection.on),
        text: objection.text.clone(),
        upheld: objection.resolved.as_ref().map(|(upheld, _)| *upheld),
        finding: objection.resolved.as_ref().map(|(_, finding)| finding.clone()),
    });
    let decision = case.decision.as_ref().map(|decision| DecisionBody {
        outcome: decision.outcome.name().to_owned(),
        step: decision.step.clone(),
        on: day(&decision.on),
        by: decision.by.clone(),
        evidence: decision.evidence.clone(),
        reason: decision.reason.clone(),
    });
    let notice = case.posting.as_ref();
    let notice = notice.map(|posting| NoticeBody { step: posting.step.clone(), from: day(&posting.from), until: day(&posting.until) });
    let acts =
        next.into_iter().map(|act| NextBody { kind: act.kind.name().to_owned(), step: act.step, objection: act.objection, to: act.to });
    Ok(CaseBody {
        county: county.to_owned(),
        id: case.id.clone(),
        household: case.household.clone(),
        village: format!("{:012}", case.area.padded()),
        procedure: case.procedure.clone(),
        procedure_version: case.procedure_version.clone(),
        state: case.state.name().to_owned(),
        opened_on: day(&case.opened_on),
        opened_by: case.opened_by.clone(),
        due_on: case.due.as_ref().map(day),
        flagged: case.flagged,
        version: case.version,
        running: running.collect(),
        done: case.done.iter().map(|(step, on)| DoneBody { step: step.clone(), on: day(on) }).collect(),
        notice,
        objections: objections.collect(),
        decision,
        next_acts: acts.collect(),
        events: events.iter().map(event).collect(),
    })
}

fn event(event: &CaseEvent) -> EventBody {
    let (word, step) = happened(&event.change);
    EventBody {
        number: event.number,
        at: instant(event.at),
        on: event.on.to_string(),
        by: event.by.clone(),
        role: event.role.name().to_owned(),
        event: word.to_owned(),
        step: step.cloned(),
    }
}

fn happened(change: &Change) -> (&'static str, Option<&String>) {
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
        Change::Escalated { step, .. } => ("escalated", step.as_ref()),
        Change::Completed => ("completed", None),
    }
}
