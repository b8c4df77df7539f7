//! The working list of an area: its households, filtered by what stands in the URL.

use app::spreadsheet::Value;
use chrono::NaiveDate;
use maud::{Markup, html};

use super::word::{Proposal, Status};
use crate::text::Words;
use crate::view::form::{Choice, Field, Form, Input, field, open, problems, submit, submit_as};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Link, Tone, tag};
use crate::view::table::{Column, Paging, Row, choose_columns, paging, table};

/// A page of households.
#[derive(Debug, Clone)]
pub struct HouseholdList {
    pub area: String,
    pub trail: Vec<Link>,
    /// Path of the list without query.
    pub action: String,
    pub filter: Filter,
    /// Names of the columns to show, out of [`columns`]; empty for all.
    pub columns: Vec<String>,
    pub rows: Vec<HouseholdRow>,
    pub paging: Paging,
    /// Lists that the visitor keeps.
    pub saved: Vec<Saved>,
    /// Keeps this list (field `name`) or forgets one (`forget`); the list goes along as `query`.
    pub keep: Form,
    /// Takes the list along as a workbook: asks for the `reason`, which is logged.
    pub export: Option<Form>,
}

/// A list kept by name.
#[derive(Debug, Clone)]
pub struct Saved {
    pub link: Link,
    /// The one that is shown.
    pub here: bool,
}

/// What the list is narrowed to; each is a parameter of the URL of the same name.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub area: String,
    pub text: String,
    pub status: String,
    pub proposal: String,
    pub cause: String,
    pub causes: Vec<Choice>,
}

/// A household in a list.
#[derive(Debug, Clone)]
pub struct HouseholdRow {
    pub number: String,
    pub href: String,
    pub head: String,
    pub village: String,
    pub status: Status,
    pub persons: u64,
    /// Fen a year.
    pub income_per_head_fen: Option<i64>,
    pub proposal: Option<Proposal>,
    pub cause: String,
    pub visited_on: Option<NaiveDate>,
    /// Checks that fired.
    pub flags: u64,
}

/// Names of the columns in URLs.
pub const NAMES: [&str; 10] = ["number", "head", "village", "status", "persons", "income", "proposal", "cause", "visited", "flags"];

/// All columns of the list.
#[must_use]
pub fn columns(w: Words) -> Vec<Column> {
    vec![
        Column::new("number", w.get("household.number")),
        Column::new("head", w.get("household.head")),
        Column::new("village", w.get("household.village")),
        Column::new("status", w.get("household.status")),
        Column::numeric("persons", w.get("household.persons")),
        Column::numeric("income", w.get("household.income_per_head")),
        Column::new("proposal", w.get("household.proposal")),
        Column::new("cause", w.get("household.cause")),
        Column::new("visited", w.get("household.visited_on")),
        Column::numeric("flags", w.get("household.flags")),
    ]
}

#[must_use]
pub fn page(frame: &Frame, view: &HouseholdList) -> Markup {
    let w = frame.words();
    let mut columns = columns(w);
    for column in &mut columns {
        column.shown = view.columns.is_empty() || view.columns.contains(&column.name);
    }
    let rows: Vec<Row> = view.rows.iter().map(|row| line(w, row)).collect();
    let body = html! {
        (saved(w, view))
        (problems(&view.keep, w))
        @if let Some(form) = &view.export { (problems(form, w)) }
        (filter(w, view))
        div.toolbar {
            (choose_columns(w, &view.action, &columns, &kept(&view.filter)))
            (folded(&view.keep, w.get("list.keep"), &html! {
                (field(&view.keep, &Field::new("name", w.get("list.name"), Input::Text), w))
                (submit(w.get("list.keep")))
            }))
            @if let Some(form) = &view.export {
                (folded(form, w.get("table.export"), &html! {
                    (field(form, &Field::new("reason", w.get("list.reason"), Input::Text).hint(w.get("list.reason_hint")), w))
                    (submit(w.get("table.export")))
                }))
            }
        }
        (table(w, w.get("household.list_caption"), &columns, &rows))
        (paging(w, &view.paging))
    };
    let title = w.fill("household.list_title", &[("area", &view.area)]);
    let failed = view.keep.failed() || view.export.as_ref().is_some_and(Form::failed);
    desk(frame, &Head { wide: true, ..Head::new(title).at(Menu::Households).under(view.trail.clone()).failed(failed) }, &body)
}

/// A form that opens when it is wanted, or when something was wrong with it.
fn folded(form: &Form, title: &str, fields: &Markup) -> Markup {
    html! {
        details.columns-choice open[form.failed()] {
            summary { (title) }
            (open(form, &html! { input type="hidden" name="query" value=(form.value("query")); (fields) }))
        }
    }
}

