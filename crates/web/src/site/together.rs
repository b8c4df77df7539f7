//! Many cases of one step at once: one opinion for all that are marked, each case decided by itself.

use app::access_log::Look as Looking;
use app::cases::{self as process, Doing};
use app::{Action, HouseholdKey, Resource};
use axum::extract::{Form as Posted, Query};
use axum::response::Response;
use kernel::AreaCode;
use programme::{Procedure, StepKind};
use registry::assessment::store as assessments;
use registry::case::store::{CaseFilter, CaseLine, StepLoad, list, load};
use registry::case::{ActKind, Case, NextAct};
use registry::household::store as households;
use registry::observation::store as observations;
use serde::Deserialize;

use super::case::acting::{Fields, Unread, act_of, field, questions, word};
use super::case::refusal::refusal_text;
use super::case::{heads, procedure_title, step_title};
use super::run::{check_title, proposal};
use super::{Fault, Visit, see_other, shown};
use crate::view::form::{Choice, Form, Problem};
use crate::view::page::bulk::{Bulk, BulkRow, page};
use crate::view::page::case::Change;
use crate::view::page::failure::Kind;
use crate::view::page::outcome::{self, Outcome};
use crate::view::part::Link;

/// Cases on the page.
const PAGE: usize = 50;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    area: String,
    procedure: String,
    step: String,
}

/// Whether cases that wait at such a step can be dealt with together: no answer differs from case to case.
pub(super) const fn fits(kind: StepKind) -> bool {
    match kind {
        StepKind::Notice | StepKind::Review | StepKind::Approval | StepKind::Announcement | StepKind::Entry => true,
        StepKind::Lead | StepKind::Application | StepKind::Visit | StepKind::Comparison | StepKind::Evaluation | StepKind::Hearing => false,
    }
}

/// A case that the visitor may deal with, or could once its evidence was opened.
struct Waiting {
    line: CaseLine,
    case: Case,
    act: Option<NextAct>,
    back: Vec<String>,
}

/// The cases of a step, and what taking the step is called: a notice is posted or closed, whatever the first case needs.
async fn waiting(visit: &Visit, area: AreaCode, asked: &Asked) -> Result<(Vec<Waiting>, Option<ActKind>), Fault> {
    let service = &visit.site.service;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let filter = CaseFilter { area, step: &asked.step, state: "", due_before: "" };
    let mut found: Vec<Waiting> = Vec::new();
    let mut kind = None;
    for line in list(&mut tx, filter, None, PAGE * 4).await? {
        if line.procedure != asked.procedure || found.len() == PAGE {
            continue;
        }
        let (case, _) = load(&mut tx, &line.county, &line.id).await?;
        let acts = process::next_acts(service, &visit.who, &case)?;
        let here = |act: &&NextAct| act.step.as_deref() == Some(asked.step.as_str());
        let act = acts.iter().filter(here).find(|act| takes(act.kind) && kind.is_none_or(|kind| kind == act.kind)).cloned();
        let blocked = case.flagged && acts.iter().any(|act| act.kind == ActKind::OpenEvidence);
        kind = kind.or(act.as_ref().map(|act| act.kind));
        let back = acts.iter().filter(here).find(|act| act.kind == ActKind::Return).map_or_else(Vec::new, |act| act.to.clone());
        if act.is_some() || blocked {
            found.push(Waiting { line, case, act, back });
        }
    }
    Ok((found, kind))
}

const fn takes(kind: ActKind) -> bool {
    match kind {
        ActKind::PublishNotice | ActKind::CloseNotice | ActKind::Review | ActKind::Approve | ActKind::Announce | ActKind::Enter => true,
        ActKind::Submit
        | ActKind::Visit
        | ActKind::Compare
        | ActKind::Vote
        | ActKind::Object
        | ActKind::ResolveObjection
        | ActKind::Hear
        | ActKind::OpenEvidence
        | ActKind::Reject
        | ActKind::Return
        | ActKind::Withdraw
        | ActKind::Escalate => false,
    }
}

pub(super) async fn form(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    shown_form(&visit, &asked, &Vec::new(), Vec::new()).await
}

fn procedure<'a>(visit: &'a Visit, asked: &Asked) -> Result<&'a Procedure, Fault> {
    let held = visit.site.service.programme.procedures.iter().rev().map(|held| &held.part);
    let found = held.into_iter().find(|procedure| procedure.name() == asked.procedure && procedure.step(&asked.step).is_some());
    found.filter(|procedure| procedure.step(&asked.step).is_some_and(|step| fits(step.kind))).ok_or_else(|| Fault::of(Kind::NotFound))
}

