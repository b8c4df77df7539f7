//! Declaring need: six fields, a page to check the answers, a number to keep.

use maud::{Markup, html};

use crate::view::form::{Choice, Field, Form, Input, field, open, problems, submit};
use crate::view::layout::{Frame, Head, public};
use crate::view::part::{Link, Tone, note};

/// The form: fields `name`, `telephone`, `identity`, `village`, `difficulty`, `risk`.
#[derive(Debug, Clone)]
pub struct Declare {
    pub form: Form,
    pub villages: Vec<Choice>,
    pub risks: Vec<Choice>,
    /// A cadre writes for somebody who cannot.
    pub for_another: bool,
}

#[must_use]
pub fn page(frame: &Frame, view: &Declare) -> Markup {
    let w = frame.words();
    let form = &view.form;
    let body = html! {
        (problems(form, w))
        p { (w.get("declare.about")) }
        @if view.for_another { (note(Tone::Plain, w.get("declare.for_another"))) }
        (open(form, &html! {
            (field(form, &Field::new("name", w.get("declare.name"), Input::Name), w))
            (field(form, &Field::new("telephone", w.get("declare.telephone"), Input::Telephone).hint(w.get("declare.telephone_hint")), w))
            (field(form, &Field::new("identity", w.get("declare.identity"), Input::Text).hint(w.get("declare.identity_hint")), w))
            (field(form, &Field::new("village", w.get("declare.village"), Input::Select(&view.villages)), w))
            (field(form, &Field::new("difficulty", w.get("declare.difficulty"), Input::Area).hint(w.get("declare.difficulty_hint")), w))
            (field(form, &Field::new("risk", w.get("declare.risk"), Input::Radios(&view.risks)), w))
            (submit(w.get("declare.check")))
        }))
        p.note { (w.get("declare.other_ways")) }
    };
    public(frame, &Head::new(w.get("declare.title")).failed(form.failed()), &body)
}

/// The answers before they are sent; the form carries them hidden.
#[derive(Debug, Clone)]
pub struct CheckAnswers {
    pub form: Form,
    pub answers: Vec<Given>,
    /// What happens with the data, who sees them.
    pub consent: String,
}

/// An answer and where to change it.
#[derive(Debug, Clone)]
pub struct Given {
    pub name: String,
    pub value: String,
    /// The field to go back to.
    pub field: String,
}

#[must_use]
pub fn check(frame: &Frame, view: &CheckAnswers) -> Markup {
    let w = frame.words();
    let body = html! {
        (problems(&view.form, w))
        dl.pairs.answers {
            @for answer in &view.answers {
                div { dt { (answer.name) } dd { (answer.value) } dd {
                    button.quiet type="submit" form=(format!("form-{}", view.form.id)) formaction="/declare" name="change" value=(answer.field) {
                        (w.get("declare.change")) span.hidden { " " (answer.name) }
                    }
                } }
            }
        }
        p { (view.consent) }
        (open(&view.form, &html! {
            @for (name, value) in &view.form.values { input type="hidden" name=(name) value=(value); }
            (submit(w.get("declare.send")))
        }))
    };
    public(frame, &Head::new(w.get("declare.check_title")).failed(view.form.failed()), &body)
}

/// The declaration has arrived.
#[derive(Debug, Clone)]
pub struct Thanks {
    pub number: String,
    /// Where it stands.
    pub now: String,
    /// Working days until somebody comes.
    pub visit_days: u64,
    /// Working days until the decision.
    pub decision_days: u64,
    pub follow: Link,
}

#[must_use]
pub fn thanks(frame: &Frame, view: &Thanks) -> Markup {
    let w = frame.words();
    let body = html! {
        div.confirmation { p { (w.get("declare.your_number")) } p.number { (view.number) } }
        p.headline { (view.now) }
        h2 { (w.get("declare.what_next")) }
        ol {
            li { (w.fill_count("declare.visit_within", view.visit_days)) }
            li { (w.fill_count("declare.decision_within", view.decision_days)) }
            li { (w.get("declare.told")) }
        }
        p { (view.follow.show()) }
        p.note { (w.get("declare.keep_number")) }
    };
    public(frame, &Head::new(w.get("declare.thanks_title")), &body)
}
