mod properties;
mod refusals;
mod walks;

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use kernel::{AreaCode, AreaLevel};
use programme::workflow::{Role, Step, StepKind};
use programme::{Calendar, Outcome, Procedure, Programme, SourceFile};

use super::*;

const VILLAGE: &str = "520222104203";

fn china() -> Programme {
    loaded(|text| text)
}

/// The shipped programme with a change to its texts.
fn loaded(change: impl Fn(String) -> String) -> Programme {
    let folder = format!("{}/../../programmes/china", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let read =
        |path: &std::path::PathBuf| SourceFile { name: path.display().to_string(), text: change(std::fs::read_to_string(path).unwrap()) };
    Programme::load(paths.iter().map(read).collect()).unwrap()
}

fn procedure(id: &str) -> Procedure {
    china().procedures.iter().find(|procedure| procedure.name() == id).unwrap().part.clone()
}

fn day(text: &str) -> NaiveDate {
    kernel::date::parse(text).unwrap()
}

fn moment(on: NaiveDate) -> Moment {
    Moment { on, at: 0 }
}

fn actor(role: Role, account: &str) -> Actor {
    let level = match role {
        Role::Household | Role::VillageCadre | Role::VillageRepresentative => AreaLevel::Village,
        Role::TownshipOfficer => AreaLevel::Township,
        Role::CountyOfficer | Role::DepartmentOfficer | Role::AppealsOfficer => AreaLevel::County,
    };
    let household = (role == Role::Household).then(|| "h1".to_owned());
    Actor { account: account.to_owned(), role, area: AreaCode::parse(VILLAGE).unwrap().at(level), household }
}

/// Somebody of that role who takes this step and no other.
fn taker(step: &Step, role: Role) -> Actor {
    actor(role, &format!("{}-{}", step.name(), role.name()))
}

fn hash() -> String {
    "0123456789abcdef".repeat(4)
}

fn full_record(step: &Step) -> Record {
    let people = step.people.as_ref().map_or(0, |people| *people.get_ref());
    Record {
        documents: step.documents.iter().map(|document| document.get_ref().clone()).collect(),
        signature: step.sign.then(|| "thumbprint-1".to_owned()),
        persons: (0..people).map(|n| format!("{}-person-{n}", step.title.en)).collect(),
    }
}

/// The act that takes a step, with everything it needs.
fn taking(step: &Step, record: Record) -> Act {
    let (name, tally) = (step.name().to_owned(), Tally { entitled: 30, present: 20, agree: 11, disagree: 5, abstain: 4 });
    match step.kind {
        StepKind::Lead | StepKind::Application => Act::Submit { step: name, record },
        StepKind::Visit => Act::Visit { step: name, record },
        StepKind::Comparison => Act::Compare { step: name, record, flagged: false },
        StepKind::Evaluation => Act::Vote { step: name, record, tally, evidence: hash() },
        StepKind::Notice => Act::CloseNotice { step: name, record },
        StepKind::Review => Act::Review { step: name, record },
        StepKind::Approval => Act::Approve { step: name, record, evidence: hash() },
        StepKind::Announcement => Act::Announce { step: name, record },
        StepKind::Hearing => Act::Hear { step: name, record },
        StepKind::Entry => Act::Enter { step: name, record },
    }
}

/// A case with its events, its rules and its day.
struct Walk {
    procedure: Procedure,
    calendar: Calendar,
    events: Vec<CaseEvent>,
    case: Case,
    on: NaiveDate,
}

impl Walk {
    fn open(procedure: Procedure, calendar: Calendar, on: NaiveDate, against: Option<&Case>) -> Result<Self, Refusal> {
        let first = procedure.step.first().unwrap();
        let role = *first.actors.get_ref().last().unwrap();
        let opening = Opening { id: "c1", household: "h1", area: AreaCode::parse(VILLAGE).unwrap(), flagged: false, against };
        let opening = Opening { id: if against.is_some() { "c2" } else { "c1" }, ..opening };
        let rules = Rules { procedure: &procedure, calendar: &calendar };
        let events = open(rules, opening, &taker(first, role), moment(on))?;
        let case = Case::replay(&events).unwrap();
        Ok(Self { procedure, calendar, events, case, on })
    }

    fn identification(on: &str) -> Self {
        Self::open(procedure("identification"), Calendar::default(), day(on), None).unwrap()
    }

    fn rules(&self) -> Rules<'_> {
        Rules { procedure: &self.procedure, calendar: &self.calendar }
    }

    fn act(&mut self, actor: &Actor, act: &Act) -> Result<(), Refusal> {
        let events = decide(&self.case, self.rules(), actor, act, moment(self.on))?;
        for event in &events {
            self.case.apply(event);
        }
        self.events.extend(events);
        Ok(())
    }

    /// The refusal of an act, as its key and its sentence; the case must stay as it is.
    fn refused(&mut self, actor: &Actor, act: &Act) -> String {
        let before = self.case.clone();
        let refusal = self.act(actor, act).unwrap_err();
        assert_eq!(self.case, before);
        format!("{}: {refusal}", refusal.key())
    }

    fn step(&self, name: &str) -> Step {
        self.procedure.step(name).unwrap().clone()
    }

    fn later(&mut self, days: u64) {
        self.on = self.on + Days::new(days);
    }

    /// Takes one step with everything it needs; notices are posted and waited for.
    fn take(&mut self, name: &str) {
        let step = self.step(name);
        let who = taker(&step, *step.actors.get_ref().last().unwrap());
        if step.kind == StepKind::Notice {
            self.act(&who, &Act::PublishNotice { step: name.to_owned(), from: self.on }).unwrap();
            self.later(u64::from(*step.notice.as_ref().unwrap().days.get_ref()));
        }
        self.act(&who, &taking(&step, full_record(&step))).unwrap();
    }

    /// Takes steps in the order of the chain until that one is under way.
    fn until(&mut self, name: &str) {
        while !self.case.current.contains_key(name) {
            let chain: Vec<String> = self.procedure.chain().iter().map(|step| step.name().to_owned()).collect();
            let next = chain.into_iter().find(|step| self.case.current.contains_key(step)).unwrap();
            self.take(&next);
        }
    }

    fn finish(&mut self) {
        while !self.case.state.closed() {
            let chain: Vec<String> = self.procedure.chain().iter().map(|step| step.name().to_owned()).collect();
            let next = chain.into_iter().find(|step| self.case.current.contains_key(step)).unwrap();
            self.take(&next);
        }
    }
}

fn set(items: &[&str]) -> BTreeSet<String> {
    items.iter().map(|&item| item.to_owned()).collect()
}
