//! Texts in both languages and figures as people read them.

use kernel::{Language, Text};
use maud::{Markup, html};
use targeting::proposal::{Proposal, Reason, ReasonCode, reason_text};

/// Both languages; the style shows the chosen one.
pub(super) fn both(zh: &str, en: &str) -> Markup {
    html! { span lang="zh" { (zh) } span lang="en" { (en) } }
}

pub(super) fn text(text: &Text) -> Markup {
    both(&text.zh, &text.en)
}

/// `中文 / English`, where markup cannot stand: titles of charts, labels.
pub(super) fn plain(text: &Text) -> String {
    format!("{} / {}", text.zh, text.en)
}

/// With thousands separators.
pub(super) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

pub(super) fn length(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

pub(super) fn float(n: u64) -> f64 {
    kernel::number::statistic(i64::try_from(n).unwrap_or(i64::MAX))
}

/// `part` of `whole`; nothing of nothing.
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| float(part) / float(whole))
}

/// A share as a percentage, with a second decimal where one would say too little.
pub(super) fn percent(x: f64) -> String {
    if !x.is_finite() {
        return "–".to_owned();
    }
    let hundredfold = x * 100.0;
    if hundredfold != 0.0 && hundredfold.abs() < 0.95 { format!("{hundredfold:.2}%") } else { format!("{hundredfold:.1}%") }
}

pub(super) fn percent_of(part: u64, whole: u64) -> String {
    share(part, whole).map_or_else(|| "–".to_owned(), percent)
}

pub(super) fn proposal(proposal: Proposal) -> Text {
    match proposal {
        Proposal::Admit => Text::new("建议纳入", "admit"),
        Proposal::Keep => Text::new("建议保留", "keep"),
        Proposal::Verify => Text::new("入户核实", "verify by a visit"),
        Proposal::ReviewRemoval => Text::new("复核退出", "review for removal"),
        Proposal::None => Text::new("无需处理", "nothing to do"),
    }
}

/// A reason whose figure reads as what it is: distance, score and probability as percentages, weights and counts as whole numbers.
pub(super) fn reason(reason: &Reason) -> Text {
    let figure = reason.value.map_or_else(String::new, |value| match reason.code {
        ReasonCode::IncomeBelowLine | ReasonCode::IncomeAboveLine | ReasonCode::IncomeNearLine => format!("{:+.0}%", value * 100.0),
        ReasonCode::IndexPoor
        | ReasonCode::IndexNotPoor
        | ReasonCode::ModelLikely
        | ReasonCode::ModelUnlikely
        | ReasonCode::ModelUnsure => percent(value),
        ReasonCode::IncomeUnknown
        | ReasonCode::IndexUnknown
        | ReasonCode::NotSecured
        | ReasonCode::Secured
        | ReasonCode::SecurityUnknown
        | ReasonCode::RecordsAgainst
        | ReasonCode::RecordsFor
        | ReasonCode::FactsDisagree
        | ReasonCode::Implausible
        | ReasonCode::FieldsMissing => format!("{value:.0}"),
    });
    let say = |language| reason_text(reason.code, language).replace("{value}", &figure);
    Text { zh: say(Language::Zh), en: say(Language::En) }
}

/// The family of a check; an unknown one by its id.
pub(super) fn family(id: &str) -> Text {
    match id {
        "department" => Text::new("部门比对", "other departments' records"),
        "monitoring" => Text::new("防返贫监测", "monitoring"),
        "measure" => Text::new("帮扶措施", "measures of support"),
        "income" => Text::new("收入", "income"),
        "cause" => Text::new("致贫原因", "causes"),
        "members" => Text::new("家庭成员", "members"),
        "labour" => Text::new("劳动力", "labour"),
        "dwelling" => Text::new("住房与生活设施", "dwelling"),
        "health" => Text::new("健康", "health"),
        "schooling" => Text::new("教育", "schooling"),
        "assets" => Text::new("资产", "assets"),
        "identity" => Text::new("身份信息", "identity"),
        "line" => Text::new("贫困线", "poverty line"),
        other => Text::new(other, other),
    }
}

pub(super) fn severity(id: &str) -> Text {
    match id {
        "error" => Text::new("错误", "error"),
        "warning" => Text::new("警告", "warning"),
        "notice" => Text::new("提示", "notice"),
        other => Text::new(other, other),
    }
}

/// What a detector found; an unknown kind by its id.
pub(super) fn sign(id: &str) -> Text {
    match id {
        "duplicate-identity" => Text::new("证件号码重复", "one identity number twice"),
        "near-duplicate-person" => Text::new("疑似同一人", "perhaps one person"),
        "shared-phone" => Text::new("共用电话", "shared telephone number"),
        "bunching" => Text::new("收入在贫困线下扎堆", "incomes bunch under the line"),
        "last-digits" => Text::new("末位数字异常", "odd last digits"),
        "roundness" => Text::new("整数过多", "too many round figures"),
        "copied-answers" => Text::new("答案雷同", "copied answers"),
        other => Text::new(other, other),
    }
}
