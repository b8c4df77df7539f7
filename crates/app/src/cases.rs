//! Cases: opened, acted on, decided. An act, its events, its evidence and its effect on the household go in together or not at all.

use database::Tx;
use kernel::AreaCode;
use programme::workflow::{Role as StepRole, StepKind};
use programme::{Calendar, Outcome, Procedure};
use registry::case::store as cases;
use registry::case::{Act, Actor, Case, CaseEvent, CaseState, Change, Moment, NextAct, Opening, Rules};
use registry::household::store as households;
use registry::spell::{Closing, store as spells};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::metrics::METRICS;
use crate::permission::{Action, Resource};
use crate::role::{HouseholdKey, Principal, Role};
use crate::service::{Service, purpose};
use crate::token::new_id;
use crate::webhook;

/// A case to be opened.
#[derive(Debug, Clone, Copy)]
pub struct NewCase<'a> {
    pub procedure: &'a str,
    pub county: &'a str,
    pub household: &'a str,
    /// Departments' records contradict the declaration: whoever approves must open the evidence.
    pub flagged: bool,
    /// The case whose decision is appealed against.
    pub against: Option<&'a str>,
}

/// What somebody wants to do on which case, as they saw it.
#[derive(Debug, Clone, Copy)]
pub struct Doing<'a> {
    pub county: &'a str,
    pub case: &'a str,
    pub version: u64,
    pub act: &'a Act,
}

/// Opens a case; the same household may have one open case of a procedure.
pub async fn open(service: &Service, who: &Principal, new: NewCase<'_>) -> Result<Case> {
    let moment = service.moment();
    let mut tx = service.db.begin().await?;
    let case = open_in(service, &mut tx, who, new, moment).await?;
    tx.commit().await?;
    Ok(case)
}

/// As [`open`], in the caller's transaction.
pub async fn open_in(service: &Service, tx: &mut Tx, who: &Principal, new: NewCase<'_>, moment: Moment) -> Result<Case> {
    let household = households::find(tx, new.county, new.household).await?;
    let area = village(&household.village)?;
    let key = HouseholdKey::new(county(new.county)?, new.household);
    let action = match who {
        Principal::Household(_) if new.against.is_some() => Action::Appeal,
        Principal::Household(_) => Action::Declare,
        Principal::Staff { .. } | Principal::Public => Action::OpenCase,
    };
    service.permit(who, action, &Resource::of_household(area, key), purpose(who))?;
    let running = cases::of_household(tx, new.county, new.household).await?;
    let open = |line: &&cases::CaseLine| line.procedure == new.procedure && matches!(line.state.as_str(), "open" | "approved");
    if let Some(line) = running.iter().find(open) {
        return Err(Error::CaseOpen(line.id.clone()));
    }
    let unknown = || Error::NotFound { what: "procedure", id: new.procedure.to_owned() };
    let procedure = service.programme.procedure(new.procedure, area, moment.on).ok_or_else(unknown)?;
    let against = match new.against {
        Some(id) => Some(cases::load(tx, new.county, id).await?.0),
        None => None,
    };
    let calendar = service.programme.working_calendar();
    let rules = Rules { procedure: &procedure.part, calendar: &calendar };
    let opening = Opening { id: &new_id(moment.at)?, household: new.household, area, flagged: new.flagged, against: against.as_ref() };
    let events = registry::case::open(rules, opening, &actor(who, area)?, moment).map_err(registry::Error::from)?;
    let case = cases::open(tx, &events).await?;
    webhook::queue(tx, &case, &events).await?;
    Ok(case)
}

/// Does one act: permission, procedure, evidence, events and effect in one transaction.
pub async fn act(service: &Service, who: &Principal, doing: Doing<'_>) -> Result<Case> {
    let moment = service.moment();
    let mut tx = service.db.begin().await?;
    let after = act_in(service, &mut tx, who, doing, moment).await?;
    tx.commit().await?;
    METRICS.acted(doing.act.kind());
    Ok(after)
}

