use std::path::Path;

use analytics::register::{ImportOptions, import};
use programme::{Programme, SourceFile};

use super::{Part, Trial, attempt};

const PROGRAMME: &str = r#"
[programme]
id = "small"
version = "1"
title = { zh = "小", en = "small" }
currency = "CNY"
as_of = 2020-12-31
source = "invented"
valid_from = 2020-01-01

[[table]]
id = "household"
role = "household"
title = { zh = "户", en = "household" }
key = ["household"]
files = ["household"]
[[table.column]]
id = "household"
type = "serial"
title = { zh = "户", en = "household" }
[[table.column]]
id = "wage"
type = "money"
title = { zh = "工资", en = "wage" }
[[table.column]]
id = "persons"
type = "integer"
title = { zh = "人口", en = "persons" }

[view]
base = "household"
key = "household"

[[view.column]]
id = "wage_paid"
title = { zh = "工资", en = "wage" }
value = "wage"
type = "money"
[[view.column]]
id = "people"
title = { zh = "人口", en = "persons" }
value = "persons"
type = "integer"
"#;

fn register(folder: &Path) -> Programme {
    let source = SourceFile { name: "small.toml".to_owned(), text: PROGRAMME.to_owned() };
    let programme = Programme::load(vec![source]).unwrap_or_else(|problems| panic!("{problems:?}"));
    let data = folder.join("data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("household.csv"), "household,wage,persons\n1,1500.50,3\n2,,2\n").unwrap();
    import(&programme, &data, &folder.join("register"), &ImportOptions::default(), &mut |_| {}).unwrap();
    programme
}

fn part(text: &str, holds: Option<bool>, name: &str, value: &str) -> Part {
    Part { text: text.to_owned(), holds, values: vec![(name.to_owned(), value.to_owned())], parts: Vec::new() }
}

#[test]
fn a_rule_is_answered_clause_by_clause_and_a_wrong_one_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let programme = register(folder.path());
    let attempt = |household, rule| attempt(&programme, &folder.path().join("register"), household, rule).unwrap();
    let Trial::Answer(whole) = attempt("1", "wage_paid > money(2000) and people = 3") else { panic!("no answer") };
    assert_eq!(whole.holds, Some(false));
    assert_eq!(
        whole.parts,
        [part("wage_paid > money(2000)", Some(false), "wage_paid", "150050"), part("people = 3", Some(true), "people", "3")]
    );
    let Trial::Answer(whole) = attempt("2", "wage_paid > money(2000) and people = 2") else { panic!("no answer") };
    assert_eq!((whole.holds, whole.parts.first().and_then(|part| part.holds)), (None, None), "a missing wage leaves it open");
    let Trial::Answer(whole) = attempt("2", "wage_paid > money(2000) and people = 3") else { panic!("no answer") };
    assert_eq!(whole.holds, Some(false), "whatever the wage is");
    assert_eq!(attempt("3", "people = 3"), Trial::Unknown);
    for wrong in ["people = ", "nonsense > 3", "people + 1", "wage_paid > money(2000) and drop table"] {
        let Trial::Wrong { message, .. } = attempt("1", wrong) else { panic!("{wrong} is taken for a rule") };
        assert!(!message.is_empty());
    }
    assert!(matches!(attempt("1", "people = 3 and nonsense > 3"), Trial::Wrong { at: Some(15), .. }));
}
