//! Villages that stand out, persons entered twice, people who never applied. Personal details stay in the files.

use kernel::Text;
use maud::{Markup, html};

use super::beside::Beside;
use super::chart::table;
use super::households::{Depth, anchor};
use super::words::{both, length, number, sign, text};
use crate::identify::summary::Summary;

/// Rows of each table; the files hold all.
const SHOWN: usize = 100;

pub(super) fn section(summary: &Summary, beside: &Beside, depth: Depth) -> Markup {
    html! {
        section id="signs" {
            h2 { (both("异常线索", "Signs beyond single households")) }
            (villages(summary, beside))
            (duplicates(summary, beside, depth))
            (leads(summary, beside))
        }
    }
}

/// Heading with the count and the file.
fn heading(zh: &str, en: &str, count: usize, file: &str, beside: &Beside) -> Markup {
    html! {
        h3 { (both(zh, en)) " (" (number(length(count))) ")" }
        @if count == 0 { p.note { (both("没有发现。", "None found.")) } }
        @else if beside.has(file) { p.note { @if count > SHOWN { (both("前", "The first")) " " (SHOWN) "; " } (both("全部见", "all in")) " " a href=(file) { (file) } } }
    }
}

fn villages(summary: &Summary, beside: &Beside) -> Markup {
    let header = [
        Text::new("村", "village"),
        Text::new("异常", "sign"),
        Text::new("说明", "detail"),
        Text::new("统计量", "statistic"),
        Text::new("q 值", "q value"),
    ];
    let mut signs: Vec<_> = summary.signs.iter().collect();
    signs.sort_by(|a, b| a.q_value.total_cmp(&b.q_value).then_with(|| a.village.cmp(&b.village)));
    let rows: Vec<Vec<Markup>> = signs
        .iter()
        .take(SHOWN)
        .map(|s| {
            vec![
                html! { code { (s.village) } },
                text(&sign(&s.kind)),
                html! { (s.detail) },
                html! { (format!("{:.3}", s.statistic)) },
                html! { (format!("{:.4}", s.q_value)) },
            ]
        })
        .collect();
    let title = Text::new("村级异常", "Villages that stand out");
    html! {
        (heading(&title.zh, &title.en, rows.len().max(signs.len()), "lists/village_signs.csv", beside))
        @if !rows.is_empty() {
            p.note { (both("统计异常不等于造假：q 值是同样异常的村中误报的预期比例。", "To stand out is no proof of fraud: the q value is the expected share of false alarms among villages that stand out as much.")) }
            (table(&title, &header, &rows, 2))
        }
    }
}

/// A household, linked where the page explains it.
fn household(id: &str, beside: &Beside, depth: Depth) -> Markup {
    if depth.shows(id, beside) {
        html! { a href={ "#h-" (anchor(id)) } { (id) } }
    } else {
        html! { (id) }
    }
}

fn duplicates(summary: &Summary, beside: &Beside, depth: Depth) -> Markup {
    let header = [Text::new("线索", "sign"), Text::new("户", "household"), Text::new("另一户", "other household")];
    // The detail may quote a name or a number: it stays in the file.
    let row = |d: &crate::identify::detect::Duplicate| {
        vec![text(&sign(&d.kind)), household(&d.household, beside, depth), household(&d.other, beside, depth)]
    };
    let rows: Vec<Vec<Markup>> = summary.duplicates.iter().take(SHOWN).map(row).collect();
    let title = Text::new("重复线索", "Signs of duplicates");
    html! {
        (heading(&title.zh, &title.en, summary.duplicates.len(), "lists/duplicates.csv", beside))
        @if !rows.is_empty() { (table(&title, &header, &rows, 0)) }
    }
}

fn leads(summary: &Summary, beside: &Beside) -> Markup {
    let header = [Text::new("线索来源", "search"), Text::new("村", "village"), Text::new("记录数", "records")];
    let search = |id: &String| beside.searches.get(id).cloned().unwrap_or_else(|| Text::new(id, id));
    let row = |lead: &crate::identify::detect::Lead| {
        vec![text(&search(&lead.search)), html! { code { (lead.village) } }, html! { (number(lead.records)) }]
    };
    let rows: Vec<Vec<Markup>> = summary.leads.iter().take(SHOWN).map(row).collect();
    let title = Text::new("未申请线索", "People who never applied");
    html! {
        (heading(&title.zh, &title.en, summary.leads.len(), "lists/leads.csv", beside))
        @if !rows.is_empty() { (table(&title, &header, &rows, 1)) }
    }
}
