//! What somebody may do now, for pages that offer it.

use chrono::NaiveDate;
use programme::workflow::{Step, StepKind};

use super::act::{ActKind, Actor, Rules};
use super::decide::{may_withdraw, oversees, waits_for_objections};
use super::{Case, CaseState, authority};

/// An act that would not be refused for who does it or when; what it needs may still be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextAct {
    pub kind: ActKind,
    /// The step it is about; for an escalation of the whole case none.
    pub step: Option<String>,
    /// The objection to be resolved.
    pub objection: Option<u32>,
    /// The steps to which the case may be returned.
    pub to: Vec<String>,
}

impl NextAct {
    fn new(kind: ActKind, step: Option<&str>) -> Self {
        Self { kind, step: step.map(str::to_owned), objection: None, to: Vec::new() }
    }
}

impl Case {
    #[must_use]
    pub fn next_acts(&self, rules: Rules<'_>, actor: &Actor, on: NaiveDate) -> Vec<NextAct> {
        if self.state.closed() || on < self.last_on {
            return Vec::new();
        }
        let steps = self.current.keys().filter_map(|name| rules.procedure.step(name));
        let mine: Vec<&Step> = steps.filter(|step| authority::may_act(self, rules.procedure, step, actor).is_ok()).collect();
        let mut acts = Vec::new();
        for step in &mine {
            self.at_step(step, actor, on, &mut acts);
        }
        if !mine.is_empty() {
            acts.push(NextAct::new(ActKind::OpenEvidence, None));
        }
        if self.open_posting().is_some() {
            acts.push(NextAct::new(ActKind::Object, None));
        }
        for open in self.objections.iter().filter(|objection| objection.resolved.is_none()) {
            let notice = rules.procedure.step(&open.step).and_then(|step| step.notice.as_ref());
            let checker = notice.and_then(|notice| rules.procedure.step(notice.objections_to.get_ref()));
            if checker.is_some_and(|step| authority::may_act(self, rules.procedure, step, actor).is_ok()) {
                acts.push(NextAct { objection: Some(open.number), ..NextAct::new(ActKind::ResolveObjection, Some(&open.step)) });
            }
        }
        if self.decision.is_none() && may_withdraw(self, actor) {
            acts.push(NextAct::new(ActKind::Withdraw, None));
        }
        if oversees(self, actor) {
            acts.extend(self.overdue(on).iter().map(|late| NextAct::new(ActKind::Escalate, late.step.as_deref())));
        }
        let stopped = self.open_objection().is_some();
        acts.retain(|act| !(stopped && waits_for_objections(act.kind)));
        acts
    }

    fn at_step(&self, step: &Step, actor: &Actor, on: NaiveDate, acts: &mut Vec<NextAct>) {
        let offer = |kind| NextAct::new(kind, Some(step.name()));
        acts.push(offer(ActKind::Submit));
        let taking = ActKind::taking(step.kind);
        let waits = match step.kind {
            StepKind::Notice => self.open_posting().is_none_or(|posting| on <= posting.until),
            StepKind::Approval => self.flagged && !self.evidence_opened.contains(&actor.account),
            StepKind::Entry => self.state != CaseState::Approved,
            StepKind::Lead | StepKind::Application => true,
            StepKind::Visit
            | StepKind::Comparison
            | StepKind::Evaluation
            | StepKind::Review
            | StepKind::Announcement
            | StepKind::Hearing => false,
        };
        if !waits {
            acts.push(offer(taking));
        }
        if step.kind == StepKind::Notice && self.open_posting().is_none() {
            acts.push(offer(ActKind::PublishNotice));
        }
        if ActKind::Reject.fits(step.kind) {
            acts.push(offer(ActKind::Reject));
        }
        if !step.returns_to.is_empty() {
            let to = step.returns_to.iter().map(|back| back.get_ref().clone()).collect();
            acts.push(NextAct { to, ..offer(ActKind::Return) });
        }
    }
}
