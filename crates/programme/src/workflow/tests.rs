use chrono::NaiveDate;
use kernel::AreaCode;

use super::Threshold;
use crate::{Calendar, Programme, SourceFile, Term};

const BASE: &str = r#"
[programme]
id = "p"
version = "1"
title = { zh = "甲", en = "A" }
currency = "CNY"
as_of = 2020-12-31
source = "s"
valid_from = 2020-01-01
[[table]]
id = "household"
title = { zh = "户", en = "household" }
role = "household"
key = ["household"]
files = ["household*"]
[[table.column]]
id = "household"
type = "serial"
title = { zh = "户编号", en = "household" }
[view]
base = "household"
key = "household"
"#;

const WORKFLOW: &str = r#"[calendar]
source = "s"
holidays = [2023-10-02]
working_days = [2023-10-07]
[[procedure]]
id = "identification"
version = "2021"
title = { zh = "识别", en = "identification" }
outcome = "enter"
within = "15 days"
source = "s"
valid_from = 2021-01-01
[[procedure.step]]
id = "lead"
kind = "lead"
title = { zh = "线索", en = "lead" }
actors = ["household", "village_cadre"]
level = "village"
[[procedure.step]]
id = "visit"
kind = "visit"
title = { zh = "入户", en = "visit" }
actors = ["village_cadre", "township_officer"]
level = "township"
people = 2
within = "3 working days"
[[procedure.step]]
id = "evaluation"
kind = "evaluation"
title = { zh = "评议", en = "evaluation" }
actors = ["village_cadre"]
level = "village"
votes = { quorum = "2/3", approve = "more than 1/2" }
[[procedure.step]]
id = "notice"
kind = "notice"
title = { zh = "公示", en = "notice" }
actors = ["village_cadre"]
level = "village"
notice = { days = 5, objections_to = "visit" }
[[procedure.step]]
id = "approval"
kind = "approval"
title = { zh = "审批", en = "approval" }
actors = ["county_officer"]
level = "county"
returns_to = ["visit"]
distinct_from = ["lead", "visit", "evaluation"]
[[procedure.step]]
id = "entry"
kind = "entry"
title = { zh = "录入", en = "entry" }
actors = ["township_officer"]
level = "township"
[[procedure]]
id = "appeal"
version = "2021"
title = { zh = "申诉", en = "appeal" }
outcome = "uphold_or_overturn"
suspends = true
source = "s"
valid_from = 2014-01-01
[[procedure.step]]
id = "ruling"
kind = "approval"
title = { zh = "裁决", en = "ruling" }
actors = ["appeals_officer"]
level = "county"
"#;

fn load(workflow: &str) -> Result<Programme, Vec<String>> {
    let sources = vec![
        SourceFile { name: "p.toml".to_owned(), text: BASE.to_owned() },
        SourceFile { name: "workflow.toml".to_owned(), text: workflow.to_owned() },
    ];
    Programme::load(sources).map_err(|problems| {
        let line =
            |p: &crate::Problem| format!("{} {}: {} | {}", p.code, p.line_and_column().0, p.message, p.help.as_deref().unwrap_or_default());
        problems.0.iter().map(line).collect()
    })
}

/// Loads `WORKFLOW` with one replacement and expects a problem in the form `code line: message | help`.
fn check(from: &str, to: &str, expected: &str) {
    assert!(WORKFLOW.contains(from), "{from}");
    let found = load(&WORKFLOW.replacen(from, to, 1)).err().unwrap_or_default();
    assert!(found.iter().any(|line| line.contains(expected)), "expected `{expected}` in {found:#?}");
    for code in found.iter().filter_map(|line| line.split(' ').next()) {
        assert!(kernel::code_entry(code).is_some(), "{code}");
    }
}

fn on(text: &str) -> NaiveDate {
    kernel::date::parse(text).unwrap()
}

#[test]
fn a_sound_workflow_loads_and_its_chain_is_followed() {
    let programme = load(WORKFLOW).unwrap();
    let area = AreaCode::parse("520222104203").unwrap();
    let procedure = programme.procedure("identification", area, on("2023-01-01")).unwrap();
    let chain: Vec<&str> = procedure.chain().iter().map(|step| step.name()).collect();
    assert_eq!(chain, ["lead", "visit", "evaluation", "notice", "approval", "entry"]);
    assert!(programme.procedure("identification", area, on("2020-12-31")).is_none());
    assert!(programme.procedure_version("identification", "2021").is_some());
    assert!(!programme.working_calendar().is_worked(on("2023-10-02")));
}

