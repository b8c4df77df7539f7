//! A cadre's day: visits due, records that came back, new declarations. Works without a connection.

use chrono::NaiveDate;
use maud::{Markup, html};

use crate::text::Words;
use crate::view::layout::{Frame, Head, Menu, phone};
use crate::view::part::{Link, due, section};

/// The home page of the phone.
#[derive(Debug, Clone)]
pub struct Today {
    pub today: NaiveDate,
    pub visits: Vec<Errand>,
    pub returned: Vec<Errand>,
    pub declarations: Vec<Errand>,
    /// Steps whose cases can be dealt with together.
    pub together: Vec<Link>,
}

/// A household to go to, or a record to mend.
#[derive(Debug, Clone)]
pub struct Errand {
    pub head: String,
    pub place: String,
    /// Why: the step, or what is wrong with the record.
    pub reason: String,
    pub href: String,
    pub due_on: NaiveDate,
}

#[must_use]
pub fn page(frame: &Frame, view: &Today) -> Markup {
    let w = frame.words();
    let body = html! {
        (unsent(w))
        p.note { (w.date(view.today)) }
        (section("visits", &title(w, "visits.due", &view.visits), &errands(w, &view.visits, view.today)))
        (section("returned", &title(w, "visits.returned", &view.returned), &errands(w, &view.returned, view.today)))
        @if !view.together.is_empty() {
            (section("together", w.get("case.decide_together"), &html! {
                ul.cards { @for one in &view.together { li { a.whole href=(one.href) { strong { (one.text) } } } } }
            }))
        }
        (section("declarations", &title(w, "visits.declarations", &view.declarations), &errands(w, &view.declarations, view.today)))
    };
    phone(frame, &Head { offline: true, ..Head::new(w.get("visits.title")).at(Menu::Today) }, &body)
}

fn title(w: Words, key: &'static str, errands: &[Errand]) -> String {
    w.fill(key, &[("count", &errands.len().to_string())])
}

fn errands(w: Words, errands: &[Errand], today: NaiveDate) -> Markup {
    html! {
        @if errands.is_empty() { p.empty { (w.get("visits.none")) } }
        ul.cards {
            @for errand in errands {
                li { a.whole href=(errand.href) data-keep="" { strong { (errand.head) } span { (errand.place) } } p { (errand.reason) " " (due(w, errand.due_on, today)) } }
            }
        }
    }
}

/// Where the script shows what has not been sent; every word it needs stands in an attribute.
pub(super) fn unsent(w: Words) -> Markup {
    html! {
        div.unsent role="status" data-unsent=(w.get("offline.unsent")) data-none=(w.get("offline.none")) data-storage=(w.get("offline.no_storage")) {
            noscript { (w.get("offline.no_script")) }
        }
        div.queue hidden data-queue=""
            data-waiting=(w.get("offline.waiting")) data-returned=(w.get("offline.returned")) data-conflict=(w.get("offline.conflict"))
            data-signed-out=(w.get("offline.signed_out")) data-resolve=(w.get("offline.resolve")) {
            ul data-list="" {}
            p.actions {
                button type="button" data-send="" { (w.get("offline.send_now")) }
                button.quiet type="button" data-export="" { (w.get("offline.export")) }
            }
        }
    }
}
