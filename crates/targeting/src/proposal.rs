//! From evidence to a proposal: admit, keep, verify, review for removal, or nothing.
//!
//! The system proposes, people decide. A proposal needs facts that agree: the income line,
//! the multidimensional index, the securities (food, clothing, education, medical care,
//! housing, water). A model score or a department's record alone decides nothing; it can
//! only send a visitor. Whatever the evidence does not settle becomes [`Proposal::Verify`].
//!
//! More evidence of need never moves a household away from help: for a household outside
//! the register `None < Verify < Admit`, for one inside `ReviewRemoval < Verify < Keep`.

use serde::{Deserialize, Serialize};

mod ranking;
mod reason;

pub use ranking::{Allotment, Candidate, Place, allot, visits};
pub use reason::{Direction, Reason, ReasonCode, reason_text};

/// What is known about one household.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// Whether it is on the register; unknown counts as not.
    pub registered: Option<bool>,
    /// Whether its income is below the line.
    pub below_line: Option<bool>,
    /// `(income − line) / line`; if given it decides instead of `below_line`, so that an income
    /// close to the line counts as unclear.
    pub income_margin: Option<f64>,
    /// Whether the multidimensional index calls it poor.
    pub index_poor: Option<bool>,
    /// Deprivation score in [0, 1].
    pub index_score: Option<f64>,
    /// Probability of being poor, with the lower and upper end of its interval.
    pub probability: Option<(f64, f64, f64)>,
    /// Weight of department records that say: not poor.
    pub contradictions_against: u32,
    /// Weight of department records that say: needier than declared.
    pub contradictions_for: u32,
    /// Weight of findings that make the declaration implausible.
    pub data_quality: u32,
    /// Number of fields that are missing.
    pub missing_fields: u32,
    /// Whether food, clothing, education, medical care, housing and water are all secured.
    pub secured: Option<bool>,
}

/// How evidence is weighed. Points are on the scale of [`Decision::need`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Policy {
    /// Need from which a household with agreeing facts is proposed for admission.
    pub admit_at: f64,
    /// Need from which a registered household with agreeing facts is kept without a visit.
    pub keep_at: f64,
    /// Need down to which a registered household may be reviewed for removal.
    pub remove_at: f64,
    /// An income within this relative distance of the line settles nothing.
    pub verify_width: f64,
    /// Relative distance over the line from which a failed guarantee alone is no poverty.
    pub secure_margin: f64,
    /// Records against from this weight on block admission and keeping without a visit.
    pub veto_weight: u32,
    /// Implausibility from this weight on sends a visitor first.
    pub implausible_weight: u32,
    /// More missing fields than this send a visitor first.
    pub missing_limit: u32,
    /// Probability from which the model supports an admission that a fact proposes.
    pub support_probability: f64,
    /// A probability interval that reaches this forbids doing nothing or removing.
    pub doubt_probability: f64,
    /// Points of the income fact.
    pub line_points: f64,
    /// Points of the index fact.
    pub index_points: f64,
    /// Points of the securities.
    pub secured_points: f64,
    /// Points of the model at probability 1 (0 at one half).
    pub model_points: f64,
    /// Points of one unit of contradiction weight.
    pub contradiction_points: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            admit_at: 0.0,
            keep_at: 0.0,
            remove_at: 0.0,
            verify_width: 0.1,
            secure_margin: 0.25,
            veto_weight: 2,
            implausible_weight: 3,
            missing_limit: 8,
            support_probability: 0.5,
            doubt_probability: 0.2,
            line_points: 40.0,
            index_points: 40.0,
            secured_points: 30.0,
            model_points: 30.0,
            contradiction_points: 10.0,
        }
    }
}

/// Why a policy was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// The thresholds are out of order.
    #[error("remove_at {remove_at} must not exceed keep_at {keep_at}, nor keep_at admit_at {admit_at}; raise the later threshold")]
    Order { remove_at: f64, keep_at: f64, admit_at: f64 },
    /// A weight or width is negative or not a number.
    #[error("{field} is {value}; it must be a number that is not negative")]
    Negative { field: &'static str, value: f64 },
}

