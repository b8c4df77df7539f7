//! Runs of the identification, and what changed between two of them.

use chrono::NaiveDateTime;
use maud::{Markup, html};

use super::word::Proposal;
use crate::text::Words;
use crate::view::form::{Form, open, problems, submit};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Figure, Link, figures, section};
use crate::view::table::{Column, Paging, Row, paging, table};

/// All runs, latest first.
#[derive(Debug, Clone)]
pub struct Runs {
    pub rows: Vec<RunRow>,
    /// Starts a run; absent for those who may not.
    pub start: Option<Form>,
    /// Where two runs are compared: takes `from` and `to`.
    pub compare_action: String,
}

/// A run with its counts.
#[derive(Debug, Clone)]
pub struct RunRow {
    pub id: String,
    pub href: String,
    pub at: NaiveDateTime,
    pub programme: String,
    pub by: String,
    pub households: u64,
    pub admit: u64,
    pub keep: u64,
    pub verify: u64,
    pub review_removal: u64,
}

#[must_use]
pub fn list(frame: &Frame, view: &Runs) -> Markup {
    let w = frame.words();
    let columns = [
        Column::new("run", w.get("run.run")),
        Column::new("at", w.get("common.when")),
        Column::new("programme", w.get("run.programme")),
        Column::new("by", w.get("common.by")),
        Column::numeric("households", w.get("run.households")),
        Column::numeric("admit", w.get("proposal.admit")),
        Column::numeric("keep", w.get("proposal.keep")),
        Column::numeric("verify", w.get("proposal.verify")),
        Column::numeric("review_removal", w.get("proposal.review_removal")),
    ];
    let rows: Vec<Row> = view.rows.iter().map(|row| line(w, row)).collect();
    let body = html! {
        @if let Some(form) = &view.start {
            (problems(form, w))
            (open(form, &html! { p { (w.get("run.about")) } (submit(w.get("run.start"))) }))
        }
        (table(w, w.get("run.caption"), &columns, &rows))
        @if view.rows.len() > 1 {
            form.filter action=(view.compare_action) method="get" {
                (choose(w.get("run.from"), "from", &view.rows, 1))
                (choose(w.get("run.to"), "to", &view.rows, 0))
                button type="submit" { (w.get("run.compare")) }
            }
        }
    };
    desk(frame, &Head { wide: true, ..Head::new(w.get("run.title")).at(Menu::Runs) }, &body)
}

fn choose(label: &str, name: &str, rows: &[RunRow], offered: usize) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            select id=(name) name=(name) { @for (place, row) in rows.iter().enumerate() { option value=(row.id) selected[place == offered] { (row.id) } } }
        }
    }
}

fn line(w: Words, row: &RunRow) -> Row {
    let counts = [row.households, row.admit, row.keep, row.verify, row.review_removal];
    let mut cells =
        vec![html! { a href=(row.href) { (row.id) } }, html! { (w.moment(row.at)) }, html! { (row.programme) }, html! { (row.by) }];
    cells.extend(counts.map(|count| html! { (w.count(count)) }));
    Row::new(cells)
}

/// Two runs side by side.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub from: Link,
    pub to: Link,
    pub unchanged: u64,
    /// Of the whole area; the lists below hold one page.
    pub enter_count: u64,
    pub leave_count: u64,
    pub other_count: u64,
    pub entering: Vec<Move>,
    pub leaving: Vec<Move>,
    /// Neither into the programme nor out of it.
    pub other: Vec<Move>,
    pub paging: Paging,
    /// What differs between the runs themselves: data, programme, model.
    pub causes: Vec<String>,
}

/// A household whose proposal changed.
#[derive(Debug, Clone)]
pub struct Move {
    pub household: Link,
    pub head: String,
    pub village: String,
    pub before: Option<Proposal>,
    pub after: Option<Proposal>,
    /// What made the difference.
    pub why: String,
}

#[must_use]
pub fn comparison(frame: &Frame, view: &Comparison) -> Markup {
    let w = frame.words();
    let figure = |key, count: u64, href: &str| Figure {
        name: w.get(key).to_owned(),
        value: w.count(count),
        href: Some(href.to_owned()),
        small: None,
    };
    let body = html! {
        p { (view.from.show()) " → " (view.to.show()) }
        (figures(&[
            figure("run.entering", view.enter_count, "#entering"),
            figure("run.leaving", view.leave_count, "#leaving"),
            figure("run.other", view.other_count, "#other"),
            Figure { name: w.get("run.unchanged").to_owned(), value: w.count(view.unchanged), href: None, small: None },
        ]))
        (section("causes", w.get("run.causes"), &html! { ul { @for cause in &view.causes { li { (cause) } } } }))
        (section("entering", w.get("run.entering"), &moves(w, w.get("run.entering"), &view.entering)))
        (section("leaving", w.get("run.leaving"), &moves(w, w.get("run.leaving"), &view.leaving)))
        (section("other", w.get("run.other"), &moves(w, w.get("run.other"), &view.other)))
        (paging(w, &view.paging))
    };
    let trail = vec![Link::new(w.get("run.title"), Menu::Runs.href())];
    desk(frame, &Head { wide: true, ..Head::new(w.get("run.comparison_title")).at(Menu::Runs).under(trail) }, &body)
}

fn moves(w: Words, caption: &str, moves: &[Move]) -> Markup {
    let columns = [
        Column::new("household", w.get("household.number")),
        Column::new("head", w.get("household.head")),
        Column::new("village", w.get("household.village")),
        Column::new("before", w.get("case.before")),
        Column::new("after", w.get("case.after")),
        Column::new("why", w.get("run.why")),
    ];
    let show = |proposal: Option<Proposal>| html! { @if let Some(proposal) = proposal { (proposal.show(w)) } @else { "–" } };
    let rows: Vec<Row> = moves
        .iter()
        .map(|one| {
            let (head, village, why) = (html! { (one.head) }, html! { (one.village) }, html! { (one.why) });
            Row::new(vec![one.household.show(), head, village, show(one.before), show(one.after), why])
        })
        .collect();
    table(w, caption, &columns, &rows)
}
