//! Deciding on many cases at once: differences in view, flagged rows only after their evidence was opened.

use maud::{Markup, html};

use super::case::Change;
use super::word::Proposal;
use crate::text::Words;
use crate::view::form::{Choice, Field, Form, Input, Question, field, open, problems, question, submit_as};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Link, Tone, note, tag};
use crate::view::table::{Column, Row, Select, table};

/// Cases of one step; the form sends `row` for each marked one, the answers, `decision` (`do` or `return`), and for a return `to` and `reason`.
#[derive(Debug, Clone)]
pub struct Bulk {
    pub step: String,
    pub trail: Vec<Link>,
    /// Which list this is, for the way back.
    pub about: Vec<(String, String)>,
    pub form: Form,
    /// Answered once for all marked.
    pub questions: Vec<Question>,
    /// Words on the button; nothing can be done without it.
    pub button: Option<String>,
    /// Steps to which cases can be returned.
    pub back: Vec<Choice>,
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
    /// Records contradict the declaration, and the visitor has not opened the evidence yet.
    pub must_open: bool,
    /// The visitor has opened the evidence.
    pub opened: bool,
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
    let blocked = view.rows.iter().filter(|row| row.must_open).count();
    let body = html! {
        (problems(&view.form, w))
        @if blocked > 0 { (note(Tone::Warning, &w.fill("bulk.blocked", &[("count", &blocked.to_string())]))) }
        (open(&view.form, &html! {
            @for (name, value) in &view.about { input type="hidden" name=(name) value=(value); }
            (table(w, w.get("bulk.caption"), &columns, &rows))
            @if let Some(button) = &view.button {
                @for asked in &view.questions { (question(&view.form, asked, w)) }
                p.actions { (submit_as("decision", "do", button)) }
                @if !view.back.is_empty() {
                    (field(&view.form, &Field::new("to", w.get("act.return_to"), Input::Select(&view.back)), w))
                    (field(&view.form, &Field::new("reason", w.get("bulk.reason"), Input::Area).hint(w.get("bulk.reason_hint")), w))
                    p.actions { (submit_as("decision", "return", w.get("bulk.return"))) }
                }
            }
        }))
    };
    let title = w.fill("bulk.title", &[("step", &view.step)]);
    desk(frame, &Head { wide: true, ..Head::new(title).at(Menu::Cases).under(view.trail.clone()).failed(view.form.failed()) }, &body)
}

fn line(w: Words, row: &BulkRow) -> Row {
    let blocked = row.must_open;
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
        html! {
            @if row.flags.is_empty() { (w.get("bulk.no_flags")) }
            @else {
                details {
                    summary { (w.fill("bulk.flags", &[("count", &row.flags.len().to_string())])) }
                    ul.bare { @for flag in &row.flags { li { (flag) } } }
                }
            }
        },
        html! {
            a href=(row.evidence_href) { (w.get("bulk.open_evidence")) span.hidden { " " (row.case.text) } } " "
            @if row.opened { (tag(Tone::Good, w.get("case.opened"))) } @else if blocked { (tag(Tone::Bad, w.get("case.must_open"))) }
        },
    ];
    Row { select: Some(Select { value: row.id.clone(), label, blocked }), cells }
}
