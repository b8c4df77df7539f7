//! Charts drawn here, as SVG, each with a title, a description and its data as a table beside it.
//!
//! Drawings are as wide as a phone, so that their letters keep their size there; a desk puts several side by side.

use kernel::Text;
use maud::{Markup, html};

use super::words::{both, plain, text};

/// Width of a drawing in its own units: about the pixels of a phone.
pub(super) const WIDTH: f64 = 360.0;
/// Room for the figure right of a bar.
const FIGURE: f64 = 58.0;
const LINE: f64 = 15.0;
const LANE: f64 = 11.0;

/// One bar of parts, with its figure at the end.
pub(super) struct Lane {
    /// Length and class (colour) of each part.
    pub parts: Vec<(f64, &'static str)>,
    pub figure: String,
}

/// What stands under one label.
pub(super) struct Bar {
    pub label: Text,
    pub lanes: Vec<Lane>,
}

/// What a chart is called and shows.
pub(super) struct Caption<'a> {
    pub id: &'a str,
    pub title: Text,
    pub description: Text,
}

/// A drawing with its caption read out; `height` in units of [`WIDTH`].
pub(super) fn drawing(caption: &Caption<'_>, height: f64, inside: &Markup) -> Markup {
    let (title, description) = (format!("{}-title", caption.id), format!("{}-desc", caption.id));
    html! {
        svg role="img" viewBox={ "0 0 " (short(WIDTH)) " " (short(height)) } aria-labelledby={ (title) " " (description) } {
            title id=(title) { (plain(&caption.title)) }
            desc id=(description) { (plain(&caption.description)) }
            (inside)
        }
    }
}

/// Horizontal bars, labels above them.
pub(super) fn bars(caption: &Caption<'_>, bars: &[Bar]) -> Markup {
    let length = |lane: &Lane| lane.parts.iter().map(|part| part.0).sum::<f64>();
    let longest = bars.iter().flat_map(|bar| &bar.lanes).map(length).fold(0.0, f64::max);
    let scale = if longest > 0.0 { (WIDTH - FIGURE) / longest } else { 0.0 };
    let mut y = 2.0;
    let inside = html! {
        @for bar in bars {
            @let lines = labels(&bar.label);
            // The shorter label stands next to its bar, not a line above it.
            (label(&bar.label.zh, "zh", y, lines))
            (label(&bar.label.en, "en", y, lines))
            @let top = y + lines * LINE + 2.0;
            @for (place, lane) in bar.lanes.iter().enumerate() { (lane_at(lane, scale, top + kernel::number::count(place) * (LANE + 2.0))) }
            ({ y = top + kernel::number::count(bar.lanes.len()) * (LANE + 2.0) + 7.0; "" })
        }
    };
    drawing(caption, y.max(1.0), &inside)
}

fn lane_at(lane: &Lane, scale: f64, y: f64) -> Markup {
    let mut x = 0.0;
    html! {
        @for (value, class) in &lane.parts {
            // A bar that is not zero stays visible.
            @let width = if *value > 0.0 { (value * scale).max(1.0) } else { 0.0 };
            rect class=(class) x=(short(x)) y=(short(y)) width=(short(width)) height=(short(LANE)) {}
            ({ x += width; "" })
        }
        text.figure x=(short(x + 5.0)) y=(short(y + LANE - 1.5)) { (lane.figure) }
    }
}

fn label(words: &str, language: &str, top: f64, lines: f64) -> Markup {
    let wrapped = wrap(words, WIDTH);
    let y = top + (lines - kernel::number::count(wrapped.len())) * LINE;
    html! {
        text lang=(language) {
            @for (place, line) in wrapped.iter().enumerate() {
                tspan x="0" y=(short(y + (kernel::number::count(place) + 1.0) * LINE - 3.0)) { (line) }
            }
        }
    }
}

fn labels(label: &Text) -> f64 {
    kernel::number::count(wrap(&label.zh, WIDTH).len().max(wrap(&label.en, WIDTH).len()))
}

/// Breaks a text for a line of `limit` units at 12 units a letter; SVG does not wrap.
fn wrap(words: &str, limit: f64) -> Vec<String> {
    let width = |piece: &str| piece.chars().map(|c| if c.is_ascii() { 6.4 } else { 12.0 }).sum::<f64>();
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    for piece in words.split_inclusive(|c: char| c == ' ' || !c.is_ascii()) {
        let wide = width(piece);
        if used > 0.0 && used + wide > limit {
            lines.push(String::new());
            used = 0.0;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(piece);
        }
        used += wide;
    }
    lines
}

/// A coordinate without digits nobody sees.
pub(super) fn short(x: f64) -> String {
    let rounded = format!("{x:.1}");
    rounded.strip_suffix(".0").map_or_else(|| rounded.clone(), str::to_owned)
}

/// What the colours mean.
pub(super) fn legend(entries: &[(&str, Text)]) -> Markup {
    html! {
        ul.legend {
            @for (class, meaning) in entries { li { i.(class) aria-hidden="true" {} " " (text(meaning)) } }
        }
    }
}

/// A table that scrolls by itself when it is wider than the page. Columns named in `numbers` are right-aligned.
pub(super) fn table(title: &Text, header: &[Text], rows: &[Vec<Markup>], numbers: usize) -> Markup {
    let first_number = header.len().saturating_sub(numbers);
    html! {
        div.scroll role="region" tabindex="0" aria-label=(plain(title)) {
            table {
                thead { tr { @for (place, name) in header.iter().enumerate() { th scope="col" class=[(place >= first_number).then_some("n")] { (text(name)) } } } }
                tbody {
                    @for row in rows {
                        tr { @for (place, cell) in row.iter().enumerate() { td class=[(place >= first_number).then_some("n")] { (cell) } } }
                    }
                }
            }
        }
    }
}

/// The data of a chart that stands beside it on a desk: open, the room is there.
pub(super) fn data_beside(title: &Text, header: &[Text], rows: &[Vec<Markup>], numbers: usize) -> Markup {
    html! {
        details.data open {
            summary { (both("数据表", "Data")) ": " (text(title)) }
            (table(title, header, rows, numbers))
        }
    }
}

/// The data of a chart, folded.
pub(super) fn data(title: &Text, header: &[Text], rows: &[Vec<Markup>], numbers: usize) -> Markup {
    html! {
        details.data {
            summary { (both("数据表", "Data")) ": " (text(title)) }
            (table(title, header, rows, numbers))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_break_between_words() {
        assert_eq!(wrap("road of earth", 60.0), ["road of ", "earth"]);
        assert_eq!(wrap("入户路差", 26.0), ["入户", "路差"]);
        assert_eq!(wrap("", 60.0).len(), 1);
    }

    #[test]
    fn nothing_to_draw_is_no_division_by_zero() {
        let caption = Caption { id: "x", title: Text::new("甲", "a"), description: Text::default() };
        let bar = Bar { label: Text::new("零", "zero"), lanes: vec![Lane { parts: vec![(0.0, "a")], figure: "0".to_owned() }] };
        let page = bars(&caption, &[bar]).into_string();
        assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
        assert!(bars(&caption, &[]).into_string().contains("<title"));
    }
}
