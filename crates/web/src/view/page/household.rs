//! Everything about one household on one page; prints to A4.

use chrono::{NaiveDate, NaiveDateTime};
use maud::{Markup, html};

use super::word::{Proposal, Status};
use crate::text::Words;
use crate::view::chart::{Share, composition};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Event, Link, Pair, Tone, events, note, pairs, section, tag};
use crate::view::table::{Column, Row, plain, table};

/// A household as an official with the right to it sees it.
#[derive(Debug, Clone)]
pub struct Household {
    pub number: String,
    pub head: String,
    pub trail: Vec<Link>,
    pub status: Status,
    /// Village, helper, telephone (masked) and the like.
    pub summary: Vec<Pair>,
    pub members: Vec<Member>,
    pub dwelling: Vec<Pair>,
    pub facts: Vec<Fact>,
    pub income: Income,
    /// Absent where no run has assessed the household.
    pub score: Option<Score>,
    pub timeline: Vec<Event>,
    pub spells: Vec<Spell>,
    pub documents: Vec<Document>,
    pub visits: Vec<VisitRecord>,
    pub looks: Vec<Look>,
    /// What the visitor may begin from here.
    pub actions: Vec<Link>,
}

/// A member of the household.
#[derive(Debug, Clone)]
pub struct Member {
    pub name: String,
    pub relation: String,
    /// Already masked ([`crate::view::part::mask_identity`]).
    pub masked_identity: String,
    pub sex: String,
    pub born_on: Option<NaiveDate>,
    pub education: String,
    pub health: String,
    pub labour: String,
    pub work: String,
}

/// The same fact from three sides.
#[derive(Debug, Clone)]
pub struct Fact {
    pub name: String,
    pub declared: Option<Said>,
    pub observed: Option<Said>,
    pub compared: Option<Said>,
    /// The sides do not agree.
    pub differs: bool,
}

/// What one side says, and since when.
#[derive(Debug, Clone)]
pub struct Said {
    pub value: String,
    pub source: String,
    pub on: NaiveDate,
}

/// Income of a year; amounts in fen.
#[derive(Debug, Clone)]
pub struct Income {
    pub year: i32,
    /// The kinds with their amounts, costs below zero.
    pub parts: Vec<(String, i64)>,
    pub per_head_fen: Option<i64>,
    pub line_fen: Option<i64>,
}

/// What a run made of the evidence.
#[derive(Debug, Clone)]
pub struct Score {
    /// Absent where nothing is to be done.
    pub proposal: Option<Proposal>,
    /// Probability of being under the line, in thousandths, with its interval.
    pub probability_per_mille: Option<(i64, i64, i64)>,
    pub reasons: Vec<Reason>,
    /// What would change the proposal, a sentence each.
    pub changes: Vec<String>,
    pub run: Link,
}

/// A reason for or against need.
#[derive(Debug, Clone)]
pub struct Reason {
    pub text: String,
    /// Speaks for need, or against it; neither where it only says that the evidence is not enough.
    pub speaks_for: Option<bool>,
    /// Points or weight as text.
    pub weight: String,
}

/// A time in the programme.
#[derive(Debug, Clone)]
pub struct Spell {
    pub kind: String,
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
    pub reason: String,
}

/// A paper or a photograph.
#[derive(Debug, Clone)]
pub struct Document {
    pub title: String,
    pub href: String,
    pub on: NaiveDate,
    pub by: String,
}

/// A visit that was made.
#[derive(Debug, Clone)]
pub struct VisitRecord {
    pub on: NaiveDate,
    pub by: String,
    pub result: String,
    pub href: String,
}

/// Somebody opened the household's record.
#[derive(Debug, Clone)]
pub struct Look {
    pub at: NaiveDateTime,
    pub who: String,
    pub role: String,
    /// The purpose that was stated.
    pub why: String,
    /// Which part was read.
    pub what: String,
}

