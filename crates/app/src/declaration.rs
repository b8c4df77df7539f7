//! Declarations of need: anybody may hand one in; an official of the place accepts it within the term of the first step.
//!
//! A declaration shows nothing and changes no household. Who accepts it proposes (REG-3): the case is theirs, not the household's.

use kernel::{AreaCode, AreaLevel};
use registry::case::{Act, ActKind, Case, Record};
use registry::declaration::{Answers, Declaration, State, store};
use registry::household::{self, Household, HouseholdId, Member, PersonId};
use registry::{Cell, household::store as households};

use crate::access_log::Look;
use crate::cases::{Doing, NewCase, act_in, open_in};
use crate::error::{Error, Result};
use crate::metrics::METRICS;
use crate::permission::{Action, Context, Resource};
use crate::request::{Begun, Response, store as requests};
use crate::role::{HouseholdKey, Principal};
use crate::service::{Service, purpose};
use crate::throttle;
use crate::token::new_id;

/// The procedure that a declaration begins.
const PROCEDURE: &str = "identification";

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    Missing,
    Telephone,
    Identity,
    Village,
}

/// Fields that cannot be accepted as they are; the identity number may be left out.
#[must_use]
pub fn check(answers: &Answers) -> Vec<(&'static str, Wrong)> {
    let mut wrong = Vec::new();
    for (field, text) in [("name", &answers.name), ("difficulty", &answers.difficulty), ("risk", &answers.risk)] {
        if text.trim().is_empty() {
            wrong.push((field, Wrong::Missing));
        }
    }
    let digits = answers.telephone.chars().filter(char::is_ascii_digit).count();
    if !(7..=15).contains(&digits) {
        wrong.push(("telephone", Wrong::Telephone));
    }
    if !answers.identity.is_empty() && kernel::identity::check(&answers.identity).is_err() {
        wrong.push(("identity", Wrong::Identity));
    }
    if AreaCode::parse(&answers.village).and_then(AreaCode::level) != Some(AreaLevel::Village) {
        wrong.push(("village", Wrong::Village));
    }
    wrong
}

/// Takes a declaration in, exactly once for a `key`; `remote` slows down who hands in too many.
pub async fn declare(service: &Service, who: &Principal, answers: &Answers, key: &str, remote: &str) -> Result<(String, String)> {
    if let Some((field, _)) = check(answers).first() {
        return Err(Error::Invalid { field, why: "expected another answer" });
    }
    let village = area(&answers.village)?;
    service.permit(who, Action::ReportNeed, &Resource::of_area(village), purpose(who))?;
    let moment = service.moment();
    let county = household::county_of(&answers.village)?;
    let mut tx = service.db.begin().await?;
    let content = serde_json::to_vec(answers).map_err(registry::Error::from)?;
    match requests::begin_request(&mut tx, &who.key(), key, &content, moment.at).await? {
        Begun::Fresh => {}
        Begun::Replay(first) => return Ok((county, String::from_utf8_lossy(&first.body).into_owned())),
        Begun::OtherRequest => return Err(Error::Invalid { field: "key", why: "it was used for another declaration" }),
    }
    if *who == Principal::Public
        && throttle::store::attempt(&mut tx, &format!("declare:{remote}"), throttle::DECLARATIONS, moment.at).await?.is_some()
    {
        tx.commit().await?;
        return Err(Error::Invalid { field: "", why: "too many declarations came from this place; try again later" });
    }
    let id = new_id(moment.at)?;
    let calendar = service.programme.working_calendar();
    let step = service.programme.procedure(PROCEDURE, village, moment.on).and_then(|held| held.part.step.first());
    let due = step.and_then(|step| step.within.as_ref()).and_then(|term| calendar.due(moment.on, *term.get_ref())).unwrap_or(moment.on);
    let declaration = Declaration {
        county: county.clone(),
        id: id.clone(),
        village: answers.village.clone(),
        state: State::New,
        due_on: due.to_string(),
        at: moment.at,
        actor: who.key(),
        household: match who {
            Principal::Household(key) => Some(key.id.clone()),
            Principal::Staff { .. } | Principal::Public => None,
        },
        case: None,
    };
    store::insert(&mut tx, &service.keys, &declaration, answers).await?;
    let response = Response { status: 201, location: None, body: id.clone().into_bytes() };
    requests::finish_request(&mut tx, &who.key(), key, &response).await?;
    tx.commit().await?;
    Ok((county, id))
}

/// New declarations of an area, for who may open cases there.
pub async fn waiting(service: &Service, who: &Principal, area: AreaCode, limit: i64) -> Result<Vec<Declaration>> {
    service.permit(who, Action::OpenCase, &Resource::of_area(area), purpose(who))?;
    let mut tx = service.db.read().await?;
    Ok(store::list(&mut tx, area, State::New, limit).await?)
}

