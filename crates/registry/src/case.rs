//! A case: the way from a lead to a decision about one household, as a sequence of events.
//!
//! [`decide`] holds an act against the procedure and gives the events that follow from it, or says what is missing;
//! [`Case::apply`] only takes note. REG-3: no decision without author and evidence, and who proposes never approves,
//! whatever the procedure says.

mod act;
mod authority;
mod clock;
mod day;
mod decide;
mod draft;
mod event;
mod next;
mod refusal;
pub mod store;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kernel::AreaCode;
use programme::Outcome;

pub use act::{Act, ActKind, Actor, Moment, Record, Rules, Tally};
pub use clock::Overdue;
pub use decide::{Opening, decide, open};
pub use event::{Appeal, CaseEvent, Change, Decision, Due, Opened, Ruling};
pub use next::NextAct;
pub use refusal::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseState {
    Open,
    /// Decided as asked for; announcement and entry remain.
    Approved,
    Completed,
    Rejected,
    Withdrawn,
}

impl CaseState {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    #[must_use]
    pub const fn closed(self) -> bool {
        matches!(self, Self::Completed | Self::Rejected | Self::Withdrawn)
    }
}

/// A step that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub began_on: NaiveDate,
    pub due: Option<NaiveDate>,
}

/// A notice that is, or was, posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub step: String,
    pub from: NaiveDate,
    pub until: NaiveDate,
    /// How many objections earlier postings had met.
    pub earlier_objections: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    pub number: u32,
    pub step: String,
    pub by: String,
    pub text: String,
    pub on: NaiveDate,
    /// Whether it was upheld, and what was found; nothing while it is open.
    pub resolved: Option<(bool, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voting {
    pub step: String,
    pub tally: Tally,
    pub evidence: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    pub from: String,
    pub to: String,
    pub reason: String,
    pub by: String,
    pub on: NaiveDate,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    pub step: Option<String>,
    pub due: NaiveDate,
    pub reason: String,
    pub by: String,
    pub on: NaiveDate,
}

/// The state of a case. To be read; it changes by [`Case::apply`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub id: String,
    pub household: String,
    pub area: AreaCode,
    pub procedure: String,
    pub procedure_version: String,
    pub outcome: Outcome,
    pub opened_on: NaiveDate,
    pub opened_by: String,
    pub due: Option<NaiveDate>,
    pub appeal: Option<Appeal>,
    /// Records contradict what was declared: whoever approves must have opened the evidence.
    pub flagged: bool,
    pub state: CaseState,
    pub current: BTreeMap<String, Running>,
    /// Steps taken since the last return to or before them, with the day.
    pub done: BTreeMap<String, NaiveDate>,
    /// Since when the clock stands still: an objection is open.
    pub stopped_on: Option<NaiveDate>,
    /// Everyone who ever took part, by step; a return forgets nobody.
    pub participants: BTreeMap<String, BTreeSet<String>>,
    pub records: BTreeMap<String, Record>,
    pub voting: Option<Voting>,
    pub posting: Option<Posting>,
    pub objections: Vec<Objection>,
    pub returns: Vec<Returned>,
    pub escalations: Vec<Escalation>,
    pub evidence_opened: BTreeSet<String>,
    pub decision: Option<Decision>,
    pub last_on: NaiveDate,
    /// Number of the last event.
    pub version: u64,
}

/// Why stored events are no case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the first event does not open a case")]
    NotOpened,
    #[error("event {found} of case `{case}` stands where event {expected} should")]
    Gap { case: String, expected: u64, found: u64 },
}

impl Case {
    /// The case that these events, all of its events in order, add up to.
    pub fn replay(events: &[CaseEvent]) -> Result<Self, Broken> {
        let (first, rest) = events.split_first().ok_or(Broken::NotOpened)?;
        let mut case = Self::opened(first).ok_or(Broken::NotOpened)?;
        for event in rest {
            if event.number != case.version + 1 || event.case != case.id {
                return Err(Broken::Gap { case: case.id, expected: case.version + 1, found: event.number });
            }
            case.apply(event);
        }
        Ok(case)
    }

    fn opened(event: &CaseEvent) -> Option<Self> {
        let Change::Opened(opened) = &event.change else { return None };
        (event.number == 1).then(|| Self {
            id: event.case.clone(),
            household: opened.household.clone(),
            area: opened.area,
            procedure: opened.procedure.clone(),
            procedure_version: opened.version.clone(),
            outcome: opened.outcome,
            opened_on: event.on,
            opened_by: event.by.clone(),
            due: opened.due,
            appeal: opened.appeal.clone(),
            flagged: opened.flagged,
            state: CaseState::Open,
            current: BTreeMap::new(),
            done: BTreeMap::new(),
            stopped_on: None,
            participants: BTreeMap::new(),
            records: BTreeMap::new(),
            voting: None,
            posting: None,
            objections: Vec::new(),
            returns: Vec::new(),
            escalations: Vec::new(),
            evidence_opened: BTreeSet::new(),
            decision: None,
            last_on: event.on,
            version: 1,
        })
    }

