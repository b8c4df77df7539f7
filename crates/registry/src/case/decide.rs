//! From an act to its events, or to the reason why it cannot be done.

use chrono::{Days, NaiveDate};
use kernel::AreaCode;
use programme::workflow::{Role, Step, StepKind};
use programme::{Outcome, Procedure};

use super::act::{Act, ActKind, Actor, Moment, Record, Rules, Tally};
use super::draft::Draft;
use super::event::{Appeal, Opened, Ruling};
use super::{Case, CaseEvent, CaseState, Change, Refusal, authority, clock};

/// A case to be opened.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    /// Chosen by the caller, unique.
    pub id: &'a str,
    pub household: &'a str,
    pub area: AreaCode,
    /// The proposal already found records that contradict the declaration.
    pub flagged: bool,
    /// For an appeal: the case whose decision is appealed against.
    pub against: Option<&'a Case>,
}

/// Opens a case under a procedure; the first events of it.
pub fn open(rules: Rules<'_>, opening: Opening<'_>, actor: &Actor, moment: Moment) -> Result<Vec<CaseEvent>, Refusal> {
    let procedure = rules.procedure;
    let not_valid = || Refusal::ProcedureNotValid {
        procedure: procedure.name().to_owned(),
        version: procedure.version.get_ref().clone(),
        area: opening.area,
        on: moment.on,
    };
    let first = procedure.step.first().filter(|_| procedure.valid(opening.area, moment.on)).ok_or_else(not_valid)?;
    let opened = Opened {
        household: opening.household.to_owned(),
        area: opening.area,
        procedure: procedure.name().to_owned(),
        version: procedure.version.get_ref().clone(),
        outcome: procedure.outcome,
        due: clock::due(rules.calendar, moment.on, procedure.within.as_ref().map(|term| *term.get_ref()))?,
        flagged: opening.flagged,
        appeal: appeal(procedure, opening)?,
    };
    let event = Draft::event(opening.id, 1, actor, moment, Change::Opened(opened));
    let case = Case::opened(&event).ok_or_else(not_valid)?;
    authority::may_act(&case, procedure, first, actor)?;
    let mut draft = Draft { rules, actor, moment, case, events: vec![event] };
    draft.begin()?;
    // Whoever opens a case proposes.
    draft.record(first, &Record::default())?;
    Ok(draft.events)
}

fn appeal(procedure: &Procedure, opening: Opening<'_>) -> Result<Option<Appeal>, Refusal> {
    if procedure.outcome != Outcome::UpholdOrOverturn {
        return Ok(None);
    }
    let against = opening.against.filter(|case| case.decision.is_some() && case.household == opening.household);
    let against = against.ok_or(Refusal::NothingToAppeal)?;
    Ok(Some(Appeal { against: against.id.clone(), excluded: against.everyone(), suspends: procedure.suspends }))
}

/// What follows from an act; the case itself is left as it is.
pub fn decide(case: &Case, rules: Rules<'_>, actor: &Actor, act: &Act, moment: Moment) -> Result<Vec<CaseEvent>, Refusal> {
    let procedure = rules.procedure;
    if case.procedure != procedure.name() || case.procedure_version != *procedure.version.get_ref() {
        return Err(Refusal::OtherProcedure { procedure: case.procedure.clone(), version: case.procedure_version.clone() });
    }
    if case.state.closed() {
        return Err(Refusal::Closed { state: case.state.name() });
    }
    if moment.on < case.last_on {
        return Err(Refusal::Backdated { on: moment.on, last: case.last_on });
    }
    if let Some(objection) = case.open_objection().filter(|_| waits_for_objections(act.kind())) {
        return Err(Refusal::ObjectionOpen { objection: objection.number });
    }
    let mut draft = Draft { rules, actor, moment, case: case.clone(), events: Vec::new() };
    draft.take(act)?;
    Ok(draft.events)
}

/// Whether an act must not be done while an objection is open.
pub(super) const fn waits_for_objections(kind: ActKind) -> bool {
    !matches!(kind, ActKind::Object | ActKind::ResolveObjection | ActKind::OpenEvidence | ActKind::Withdraw | ActKind::Escalate)
}

/// Who may take note of delays.
pub(super) fn oversees(case: &Case, actor: &Actor) -> bool {
    let officer = match actor.role {
        Role::TownshipOfficer | Role::CountyOfficer | Role::AppealsOfficer => true,
        Role::Household | Role::VillageCadre | Role::VillageRepresentative | Role::DepartmentOfficer => false,
    };
    officer && actor.area.contains(case.area)
}

/// Who may withdraw the case: who opened it, and the household where it asked for it.
pub(super) fn may_withdraw(case: &Case, actor: &Actor) -> bool {
    let asked = match case.outcome {
        Outcome::Enter | Outcome::Reenter | Outcome::UpholdOrOverturn => true,
        Outcome::Exit | Outcome::StrikeOff | Outcome::Adjust => false,
    };
    let household = actor.role == Role::Household && actor.household.as_ref() == Some(&case.household);
    actor.account == case.opened_by || (asked && household)
}

