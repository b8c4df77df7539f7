//! Bringing files in: nothing that came in is lost, each row is a record or a finding.

use chrono::NaiveDateTime;
use kernel::Severity;
use maud::{Markup, html};

use crate::text::Words;
use crate::view::form::{Choice, Field, Form, Input, field, open, open_with_files, problems, submit};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Figure, Link, Tone, figures, section, tag};
use crate::view::table::{Column, Paging, Row, paging, table};

/// The upload (fields `table`, `file`) and what was imported before.
#[derive(Debug, Clone)]
pub struct Import {
    pub form: Form,
    pub tables: Vec<Choice>,
    pub batches: Vec<Batch>,
}

/// A file that was imported.
#[derive(Debug, Clone)]
pub struct Batch {
    pub at: NaiveDateTime,
    pub file: Link,
    pub by: String,
    pub rows: u64,
    pub accepted: u64,
    pub refused: u64,
}

#[must_use]
pub fn page(frame: &Frame, view: &Import) -> Markup {
    let w = frame.words();
    let form = &view.form;
    let columns = [
        Column::new("file", w.get("import.file")),
        Column::new("at", w.get("common.when")),
        Column::new("by", w.get("common.by")),
        Column::numeric("rows", w.get("import.rows")),
        Column::numeric("accepted", w.get("import.accepted")),
        Column::numeric("refused", w.get("import.refused")),
    ];
    let rows: Vec<Row> = view
        .batches
        .iter()
        .map(|batch| {
            Row::new(vec![
                batch.file.show(),
                html! { (w.moment(batch.at)) },
                html! { (batch.by) },
                html! { (w.count(batch.rows)) },
                html! { (w.count(batch.accepted)) },
                html! { (w.count(batch.refused)) },
            ])
        })
        .collect();
    let body = html! {
        (problems(form, w))
        (open_with_files(form, &html! {
            (field(form, &Field::new("table", w.get("import.table"), Input::Select(&view.tables)), w))
            (field(form, &Field::new("file", w.get("import.file"), Input::File { accept: ".csv,.xlsx,.xls" }).hint(w.get("import.file_hint")), w))
            (submit(w.get("import.check")))
        }))
        (section("batches", w.get("import.before"), &table(w, w.get("import.before"), &columns, &rows)))
    };
    desk(frame, &Head::new(w.get("import.title")).at(Menu::Imports).failed(form.failed()), &body)
}

/// What a file holds, before it is accepted.
#[derive(Debug, Clone)]
pub struct ImportResult {
    pub file: String,
    pub rows: u64,
    pub accepted: u64,
    pub refused: u64,
    pub findings: Vec<FindingRow>,
    pub paging: Paging,
    /// The refused rows with their reasons, to be mended and sent again.
    pub refused_href: Option<String>,
    /// Accepts the rows that hold; absent once that is done.
    pub accept: Option<Form>,
}

/// Something in the file that is not as it should be.
#[derive(Debug, Clone)]
pub struct FindingRow {
    pub code: String,
    pub severity: Severity,
    /// Line and column, or sheet and cell.
    pub place: String,
    pub text: String,
    pub advice: String,
}

#[must_use]
pub fn result(frame: &Frame, view: &ImportResult) -> Markup {
    let w = frame.words();
    let figure = |key, count| Figure { name: w.get(key).to_owned(), value: w.count(count), href: None, small: None };
    let columns = [
        Column::new("place", w.get("import.place")),
        Column::new("severity", w.get("import.severity")),
        Column::new("text", w.get("import.text")),
        Column::new("advice", w.get("import.advice")),
        Column::new("code", w.get("import.code")),
    ];
    let rows: Vec<Row> = view.findings.iter().map(|finding| line(w, finding)).collect();
    let body = html! {
        (figures(&[figure("import.rows", view.rows), figure("import.accepted", view.accepted), figure("import.refused", view.refused)]))
        @if let Some(form) = &view.accept {
            (problems(form, w))
            (open(form, &submit(&w.fill_count("import.accept", view.accepted))))
        }
        @if let Some(href) = &view.refused_href { p { a href=(href) download { (w.get("import.refused_file")) } } }
        (table(w, w.get("import.findings"), &columns, &rows))
        (paging(w, &view.paging))
    };
    let trail = vec![Link::new(w.get("import.title"), Menu::Imports.href())];
    desk(frame, &Head { wide: true, ..Head::new(&view.file).at(Menu::Imports).under(trail) }, &body)
}

fn line(w: Words, finding: &FindingRow) -> Row {
    let (tone, key) = match finding.severity {
        Severity::Error => (Tone::Bad, "severity.error"),
        Severity::Warning => (Tone::Warning, "severity.warning"),
        Severity::Notice => (Tone::Plain, "severity.notice"),
    };
    Row::new(vec![
        html! { (finding.place) },
        tag(tone, w.get(key)),
        html! { (finding.text) },
        html! { (finding.advice) },
        html! { code { (finding.code) } },
    ])
}
