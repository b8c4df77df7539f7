//! Public notices. What everybody may read has no field for identity, telephone, bank or health: what is not there cannot leak.

use chrono::NaiveDate;
use maud::{Markup, PreEscaped, html};
use qrcode::{EcLevel, QrCode, render::svg};

use crate::text::Words;
use crate::view::layout::{Frame, Head, public};
use crate::view::part::Link;
use crate::view::table::plain;

/// A notice as posted in the village and on the web.
#[derive(Debug, Clone)]
pub struct PublicNotice {
    pub number: String,
    pub title: String,
    pub area: String,
    /// Who gives notice.
    pub office: String,
    pub from: NaiveDate,
    pub until: NaiveDate,
    /// Where objections are heard: telephone of the office.
    pub supervision: String,
    /// The rule in a sentence or two.
    pub criterion: String,
    pub rows: Vec<NoticeRow>,
    /// Permanent address of the notice, for the QR code.
    pub url: String,
    pub objection_href: String,
}

/// A household on a notice.
#[derive(Debug, Clone)]
pub struct NoticeRow {
    pub head: String,
    /// Village group or hamlet.
    pub group: String,
    pub persons: u64,
    /// What is intended.
    pub outcome: String,
}

#[must_use]
pub fn page(frame: &Frame, view: &PublicNotice) -> Markup {
    public(frame, &Head::new(&view.title), &sheet(frame.words(), view))
}

/// A notice in a list.
#[derive(Debug, Clone)]
pub struct NoticeEntry {
    pub notice: Link,
    pub area: String,
    pub from: NaiveDate,
    pub until: NaiveDate,
}

/// Notices by place and date.
#[derive(Debug, Clone)]
pub struct NoticeList {
    pub area: String,
    pub today: NaiveDate,
    pub entries: Vec<NoticeEntry>,
}

#[must_use]
pub fn list(frame: &Frame, view: &NoticeList) -> Markup {
    let w = frame.words();
    let body = html! {
        @if view.entries.is_empty() { p.empty { (w.get("notice.none")) } }
        ul.cards {
            @for entry in &view.entries {
                li {
                    (entry.notice.show()) " " span.soft { (entry.area) }
                    p { (w.day(entry.from)) "–" (w.day(entry.until)) " " @if entry.until >= view.today { strong { (w.get("notice.open")) } } @else { (w.get("notice.closed")) } }
                }
            }
        }
    };
    public(frame, &Head::new(w.fill("notice.list_title", &[("area", &view.area)])), &body)
}

fn sheet(w: Words, view: &PublicNotice) -> Markup {
    let titles = [w.get("household.head"), w.get("notice.group"), w.get("household.persons"), w.get("notice.outcome")];
    let rows: Vec<Vec<String>> =
        view.rows.iter().map(|row| vec![row.head.clone(), row.group.clone(), w.count(row.persons), row.outcome.clone()]).collect();
    let days = (view.until - view.from).num_days() + 1;
    html! {
        article.sheet {
            p.soft { (view.area) " · " (view.number) }
            p.period {
                strong { (w.get("notice.period")) } " " (w.date(view.from)) " – " (w.date(view.until))
                " (" (w.fill("notice.days", &[("count", &days.to_string())])) ")"
            }
            p { strong { (w.get("notice.supervision")) } " " (view.supervision) }
            p { (view.criterion) }
            (plain(w, &w.fill("notice.caption", &[("count", &view.rows.len().to_string())]), &titles, &rows, false))
            p { (w.get("notice.how_to_object")) }
            p.no-print { a.button href=(view.objection_href) { (w.get("notice.object")) } }
            div.foot-of-sheet {
                div { p { (view.office) } p.stamp { (w.get("notice.stamp")) } }
                figure.qr { (qr(&view.url)) figcaption { (w.get("notice.scan")) } }
            }
        }
    }
}

/// A QR code as drawing; the address itself if it is too long for one.
#[must_use]
pub fn qr(url: &str) -> Markup {
    match QrCode::with_error_correction_level(url, EcLevel::M) {
        Ok(code) => {
            let drawing = code.render::<svg::Color<'_>>().min_dimensions(150, 150).build();
            let start = drawing.find("<svg").unwrap_or(0);
            // What goes into the drawing is numbers only, never the address.
            PreEscaped(drawing.get(start..).unwrap_or_default().replacen("<svg", "<svg aria-hidden=\"true\"", 1))
        }
        Err(_) => html! { code { (url) } },
    }
}
