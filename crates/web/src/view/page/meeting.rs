//! The village meeting: who could vote, who was there, how they voted on each household.

use maud::{Markup, html};

use crate::view::form::{Field, Form, Input, Question, field, open, problems, question, submit};
use crate::view::layout::{Frame, Head, Menu, phone};
use crate::view::part::{Tone, note};

/// The sheet of one meeting.
///
/// The form sends `entitled`, `present`, the answers about papers, and for each subject `agree-<id>`, `disagree-<id>`, `abstain-<id>` with the version of the case (`version-<id>`); a subject left empty was not voted on.
#[derive(Debug, Clone)]
pub struct Meeting {
    pub village: String,
    pub form: Form,
    /// Minutes, people, signature.
    pub papers: Vec<Question>,
    pub subjects: Vec<Subject>,
}

/// A household that is voted on.
#[derive(Debug, Clone)]
pub struct Subject {
    pub id: String,
    pub head: String,
    /// What is voted on.
    pub motion: String,
    /// Of the case, as the sheet shows it.
    pub version: u64,
}

#[must_use]
pub fn page(frame: &Frame, view: &Meeting) -> Markup {
    let w = frame.words();
    let form = &view.form;
    let number = |name: &str, label: &str| field(form, &Field::new(name, label, Input::Number), w);
    let body = html! {
        (problems(form, w))
        (note(Tone::Plain, w.get("meeting.rule")))
        @if view.subjects.is_empty() { p.empty { (w.get("meeting.none")) } }
        @else { (open(form, &html! {
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
                    input type="hidden" name=(format!("version-{}", subject.id)) value=(subject.version);
                }
            }
            @for paper in &view.papers { (question(form, paper, w)) }
            (submit(w.get("meeting.save")))
        })) }
    };
    let title = w.fill("meeting.title", &[("village", &view.village)]);
    phone(frame, &Head::new(title).at(Menu::Meeting).failed(form.failed()), &body)
}
