//! The home page of the desk: what stands where today, each figure a link to the rows behind it.

use chrono::NaiveDate;
use maud::{Markup, html};

use crate::text::Words;
use crate::view::chart::{Bar, Tile, bars, tiles};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Figure, Link, due, figures, section};
use crate::view::table::{self, Column, Row, plain};

/// An area at a glance; the page of every level from province to township.
#[derive(Debug, Clone)]
pub struct Overview {
    pub area: String,
    /// From the highest area the visitor may see down to the one above.
    pub trail: Vec<Link>,
    pub today: NaiveDate,
    pub figures: Vec<Figure>,
    /// What the shade of the tiles means.
    pub measure: String,
    pub tiles: Vec<Tile>,
    pub causes: Vec<Bar>,
    pub alerts: Vec<Alert>,
    pub overdue: Vec<Task>,
    pub steps: Vec<StepLoad>,
}

/// A check that fired, and how often it was right so far: the list is for triage.
#[derive(Debug, Clone)]
pub struct Alert {
    pub title: String,
    pub href: String,
    pub count: u64,
    /// Share of confirmed ones among those looked at, in thousandths.
    pub precision_per_mille: Option<i64>,
}

/// Something that is due.
#[derive(Debug, Clone)]
pub struct Task {
    pub title: String,
    pub href: String,
    pub who: String,
    pub due_on: NaiveDate,
}

/// How much waits at a step.
#[derive(Debug, Clone)]
pub struct StepLoad {
    pub title: String,
    pub href: String,
    pub waiting: u64,
    pub late: u64,
}

#[must_use]
pub fn page(frame: &Frame, view: &Overview) -> Markup {
    let w = frame.words();
    let tile_rows: Vec<Vec<String>> = view.tiles.iter().map(|tile| vec![tile.name.clone(), tile.value.clone()]).collect();
    let body = html! {
        p.note { (w.fill("overview.as_of", &[("date", &w.date(view.today))])) }
        (figures(&view.figures))
        div.pair {
            (section("work", w.get("overview.work"), &steps(w, &view.steps)))
            (section("overdue", w.get("overview.overdue"), &overdue(w, view)))
        }
        div.pair {
            (section("areas", w.get("overview.areas"), &html! {
                (tiles(w, &view.measure, &view.tiles))
                details { summary { (w.get("chart.as_table")) } (plain(w, &view.measure, &[w.get("overview.area"), &view.measure], &tile_rows, true)) }
            }))
            (section("causes", w.get("overview.causes"), &bars(w.get("overview.causes_caption"), &view.causes)))
        }
        (section("alerts", w.get("overview.alerts"), &alerts(w, &view.alerts)))
    };
    desk(frame, &Head { wide: true, ..Head::new(&view.area).at(Menu::Overview).under(view.trail.clone()) }, &body)
}

fn steps(w: Words, steps: &[StepLoad]) -> Markup {
    let columns = [
        Column::new("step", w.get("overview.step")),
        Column::numeric("waiting", w.get("overview.waiting")),
        Column::numeric("late", w.get("overview.late")),
    ];
    let rows: Vec<Row> = steps
        .iter()
        .map(|step| {
            Row::new(vec![html! { a href=(step.href) { (step.title) } }, html! { (w.count(step.waiting)) }, html! { (w.count(step.late)) }])
        })
        .collect();
    table::table(w, w.get("overview.work_caption"), &columns, &rows)
}

fn overdue(w: Words, view: &Overview) -> Markup {
    html! {
        @if view.overdue.is_empty() { p.empty { (w.get("overview.nothing_overdue")) } }
        @else {
            ul.tasks { @for task in &view.overdue { li { a href=(task.href) { (task.title) } " " span.soft { (task.who) } " " (due(w, task.due_on, view.today)) } } }
        }
    }
}

fn alerts(w: Words, alerts: &[Alert]) -> Markup {
    let columns = [
        Column::new("check", w.get("overview.check")),
        Column::numeric("open", w.get("overview.open")),
        Column::numeric("precision", w.get("overview.precision")),
    ];
    let rows: Vec<Row> = alerts
        .iter()
        .map(|alert| {
            let precision = alert.precision_per_mille.map_or_else(|| w.get("common.unknown").to_owned(), |share| w.per_mille(share));
            Row::new(vec![html! { a href=(alert.href) { (alert.title) } }, html! { (w.count(alert.count)) }, html! { (precision) }])
        })
        .collect();
    html! { (table::table(w, w.get("overview.alerts_caption"), &columns, &rows)) p.note { (w.get("overview.alerts_note")) } }
}
