//! What a household sees and does about itself, signed in by a code or by its card.

use app::household_access::Answer;
use app::{Action, HouseholdKey, Principal, Resource, access_log, own};
use axum::extract::{Form as Posted, Path};
use axum::response::Response;
use kernel::AreaCode;
use registry::case::store as cases;
use registry::household::store as households;
use serde::Deserialize;

use super::case::{procedure_title, rule, step_title};
use super::household::{look_row, members_pairs, names, status};
use super::sign_in::open_session;
use super::{Fault, Visit, see_other, shown};
use crate::view::form::{Form, Problem};
use crate::view::page::failure::Kind;
use crate::view::page::mine as view;
use crate::view::page::sign_in::{HouseholdSignIn, HouseholdStage, household as sign_in_page};
use crate::view::part::Link;

/// Days within which a decision can be appealed against (行政复议法: 60 days).
const APPEAL_DAYS: u64 = 60;
/// Looks that the page names.
const LOOKS: i64 = 50;

#[derive(Deserialize, Default)]
pub(super) struct Typed {
    #[serde(default)]
    key: String,
    #[serde(default)]
    household: String,
    #[serde(default)]
    way: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    secret: String,
}

fn stage(visit: &Visit, stage: HouseholdStage, key: &str, problem: Option<(&str, &'static str)>) -> Response {
    let action = match stage {
        HouseholdStage::Number => "/mine/sign-in",
        HouseholdStage::Message => "/mine/code",
        HouseholdStage::Card => "/mine/card",
    };
    let mut form = Form::new("mine", action, "", key);
    form.problems.extend(problem.map(|(field, text)| Problem { field: field.to_owned(), text: visit.words().get(text).to_owned() }));
    shown(&sign_in_page(&visit.frame, &HouseholdSignIn { form, stage, telephone: None }))
}

pub(super) async fn sign_in(visit: Visit) -> Response {
    stage(&visit, HouseholdStage::Number, "", None)
}

pub(super) async fn number(visit: Visit, Posted(typed): Posted<Typed>) -> Result<Response, Fault> {
    if typed.way == "card" {
        return Ok(stage(&visit, HouseholdStage::Card, "", None));
    }
    if typed.household.trim().is_empty() {
        return Ok(stage(&visit, HouseholdStage::Number, "", Some(("household", "declare.wrong_missing"))));
    }
    Ok(match own::ask_code(&visit.site.service, &typed.household, visit.frame.language, &visit.remote).await? {
        Answer::Done(()) | Answer::Refused => stage(&visit, HouseholdStage::Message, &typed.household, None),
        Answer::Wait { .. } => stage(&visit, HouseholdStage::Number, "", Some(("household", "sign_in.wait"))),
    })
}

pub(super) async fn code(visit: Visit, Posted(typed): Posted<Typed>) -> Result<Response, Fault> {
    let answer = own::enter(&visit.site.service, &typed.key, &typed.code, &visit.remote).await?;
    entered(&visit, answer, HouseholdStage::Message, &typed.key, "code").await
}

pub(super) async fn card(visit: Visit, Posted(typed): Posted<Typed>) -> Result<Response, Fault> {
    let service = &visit.site.service;
    let answer = app::household_access::sign_in_card(&service.db, &service.keys, &typed.secret, &visit.remote, service.now()).await?;
    entered(&visit, answer, HouseholdStage::Card, "", "secret").await
}

async fn entered(visit: &Visit, answer: Answer<HouseholdKey>, at: HouseholdStage, key: &str, field: &str) -> Result<Response, Fault> {
    match answer {
        Answer::Done(household) => open_session(visit, &Principal::Household(household), "/mine").await,
        Answer::Refused => Ok(stage(visit, at, key, Some((field, "sign_in.wrong_code")))),
        Answer::Wait { .. } => Ok(stage(visit, at, key, Some((field, "sign_in.wait")))),
    }
}

fn own_key(visit: &Visit) -> Option<HouseholdKey> {
    match &visit.who {
        Principal::Household(key) => Some(key.clone()),
        Principal::Staff { .. } | Principal::Public => None,
    }
}

pub(super) async fn page(visit: Visit) -> Result<Response, Fault> {
    let Some(key) = own_key(&visit) else { return Ok(see_other("/mine/sign-in")) };
    let (service, county) = (&visit.site.service, own::county_text(&key));
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let household = households::find(&mut tx, &county, &key.id).await?;
    drop(tx);
    let village = AreaCode::parse(&household.village).ok_or_else(|| Fault::of(Kind::Internal))?;
    let (resource, context) = (Resource::of_household(village, key.clone()), visit.context());
    let (action, fields) = (Action::ViewOwnHousehold, ["name", "identity", "phone"]);
    let look = access_log::Look { who: &visit.who, action, what: &resource, context: &context, fields: &fields, reason: "" };
    if !service.look(&[look]).await?.iter().all(|decision| decision.allowed) {
        return Err(Fault::of(Kind::Forbidden));
    }
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let known = households::identities(&mut tx, &service.keys, &county, &key.id).await?;
    let looks = access_log::store::of_household(&mut tx, &key, i64::MAX, LOOKS).await?;
    let names = names(&mut tx, looks.iter().map(|look| look.entry.principal.as_str())).await?;
    let mut decisions = Vec::new();
    let mut now = None;
    for line in cases::of_household(&mut tx, &county, &key.id).await? {
        let (case, _) = cases::load(&mut tx, &county, &line.id).await?;
        if !case.state.closed() && now.is_none() {
            let step = case.current.keys().next().map_or_else(String::new, |step| step_title(&visit, &case.procedure, step));
            now = Some(format!("{} · {step}", procedure_title(&visit, &case.procedure)));
        }
        decisions.extend(decision_row(&visit, &case));
    }
    let head = known.iter().find(|((_, field), _)| field == "name").map_or_else(|| key.id.clone(), |(_, name)| name.clone());
    let view = view::Mine {
        head,
        number: key.id.clone(),
        status: status(&household.status),
        now,
        decisions,
        record: members_pairs(&visit, &household, &known),
        correct_href: "/declare".to_owned(),
        looks: looks.into_iter().map(|look| look_row(&visit, look, &names)).collect(),
    };
    Ok(shown(&view::page(&visit.frame, &view)))
}

fn decision_row(visit: &Visit, case: &registry::case::Case) -> Option<view::Decision> {
    let w = visit.words();
    let decision = case.decision.as_ref()?;
    let until = app::service::later(decision.on, APPEAL_DAYS);
    let appeal = (case.appeal.is_none() && visit.site.service.moment().on <= until)
        .then(|| (Link::new(w.get("mine.appeal_title"), format!("/mine/appeal/{}", case.id)), until));
    let procedure = app::cases::procedure_of(&visit.site.service, case).ok();
    let reason = decision.reason.clone().or_else(|| procedure.map(|procedure| rule(visit, procedure))).unwrap_or_default();
    let by = procedure.and_then(|procedure| procedure.step(&decision.step)).map(|step| step.title.pick(visit.frame.language).to_owned());
    Some(view::Decision {
        title: procedure_title(visit, &case.procedure),
        on: decision.on,
        outcome: w.get(if decision.outcome.grants() { "mine.granted" } else { "mine.refused" }).to_owned(),
        reason,
        by: by.unwrap_or_default(),
        appeal,
    })
}

fn appeal_page(visit: &Visit, case: &str, form: Form) -> Response {
    let view = view::Object { form, about: case.to_owned(), is_appeal: true, ask_who: false };
    shown(&view::object(&visit.frame, &view))
}

pub(super) async fn appeal_form(visit: Visit, Path(case): Path<String>) -> Result<Response, Fault> {
    if own_key(&visit).is_none() {
        return Ok(see_other("/mine/sign-in"));
    }
    Ok(appeal_page(&visit, &case, Form::new("appeal", &format!("/mine/appeal/{case}"), &visit.csrf_token(), "")))
}

#[derive(Deserialize)]
pub(super) struct Said {
    csrf: String,
    #[serde(default)]
    text: String,
}

pub(super) async fn appeal(visit: Visit, Path(case): Path<String>, Posted(said): Posted<Said>) -> Result<Response, Fault> {
    visit.check_csrf(&said.csrf)?;
    let Some(key) = own_key(&visit) else { return Ok(see_other("/mine/sign-in")) };
    if said.text.trim().is_empty() {
        let mut form = Form::new("appeal", &format!("/mine/appeal/{case}"), &visit.csrf_token(), "");
        form.problems.push(Problem { field: "text".to_owned(), text: visit.words().get("declare.wrong_missing").to_owned() });
        return Ok(appeal_page(&visit, &case, form));
    }
    match own::appeal(&visit.site.service, &key, &case, &said.text).await {
        // Sent twice: it is there already.
        Ok(_) | Err(app::Error::CaseOpen(_)) => Ok(see_other("/mine")),
        Err(error) => Err(error.into()),
    }
}