impl PolicyError {
    /// The stable code of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Order { .. } => "targeting.proposal.order",
            Self::Negative { .. } => "targeting.proposal.negative",
        }
    }
}

impl Policy {
    /// Checks that evidence of need can only raise the need and thresholds are in order.
    ///
    /// # Errors
    /// [`PolicyError`] naming the field.
    pub fn check(&self) -> Result<(), PolicyError> {
        for (field, value) in [
            ("verify_width", self.verify_width),
            ("secure_margin", self.secure_margin),
            ("line_points", self.line_points),
            ("index_points", self.index_points),
            ("secured_points", self.secured_points),
            ("model_points", self.model_points),
            ("contradiction_points", self.contradiction_points),
        ] {
            if value.is_nan() || value < 0.0 {
                return Err(PolicyError::Negative { field, value });
            }
        }
        let (remove_at, keep_at, admit_at) = (self.remove_at, self.keep_at, self.admit_at);
        if remove_at <= keep_at && keep_at <= admit_at { Ok(()) } else { Err(PolicyError::Order { remove_at, keep_at, admit_at }) }
    }
}

/// What the system proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposal {
    /// Start the admission procedure.
    Admit,
    /// Stay on the register.
    Keep,
    /// Visit; the evidence does not decide.
    Verify,
    /// Start the removal procedure, with a visit and the household's word.
    ReviewRemoval,
    /// Nothing to do.
    None,
}

/// A proposal with its grounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Decision {
    /// What is proposed.
    pub proposal: Proposal,
    /// Weighed need in points; 0 is undecided.
    pub need: f64,
    /// Chance that leaving things as they are is an error, in parts per million: visit the
    /// highest first.
    pub priority: u32,
    /// Why, the facts first.
    pub reasons: Vec<Reason>,
}

/// What one kind of fact says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fact {
    NotPoor,
    Unclear,
    Poor,
}

impl Fact {
    const fn of(poor: Option<bool>) -> Self {
        match poor {
            Some(true) => Self::Poor,
            Some(false) => Self::NotPoor,
            None => Self::Unclear,
        }
    }

    const fn sign(self) -> f64 {
        match self {
            Self::NotPoor => -1.0,
            Self::Unclear => 0.0,
            Self::Poor => 1.0,
        }
    }
}

/// Evidence after unusable numbers are set aside.
struct Weighed {
    line: Fact,
    index: Fact,
    securities: Fact,
    /// Probability and upper end of its interval.
    model: Option<(f64, f64)>,
    margin: Option<f64>,
    need: f64,
}

impl Weighed {
    fn new(evidence: &Evidence, policy: &Policy) -> Self {
        let margin = evidence.income_margin.filter(|margin| !margin.is_nan());
        let line = match margin {
            Some(margin) if margin <= -policy.verify_width => Fact::Poor,
            Some(margin) if margin >= policy.verify_width => Fact::NotPoor,
            Some(_) => Fact::Unclear,
            None => Fact::of(evidence.below_line),
        };
        let index = Fact::of(evidence.index_poor);
        let securities = Fact::of(evidence.secured.map(|secured| !secured));
        let usable = |value: f64| (0.0..=1.0).contains(&value);
        let model =
            evidence.probability.filter(|(p, low, high)| usable(*p) && usable(*low) && usable(*high)).map(|(p, _, high)| (p, high.max(p)));
        let depth = margin.map_or(0.0, |margin| -margin.clamp(-1.0, 1.0));
        let score = evidence.index_score.filter(|score| usable(*score)).unwrap_or(0.0);
        // The depth of poverty orders households whose facts agree; facts weigh most.
        let need = policy.line_points * (0.75 * line.sign() + 0.25 * depth)
            + policy.index_points * (0.75 * index.sign() + 0.25 * score)
            + policy.secured_points * securities.sign()
            + policy.model_points * model.map_or(0.0, |(p, _)| 2.0 * p - 1.0)
            + policy.contradiction_points * (f64::from(evidence.contradictions_for) - f64::from(evidence.contradictions_against));
        Self { line, index, securities, model, margin, need }
    }

