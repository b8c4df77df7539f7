//! What a household sees of itself: its record, what was decided and why, who looked, and how to object.

use chrono::NaiveDate;
use maud::{Markup, html};

use super::household::{Look, looks};
use super::word::Status;
use crate::text::Words;
use crate::view::form::{Field, Form, Input, field, open, problems, submit};
use crate::view::layout::{Frame, Head, public};
use crate::view::part::{Link, Pair, pairs, section};

/// A household's own page.
#[derive(Debug, Clone)]
pub struct Mine {
    pub head: String,
    pub number: String,
    pub status: Status,
    /// Where the running case stands, in a sentence.
    pub now: Option<String>,
    pub decisions: Vec<Decision>,
    pub record: Vec<Pair>,
    pub correct_href: String,
    pub looks: Vec<Look>,
}

/// A decision with its reason and the way to object.
#[derive(Debug, Clone)]
pub struct Decision {
    pub title: String,
    pub on: NaiveDate,
    pub outcome: String,
    pub reason: String,
    pub by: String,
    /// Objection or appeal, while there is time.
    pub appeal: Option<(Link, NaiveDate)>,
}

#[must_use]
pub fn page(frame: &Frame, view: &Mine) -> Markup {
    let w = frame.words();
    let body = html! {
        p.state { (view.head) " · " (view.number) " " (view.status.show(w)) }
        @if let Some(now) = &view.now { p.headline { (now) } }
        (section("decisions", w.get("mine.decisions"), &decisions(w, &view.decisions)))
        (section("record", w.get("mine.record"), &html! {
            (pairs(&view.record))
            p { a.button href=(view.correct_href) { (w.get("mine.correct")) } }
        }))
        (section("looks", w.get("mine.looks"), &looks(w, &view.looks)))
    };
    public(frame, &Head::new(w.get("mine.title")), &body)
}

fn decisions(w: Words, decisions: &[Decision]) -> Markup {
    html! {
        @if decisions.is_empty() { p.empty { (w.get("mine.no_decisions")) } }
        @for decision in decisions {
            article.card {
                h3 { (decision.title) }
                p { strong { (decision.outcome) } " · " (w.date(decision.on)) " · " (decision.by) }
                p { strong { (w.get("mine.why")) } " " (decision.reason) }
                @if let Some((link, until)) = &decision.appeal {
                    p { a.button href=(link.href) { (link.text) } " " span.soft { (w.fill("mine.appeal_until", &[("date", &w.date(*until))])) } }
                }
            }
        }
    }
}

/// Objecting to a notice or appealing against a decision: fields `text`, and `name`, `telephone` of whoever is not signed in.
#[derive(Debug, Clone)]
pub struct Object {
    pub form: Form,
    /// What is objected to.
    pub about: String,
    /// Against a decision, to the office above; otherwise an objection to a notice.
    pub is_appeal: bool,
    /// Nobody is signed in: name and telephone are asked, and may be left out.
    pub ask_who: bool,
}

#[must_use]
pub fn object(frame: &Frame, view: &Object) -> Markup {
    let w = frame.words();
    let form = &view.form;
    let title = w.get(if view.is_appeal { "mine.appeal_title" } else { "mine.object_title" });
    let body = html! {
        (problems(form, w))
        p { (w.get("mine.about")) " " strong { (view.about) } }
        (open(form, &html! {
            (field(form, &Field::new("text", w.get("mine.text"), Input::Area).hint(w.get("mine.text_hint")), w))
            @if view.ask_who {
                (field(form, &Field::new("name", w.get("mine.your_name"), Input::Name).hint(w.get("mine.may_be_left_out")), w))
                (field(form, &Field::new("telephone", w.get("declare.telephone"), Input::Telephone).hint(w.get("mine.may_be_left_out")), w))
            }
            (submit(w.get("mine.send")))
        }))
        p.note { (w.get("mine.protected")) }
    };
    public(frame, &Head::new(title).failed(form.failed()), &body)
}
