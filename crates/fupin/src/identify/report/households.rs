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

/// How many households of each list are explained, how many of their checks are named, and how many stand with their question.
#[derive(Clone, Copy)]
pub(super) struct Depth {
    shown: usize,
    named: usize,
    asked: usize,
}

/// From full to brief; a page of many households takes the first that fits.
const DEPTHS: [Depth; 6] = [
    Depth { shown: SHOWN, named: 12, asked: 5 },
    Depth { shown: SHOWN, named: 8, asked: 3 },
    Depth { shown: SHOWN, named: 5, asked: 2 },
    Depth { shown: SHOWN, named: 3, asked: 1 },
    Depth { shown: 150, named: 3, asked: 1 },
    Depth { shown: 80, named: 3, asked: 1 },
];

/// Bytes that the blocks may take; the whole page stays under two megabytes.
const BUDGET: usize = 1_550_000;

impl Depth {
    /// The fullest explanation that fits the page.
    pub(super) fn fitting(summary: &Summary, beside: &Beside) -> Self {
        let [.., brief] = DEPTHS;
        DEPTHS.into_iter().find(|depth| lists(summary, beside, *depth).0.len() <= BUDGET).unwrap_or(brief)
    }

    fn cards(self, beside: &Beside, kind: Proposal) -> Vec<&Card> {
        beside.cards.iter().filter(|card| card.proposal == kind).take(self.shown).collect()
    }

    /// Whether the household has its block on the page.
    pub(super) fn shows(self, household: &str, beside: &Beside) -> bool {
        LISTS.iter().any(|kind| self.cards(beside, *kind).iter().any(|card| card.household == household))
    }
}

pub(super) fn section(summary: &Summary, beside: &Beside, depth: Depth) -> Markup {
    html! {
        section id="households" {
            h2 { (both("逐户说明", "Households")) }
            @if beside.cards.is_empty() { p.note { (both("没有可列出的户。", "There are no households to list.")) } }
            @else {
                @let shown = number(length(depth.shown));
                p.note { (both(
                    &format!("每类最多列 {shown} 户，全部名单见文件。点击展开依据和询问要点；收入距贫困线的百分比、指数得分和概率列于括号内。"),
                    &format!("At most {shown} of each kind; the files hold all. Open one for the grounds and what to ask; brackets hold the distance of income to the line, the index score or the probability."),
                )) }
                div.filter id="filter" hidden {
                    label { (both("筛选（户编号、地区代码、原因…）", "Filter (household, area, reason …)")) " " input type="search" autocomplete="off"; }
                    " " output aria-live="polite" {}
                }
                (lists(summary, beside, depth))
            }
        }
    }
}

fn lists(summary: &Summary, beside: &Beside, depth: Depth) -> Markup {
    html! {
        @for kind in LISTS {
            @let cards = depth.cards(beside, kind);
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
    if household.chars().all(fits) {
        Cow::Borrowed(household)
    } else {
        Cow::Owned(household.chars().map(|c| if fits(c) { c } else { '_' }).collect())
    }
}

fn block(card: &Card, summary: &Summary, beside: &Beside, depth: Depth) -> Markup {
    html! {
        details.household id={ "h-" (anchor(&card.household)) } {
            summary {
                b { (card.household) } " "
                small lang="zh" { (standing(card, |text| &text.zh)) }
                small lang="en" { (standing(card, |text| &text.en)) }
                div lang="zh" { (joined(card.reasons.iter().map(reason), "；", |text| text.zh)) }
                div lang="en" { (joined(card.reasons.iter().map(reason), "; ", |text| text.en)) }
            }
            // One paragraph a language, not one span a word: there are hundreds of these blocks.
            p lang="zh" { (facts(card, "；", |text| &text.zh)) }
            p lang="en" { (facts(card, "; ", |text| &text.en)) }
            @if !card.checks.is_empty() { (checks(card, summary, beside, depth)) }
        }
    }
}

fn joined(texts: impl Iterator<Item = Text>, separator: &str, pick: fn(Text) -> String) -> String {
    texts.map(pick).collect::<Vec<_>>().join(separator)
}

/// Where, how many, what is proposed.
fn standing(card: &Card, pick: fn(&Text) -> &String) -> String {
    let say = |zh: &str, en: &str| pick(&Text::new(zh, en)).clone();
    let mut parts = Vec::new();
    // A household's number mostly begins with the code of its village.
    parts.extend(card.area.clone().filter(|area| !card.household.starts_with(area.as_str())));
    parts.push(format!("{} {}", card.people, say("人", "people")));
    parts.push(pick(&proposal(card.proposal)).clone());
    parts.push(format!("{} {:.0}", say("困难程度", "need"), card.need));
    if card.proposal == Proposal::Verify {
        parts.push(format!("{} {}", say("判错可能", "chance of an error"), percent(f64::from(card.priority) / 1e6)));
    }
    parts.join(" · ")
}

/// The figures behind the reasons, a line each.
fn facts(card: &Card, separator: &str, pick: fn(&Text) -> &String) -> Markup {
    let say = |zh: &str, en: &str| pick(&Text::new(zh, en)).clone();
    let mut lines: Vec<(String, String)> = Vec::new();
    if let Some((income, line)) = card.income.as_ref().zip(card.line.as_ref()) {
        lines.push((say("人均收入：", "Income a head: "), format!("{income}{}{line}", say("，贫困线 ", " against the line of "))));
    }
    if let Some((p, low, high)) = card.probability {
        let figures = format!("{} ({}–{})", percent(p), percent(low), percent(high));
        lines.push((say("模型估计贫困概率：", "Model's probability of poverty: "), figures));
    }
    if let Some(score) = card.score {
        lines.push((say("多维剥夺得分：", "Deprivation score: "), percent(score)));
    }
    for (zh, en, texts) in [
        ("剥夺项：", "Deprived in: ", &card.deprived),
        ("缺失指标：", "Not known: ", &card.missing),
        ("可能原因：", "Likely causes: ", &card.causes),
    ] {
        if !texts.is_empty() {
            lines.push((say(zh, en), texts.iter().map(|text| pick(text).as_str()).collect::<Vec<_>>().join(separator)));
        }
    }
    html! { @for (place, (name, what)) in lines.iter().enumerate() { @if place > 0 { br; } b { (name) } (what) } }
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