    const fn facts(&self) -> [Fact; 3] {
        [self.line, self.index, self.securities]
    }

    fn some_fact_is(&self, fact: Fact) -> bool {
        self.facts().contains(&fact)
    }

    /// Whether the income is so far over the line that a failed guarantee is no poverty.
    fn clear_of_line(&self, policy: &Policy) -> bool {
        self.line == Fact::NotPoor && self.margin.is_none_or(|margin| margin >= policy.secure_margin)
    }

    fn poor(&self, policy: &Policy) -> bool {
        self.line == Fact::Poor || self.index == Fact::Poor || (self.securities == Fact::Poor && !self.clear_of_line(policy))
    }

    /// Whether nothing speaks for need and something speaks against it.
    fn well(&self, evidence: &Evidence, policy: &Policy) -> bool {
        let needier = evidence.contradictions_for.saturating_sub(evidence.contradictions_against) >= policy.veto_weight;
        let doubt = self.model.is_some_and(|(_, high)| high >= policy.doubt_probability);
        let known = self.line == Fact::NotPoor
            || (self.line == Fact::Unclear && self.margin.is_none() && (self.some_fact_is(Fact::NotPoor) || self.model.is_some()));
        known && !self.poor(policy) && !needier && !doubt && evidence.missing_fields <= policy.missing_limit
    }
}

/// Decides what to propose for one household.
///
/// A fact says *poor* if the income is under the line, the index reaches its cutoff, or a
/// guarantee fails while the income is not clearly over the line. Outside the register:
/// *admit* if a fact says poor, the model (where there is one) finds it at least as likely as
/// not, records against stay below the veto and the declaration is usable; *nothing* if the
/// income is over the line, no fact says poor, records do not say needier and the model leaves
/// no doubt — or if there are no facts at all and the model leaves no doubt. On the register:
/// *keep* by the rule of admission; *review* by the rule of nothing, if the guarantees hold and
/// the need is at or below `remove_at`. Otherwise *verify*: a model alone neither admits nor
/// removes, and neither do records.
#[must_use]
pub fn decide(evidence: &Evidence, policy: &Policy) -> Decision {
    let weighed = Weighed::new(evidence, policy);
    let registered = evidence.registered == Some(true);
    let poor = weighed.poor(policy);
    let well = weighed.well(evidence, policy);
    let usable = evidence.data_quality < policy.implausible_weight && evidence.missing_fields <= policy.missing_limit;
    let supported = weighed.model.is_none_or(|(p, _)| p >= policy.support_probability);
    let agree_poor = poor && supported && usable && evidence.contradictions_against < policy.veto_weight;
    let proposal = match (registered, agree_poor, well) {
        (true, true, _) if weighed.need >= policy.keep_at => Proposal::Keep,
        (false, true, _) if weighed.need >= policy.admit_at => Proposal::Admit,
        (true, false, true) if weighed.line == Fact::NotPoor && weighed.securities != Fact::Poor && weighed.need <= policy.remove_at => {
            Proposal::ReviewRemoval
        }
        (false, false, true) => Proposal::None,
        _ => Proposal::Verify,
    };
    Decision {
        proposal,
        need: weighed.need,
        priority: priority(&weighed, registered),
        reasons: reason::reasons(evidence, policy, &weighed),
    }
}

/// The chance that the present state is wrong: of the calibrated model where there is one,
/// otherwise of the need read as log-odds (20 points to a unit).
fn priority(weighed: &Weighed, registered: bool) -> u32 {
    let poor = weighed.model.map_or_else(|| 1.0 / (1.0 + (-weighed.need / 20.0).exp()), |(p, _)| p);
    let wrong = if registered { 1.0 - poor } else { poor };
    crate::convert::rounded(wrong * 1e6)
}

#[cfg(test)]
mod tests;
