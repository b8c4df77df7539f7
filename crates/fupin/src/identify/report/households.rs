//! The first households of each list, each with what decided and what to ask at the door.

use std::borrow::Cow;

use kernel::Text;
use maud::{Markup, html};
use targeting::proposal::Proposal;

use super::beside::Beside;
use super::cards::{Card, LISTS, SHOWN};
use super::checks::tag;
use super::words::{both, length, number, percent, proposal, reason, text};
use crate::identify::summary::Summary;
use crate::identify::table::word;

/// How many checks of a household stand with their question, and how many in all.
#[derive(Clone, Copy)]
struct Depth {
    asked: usize,
    named: usize,
}

/// From full to brief; a page of many households takes the first that fits.
const DEPTHS: [Depth; 4] = [Depth { asked: 5, named: 12 }, Depth { asked: 3, named: 8 }, Depth { asked: 2, named: 5 }, Depth { asked: 1, named: 3 }];

/// Bytes that the blocks may take; the whole page stays under two megabytes.
const BUDGET: usize = 1_400_000;

pub(super) fn section(summary: &Summary, beside: &Beside) -> Markup {
    let mut drawn = Markup::default();
    for depth in DEPTHS {
        drawn = lists(summary, beside, depth);
        if drawn.0.len() <= BUDGET {
            break;
        }
    }
    html! {
        section id="households" {
            h2 { (both("逐户说明", "Households")) }
            @if beside.cards.is_empty() { p.note { (both("没有可列出的户。", "There are no households to list.")) } }
            @else {
                @let shown = number(length(SHOWN));
                p.note { (both(
                    &format!("每类最多列 {shown} 户，全部名单见文件。点击展开依据和询问要点；收入距贫困线的百分比、指数得分和概率列于括号内。"),
                    &format!("At most {shown} of each kind; the files hold all. Open one for the grounds and what to ask; brackets hold the distance of income to the line, the index score or the probability."),
                )) }
                div.filter id="filter" hidden {
                    label { (both("筛选（户编号、地区代码、原因…）", "Filter (household, area, reason …)")) " " input type="search" autocomplete="off"; }
                    " " output aria-live="polite" {}
                }
                (drawn)
            }
        }
    }
}

fn lists(summary: &Summary, beside: &Beside, depth: Depth) -> Markup {
    html! {
        @for kind in LISTS {
            @let cards: Vec<&Card> = beside.cards.iter().filter(|card| card.proposal == kind).collect();
            details.list id={ "list-" (word(kind)) } open[matches!(kind, Proposal::Admit)] {
                summary { strong { (text(&proposal(kind))) } " · " (number(length(cards.len()))) " / " (number(total(summary, kind))) " " (text(&order(kind))) }
                @for card in cards { (block(card, summary, beside, depth)) }
            }
        }
    }
}

const fn total(summary: &Summary, kind: Proposal) -> u64 {
    let t = &summary.total;
    match kind {
        Proposal::Admit => t.admit,
        Proposal::Keep => t.keep,
        Proposal::Verify => t.verify,
        Proposal::ReviewRemoval => t.review_removal,
        Proposal::None => 0,
    }
}

fn order(kind: Proposal) -> Text {
    match kind {
        Proposal::Verify => Text::new("（先查最可能判错的）", "(likeliest errors first)"),
        Proposal::ReviewRemoval => Text::new("（最明确的在前）", "(clearest first)"),
        Proposal::Admit | Proposal::Keep | Proposal::None => Text::new("（最困难的在前）", "(neediest first)"),
    }
}

/// The anchor of a household: its number, as far as it can stand in an address.
pub(super) fn anchor(household: &str) -> Cow<'_, str> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if household.chars().all(fits) { Cow::Borrowed(household) } else { Cow::Owned(household.chars().map(|c| if fits(c) { c } else { '_' }).collect()) }
}

fn block(card: &Card, summary: &Summary, beside: &Beside, depth: Depth) -> Markup {
    let reasons: Vec<Text> = card.reasons.iter().map(reason).collect();
    html! {
        details.household id={ "h-" (anchor(&card.household)) } {
            summary {
                b { (card.household) } " "
                small {
                    @if let Some(area) = card.area.as_ref().filter(|area| !card.household.starts_with(area.as_str())) { (area) " · " }
                    (card.people) " " (both("人", "people")) " · " (text(&proposal(card.proposal))) " · " (both("困难程度", "need")) " " (format!("{:.0}", card.need))
                    @if card.proposal == Proposal::Verify { " · " (both("判错可能", "chance of an error")) " " (percent(f64::from(card.priority) / 1e6)) }
                }
                (joined(&reasons, "div"))
            }
            (facts(card))
            @if !card.checks.is_empty() { (checks(card, summary, beside, depth)) }
        }
    }
}

/// Several texts as one sentence in each language; `tag` div or p.
fn joined(texts: &[Text], tag: &str) -> Markup {
    let zh = texts.iter().map(|t| t.zh.as_str()).collect::<Vec<_>>().join("；");
    let en = texts.iter().map(|t| t.en.as_str()).collect::<Vec<_>>().join("; ");
    if tag == "div" { html! { div { (both(&zh, &en)) } } } else { both(&zh, &en) }
}

fn facts(card: &Card) -> Markup {
    let entry = |zh: &str, en: &str, texts: &[Text]| {
        html! { @if !texts.is_empty() { p { strong { (both(zh, en)) } (joined(texts, "span")) } } }
    };
    html! {
        @if let (Some(income), Some(line)) = (&card.income, &card.line) {
            p { strong { (both("人均收入：", "Income a head: ")) } (income) " " (both("，贫困线 ", "against the line of ")) (line) }
        }
        @if let Some((p, low, high)) = card.probability {
            p { strong { (both("模型估计贫困概率：", "Model's probability of poverty: ")) } (percent(p)) " (" (percent(low)) "–" (percent(high)) ")" }
        }
        @if let Some(score) = card.score { p { strong { (both("多维剥夺得分：", "Deprivation score: ")) } (percent(score)) } }
        (entry("剥夺项：", "Deprived in: ", &card.deprived))
        (entry("缺失指标：", "Not known: ", &card.missing))
        (entry("可能原因：", "Likely causes: ", &card.causes))
    }
}

fn checks(card: &Card, summary: &Summary, beside: &Beside, depth: Depth) -> Markup {
    let more = card.checks.len().saturating_sub(depth.named);
    html! {
        p { strong { (both("命中规则与询问要点：", "Checks that fired and what to ask:")) } }
        ul {
            @for (rank, place) in card.checks.iter().take(depth.named).enumerate() {
                @if let Some(check) = summary.checks.get(*place) {
                    li {
                        @if rank < depth.asked { (tag(&check.severity)) " " }
                        a href={ "#c-" (check.id) } { (text(&check.title)) }
                        @if let Some(ask) = beside.asks.get(*place).filter(|_| rank < depth.asked) { span.ask { (text(ask)) } }
                    }
                }
            }
            @if more > 0 { li { "+ " (more) " " (both("条，见名单文件", "more in the list files")) } }
        }
    }
}
