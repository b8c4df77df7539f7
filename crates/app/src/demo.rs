//! Accounts and cases to look at, in a county that is not real. Never in a database that holds real people.

use kernel::{AreaCode, AreaLevel};
use programme::workflow::StepKind;
use registry::case::{Act, Case, CaseState, Record, Tally};
use registry::household::store as households;
use registry::working_list::{Narrow, store::list_page};

use crate::account::{self, NewAccount, hash_password};
use crate::cases::{Doing, NewCase, act, open, procedure_of};
use crate::error::{Error, Result};
use crate::role::{Principal, Role};
use crate::service::Service;

/// What somebody who tries it signs in with.
#[derive(Debug, Clone)]
pub struct DemoAccount {
    pub role: Role,
    pub area: AreaCode,
    pub name: String,
    pub password: String,
    /// For an authenticator, in base32.
    pub secret: String,
}

/// The first village that has households.
async fn village(service: &Service) -> Result<AreaCode> {
    let mut tx = service.db.read().await?;
    let lines = households::list(&mut tx, AreaCode::WHOLE, None, 1).await?;
    let village = lines.first().and_then(|line| AreaCode::parse(&line.village));
    village.ok_or_else(|| Error::NoHouseholds("of the demo".to_owned()))
}

/// One account for each role that works with cases, in the first village with households and the areas above it.
pub async fn accounts(service: &Service) -> Result<Vec<DemoAccount>> {
    let village = village(service).await?;
    let roles = [
        (Role::CountyOfficer, "county", AreaLevel::County),
        (Role::TownshipOfficer, "township", AreaLevel::Township),
        (Role::VillageCadre, "cadre", AreaLevel::Village),
        (Role::DepartmentOfficer, "department", AreaLevel::County),
        (Role::AppealsOfficer, "appeals", AreaLevel::County),
        (Role::Auditor, "auditor", AreaLevel::County),
        (Role::Admin, "admin", AreaLevel::County),
    ];
    let mut made = Vec::new();
    for (role, name, level) in roles {
        let password = format!("demo-{name}-2020");
        let new = NewAccount {
            name: name.to_owned(),
            title: name.to_owned(),
            role,
            area: village.at(level),
            password_hash: hash_password(password.clone()).await?,
            handed_out: false,
        };
        let mut tx = service.db.begin().await?;
        let account = account::create(&mut tx, &new, crate::role::OPERATOR, service.now()).await?;
        let secret = account::enrolled(&mut tx, &service.keys, &account, service.now()).await?;
        tx.commit().await?;
        made.push(DemoAccount { role, area: new.area, name: new.name, password, secret });
    }
    Ok(made)
}

/// Identifications in the first village, one stopped at each step.
pub async fn cases(service: &Service) -> Result<Vec<Case>> {
    let village = village(service).await?;
    let mut tx = service.db.read().await?;
    let lines = list_page(&mut tx, Narrow::of(village).status("none"), None, 12).await?.lines;
    drop(tx);
    let mut made = Vec::new();
    for (steps, line) in lines.iter().enumerate() {
        let new = NewCase { procedure: "identification", county: &line.county, household: &line.id.0, flagged: false, against: None };
        let case = open(service, &who(Role::VillageCadre, village), new).await?;
        made.push(advance(service, village, case, steps).await?);
    }
    Ok(made)
}

/// A case some steps further, each taken by whoever's turn it is; a notice that hangs out takes its days, and the case stays there.
pub async fn advance(service: &Service, village: AreaCode, mut case: Case, steps: usize) -> Result<Case> {
    let county = village.at(AreaLevel::County).to_string();
    for _ in 0..steps {
        let Some((role, next)) = next_step(service, &case)? else { break };
        let doing = Doing { county: &county, case: &case.id, version: case.version, act: &next };
        match act(service, &who(role, village), doing).await {
            Ok(after) => case = after,
            Err(Error::Registry(registry::Error::Case(_))) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(case)
}

fn who(role: Role, village: AreaCode) -> Principal {
    let level = match role {
        Role::VillageCadre | Role::VillageRepresentative => AreaLevel::Village,
        Role::TownshipOfficer => AreaLevel::Township,
        Role::Admin | Role::CountyOfficer | Role::DepartmentOfficer | Role::AppealsOfficer | Role::BankOfficer | Role::Auditor => {
            AreaLevel::County
        }
    };
    Principal::Staff { account: format!("demo-{}", role.name()), role, area: village.at(level), second_factor: true }
}

/// The next act of a case that goes well, and whose turn it is.
fn next_step(service: &Service, case: &Case) -> Result<Option<(Role, Act)>> {
    let procedure = procedure_of(service, case)?;
    let Some(step) = procedure.chain().into_iter().find(|step| case.current.contains_key(step.name())) else { return Ok(None) };
    if case.state.closed() || case.state == CaseState::Approved && step.kind == StepKind::Notice {
        return Ok(None);
    }
    let name = step.name().to_owned();
    let documents = step.documents.iter().map(|document| document.get_ref().clone()).collect();
    let persons = if step.people.is_none() { [].into() } else { ["demo-first-secretary", "demo-work-team"].map(str::to_owned).into() };
    let record = Record { documents, signature: Some("demo-thumbprint".to_owned()), persons };
    let (role, act) = match step.kind {
        StepKind::Lead | StepKind::Application => (Role::VillageCadre, Act::Submit { step: name, record }),
        StepKind::Visit => (Role::VillageCadre, Act::Visit { step: name, record }),
        StepKind::Comparison => (Role::DepartmentOfficer, Act::Compare { step: name, record, flagged: false }),
        StepKind::Evaluation => {
            let tally = Tally { entitled: 30, present: 26, agree: 21, disagree: 3, abstain: 2 };
            (Role::VillageCadre, Act::Vote { step: name, record, tally, evidence: String::new() })
        }
        StepKind::Notice if case.open_posting().is_some() => (Role::VillageCadre, Act::CloseNotice { step: name, record }),
        StepKind::Notice => (Role::VillageCadre, Act::PublishNotice { step: name, from: service.moment().on }),
        StepKind::Hearing => (Role::CountyOfficer, Act::Hear { step: name, record }),
        StepKind::Review => (Role::TownshipOfficer, Act::Review { step: name, record }),
        StepKind::Approval => (Role::CountyOfficer, Act::Approve { step: name, record, evidence: String::new() }),
        StepKind::Announcement => (Role::TownshipOfficer, Act::Announce { step: name, record }),
        StepKind::Entry => (Role::TownshipOfficer, Act::Enter { step: name, record }),
    };
    Ok(Some((role, act)))
}
