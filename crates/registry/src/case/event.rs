//! What happened to a case, as it is stored: names and fields of these types are part of the database's format.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kernel::AreaCode;
use programme::{Outcome, Role};
use serde::{Deserialize, Serialize};

use super::act::{Record, Tally};
use super::day;

/// One change of one case. Events of a case are numbered from 1 without gaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseEvent {
    pub case: String,
    pub number: u64,
    #[serde(with = "day")]
    pub on: NaiveDate,
    /// Microseconds since 1970.
    pub at: i64,
    /// Account of who did it.
    pub by: String,
    pub role: Role,
    pub change: Change,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Change {
    Opened(Opened),
    Begun {
        step: String,
        #[serde(with = "day::optional", default)]
        due: Option<NaiveDate>,
    },
    Recorded {
        step: String,
        record: Record,
    },
    Compared {
        step: String,
        flagged: bool,
    },
    Voted {
        step: String,
        tally: Tally,
        evidence: String,
    },
    Published {
        step: String,
        #[serde(with = "day")]
        from: NaiveDate,
        /// The last day on which it is posted.
        #[serde(with = "day")]
        until: NaiveDate,
    },
    /// Stops the clock.
    Objected {
        objection: u32,
        step: String,
        by: String,
        text: String,
    },
    Resolved {
        objection: u32,
        upheld: bool,
        finding: String,
    },
    /// The clock runs again, with these days due.
    Resumed {
        dues: Vec<Due>,
    },
    EvidenceOpened,
    Done {
        step: String,
    },
    /// `reset`: the steps that have to be taken again.
    Returned {
        from: String,
        to: String,
        reset: Vec<String>,
        reason: String,
    },
    Decided(Decision),
    Withdrawn {
        reason: String,
    },
    Escalated {
        step: Option<String>,
        #[serde(with = "day")]
        due: NaiveDate,
        reason: String,
    },
    Completed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub household: String,
    pub area: AreaCode,
    pub procedure: String,
    pub version: String,
    pub outcome: Outcome,
    #[serde(with = "day::optional", default)]
    pub due: Option<NaiveDate>,
    pub flagged: bool,
    pub appeal: Option<Appeal>,
}

/// Against which decision an appeal is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    /// The case that decided.
    pub against: String,
    /// Everyone who took part in that case, and so may not judge it.
    pub excluded: BTreeSet<String>,
    /// Whether that decision has no effect while the appeal is open.
    pub suspends: bool,
}

/// When a step, or the whole case (no step), is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    pub step: Option<String>,
    #[serde(with = "day")]
    pub due: NaiveDate,
}

/// What a case came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    Enter,
    Exit,
    StrikeOff,
    Reenter,
    Adjust,
    /// The decision appealed against stands.
    Upheld,
    /// The decision appealed against falls.
    Overturned,
    /// Nothing changes; a new case may be opened.
    Rejected,
}

impl Ruling {
    pub(super) const fn granted(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Enter => Self::Enter,
            Outcome::Exit => Self::Exit,
            Outcome::StrikeOff => Self::StrikeOff,
            Outcome::Reenter => Self::Reenter,
            Outcome::Adjust => Self::Adjust,
            Outcome::UpholdOrOverturn => Self::Overturned,
        }
    }

    pub(super) const fn refused(outcome: Outcome) -> Self {
        match outcome {
            Outcome::UpholdOrOverturn => Self::Upheld,
            Outcome::Enter | Outcome::Exit | Outcome::StrikeOff | Outcome::Reenter | Outcome::Adjust => Self::Rejected,
        }
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enter => "enter",
            Self::Exit => "exit",
            Self::StrikeOff => "strike_off",
            Self::Reenter => "reenter",
            Self::Adjust => "adjust",
            Self::Upheld => "upheld",
            Self::Overturned => "overturned",
            Self::Rejected => "rejected",
        }
    }

    /// Whether what the case asked for was granted, so that its remaining steps are taken.
    #[must_use]
    pub const fn grants(self) -> bool {
        !matches!(self, Self::Upheld | Self::Rejected)
    }
}

/// REG-3: who decided what, when, and on which evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub outcome: Ruling,
    pub step: String,
    #[serde(with = "day")]
    pub on: NaiveDate,
    pub by: String,
    /// Hash of the snapshot on which it was decided.
    pub evidence: String,
    pub reason: Option<String>,
}
