//! The programme's questions as a form of ODK and Kobo (XLSForm): what visitors look at and ask, and the declaration of need.

use app::questionnaire::Sheet;
use app::submission::Form;
use kernel::Language;
use programme::{CodeList, ColumnType, Programme, TableColumn};

use crate::text::Words;

/// Both languages of every text, Chinese first.
const LANGUAGES: [Language; 2] = [Language::Zh, Language::En];
const YES_NO: &str = "yes_no";
const RISKS: &str = "risk";

/// One question as its row.
#[derive(Default)]
struct Question<'a> {
    kind: String,
    name: &'a str,
    label: [String; 2],
    hint: [String; 2],
    required: bool,
    constraint: String,
    message: [String; 2],
    appearance: &'a str,
}

/// The sheets of a form: survey, choices, settings.
#[must_use]
pub(crate) fn sheets(programme: &Programme, form: Form) -> Vec<Sheet> {
    let (title, questions, lists) = match form {
        Form::Visit => visit(programme),
        Form::Declaration => declaration(),
    };
    let language = LANGUAGES.map(|language| Words::new(language).get("questionnaire.language"));
    let both = |column: &str| language.map(|language| format!("{column}::{language}"));
    let mut header = vec!["type".to_owned(), "name".to_owned()];
    header.extend(both("label"));
    header.extend(both("hint"));
    header.extend(["required", "constraint"].map(str::to_owned));
    header.extend(both("constraint_message"));
    header.push("appearance".to_owned());
    let mut survey = vec![header];
    // When the form was begun: what somebody else answered before was known to the visitor.
    survey.extend([row(Question { kind: "start".to_owned(), name: "start", ..Question::default() })]);
    survey.extend(questions.into_iter().map(row));
    let [first, second] = both("label");
    let mut choices = vec![vec!["list_name".to_owned(), "name".to_owned(), first, second]];
    for list in &lists {
        choices.extend(codes(programme, list));
    }
    let settings = vec![
        ["form_title", "form_id", "version", "default_language"].map(str::to_owned).to_vec(),
        vec![
            title,
            format!("{}_{}", programme.meta.id.get_ref().replace('-', "_"), form.name()),
            programme.meta.version.clone(),
            language[0].to_owned(),
        ],
    ];
    vec![Sheet { name: "survey", rows: survey }, Sheet { name: "choices", rows: choices }, Sheet { name: "settings", rows: settings }]
}

fn words(key: &'static str) -> [String; 2] {
    LANGUAGES.map(|language| Words::new(language).get(key).to_owned())
}

fn row(question: Question<'_>) -> Vec<String> {
    let required = if question.required { "yes" } else { "" };
    let mut cells = vec![question.kind, question.name.to_owned()];
    cells.extend(question.label);
    cells.extend(question.hint);
    cells.extend([required.to_owned(), question.constraint]);
    cells.extend(question.message);
    cells.push(question.appearance.to_owned());
    cells
}

fn group(name: &str, label: [String; 2]) -> Question<'_> {
    Question { kind: "begin_group".to_owned(), name, label, appearance: "field-list", ..Question::default() }
}

fn end<'a>() -> Question<'a> {
    Question { kind: "end_group".to_owned(), ..Question::default() }
}

type Questions<'a> = (String, Vec<Question<'a>>, Vec<String>);

fn visit(programme: &Programme) -> Questions<'_> {
    let mut lists = vec![YES_NO.to_owned()];
    let digits = |count: u32| format!("regex(., '^[0-9]{{{count}}}$')");
    let needed = |name, label, constraint| Question {
        kind: "text".to_owned(),
        name,
        label: words(label),
        required: true,
        constraint,
        message: words("questionnaire.case_hint"),
        hint: words("questionnaire.case_hint"),
        ..Question::default()
    };
    let mut all = vec![
        group("file", words("questionnaire.file")),
        needed("county", "questionnaire.county", digits(6)),
        needed("case", "questionnaire.case", String::new()),
        end(),
    ];
    let table = programme.table(programme.view.base.get_ref());
    for section in &programme.visits {
        let title = &section.part.title;
        all.push(group(section.part.id.get_ref(), LANGUAGES.map(|language| title.pick(language).to_owned())));
        let columns = section.part.columns.iter().filter_map(|name| table?.part.column(name.get_ref()));
        all.extend(columns.map(|column| asked(programme, column, &mut lists)));
        all.push(end());
    }
    all.push(group("visitors", words("visit.visitors")));
    all.push(Question {
        kind: "text".to_owned(),
        name: "persons",
        label: words("visit.persons"),
        hint: words("visit.persons_hint"),
        ..Question::default()
    });
    all.push(Question { kind: "image".to_owned(), name: "photo", label: words("visit.photo"), ..Question::default() });
    all.push(end());
    (title(programme, "questionnaire.visit"), all, lists)
}

