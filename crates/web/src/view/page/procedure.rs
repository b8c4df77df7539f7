//! How decisions are made, for everybody, rendered from the procedure that the service runs.

use chrono::NaiveDate;
use maud::{Markup, html};

use crate::view::layout::{Frame, Head, public};
use crate::view::part::{Tone, tag};

/// A procedure in words.
#[derive(Debug, Clone)]
pub struct Procedure {
    pub title: String,
    /// What it decides, in a paragraph.
    pub about: String,
    /// The regulation it follows.
    pub source: String,
    pub valid_from: NaiveDate,
    pub steps: Vec<ProcedureStep>,
    /// How to object, and until when.
    pub appeal: String,
}

/// A step with its actor and its term.
#[derive(Debug, Clone)]
pub struct ProcedureStep {
    pub title: String,
    pub actor: String,
    pub what: String,
    /// How long it may take at most.
    pub term: Option<String>,
    /// Its result is published.
    pub is_public: bool,
}

#[must_use]
pub fn page(frame: &Frame, view: &Procedure) -> Markup {
    let w = frame.words();
    let body = html! {
        p { (view.about) }
        ol.steps {
            @for step in &view.steps {
                li {
                    h2 { (step.title) @if step.is_public { " " (tag(Tone::Good, w.get("procedure.published"))) } }
                    p { (step.what) }
                    dl.pairs {
                        div { dt { (w.get("procedure.actor")) } dd { (step.actor) } }
                        @if let Some(term) = &step.term { div { dt { (w.get("procedure.term")) } dd { (term) } } }
                    }
                }
            }
        }
        h2 { (w.get("procedure.appeal")) }
        p { (view.appeal) }
        p.note { (w.get("common.source")) " " (view.source) " · " (w.fill("procedure.valid_from", &[("date", &w.date(view.valid_from))])) }
    };
    public(frame, &Head::new(&view.title), &body)
}
