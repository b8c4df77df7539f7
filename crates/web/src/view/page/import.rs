//! Bringing files in: nothing that came in is lost, each row is a record or a finding.

use chrono::NaiveDateTime;
use kernel::Severity;
use maud::{Markup, html};

use crate::text::Words;
use crate::view::form::{Choice, Field, Form, Input, field, open, open_with_files, problems, submit, submit_as};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Figure, Link, Tone, figures, note, section, tag};
use crate::view::table::{Column, Paging, Row, paging, table};

/// The upload (a file field for each table, named as the table) and what was imported before.
#[derive(Debug, Clone)]
pub struct Import {
    pub form: Form,
    /// Ids and titles of the tables whose files are asked for.
    pub tables: Vec<Choice>,
    pub batches: Vec<Batch>,
}

/// A file that was imported.
#[derive(Debug, Clone)]
pub struct Batch {
    pub at: NaiveDateTime,
    pub file: Link,
    pub state: Progress,
    pub rows: u64,
    pub accepted: u64,
    pub refused: u64,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Running,
    /// Broke off; whoever opens it can let it go on.
    Stopped,
    Checked,
    Failed,
    Recorded,
    Discarded,
}

impl Progress {
    fn show(self, w: Words) -> Markup {
        match self {
            Self::Running => tag(Tone::Plain, w.get("import.running")),
            Self::Stopped => tag(Tone::Warning, w.get("import.stopped")),
            Self::Checked => tag(Tone::Warning, w.get("import.checked")),
            Self::Failed => tag(Tone::Bad, w.get("import.failed")),
            Self::Recorded => tag(Tone::Good, w.get("import.recorded")),
            Self::Discarded => tag(Tone::Plain, w.get("import.discarded")),
        }
    }
}

#[must_use]
pub fn page(frame: &Frame, view: &Import) -> Markup {
    let w = frame.words();
    let form = &view.form;
    let columns = [
        Column::new("file", w.get("import.file")),
        Column::new("at", w.get("common.when")),
        Column::new("state", w.get("import.state")),
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
                batch.state.show(w),
                html! { (w.count(batch.rows)) },
                html! { (w.count(batch.accepted)) },
                html! { (w.count(batch.refused)) },
            ])
        })
        .collect();
    let body = html! {
        (problems(form, w))
        (open_with_files(form, &html! {
            p.hint { (w.get("import.file_hint")) }
            @for table in &view.tables {
                (field(form, &Field::new(&table.value, &table.text, Input::File { accept: ".csv,.tsv,.txt,.xlsx,.xlsm" }), w))
            }
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
    pub state: Progress,
    /// Of what is under way: rows or households done.
    pub done: u64,
    /// Why the files cannot be used at all.
    pub failure: Option<String>,
    pub rows: u64,
    pub accepted: u64,
    pub refused: u64,
    pub households: Households,
    pub findings: Vec<FindingRow>,
    pub paging: Paging,
    /// The refused rows with their reasons, to be mended and sent again.
    pub refused_href: Option<String>,
    /// What can be done with it now: `act` is `accept`, `resume` or `discard`.
    pub acts: Vec<(Act, Form)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Accept,
    Resume,
    Discard,
}

/// What the files mean for the records.
#[derive(Debug, Clone, Copy, Default)]
pub struct Households {
    pub new: u64,
    pub changed: u64,
    pub same: u64,
    /// Of another area, and left out.
    pub outside: u64,
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
    let columns = [
        Column::new("place", w.get("import.place")),
        Column::new("severity", w.get("import.severity")),
        Column::new("text", w.get("import.text")),
        Column::new("advice", w.get("import.advice")),
        Column::new("code", w.get("import.code")),
    ];
    let rows: Vec<Row> = view.findings.iter().map(|finding| line(w, finding)).collect();
    let running = view.state == Progress::Running;
    let body = html! {
        p { (view.state.show(w)) }
        @if running {
            // The script looks again; without one the link does.
            p data-running="" role="status" { (w.fill_count("import.done_so_far", view.done)) " " a href="" { (w.get("import.look_again")) } }
        } @else {
            @if let Some(failure) = &view.failure { (note(Tone::Bad, failure)) }
            (meaning(w, view))
            @for (act, form) in &view.acts { (problems(form, w)) (open(form, &button(w, *act, view))) }
            @if let Some(href) = &view.refused_href { p { a href=(href) download { (w.get("import.refused_file")) } } }
            @if !rows.is_empty() { (table(w, w.get("import.findings"), &columns, &rows)) }
            (paging(w, &view.paging))
        }
    };
    let trail = vec![Link::new(w.get("import.title"), Menu::Imports.href())];
    desk(frame, &Head { wide: true, ..Head::new(&view.file).at(Menu::Imports).under(trail) }, &body)
}

/// Rows of the files, and what they mean for the records.
fn meaning(w: Words, view: &ImportResult) -> Markup {
    let figure = |key, count| Figure { name: w.get(key).to_owned(), value: w.count(count), href: None, small: None };
    let Households { new, changed, same, outside } = view.households;
    html! {
        (figures(&[figure("import.rows", view.rows), figure("import.accepted", view.accepted), figure("import.refused", view.refused)]))
        h2 { (w.get("import.households")) }
        (figures(&[
            figure("import.new", new),
            figure("import.changed", changed),
            figure("import.same", same),
            figure("import.outside", outside),
        ]))
        p.hint { (w.get("import.standing_hint")) }
    }
}

fn button(w: Words, act: Act, view: &ImportResult) -> Markup {
    match act {
        Act::Accept => html! {
            button.submit type="submit" name="act" value="accept" {
                (w.fill_count("import.accept", view.households.new + view.households.changed))
            }
        },
        Act::Resume => submit_as("act", "resume", w.get("import.resume")),
        Act::Discard => submit_as("act", "discard", w.get("import.discard")),
    }
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