/// What was said, for who may open a case on it; the look is written down.
pub async fn read(service: &Service, who: &Principal, county: &str, id: &str) -> Result<(Declaration, Answers)> {
    let mut tx = service.db.begin().await?;
    let found = store::find(&mut tx, county, id).await?.ok_or_else(|| registry::Error::NoDeclaration(id.to_owned()))?;
    let village = area(&found.village)?;
    // A declaration may be of nobody in the register yet: it stands in the log under its own number.
    let key = HouseholdKey::new(crate::cases::county(county)?, found.household.as_deref().unwrap_or(id));
    let resource = Resource::of_household(village, key);
    let context = Context::new(purpose(who), service.now());
    let fields = ["name", "phone", "identity", "difficulty"];
    let look = Look { who, action: Action::ViewIdentity, what: &resource, context: &context, fields: &fields, reason: "" };
    let decision = crate::open_record(&mut tx, &service.keys, &service.policies, look).await?;
    tx.commit().await?;
    if !decision.allowed {
        return Err(Error::Denied { action: Action::ViewIdentity.name() });
    }
    let mut tx = service.db.read().await?;
    Ok(store::open(&mut tx, &service.keys, county, id).await?)
}

/// Opens the case that a declaration asks for: on the household that its identity number belongs to, or on a new one.
pub async fn accept(service: &Service, who: &Principal, county: &str, id: &str) -> Result<String> {
    let (mut declaration, answers) = read(service, who, county, id).await?;
    if let Some(case) = declaration.case {
        return Ok(case);
    }
    let moment = service.moment();
    let mut tx = service.db.begin().await?;
    let household = match (&declaration.household, known(service, &mut tx, &answers).await?) {
        (Some(household), _) => household.clone(),
        (None, Some(household)) => household,
        (None, None) => admit(service, &mut tx, who, &answers, moment.at).await?,
    };
    let new = NewCase { procedure: PROCEDURE, county, household: &household, flagged: false, against: None };
    let mut opened = false;
    let case = match open_in(service, &mut tx, who, new, moment).await {
        Ok(case) => {
            opened = true;
            submitted(service, &mut tx, who, county, case, moment).await?.id
        }
        // It is in an open case already: that one answers the declaration.
        Err(Error::CaseOpen(case)) => case,
        Err(error) => return Err(error),
    };
    declaration.state = State::Accepted;
    declaration.household = Some(household);
    declaration.case = Some(case.clone());
    store::answer(&mut tx, &declaration, &who.key()).await?;
    tx.commit().await?;
    if opened {
        METRICS.acted(ActKind::Submit);
    }
    Ok(case)
}

/// The first step is the declaration itself.
async fn submitted(
    service: &Service,
    tx: &mut crate::Tx,
    who: &Principal,
    county: &str,
    case: Case,
    moment: registry::case::Moment,
) -> Result<Case> {
    let Some(step) = case.current.keys().next().cloned() else { return Ok(case) };
    let act = Act::Submit { step, record: Record::default() };
    let doing = Doing { county, case: &case.id, version: case.version, act: &act };
    act_in(service, tx, who, doing, moment).await
}

async fn known(service: &Service, tx: &mut crate::Tx, answers: &Answers) -> Result<Option<String>> {
    if answers.identity.is_empty() {
        return Ok(None);
    }
    let county = area(&answers.village)?.at(AreaLevel::County);
    let found = households::search(tx, &service.keys, county, "identity", &answers.identity).await?;
    Ok(found.into_iter().next().map(|(_, household, _)| household.0))
}

/// A household that nobody has on record: one member, to be completed by the visit.
async fn admit(service: &Service, tx: &mut crate::Tx, who: &Principal, answers: &Answers, at: i64) -> Result<String> {
    let county = household::county_of(&answers.village)?;
    let number = households::next_number(tx, &county, &answers.village).await?;
    let mut new = Household::new(&number, &answers.village, "none")?;
    let person = PersonId(format!("{number}01"));
    let cells = [("relation".to_owned(), Cell::Text("head".to_owned()))];
    new.members.push(Member { id: person.clone(), cells: cells.into(), joined_on: None, left: None });
    new.id = HouseholdId(number.clone());
    households::save(tx, &mut new, "declared", &who.key(), at).await?;
    let mut identities = households::Identities::new();
    let personal =
        [(person.0.as_str(), "name", &answers.name), (&person.0, "identity", &answers.identity), ("", "phone", &answers.telephone)];
    for (owner, field, text) in personal {
        if !text.is_empty() {
            identities.insert((owner.to_owned(), field.to_owned()), text.clone());
        }
    }
    households::identify(tx, &service.keys, &new, &identities, at).await?;
    Ok(number)
}

fn area(village: &str) -> Result<AreaCode> {
    AreaCode::parse(village).ok_or(Error::Invalid { field: "village", why: "expected a village code of twelve digits" })
}
