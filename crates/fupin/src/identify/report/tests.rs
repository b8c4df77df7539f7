use kernel::{Language, Text};
use targeting::proposal::{Proposal, Reason, ReasonCode};

use super::beside::Beside;
use super::cards::{Card, LISTS, SHOWN};
use super::curves::CurvePoint;
use super::page;
use crate::identify::detect::{Duplicate, Lead, VillageSign};
use crate::identify::part::AreaFigures;
use crate::identify::summary::{Area, CheckFigures, Counted, IndexFigures, IndicatorFigures, ModelFigures, Summary};

const HOSTILE: &str = "<script>alert(\"x\")</script>'&";

fn title(name: &str) -> Text {
    Text::new(&format!("{name}中"), &format!("{name} english"))
}

fn empty() -> Summary {
    Summary {
        programme: String::new(),
        programme_version: String::new(),
        title: Text::default(),
        currency: String::new(),
        as_of: String::new(),
        total: AreaFigures::default(),
        shortfall: 0,
        index: None,
        areas: Vec::new(),
        causes: Vec::new(),
        checks: Vec::new(),
        undeterminable: Vec::new(),
        model: None,
        duplicates: Vec::new(),
        signs: Vec::new(),
        leads: Vec::new(),
        findings: 0,
    }
}

fn figures(households: u64) -> AreaFigures {
    AreaFigures {
        households,
        people: households * 3,
        below_line: households / 6,
        registered: households / 9,
        admit: 11,
        keep: 32,
        verify: 9_006,
        review_removal: 514,
        ..AreaFigures::default()
    }
}

fn index() -> IndexFigures {
    let indicator = |id: &str, dimension: &str| IndicatorFigures {
        id: id.to_owned(),
        dimension: dimension.to_owned(),
        title: title(id),
        uncensored: 0.4,
        censored: 0.1,
        contribution: 0.5,
    };
    IndexFigures {
        cutoff: "1/3".to_owned(),
        headcount: 0.1,
        intensity: 0.4,
        adjusted_headcount: 0.04,
        vulnerable: 0.2,
        severe: 0.01,
        people: 60_000,
        not_assessed: 7,
        indicators: vec![indicator("water", "living"), indicator("school", "education")],
    }
}

/// 20,000 households in ten townships of five villages, with everything that a summary can hold.
fn county() -> Summary {
    let area = |code: String, level: &str, n| Area {
        code,
        level: level.to_owned(),
        figures: figures(n),
        headcount: None,
        adjusted_headcount: None,
    };
    let mut areas = vec![area("990101".to_owned(), "county", 20_000)];
    for township in 100..110 {
        areas.push(area(format!("990101{township}"), "township", 2_000));
        areas.extend((200..205).map(|village| area(format!("990101{township}{village}"), "village", 400)));
    }
    let families = ["department", "income", "unknown-family"];
    let severities = ["error", "warning", "notice"];
    let check = |(n, (family, severity)): (u64, (&&str, &&str))| CheckFigures {
        id: format!("check-{n}"),
        family: (*family).to_owned(),
        severity: (*severity).to_owned(),
        title: Text::new("部门可证收入高于登记纯收入", "income evident from departments exceeds the net income declared"),
        households: n * 40,
    };
    Summary {
        programme: "china".to_owned(),
        programme_version: "2024.1".to_owned(),
        title: Text::new("精准扶贫", "targeted"),
        currency: "CNY".to_owned(),
        as_of: "2023-12-31".to_owned(),
        total: figures(20_000),
        shortfall: 2_747_632_551,
        index: Some(index()),
        areas,
        causes: vec![Counted { id: "illness".to_owned(), title: title("illness"), households: 2_254 }],
        checks: (0..400).zip(families.iter().cycle().zip(severities.iter().cycle())).map(check).collect(),
        undeterminable: vec!["check-3".to_owned(), "gone".to_owned()],
        model: Some(ModelFigures {
            id: "proxy".to_owned(),
            rows: 1_992,
            positives: 228,
            auc: 0.97,
            log_loss: 0.13,
            exclusion_error: 0.27,
            reason: "least loss".to_owned(),
            importance: vec![("income".to_owned(), 0.6), ("size".to_owned(), 0.4)],
        }),
        duplicates: vec![Duplicate {
            kind: "shared-phone".to_owned(),
            household: "admit-0".to_owned(),
            other: "x".to_owned(),
            detail: "13800000000".to_owned(),
        }],
        signs: vec![VillageSign {
            kind: "bunching".to_owned(),
            village: "990101100200".to_owned(),
            statistic: 3.2,
            p_value: 0.001,
            q_value: 0.01,
            detail: "d".to_owned(),
        }],
        leads: vec![Lead {
            search: "roll".to_owned(),
            village: "990101100200".to_owned(),
            records: 2,
            masked_identity: "990101********001X".to_owned(),
        }],
        findings: 3,
    }
}

