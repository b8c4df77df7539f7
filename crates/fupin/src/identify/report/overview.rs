//! The sentence at the top, key figures, the lists, causes, and what the data cannot tell.

use kernel::{Currency, Text};
use maud::{Markup, html};
use targeting::proposal::Proposal;

use super::beside::Beside;
use super::chart::{Bar, Caption, Lane, bars, data_beside};
use super::words::{both, float, length, number, percent, percent_of, proposal, text};
use crate::identify::summary::Summary;
use crate::identify::table::word;

pub(super) fn headline(summary: &Summary) -> Markup {
    let t = &summary.total;
    let [households, people, line, admit, keep, verify, review] =
        [t.households, t.people, t.below_line, t.admit, t.keep, t.verify, t.review_removal].map(number);
    let zh = format!(
        "共识别 {households} 户 {people} 人：{line} 户低于贫困线；建议纳入 {admit} 户、保留 {keep} 户、入户核实 {verify} 户、复核退出 {review} 户。"
    );
    let en = format!(
        "Of {households} households ({people} people), {line} are under the poverty line; \
         the proposals are to admit {admit}, keep {keep}, verify {verify} by a visit and review {review} for removal."
    );
    html! {
        section aria-label="摘要 summary" {
            p.headline { (both(&zh, &en)) }
            ul.figures {
                (figure(&number(t.households), "户", "households", None))
                (figure(&number(t.people), "人", "people", None))
                (figure(&number(t.registered), "在册户", "in the programme", Some(percent_of(t.registered, t.households))))
                (figure(&number(t.below_line), "低于贫困线户", "households under the line", Some(percent_of(t.below_line, t.households))))
                @if let Some(shortfall) = shortfall(summary) {
                    (figure(&shortfall, "年收入总缺口", "shortfall to the line a year", Some(summary.currency.clone())))
                }
                @if let Some(index) = &summary.index {
                    (figure(&percent(index.headcount), "多维贫困发生率 H", "multidimensionally poor (H)", Some(format!("k = {}", index.cutoff))))
                }
                (figure(&number(t.admit + t.keep + t.verify + t.review_removal), "有建议的户", "households with a proposal", Some(percent_of(t.admit + t.keep + t.verify + t.review_removal, t.households))))
            }
        }
    }
}

fn figure(value: &str, zh: &str, en: &str, small: Option<String>) -> Markup {
    html! { li { b { (value) } (both(zh, en)) @if let Some(small) = small { small { (small) } } } }
}

fn shortfall(summary: &Summary) -> Option<String> {
    let currency = Currency::parse(&summary.currency).ok()?;
    // Whole units: cents of millions say nothing.
    (summary.shortfall > 0).then(|| currency.display(summary.shortfall - summary.shortfall % currency.scale()))
}

pub(super) fn lists(summary: &Summary, beside: &Beside) -> Markup {
    let t = &summary.total;
    let entries = [
        (Proposal::Admit, t.admit, "lists/admit.csv", "依据一致表明困难但不在册", "the facts agree on need, not in the programme"),
        (Proposal::Keep, t.keep, "lists.xlsx", "依据一致表明仍困难", "the facts agree that need goes on"),
        (
            Proposal::Verify,
            t.verify,
            "lists/visits.csv",
            "依据不足或互相矛盾，须入户",
            "the facts do not settle it: somebody must go and see",
        ),
        (
            Proposal::ReviewRemoval,
            t.review_removal,
            "lists/review_removal.csv",
            "在册但依据一致表明不困难",
            "in the programme, the facts agree on no need",
        ),
    ];
    html! {
        section id="lists" {
            h2 { (both("名单", "Lists")) }
            ul.lists {
                @for (kind, count, file, zh, en) in entries {
                    li.(word(kind)) {
                        b { (number(count)) } " " (both("户", "households")) " · " strong { (text(&proposal(kind))) }
                        p { (both(zh, en)) }
                        p {
                            a href={ "#list-" (word(kind)) } { (both("查看逐户说明", "see households")) }
                            @if beside.has(file) { " · " a href=(file) { (file) } }
                        }
                    }
                }
            }
            @if beside.files.is_empty() { p.note { (both("没有单独的名单文件：户数超过上限，结果在各分片中。", "No list files: there are too many households for single lists, the parts hold the result.")) } }
            @else {
                h3 { (both("文件", "Files")) }
                ul.files {
                    @for file in &beside.files { li { a href=(file) { (file) } " – " (text(&about(file))) } }
                }
            }
        }
    }
}