#[test]
fn the_procedure_of_the_nearest_area_wins() {
    let own = WORKFLOW.split_once("[[procedure]]").unwrap().1.split_once("[[procedure]]").unwrap().0;
    let own = own.replacen("version = \"2021\"", "version = \"2021-46\"\narea = \"46\"", 1).replacen("15 days", "20 working days", 1);
    let programme = load(&format!("{WORKFLOW}[[procedure]]{own}")).unwrap();
    let version = |area: &str| {
        let found = programme.procedure("identification", AreaCode::parse(area).unwrap(), on("2023-01-01")).unwrap();
        (found.version.get_ref().clone(), found.within.as_ref().unwrap().get_ref().to_string())
    };
    assert_eq!(version("460105"), ("2021-46".to_owned(), "20 working days".to_owned()));
    assert_eq!(version("520222"), ("2021".to_owned(), "15 days".to_owned()));
}

#[test]
fn names_and_values_are_checked_with_line_and_remedy() {
    check("returns_to = [\"visit\"]", "returns_to = [\"vist\"]", "FP0203 47: there is no step `vist` | did you mean `visit`?");
    check("objections_to = \"visit\"", "objections_to = \"visits\"", "FP0203 40: there is no step `visits` | did you mean `visit`?");
    check("\"15 days\"", "\"half a month\"", "FP0201 10: `half a month` is not a term; write for example \"15 days\"");
    check("\"15 days\"", "\"0 days\"", "`0 days` is not a term");
    check("\"county_officer\"", "\"county_oficer\"", "did you mean `county_officer`?");
    check("level = \"county\"", "level = \"conty\"", "unknown level `conty`, expected one of `province`");
    check("level = \"county\"", "level = \"conty\"", "did you mean `county`?");
    check("kind = \"visit\"", "kind = \"vizit\"", "did you mean `visit`?");
    check("quorum = \"2/3\"", "quorum = \"4/3\"", "FP0205 33: the quorum 4/3 is out of range | above 0 and at most 1");
    check("\"more than 1/2\"", "\"more than 1\"", "the share of votes more than 1 is out of range");
    check("\"more than 1/2\"", "\"0\"", "the share of votes 0 is out of range");
    check("days = 5", "days = 0", "FP0214 40: the notice of step `notice` is posted for no days | give the days");
    check("within = \"15 days\"", "within = \"4 days\"", "FP0215 10: 4 days are over before a notice of 5 days is");
    check("actors = [\"township_officer\"]", "actors = []", "FP0218 53: nobody may take step `entry`");
    check("people = 2", "people = 0", "FP0218 25: a step needs at least one person");
    check("votes = {", "notice = { days = 5, objections_to = \"visit\" }\nvotes = {", "remove `notice`, or set `kind = \"notice\"`");
    check("votes = { quorum = \"2/3\", approve = \"more than 1/2\" }", "", "`votes` belongs to steps of kind \"evaluation\"");
    check("working_days = [2023-10-07]", "working_days = [2023-10-02]", "FP0220 3: 2023-10-02 is both a holiday and a working day");
    check("working_days = [2023-10-07]", "working_days = [2023-10-06]", "FP0220 4: 2023-10-06 is no Saturday or Sunday");
    check("outcome = \"enter\"", "outcome = \"enter\"\nsuspends = true", "suspends a decision but is no appeal");
}

#[test]
fn chains_that_lead_nowhere_are_refused() {
    check("people = 2", "then = \"notice\"", "FP0210 28: no way leads to step `evaluation` | name it in a `then`, or remove it");
    check(
        "people = 2",
        "then = \"lead\"",
        "FP0211 25: the steps lead → visit → lead follow each other in a circle | let `then` lead on, and name the way back in \
         `returns_to = [\"lead\"]`",
    );
    check("returns_to = [\"visit\"]", "returns_to = [\"entry\"]", "FP0217 47: step `approval` cannot send back to `entry`");
    check(
        "actors = [\"township_officer\"]",
        "returns_to = [\"visit\"]\nactors = [\"county_officer\"]",
        "step `entry` cannot send back to `visit`",
    );
    check("level = \"village\"", "level = \"village\"\nparallel = true", "the first step `lead` has no step beside it");
}

