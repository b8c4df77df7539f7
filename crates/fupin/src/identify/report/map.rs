//! Places as tiles: no boundaries, so nothing to review before publication; codes as labels, since no names are shipped.

use std::collections::BTreeMap;

use kernel::Text;
use maud::{Markup, html};

use super::chart::{Caption, WIDTH, data, drawing, legend, short};
use super::words::{both, number, percent, percent_of, share, text};
use crate::identify::part::AreaFigures;
use crate::identify::summary::{Area, Summary};

/// Tiles above which the map shows the next higher level.
const TILES: usize = 500;
const COLUMNS: usize = 5;
const HEIGHT: f64 = 50.0;

/// Levels from the finest with the digits of the level above.
const LEVELS: [(&str, usize, &str, &str); 4] = [
    ("village", 9, "村", "villages"),
    ("township", 6, "乡镇", "townships"),
    ("county", 2, "县", "counties"),
    ("province", 0, "省", "provinces"),
];

/// What colours the tiles.
#[derive(Clone, Copy)]
enum Measure {
    /// Households under the line.
    Line,
    /// People poor by the index.
    Index,
}

impl Measure {
    /// The line where there is one, else the index.
    const fn of(total: &AreaFigures) -> Option<Self> {
        if total.below_line > 0 {
            Some(Self::Line)
        } else if total.assessed_people > 0 {
            Some(Self::Index)
        } else {
            None
        }
    }

    fn share(self, figures: &AreaFigures) -> Option<f64> {
        match self {
            Self::Line => share(figures.below_line, figures.households),
            Self::Index => share(figures.index_poor_people, figures.assessed_people),
        }
    }

    fn title(self) -> Text {
        match self {
            Self::Line => Text::new("低于贫困线户占比", "households under the line"),
            Self::Index => Text::new("多维贫困人口占比", "people poor by the index"),
        }
    }
}

pub(super) fn section(summary: &Summary) -> Markup {
    let finest = LEVELS.iter().find_map(|level| {
        let areas: Vec<&Area> = summary.areas.iter().filter(|area| area.level == level.0).collect();
        (!areas.is_empty() && areas.len() <= TILES).then_some((*level, areas))
    });
    html! {
        section id="map" {
            h2 { (both("分布", "Where")) }
            @match (finest, Measure::of(&summary.total)) {
                (Some(((_, digits, zh, en), areas)), Some(measure)) => {
                    p.note { (both(
                        &format!("示意图：每格一个{zh}，按上级排列，格内为代码末位和占比，不表示真实位置和边界。"),
                        &format!("A schematic: one tile each for {en}, by the place above, with the last digits of the code and the share; neither position nor boundary is real."),
                    )) }
                    (tiles(&areas, digits, measure))
                }
                _ => p.note { (both("数据没有地区代码或无从计算占比。", "The data have no area codes, or no share can be computed.")) },
            }
        }
    }
}

fn tiles(areas: &[&Area], digits: usize, measure: Measure) -> Markup {
    let mut groups: BTreeMap<&str, Vec<&Area>> = BTreeMap::new();
    for area in areas {
        groups.entry(area.code.get(..digits).unwrap_or_default()).or_default().push(area);
    }
    let highest = areas.iter().filter_map(|area| measure.share(&area.figures)).fold(0.0, f64::max);
    let step = step(highest);
    let title = measure.title();
    html! {
        p { strong { (text(&title)) } }
        (legend(&bins(step)))
        div.map { @for (parent, members) in &groups { (group(parent, members, measure, step)) } }
        (data(&title, &header(&title), &rows(&groups, measure), 8))
    }
}

/// The least handsome width of five steps that reach the highest share.
fn step(highest: f64) -> f64 {
    let handsome = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.08, 0.1, 0.15, 0.2];
    handsome.into_iter().find(|step| step * 5.0 >= highest).unwrap_or(0.2)
}

const CLASSES: [&str; 5] = ["m0", "m1", "m2", "m3", "m4"];

fn bins(step: f64) -> Vec<(&'static str, Text)> {
    let range = |place: usize| {
        let low = percent(kernel::number::count(place) * step);
        let high = percent(kernel::number::count(place + 1) * step);
        format!("{low}–{high}")
    };
    CLASSES.iter().enumerate().map(|(place, class)| (*class, Text::new(&range(place), &range(place)))).collect()
}

fn class(share: Option<f64>, step: f64) -> &'static str {
    let Some(share) = share else { return "mx" };
    let bound = |place: &usize| share < kernel::number::count(place + 1) * step;
    let place = (0..CLASSES.len()).find(bound).unwrap_or(CLASSES.len() - 1);
    CLASSES.get(place).copied().unwrap_or("mx")
}

