//! The way of `make demo`, on a small county.

use crate::support::{county, folder, fupin, identify, ok, path, programme, tree};

#[test]
fn from_files_to_lists_and_errors() {
    let data = county().join("county/data");
    let work = folder();
    let out = work.path().join("out");
    let lines = identify(&data, &out);
    assert_eq!(lines.len(), 601);
    for file in ["summary.json", "report.html", "lists.xlsx", "lists/admit.csv", "lists/visits.csv", "lists/review_removal.csv"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    // A second run replaces the result as a whole and gives the same.
    assert_eq!(identify(&data, &out), lines);
    let (truth, assessments) = (path(county(), "county/truth"), path(work.path(), "out"));
    let data = data.to_string_lossy().into_owned();
    let china = programme("china");
    let run = fupin(&["--format", "json", "evaluate", "--programme", &china, "--data", &data, "--assessments", &assessments]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("\"ranking\":\"model\"") && run.out.contains("missed_found"), "{}", run.out);
    let evaluation = std::fs::read_to_string(out.join("evaluation.json")).unwrap();
    let evaluation: serde_json::Value = serde_json::from_str(&evaluation).unwrap();
    let model = &evaluation["rankings"][0];
    assert_eq!(model["calibration"].as_array().unwrap().len(), 10);
    assert_eq!(model["precision_at"].as_array().unwrap().len(), 3, "50, 100 and 500 of 600 households");
    let roc = model["roc"].as_array().unwrap();
    assert_eq!((&roc[99][0], &roc[99][1]), (&1.0.into(), &1.0.into()), "everybody selected");
    assert!(std::fs::read_to_string(out.join("report.html")).unwrap().contains("Errors by share selected"));
    // Households the model has learned from do not count when the whole truth is given.
    let run = fupin(&["evaluate", "--programme", &china, "--data", &data, "--assessments", &assessments, "--truth", &truth]);
    assert_eq!(run.code, 4, "{}", run.err);
}

#[test]
fn a_nation_is_a_register_with_its_truth_beside_it() {
    let work = folder();
    let (china, out) = (programme("china"), path(work.path(), "nation"));
    let files = || tree(&work.path().join("nation"));
    ok(&["simulate", "--national", "--households", "3100", "--programme", &china, "--out", &out]);
    let first = files();
    assert_eq!(first.keys().filter(|name| name.starts_with("truth")).count(), 31, "one file of truth a province");
    let register = path(work.path(), "nation/register");
    let run = ok(&["--format", "json", "identify", "--programme", &china, "--data", &register, "--out", &path(work.path(), "results")]);
    assert!(run.out.contains("\"count\":3100"), "{}", run.out);
    // Again over itself: the same bytes.
    ok(&["simulate", "--national", "--households", "3100", "--programme", &china, "--out", &out]);
    assert_eq!(files(), first);
}

#[test]
fn importing_twice_changes_nothing() {
    let work = folder();
    let (data, out) = (path(county(), "county/data"), path(work.path(), "register"));
    let china = programme("china");
    ok(&["import", "--programme", &china, "--data", &data, "--out", &out]);
    let before = std::fs::read(work.path().join("register/register.json")).unwrap();
    let run = ok(&["import", "--programme", &china, "--data", &data, "--out", &out]);
    assert!(run.err.contains("nothing changed"), "{}", run.err);
    assert_eq!(std::fs::read(work.path().join("register/register.json")).unwrap(), before);
}

#[test]
fn a_foreign_folder_is_never_replaced() {
    let work = folder();
    std::fs::write(work.path().join("diary.txt"), "mine").unwrap();
    let (data, out) = (path(county(), "county/data"), work.path().to_string_lossy().into_owned());
    let run = fupin(&["identify", "--programme", &programme("china"), "--data", &data, "--out", &out]);
    assert_eq!(run.code, 5, "{}", run.err);
    assert!(run.err.contains("FP0501"));
    assert!(work.path().join("diary.txt").is_file());
}

#[test]
fn shipped_programmes_hold_and_their_examples_come_out() {
    for name in ["china", "costa-rica", "malawi"] {
        ok(&["programme", "test", &programme(name)]);
    }
}

#[test]
fn codes_are_explained_and_shells_completed() {
    let run = ok(&["--language", "en", "explain-code", "fp0103"]);
    assert!(run.out.contains("not a number"), "{}", run.out);
    let run = fupin(&["explain-code", "FP0193"]);
    assert!(run.code == 2 && run.err.contains("did you mean"), "{}", run.err);
    assert!(ok(&["completions", "bash"]).out.contains("fupin"));
}
