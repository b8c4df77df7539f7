//! The village meeting: who could vote, who was there, how they voted on each household.

use maud::{Markup, html};

use crate::view::form::{Field, Form, Input, field, open_with_files, problems, submit};
use crate::view::layout::{Frame, Head, Menu, phone};
use crate::view::part::{Tone, note};

/// The form sends `held_on`, `entitled`, `present`, `minutes`, `sheet` (photograph of the signatures), and for each subject
/// `agree-<id>`, `disagree-<id>`, `abstain-<id>`.
#[derive(Debug, Clone)]
pub struct Meeting {
    pub village: String,
    pub form: Form,
    pub subjects: Vec<Subject>,
}

/// A household that is voted on.
#[derive(Debug, Clone)]
pub struct Subject {
    pub id: String,
    pub head: String,
    /// What is voted on.
    pub motion: String,
}

#[must_use]
pub fn page(frame: &Frame, view: &Meeting) -> Markup {
    let w = frame.words();
    let form = &view.form;
    let number = |name: &str, label: &str| field(form, &Field::new(name, label, Input::Number), w);
    let body = html! {
        (problems(form, w))
        (note(Tone::Plain, w.get("meeting.rule")))
        (open_with_files(form, &html! {
            (field(form, &Field::new("held_on", w.get("meeting.held_on"), Input::Date), w))
            (number("entitled", w.get("meeting.entitled")))
            (number("present", w.get("meeting.present")))
            @for subject in &view.subjects {
                fieldset.subject {
                    legend { (subject.head) " – " (subject.motion) }
                    div.three {
                        (number(&format!("agree-{}", subject.id), w.get("meeting.agree")))
                        (number(&format!("disagree-{}", subject.id), w.get("meeting.disagree")))
                        (number(&format!("abstain-{}", subject.id), w.get("meeting.abstain")))
                    }
                }
            }
            (field(form, &Field::new("minutes", w.get("meeting.minutes"), Input::Area).hint(w.get("meeting.minutes_hint")), w))
            (field(form, &Field::new("sheet", w.get("meeting.sheet"), Input::File { accept: "image/*" }), w))
            (submit(w.get("meeting.save")))
        }))
    };
    let title = w.fill("meeting.title", &[("village", &view.village)]);
    phone(frame, &Head::new(title).at(Menu::Meeting).failed(form.failed()), &body)
}