    pub fn apply(&mut self, event: &CaseEvent) {
        self.version = event.number;
        self.last_on = self.last_on.max(event.on);
        match &event.change {
            Change::Opened(_) => {}
            Change::Begun { step, due } => {
                self.current.insert(step.clone(), Running { began_on: event.on, due: *due });
            }
            Change::Recorded { step, record } => {
                let people = self.participants.entry(step.clone()).or_default();
                people.insert(event.by.clone());
                people.extend(record.persons.iter().cloned());
                self.records.entry(step.clone()).or_default().add(record);
            }
            Change::Compared { flagged, .. } => {
                self.flagged |= *flagged;
                self.evidence_opened.clear();
            }
            Change::Voted { step, tally, evidence } => {
                self.voting = Some(Voting { step: step.clone(), tally: *tally, evidence: evidence.clone() });
            }
            Change::Published { step, from, until } => {
                self.posting = Some(Posting { step: step.clone(), from: *from, until: *until, earlier_objections: self.objections.len() });
            }
            Change::EvidenceOpened => {
                self.evidence_opened.insert(event.by.clone());
            }
            Change::Done { step } => {
                self.current.remove(step);
                self.done.insert(step.clone(), event.on);
            }
            Change::Returned { from, to, reset, reason } => {
                let (from, to, reason) = (from.clone(), to.clone(), reason.clone());
                self.returns.push(Returned { from, to, reason, by: event.by.clone(), on: event.on });
                self.reset(reset);
            }
            Change::Objected { .. } | Change::Resolved { .. } | Change::Resumed { .. } => self.apply_objection(event),
            Change::Decided(_) | Change::Withdrawn { .. } | Change::Escalated { .. } | Change::Completed => self.apply_ending(event),
        }
    }

    fn apply_objection(&mut self, event: &CaseEvent) {
        if let Change::Objected { objection, step, by, text } = &event.change {
            let (step, by, text) = (step.clone(), by.clone(), text.clone());
            self.objections.push(Objection { number: *objection, step, by, text, on: event.on, resolved: None });
            self.stopped_on.get_or_insert(event.on);
        }
        if let Change::Resolved { objection, upheld, finding } = &event.change {
            for open in self.objections.iter_mut().filter(|open| open.number == *objection) {
                open.resolved = Some((*upheld, finding.clone()));
            }
        }
        if let Change::Resumed { dues } = &event.change {
            self.stopped_on = None;
            for moved in dues {
                match &moved.step {
                    None => self.due = Some(moved.due),
                    Some(step) => {
                        if let Some(running) = self.current.get_mut(step) {
                            running.due = Some(moved.due);
                        }
                    }
                }
            }
        }
    }

    fn apply_ending(&mut self, event: &CaseEvent) {
        if let Change::Decided(decision) = &event.change {
            self.state = if decision.outcome.grants() { CaseState::Approved } else { CaseState::Rejected };
            self.decision = Some(decision.clone());
        }
        if let Change::Escalated { step, due, reason } = &event.change {
            let (step, reason) = (step.clone(), reason.clone());
            self.escalations.push(Escalation { step, due: *due, reason, by: event.by.clone(), on: event.on });
        }
        if matches!(event.change, Change::Withdrawn { .. }) {
            self.state = CaseState::Withdrawn;
        }
        if matches!(event.change, Change::Completed) {
            self.state = CaseState::Completed;
        }
        if self.state.closed() {
            self.current.clear();
            self.stopped_on = None;
        }
    }

    fn reset(&mut self, steps: &[String]) {
        let keep = |step: &String| !steps.contains(step);
        self.current.retain(|step, _| keep(step));
        self.done.retain(|step, _| keep(step));
        self.records.retain(|step, _| keep(step));
        self.voting = self.voting.take().filter(|voting| keep(&voting.step));
        self.posting = self.posting.take().filter(|posting| keep(&posting.step));
        self.evidence_opened.clear();
        if self.decision.as_ref().is_some_and(|decision| !keep(&decision.step)) {
            self.decision = None;
            self.state = CaseState::Open;
        }
    }

    /// The first objection that nobody resolved.
    #[must_use]
    pub fn open_objection(&self) -> Option<&Objection> {
        self.objections.iter().find(|objection| objection.resolved.is_none())
    }

    /// The notice that can be objected to now.
    #[must_use]
    pub fn open_posting(&self) -> Option<&Posting> {
        self.posting.as_ref().filter(|posting| self.current.contains_key(&posting.step))
    }

    /// The word of the household's version that a completed case makes.
    #[must_use]
    pub const fn outcome_word(&self) -> &'static str {
        match self.outcome {
            Outcome::Enter => "entered",
            Outcome::Exit => "exited",
            Outcome::StrikeOff => "struck_off",
            Outcome::Reenter => "reentered",
            Outcome::Adjust => "adjusted",
            Outcome::UpholdOrOverturn => "appeal_decided",
        }
    }

    /// Everyone who ever took part.
    #[must_use]
    pub fn everyone(&self) -> BTreeSet<String> {
        self.participants.values().flatten().cloned().collect()
    }

    /// The case whose decision has no effect while this one is open.
    #[must_use]
    pub fn suspends(&self) -> Option<&str> {
        self.appeal.as_ref().filter(|appeal| appeal.suspends && !self.state.closed() && self.decision.is_none()).map(|a| a.against.as_str())
    }
}

#[cfg(test)]
mod tests;
