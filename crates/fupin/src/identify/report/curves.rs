//! Errors of targeting by how many are selected.

use kernel::Text;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::chart::{Caption, WIDTH, data, drawing, legend, short};
use super::words::{percent, text};

/// The errors when the neediest `share` of the households is selected; all four lie in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct CurvePoint {
    pub share: f64,
    /// Poor left out, of all poor.
    pub exclusion_error: f64,
    /// Others selected, of all selected.
    pub inclusion_error: f64,
    /// Poor reached, of all poor.
    pub coverage: f64,
}

impl CurvePoint {
    const fn finite(&self) -> bool {
        self.share.is_finite() && self.exclusion_error.is_finite() && self.inclusion_error.is_finite() && self.coverage.is_finite()
    }
}

/// One of the three figures of a point.
type Height = fn(&CurvePoint) -> f64;

/// Room around the axes.
const LEFT: f64 = 40.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 190.0;

fn x(share: f64) -> f64 {
    LEFT + share.clamp(0.0, 1.0) * (WIDTH - LEFT - 14.0)
}

fn y(value: f64) -> f64 {
    BOTTOM - value.clamp(0.0, 1.0) * (BOTTOM - TOP)
}

/// The three curves with legend and table; nothing without points. Points that are no numbers are left out.
pub(crate) fn curves(points: &[CurvePoint]) -> Markup {
    let mut points: Vec<&CurvePoint> = points.iter().filter(|point| point.finite()).collect();
    points.sort_by(|a, b| a.share.total_cmp(&b.share));
    let caption = Caption {
        id: "curves",
        title: Text::new("选取比例与误差", "Errors by the share of households selected"),
        description: Text::new(
            "横轴为选取比例，纵轴为漏评率、错评率和覆盖率",
            "across: share selected; up: exclusion error, inclusion error and coverage",
        ),
    };
    let kinds: [(&str, Text, Height); 3] = [
        ("k-exclusion", Text::new("漏评率（实线）", "exclusion error (solid)"), |p| p.exclusion_error),
        ("k-inclusion", Text::new("错评率（长虚线）", "inclusion error (dashes)"), |p| p.inclusion_error),
        ("k-coverage", Text::new("覆盖率（点线）", "coverage (dots)"), |p| p.coverage),
    ];
    let path = |of: Height| points.iter().map(|p| format!("{},{}", short(x(p.share)), short(y(of(p))))).collect::<Vec<_>>().join(" ");
    let inside = html! {
        @for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
            line.grid x1=(short(LEFT)) x2=(short(x(1.0))) y1=(short(y(tick))) y2=(short(y(tick))) {}
            text.figure x=(short(LEFT - 5.0)) y=(short(y(tick) + 4.0)) text-anchor="end" { (format!("{:.0}%", tick * 100.0)) }
            text.figure x=(short(x(tick))) y=(short(BOTTOM + 15.0)) text-anchor="middle" { (format!("{:.0}%", tick * 100.0)) }
        }
        line.axis x1=(short(LEFT)) x2=(short(x(1.0))) y1=(short(BOTTOM)) y2=(short(BOTTOM)) {}
        @for (class, _, of) in &kinds { polyline.curve.(class) points=(path(*of)) {} }
    };
    let entries: Vec<(&str, Text)> = kinds.iter().map(|(class, title, _)| (*class, title.clone())).collect();
    let header = [
        Text::new("选取比例", "share selected"),
        Text::new("漏评率", "exclusion error"),
        Text::new("错评率", "inclusion error"),
        Text::new("覆盖率", "coverage"),
    ];
    let row = |p: &&CurvePoint| [p.share, p.exclusion_error, p.inclusion_error, p.coverage].map(|x| html! { (percent(x)) }).to_vec();
    let rows: Vec<Vec<Markup>> = points.iter().map(row).collect();
    html! {
        @if !points.is_empty() {
            figure { figcaption { (text(&caption.title)) } (legend(&entries)) (drawing(&caption, 212.0, &inside)) }
            (data(&caption.title, &header, &rows, 4))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(share: f64) -> CurvePoint {
        CurvePoint { share, exclusion_error: 1.0 - share, inclusion_error: share / 2.0, coverage: share }
    }

    #[test]
    fn draws_every_point_in_order() {
        let page = curves(&[point(1.0), point(0.0), point(0.5), point(f64::NAN)]).into_string();
        assert_eq!(page.matches("<polyline").count(), 3);
        assert!(page.contains("points=\"40,10 193,100 346,190\""), "{page}");
        assert!(!page.contains("NaN"));
        assert_eq!(page.matches("<tr>").count(), 4);
    }

    #[test]
    fn nothing_without_points() {
        assert!(curves(&[]).into_string().is_empty());
    }
}
