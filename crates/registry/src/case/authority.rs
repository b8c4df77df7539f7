//! Who may take a step.

use std::collections::BTreeSet;

use programme::workflow::{Procedure, Role, Step, StepKind};

use super::act::Actor;
use super::{Case, Refusal};

/// Role, area and independence.
pub(super) fn may_act(case: &Case, procedure: &Procedure, step: &Step, actor: &Actor) -> Result<(), Refusal> {
    assigned(case, step, actor)?;
    independent(case, procedure, step, &BTreeSet::from([actor.account.clone()]))
}

/// Role and area.
pub(super) fn assigned(case: &Case, step: &Step, actor: &Actor) -> Result<(), Refusal> {
    let roles = step.actors.get_ref();
    if !roles.contains(&actor.role) {
        return Err(Refusal::NotYourRole { step: step.name().to_owned(), roles: roles.clone(), level: step.level });
    }
    if actor.role == Role::Household {
        return if actor.household.as_ref() == Some(&case.household) { Ok(()) } else { Err(Refusal::NotYourHousehold) };
    }
    if actor.area.level().is_some_and(|level| level >= step.level) && actor.area.contains(case.area) {
        return Ok(());
    }
    Err(Refusal::NotYourArea { step: step.name().to_owned(), area: case.area, level: step.level, yours: actor.area })
}

/// REG-3: nobody acts where the procedure wants somebody else, and nobody approves who proposed, even if the procedure forgot to say so.
pub(super) fn independent(case: &Case, procedure: &Procedure, step: &Step, people: &BTreeSet<String>) -> Result<(), Refusal> {
    let approves = step.kind == StepKind::Approval;
    let named = |other: &Step| step.distinct_from.iter().any(|name| name.get_ref() == other.name());
    let others = procedure.step.iter().filter(|other| other.name() != step.name() && (named(other) || (approves && other.kind.proposes())));
    for other in others {
        let took_part = case.participants.get(other.name());
        if let Some(account) = people.iter().find(|account| took_part.is_some_and(|part| part.contains(*account))) {
            return Err(Refusal::SamePerson { account: account.clone(), step: step.name().to_owned(), other: other.name().to_owned() });
        }
    }
    let judges = match step.kind {
        StepKind::Visit | StepKind::Comparison | StepKind::Evaluation | StepKind::Review | StepKind::Hearing | StepKind::Approval => true,
        StepKind::Lead | StepKind::Application | StepKind::Notice | StepKind::Announcement | StepKind::Entry => false,
    };
    if let Some(appeal) = case.appeal.as_ref().filter(|_| judges)
        && let Some(account) = people.iter().find(|account| appeal.excluded.contains(*account))
    {
        return Err(Refusal::TookPartInDecision { account: account.clone(), case: appeal.against.clone() });
    }
    Ok(())
}
