use std::collections::BTreeSet;
use std::path::Path;

use app::submission::{Form, questions};
use programme::{Programme, SourceFile};

use super::sheets;

fn programme(name: &str) -> Programme {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes").join(name)];
    let mut sources = Vec::new();
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push(SourceFile { name: path.display().to_string(), text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    Programme::load(sources).unwrap()
}

/// Every question that an import reads is asked, every list that is chosen from is there, and every text in both languages.
#[test]
fn the_forms_ask_what_is_read() {
    let china = programme("china");
    for (form, wanted) in [
        (
            Form::Visit,
            questions(&china).iter().map(|column| column.name()).chain(["county", "case", "persons", "photo", "start"]).collect(),
        ),
        (
            Form::Declaration,
            ["name", "telephone", "identity", "village", "difficulty", "risk", "start"].into_iter().collect::<BTreeSet<&str>>(),
        ),
    ] {
        let sheets = sheets(&china, form);
        let [survey, choices, settings] = sheets.as_slice() else { panic!("three sheets") };
        let column = |name: &str| survey.rows[0].iter().position(|head| head == name).unwrap();
        let [kind, name] = ["type", "name"].map(column);
        assert_eq!(survey.rows[0][2..4], ["label::中文 (zh)", "label::English (en)"]);
        let asked = survey.rows[1..].iter().filter(|row| !row[name].is_empty() && row[kind] != "begin_group");
        assert_eq!(asked.clone().map(|row| row[name].as_str()).collect::<BTreeSet<_>>(), wanted);
        assert!(survey.rows.iter().all(|row| row.len() == survey.rows[0].len()));
        for row in asked.filter(|row| row[kind] != "start") {
            assert!(!row[2].is_empty() && !row[3].is_empty(), "{row:?}");
            let message = column("constraint_message::English (en)");
            assert_eq!(row[column("constraint")].is_empty(), row[message].is_empty() || row[name] == "case", "{row:?}");
        }
        let lists: BTreeSet<&str> = choices.rows[1..].iter().map(|row| row[0].as_str()).collect();
        let chosen: BTreeSet<&str> = survey.rows.iter().filter_map(|row| row[kind].strip_prefix("select_one ")).collect();
        assert!(chosen.is_subset(&lists), "{chosen:?} {lists:?}");
        let groups = |what: &str| survey.rows.iter().filter(|row| row[kind] == what).count();
        assert_eq!(groups("begin_group"), groups("end_group"));
        assert_eq!(settings.rows[1][1], format!("china_{}", form.name()));
    }
    let survey = &sheets(&china, Form::Visit)[0];
    let row = survey.rows.iter().find(|row| row[1] == "dwelling_m2").unwrap();
    assert!(row.contains(&". >= 0 and . <= 5000".to_owned()) && row[0] == "decimal", "{row:?}");
}
