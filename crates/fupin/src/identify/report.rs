//! One self-contained HTML file: no resource from elsewhere, readable without a script, on a phone, on a desk and on paper.
//!
//! Figures come from the [`Summary`]; the households shown are the first of each list. Personal data never enter: a household is its number.
//! Places are tiles with their codes, because a map with boundaries may not be published without review.

mod beside;
mod cards;
mod chart;
mod checks;
mod curves;
mod deprivation;
mod households;
mod map;
mod model;
mod overview;
mod signs;
#[cfg(test)]
mod tests;
mod words;

use std::path::Path;

use kernel::Language;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use programme::Programme;

use super::decide::Row;
use super::summary::Summary;
use crate::failure::{Failure, Result};
use beside::Beside;
pub(crate) use curves::CurvePoint;
use words::{both, text};

const STYLE: &str = include_str!("report/style.css");
const SCRIPT: &str = include_str!("report/script.js");

/// Writes `report.html`. Lists must lie in `out` already: only files that exist are linked. `rows` may be empty (too many households).
pub(crate) fn write(out: &Path, programme: &Programme, summary: &Summary, rows: &[Row], language: Language) -> Result<()> {
    let path = out.join("report.html");
    let beside = Beside::collect(out, programme, rows, language);
    std::fs::write(&path, page(summary, &beside).into_string()).map_err(Failure::file(&path))
}

/// Where the error curves stand in the page, so that an evaluation can put them there later.
const CURVES: [&str; 2] = ["<!--curves-->", "<!--/curves-->"];

/// Draws the error curves into a report that was written before the outcomes were known; a folder without a report stays as it is.
pub(crate) fn insert_evaluation(out: &Path, points: &[CurvePoint]) -> Result<()> {
    let path = out.join("report.html");
    if !path.is_file() {
        return Ok(());
    }
    let page = std::fs::read_to_string(&path).map_err(Failure::file(&path))?;
    let parts = page.split_once(CURVES[0]).and_then(|(before, rest)| Some((before, rest.split_once(CURVES[1])?.1)));
    let Some((before, after)) = parts else { return Ok(()) };
    let drawn = html! { h3 { (both("误差曲线", "Errors by share selected")) } (curves::curves(points)) }.into_string();
    let page = format!("{before}{}{drawn}{}{after}", CURVES[0], CURVES[1]);
    std::fs::write(&path, page).map_err(Failure::file(&path))
}

/// Sections with their anchors, in the order of the page.
const SECTIONS: [(&str, &str, &str); 9] = [
    ("lists", "名单", "Lists"),
    ("map", "分布", "Where"),
    ("index", "多维贫困", "Deprivation"),
    ("causes", "致贫原因", "Causes"),
    ("households", "逐户说明", "Households"),
    ("checks", "核查规则", "Checks"),
    ("signs", "异常线索", "Signs"),
    ("model", "模型说明", "Model"),
    ("limits", "局限", "Limits"),
];

fn page(summary: &Summary, beside: &Beside) -> Markup {
    let chinese = beside.language == Language::Zh;
    let depth = households::Depth::fitting(summary, beside);
    html! {
        (DOCTYPE)
        html lang=(if chinese { "zh" } else { "en" }) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (summary.title.pick(beside.language)) " " (summary.as_of) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                // The language needs no script: what follows the chosen button hides the other one.
                input type="radio" name="language" id="say-zh" checked[chinese];
                input type="radio" name="language" id="say-en" checked[!chinese];
                (header(summary))
                main id="main" {
                    (overview::headline(summary))
                    (overview::lists(summary, beside))
                    (map::section(summary))
                    (deprivation::section(summary, beside))
                    (overview::causes(summary))
                    (households::section(summary, beside, depth))
                    (checks::section(summary, beside))
                    (signs::section(summary, beside, depth))
                    (model::section(summary, beside))
                    (overview::limits(summary, beside))
                }
                (footer(summary, beside))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn header(summary: &Summary) -> Markup {
    html! {
        header {
            a.skip href="#main" { (both("跳到正文", "Skip to content")) }
            div.top {
                p.brand { "fupin · " (both("精准识别报告", "identification report")) }
                // No `lang` on the labels: the hidden language must stay choosable.
                p.languages { label for="say-zh" { "中文" } " " label for="say-en" { "English" } }
            }
            h1 { (text(&summary.title)) }
            p.meta { (both("截至", "as of")) " " (summary.as_of) " · " (summary.programme) " " (summary.programme_version) }
            nav aria-label="章节 sections" {
                @for (id, zh, en) in SECTIONS { a href={ "#" (id) } { (both(zh, en)) } " " }
            }
        }
    }
}

fn footer(summary: &Summary, beside: &Beside) -> Markup {
    html! {
        footer {
            p {
                (both("方案", "Programme")) " " (summary.programme) " " (summary.programme_version) " · "
                (both("截至", "as of")) " " (summary.as_of) " · fupin " (env!("CARGO_PKG_VERSION"))
            }
            @if !beside.source.is_empty() { p { (both("依据：", "Basis: ")) (beside.source) } }
            @if !beside.tables.is_empty() {
                p {
                    (both("数据来源：", "Data: "))
                    @for (place, table) in beside.tables.iter().enumerate() {
                        @if place > 0 { (both("；", "; ")) }
                        (text(table))
                    }
                }
            }
            p { (both(
                "本报告只列户编号，不含姓名、证件号码和电话。系统只提出建议，由人决定；任何一户不因本报告而失去帮扶。",
                "This report names households by number only: no names, identity numbers or telephone numbers. \
                 The system proposes, people decide; nobody loses support because of this report alone.",
            )) }
        }
    }
}