#[must_use]
pub fn page(frame: &Frame, view: &Household) -> Markup {
    let w = frame.words();
    let body = html! {
        p.state { (view.status.show(w)) " " span.soft { (view.number) } }
        p.actions { @for action in &view.actions { a.button href=(action.href) { (action.text) } } }
        nav.contents aria-label=(w.get("household.contents")) {
            @for (id, key) in SECTIONS { a href=(format!("#{id}")) { (w.get(key)) } }
        }
        (pairs(&view.summary))
        (section("score", w.get("household.score"), &score(w, view.score.as_ref())))
        (section("members", w.get("household.members"), &members(w, &view.members)))
        (section("facts", w.get("household.facts"), &facts(w, &view.facts)))
        div.pair {
            (section("income", w.get("household.income"), &income(w, &view.income)))
            (section("dwelling", w.get("household.dwelling"), &pairs(&view.dwelling)))
        }
        (section("timeline", w.get("household.timeline"), &events(w, &view.timeline)))
        div.pair {
            (section("spells", w.get("household.spells"), &spells(w, &view.spells)))
            (section("visits", w.get("household.visits"), &visits(w, &view.visits)))
        }
        div.pair {
            (section("documents", w.get("household.documents"), &documents(w, &view.documents)))
            (section("looks", w.get("household.looks"), &looks(w, &view.looks)))
        }
    };
    desk(frame, &Head { wide: true, ..Head::new(&view.head).at(Menu::Households).under(view.trail.clone()) }, &body)
}

const SECTIONS: [(&str, &str); 10] = [
    ("score", "household.score"),
    ("members", "household.members"),
    ("facts", "household.facts"),
    ("income", "household.income"),
    ("dwelling", "household.dwelling"),
    ("timeline", "household.timeline"),
    ("spells", "household.spells"),
    ("visits", "household.visits"),
    ("documents", "household.documents"),
    ("looks", "household.looks"),
];

fn score(w: Words, score: Option<&Score>) -> Markup {
    let Some(score) = score else { return note(Tone::Plain, w.get("household.not_assessed")) };
    html! {
        p {
            (w.get("household.proposal")) " " @if let Some(proposal) = score.proposal { (proposal.show(w)) } @else { (w.get("proposal.none")) } " "
            @if let Some((value, low, high)) = score.probability_per_mille {
                (w.fill("household.probability", &[("value", &w.per_mille(value)), ("low", &w.per_mille(low)), ("high", &w.per_mille(high))]))
            }
            " " (score.run.show())
        }
        div.pair {
            div { h3 { (w.get("household.reasons")) } ul.reasons {
                @for reason in &score.reasons {
                    li {
                        @match reason.speaks_for {
                            Some(true) => { (tag(Tone::Warning, w.get("household.speaks_for"))) }
                            Some(false) => { (tag(Tone::Plain, w.get("household.speaks_against"))) }
                            None => { (tag(Tone::Plain, w.get("household.speaks_unclear"))) }
                        }
                        " " (reason.text) " " span.soft { (reason.weight) }
                    }
                }
            } }
            div { h3 { (w.get("household.would_change")) } ul { @for change in &score.changes { li { (change) } } } }
        }
        p.note { (w.get("household.people_decide")) }
    }
}

fn members(w: Words, members: &[Member]) -> Markup {
    let titles = [
        w.get("household.name"),
        w.get("household.relation"),
        w.get("household.identity"),
        w.get("household.sex"),
        w.get("household.born_on"),
        w.get("household.education"),
        w.get("household.health"),
        w.get("household.labour"),
        w.get("household.work"),
    ];
    let rows: Vec<Vec<String>> = members
        .iter()
        .map(|m| {
            let born = m.born_on.map_or_else(|| w.get("common.unknown").to_owned(), |day| w.day(day));
            [&m.name, &m.relation, &m.masked_identity, &m.sex, &born, &m.education, &m.health, &m.labour, &m.work]
                .map(String::clone)
                .to_vec()
        })
        .collect();
    plain(w, w.get("household.members"), &titles, &rows, false)
}