/// As [`act`], in the caller's transaction and at the caller's moment.
pub async fn act_in(service: &Service, tx: &mut Tx, who: &Principal, doing: Doing<'_>, moment: Moment) -> Result<Case> {
    let (case, _) = cases::load(tx, doing.county, doing.case).await?;
    let procedure = procedure_of(service, &case)?;
    // First: who may not act learns nothing, not even that the copy is old.
    permit(service, who, &case, procedure, doing.act)?;
    if case.version != doing.version {
        return Err(database::Error::Stale.into());
    }
    let calendar = service.programme.working_calendar();
    let rules = Rules { procedure, calendar: &calendar };
    let evidence = freeze(tx, doing.county, &case, moment.at).await?;
    let act = with_evidence(doing.act, &evidence);
    let events = registry::case::decide(&case, rules, &actor(who, case.area)?, &act, moment).map_err(registry::Error::from)?;
    let after = cases::append(tx, &case, &events).await?;
    take_effect(tx, doing.county, &after, &events).await?;
    webhook::queue(tx, &after, &events).await?;
    Ok(after)
}

/// What this principal may do now on a case.
pub fn next_acts(service: &Service, who: &Principal, case: &Case) -> Result<Vec<NextAct>> {
    let procedure = procedure_of(service, case)?;
    let calendar: Calendar = service.programme.working_calendar();
    let rules = Rules { procedure, calendar: &calendar };
    Ok(actor(who, case.area).map(|actor| case.next_acts(rules, &actor, service.moment().on)).unwrap_or_default())
}

/// The version of the procedure under which a case was opened.
pub fn procedure_of<'a>(service: &'a Service, case: &Case) -> Result<&'a Procedure> {
    let found = service.programme.procedure_version(&case.procedure, &case.procedure_version);
    found
        .map(|held| &held.part)
        .ok_or_else(|| Error::NotFound { what: "procedure", id: format!("{} {}", case.procedure, case.procedure_version) })
}

