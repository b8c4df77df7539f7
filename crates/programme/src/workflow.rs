//! How a decision about a household comes about: the steps of a procedure, who takes them, by when, with which papers and votes.
//!
//! The steps form one chain, from the first by `then` (the following step unless it names another) to the last. Ways back
//! stand in `returns_to` and `objections_to`. What the words mean when a case runs is decided in `registry`.

use chrono::NaiveDate;
use kernel::{AreaCode, AreaLevel, Ratio, Text};
use serde::{Deserialize, Deserializer, Serialize};
use toml::Spanned;

use crate::calendar::{Calendar, Term};
use crate::definition::civil_date;
use crate::load::{In, Programme};

/// What a decided case does to the household's spell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Enter,
    Exit,
    StrikeOff,
    Reenter,
    Adjust,
    /// An appeal: the decision appealed against stands or falls.
    UpholdOrOverturn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepKind {
    Lead,
    Application,
    Visit,
    Comparison,
    Evaluation,
    Notice,
    Review,
    Approval,
    Announcement,
    Hearing,
    Entry,
}

impl StepKind {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Application => "application",
            Self::Visit => "visit",
            Self::Comparison => "comparison",
            Self::Evaluation => "evaluation",
            Self::Notice => "notice",
            Self::Review => "review",
            Self::Approval => "approval",
            Self::Announcement => "announcement",
            Self::Hearing => "hearing",
            Self::Entry => "entry",
        }
    }

    /// Whether who takes such a step puts the household forward, and so must not approve (REG-3).
    #[must_use]
    pub const fn proposes(self) -> bool {
        matches!(self, Self::Lead | Self::Application | Self::Visit | Self::Evaluation | Self::Review)
    }
}

/// In which function somebody acts on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Household,
    VillageCadre,
    VillageRepresentative,
    TownshipOfficer,
    CountyOfficer,
    DepartmentOfficer,
    AppealsOfficer,
}

impl Role {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Household => "household",
            Self::VillageCadre => "village_cadre",
            Self::VillageRepresentative => "village_representative",
            Self::TownshipOfficer => "township_officer",
            Self::CountyOfficer => "county_officer",
            Self::DepartmentOfficer => "department_officer",
            Self::AppealsOfficer => "appeals_officer",
        }
    }
}

/// How many of a number of people are enough: `2/3` is at least two thirds, `more than 1/2` is a majority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    pub share: Ratio,
    /// The share itself is not enough.
    pub above: bool,
}

impl Threshold {
    pub fn parse(text: &str) -> Result<Self, kernel::ratio::RatioError> {
        let (above, share) = text.trim().strip_prefix("more than ").map_or((false, text), |rest| (true, rest));
        Ok(Self { share: Ratio::parse(share)?, above })
    }

    /// Whether some number of people could reach it without being nobody.
    #[must_use]
    pub fn sensible(self) -> bool {
        self.share > Ratio::ZERO && if self.above { self.share < Ratio::ONE } else { self.share <= Ratio::ONE }
    }

    #[must_use]
    pub fn met(self, part: u32, whole: u32) -> bool {
        let has = u128::from(part) * u128::from(self.share.denominator());
        let needs = u128::from(whole) * u128::from(self.share.numerator());
        if self.above { has > needs } else { has >= needs }
    }
}

impl std::fmt::Display for Threshold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", if self.above { "more than " } else { "" }, self.share)
    }
}

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Who must be there and who must agree.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Votes {
    /// Of those entitled, how many must be present.
    pub quorum: Spanned<Threshold>,
    /// Of those present, how many must agree.
    pub approve: Spanned<Threshold>,
}

/// A list that is posted for objections. Which fields it may show is fixed in code: see the public notice of the registry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Full days for which it is posted.
    pub days: Spanned<u32>,
    /// The earlier step whose actors check an objection, and to which an upheld one sends the case back.
    pub objections_to: Spanned<String>,
}

/// `[[procedure.step]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub id: Spanned<String>,
    pub title: Text,
    pub kind: StepKind,
    pub actors: Spanned<Vec<Role>>,
    /// The widest area for which the actor may be responsible: whoever is responsible for more is not near enough.
    #[serde(deserialize_with = "area_level")]
    pub level: AreaLevel,
    pub within: Option<Spanned<Term>>,
    #[serde(default)]
    pub documents: Vec<Spanned<String>>,
    /// Different persons who must take part.
    pub people: Option<Spanned<u32>>,
    pub votes: Option<Votes>,
    pub notice: Option<Notice>,
    pub then: Option<Spanned<String>>,
    /// Begins together with the step before it.
    #[serde(default)]
    pub parallel: bool,
    #[serde(default)]
    pub returns_to: Vec<Spanned<String>>,
    /// Whoever took part in these steps may not act here.
    #[serde(default)]
    pub distinct_from: Vec<Spanned<String>>,
    /// The household's signature or thumbprint is needed.
    #[serde(default)]
    pub sign: bool,
    /// Where the figures of this step come from, unless the procedure's source says it.
    pub source: Option<String>,
}