fn facts(w: Words, facts: &[Fact]) -> Markup {
    let columns = [
        Column::new("fact", w.get("household.fact")),
        Column::new("declared", w.get("household.declared")),
        Column::new("observed", w.get("household.observed")),
        Column::new("compared", w.get("household.compared")),
        Column::new("agree", w.get("household.agree")),
    ];
    let rows: Vec<Row> = facts
        .iter()
        .map(|fact| {
            let agree = if fact.differs {
                tag(Tone::Bad, w.get("household.differs"))
            } else {
                html! { (w.get("household.agrees")) }
            };
            let side = |side: &Option<Said>| said(w, side.as_ref());
            Row::new(vec![html! { (fact.name) }, side(&fact.declared), side(&fact.observed), side(&fact.compared), agree])
        })
        .collect();
    table(w, w.get("household.facts_caption"), &columns, &rows)
}

fn said(w: Words, said: Option<&Said>) -> Markup {
    html! {
        @match said {
            Some(said) => { (said.value) br; span.soft { (said.source) " " span.nowrap { (w.day(said.on)) } } },
            None => span.soft { (w.get("common.not_stated")) },
        }
    }
}

fn income(w: Words, income: &Income) -> Markup {
    let shares: Vec<Share> =
        income.parts.iter().map(|(name, fen)| Share { name: name.clone(), value: *fen, shown: w.yuan(*fen) }).collect();
    html! {
        (composition(w, &w.fill("household.income_of", &[("year", &income.year.to_string())]), &shares))
        @if let (Some(per_head), Some(line)) = (income.per_head_fen, income.line_fen) {
            p {
                (w.fill("household.against_line", &[("income", &w.yuan(per_head)), ("line", &w.yuan(line))])) " "
                @if per_head < line { (tag(Tone::Bad, w.get("household.under_line"))) } @else { (tag(Tone::Good, w.get("household.over_line"))) }
            }
        }
    }
}

fn spells(w: Words, spells: &[Spell]) -> Markup {
    let rows: Vec<Vec<String>> = spells
        .iter()
        .map(|spell| {
            let until = spell.until.map_or_else(|| w.get("household.ongoing").to_owned(), |day| w.day(day));
            vec![spell.kind.clone(), w.day(spell.from), until, spell.reason.clone()]
        })
        .collect();
    let titles = [w.get("household.spell"), w.get("common.from"), w.get("common.until"), w.get("common.reason")];
    plain(w, w.get("household.spells"), &titles, &rows, false)
}

fn visits(w: Words, visits: &[VisitRecord]) -> Markup {
    let columns =
        [Column::new("on", w.get("common.day")), Column::new("by", w.get("common.by")), Column::new("result", w.get("household.result"))];
    let rows: Vec<Row> = visits
        .iter()
        .map(|visit| Row::new(vec![html! { a href=(visit.href) { (w.day(visit.on)) } }, html! { (visit.by) }, html! { (visit.result) }]))
        .collect();
    table(w, w.get("household.visits"), &columns, &rows)
}

fn documents(w: Words, documents: &[Document]) -> Markup {
    let columns =
        [Column::new("title", w.get("household.document")), Column::new("on", w.get("common.day")), Column::new("by", w.get("common.by"))];
    let rows: Vec<Row> = documents
        .iter()
        .map(|document| {
            Row::new(vec![
                html! { a href=(document.href) { (document.title) } },
                html! { span.nowrap { (w.day(document.on)) } },
                html! { (document.by) },
            ])
        })
        .collect();
    table(w, w.get("household.documents"), &columns, &rows)
}

pub(super) fn looks(w: Words, looks: &[Look]) -> Markup {
    let titles = [w.get("common.when"), w.get("common.who"), w.get("access.role"), w.get("access.why"), w.get("access.what")];
    let rows: Vec<Vec<String>> = looks
        .iter()
        .map(|look| vec![w.moment(look.at), look.who.clone(), look.role.clone(), look.why.clone(), look.what.clone()])
        .collect();
    plain(w, w.get("household.looks"), &titles, &rows, false)
}