/// REG-3: no decision without author and appeal path; who proposes never approves.
#[test]
fn decisions_without_independent_approval_or_appeal_are_refused() {
    check("kind = \"approval\"", "kind = \"review\"", "FP0212 6: procedure `identification` has no approval");
    check("kind = \"entry\"", "kind = \"approval\"", "procedure `identification` has more than one approval");
    check("kind = \"visit\"", "kind = \"entry\"\nthen = \"evaluation\"", "step `visit` enters what is not approved yet | put it behind");
    check(
        "\"lead\", \"visit\", \"evaluation\"]",
        "\"lead\"]",
        "FP0213 42: who took part in visit, evaluation could approve at step `approval` | add \"visit\", \"evaluation\" to `distinct_from`",
    );
    check(
        "valid_from = 2014-01-01",
        "valid_from = 2022-01-01",
        "FP0219 6: nobody could appeal against what procedure `identification` decides",
    );
}

#[test]
fn versions_do_not_overlap() {
    let own = WORKFLOW.split_once("[[procedure]]").unwrap().1.split_once("[[procedure]]").unwrap().0;
    let twice = |own: &str| load(&format!("{WORKFLOW}[[procedure]]{own}")).err().unwrap_or_default().join("\n");
    assert!(
        twice(own).contains("FP0202 71: procedure `identification` has version `2021` twice | choose another version"),
        "{}",
        twice(own)
    );
    let later = own.replacen("\"2021\"", "\"2023\"", 1).replacen("valid_from = 2021-01-01", "valid_from = 2023-01-01", 1);
    let found = twice(&later);
    assert!(found.contains("is valid in version `2021` and in version `2023` at the same time | let the older end"), "{found}");
    let earlier = own.replacen("\"2021\"", "\"2016\"", 1);
    let earlier = earlier.replacen("valid_from = 2021-01-01", "valid_from = 2016-01-01\nvalid_until = 2020-12-31", 1);
    assert_eq!(twice(&earlier), "");
    check("valid_from = 2021-01-01", "valid_from = 2021-01-01\nvalid_until = 2020-01-01", "ends before it begins");
}

#[test]
fn thresholds_are_exact() {
    let met = |text: &str, part, whole| Threshold::parse(text).unwrap().met(part, whole);
    assert!(met("2/3", 20, 30) && !met("2/3", 19, 30));
    assert!(!met("more than 1/2", 15, 30) && met("more than 1/2", 16, 30));
    assert!(met("1", u32::MAX, u32::MAX) && !met("1", u32::MAX - 1, u32::MAX));
    assert!(Threshold::parse("most").is_err());
}

/// The holiday of National Day and Mid-Autumn 2023 (国办发明电〔2022〕16号): 29 September to 6 October off, 7 and 8 October worked.
#[test]
fn published_holidays_move_due_dates() {
    let holidays = (29..=30).map(|day| format!("2023-09-{day}")).chain((1..=6).map(|day| format!("2023-10-{day}")));
    let holidays: Vec<NaiveDate> = holidays.map(|day| on(&day)).collect();
    let calendar = Calendar::new(holidays, [on("2023-10-07"), on("2023-10-08")]);
    let due = |from: &str, term: &str| calendar.due(on(from), Term::parse(term).unwrap()).unwrap().to_string();
    assert_eq!(due("2023-09-28", "1 working day"), "2023-10-07");
    assert_eq!(due("2023-09-28", "3 working days"), "2023-10-09");
    assert_eq!(due("2023-09-28", "3 days"), "2023-10-01");
    assert_eq!(due("2023-09-25", "20 working days"), "2023-10-27");
    assert_eq!(calendar.between(on("2023-09-28"), on("2023-10-09"), true), 3);
    assert_eq!(calendar.between(on("2023-09-28"), on("2023-10-09"), false), 11);
    assert_eq!(calendar.between(on("2023-10-09"), on("2023-09-28"), true), 0);
    assert_eq!(Calendar::default().due(NaiveDate::MAX, Term { days: 1, working: true }), None);
}

/// What `programmes/china/workflow.toml` ships.
#[test]
fn the_procedures_of_china_hold() {
    let china = |name: &str| format!("{}/../../programmes/china/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(china("workflow")).unwrap();
    let programme = load(&text).unwrap();
    let ids: Vec<&str> = programme.procedures.iter().map(|procedure| procedure.name()).collect();
    let expected = ["identification", "risk_elimination", "poverty_exit", "annual_adjustment", "strike_off", "fast_reentry", "appeal"];
    assert_eq!(ids, expected);
    for procedure in &programme.procedures {
        assert!(!procedure.source.is_empty());
    }
}
