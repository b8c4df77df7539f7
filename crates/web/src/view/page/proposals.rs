//! What one run proposes, household by household; marked ones become cases.

use maud::{Markup, html};

use super::case_list::Tab;
use super::word::Proposal;
use crate::text::Words;
use crate::view::form::{Form, open, problems, submit};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Link, Pair, pairs};
use crate::view::table::{Column, Paging, Row, Select, paging, table};

/// One proposal of a run, the most urgent households first. The form sends `row` for each marked one.
#[derive(Debug, Clone)]
pub struct Proposals {
    pub run: String,
    pub trail: Vec<Link>,
    /// What the run was computed from.
    pub facts: Vec<Pair>,
    pub tabs: Vec<Tab>,
    /// Absent for those who open no cases.
    pub form: Option<Form>,
    pub rows: Vec<ProposalRow>,
    pub paging: Paging,
}

/// A household with the reasons.
#[derive(Debug, Clone)]
pub struct ProposalRow {
    pub id: String,
    pub household: Link,
    pub head: String,
    pub village: String,
    pub proposal: Option<Proposal>,
    pub why: Vec<String>,
    /// Titles of causes, the main one first.
    pub causes: String,
    /// The procedure that it opens; none opens for it otherwise.
    pub procedure: Option<String>,
    /// A case that is open already.
    pub case: Option<Link>,
}

#[must_use]
pub fn page(frame: &Frame, view: &Proposals) -> Markup {
    let w = frame.words();
    let columns = [
        Column::new("household", w.get("household.number")),
        Column::new("head", w.get("household.head")),
        Column::new("village", w.get("household.village")),
        Column::new("proposal", w.get("household.proposal")),
        Column::new("why", w.get("household.reasons")),
        Column::new("cause", w.get("household.cause")),
        Column::new("procedure", w.get("run.procedure")),
    ];
    let rows: Vec<Row> = view.rows.iter().map(|row| line(w, row, view.form.is_some())).collect();
    let list = html! { (table(w, w.get("run.proposals"), &columns, &rows)) };
    let body = html! {
        (pairs(&view.facts))
        nav.tabs aria-label=(w.get("run.proposals")) {
            @for tab in &view.tabs { a href=(tab.href) aria-current=[tab.here.then_some("page")] { (tab.text) " (" (w.count(tab.count)) ")" } }
        }
        @if let Some(form) = &view.form {
            (problems(form, w))
            (open(form, &html! { (list) @if rows.iter().any(|row| row.select.is_some()) { p.actions { (submit(w.get("run.open_cases"))) } } }))
        } @else { (list) }
        (paging(w, &view.paging))
    };
    desk(frame, &Head { wide: true, ..Head::new(&view.run).at(Menu::Runs).under(view.trail.clone()) }, &body)
}

fn line(w: Words, row: &ProposalRow, may_open: bool) -> Row {
    let cells = vec![
        row.household.show(),
        html! { (row.head) },
        html! { (row.village) },
        html! { @if let Some(proposal) = row.proposal { (proposal.show(w)) } @else { "–" } },
        html! { (row.why.join(" · ")) },
        html! { (row.causes) },
        html! { @if let Some(case) = &row.case { (case.show()) } @else { (row.procedure.as_deref().unwrap_or("–")) } },
    ];
    let open = may_open && row.case.is_none() && row.procedure.is_some();
    let select = open.then(|| Select { value: row.id.clone(), label: row.id.clone(), blocked: false });
    Row { select, cells }
}
