//! The programme as it is applied, and rules tried on a household.

use std::sync::Arc;

use app::access_log::Look as Looking;
use app::rule_test::{Part, Trial, attempt};
use app::{Action, HouseholdKey, Resource};
use axum::extract::Form as Posted;
use axum::response::Response;
use kernel::AreaCode;
use registry::household::store as households;
use serde::Deserialize;

use super::{Fault, Visit, see_other, shown};
use crate::view::form::{Form, Problem};
use crate::view::page::failure::Kind;
use crate::view::page::programme::{CheckRow, Clause, IndicatorRow, LineRow, Programme, Tested, page};

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    household: String,
}

pub(super) async fn view(visit: Visit) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    permitted(&visit)?;
    Ok(shown_page(&visit, tester(&visit), None))
}

/// One trial at a time, each reads through the register; who comes meanwhile is told, and holds no thread that sign-in needs.
static TURN: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(1);

fn permitted(visit: &Visit) -> Result<(), Fault> {
    Ok(visit.site.service.permit(
        &visit.who,
        Action::ViewOverview,
        &Resource::of_area(visit.area(Action::ViewOverview, None)?),
        app::purpose(&visit.who),
    )?)
}

fn tester(visit: &Visit) -> Option<Form> {
    let may = visit.site.service.policies.scope(&visit.who, Action::ViewHousehold, &visit.context()).is_some();
    (may && visit.site.service.register.is_some()).then(|| Form::new("tester", "/programme", visit.csrf(), ""))
}

fn shown_page(visit: &Visit, tester: Option<Form>, tested: Option<Tested>) -> Response {
    let (programme, language) = (&visit.site.service.programme, visit.frame.language);
    let currency = &programme.meta.currency;
    let lines = programme.lines.iter().flat_map(|line| &line.part.values).filter_map(|value| {
        let decimal = kernel::text::parse_decimal(value.amount.get_ref())?;
        Some(LineRow {
            place: visit.place_of(value.area.get_ref()),
            year: value.year,
            amount_fen: currency.minor(decimal.digits, decimal.places).ok()?,
            source: value.source.clone(),
        })
    });
    let dimension = |id: &str| programme.dimensions.iter().find(|dimension| dimension.part.id.get_ref() == id);
    let indicators = programme.indicators.iter().map(|held| &held.part).map(|one| {
        let of = dimension(one.dimension.get_ref());
        IndicatorRow {
            dimension: of.map_or_else(String::new, |held| format!("{} {}", held.part.title.pick(language), held.part.weight.get_ref())),
            title: one.title.pick(language).to_owned(),
            weight: one
                .weight
                .as_ref()
                .map_or_else(|| visit.words().get("programme.equal").to_owned(), |weight| weight.get_ref().to_string()),
            rule: one.when.get_ref().clone(),
        }
    });
    let checks = programme.checks.iter().map(|held| &held.part).map(|check| CheckRow {
        id: check.id.get_ref().clone(),
        title: check.title.pick(language).to_owned(),
        family: check.family.clone(),
        rule: check.when.get_ref().clone(),
        source: check.source.clone(),
    });
    let view = Programme {
        title: programme.meta.title.pick(language).to_owned(),
        version: programme.meta.version.clone(),
        lines: lines.collect(),
        indicators: indicators.collect(),
        checks: checks.collect(),
        tester,
        tested,
    };
    shown(&page(&visit.frame, &view))
}

/// Tries a rule on a household that the visitor may see; the look is written down as one at its page.
pub(super) async fn attempted(visit: Visit, Posted(asked): Posted<Asked>) -> Result<Response, Fault> {
    visit.check_csrf(&asked.csrf)?;
    permitted(&visit)?;
    let Some(mut form) = tester(&visit) else { return Err(Fault::of(Kind::Forbidden)) };
    let w = visit.words();
    form.values = vec![("rule".to_owned(), asked.rule.clone()), ("household".to_owned(), asked.household.clone())];
    let mut wrong = |field: &str, text: String| form.problems.push(Problem { field: field.to_owned(), text });
    if asked.rule.trim().is_empty() {
        wrong("rule", w.get("programme.rule_missing").to_owned());
    }
    let number = asked.household.trim().to_owned();
    if !may_see(&visit, &number).await? {
        wrong("household", w.get("programme.household_unknown").to_owned());
    }
    if form.failed() {
        return Ok(shown_page(&visit, Some(form), None));
    }
    let Ok(turn) = TURN.try_acquire() else {
        form.problems.push(Problem { field: "rule".to_owned(), text: w.get("programme.busy").to_owned() });
        return Ok(shown_page(&visit, Some(form), None));
    };
    let (site, rule) = (Arc::clone(&visit.site), asked.rule);
    let trial = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let register = site.service.register.as_deref()?;
        Some(attempt(&site.service.programme, register, &number, &rule))
    });
    let trial = trial.await.map_err(|_ended| Fault::of(Kind::Internal))?.ok_or_else(|| Fault::of(Kind::NotFound))?;
    let mut tested = None;
    match trial? {
        Trial::Wrong { message, help, at } => {
            let place = at.map_or_else(String::new, |at| w.fill("programme.at", &[("place", &(at + 1).to_string())]));
            form.problems.push(Problem { field: "rule".to_owned(), text: format!("{place}{message} {help}").trim().to_owned() });
        }
        Trial::Unknown => {
            form.problems.push(Problem { field: "household".to_owned(), text: w.get("programme.household_absent").to_owned() });
        }
        Trial::Answer(part) => {
            let answer = w.get(match part.holds {
                Some(true) => "programme.holds",
                Some(false) => "programme.fails",
                None => "programme.missing",
            });
            let mut clauses = Vec::new();
            flat(&part, 0, &mut clauses);
            tested = Some(Tested { answer: answer.to_owned(), clauses });
        }
    }
    Ok(shown_page(&visit, Some(form), tested))
}

/// Whether there is such a household and the visitor may open its page.
async fn may_see(visit: &Visit, number: &str) -> Result<bool, Fault> {
    let Some(county) = number.get(..6) else { return Ok(false) };
    let service = &visit.site.service;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let Ok(household) = households::find(&mut tx, county, number).await else { return Ok(false) };
    drop(tx);
    let village = AreaCode::parse(&household.village).ok_or_else(|| Fault::of(Kind::Internal))?;
    let resource = Resource::of_household(village, HouseholdKey::new(app::cases::county(county)?, number));
    let (context, action) = (visit.context(), Action::ViewHousehold);
    let look = Looking { who: &visit.who, action, what: &resource, context: &context, fields: &["difficulty"], reason: "" };
    Ok(service.look(&[look]).await?.iter().all(|decision| decision.allowed))
}

fn flat(part: &Part, depth: usize, into: &mut Vec<Clause>) {
    let values = part.values.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ");
    into.push(Clause { depth, text: part.text.clone(), values, holds: part.holds });
    for part in &part.parts {
        flat(part, depth + 1, into);
    }
}