fn saved(w: Words, view: &HouseholdList) -> Markup {
    html! {
        @if !view.saved.is_empty() {
            nav.tabs aria-label=(w.get("list.saved")) {
                @for one in &view.saved { a href=(one.link.href) aria-current=[one.here.then_some("page")] { (one.link.text) } }
            }
        }
        @for one in view.saved.iter().filter(|one| one.here) {
            (open(&Form { id: "forget".to_owned(), ..view.keep.clone() }, &html! {
                input type="hidden" name="query" value=(view.keep.value("query"));
                (submit_as("forget", &one.link.text, &w.fill("list.forget", &[("name", &one.link.text)])))
            }))
        }
    }
}

/// The columns shown and the rows, as a workbook takes them.
#[must_use]
pub fn sheet(w: Words, chosen: &[String], rows: &[HouseholdRow]) -> (Vec<String>, Vec<Vec<Value>>) {
    let shown: Vec<bool> = NAMES.iter().map(|name| chosen.is_empty() || chosen.iter().any(|one| one == name)).collect();
    let titles = columns(w).into_iter().zip(&shown).filter(|(_, shown)| **shown).map(|(column, _)| column.title);
    let row = |row: &HouseholdRow| -> Vec<Value> {
        let values = [
            Value::Text(row.number.clone()),
            Value::Text(row.head.clone()),
            Value::Text(row.village.clone()),
            Value::Text(row.status.text(w).to_owned()),
            Value::Count(row.persons),
            row.income_per_head_fen.map_or(Value::Missing, Value::Money),
            row.proposal.map_or(Value::Missing, |proposal| Value::Text(proposal.text(w).to_owned())),
            Value::Text(row.cause.clone()),
            row.visited_on.map_or(Value::Missing, Value::Day),
            Value::Count(row.flags),
        ];
        values.into_iter().zip(&shown).filter(|(_, shown)| **shown).map(|(value, _)| value).collect()
    };
    (titles.collect(), rows.iter().map(row).collect())
}

fn kept(filter: &Filter) -> Vec<(String, String)> {
    [("area", &filter.area), ("q", &filter.text), ("status", &filter.status), ("proposal", &filter.proposal), ("cause", &filter.cause)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}

fn line(w: Words, row: &HouseholdRow) -> Row {
    Row::new(vec![
        html! { a href=(row.href) { (row.number) } },
        html! { (row.head) },
        html! { (row.village) },
        row.status.show(w),
        html! { (w.count(row.persons)) },
        html! { @if let Some(fen) = row.income_per_head_fen { (w.yuan(fen)) } @else { (w.get("common.unknown")) } },
        html! { @if let Some(proposal) = row.proposal { (proposal.show(w)) } @else { "–" } },
        html! { (row.cause) },
        html! { @if let Some(day) = row.visited_on { (w.day(day)) } @else { (w.get("common.never")) } },
        html! { @if row.flags > 0 { (tag(Tone::Bad, &w.count(row.flags))) } @else { "0" } },
    ])
}

fn filter(w: Words, view: &HouseholdList) -> Markup {
    let one = |status: Status| Choice::new(status.code(), status.text(w));
    let inside = Choice::new(registry::working_list::INSIDE, w.get("status.inside"));
    let statuses: Vec<Choice> = std::iter::once(inside).chain(Status::ALL.into_iter().map(one)).collect();
    let proposals: Vec<Choice> = Proposal::ALL.into_iter().map(|proposal| Choice::new(proposal.code(), proposal.text(w))).collect();
    let filter = &view.filter;
    html! {
        form.filter action=(view.action) method="get" role="search" aria-label=(w.get("table.filter")) {
            @if !filter.area.is_empty() { input type="hidden" name="area" value=(filter.area); }
            @for column in &view.columns { input type="hidden" name="column" value=(column); }
            div { label for="f-q" { (w.get("household.filter_text")) } input #f-q name="q" type="search" value=(filter.text); }
            (select(w, "status", w.get("household.status"), &statuses, &filter.status))
            (select(w, "proposal", w.get("household.proposal"), &proposals, &filter.proposal))
            (select(w, "cause", w.get("household.cause"), &filter.causes, &filter.cause))
            button type="submit" { (w.get("table.filter")) }
            a href=(view.action) { (w.get("table.clear")) }
        }
    }
}

fn select(w: Words, name: &str, label: &str, choices: &[Choice], chosen: &str) -> Markup {
    let id = format!("f-{name}");
    html! {
        div {
            label for=(id) { (label) }
            select id=(id) name=(name) {
                option value="" { (w.get("table.all")) }
                @for choice in choices { option value=(choice.value) selected[choice.value == chosen] { (choice.text) } }
            }
        }
    }
}