/// What a file beside the report holds.
fn about(file: &str) -> Text {
    match file {
        "lists.xlsx" => Text::new("全部有建议的户，每个乡镇一张表", "all households with a proposal, one sheet a township"),
        "lists/admit.csv" => Text::new("建议纳入，按困难程度排序", "to admit, by need"),
        "lists/review_removal.csv" => Text::new("复核退出", "to review for removal"),
        "lists/visits.csv" => {
            Text::new("入户顺序：先查最可能判错的户（含其他建议）", "order of visits: the likeliest errors first, whatever the proposal")
        }
        "lists/quota.csv" => Text::new("按名额分配", "allotted within the quota"),
        "lists/duplicates.csv" => Text::new("重复线索", "signs of duplicates"),
        "lists/village_signs.csv" => Text::new("村级异常", "villages that stand out"),
        "lists/leads.csv" => Text::new("未申请线索", "people who never applied"),
        "assessments.csv" => Text::new("每户评估结果", "the assessment of every household"),
        "input_findings.csv" => Text::new("读入时发现的问题", "problems found while reading"),
        "summary.json" => Text::new("本报告的全部数字", "every figure of this report"),
        other => Text::new(other, other),
    }
}

pub(super) fn causes(summary: &Summary) -> Markup {
    let mut causes: Vec<_> = summary.causes.iter().filter(|cause| cause.households > 0).collect();
    causes.sort_by(|a, b| b.households.cmp(&a.households).then_with(|| a.id.cmp(&b.id)));
    let total: u64 = causes.iter().map(|cause| cause.households).sum();
    let lane = |n: u64| Lane { parts: vec![(float(n), "a")], figure: number(n) };
    let drawn: Vec<Bar> = causes.iter().map(|cause| Bar { label: cause.title.clone(), lanes: vec![lane(cause.households)] }).collect();
    let caption = Caption {
        id: "causes-chart",
        title: Text::new("主要致贫原因（户）", "Main cause by evidence (households)"),
        description: Text::new("每户只计主要原因，按户数从多到少", "each household once, by its main cause, most frequent first"),
    };
    let rows: Vec<Vec<Markup>> = causes
        .iter()
        .map(|cause| vec![text(&cause.title), html! { (number(cause.households)) }, html! { (percent_of(cause.households, total)) }])
        .collect();
    let header = [Text::new("原因", "cause"), Text::new("户", "households"), Text::new("占比", "share")];
    html! {
        section id="causes" {
            h2 { (both("致贫原因", "Causes")) }
            @if causes.is_empty() { p.note { (both("没有找到原因的依据。", "No evidence for any cause.")) } }
            @else {
                p.note { (both("依据数据推断，不是登记的原因；每户只计证据最强的一项。", "Inferred from the data, not the cause on file; each household counts once, by its strongest evidence.")) }
                div.pair {
                    figure { figcaption { (text(&caption.title)) } (bars(&caption, &drawn)) }
                    (data_beside(&caption.title, &header, &rows, 2))
                }
            }
        }
    }
}

/// What this register cannot tell.
pub(super) fn limits(summary: &Summary, beside: &Beside) -> Markup {
    let title =
        |id: &String| summary.checks.iter().find(|check| &check.id == id).map_or_else(|| Text::new(id, id), |check| check.title.clone());
    html! {
        section id="limits" {
            h2 { (both("局限", "What cannot be determined")) }
            @if summary.undeterminable.is_empty() {
                p { (both("本方案的全部规则都能用现有数据判定。", "The data suffice for every rule of the programme.")) }
            } @else {
                @let count = number(length(summary.undeterminable.len()));
                p { (both(&format!("缺少数据列，以下 {count} 条规则对任何一户都无法判定："), &format!("For want of columns these {count} rules cannot be determined for anybody:"))) }
                details.data open[summary.undeterminable.len() <= 20] {
                    summary { (both("无法判定的规则", "Rules that cannot be determined")) " (" (count) ")" }
                    ul { @for id in &summary.undeterminable { li { (text(&title(id))) " " code { (id) } } } }
                }
            }
            @if let Some(index) = summary.index.as_ref().filter(|index| index.not_assessed > 0) {
                p { (number(index.not_assessed)) " " (both("人因指标缺失未评估多维贫困。", "people are not assessed by the index because indicators are missing.")) }
            }
            @if summary.findings == 0 {
                p { (both("读入数据时没有发现问题（或直接读取已导入的登记库）。", "No problems were found while reading (or an imported register was read).")) }
            } @else {
                p {
                    (number(summary.findings)) " " (both("处输入问题", "problems in the input"))
                    @if beside.has("input_findings.csv") { ": " a href="input_findings.csv" { "input_findings.csv" } }
                }
            }
        }
    }
}
