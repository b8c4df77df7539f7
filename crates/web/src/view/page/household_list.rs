//! The working list of an area: its households, filtered by what stands in the URL.

use chrono::NaiveDate;
use maud::{Markup, html};

use super::word::{Proposal, Status};
use crate::text::Words;
use crate::view::form::Choice;
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
    /// Where the export begins: it asks for a reason, and is logged.
    pub export_href: Option<String>,
}

/// What the list is narrowed to; each is a parameter of the URL of the same name.
#[derive(Debug, Clone, Default)]
pub struct Filter {
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
        (filter(w, view))
        div.toolbar {
            (choose_columns(w, &view.action, &columns, &kept(&view.filter)))
            @if let Some(href) = &view.export_href { a.button href=(href) { (w.get("table.export")) } }
        }
        (table(w, w.get("household.list_caption"), &columns, &rows))
        (paging(w, &view.paging))
    };
    let title = w.fill("household.list_title", &[("area", &view.area)]);
    desk(frame, &Head { wide: true, ..Head::new(title).at(Menu::Households).under(view.trail.clone()) }, &body)
}

fn kept(filter: &Filter) -> Vec<(String, String)> {
    [("q", &filter.text), ("status", &filter.status), ("proposal", &filter.proposal), ("cause", &filter.cause)]
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
    let statuses: Vec<Choice> = Status::ALL.into_iter().map(|status| Choice::new(status.code(), status.text(w))).collect();
    let proposals: Vec<Choice> = Proposal::ALL.into_iter().map(|proposal| Choice::new(proposal.code(), proposal.text(w))).collect();
    let filter = &view.filter;
    html! {
        form.filter action=(view.action) method="get" role="search" aria-label=(w.get("table.filter")) {
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
