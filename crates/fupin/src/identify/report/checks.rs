//! Checks: how often each family fired, and for every check that fired what it means and what to ask.

use std::collections::BTreeMap;

use kernel::Text;
use maud::{Markup, html};

use super::beside::Beside;
use super::chart::{Bar, Caption, Lane, bars, data_beside, legend, table};
use super::words::{both, family, float, length, number, percent_of, severity, text};
use crate::identify::summary::{CheckFigures, Summary};

/// Checks of the short table.
const TOP: usize = 15;

const SEVERITIES: [&str; 3] = ["error", "warning", "notice"];

/// Firings of one family.
#[derive(Default)]
struct Family {
    rules: u64,
    fired: u64,
    /// Households by [`SEVERITIES`], a household once for each check.
    hits: [u64; 3],
}

pub(super) fn section(summary: &Summary, beside: &Beside) -> Markup {
    let mut fired: Vec<(usize, &CheckFigures)> = summary.checks.iter().enumerate().filter(|(_, check)| check.households > 0).collect();
    fired.sort_by(|a, b| b.1.households.cmp(&a.1.households).then(a.0.cmp(&b.0)));
    let (all, some) = (number(length(summary.checks.len())), number(length(fired.len())));
    html! {
        section id="checks" {
            h2 { (both("核查规则", "Checks")) }
            @if summary.checks.is_empty() { p.note { (both("本方案没有核查规则。", "The programme has no checks.")) } }
            @else {
                p { (both(&format!("{all} 条规则中 {some} 条有命中。命中只是线索，须核实后才能认定。"), &format!("{some} of {all} checks fired. A hit is a sign to follow up, not a finding."))) }
                (families(summary))
                (top(&fired, summary))
                (explained(&fired, beside))
            }
        }
    }
}

fn families(summary: &Summary) -> Markup {
    let mut families: BTreeMap<&str, Family> = BTreeMap::new();
    for check in &summary.checks {
        let sums = families.entry(&check.family).or_default();
        sums.rules += 1;
        sums.fired += u64::from(check.households > 0);
        for (hits, _) in sums.hits.iter_mut().zip(SEVERITIES).filter(|(_, name)| *name == check.severity) {
            *hits += check.households;
        }
    }
    let mut families: Vec<(&str, Family)> = families.into_iter().collect();
    families.sort_by_key(|(id, sums)| (std::cmp::Reverse(sums.hits.iter().sum::<u64>()), *id));
    let caption = Caption {
        id: "families",
        title: Text::new("各类规则命中次数", "Hits by family of checks"),
        description: Text::new("按严重程度着色；一户命中几条计几次", "coloured by severity; a household counts once for each check"),
    };
    let bar = |(id, sums): &(&str, Family)| Bar {
        label: family(id),
        lanes: vec![Lane {
            parts: sums.hits.iter().zip(SEVERITIES).map(|(n, class)| (float(*n), class)).collect(),
            figure: number(sums.hits.iter().sum()),
        }],
    };
    let drawn: Vec<Bar> = families.iter().map(bar).collect();
    let header = ["规则类别|family", "规则|checks", "有命中|fired", "错误|errors", "警告|warnings", "提示|notices"]
        .map(|name| name.split_once('|').map_or_else(Text::default, |(zh, en)| Text::new(zh, en)));
    let row = |(id, sums): &(&str, Family)| {
        let mut cells = vec![text(&family(id))];
        cells.extend([sums.rules, sums.fired].into_iter().chain(sums.hits).map(|n| html! { (number(n)) }));
        cells
    };
    let rows: Vec<Vec<Markup>> = families.iter().map(row).collect();
    html! {
        div.pair {
            figure {
                figcaption { (text(&caption.title)) }
                (legend(&SEVERITIES.map(|name| (name, severity(name)))))
                (bars(&caption, &drawn))
            }
            (data_beside(&caption.title, &header, &rows, 5))
        }
    }
}

fn top(fired: &[(usize, &CheckFigures)], summary: &Summary) -> Markup {
    let title = Text::new("命中最多的规则", "Checks that fired most");
    let header = [Text::new("规则", "check"), Text::new("程度", "severity"), Text::new("户", "households"), Text::new("占比", "share")];
    let row = |(_, check): &(usize, &CheckFigures)| {
        vec![
            html! { a href={ "#c-" (check.id) } { (text(&check.title)) } },
            tag(&check.severity),
            html! { (number(check.households)) },
            html! { (percent_of(check.households, summary.total.households)) },
        ]
    };
    let rows: Vec<Vec<Markup>> = fired.iter().take(TOP).map(row).collect();
    let broad = fired.iter().filter(|(_, check)| check.households * 2 > summary.total.households).count();
    html! {
        h3 { (text(&title)) }
        (table(&title, &header, &rows, 2))
        @if broad > 0 {
            p.note { (both(
                &format!("{broad} 条规则命中半数以上的户：这更多说明数据或规则有问题，而不是某一户有问题。"),
                &format!("{broad} of them fired for over half of the households: that says more about the data or the rule than about any household."),
            )) }
        }
    }
}

pub(super) fn tag(id: &str) -> Markup {
    let class = SEVERITIES.into_iter().find(|name| *name == id).unwrap_or("notice");
    html! { span.tag.(class) { (text(&severity(id))) } }
}

/// Every check that fired, with what to ask: what the households' blocks refer to.
fn explained(fired: &[(usize, &CheckFigures)], beside: &Beside) -> Markup {
    let mut families: BTreeMap<&str, Vec<(usize, &CheckFigures)>> = BTreeMap::new();
    for (place, check) in fired {
        families.entry(&check.family).or_default().push((*place, check));
    }
    html! {
        h3 { (both("逐条说明与询问要点", "Each check and what to ask")) }
        @for (id, checks) in &families {
            details.rules {
                summary { (text(&family(id))) " (" (number(length(checks.len()))) ")" }
                ul {
                    @for (place, check) in checks {
                        li id={ "c-" (check.id) } {
                            (tag(&check.severity)) " " strong { (text(&check.title)) } " · " (number(check.households)) " " (both("户", "households"))
                            @if let Some(ask) = beside.asks.get(*place) { br; (text(ask)) }
                        }
                    }
                }
            }
        }
    }
}