fn card(proposal: Proposal, n: usize) -> Card {
    let reason = |code, value| Reason { code, value };
    Card {
        household: format!("{}-{n}", crate::identify::table::word(proposal)),
        area: Some("990101100200".to_owned()),
        people: 4,
        proposal,
        need: 12.0,
        priority: 900_000,
        income: Some("5,000".to_owned()),
        line: Some("7,300".to_owned()),
        probability: Some((0.5, 0.4, 0.6)),
        score: Some(0.35),
        reasons: vec![
            reason(ReasonCode::IncomeBelowLine, Some(-0.25)),
            reason(ReasonCode::IndexPoor, Some(0.34)),
            reason(ReasonCode::NotSecured, None),
            reason(ReasonCode::ModelLikely, Some(0.92)),
            reason(ReasonCode::RecordsFor, Some(19.0)),
        ],
        deprived: vec![title("road of earth or gravel and over two kilometres"); 4],
        missing: vec![title("fuel")],
        causes: vec![title("illness"); 3],
        checks: (380..395).collect(),
    }
}

fn beside() -> Beside {
    Beside {
        dimensions: vec![("living".to_owned(), Text::new("生活", "living conditions"))],
        asks: vec![
            Text::new(
                "请核对各项收入来源，是否有未登记的务工收入？",
                "Compare the sources of income: is there pay that nobody entered?"
            );
            400
        ],
        files: vec!["lists/admit.csv".to_owned(), "lists/visits.csv".to_owned(), "lists.xlsx".to_owned()],
        cards: LISTS.iter().flat_map(|proposal| (0..SHOWN).map(|n| card(*proposal, n))).collect(),
        ..Beside::default()
    }
}

fn full() -> String {
    page(&county(), &beside()).into_string()
}

#[test]
fn stands_alone_in_both_languages() {
    let page = full();
    for absent in ["http://", "https://", "<link", "<img", " src=", "@import", "url("] {
        assert!(!page.contains(absent), "{absent}");
    }
    let count = |what: &str| page.matches(what).count();
    assert_eq!(count("<span lang=\"zh\">"), count("<span lang=\"en\">"));
    assert!(count("<span lang=\"zh\">") > 100);
    assert!(page.contains("id=\"say-zh\" checked") && !page.contains("id=\"say-en\" checked"));
    let english = super::page(&county(), &Beside { language: Language::En, ..Beside::default() }).into_string();
    assert!(english.contains("<html lang=\"en\">") && english.contains("id=\"say-en\" checked"));
}

#[test]
fn every_drawing_has_title_description_and_data() {
    let page = full();
    let drawings: Vec<&str> = page.split("<svg ").skip(1).collect();
    assert_eq!(drawings.len(), 10 + 5, "ten townships, headcounts, contributions, causes, families, importance");
    for drawing in drawings {
        let head = drawing.split_once("</desc>").map_or("", |(head, _)| head);
        assert!(head.contains("role=\"img\"") && head.contains("<title id=") && head.contains("<desc id="), "{head}");
    }
    assert!(page.matches("<details class=\"data\"").count() >= 6);
    assert!(!page.contains("NaN"));
}

