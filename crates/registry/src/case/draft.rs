//! Events in the making: each is applied to a copy of the case, so that the next follows from what the case would be.

use programme::workflow::Step;

use super::act::{Actor, Moment, Record, Rules};
use super::{Case, CaseEvent, Change, Decision, Refusal, Ruling, authority, clock};

pub(super) struct Draft<'a> {
    pub(super) rules: Rules<'a>,
    pub(super) actor: &'a Actor,
    pub(super) moment: Moment,
    pub(super) case: Case,
    pub(super) events: Vec<CaseEvent>,
}

impl<'a> Draft<'a> {
    pub(super) fn event(case: &str, number: u64, actor: &Actor, moment: Moment, change: Change) -> CaseEvent {
        let (on, at) = (moment.on, moment.at);
        CaseEvent { case: case.to_owned(), number, on, at, by: actor.account.clone(), role: actor.role, change }
    }

    pub(super) fn push(&mut self, change: Change) {
        let event = Self::event(&self.case.id, self.case.version + 1, self.actor, self.moment, change);
        self.case.apply(&event);
        self.events.push(event);
    }

    /// The step of that name, if it is under way and this actor may take it.
    pub(super) fn step(&self, name: &str) -> Result<&'a Step, Refusal> {
        let not_current = || Refusal::StepNotCurrent { step: name.to_owned(), current: self.case.current.keys().cloned().collect() };
        let step = self.rules.procedure.step(name).filter(|_| self.case.current.contains_key(name)).ok_or_else(not_current)?;
        authority::may_act(&self.case, self.rules.procedure, step, self.actor)?;
        Ok(step)
    }

    /// Adds what is handed in.
    pub(super) fn record(&mut self, step: &Step, record: &Record) -> Result<(), Refusal> {
        let record = record.tidied();
        authority::independent(&self.case, self.rules.procedure, step, &record.persons)?;
        self.push(Change::Recorded { step: step.name().to_owned(), record });
        Ok(())
    }

    /// Adds what is handed in and sees whether the step has all that it needs.
    pub(super) fn complete(&mut self, step: &Step, record: &Record) -> Result<(), Refusal> {
        self.record(step, record)?;
        let name = || step.name().to_owned();
        let given = self.case.records.get(step.name()).cloned().unwrap_or_default();
        let required = step.documents.iter().map(|document| document.get_ref());
        let missing: Vec<String> = required.filter(|document| !given.documents.contains(*document)).cloned().collect();
        if !missing.is_empty() {
            return Err(Refusal::DocumentsMissing { step: name(), missing });
        }
        if step.sign && given.signature.is_none() {
            return Err(Refusal::SignatureMissing { step: name() });
        }
        let named = u32::try_from(given.persons.len()).unwrap_or(u32::MAX);
        let needed = step.people.as_ref().map_or(0, |people| *people.get_ref());
        if named < needed {
            return Err(Refusal::TooFewPeople { step: name(), needed, named });
        }
        Ok(())
    }

    /// Takes a step and begins what follows.
    pub(super) fn done(&mut self, step: &Step) -> Result<(), Refusal> {
        self.push(Change::Done { step: step.name().to_owned() });
        self.begin()
    }

    /// Begins every step that is ready; when there is none left, the case is complete.
    pub(super) fn begin(&mut self) -> Result<(), Refusal> {
        let mut ready: Vec<&'a Step> = Vec::new();
        for step in self.rules.procedure.chain() {
            let waiting = !self.case.done.contains_key(step.name());
            // The first step not yet taken, and those behind it that run beside it.
            if !ready.is_empty() && !step.parallel {
                break;
            }
            if waiting {
                ready.push(step);
            }
        }
        for step in ready.iter().filter(|step| !self.case.current.contains_key(step.name())).copied().collect::<Vec<_>>() {
            let term = step.within.as_ref().map(|term| *term.get_ref());
            let due = clock::due(self.rules.calendar, self.moment.on, term)?;
            self.push(Change::Begun { step: step.name().to_owned(), due });
        }
        if ready.is_empty() {
            self.push(Change::Completed);
        }
        Ok(())
    }

    /// Sends the case back: everything from `to` on is taken again.
    pub(super) fn send_back(&mut self, from: &str, to: &str, reason: &str) -> Result<(), Refusal> {
        let chain = self.rules.procedure.chain();
        let reset: Vec<String> = chain.iter().skip_while(|step| step.name() != to).map(|step| step.name().to_owned()).collect();
        if self.case.decision.as_ref().is_some_and(|decision| reset.contains(&decision.step)) {
            return Err(Refusal::Decided);
        }
        self.push(Change::Returned { from: from.to_owned(), to: to.to_owned(), reset, reason: reason.to_owned() });
        self.begin()
    }

    /// REG-3: a decision names its author and its evidence.
    pub(super) fn decided(&mut self, step: &Step, outcome: Ruling, evidence: &str, reason: Option<String>) {
        let (on, by) = (self.moment.on, self.actor.account.clone());
        self.push(Change::Decided(Decision { outcome, step: step.name().to_owned(), on, by, evidence: evidence.to_owned(), reason }));
    }
}
