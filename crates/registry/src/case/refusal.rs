//! Why an act is refused: a stable key, what exactly is missing, and an English sentence.

use chrono::NaiveDate;
use kernel::{AreaCode, AreaLevel};
use programme::workflow::{Role, StepKind, Threshold};

use super::act::ActKind;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("procedure `{procedure}` {version} is not valid in {area} on {on}")]
    ProcedureNotValid { procedure: String, version: String, area: AreaCode, on: NaiveDate },
    #[error("the case was opened under procedure `{procedure}` {version}")]
    OtherProcedure { procedure: String, version: String },
    #[error("there is no decision about this household that an appeal could be against")]
    NothingToAppeal,
    #[error("the case is closed: {state}")]
    Closed { state: &'static str },
    #[error("the case is decided; an appeal is the way against it")]
    Decided,
    #[error("nothing can be dated {on}: the case was last acted on on {last}")]
    Backdated { on: NaiveDate, last: NaiveDate },
    #[error("a term would end beyond the calendar")]
    DateOutOfRange,
    #[error("step `{step}` is not under way; under way: {}", .current.join(", "))]
    StepNotCurrent { step: String, current: Vec<String> },
    #[error("`{}` is not what is done at step `{step}`, a {}", .act.name(), .kind.name())]
    WrongAct { act: ActKind, step: String, kind: StepKind },
    #[error("step `{step}` is taken by {} at the level of the {} or nearer", either(.roles), .level.name())]
    NotYourRole { step: String, roles: Vec<Role>, level: AreaLevel },
    #[error("step `{step}` needs somebody responsible for {area} at the level of the {} or nearer, and you are responsible for {yours}", .level.name())]
    NotYourArea { step: String, area: AreaCode, level: AreaLevel, yours: AreaCode },
    #[error("the case is about another household")]
    NotYourHousehold,
    #[error("`{account}` took part in step `{other}` and so may not act at step `{step}`")]
    SamePerson { account: String, step: String, other: String },
    #[error("`{account}` took part in case `{case}`, whose decision is appealed against")]
    TookPartInDecision { account: String, case: String },
    #[error("step `{step}` lacks these documents: {}", .missing.join(", "))]
    DocumentsMissing { step: String, missing: Vec<String> },
    #[error("step `{step}` lacks the signature or thumbprint of the household")]
    SignatureMissing { step: String },
    #[error("step `{step}` needs {needed} different persons, and {named} are named")]
    TooFewPeople { step: String, needed: u32, named: u32 },
    #[error("the votes do not add up: {present} of {entitled} present, {cast} votes")]
    VotesInconsistent { entitled: u32, present: u32, cast: u64 },
    #[error("the quorum is {quorum} of {entitled} entitled, and {present} are present")]
    QuorumMissed { entitled: u32, present: u32, quorum: Threshold },
    #[error("the notice is published already, from {from}")]
    NoticePublished { from: NaiveDate },
    #[error("there is no notice to object to or to close")]
    NoticeNotPublished,
    #[error("a notice cannot be dated {from}: it begins between {earliest} and {latest}")]
    NoticeDate { from: NaiveDate, earliest: NaiveDate, latest: NaiveDate },
    #[error("the notice is posted until {until}")]
    NoticeRuns { until: NaiveDate },
    #[error("objection {objection} is open and stops the case")]
    ObjectionOpen { objection: u32 },
    #[error("objection {objection} is not open")]
    ObjectionUnknown { objection: u32 },
    #[error("a reason is needed")]
    ReasonMissing,
    #[error("step `{step}` may send back to {}, not to `{to}`", if .allowed.is_empty() { "no step".to_owned() } else { .allowed.join(", ") })]
    ReturnNotAllowed { step: String, to: String, allowed: Vec<String> },
    #[error("a decision needs the hash of its evidence: 64 hexadecimal digits")]
    EvidenceNotAHash,
    #[error("the case is flagged: `{account}` must open the evidence before approving")]
    EvidenceNotOpened { account: String },
    #[error("the case is not approved")]
    NotApproved,
    #[error("nothing is late{}", .due.map_or_else(String::new, |due| format!(": it is due on {due}")))]
    NotOverdue { due: Option<NaiveDate> },
    #[error("only an officer responsible for the area takes note of delays")]
    NotYoursToEscalate,
    #[error("only who opened a case may withdraw it, or the household if it asked for it")]
    NotYoursToWithdraw,
}

fn either(roles: &[Role]) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(" or ")
}

