use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // The API speaks English to programs; its words are part of its documentation.
        if path.ends_with("src/api") || path.ends_with("src/api.rs") {
            continue;
        }
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "rs") && path.file_name().is_some_and(|name| name != "tests.rs") {
            out.push(path);
        }
    }
}

/// String literals of the code: without comments, reasons of lints and tests.
fn literals() -> Vec<(String, String)> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut out = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//") && !line.contains("reason =")) {
            let plain = line.replace("\\\"", "").replace("'\"'", "");
            for literal in plain.split('"').skip(1).step_by(2) {
                out.push((file.file_name().unwrap().to_string_lossy().into_owned(), literal.to_owned()));
            }
        }
    }
    out
}

fn is_key(literal: &str) -> bool {
    let sections: BTreeSet<&str> = keys(Language::Zh).iter().filter_map(|key| key.split('.').next()).collect();
    let word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    literal.split_once('.').is_some_and(|(section, name)| sections.contains(section) && word(name) && name != "js")
}

#[test]
fn both_catalogues_hold_the_same_keys() {
    let (zh, en) = (keys(Language::Zh), keys(Language::En));
    assert!(zh.len() > 300);
    assert_eq!(zh, en);
}

#[test]
fn every_key_exists_and_every_key_is_used() {
    let used: BTreeSet<String> = literals().into_iter().map(|(_, literal)| literal).filter(|literal| is_key(literal)).collect();
    let known: BTreeSet<String> = keys(Language::En).into_iter().map(str::to_owned).collect();
    let missing: Vec<_> = used.difference(&known).collect();
    let unused: Vec<_> = known.difference(&used).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
    assert!(unused.is_empty(), "unused: {unused:?}");
}

#[test]
fn arguments_agree_and_nothing_is_left_empty() {
    let arguments = |text: &str| -> BTreeSet<String> {
        text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name.to_owned()).collect()
    };
    for key in keys(Language::Zh) {
        let (zh, en) = (Words::new(Language::Zh).get(key), Words::new(Language::En).get(key));
        assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{key}");
        assert_eq!(arguments(zh), arguments(en), "{key}");
        let chinese = en.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(!chinese || key == "common.in_chinese", "{key}");
    }
}

/// Texts live in the catalogue: no Chinese and no sentence in the code of views.
#[test]
fn no_text_in_code() {
    // What a browser reads, not a person.
    let technical = ["light dark", "width=device-width, initial-scale=1"];
    let sentences: Vec<String> = literals()
        .into_iter()
        .filter(|(_, literal)| {
            let words = literal.split(' ').filter(|word| word.len() > 1 && word.chars().all(char::is_alphabetic)).count();
            let capital = literal.chars().next().is_some_and(char::is_uppercase) && literal.contains(' ');
            let chinese = literal.chars().any(|c| ('\u{3000}'..='\u{9fff}').contains(&c));
            chinese || ((words > 1 || capital) && !literal.contains(';') && !technical.contains(&literal.as_str()))
        })
        .map(|(file, literal)| format!("{file}: {literal}"))
        .collect();
    assert!(sentences.is_empty(), "{sentences:#?}");
}

#[test]
fn dates_money_and_counts() {
    let day = NaiveDate::from_ymd_opt(2026, 11, 3).unwrap();
    let (zh, en) = (Words::new(Language::Zh), Words::new(Language::En));
    assert_eq!(zh.date(day), "2026年11月3日");
    assert_eq!(en.date(day), "3 November 2026");
    assert_eq!(en.day(day), "2026-11-03");
    assert_eq!(en.moment(day.and_hms_opt(9, 5, 0).unwrap()), "2026-11-03 09:05");
    for (fen, money, yuan) in [
        (0, "¥0.00", "¥0"),
        (5, "¥0.05", "¥0"),
        (1_260_050, "¥12,600.50", "¥12,601"),
        (-1_234, "−¥12.34", "−¥12"),
        (-49, "−¥0.49", "¥0"),
        (i64::MIN, "−¥92,233,720,368,547,758.08", "−¥92,233,720,368,547,758"),
    ] {
        assert_eq!(zh.money(fen), money);
        assert_eq!(zh.yuan(fen), yuan);
    }
    for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
        assert_eq!(en.count(count), text);
    }
    assert_eq!(en.per_mille(123), "12.3%");
    assert_eq!(en.per_mille(-5), "−0.5%");
}

#[test]
fn what_is_filled_in_is_not_filled_again() {
    let w = Words::new(Language::En);
    assert_eq!(w.fill("bulk.mark", &[("head", "{number}"), ("number", "7")]), "Mark {number}, 7");
    assert_eq!(w.fill("bulk.mark", &[("head", "A")]), "Mark A, {number}");
    assert_eq!(w.get("no.such"), "no.such");
}
