//! The multidimensional index: how many lack what, and what the measure is made of.

use std::collections::BTreeMap;

use kernel::Text;
use maud::{Markup, html};

use super::beside::Beside;
use super::chart::{Bar, Caption, Lane, WIDTH, bars, data, drawing, legend, short};
use super::words::{both, number, percent, text};
use crate::identify::summary::{IndexFigures, Summary};

/// Colours of dimensions, in their order.
const CLASSES: [&str; 6] = ["d0", "d1", "d2", "d3", "d4", "d5"];

pub(super) fn section(summary: &Summary, beside: &Beside) -> Markup {
    html! {
        section id="index" {
            h2 { (both("多维贫困", "Multidimensional poverty")) }
            @if let Some(index) = &summary.index { (figures(index)) div.pair { (headcounts(index)) (contributions(index, beside)) } (table(index, beside)) }
            @else { p.note { (both("本方案没有多维贫困指数。", "The programme has no multidimensional index.")) } }
        }
    }
}

fn figures(index: &IndexFigures) -> Markup {
    let [h, a, m0] = [index.headcount, index.intensity, index.adjusted_headcount].map(percent);
    let zh = format!(
        "剥夺得分达到 {} 即为多维贫困。{h} 的人口多维贫困（H），他们平均被剥夺 {a} 的指标（A），综合指数 M0 = H × A = {m0}；另有 {} 接近贫困，{} 严重贫困。共评估 {} 人。",
        index.cutoff,
        percent(index.vulnerable),
        percent(index.severe),
        number(index.people)
    );
    let en = format!(
        "A deprivation score of {} makes a person poor. {h} of the people are poor (H), on average in {a} of the weighted indicators (A): \
         M0 = H × A = {m0}. A further {} are near poverty and {} are severely poor. {} people were assessed.",
        index.cutoff,
        percent(index.vulnerable),
        percent(index.severe),
        number(index.people)
    );
    html! { p { (both(&zh, &en)) } }
}

fn headcounts(index: &IndexFigures) -> Markup {
    let caption = Caption {
        id: "headcounts",
        title: Text::new("各指标被剥夺人口占比", "People deprived, by indicator"),
        description: Text::new(
            "浅色为全部人口，深色为其中多维贫困者",
            "light: of all people; dark: those of them who are poor by the index",
        ),
    };
    let lane = |value: f64, class| Lane { parts: vec![(value, class)], figure: percent(value) };
    let drawn: Vec<Bar> = index
        .indicators
        .iter()
        .map(|i| Bar { label: i.title.clone(), lanes: vec![lane(i.uncensored, "b"), lane(i.censored, "a")] })
        .collect();
    html! {
        figure {
            figcaption { (text(&caption.title)) }
            (legend(&[("b", Text::new("全部人口（未删失）", "all people (uncensored)")), ("a", Text::new("多维贫困者（删失后）", "and poor by the index (censored)"))]))
            (bars(&caption, &drawn))
        }
    }
}

fn contributions(index: &IndexFigures, beside: &Beside) -> Markup {
    let dimensions = dimensions(index);
    let caption = Caption {
        id: "contributions",
        title: Text::new("各维度对 M0 的贡献", "What M0 is made of, by dimension"),
        description: Text::new("一条横条，按维度着色，内分各指标", "one bar, coloured by dimension, divided by indicator"),
    };
    let mut x = 0.0;
    let inside = html! {
        @for (place, (id, _)) in dimensions.iter().enumerate() {
            @for i in index.indicators.iter().filter(|i| &i.dimension == id) {
                @let width = i.contribution.clamp(0.0, 1.0) * WIDTH;
                rect.stack.(colour(place)) x=(short(x)) y="2" width=(short(width)) height="38" { title { (i.title.zh) " / " (i.title.en) " " (percent(i.contribution)) } }
                ({ x += width; "" })
            }
        }
    };
    let entry = |(place, (id, share)): (usize, &(String, f64))| {
        let title = beside.dimension(id);
        (colour(place), Text::new(&format!("{} {}", title.zh, percent(*share)), &format!("{} {}", title.en, percent(*share))))
    };
    let entries: Vec<_> = dimensions.iter().enumerate().map(entry).collect();
    let mut strongest: Vec<_> = index.indicators.iter().filter(|i| i.contribution > 0.0).collect();
    strongest.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
    html! {
        figure {
            figcaption { (text(&caption.title)) }
            (legend(&entries))
            (drawing(&caption, 42.0, &inside))
            @if !strongest.is_empty() {
                p.note { (both("贡献最大的指标：", "Largest contributions:")) }
                ol { @for i in strongest.iter().take(5) { li { (text(&i.title)) " · " (percent(i.contribution)) } } }
            }
        }
    }
}

fn colour(place: usize) -> &'static str {
    CLASSES.get(place % CLASSES.len()).copied().unwrap_or("d0")
}

/// Dimensions in order of appearance with their share of the measure.
fn dimensions(index: &IndexFigures) -> Vec<(String, f64)> {
    let mut shares: BTreeMap<&str, f64> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for i in &index.indicators {
        if !order.contains(&i.dimension.as_str()) {
            order.push(&i.dimension);
        }
        *shares.entry(&i.dimension).or_default() += i.contribution;
    }
    order.into_iter().map(|id| (id.to_owned(), shares.get(id).copied().unwrap_or(0.0))).collect()
}

fn table(index: &IndexFigures, beside: &Beside) -> Markup {
    let header = [
        Text::new("维度", "dimension"),
        Text::new("指标", "indicator"),
        Text::new("未删失", "uncensored"),
        Text::new("删失后", "censored"),
        Text::new("贡献", "contribution"),
    ];
    let row = |i: &crate::identify::summary::IndicatorFigures| {
        let mut cells = vec![text(&beside.dimension(&i.dimension)), text(&i.title)];
        cells.extend([i.uncensored, i.censored, i.contribution].map(|x| html! { (percent(x)) }));
        cells
    };
    let rows: Vec<Vec<Markup>> = index.indicators.iter().map(row).collect();
    data(&Text::new("各指标", "indicators"), &header, &rows, 3)
}