impl Refusal {
    /// A stable name; pages have a text for each.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::ProcedureNotValid { .. } => "case.procedure_not_valid",
            Self::OtherProcedure { .. } => "case.other_procedure",
            Self::NothingToAppeal => "case.nothing_to_appeal",
            Self::Closed { .. } => "case.closed",
            Self::Decided => "case.decided",
            Self::Backdated { .. } => "case.backdated",
            Self::DateOutOfRange => "case.date_out_of_range",
            Self::StepNotCurrent { .. } => "case.step_not_current",
            Self::WrongAct { .. } => "case.wrong_act",
            Self::NotYourRole { .. } => "case.not_your_role",
            Self::NotYourArea { .. } => "case.not_your_area",
            Self::NotYourHousehold => "case.not_your_household",
            Self::SamePerson { .. } => "case.same_person",
            Self::TookPartInDecision { .. } => "case.took_part_in_decision",
            Self::DocumentsMissing { .. } => "case.documents_missing",
            Self::SignatureMissing { .. } => "case.signature_missing",
            Self::TooFewPeople { .. } => "case.too_few_people",
            Self::VotesInconsistent { .. } => "case.votes_inconsistent",
            Self::QuorumMissed { .. } => "case.quorum_missed",
            Self::NoticePublished { .. } => "case.notice_published",
            Self::NoticeNotPublished => "case.notice_not_published",
            Self::NoticeDate { .. } => "case.notice_date",
            Self::NoticeRuns { .. } => "case.notice_runs",
            Self::ObjectionOpen { .. } => "case.objection_open",
            Self::ObjectionUnknown { .. } => "case.objection_unknown",
            Self::ReasonMissing => "case.reason_missing",
            Self::ReturnNotAllowed { .. } => "case.return_not_allowed",
            Self::EvidenceNotAHash => "case.evidence_not_a_hash",
            Self::EvidenceNotOpened { .. } => "case.evidence_not_opened",
            Self::NotApproved => "case.not_approved",
            Self::NotOverdue { .. } => "case.not_overdue",
            Self::NotYoursToEscalate => "case.not_yours_to_escalate",
            Self::NotYoursToWithdraw => "case.not_yours_to_withdraw",
        }
    }

    /// What the text of the key is about, by name; lists are joined by commas, roles, kinds and levels are their names.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let one = |name, value: &dyn std::fmt::Display| (name, value.to_string());
        match self {
            Self::ProcedureNotValid { procedure, version, area, on } => {
                vec![one("procedure", procedure), one("version", version), one("area", area), one("on", on)]
            }
            Self::OtherProcedure { procedure, version } => vec![one("procedure", procedure), one("version", version)],
            Self::Closed { state } => vec![one("state", state)],
            Self::Backdated { on, last } => vec![one("on", on), one("last", last)],
            Self::StepNotCurrent { step, current } => vec![one("step", step), ("current", current.join(","))],
            Self::WrongAct { act, step, kind } => vec![one("act", &act.name()), one("step", step), one("kind", &kind.name())],
            Self::NotYourRole { step, roles, level } => {
                let roles: Vec<&str> = roles.iter().map(|role| role.name()).collect();
                vec![one("step", step), ("roles", roles.join(",")), one("level", &level.name())]
            }
            Self::NotYourArea { step, area, level, yours } => {
                vec![one("step", step), one("area", area), one("level", &level.name()), one("yours", yours)]
            }
            Self::SamePerson { account, step, other } => vec![one("account", account), one("step", step), one("other", other)],
            Self::TookPartInDecision { account, case } => vec![one("account", account), one("case", case)],
            Self::DocumentsMissing { step, missing } => vec![one("step", step), ("missing", missing.join(","))],
            Self::SignatureMissing { step } => vec![one("step", step)],
            Self::TooFewPeople { step, needed, named } => vec![one("step", step), one("needed", needed), one("named", named)],
            Self::VotesInconsistent { entitled, present, cast } => {
                vec![one("entitled", entitled), one("present", present), one("cast", cast)]
            }
            Self::QuorumMissed { entitled, present, quorum } => {
                vec![one("entitled", entitled), one("present", present), one("quorum", quorum)]
            }
            Self::NoticePublished { from } => vec![one("from", from)],
            Self::NoticeDate { from, earliest, latest } => vec![one("from", from), one("earliest", earliest), one("latest", latest)],
            Self::NoticeRuns { until } => vec![one("until", until)],
            Self::ObjectionOpen { objection } | Self::ObjectionUnknown { objection } => vec![one("objection", objection)],
            Self::ReturnNotAllowed { step, to, allowed } => vec![one("step", step), one("to", to), ("allowed", allowed.join(","))],
            Self::EvidenceNotOpened { account } => vec![one("account", account)],
            Self::NotOverdue { due } => due.iter().map(|due| one("due", due)).collect(),
            Self::NothingToAppeal
            | Self::Decided
            | Self::DateOutOfRange
            | Self::NotYourHousehold
            | Self::NoticeNotPublished
            | Self::ReasonMissing
            | Self::EvidenceNotAHash
            | Self::NotApproved
            | Self::NotYoursToEscalate
            | Self::NotYoursToWithdraw => Vec::new(),
        }
    }
}
