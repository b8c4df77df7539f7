//! Declaring need: the form, the answers once more, and what became of it.

use app::declaration::{self, Wrong};
use app::{Action, Principal, Resource};
use axum::extract::{Form as Posted, Path, Query};
use axum::response::Response;
use kernel::AreaCode;
use registry::declaration::{Answers, State, store};
use registry::household::store as households;
use serde::Deserialize;

use super::case::step_title;
use super::household::address;
use super::{Fault, Visit, see_other, shown};
use crate::view::form::{Choice, Form, Problem};
use crate::view::page::declare as view;
use crate::view::page::failure::Kind;
use crate::view::part::Link;

/// Villages that the form offers; a wider choice is narrowed by `?area=`.
const VILLAGES: i64 = 1_000;
const FIELDS: [&str; 6] = ["name", "telephone", "identity", "village", "difficulty", "risk"];

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    area: String,
}

/// What the form sends.
#[derive(Deserialize, Default)]
pub(super) struct Typed {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    telephone: String,
    #[serde(default)]
    identity: String,
    #[serde(default)]
    village: String,
    #[serde(default)]
    difficulty: String,
    #[serde(default)]
    risk: String,
    /// Back from the answers to the form.
    #[serde(default)]
    change: String,
}

impl Typed {
    fn values(&self) -> Vec<(String, String)> {
        let texts = [&self.name, &self.telephone, &self.identity, &self.village, &self.difficulty, &self.risk];
        FIELDS.into_iter().zip(texts).map(|(name, text)| (name.to_owned(), text.clone())).collect()
    }

    fn answers(&self) -> Answers {
        let tidy = |text: &String| kernel::text::fold(text).trim().to_owned();
        // "Do not know" is no number.
        let identity = Some(tidy(&self.identity).to_uppercase()).filter(|text| text.chars().any(|c| c.is_ascii_digit()));
        Answers {
            name: self.name.trim().to_owned(),
            telephone: tidy(&self.telephone),
            identity: identity.unwrap_or_default(),
            village: tidy(&self.village),
            difficulty: self.difficulty.trim().to_owned(),
            risk: self.risk.clone(),
        }
    }
}

pub(super) async fn form(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    let key = app::new_id(visit.site.service.now())?;
    page(&visit, Form::new("declare", "/declare", &visit.csrf_token(), &key), &asked.area).await
}

async fn page(visit: &Visit, form: Form, area: &str) -> Result<Response, Fault> {
    let villages = villages(visit, area).await?;
    let for_another = matches!(visit.who, Principal::Staff { .. });
    Ok(shown(&view::page(&visit.frame, &view::Declare { form, villages, risks: risks(visit), for_another })))
}

async fn villages(visit: &Visit, area: &str) -> Result<Vec<Choice>, Fault> {
    let whole = match &visit.who {
        Principal::Staff { area, .. } => *area,
        Principal::Household(key) => key.county,
        Principal::Public => AreaCode::WHOLE,
    };
    let area = AreaCode::parse(area).unwrap_or(whole);
    let mut tx = visit.site.service.db.read().await.map_err(app::Error::from)?;
    let codes = households::villages(&mut tx, area, VILLAGES).await?;
    let none = Choice::new("", visit.words().get("declare.choose"));
    Ok(std::iter::once(none).chain(codes.into_iter().map(|code| Choice::new(code.clone(), address(visit, &code)))).collect())
}

fn risks(visit: &Visit) -> Vec<Choice> {
    let list = visit.site.service.programme.code_list("risk");
    let codes = list.into_iter().flat_map(|list| list.part.codes.iter()).map(toml::Spanned::get_ref);
    codes
        .map(|code| {
            let text = if visit.frame.language == kernel::Language::Zh { &code.zh } else { &code.en };
            Choice::new(code.code.clone(), text.clone())
        })
        .collect()
}

pub(super) async fn check(visit: Visit, Posted(typed): Posted<Typed>) -> Result<Response, Fault> {
    visit.check_form(&typed.csrf)?;
    let mut form = Form::new("declare", "/declare", &visit.csrf_token(), &typed.key);
    form.values = typed.values();
    let w = visit.words();
    let answers = typed.answers();
    let wrong = declaration::check(&answers);
    if !typed.change.is_empty() || !wrong.is_empty() {
        let text = |wrong: Wrong| match wrong {
            Wrong::Missing => "declare.wrong_missing",
            Wrong::Telephone => "declare.wrong_telephone",
            Wrong::Identity => "declare.wrong_identity",
            Wrong::Village => "declare.wrong_village",
        };
        let found = wrong.into_iter().map(|(field, wrong)| Problem { field: field.to_owned(), text: w.get(text(wrong)).to_owned() });
        form.problems = if typed.change.is_empty() { found.collect() } else { Vec::new() };
        return page(&visit, form, "").await;
    }
    let names = ["declare.name", "declare.telephone", "declare.identity", "declare.village", "declare.difficulty", "declare.risk"];
    let risk = risks(&visit).into_iter().find(|choice| choice.value == answers.risk).map_or(answers.risk.clone(), |choice| choice.text);
    let given = form.values.iter().zip(names).map(|((field, value), name)| view::Given {
        name: w.get(name).to_owned(),
        value: if field == "risk" { risk.clone() } else { value.clone() },
        field: field.clone(),
    });
    let answers = given.collect();
    "/declare/send".clone_into(&mut form.action);
    Ok(shown(&view::check(&visit.frame, &view::CheckAnswers { form, answers, consent: w.get("declare.consent").to_owned() })))
}

pub(super) async fn send(visit: Visit, Posted(typed): Posted<Typed>) -> Result<Response, Fault> {
    visit.check_form(&typed.csrf)?;
    let (county, id) = declaration::declare(&visit.site.service, &visit.who, &typed.answers(), &typed.key, &visit.remote).await?;
    Ok(see_other(&format!("/declare/{county}/{id}")))
}

/// The number to keep, and what became of the declaration.
pub(super) async fn sent(visit: Visit, Path((county, id)): Path<(String, String)>) -> Result<Response, Fault> {
    let (service, w) = (&visit.site.service, visit.words());
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let found = store::find(&mut tx, &county, &id).await?.ok_or_else(|| Fault::of(Kind::NotFound))?;
    let village = AreaCode::parse(&found.village).ok_or_else(|| Fault::of(Kind::Internal))?;
    service.permit(&visit.who, Action::ReportNeed, &Resource::of_area(village), app::purpose(&visit.who))?;
    let now = match (&found.case, found.state) {
        (Some(case), _) => {
            let (case, _) = registry::case::store::load(&mut tx, &county, case).await?;
            let step = case.current.keys().next().map(|step| step_title(&visit, &case.procedure, step));
            step.unwrap_or_else(|| super::case::state_text(w, case.state.name()).to_owned())
        }
        (None, State::New) => w.get("declare.state_new").to_owned(),
        (None, State::Accepted | State::Closed) => w.get("declare.state_closed").to_owned(),
    };
    let moment = service.moment();
    let days = |id: &str| {
        let procedure = service.programme.procedure("identification", village, moment.on)?;
        let term = if id.is_empty() { procedure.part.within.as_ref() } else { procedure.part.step(id)?.within.as_ref() };
        term.map(|term| u64::from(term.get_ref().days))
    };
    let view = view::Thanks {
        number: format!("{county}-{id}"),
        now,
        visit_days: days("visit").unwrap_or(0),
        decision_days: days("").unwrap_or(0),
        follow: Link::new(w.get("declare.follow"), "/mine/sign-in"),
    };
    Ok(shown(&view::thanks(&visit.frame, &view)))
}
