//! Pages for what did not work: what happened, what was kept, what to do.

use maud::{Markup, html};

use crate::view::layout::{Frame, Head, public};
use crate::view::part::Link;
use crate::view::table::{Column, Row, table};

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 400
    BadRequest,
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 409: somebody else changed it in between.
    Stale,
    /// 413
    TooLarge,
    /// 429
    TooMany,
    /// 500
    Internal,
    /// 503
    Unavailable,
}

impl Kind {
    pub const ALL: [Self; 8] =
        [Self::BadRequest, Self::Forbidden, Self::NotFound, Self::Stale, Self::TooLarge, Self::TooMany, Self::Internal, Self::Unavailable];

    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Stale => 409,
            Self::TooLarge => 413,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// Title, what happened, what to do.
    fn keys(self) -> [&'static str; 3] {
        match self {
            Self::BadRequest => ["failure.bad_title", "failure.bad_what", "failure.bad_do"],
            Self::Forbidden => ["failure.forbidden_title", "failure.forbidden_what", "failure.forbidden_do"],
            Self::NotFound => ["failure.missing_title", "failure.missing_what", "failure.missing_do"],
            Self::Stale => ["failure.stale_title", "failure.stale_what", "failure.stale_do"],
            Self::TooLarge => ["failure.large_title", "failure.large_what", "failure.large_do"],
            Self::TooMany => ["failure.many_title", "failure.many_what", "failure.many_do"],
            Self::Internal => ["failure.internal_title", "failure.internal_what", "failure.internal_do"],
            Self::Unavailable => ["failure.unavailable_title", "failure.unavailable_what", "failure.unavailable_do"],
        }
    }
}

/// A failed request.
#[derive(Debug, Clone)]
pub struct Failure {
    pub kind: Kind,
    /// Finds the request in the log of the service.
    pub reference: String,
    /// Both values of each field, for [`Kind::Stale`].
    pub stale: Vec<Stale>,
    pub back: Option<Link>,
}

/// A field that two people changed.
#[derive(Debug, Clone)]
pub struct Stale {
    pub name: String,
    pub yours: String,
    pub theirs: String,
}

#[must_use]
pub fn page(frame: &Frame, view: &Failure) -> Markup {
    let w = frame.words();
    let [title, what, todo] = view.kind.keys();
    let columns = [
        Column::new("field", w.get("visit.field")),
        Column::new("yours", w.get("failure.yours")),
        Column::new("theirs", w.get("failure.theirs")),
    ];
    let rows: Vec<Row> =
        view.stale.iter().map(|field| Row::new(vec![html! { (field.name) }, html! { (field.yours) }, html! { (field.theirs) }])).collect();
    let body = html! {
        p { (w.get(what)) }
        p { (w.get(todo)) }
        @if !view.stale.is_empty() { (table(w, w.get("failure.stale_caption"), &columns, &rows)) }
        @if let Some(back) = &view.back { p { a.button href=(back.href) { (back.text) } } }
        p.note { (view.kind.status()) @if !view.reference.is_empty() { " · " (w.get("failure.reference")) " " code { (view.reference) } } }
    };
    public(frame, &Head::new(w.get(title)), &body)
}
