//! Charts that need no script: tiles of areas, bars, a divided bar. Each stands beside its figures; colour repeats what is written.

use maud::{Markup, html};

use crate::text::Words;

/// An area as a tile of the schematic map.
#[derive(Debug, Clone)]
pub struct Tile {
    pub name: String,
    pub href: String,
    /// The figure as text.
    pub value: String,
    /// Shade from 0 (least) to 4 (most); `None` without a figure.
    pub shade: Option<u8>,
}

/// Areas as a grid of links: no boundaries, so nothing to review before publication.
#[must_use]
pub fn tiles(w: Words, title: &str, tiles: &[Tile]) -> Markup {
    html! {
        figure.tiles-figure {
            figcaption { (title) span.note { " " (w.get("chart.schematic")) } }
            ul.tiles { @for tile in tiles { li { a.(shade(tile.shade)) href=(tile.href) { span { (tile.name) } b { (tile.value) } } } } }
        }
    }
}

fn shade(shade: Option<u8>) -> &'static str {
    match shade {
        None => "m-none",
        Some(0) => "m0",
        Some(1) => "m1",
        Some(2) => "m2",
        Some(3) => "m3",
        Some(_) => "m4",
    }
}

/// A bar with its name.
#[derive(Debug, Clone)]
pub struct Bar {
    pub name: String,
    pub href: Option<String>,
    /// Length of the bar.
    pub value: u64,
    /// The figure as text.
    pub shown: String,
}

/// Bars under each other; the figure stands behind each, so the list is its own table.
#[must_use]
pub fn bars(title: &str, bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    html! {
        figure {
            figcaption { (title) }
            ul.bars {
                @for bar in bars {
                    li {
                        span.name { @match &bar.href { Some(href) => a href=(href) { (bar.name) }, None => (bar.name) } }
                        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                            rect width=(bar.value.saturating_mul(100) / most) height="10" {}
                        }
                        span.n { (bar.shown) }
                    }
                }
            }
        }
    }
}

/// A part of a whole.
#[derive(Debug, Clone)]
pub struct Share {
    pub name: String,
    /// Minor units; a part below zero (a cost) is listed but not drawn.
    pub value: i64,
    pub shown: String,
}

/// A divided bar with its parts listed below in the same order.
#[must_use]
pub fn composition(w: Words, title: &str, shares: &[Share]) -> Markup {
    let total: u64 = shares.iter().filter_map(|share| u64::try_from(share.value).ok()).sum();
    let widths: Vec<u64> = shares.iter().map(|share| u64::try_from(share.value).unwrap_or(0).saturating_mul(1000) / total.max(1)).collect();
    html! {
        figure {
            figcaption { (title) }
            svg.stack viewBox="0 0 1000 60" preserveAspectRatio="none" aria-hidden="true" {
                @for (place, width) in widths.iter().enumerate() {
                    rect.(part(place)) x=(widths.iter().take(place).sum::<u64>()) width=(width) height="60" {}
                }
            }
            table.parts {
                caption.hidden { (title) }
                thead { tr { th scope="col" { (w.get("chart.part")) } th.n scope="col" { (w.get("chart.amount")) } th.n scope="col" { (w.get("chart.share")) } } }
                tbody {
                    @for (place, share) in shares.iter().enumerate() {
                        tr {
                            th scope="row" { svg.key viewBox="0 0 10 10" aria-hidden="true" { rect.(part(place)) width="10" height="10" {} } (share.name) }
                            td.n { (share.shown) }
                            td.n { @if let Ok(value) = u64::try_from(share.value) { (w.per_mille(per_mille(value, total))) } @else { "–" } }
                        }
                    }
                }
            }
        }
    }
}

fn per_mille(value: u64, total: u64) -> i64 {
    i64::try_from(value.saturating_mul(1000) / total.max(1)).unwrap_or(0)
}

fn part(place: usize) -> &'static str {
    match place % 6 {
        0 => "p0",
        1 => "p1",
        2 => "p2",
        3 => "p3",
        4 => "p4",
        _ => "p5",
    }
}