fn group(parent: &str, members: &[&Area], measure: Measure, step: f64) -> Markup {
    let sum = sum(members);
    let shown = measure.share(&sum).map_or_else(|| "–".to_owned(), percent);
    let name = if parent.is_empty() { "all" } else { parent };
    let caption = Caption {
        id: &format!("map-{name}"),
        title: Text::new(&format!("{name}：{} {shown}", measure.title().zh), &format!("{name}: {} {shown}", measure.title().en)),
        description: Text::new(
            &format!("{} 格，颜色越深占比越高", members.len()),
            &format!("{} tiles, darker where the share is higher", members.len()),
        ),
    };
    let columns = kernel::number::count(COLUMNS);
    let rows = members.len().div_ceil(COLUMNS);
    let inside = html! {
        @for (place, area) in members.iter().enumerate() {
            @let x = kernel::number::count(place % COLUMNS) * WIDTH / columns;
            @let y = kernel::number::count(place / COLUMNS) * HEIGHT;
            (tile(area, (x + 1.0, y + 1.0), measure, step))
        }
    };
    html! {
        figure {
            figcaption { code { (name) } span { (number(sum.households)) " " (both("户", "households")) " · " (shown) } }
            (drawing(&caption, kernel::number::count(rows) * HEIGHT, &inside))
        }
    }
}

fn tile(area: &Area, (x, y): (f64, f64), measure: Measure, step: f64) -> Markup {
    let share = measure.share(&area.figures);
    let shown = share.map_or_else(|| "–".to_owned(), percent);
    let middle = x + WIDTH / kernel::number::count(COLUMNS) / 2.0 - 1.0;
    let tail: String = area.code.chars().skip(area.code.chars().count().saturating_sub(3)).collect();
    let f = &area.figures;
    html! {
        g.tile {
            title { (area.code) "：" (number(f.households)) "户 households, " (shown) ", " (number(f.admit)) "+" (number(f.keep)) "+" (number(f.verify)) "+" (number(f.review_removal)) }
            rect.(class(share, step)) x=(short(x)) y=(short(y)) width=(short(WIDTH / kernel::number::count(COLUMNS) - 2.0)) height=(short(HEIGHT - 2.0)) rx="3" {}
            text.code x=(short(middle)) y=(short(y + 18.0)) { (tail) }
            text.value x=(short(middle)) y=(short(y + 37.0)) { (shown) }
        }
    }
}

fn sum(members: &[&Area]) -> AreaFigures {
    let mut sum = AreaFigures::default();
    members.iter().for_each(|area| sum.add(&area.figures));
    sum
}

fn header(measure: &Text) -> [Text; 9] {
    [
        Text::new("地区", "area"),
        Text::new("户", "households"),
        Text::new("人", "people"),
        Text::new("线下户", "under line"),
        measure.clone(),
        Text::new("纳入", "admit"),
        Text::new("保留", "keep"),
        Text::new("核实", "verify"),
        Text::new("复核", "review"),
    ]
}

fn rows(groups: &BTreeMap<&str, Vec<&Area>>, measure: Measure) -> Vec<Vec<Markup>> {
    let mut rows = Vec::new();
    for (parent, members) in groups {
        if !parent.is_empty() {
            rows.push(row(&html! { strong { code { (parent) } } }, &sum(members), measure));
        }
        rows.extend(members.iter().map(|area| row(&html! { code { (area.code) } }, &area.figures, measure)));
    }
    rows
}

fn row(name: &Markup, f: &AreaFigures, measure: Measure) -> Vec<Markup> {
    let shown = match measure {
        Measure::Line => percent_of(f.below_line, f.households),
        Measure::Index => percent_of(f.index_poor_people, f.assessed_people),
    };
    let figures = [f.admit, f.keep, f.verify, f.review_removal].map(|n| html! { (number(n)) });
    let mut cells = vec![
        name.clone(),
        html! { (number(f.households)) },
        html! { (number(f.people)) },
        html! { (number(f.below_line)) },
        html! { (shown) },
    ];
    cells.extend(figures);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_reach_the_highest_share() {
        assert!((step(0.174) - 0.04).abs() < 1e-12);
        assert!((step(1.0) - 0.2).abs() < 1e-12);
        assert_eq!(class(Some(1.0), 0.2), "m4");
        assert_eq!(class(Some(0.0), 0.2), "m0");
        assert_eq!(class(None, 0.2), "mx");
    }
}
