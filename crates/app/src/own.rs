//! A household's own affairs: getting in with a code, objecting to what hangs out, appealing against a decision.

use kernel::Language;
use registry::case::{Act, Case, Record, store as cases};
use registry::declaration::{Answers, Declaration, State, store as declarations};
use registry::household::store as households;

use crate::cases::{Doing, NewCase, act, act_in, open_in};
use crate::error::{Error, Result};
use crate::household_access::{Answer, CodeWanted, send_code, send_nothing, sign_in_code};
use crate::metrics::METRICS;
use crate::role::{HouseholdKey, Principal};
use crate::service::Service;
use crate::throttle;
use crate::token::new_id;

/// The procedure that hears appeals.
const APPEAL: &str = "appeal";

/// The household behind what somebody types: its number, the number of its declaration, or an identity number of a member.
pub async fn resolve(service: &Service, typed: &str) -> Result<Option<HouseholdKey>> {
    let typed = kernel::text::fold(typed).trim().to_owned();
    let mut tx = service.db.read().await?;
    let found = households::search(&mut tx, &service.keys, kernel::AreaCode::WHOLE, "identity", &typed).await?;
    if let Some((county, household, _)) = found.into_iter().next() {
        return Ok(Some(HouseholdKey::new(crate::cases::county(&county)?, &household.0)));
    }
    // The number of a declaration is written with its county: 520222-….
    if let Some((county, id)) = typed.split_once('-') {
        let found = declarations::find(&mut tx, county, id).await?.and_then(|declaration| declaration.household);
        return found.map(|household| Ok(HouseholdKey::new(crate::cases::county(county)?, &household))).transpose();
    }
    let Some(county) = typed.get(..6).filter(|_| typed.len() > 6) else { return Ok(None) };
    let known = households::find(&mut tx, county, &typed).await.is_ok();
    Ok(if known { Some(HouseholdKey::new(crate::cases::county(county)?, &typed)) } else { None })
}

/// Sends a code to the telephone on record. Whether there is one, and whether the household exists, is told to nobody.
pub async fn ask_code(service: &Service, typed: &str, language: Language, remote: &str) -> Result<Answer<()>> {
    let Some(household) = resolve(service, typed).await? else {
        let folded = kernel::text::fold(typed);
        return send_nothing(&service.db, &service.keys, folded.trim(), remote, service.now()).await;
    };
    let county = county_text(&household);
    let mut tx = service.db.read().await?;
    let known = households::identities(&mut tx, &service.keys, &county, &household.id).await.unwrap_or_default();
    drop(tx);
    let phone = known.iter().find(|((_, field), _)| field == "phone").map(|(_, phone)| phone.as_str());
    let wanted = CodeWanted { household: &household, phone, language, remote };
    send_code(&service.db, &service.keys, service.sms.clone(), wanted, service.now()).await
}

/// The household that a code lets in.
pub async fn enter(service: &Service, typed: &str, code: &str, remote: &str) -> Result<Answer<HouseholdKey>> {
    let household = resolve(service, typed).await?;
    Ok(match sign_in_code(&service.db, &service.keys, household.as_ref(), code, remote, service.now()).await? {
        Answer::Done(()) => household.map_or(Answer::Refused, Answer::Done),
        Answer::Refused => Answer::Refused,
        Answer::Wait { until } => Answer::Wait { until },
    })
}

/// Six digits, the partition key of the household's tables.
#[must_use]
pub fn county_text(household: &HouseholdKey) -> String {
    county_code(household.county)
}

/// The county of an area, in six digits.
pub(crate) fn county_code(area: kernel::AreaCode) -> String {
    format!("{:06}", area.padded() / kernel::AreaLevel::County.unit())
}

/// Letters of an objection.
pub const OBJECTION: usize = 2_000;
/// Letters of who objects.
const OBJECTOR: usize = 100;
/// Objections of a case that wait for an answer; what is said a twentieth time is answered with the others.
const MOST_OPEN: usize = 20;

/// Objects to a notice that hangs out. Anybody may, and need not say who they are; but not without end, for every objection stops the
/// case until it is answered.
pub async fn object(service: &Service, who: &Principal, notice: (&str, &str), by: &str, text: &str, remote: &str) -> Result<Case> {
    let (county, case) = notice;
    if text.trim().is_empty() || text.chars().count() > OBJECTION || by.chars().count() > OBJECTOR {
        return Err(Error::Invalid { field: "text", why: "expected what is wrong, in at most 2,000 letters" });
    }
    let mut tx = service.db.begin().await?;
    let subject = format!("object:{remote}");
    if *who == Principal::Public && throttle::store::attempt(&mut tx, &subject, throttle::OBJECTIONS, service.now()).await?.is_some() {
        tx.commit().await?;
        return Err(Error::Invalid { field: "", why: "too many objections came from this place; try again later" });
    }
    tx.commit().await?;
    let mut tx = service.db.read().await?;
    let (found, _) = cases::load(&mut tx, county, case).await?;
    drop(tx);
    if found.objections.iter().filter(|objection| objection.resolved.is_none()).count() >= MOST_OPEN {
        return Err(Error::Invalid { field: "", why: "as many objections wait for an answer as can; they are answered first" });
    }
    let said = Act::Object { by: by.to_owned(), text: text.trim().to_owned() };
    act(service, who, Doing { county, case, version: found.version, act: &said }).await
}

/// What the household says, sealed as a declaration that the case has answered already.
async fn keep_statement(service: &Service, tx: &mut crate::Tx, who: &Principal, case: &Case, text: &str) -> Result<()> {
    let village = format!("{:012}", case.area.padded());
    let county = registry::household::county_of(&village)?;
    let empty = String::new;
    let (name, telephone, identity, risk) = (empty(), empty(), empty(), empty());
    let answers = Answers { name, telephone, identity, village: village.clone(), difficulty: text.trim().to_owned(), risk };
    let at = service.now();
    let mut said = Declaration {
        county,
        id: new_id(at)?,
        village,
        state: State::New,
        due_on: String::new(),
        at,
        actor: who.key(),
        household: Some(case.household.clone()),
        case: None,
    };
    declarations::insert(tx, &service.keys, &said, &answers).await?;
    said.state = State::Accepted;
    said.case = Some(case.id.clone());
    Ok(declarations::answer(tx, &said, &who.key()).await?)
}

/// Appeals against the decision of a case, with the statement as its first step.
pub async fn appeal(service: &Service, household: &HouseholdKey, against: &str, text: &str) -> Result<Case> {
    if text.trim().is_empty() {
        return Err(Error::Invalid { field: "text", why: "expected why the decision is wrong" });
    }
    let who = Principal::Household(household.clone());
    let county = county_text(household);
    let moment = service.moment();
    let mut tx = service.db.begin().await?;
    let new = NewCase { procedure: APPEAL, county: &county, household: &household.id, flagged: false, against: Some(against) };
    let case = open_in(service, &mut tx, &who, new, moment).await?;
    let Some(step) = case.current.keys().next().cloned() else { return Err(Error::NotFound { what: "step", id: case.id }) };
    keep_statement(service, &mut tx, &who, &case, text).await?;
    let record = Record { documents: ["appeal_statement".to_owned()].into(), signature: Some(who.key()), persons: [].into() };
    let said = Act::Submit { step, record };
    let case = act_in(service, &mut tx, &who, Doing { county: &county, case: &case.id, version: case.version, act: &said }, moment).await?;
    tx.commit().await?;
    METRICS.acted(said.kind());
    Ok(case)
}

#[cfg(test)]
mod tests;
