//! Why a proposal was made: stable codes, their texts in a catalogue.

use kernel::Language;
use serde::{Deserialize, Serialize};

use super::{Evidence, Fact, Policy, Weighed};

/// Which way a reason points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Towards need.
    Need,
    /// Away from need.
    NoNeed,
    /// Says that the evidence is not enough.
    Doubt,
}

/// The stable code of a reason. Texts: [`reason_text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// Income below the line; value: relative distance.
    IncomeBelowLine,
    /// Income above the line; value: relative distance.
    IncomeAboveLine,
    /// Income too close to the line to decide; value: relative distance.
    IncomeNearLine,
    /// Income not known.
    IncomeUnknown,
    /// Poor by the index; value: score.
    IndexPoor,
    /// Not poor by the index; value: score.
    IndexNotPoor,
    /// Index not known.
    IndexUnknown,
    /// Something basic is not secured.
    NotSecured,
    /// All basics are secured.
    Secured,
    /// Securities not known.
    SecurityUnknown,
    /// The model finds poverty likely; value: probability.
    ModelLikely,
    /// The model finds poverty unlikely; value: probability.
    ModelUnlikely,
    /// The model is not sure; value: probability.
    ModelUnsure,
    /// Records say not poor; value: their weight.
    RecordsAgainst,
    /// Records say needier than declared; value: their weight.
    RecordsFor,
    /// The facts contradict each other.
    FactsDisagree,
    /// The declaration is implausible; value: weight of the findings.
    Implausible,
    /// Fields are missing; value: how many.
    FieldsMissing,
}

impl ReasonCode {
    /// Every code, in the order of the catalogue.
    pub const ALL: [Self; 18] = [
        Self::IncomeBelowLine,
        Self::IncomeAboveLine,
        Self::IncomeNearLine,
        Self::IncomeUnknown,
        Self::IndexPoor,
        Self::IndexNotPoor,
        Self::IndexUnknown,
        Self::NotSecured,
        Self::Secured,
        Self::SecurityUnknown,
        Self::ModelLikely,
        Self::ModelUnlikely,
        Self::ModelUnsure,
        Self::RecordsAgainst,
        Self::RecordsFor,
        Self::FactsDisagree,
        Self::Implausible,
        Self::FieldsMissing,
    ];

    /// Which way the reason points.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::IncomeBelowLine | Self::IndexPoor | Self::NotSecured | Self::ModelLikely | Self::RecordsFor => Direction::Need,
            Self::IncomeAboveLine | Self::IndexNotPoor | Self::Secured | Self::ModelUnlikely | Self::RecordsAgainst => Direction::NoNeed,
            Self::IncomeNearLine
            | Self::IncomeUnknown
            | Self::IndexUnknown
            | Self::SecurityUnknown
            | Self::ModelUnsure
            | Self::FactsDisagree
            | Self::Implausible
            | Self::FieldsMissing => Direction::Doubt,
        }
    }
}

/// A reason with its figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable code.
    pub code: ReasonCode,
    /// The figure named at the code; stands for `{value}` in the text.
    pub value: Option<f64>,
}