fn title(programme: &Programme, key: &'static str) -> String {
    let [zh, en] = LANGUAGES;
    format!(
        "{} / {}",
        Words::new(zh).fill(key, &[("programme", programme.meta.title.pick(zh))]),
        Words::new(en).fill(key, &[("programme", programme.meta.title.pick(en))])
    )
}

/// The question behind a column, with the limits that its type sets.
fn asked<'a>(programme: &Programme, column: &'a TableColumn, lists: &mut Vec<String>) -> Question<'a> {
    let label = LANGUAGES.map(|language| column.title.pick(language).to_owned());
    let list = column.list.as_ref().map(|list| list.get_ref().clone());
    let mut choose = |how: &str| {
        let list = list.clone().unwrap_or_default();
        if !lists.contains(&list) {
            lists.push(list.clone());
        }
        format!("{how} {list}")
    };
    let kind = match column.column_type {
        ColumnType::Boolean => format!("select_one {YES_NO}"),
        ColumnType::Code => choose("select_one"),
        ColumnType::Codes => choose("select_multiple"),
        ColumnType::Integer => "integer".to_owned(),
        ColumnType::Money | ColumnType::Quantity => "decimal".to_owned(),
        ColumnType::Date => "date".to_owned(),
        ColumnType::Text
        | ColumnType::Area
        | ColumnType::Serial
        | ColumnType::Identity
        | ColumnType::DisabilityCertificate
        | ColumnType::Phone => "text".to_owned(),
    };
    let (constraint, message) = limits(programme, column);
    Question { kind, name: column.name(), label, constraint, message, ..Question::default() }
}

fn limits(programme: &Programme, column: &TableColumn) -> (String, [String; 2]) {
    let mut parts = Vec::new();
    let mut said: Vec<(&'static str, String)> = Vec::new();
    if let Some(min) = column.min {
        parts.push(format!(". >= {min}"));
        said.push(("questionnaire.at_least", min.to_string()));
    }
    if let Some(max) = column.max {
        parts.push(format!(". <= {max}"));
        said.push(("questionnaire.at_most", max.to_string()));
    }
    if column.column_type == ColumnType::Money {
        let places = if programme.meta.currency.scale() == 1 { String::new() } else { r"(\.[0-9]{1,2})?".to_owned() };
        parts.push(format!("regex(string(.), '^-?[0-9]+{places}$')"));
        said.push(("questionnaire.amount", String::new()));
    }
    let message = LANGUAGES.map(|language| {
        let words = Words::new(language);
        said.iter().map(|(key, value)| words.fill(key, &[("value", value)])).collect::<Vec<_>>().join("; ")
    });
    (parts.join(" and "), message)
}

fn declaration<'a>() -> Questions<'a> {
    let text = |name, label, hint: Option<&'static str>, required| Question {
        kind: "text".to_owned(),
        name,
        label: words(label),
        hint: hint.map(words).unwrap_or_default(),
        required,
        ..Question::default()
    };
    let pattern = |question: Question<'a>, pattern: &str, message| Question {
        constraint: format!("regex(., '{pattern}')"),
        message: words(message),
        ..question
    };
    let questions = vec![
        text("name", "declare.name", None, true),
        pattern(
            text("telephone", "declare.telephone", Some("declare.telephone_hint"), true),
            "^[0-9 +-]{7,20}$",
            "declare.wrong_telephone",
        ),
        pattern(
            text("identity", "declare.identity", Some("questionnaire.identity_hint"), false),
            "^[0-9]{17}[0-9Xx]$",
            "declare.wrong_identity",
        ),
        pattern(text("village", "declare.village", Some("questionnaire.village_hint"), true), "^[0-9]{12}$", "questionnaire.village_hint"),
        text("difficulty", "declare.difficulty", Some("declare.difficulty_hint"), true),
        Question { kind: format!("select_one {RISKS}"), name: "risk", label: words("declare.risk"), required: true, ..Question::default() },
    ];
    let [zh, en] = words("declare.title");
    (format!("{zh} / {en}"), questions, vec![RISKS.to_owned()])
}

fn codes(programme: &Programme, list: &str) -> Vec<Vec<String>> {
    let row = |name: &str, label: [String; 2]| {
        let [zh, en] = label;
        vec![list.to_owned(), name.to_owned(), zh, en]
    };
    if list == YES_NO {
        return vec![row("yes", words("desk.yes")), row("no", words("desk.no"))];
    }
    let codes = |list: &CodeList| {
        list.codes.iter().map(|code| row(&code.get_ref().code, [code.get_ref().zh.clone(), code.get_ref().en.clone()])).collect()
    };
    programme.code_list(list).map(|list| codes(&list.part)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
