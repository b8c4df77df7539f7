//! The form of a visit, filled with the last answers; kept on the phone until the server has it.

use chrono::NaiveDate;
use maud::{Markup, html};

use super::visits_today::unsent;
use crate::text::Words;
use crate::view::form::{Field, Form, Input, Question, field, open_offline, problems, question, submit};
use crate::view::layout::{Frame, Head, Menu, phone};
use crate::view::part::{Link, Pair, pairs};
use crate::view::table::{Column, Row, table};

/// A visit to a household. The form sends each question, `unchanged` with the id of each section left as it was, `photo`.
#[derive(Debug, Clone)]
pub struct Visit {
    pub head: String,
    pub number: String,
    pub trail: Vec<Link>,
    pub form: Form,
    /// The newest observation that the form shows; what came after it may contradict.
    pub seen: i64,
    pub sections: Vec<VisitSection>,
    pub photo: bool,
}

/// Questions that belong together.
#[derive(Debug, Clone)]
pub struct VisitSection {
    pub id: String,
    pub title: String,
    /// When it was last answered, and what.
    pub last: Option<(NaiveDate, Vec<Pair>)>,
    pub questions: Vec<Question>,
}

#[must_use]
pub fn page(frame: &Frame, view: &Visit) -> Markup {
    let w = frame.words();
    let form = &view.form;
    let title = w.fill("visit.title", &[("head", &view.head)]);
    let body = html! {
        (problems(form, w))
        (unsent(w))
        p.soft { (view.number) }
        (open_offline(form, &title, &html! {
            input type="hidden" name="seen" value=(view.seen);
            @for section in &view.sections { (part(w, form, section)) }
            @if view.photo {
                (field(form, &Field::new("photo", w.get("visit.photo"), Input::File { accept: "image/*" }).hint(w.get("visit.photo_hint")), w))
            }
            (submit(w.get("visit.save")))
        }))
        div.box.good role="status" hidden data-saved="" { (w.get("visit.saved")) " " a href="/visits" { (w.get("visit.back")) } }
    };
    phone(frame, &Head { offline: true, ..Head::new(title).at(Menu::Today).under(view.trail.clone()).failed(form.failed()) }, &body)
}

fn part(w: Words, form: &Form, section: &VisitSection) -> Markup {
    let unchanged = form.values.iter().any(|(name, value)| name == "unchanged" && *value == section.id);
    html! {
        section.visit-section aria-labelledby=(format!("{}-heading", section.id)) {
            h2 id=(format!("{}-heading", section.id)) { (section.title) }
            @if let Some((on, answers)) = &section.last {
                label.choice.unchanged {
                    input type="checkbox" name="unchanged" value=(section.id) checked[unchanged];
                    span { (w.fill("visit.unchanged", &[("date", &w.date(*on))])) }
                }
                details { summary { (w.get("visit.last")) } (pairs(answers)) }
            }
            div.asked { @for asked in &section.questions { (question(form, asked, w)) } }
        }
    }
}

/// What the phone sent and what the server has disagree: field by field, the cadre chooses. The form sends `keep-<field>` = `mine` or `theirs`.
#[derive(Debug, Clone)]
pub struct Conflict {
    pub head: String,
    pub form: Form,
    pub fields: Vec<Disputed>,
    /// Who changed the record in between, and when.
    pub changed_by: String,
}

/// A field with two values.
#[derive(Debug, Clone)]
pub struct Disputed {
    pub name: String,
    pub label: String,
    pub mine: String,
    pub theirs: String,
}

#[must_use]
pub fn conflict(frame: &Frame, view: &Conflict) -> Markup {
    let w = frame.words();
    let columns = [
        Column::new("field", w.get("visit.field")),
        Column::new("mine", w.get("visit.mine")),
        Column::new("theirs", w.get("visit.theirs")),
    ];
    let rows: Vec<Row> = view
        .fields
        .iter()
        .map(|field| {
            let choice = |keep: &str, value: &str| {
                html! { label.choice { input type="radio" name=(format!("keep-{}", field.name)) value=(keep); span { (value) } } }
            };
            Row::new(vec![html! { (field.label) }, choice("mine", &field.mine), choice("theirs", &field.theirs)])
        })
        .collect();
    let body = html! {
        (problems(&view.form, w))
        p { (w.fill("visit.conflict_about", &[("who", &view.changed_by)])) }
        (crate::view::form::open_with_files(&view.form, &html! {
            @for (name, value) in &view.form.values { input type="hidden" name=(name) value=(value); }
            (table(w, w.get("visit.conflict_caption"), &columns, &rows))
            (submit(w.get("visit.resolve")))
        }))
    };
    let title = w.fill("visit.conflict_title", &[("head", &view.head)]);
    phone(frame, &Head { offline: true, ..Head::new(title).at(Menu::Today).failed(view.form.failed()) }, &body)
}
