//! Cases that wait for somebody: to do and overdue.

use chrono::NaiveDate;
use maud::{Markup, html};

use super::word::Proposal;
use crate::text::Words;
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Link, Tone, due, tag};
use crate::view::table::{Column, Paging, Row, paging, table};

/// A page of cases.
#[derive(Debug, Clone)]
pub struct CaseList {
    pub today: NaiveDate,
    pub tabs: Vec<Tab>,
    pub rows: Vec<CaseRow>,
    pub paging: Paging,
    /// Steps whose cases the visitor can deal with together.
    pub together: Vec<Link>,
}

/// A saved list with its count.
#[derive(Debug, Clone)]
pub struct Tab {
    pub text: String,
    pub href: String,
    pub count: u64,
    pub here: bool,
}

/// A case in a list.
#[derive(Debug, Clone)]
pub struct CaseRow {
    pub number: String,
    pub href: String,
    pub subject: String,
    pub head: String,
    pub village: String,
    pub step: String,
    pub due_on: Option<NaiveDate>,
    pub proposal: Option<Proposal>,
    /// Checks that fired.
    pub flags: u64,
}

#[must_use]
pub fn page(frame: &Frame, view: &CaseList) -> Markup {
    let w = frame.words();
    let columns = [
        Column::new("number", w.get("case.number")),
        Column::new("subject", w.get("case.subject")),
        Column::new("head", w.get("household.head")),
        Column::new("village", w.get("household.village")),
        Column::new("step", w.get("overview.step")),
        Column::new("due", w.get("case.due")),
        Column::new("proposal", w.get("household.proposal")),
        Column::numeric("flags", w.get("household.flags")),
    ];
    let rows: Vec<Row> = view.rows.iter().map(|row| line(w, row, view.today)).collect();
    let body = html! {
        nav.tabs aria-label=(w.get("case.lists")) {
            @for tab in &view.tabs { a href=(tab.href) aria-current=[tab.here.then_some("page")] { (tab.text) " (" (w.count(tab.count)) ")" } }
        }
        @if !view.together.is_empty() {
            nav.actions aria-label=(w.get("case.decide_together")) {
                span.soft { (w.get("case.decide_together")) } " "
                @for one in &view.together { a.button href=(one.href) { (one.text) } }
            }
        }
        (table(w, w.get("case.list_caption"), &columns, &rows))
        (paging(w, &view.paging))
    };
    desk(frame, &Head { wide: true, ..Head::new(w.get("case.list_title")).at(Menu::Cases) }, &body)
}

fn line(w: Words, row: &CaseRow, today: NaiveDate) -> Row {
    Row::new(vec![
        html! { a href=(row.href) { (row.number) } },
        html! { (row.subject) },
        html! { (row.head) },
        html! { (row.village) },
        html! { (row.step) },
        html! { @if let Some(day) = row.due_on { (due(w, day, today)) } @else { "–" } },
        html! { @if let Some(proposal) = row.proposal { (proposal.show(w)) } @else { "–" } },
        html! { @if row.flags > 0 { (tag(Tone::Bad, &w.count(row.flags))) } @else { "0" } },
    ])
}