/// REG-3: the snapshot of all evidence as it stood, and its hash. The same evidence is frozen once.
async fn freeze(tx: &mut Tx, county: &str, case: &Case, at: i64) -> Result<String> {
    let household = households::find(tx, county, &case.household).await?;
    let doc = serde_json::json!({
        "case": case.id,
        "household_version": household.version,
        "household": household,
        "flagged": case.flagged,
    });
    let doc = doc.to_string();
    let digest: String = Sha256::digest(doc.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    cases::freeze(tx, county, &case.id, &digest, &doc, at).await?;
    Ok(digest)
}

/// Decisions are made on the evidence that was just frozen, never on a hash from outside.
fn with_evidence(act: &Act, hash: &str) -> Act {
    let mut act = act.clone();
    match &mut act {
        Act::Vote { evidence, .. } | Act::Approve { evidence, .. } | Act::Reject { evidence, .. } => hash.clone_into(evidence),
        Act::Submit { .. }
        | Act::Visit { .. }
        | Act::Compare { .. }
        | Act::PublishNotice { .. }
        | Act::Object { .. }
        | Act::ResolveObjection { .. }
        | Act::CloseNotice { .. }
        | Act::Hear { .. }
        | Act::Review { .. }
        | Act::OpenEvidence
        | Act::Return { .. }
        | Act::Announce { .. }
        | Act::Enter { .. }
        | Act::Withdraw { .. }
        | Act::Escalate { .. } => {}
    }
    act
}

/// The policy behind an act; the procedure then says whether it is this person's turn.
fn permit(service: &Service, who: &Principal, case: &Case, procedure: &Procedure, act: &Act) -> Result<()> {
    let key = HouseholdKey::new(case.area.at(kernel::AreaLevel::County), &case.household);
    let mut resource = Resource::of_household(case.area, key);
    let current = || case.current.keys().next().map(String::as_str);
    let step = step_of(act).or_else(current).and_then(|name| procedure.step(name));
    resource.actors = step.map(|step| step.actors.get_ref().iter().filter_map(|role| staff_role(*role)).collect()).unwrap_or_default();
    resource.published = case.open_posting().is_some();
    resource.proposed_by = Some(case.opened_by.clone());
    let decides = step.is_some_and(|step| step.kind == StepKind::Approval);
    let action = match act {
        Act::Object { .. } => Action::Object,
        Act::Approve { .. } | Act::Reject { .. } if case.appeal.is_some() => Action::DecideAppeal,
        Act::Approve { .. } => Action::ApproveCase,
        Act::Reject { .. } if decides => Action::ApproveCase,
        Act::OpenEvidence => Action::ViewCase,
        Act::Submit { .. } | Act::Withdraw { .. } if matches!(who, Principal::Household(_)) => Action::Declare,
        Act::Submit { .. }
        | Act::Visit { .. }
        | Act::Compare { .. }
        | Act::Vote { .. }
        | Act::PublishNotice { .. }
        | Act::ResolveObjection { .. }
        | Act::CloseNotice { .. }
        | Act::Hear { .. }
        | Act::Review { .. }
        | Act::Reject { .. }
        | Act::Return { .. }
        | Act::Announce { .. }
        | Act::Enter { .. }
        | Act::Withdraw { .. }
        | Act::Escalate { .. } => Action::ActOnCase,
    };
    service.permit(who, action, &resource, purpose(who))
}

/// The step an act is about; several may be under way.
fn step_of(act: &Act) -> Option<&str> {
    match act {
        Act::Submit { step, .. }
        | Act::Visit { step, .. }
        | Act::Compare { step, .. }
        | Act::Vote { step, .. }
        | Act::PublishNotice { step, .. }
        | Act::CloseNotice { step, .. }
        | Act::Hear { step, .. }
        | Act::Review { step, .. }
        | Act::Approve { step, .. }
        | Act::Reject { step, .. }
        | Act::Return { step, .. }
        | Act::Announce { step, .. }
        | Act::Enter { step, .. } => Some(step),
        Act::Escalate { step, .. } => step.as_deref(),
        Act::Object { .. } | Act::ResolveObjection { .. } | Act::OpenEvidence | Act::Withdraw { .. } => None,
    }
}

/// What a finished case does to the household: its spell and its standing.
async fn take_effect(tx: &mut Tx, county: &str, case: &Case, events: &[CaseEvent]) -> Result<()> {
    let Some(done) = events.iter().find(|event| event.change == Change::Completed).filter(|_| case.state == CaseState::Completed) else {
        return Ok(());
    };
    if !case.decision.as_ref().is_some_and(|decision| decision.outcome.grants()) {
        return Ok(());
    }
    let (on, id) = (done.on.to_string(), case.household.as_str());
    let status = match case.outcome {
        Outcome::Enter | Outcome::Reenter => {
            spells::open(tx, county, id, &on, &case.id, done.at).await?;
            "monitored"
        }
        Outcome::Exit => {
            spells::close(tx, county, id, &on, &case.id, Closing::Lifted).await?;
            "eliminated"
        }
        Outcome::StrikeOff => {
            spells::close(tx, county, id, &on, &case.id, Closing::StruckOff).await?;
            "none"
        }
        Outcome::Adjust | Outcome::UpholdOrOverturn => return Ok(()),
    };
    let mut household = households::find(tx, county, id).await?;
    status.clone_into(&mut household.status);
    households::save(tx, &mut household, case.outcome_word(), &done.by, done.at).await?;
    Ok(())
}

/// Who acts, as procedures know them.
fn actor(who: &Principal, area: AreaCode) -> Result<Actor> {
    let denied = || Error::Denied { action: Action::ActOnCase.name() };
    match who {
        Principal::Staff { account, role, area, .. } => {
            let role = step_role(*role).ok_or_else(denied)?;
            Ok(Actor { account: account.clone(), role, area: *area, household: None })
        }
        Principal::Household(key) => Ok(Actor { account: who.key(), role: StepRole::Household, area, household: Some(key.id.clone()) }),
        // Only an objection comes as far as this.
        Principal::Public => Ok(Actor { account: who.key(), role: StepRole::Household, area, household: None }),
    }
}

const ROLES: [(Role, StepRole); 6] = [
    (Role::VillageCadre, StepRole::VillageCadre),
    (Role::VillageRepresentative, StepRole::VillageRepresentative),
    (Role::TownshipOfficer, StepRole::TownshipOfficer),
    (Role::CountyOfficer, StepRole::CountyOfficer),
    (Role::DepartmentOfficer, StepRole::DepartmentOfficer),
    (Role::AppealsOfficer, StepRole::AppealsOfficer),
];

/// The role of a procedure that a role of the staff takes; none for those who take no part.
#[must_use]
pub fn step_role(role: Role) -> Option<StepRole> {
    ROLES.into_iter().find(|(staff, _)| *staff == role).map(|(_, step)| step)
}

fn staff_role(role: StepRole) -> Option<Role> {
    ROLES.into_iter().find(|(_, step)| *step == role).map(|(staff, _)| staff)
}

fn village(code: &str) -> Result<AreaCode> {
    AreaCode::parse(code).ok_or_else(|| registry::Error::Area(code.to_owned()).into())
}

/// A county's code from six digits.
pub fn county(code: &str) -> Result<AreaCode> {
    village(code)
}

#[cfg(test)]
pub(crate) mod tests;
