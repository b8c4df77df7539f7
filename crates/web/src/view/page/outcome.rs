//! What became of each of several things that were wanted at once.

use maud::{Markup, html};

use crate::view::layout::{Frame, Head, Menu, desk, phone};
use crate::view::part::Link;
use crate::view::table::{Column, Row, table};

/// One line for each thing.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub title: String,
    pub menu: Menu,
    pub trail: Vec<Link>,
    /// What the first column names.
    pub subject: String,
    /// What was wanted, what became of it, and the case if one came of it.
    pub rows: Vec<(Link, String, Option<Link>)>,
    pub back: Link,
}

#[must_use]
pub fn page(frame: &Frame, view: &Outcome) -> Markup {
    let w = frame.words();
    let cases = view.rows.iter().any(|(_, _, case)| case.is_some());
    let mut columns = vec![Column::new("subject", &view.subject), Column::new("result", w.get("household.result"))];
    if cases {
        columns.push(Column::new("case", w.get("case.number")));
    }
    let cells = |(subject, result, case): &(Link, String, Option<Link>)| {
        Row::new(vec![subject.show(), html! { (result) }, html! { @if let Some(case) = case { (case.show()) } @else { "–" } }])
    };
    let rows: Vec<Row> = view.rows.iter().map(cells).collect();
    let body = html! {
        (table(w, &view.title, &columns, &rows))
        p.actions { a.button href=(view.back.href) { (view.back.text) } }
    };
    let head = Head::new(&view.title).at(view.menu).under(view.trail.clone());
    if Menu::PHONE.contains(&view.menu) { phone(frame, &head, &body) } else { desk(frame, &head, &body) }
}