#[test]
fn counts_are_those_of_the_summary() {
    let page = full();
    for count in ["20,000", "60,000", "3,333", "2,222", "9,006", "514", "27,476,325", "2,254", "1,992"] {
        assert!(page.contains(count), "{count}");
    }
    for list in ["admit", "keep", "verify", "review_removal"] {
        let shown = page.matches(&format!("id=\"h-{list}-")).count();
        assert!((80..=SHOWN).contains(&shown), "{list} {shown}");
        let few = Beside { cards: beside().cards.into_iter().filter(|card| card.proposal == Proposal::Keep).collect(), ..beside() };
        assert_eq!(super::page(&county(), &few).into_string().matches("id=\"h-keep-").count(), SHOWN, "all that fit");
    }
    assert!(page.contains("href=\"#h-admit-0\""), "a duplicate links to its household");
    assert!(page.contains("href=\"lists/admit.csv\"") && !page.contains("href=\"lists/review_removal.csv\""), "only files that exist");
    assert!(page.contains("（-25%）") && page.contains("(weight 19)"));
}

#[test]
fn every_reference_within_the_page_has_its_target() {
    let page = full();
    for link in page.split("href=\"#").skip(1) {
        let target = link.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{target}\"")), "{target}");
    }
    let ids: Vec<&str> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let distinct: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), distinct.len(), "an id stands once");
}

#[test]
fn personal_details_stay_out() {
    let page = full();
    assert!(!page.contains("13800000000") && !page.contains("001X"));
}

#[test]
fn hostile_text_is_escaped() {
    let hostile = || Text::new(HOSTILE, HOSTILE);
    let mut summary = county();
    summary.title = hostile();
    summary.programme = HOSTILE.to_owned();
    summary.as_of = HOSTILE.to_owned();
    summary.causes.iter_mut().for_each(|cause| cause.title = hostile());
    summary.checks.iter_mut().for_each(|check| {
        check.title = hostile();
        check.id = HOSTILE.to_owned();
        check.family = HOSTILE.to_owned();
    });
    summary.signs.iter_mut().for_each(|sign| sign.detail = HOSTILE.to_owned());
    summary.areas.iter_mut().for_each(|area| area.code = format!("99{HOSTILE}"));
    let mut beside = beside();
    beside.files.push(HOSTILE.to_owned());
    beside.cards.iter_mut().for_each(|card| {
        card.household = HOSTILE.to_owned();
        card.causes = vec![hostile()];
    });
    let page = page(&summary, &beside).into_string();
    assert!(!page.contains("<script>alert") && !page.contains("\"x\""));
    assert_eq!(page.matches("<script").count(), 1, "our own");
}

#[test]
fn an_empty_summary_is_a_page() {
    let page = page(&empty(), &Beside::default()).into_string();
    assert!(page.contains("</html>") && !page.contains("NaN") && !page.contains("<svg"));
}

#[test]
fn a_county_stays_under_two_megabytes() {
    let size = full().len();
    assert!(size < 2_000_000, "{size}");
}

#[test]
fn an_evaluation_is_drawn_in_later_and_replaced_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.html");
    super::insert_evaluation(folder.path(), &[]).unwrap();
    assert!(!path.exists(), "no report, nothing to draw into");
    std::fs::write(&path, full()).unwrap();
    let point = |coverage| CurvePoint { share: 0.1, exclusion_error: 1.0 - coverage, inclusion_error: 0.2, coverage };
    for coverage in [0.25, 0.75] {
        super::insert_evaluation(folder.path(), &[point(coverage)]).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap();
    assert_eq!(page.matches("<svg ").count(), full().matches("<svg ").count() + 1);
    assert!(
        page.contains("75.0%") && page.ends_with(full().split_at(full().len() - 200).1),
        "the last evaluation stands, the rest is untouched"
    );
}
