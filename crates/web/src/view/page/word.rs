//! Words of the field that several pages show, each with its text and its tone.

use maud::Markup;

use crate::text::Words;
use crate::view::part::{Tone, tag};

/// Where a household stands in the programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    None,
    Registered,
    Exited,
    Monitored,
    Eliminated,
}

impl Status {
    pub const ALL: [Self; 5] = [Self::None, Self::Registered, Self::Exited, Self::Monitored, Self::Eliminated];

    #[must_use]
    pub fn text(self, w: Words) -> &'static str {
        w.get(match self {
            Self::None => "status.none",
            Self::Registered => "status.registered",
            Self::Exited => "status.exited",
            Self::Monitored => "status.monitored",
            Self::Eliminated => "status.eliminated",
        })
    }

    /// Its name in URLs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Registered => "registered",
            Self::Exited => "exited",
            Self::Monitored => "monitored",
            Self::Eliminated => "eliminated",
        }
    }

    pub(crate) fn show(self, w: Words) -> Markup {
        let tone = match self {
            Self::None | Self::Exited | Self::Eliminated => Tone::Plain,
            Self::Registered | Self::Monitored => Tone::Warning,
        };
        tag(tone, self.text(w))
    }
}

/// What the evidence proposes; people decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proposal {
    Admit,
    Keep,
    Verify,
    ReviewRemoval,
}

impl Proposal {
    pub const ALL: [Self; 4] = [Self::Admit, Self::Keep, Self::Verify, Self::ReviewRemoval];

    #[must_use]
    pub fn text(self, w: Words) -> &'static str {
        w.get(match self {
            Self::Admit => "proposal.admit",
            Self::Keep => "proposal.keep",
            Self::Verify => "proposal.verify",
            Self::ReviewRemoval => "proposal.review_removal",
        })
    }

    /// Its name in URLs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::Keep => "keep",
            Self::Verify => "verify",
            Self::ReviewRemoval => "review_removal",
        }
    }

    pub(crate) fn show(self, w: Words) -> Markup {
        let tone = match self {
            Self::Admit => Tone::Good,
            Self::Keep => Tone::Plain,
            Self::Verify => Tone::Warning,
            Self::ReviewRemoval => Tone::Bad,
        };
        tag(tone, self.text(w))
    }
}

/// Where a step of a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    Done,
    Now,
    Late,
    Waiting,
    Skipped,
}

impl StepState {
    pub(crate) fn show(self, w: Words) -> Markup {
        let (tone, key) = match self {
            Self::Done => (Tone::Good, "step.done"),
            Self::Now => (Tone::Warning, "step.now"),
            Self::Late => (Tone::Bad, "step.late"),
            Self::Waiting => (Tone::Plain, "step.waiting"),
            Self::Skipped => (Tone::Plain, "step.skipped"),
        };
        tag(tone, w.get(key))
    }
}