impl Step {
    #[must_use]
    pub fn name(&self) -> &str {
        self.id.get_ref()
    }
}

/// What a run of the identification proposes to do; keeping a household and doing nothing open no case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposed {
    Admit,
    Verify,
    ReviewRemoval,
}

impl Proposed {
    pub const ALL: [Self; 3] = [Self::Admit, Self::Verify, Self::ReviewRemoval];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::Verify => "verify",
            Self::ReviewRemoval => "review_removal",
        }
    }
}

/// `[[procedure]]`: one version of it, for one area and time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    pub id: Spanned<String>,
    /// Unique among the procedures of this id: a case keeps the version under which it was opened.
    pub version: Spanned<String>,
    pub title: Text,
    pub outcome: Outcome,
    /// The area for which it is valid; everywhere unless named.
    pub area: Option<Spanned<String>>,
    /// For the whole chain.
    pub within: Option<Spanned<Term>>,
    /// While such a case is open, the decision appealed against has no effect.
    #[serde(default)]
    pub suspends: bool,
    /// The proposals of an identification that open such a case.
    #[serde(default)]
    pub proposals: Vec<Proposed>,
    pub source: String,
    #[serde(deserialize_with = "civil_date")]
    pub valid_from: NaiveDate,
    #[serde(default, deserialize_with = "optional_civil_date")]
    pub valid_until: Option<NaiveDate>,
    #[serde(default)]
    pub step: Vec<Step>,
}

fn optional_civil_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    civil_date(deserializer).map(Some)
}

fn area_level<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AreaLevel, D::Error> {
    let text = String::deserialize(deserializer)?;
    AreaLevel::parse(&text).ok_or_else(|| {
        let known: Vec<String> = AreaLevel::ALL.iter().map(|level| format!("`{}`", level.name())).collect();
        serde::de::Error::custom(format!("unknown level `{text}`, expected one of {}", known.join(", ")))
    })
}

impl Procedure {
    #[must_use]
    pub fn name(&self) -> &str {
        self.id.get_ref()
    }

    #[must_use]
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.step.iter().find(|step| step.name() == id)
    }

    /// Whether a proposal about a household inside or outside the programme opens such a case: nobody enters twice, and who is
    /// outside cannot leave.
    #[must_use]
    pub fn opens_for(&self, proposal: &str, inside: bool) -> bool {
        let fits = match self.outcome {
            Outcome::Enter | Outcome::Reenter => !inside,
            Outcome::Exit | Outcome::StrikeOff => inside,
            Outcome::Adjust | Outcome::UpholdOrOverturn => true,
        };
        fits && self.proposals.iter().any(|known| known.name() == proposal)
    }

    /// The step behind `step`. Nothing follows an entry unless it says so.
    #[must_use]
    pub fn following(&self, step: &Step) -> Option<&Step> {
        if let Some(then) = &step.then {
            return self.step(then.get_ref());
        }
        if step.kind == StepKind::Entry {
            return None;
        }
        let place = self.step.iter().position(|other| other.name() == step.name())?;
        self.step.get(place + 1)
    }

    /// The steps in the order in which a case takes them; ends where it would come round.
    #[must_use]
    pub fn chain(&self) -> Vec<&Step> {
        let mut chain: Vec<&Step> = Vec::new();
        let mut next = self.step.first();
        while let Some(step) = next.filter(|step| chain.iter().all(|seen| seen.name() != step.name())) {
            chain.push(step);
            next = self.following(step);
        }
        chain
    }

    /// The area for which it is valid.
    #[must_use]
    pub fn validity(&self) -> AreaCode {
        self.area.as_ref().and_then(|area| AreaCode::parse(area.get_ref())).unwrap_or(AreaCode::WHOLE)
    }

    #[must_use]
    pub fn valid(&self, area: AreaCode, on: NaiveDate) -> bool {
        self.validity().contains(area) && self.valid_from <= on && self.valid_until.is_none_or(|until| on <= until)
    }
}

impl Programme {
    /// The procedure under which a new case is opened: the one of the nearest area that is valid on that day.
    #[must_use]
    pub fn procedure(&self, id: &str, area: AreaCode, on: NaiveDate) -> Option<&In<Procedure>> {
        let valid = self.procedures.iter().filter(|procedure| procedure.name() == id && procedure.valid(area, on));
        valid.max_by_key(|procedure| (procedure.validity().level(), procedure.valid_from))
    }

    /// The procedure under which a case was opened, still valid or not.
    #[must_use]
    pub fn procedure_version(&self, id: &str, version: &str) -> Option<&In<Procedure>> {
        self.procedures.iter().find(|procedure| procedure.name() == id && procedure.version.get_ref() == version)
    }

    /// Which days are worked; weekends only are off where the programme has no `[calendar]`.
    #[must_use]
    pub fn working_calendar(&self) -> Calendar {
        self.calendar.as_ref().map(|calendar| Calendar::from(&calendar.part)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
