//! Deciding on many cases at once: differences in view, flagged rows only after their evidence was opened.

use maud::{Markup, html};

use super::case::Change;
use super::word::Proposal;
use crate::text::Words;
use crate::view::form::{Field, Form, Input, field, open, problems, submit_as};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Link, Tone, note, tag};
use crate::view::table::{Column, Row, Select, table};

/// Cases of one step; the form sends `row` for each marked one, `decision` (`approve` or `return`) and `reason`.
#[derive(Debug, Clone)]
pub struct Bulk {
    pub step: String,
    pub trail: Vec<Link>,
    pub form: Form,
    pub rows: Vec<BulkRow>,
}

/// A case to decide on.
#[derive(Debug, Clone)]
pub struct BulkRow {
    pub id: String,
    pub case: Link,
    pub head: String,
    pub village: String,
    pub proposal: Option<Proposal>,
    pub changes: Vec<Change>,
    /// Titles of the checks that fired.
    pub flags: Vec<String>,
    pub evidence_href: String,
    /// The visitor has opened the evidence.
    pub opened: bool,
}

impl BulkRow {
    fn blocked(&self) -> bool {
        !self.flags.is_empty() && !self.opened
    }
}

#[must_use]
pub fn page(frame: &Frame, view: &Bulk) -> Markup {
    let w = frame.words();
    let columns = [
        Column::new("case", w.get("case.number")),
        Column::new("head", w.get("household.head")),
        Column::new("village", w.get("household.village")),
        Column::new("proposal", w.get("household.proposal")),
        Column::new("changes", w.get("case.changes")),
        Column::new("flags", w.get("household.flags")),
        Column::new("evidence", w.get("case.evidence")),
    ];
    let rows: Vec<Row> = view.rows.iter().map(|row| line(w, row)).collect();
    let blocked = view.rows.iter().filter(|row| row.blocked()).count();
    let body = html! {
        (problems(&view.form, w))
        @if blocked > 0 { (note(Tone::Warning, &w.fill("bulk.blocked", &[("count", &blocked.to_string())]))) }
        (open(&view.form, &html! {
            (table(w, w.get("bulk.caption"), &columns, &rows))
            (field(&view.form, &Field::new("reason", w.get("bulk.reason"), Input::Area).hint(w.get("bulk.reason_hint")), w))
            p.actions {
                (submit_as("decision", "approve", w.get("bulk.approve")))
                (submit_as("decision", "return", w.get("bulk.return")))
            }
        }))
    };
    let title = w.fill("bulk.title", &[("step", &view.step)]);
    desk(frame, &Head { wide: true, ..Head::new(title).at(Menu::Cases).under(view.trail.clone()).failed(view.form.failed()) }, &body)
}

fn line(w: Words, row: &BulkRow) -> Row {
    let blocked = row.blocked();
    let label = w.fill("bulk.mark", &[("head", &row.head), ("number", &row.case.text)]);
    let cells = vec![
        row.case.show(),
        html! { (row.head) },
        html! { (row.village) },
        html! { @if let Some(proposal) = row.proposal { (proposal.show(w)) } @else { "–" } },
        html! {
            @if row.changes.is_empty() { (w.get("bulk.no_changes")) }
            @else { ul.bare { @for change in &row.changes { li { (change.name) " " del { (change.before) } " → " ins { (change.after) } } } } }
        },
        html! { @for flag in &row.flags { (tag(Tone::Bad, flag)) " " } @if row.flags.is_empty() { (w.get("bulk.no_flags")) } },
        html! {
            a href=(row.evidence_href) { (w.get("bulk.open_evidence")) span.hidden { " " (row.case.text) } } " "
            @if row.opened { (tag(Tone::Good, w.get("case.opened"))) } @else if blocked { (tag(Tone::Bad, w.get("case.must_open"))) }
        },
    ];
    Row { select: Some(Select { value: row.id.clone(), label, blocked }), cells }
}
