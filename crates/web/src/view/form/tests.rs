use kernel::Language;

use super::*;

fn refused() -> Form {
    Form {
        values: vec![("name".to_owned(), "<script>alert(1)</script>".to_owned()), ("secret".to_owned(), "hunter2".to_owned())],
        problems: vec![
            Problem { field: "name".to_owned(), text: "x & y".to_owned() },
            Problem { field: String::new(), text: "all".to_owned() },
        ],
        ..Form::new("f", "/go", "token", "once")
    }
}

fn show(field_of: &Field<'_>) -> String {
    field(&refused(), field_of, Words::new(Language::En)).into_string()
}

#[test]
fn values_are_kept_and_escaped() {
    let html = show(&Field::new("name", "Name", Input::Text));
    assert!(html.contains("value=\"&lt;script&gt;alert(1)&lt;/script&gt;\""), "{html}");
    assert!(!html.contains("<script>"), "{html}");
}

#[test]
fn the_summary_leads_to_the_field_with_the_same_words() {
    let w = Words::new(Language::En);
    let summary = problems(&refused(), w).into_string();
    assert!(summary.contains("<a href=\"#f-name\">x &amp; y</a>"), "{summary}");
    let html = show(&Field::new("name", "Name", Input::Text).hint("h"));
    assert!(html.contains("id=\"f-name\"") && html.contains("x &amp; y") && html.contains("aria-invalid=\"true\""), "{html}");
    assert!(html.contains("aria-describedby=\"f-name-hint f-name-problem\""), "{html}");
}

#[test]
fn secrets_are_never_sent_back() {
    assert!(!show(&Field::new("secret", "Secret", Input::Password)).contains("hunter2"));
    assert!(!show(&Field::new("secret", "Secret", Input::Code)).contains("hunter2"));
}

#[test]
fn a_form_carries_token_and_key() {
    let html = open(&refused(), &html! {}).into_string();
    assert!(html.contains("name=\"csrf\" value=\"token\"") && html.contains("name=\"key\" value=\"once\"") && html.contains("novalidate"));
}

#[test]
fn the_first_answer_is_where_the_summary_leads() {
    let choices = [Choice::new("a", "A"), Choice::new("b", "B")];
    let html = show(&Field::new("name", "Name", Input::Radios(&choices)));
    assert!(html.contains("<legend>Name</legend>") && html.contains("id=\"f-name\" type=\"radio\""), "{html}");
}