fn reason(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() { Err(Refusal::ReasonMissing) } else { Ok(text.to_owned()) }
}

fn hash(text: &str) -> Result<&str, Refusal> {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if text.len() == 64 && text.bytes().all(hex) { Ok(text) } else { Err(Refusal::EvidenceNotAHash) }
}

impl<'a> Draft<'a> {
    fn take(&mut self, act: &Act) -> Result<(), Refusal> {
        let kind = act.kind();
        match act {
            Act::Submit { step, record } => self.submit(step, record),
            Act::Visit { step, record }
            | Act::Hear { step, record }
            | Act::Review { step, record }
            | Act::Announce { step, record }
            | Act::Enter { step, record } => self.simple(kind, step, record),
            Act::Compare { step, record, flagged } => {
                let step = self.fitting(kind, step)?;
                self.complete(step, record)?;
                self.push(Change::Compared { step: step.name().to_owned(), flagged: *flagged });
                self.done(step)
            }
            Act::Vote { step, record, tally, evidence } => self.vote(step, record, *tally, evidence),
            Act::PublishNotice { step, from } => self.publish(step, *from),
            Act::CloseNotice { step, record } => self.close(step, record),
            Act::Object { by, text } => self.object(by, text),
            Act::ResolveObjection { objection, upheld, finding } => self.resolve(*objection, *upheld, finding),
            Act::OpenEvidence => self.open_evidence(),
            Act::Approve { step, record, evidence } => self.approve(step, record, evidence),
            Act::Reject { step, reason: why, evidence } => {
                let step = self.fitting(kind, step)?;
                let (why, evidence) = (reason(why)?, hash(evidence)?);
                self.record(step, &Record::default())?;
                self.decided(step, Ruling::refused(self.case.outcome), evidence, Some(why));
                Ok(())
            }
            Act::Return { step, to, reason: why } => self.give_back(step, to, why),
            Act::Withdraw { reason: why } => self.withdraw(why),
            Act::Escalate { step, reason: why } => self.escalate(step.as_deref(), why),
        }
    }

