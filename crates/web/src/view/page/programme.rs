//! The programme as it is applied: lines, indicators, checks with their rules, and a place to try a rule.

use maud::{Markup, html};

use crate::text::Words;
use crate::view::form::{Field, Form, Input, field, open, problems, submit};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Tone, section, tag};
use crate::view::table::{Column, Row, plain, table};

/// A programme's definitions.
#[derive(Debug, Clone)]
pub struct Programme {
    pub title: String,
    pub version: String,
    pub lines: Vec<LineRow>,
    pub indicators: Vec<IndicatorRow>,
    pub checks: Vec<CheckRow>,
    /// Tries a rule on one household: fields `rule`, `household`.
    pub tester: Option<Form>,
    pub tested: Option<Tested>,
}

/// A poverty line.
#[derive(Debug, Clone)]
pub struct LineRow {
    pub place: String,
    pub year: i32,
    /// Fen per head and year.
    pub amount_fen: i64,
    pub source: String,
}

/// An indicator of the index.
#[derive(Debug, Clone)]
pub struct IndicatorRow {
    pub dimension: String,
    pub title: String,
    /// As the programme writes it, e.g. `1/6`.
    pub weight: String,
    pub rule: String,
}

/// A check with its rule.
#[derive(Debug, Clone)]
pub struct CheckRow {
    pub id: String,
    pub title: String,
    pub family: String,
    pub rule: String,
    pub source: String,
}

/// The answer of a rule for one household, clause by clause.
#[derive(Debug, Clone)]
pub struct Tested {
    pub answer: String,
    pub clauses: Vec<Clause>,
}

/// A clause and what it came to; `None` if data are missing.
#[derive(Debug, Clone)]
pub struct Clause {
    /// How deep it lies in the rule.
    pub depth: usize,
    pub text: String,
    /// What it read.
    pub values: String,
    pub holds: Option<bool>,
}

#[must_use]
pub fn page(frame: &Frame, view: &Programme) -> Markup {
    let w = frame.words();
    let body = html! {
        @if let Some(form) = &view.tester { (problems(form, w)) }
        p.soft { (view.version) }
        @if let Some(form) = &view.tester { (section("tester", w.get("programme.tester"), &tester(w, form, view.tested.as_ref()))) }
        (section("lines", w.get("programme.lines"), &lines(w, &view.lines)))
        (section("indicators", w.get("programme.indicators"), &indicators(w, &view.indicators)))
        (section("checks", w.get("programme.checks"), &checks(w, &view.checks)))
    };
    desk(
        frame,
        &Head { wide: true, ..Head::new(&view.title).at(Menu::Programme).failed(view.tester.as_ref().is_some_and(Form::failed)) },
        &body,
    )
}

fn lines(w: Words, lines: &[LineRow]) -> Markup {
    let rows: Vec<Vec<String>> =
        lines.iter().map(|line| vec![line.place.clone(), line.year.to_string(), w.money(line.amount_fen), line.source.clone()]).collect();
    let titles = [w.get("overview.area"), w.get("programme.year"), w.get("programme.amount"), w.get("common.source")];
    plain(w, w.get("programme.lines"), &titles, &rows, false)
}

fn indicators(w: Words, indicators: &[IndicatorRow]) -> Markup {
    let columns = [
        Column::new("title", w.get("programme.indicator")),
        Column::new("dimension", w.get("programme.dimension")),
        Column::numeric("weight", w.get("programme.weight")),
        Column::new("rule", w.get("programme.rule")),
    ];
    let rows: Vec<Row> = indicators
        .iter()
        .map(|one| Row::new(vec![html! { (one.title) }, html! { (one.dimension) }, html! { (one.weight) }, html! { code { (one.rule) } }]))
        .collect();
    table(w, w.get("programme.indicators"), &columns, &rows)
}

/// Hundreds of checks: a family opens when it is wanted.
fn checks(w: Words, checks: &[CheckRow]) -> Markup {
    let mut families: Vec<&str> = checks.iter().map(|one| one.family.as_str()).collect();
    families.sort_unstable();
    families.dedup();
    html! {
        @for family in families {
            @let own: Vec<&CheckRow> = checks.iter().filter(|one| one.family == family).collect();
            details { summary { (family) " (" (own.len()) ")" } (family_table(w, family, &own)) }
        }
    }
}

fn family_table(w: Words, family: &str, checks: &[&CheckRow]) -> Markup {
    let columns = [
        Column::new("title", w.get("overview.check")),
        Column::new("rule", w.get("programme.rule")),
        Column::new("source", w.get("common.source")),
    ];
    let row = |one: &&CheckRow| {
        let title = html! { (one.title) br; code.soft { (one.id) } };
        Row::new(vec![title, html! { code { (one.rule) } }, html! { (one.source) }])
    };
    table(w, &w.fill("programme.family_checks", &[("family", family)]), &columns, &checks.iter().map(row).collect::<Vec<_>>())
}

fn tester(w: Words, form: &Form, tested: Option<&Tested>) -> Markup {
    html! {
        (open(form, &html! {
            (field(form, &Field::new("rule", w.get("programme.rule"), Input::Area).hint(w.get("programme.rule_hint")), w))
            (field(form, &Field::new("household", w.get("household.number"), Input::Text), w))
            (submit(w.get("programme.try")))
        }))
        @if let Some(tested) = tested {
            div.box.plain role="status" {
                p { (w.get("programme.answer")) " " strong { (tested.answer) } }
                ul {
                    @for clause in &tested.clauses {
                        li.(format!("deep-{}", clause.depth.min(4))) {
                            code { (clause.text) } " "
                            @match clause.holds {
                                Some(true) => (tag(Tone::Good, w.get("programme.holds"))),
                                Some(false) => (tag(Tone::Bad, w.get("programme.fails"))),
                                None => (tag(Tone::Warning, w.get("programme.missing"))),
                            }
                            " " span.soft { (clause.values) }
                        }
                    }
                }
            }
        }
    }
}
