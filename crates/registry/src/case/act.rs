//! What somebody does on a case.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kernel::AreaCode;
use programme::workflow::StepKind;
use programme::{Calendar, Procedure, Role};
use serde::{Deserialize, Serialize};

/// Who acts, and for which area that person is responsible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub account: String,
    pub role: Role,
    pub area: AreaCode,
    /// The household for which an account of role `household` speaks.
    pub household: Option<String>,
}

/// When something is done: the civil day that terms count, and the instant for the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub on: NaiveDate,
    /// Microseconds since 1970.
    pub at: i64,
}

/// The rules under which a case runs: those under which it was opened.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pub procedure: &'a Procedure,
    pub calendar: &'a Calendar,
}

/// What is handed in with an act: the ids of documents, the reference of a signature or thumbprint, who took part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub documents: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Accounts of the persons who took part besides the one who records it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub persons: BTreeSet<String>,
}

impl Record {
    /// Without blanks: a blank signature is none, a blank name is nobody.
    pub(super) fn tidied(&self) -> Self {
        let tidy = |set: &BTreeSet<String>| set.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
        let signature = self.signature.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Self { documents: tidy(&self.documents), signature, persons: tidy(&self.persons) }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.documents.extend(other.documents.iter().cloned());
        self.persons.extend(other.persons.iter().cloned());
        if other.signature.is_some() {
            self.signature.clone_from(&other.signature);
        }
    }
}

/// The votes of a village meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub entitled: u32,
    pub present: u32,
    pub agree: u32,
    pub disagree: u32,
    pub abstain: u32,
}

impl Tally {
    pub(super) fn adds_up(self) -> bool {
        let cast = u64::from(self.agree) + u64::from(self.disagree) + u64::from(self.abstain);
        self.entitled > 0 && self.present <= self.entitled && cast == u64::from(self.present)
    }
}

/// Something done on a case. Steps are named by their ids in the procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Hands in papers; takes the step where it is a lead or an application.
    Submit {
        step: String,
        record: Record,
    },
    Visit {
        step: String,
        record: Record,
    },
    /// `flagged`: the departments' records contradict what was declared.
    Compare {
        step: String,
        record: Record,
        flagged: bool,
    },
    /// `evidence`: hash of the snapshot that the meeting was shown.
    Vote {
        step: String,
        record: Record,
        tally: Tally,
        evidence: String,
    },
    PublishNotice {
        step: String,
        from: NaiveDate,
    },
    /// `by`: reference of the objector, `text`: reference of what was said.
    Object {
        by: String,
        text: String,
    },
    ResolveObjection {
        objection: u32,
        upheld: bool,
        finding: String,
    },
    CloseNotice {
        step: String,
        record: Record,
    },
    Hear {
        step: String,
        record: Record,
    },
    Review {
        step: String,
        record: Record,
    },
    /// The actor looked at the evidence behind a flag.
    OpenEvidence,
    /// `evidence`: hash of the snapshot on which it is decided. In an appeal: the decision appealed against falls.
    Approve {
        step: String,
        record: Record,
        evidence: String,
    },
    /// Ends the case. In an appeal: the decision appealed against stands.
    Reject {
        step: String,
        reason: String,
        evidence: String,
    },
    Return {
        step: String,
        to: String,
        reason: String,
    },
    Announce {
        step: String,
        record: Record,
    },
    Enter {
        step: String,
        record: Record,
    },
    Withdraw {
        reason: String,
    },
    /// Takes note that a step, or the whole case (no step), is late.
    Escalate {
        step: Option<String>,
        reason: String,
    },
}

/// The kind of an act, for lists of what can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    Submit,
    Visit,
    Compare,
    Vote,
    PublishNotice,
    Object,
    ResolveObjection,
    CloseNotice,
    Hear,
    Review,
    OpenEvidence,
    Approve,
    Reject,
    Return,
    Announce,
    Enter,
    Withdraw,
    Escalate,
}

impl ActKind {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Visit => "visit",
            Self::Compare => "compare",
            Self::Vote => "vote",
            Self::PublishNotice => "publish_notice",
            Self::Object => "object",
            Self::ResolveObjection => "resolve_objection",
            Self::CloseNotice => "close_notice",
            Self::Hear => "hear",
            Self::Review => "review",
            Self::OpenEvidence => "open_evidence",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Return => "return",
            Self::Announce => "announce",
            Self::Enter => "enter",
            Self::Withdraw => "withdraw",
            Self::Escalate => "escalate",
        }
    }

    /// Whether it can be done at a step of that kind. Acts that belong to no step fit everywhere.
    pub(super) const fn fits(self, kind: StepKind) -> bool {
        match self {
            Self::Visit => matches!(kind, StepKind::Visit),
            Self::Compare => matches!(kind, StepKind::Comparison),
            Self::Vote => matches!(kind, StepKind::Evaluation),
            Self::PublishNotice | Self::CloseNotice => matches!(kind, StepKind::Notice),
            Self::Hear => matches!(kind, StepKind::Hearing),
            Self::Review => matches!(kind, StepKind::Review),
            Self::Approve => matches!(kind, StepKind::Approval),
            Self::Reject => matches!(kind, StepKind::Review | StepKind::Approval),
            Self::Announce => matches!(kind, StepKind::Announcement),
            Self::Enter => matches!(kind, StepKind::Entry),
            Self::Submit | Self::Object | Self::ResolveObjection | Self::OpenEvidence | Self::Return | Self::Withdraw | Self::Escalate => {
                true
            }
        }
    }

    /// The act that takes a step of that kind.
    pub(super) const fn taking(kind: StepKind) -> Self {
        match kind {
            StepKind::Lead | StepKind::Application => Self::Submit,
            StepKind::Visit => Self::Visit,
            StepKind::Comparison => Self::Compare,
            StepKind::Evaluation => Self::Vote,
            StepKind::Notice => Self::CloseNotice,
            StepKind::Review => Self::Review,
            StepKind::Approval => Self::Approve,
            StepKind::Announcement => Self::Announce,
            StepKind::Hearing => Self::Hear,
            StepKind::Entry => Self::Enter,
        }
    }
}

impl Act {
    #[must_use]
    pub const fn kind(&self) -> ActKind {
        match self {
            Self::Submit { .. } => ActKind::Submit,
            Self::Visit { .. } => ActKind::Visit,
            Self::Compare { .. } => ActKind::Compare,
            Self::Vote { .. } => ActKind::Vote,
            Self::PublishNotice { .. } => ActKind::PublishNotice,
            Self::Object { .. } => ActKind::Object,
            Self::ResolveObjection { .. } => ActKind::ResolveObjection,
            Self::CloseNotice { .. } => ActKind::CloseNotice,
            Self::Hear { .. } => ActKind::Hear,
            Self::Review { .. } => ActKind::Review,
            Self::OpenEvidence => ActKind::OpenEvidence,
            Self::Approve { .. } => ActKind::Approve,
            Self::Reject { .. } => ActKind::Reject,
            Self::Return { .. } => ActKind::Return,
            Self::Announce { .. } => ActKind::Announce,
            Self::Enter { .. } => ActKind::Enter,
            Self::Withdraw { .. } => ActKind::Withdraw,
            Self::Escalate { .. } => ActKind::Escalate,
        }
    }
}