/// The text of a reason; `{value}` stands for the figure, which the caller formats (relative
/// distance, score and probability as a percentage, weights and counts as whole numbers).
#[must_use]
pub const fn reason_text(code: ReasonCode, language: Language) -> &'static str {
    let (zh, en) = match code {
        ReasonCode::IncomeBelowLine => ("收入低于贫困线（{value}）", "income is below the line ({value})"),
        ReasonCode::IncomeAboveLine => ("收入高于贫困线（{value}）", "income is above the line ({value})"),
        ReasonCode::IncomeNearLine => ("收入接近贫困线（{value}），无法判定", "income is too close to the line to decide ({value})"),
        ReasonCode::IncomeUnknown => ("收入不明", "income is not known"),
        ReasonCode::IndexPoor => ("多维贫困指数判定为贫困（{value}）", "poor by the multidimensional index ({value})"),
        ReasonCode::IndexNotPoor => ("多维贫困指数判定为不贫困（{value}）", "not poor by the multidimensional index ({value})"),
        ReasonCode::IndexUnknown => ("多维贫困指数不明", "the multidimensional index is not known"),
        ReasonCode::NotSecured => (
            "吃、穿、义务教育、基本医疗、住房或饮水安全尚未全部保障",
            "food, clothing, education, medical care, housing or water is not secured",
        ),
        ReasonCode::Secured => {
            ("吃、穿、义务教育、基本医疗、住房和饮水安全均有保障", "food, clothing, education, medical care, housing and water are secured")
        }
        ReasonCode::SecurityUnknown => ("“两不愁三保障”情况不明", "whether the basics are secured is not known"),
        ReasonCode::ModelLikely => ("模型估计贫困可能性大（{value}）", "the model finds poverty likely ({value})"),
        ReasonCode::ModelUnlikely => ("模型估计贫困可能性小（{value}）", "the model finds poverty unlikely ({value})"),
        ReasonCode::ModelUnsure => ("模型无法确定（{value}）", "the model is not sure ({value})"),
        ReasonCode::RecordsAgainst => ("部门数据显示不贫困（权重 {value}）", "department records say: not poor (weight {value})"),
        ReasonCode::RecordsFor => {
            ("部门数据显示比申报更困难（权重 {value}）", "department records say: needier than declared (weight {value})")
        }
        ReasonCode::FactsDisagree => ("各项依据互相矛盾", "the facts contradict each other"),
        ReasonCode::Implausible => ("申报内容可疑（权重 {value}）", "the declaration is implausible (weight {value})"),
        ReasonCode::FieldsMissing => ("缺少 {value} 项信息", "{value} fields are missing"),
    };
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// All reasons, facts first; at most one per kind of evidence.
pub(super) fn reasons(evidence: &Evidence, policy: &Policy, weighed: &Weighed) -> Vec<Reason> {
    let mut found = Vec::new();
    let mut add = |code, value| found.push(Reason { code, value });
    let margin = evidence.income_margin.filter(|margin| !margin.is_nan());
    match (weighed.line, margin) {
        (Fact::Poor, _) => add(ReasonCode::IncomeBelowLine, margin),
        (Fact::NotPoor, _) => add(ReasonCode::IncomeAboveLine, margin),
        (Fact::Unclear, Some(_)) => add(ReasonCode::IncomeNearLine, margin),
        (Fact::Unclear, None) => add(ReasonCode::IncomeUnknown, None),
    }
    match weighed.index {
        Fact::Poor => add(ReasonCode::IndexPoor, evidence.index_score),
        Fact::NotPoor => add(ReasonCode::IndexNotPoor, evidence.index_score),
        Fact::Unclear => add(ReasonCode::IndexUnknown, None),
    }
    match weighed.securities {
        Fact::Poor => add(ReasonCode::NotSecured, None),
        Fact::NotPoor => add(ReasonCode::Secured, None),
        Fact::Unclear => add(ReasonCode::SecurityUnknown, None),
    }
    if weighed.some_fact_is(Fact::Poor) && weighed.some_fact_is(Fact::NotPoor) {
        add(ReasonCode::FactsDisagree, None);
    }
    if let (Some((p, high)), Some((_, low, _))) = (weighed.model, evidence.probability) {
        let code = if low >= policy.support_probability {
            ReasonCode::ModelLikely
        } else if high < policy.doubt_probability {
            ReasonCode::ModelUnlikely
        } else {
            ReasonCode::ModelUnsure
        };
        add(code, Some(p));
    }
    for (code, weight) in [
        (ReasonCode::RecordsAgainst, evidence.contradictions_against),
        (ReasonCode::RecordsFor, evidence.contradictions_for),
        (ReasonCode::Implausible, evidence.data_quality),
        (ReasonCode::FieldsMissing, evidence.missing_fields),
    ] {
        if weight > 0 {
            add(code, Some(f64::from(weight)));
        }
    }
    found
}
