//! Small pieces that several pages share.

use chrono::{NaiveDate, NaiveDateTime};
use maud::{Markup, html};

use crate::text::Words;

/// How grave or good something is; always said in words as well, the colour only repeats them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    Warning,
    Bad,
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// A state in a word or two.
#[must_use]
pub fn tag(tone: Tone, text: &str) -> Markup {
    html! { span.tag.(tone.class()) { (text) } }
}

/// A sentence in a box.
#[must_use]
pub fn note(tone: Tone, text: &str) -> Markup {
    html! { p.box.(tone.class()) { (text) } }
}

/// A name and its value in a record.
#[derive(Debug, Clone)]
pub struct Pair {
    pub name: String,
    pub value: String,
}

impl Pair {
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// A record as names and values.
#[must_use]
pub fn pairs(pairs: &[Pair]) -> Markup {
    html! { dl.pairs { @for pair in pairs { div { dt { (pair.name) } dd { (pair.value) } } } } }
}

/// A link in running text.
#[derive(Debug, Clone)]
pub struct Link {
    pub text: String,
    pub href: String,
}

impl Link {
    #[must_use]
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: href.into() }
    }

    #[must_use]
    pub fn show(&self) -> Markup {
        html! { a href=(self.href) { (self.text) } }
    }
}

/// Something that happened: when, what, by whom.
#[derive(Debug, Clone)]
pub struct Event {
    pub at: NaiveDateTime,
    pub what: String,
    pub by: String,
    /// Where to read more.
    pub link: Option<Link>,
}

/// What happened, latest first as given.
#[must_use]
pub fn events(w: Words, events: &[Event]) -> Markup {
    html! {
        @if events.is_empty() { p.note { (w.get("common.nothing_yet")) } }
        @else {
            ol.events {
                @for event in events {
                    li {
                        time datetime=(event.at.format("%Y-%m-%dT%H:%M")) { (w.moment(event.at)) } " "
                        strong { (event.what) } " " span.soft { (event.by) }
                        @if let Some(link) = &event.link { " " (link.show()) }
                    }
                }
            }
        }
    }
}

/// A day that is due: in words how far off it is, and a tone once it is near or past.
#[must_use]
pub fn due(w: Words, due_on: NaiveDate, today: NaiveDate) -> Markup {
    let days = (due_on - today).num_days();
    let count = days.unsigned_abs();
    html! {
        time datetime=(due_on.format("%Y-%m-%d")) { (w.day(due_on)) } " "
        @if days < 0 { (tag(Tone::Bad, &w.fill_count("common.days_late", count))) }
        @else if days == 0 { (tag(Tone::Warning, w.get("common.due_today"))) }
        @else if days <= 2 { (tag(Tone::Warning, &w.fill_count("common.days_left", count))) }
        @else { span.soft { (w.fill_count("common.days_left", count)) } }
    }
}

/// A figure over its name; with a link to the rows behind it.
#[derive(Debug, Clone)]
pub struct Figure {
    pub name: String,
    pub value: String,
    pub href: Option<String>,
    /// What the figure is compared with, in a few words.
    pub small: Option<String>,
}

/// Key figures in a row.
#[must_use]
pub fn figures(figures: &[Figure]) -> Markup {
    html! {
        ul.figures {
            @for figure in figures {
                li {
                    @match &figure.href {
                        Some(href) => a href=(href) { b { (figure.value) } span { (figure.name) } },
                        None => { b { (figure.value) } span { (figure.name) } },
                    }
                    @if let Some(small) = &figure.small { small { (small) } }
                }
            }
        }
    }
}

/// A section with its heading; `id` is its anchor.
#[must_use]
pub fn section(id: &str, title: &str, body: &Markup) -> Markup {
    html! { section id=(id) aria-labelledby=(format!("{id}-heading")) { h2 id=(format!("{id}-heading")) { (title) } (body) } }
}

/// An identity number for the eye: the first two and the last four characters; `52**********0010`.
#[must_use]
pub fn mask_identity(identity: &str) -> String {
    mask(identity, 2, 4)
}

/// A telephone number for the eye: `138****0010`.
#[must_use]
pub fn mask_telephone(telephone: &str) -> String {
    mask(telephone, 3, 4)
}

/// Keeps the ends; what is too short to hide anything is hidden whole.
fn mask(text: &str, head: usize, tail: usize) -> String {
    let length = text.chars().count();
    let whole = length < head + tail + 4;
    text.chars().enumerate().map(|(place, c)| if !whole && (place < head || place + tail >= length) { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_masked() {
        assert_eq!(mask_identity("522321197001010010"), "52************0010");
        assert_eq!(mask_telephone("13812340010"), "138****0010");
        assert_eq!(mask_identity("12345"), "*****");
        assert_eq!(mask_identity(""), "");
    }
}