async fn shown_form(visit: &Visit, asked: &Asked, sent: &Fields, problems: Vec<Problem>) -> Result<Response, Fault> {
    let area = visit.area(Action::ViewCase, Some(asked.area.as_str()).filter(|area| !area.is_empty()))?;
    let (w, language) = (visit.words(), visit.frame.language);
    let step = procedure(visit, asked)?.step(&asked.step);
    let (found, kind) = waiting(visit, area, asked).await?;
    let mut form = Form::new("together", "/cases/together", visit.csrf(), "");
    form.problems = problems;
    form.values.clone_from(sent);
    if form.value("from").is_empty() {
        form.values.push(("from".to_owned(), visit.site.service.moment().on.to_string()));
    }
    let mut back: Vec<String> = found.iter().flat_map(|one| one.back.iter().cloned()).collect();
    back.sort();
    back.dedup();
    let back = back.into_iter().map(|to| Choice::new(to.clone(), step_title(visit, &asked.procedure, &to))).collect();
    let asked_of = found.iter().find_map(|one| one.act.as_ref()).map_or_else(Vec::new, |next| questions(visit, next, step));
    let lines: Vec<CaseLine> = found.iter().map(|one| one.line.clone()).collect();
    let heads = heads(visit, &lines).await?;
    let mut rows = Vec::with_capacity(found.len());
    for (one, head) in found.iter().zip(heads) {
        rows.push(row(visit, one, head).await?);
    }
    let title = step.map_or_else(String::new, |step| step.title.pick(language).to_owned());
    let view = Bulk {
        step: format!("{} · {title}", procedure_title(visit, &asked.procedure)),
        trail: vec![Link::new(w.get("case.list_title"), "/cases")],
        about: [("area", area.to_string()), ("procedure", asked.procedure.clone()), ("step", asked.step.clone())]
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec(),
        form,
        questions: asked_of,
        button: kind.map(|kind| w.get(word(kind)).to_owned()),
        back,
        rows,
    };
    Ok(shown(&page(&visit.frame, &view)))
}

async fn row(visit: &Visit, one: &Waiting, head: String) -> Result<BulkRow, Fault> {
    let Waiting { line, case, act, .. } = one;
    let service = &visit.site.service;
    let resource = Resource::of_household(case.area, HouseholdKey::new(app::cases::county(&line.county)?, &case.household));
    let context = visit.context();
    let look =
        Looking { who: &visit.who, action: Action::ViewCase, what: &resource, context: &context, fields: &["difficulty"], reason: "" };
    let seen = service.look(&[look]).await?.iter().all(|decision| decision.allowed);
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let assessed = assessments::of_household(&mut tx, &line.county, &case.household).await?.map(|(assessment, _)| assessment);
    let mut changes = Vec::new();
    if seen {
        let household = households::find(&mut tx, &line.county, &case.household).await?;
        let visits = observations::list(&mut tx, &line.county, &case.household).await?;
        let facts = super::household::facts(visit, &household, &visits).into_iter().filter(|fact| fact.differs);
        let value = |said: Option<crate::view::page::household::Said>| said.map_or_else(String::new, |said| said.value);
        changes = facts.map(|fact| Change { name: fact.name, before: value(fact.declared), after: value(fact.observed) }).collect();
    }
    let href = format!("/cases/{}/{}", line.county, line.id);
    let checks = assessed.iter().flat_map(|one| one.grounds.checks.iter());
    Ok(BulkRow {
        id: format!("{}.{}.{}", line.county, line.id, case.version),
        case: Link::new(line.id.clone(), href.clone()),
        head,
        village: visit.place_of(&line.village),
        proposal: assessed.as_ref().and_then(|one| proposal(&one.proposal)),
        changes,
        flags: checks.map(|check| check_title(visit, check)).collect(),
        evidence_href: href,
        must_open: act.is_none(),
        opened: case.flagged && act.is_some(),
    })
}