    /// A step that is under way, that this actor may take, and that this kind of act belongs to.
    fn fitting(&self, act: ActKind, name: &str) -> Result<&'a Step, Refusal> {
        let step = self.step(name)?;
        if act.fits(step.kind) { Ok(step) } else { Err(Refusal::WrongAct { act, step: name.to_owned(), kind: step.kind }) }
    }

    fn submit(&mut self, name: &str, record: &Record) -> Result<(), Refusal> {
        let step = self.step(name)?;
        if ActKind::taking(step.kind) != ActKind::Submit {
            return self.record(step, record);
        }
        self.complete(step, record)?;
        self.done(step)
    }

    fn simple(&mut self, act: ActKind, name: &str, record: &Record) -> Result<(), Refusal> {
        let step = self.fitting(act, name)?;
        // Validation puts the approval before the entry; a register must not depend on it.
        if step.kind == StepKind::Entry && self.case.state != CaseState::Approved {
            return Err(Refusal::NotApproved);
        }
        self.complete(step, record)?;
        self.done(step)
    }

    fn vote(&mut self, name: &str, record: &Record, tally: Tally, evidence: &str) -> Result<(), Refusal> {
        let step = self.fitting(ActKind::Vote, name)?;
        let evidence = hash(evidence)?;
        let Tally { entitled, present, .. } = tally;
        if !tally.adds_up() {
            let cast = u64::from(tally.agree) + u64::from(tally.disagree) + u64::from(tally.abstain);
            return Err(Refusal::VotesInconsistent { entitled, present, cast });
        }
        if let Some(votes) = step.votes.as_ref().filter(|votes| !votes.quorum.get_ref().met(present, entitled)) {
            return Err(Refusal::QuorumMissed { entitled, present, quorum: *votes.quorum.get_ref() });
        }
        self.complete(step, record)?;
        self.push(Change::Voted { step: name.to_owned(), tally, evidence: evidence.to_owned() });
        // Without a rule for the share nothing could be carried.
        if step.votes.as_ref().is_some_and(|votes| present > 0 && votes.approve.get_ref().met(tally.agree, present)) {
            return self.done(step);
        }
        let why = format!("{} of {present} present agreed", tally.agree);
        self.decided(step, Ruling::refused(self.case.outcome), evidence, Some(why));
        Ok(())
    }

    fn publish(&mut self, name: &str, from: NaiveDate) -> Result<(), Refusal> {
        let step = self.fitting(ActKind::PublishNotice, name)?;
        if let Some(posting) = self.case.open_posting() {
            return Err(Refusal::NoticePublished { from: posting.from });
        }
        let (earliest, latest) = (self.case.current.get(name).map_or(self.moment.on, |running| running.began_on), self.moment.on);
        if from < earliest || from > latest {
            return Err(Refusal::NoticeDate { from, earliest, latest });
        }
        let days = step.notice.as_ref().map_or(1, |notice| *notice.days.get_ref()).max(1);
        let until = from.checked_add_days(Days::new(u64::from(days - 1))).ok_or(Refusal::DateOutOfRange)?;
        self.record(step, &Record::default())?;
        self.push(Change::Published { step: name.to_owned(), from, until });
        Ok(())
    }

    fn close(&mut self, name: &str, record: &Record) -> Result<(), Refusal> {
        let step = self.fitting(ActKind::CloseNotice, name)?;
        let until = self.case.open_posting().filter(|posting| posting.step == name).ok_or(Refusal::NoticeNotPublished)?.until;
        if self.moment.on <= until {
            return Err(Refusal::NoticeRuns { until });
        }
        self.complete(step, record)?;
        self.done(step)
    }

    /// Anyone may object; what comes in by letter or telephone is entered by whoever answers for the area.
    fn object(&mut self, by: &str, text: &str) -> Result<(), Refusal> {
        let posting = self.case.open_posting().ok_or(Refusal::NoticeNotPublished)?;
        let step = posting.step.clone();
        let objection = u32::try_from(self.case.objections.len()).unwrap_or(u32::MAX).saturating_add(1);
        let (by, text) = (reason(by)?, reason(text)?);
        self.push(Change::Objected { objection, step, by, text });
        Ok(())
    }

    /// Checked by whoever takes the step to which the notice sends objections; that person then took part in that step.
    fn resolve(&mut self, objection: u32, upheld: bool, finding: &str) -> Result<(), Refusal> {
        let open = self.case.objections.iter().find(|open| open.number == objection && open.resolved.is_none());
        let unknown = || Refusal::ObjectionUnknown { objection };
        let notice = open.map(|open| open.step.clone()).ok_or_else(unknown)?;
        let procedure = self.rules.procedure;
        let to = procedure.step(&notice).and_then(|step| step.notice.as_ref()).map(|notice| notice.objections_to.get_ref());
        let checker = to.and_then(|name| procedure.step(name)).ok_or_else(unknown)?;
        authority::may_act(&self.case, procedure, checker, self.actor)?;
        let finding = reason(finding)?;
        self.record(checker, &Record::default())?;
        self.push(Change::Resolved { objection, upheld, finding: finding.clone() });
        if self.case.open_objection().is_some() {
            return Ok(());
        }
        let dues = clock::resumed(&self.case, self.rules, self.moment.on)?;
        self.push(Change::Resumed { dues });
        // One posting may meet several objections: one upheld among them is enough.
        let earlier = self.case.open_posting().map_or(0, |posting| posting.earlier_objections);
        let upheld = self.case.objections.iter().skip(earlier).any(|met| met.resolved.as_ref().is_some_and(|(upheld, _)| *upheld));
        if upheld { self.send_back(&notice, checker.name(), &finding) } else { Ok(()) }
    }

    fn open_evidence(&mut self) -> Result<(), Refusal> {
        let names: Vec<String> = self.case.current.keys().cloned().collect();
        let mut refused = Refusal::StepNotCurrent { step: String::new(), current: names.clone() };
        for name in &names {
            match self.step(name) {
                Ok(_) => {
                    self.push(Change::EvidenceOpened);
                    return Ok(());
                }
                Err(refusal) => refused = refusal,
            }
        }
        Err(refused)
    }

    fn approve(&mut self, name: &str, record: &Record, evidence: &str) -> Result<(), Refusal> {
        let step = self.fitting(ActKind::Approve, name)?;
        let evidence = hash(evidence)?;
        if self.case.flagged && !self.case.evidence_opened.contains(&self.actor.account) {
            return Err(Refusal::EvidenceNotOpened { account: self.actor.account.clone() });
        }
        self.complete(step, record)?;
        self.decided(step, Ruling::granted(self.case.outcome), evidence, None);
        self.done(step)
    }

    fn give_back(&mut self, name: &str, to: &str, why: &str) -> Result<(), Refusal> {
        let step = self.step(name)?;
        let allowed: Vec<String> = step.returns_to.iter().map(|back| back.get_ref().clone()).collect();
        if !allowed.iter().any(|back| back == to) {
            return Err(Refusal::ReturnNotAllowed { step: name.to_owned(), to: to.to_owned(), allowed });
        }
        let why = reason(why)?;
        self.record(step, &Record::default())?;
        self.send_back(name, to, &why)
    }

    fn withdraw(&mut self, why: &str) -> Result<(), Refusal> {
        if !may_withdraw(&self.case, self.actor) {
            return Err(Refusal::NotYoursToWithdraw);
        }
        if self.case.decision.is_some() {
            return Err(Refusal::Decided);
        }
        let why = reason(why)?;
        self.push(Change::Withdrawn { reason: why });
        Ok(())
    }

    fn escalate(&mut self, step: Option<&str>, why: &str) -> Result<(), Refusal> {
        if !oversees(&self.case, self.actor) {
            return Err(Refusal::NotYoursToEscalate);
        }
        let planned = step.map_or(self.case.due, |name| self.case.current.get(name).and_then(|running| running.due));
        let late = self.case.overdue(self.moment.on).into_iter().find(|late| late.step.as_deref() == step);
        let late = late.ok_or(Refusal::NotOverdue { due: planned })?;
        let why = reason(why)?;
        self.push(Change::Escalated { step: late.step, due: late.due, reason: why });
        Ok(())
    }
}
