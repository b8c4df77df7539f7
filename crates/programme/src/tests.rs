use crate::{Programme, SourceFile};

const GOOD: &str = r#"
[programme]
id = "p"
version = "1"
title = { zh = "甲", en = "A" }
currency = "CNY"
as_of = 2020-12-31
source = "s"
valid_from = 2020-01-01

[[code_list]]
id = "cause"
title = { zh = "因", en = "cause" }
source = "s"
valid_from = 2020-01-01
codes = [{ code = "illness", zh = "因病", en = "illness" }]

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
[[table.column]]
id = "cause"
type = "code"
list = "cause"
title = { zh = "致贫原因", en = "cause" }

[view]
base = "household"
key = "household"

[index]
id = "i"
cutoff = "1/3"
missing = "drop"
[[dimension]]
id = "d"
title = { zh = "维", en = "d" }
weight = "1"
[[indicator]]
id = "x"
dimension = "d"
title = { zh = "标", en = "x" }
when = "cause = 'illness'"
"#;

/// Loads `GOOD` with one replacement and returns the problems as `code line: message | help`.
fn problems(from: &str, to: &str) -> Vec<String> {
    assert!(GOOD.contains(from), "{from}");
    let text = GOOD.replacen(from, to, 1);
    match Programme::load(vec![SourceFile { name: "p.toml".to_owned(), text }]) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .0
            .iter()
            .map(|p| format!("{} {}: {} | {}", p.code, p.line_and_column().0, p.message, p.help.as_deref().unwrap_or_default()))
            .collect(),
    }
}

fn check(from: &str, to: &str, expected: &str) {
    let found = problems(from, to);
    assert!(found.iter().any(|line| line.contains(expected)), "expected `{expected}` in {found:#?}");
}

#[test]
fn a_sound_programme_loads() {
    assert_eq!(problems("", ""), Vec::<String>::new());
}

#[test]
fn mistakes_are_named_with_line_and_remedy() {
    check("list = \"cause\"", "list = \"couse\"", "FP0203 31: there is no code list `couse` | did you mean `cause`?");
    check("cutoff = \"1/3\"", "cutoff = \"4/3\"", "FP0205 40: the cutoff 4/3 is out of range | above 0 and at most 1");
    check("weight = \"1\"", "weight = \"2/3\"", "FP0204 39: the weights of the dimensions sum to 2/3, not to 1");
    check("dimension = \"d\"", "dimension = \"e\"", "FP0203 48: there is no dimension `e`");
    check("base = \"household\"", "base = \"houshold\"", "there is no table `houshold` | did you mean `household`?");
    check("valid_from = 2020-01-01\ncodes", "codes", "missing field `valid_from`");
    check("missing = \"drop\"", "missing = \"ignore\"", "FP0201 41: unknown variant `ignore`, expected one of");
    check("cutoff =", "cutof =", "did you mean `cutoff`?");
    check(
        "[[dimension]]",
        "[[dimension]]\nid = \"d\"\ntitle = { zh = \"维\", en = \"d\" }\nweight = \"0\"\n[[dimension]]",
        "FP0202 47: the dimension `d` is defined twice",
    );
    check("currency = \"CNY\"", "currency = \"yuan\"", "is not an ISO 4217 currency code");
}