pub(super) async fn act(visit: Visit, Posted(fields): Posted<Fields>) -> Result<Response, Fault> {
    visit.check_csrf(field(&fields, "csrf"))?;
    let of = |name: &str| field(&fields, name).to_owned();
    let asked = Asked { area: of("area"), procedure: of("procedure"), step: of("step") };
    let area = visit.area(Action::ViewCase, Some(asked.area.as_str()).filter(|area| !area.is_empty()))?;
    let w = visit.words();
    procedure(&visit, &asked)?;
    let marked: Vec<&str> = fields.iter().filter(|(name, _)| name == "row").map(|(_, value)| value.as_str()).take(PAGE).collect();
    let back = field(&fields, "decision") == "return";
    let wrong = if marked.is_empty() {
        Some(("row", "bulk.none_marked"))
    } else if back && field(&fields, "reason").trim().is_empty() {
        Some(("reason", "bulk.reason_missing"))
    } else {
        None
    };
    if let Some((name, key)) = wrong {
        let problem = Problem { field: name.to_owned(), text: w.get(key).to_owned() };
        return shown_form(&visit, &asked, &fields, vec![problem]).await;
    }
    let kind = if back { Some(ActKind::Return) } else { waiting(&visit, area, &asked).await?.1 };
    let kind = kind.ok_or_else(|| Fault::of(Kind::Stale))?;
    let act = match act_of(&visit, &fields, kind, (&asked.step, "")) {
        Ok(act) => act,
        Err(Unread::Fault(fault)) => return Err(fault),
        Err(Unread::Answer(problem)) => return shown_form(&visit, &asked, &fields, vec![problem]).await,
    };
    let mut rows = Vec::with_capacity(marked.len());
    for row in marked {
        let mut parts = row.split('.');
        let (Some(county), Some(case), Some(version)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Fault::of(Kind::BadRequest));
        };
        let version = version.parse().map_err(|_odd| Fault::of(Kind::BadRequest))?;
        let became = one(&visit, Doing { county, case, version, act: &act }).await?;
        rows.push((Link::new(case, format!("/cases/{county}/{case}")), became, None));
    }
    let view = Outcome {
        title: w.fill("bulk.title", &[("step", &step_title(&visit, &asked.procedure, &asked.step))]),
        menu: crate::view::layout::Menu::Cases,
        trail: Vec::new(),
        subject: w.get("case.number").to_owned(),
        rows,
        back: Link::new(w.get("bulk.back"), format!("/cases/together?area={area}&procedure={}&step={}", asked.procedure, asked.step)),
    };
    Ok(shown(&outcome::page(&visit.frame, &view)))
}

/// Does one act and says what became of it; one that is refused holds up no other.
pub(super) async fn one(visit: &Visit, doing: Doing<'_>) -> Result<String, Fault> {
    let (service, w) = (&visit.site.service, visit.words());
    Ok(match process::act(service, &visit.who, doing).await {
        Ok(_) => w.get("bulk.done").to_owned(),
        Err(app::Error::Registry(registry::Error::Case(refusal))) => {
            let mut tx = service.db.read().await.map_err(app::Error::from)?;
            let (case, _) = load(&mut tx, doing.county, doing.case).await?;
            refusal_text(visit, process::procedure_of(service, &case)?, &refusal)
        }
        Err(app::Error::Database(error)) if error.code() == "database.stale" => w.get("bulk.stale").to_owned(),
        Err(app::Error::Denied { .. }) => w.get("run.case_denied").to_owned(),
        Err(error) => return Err(error.into()),
    })
}

/// Where the cases of a step are dealt with together, if that is the visitor's to do.
pub(super) fn path(visit: &Visit, area: AreaCode, procedure: &str, step: &str) -> Option<String> {
    let app::Principal::Staff { role, .. } = &visit.who else { return None };
    let procedures = visit.site.service.programme.procedures.iter().rev();
    let held = procedures.map(|held| &held.part).find(|held| held.name() == procedure)?.step(step)?;
    let mine = process::step_role(*role).is_some_and(|role| held.actors.get_ref().contains(&role));
    (mine && fits(held.kind)).then(|| format!("/cases/together?area={area}&procedure={procedure}&step={step}"))
}

/// What the visitor can deal with together, step by step.
pub(super) fn offered(visit: &Visit, area: AreaCode, load: &[StepLoad]) -> Vec<Link> {
    let offer = |(procedure, step, waiting, _): &StepLoad| {
        let text = format!("{} · {} ({waiting})", procedure_title(visit, procedure), step_title(visit, procedure, step));
        path(visit, area, procedure, step).filter(|_| *waiting > 0).map(|path| Link::new(text, path))
    };
    load.iter().filter_map(offer).collect()
}
