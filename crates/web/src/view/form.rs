//! Forms after the pattern of GOV.UK.
//!
//! A summary of what is wrong stands on top with links to the fields, the same words stand at the field, every entered value is kept.
//! The server decides; the browser's own messages stay off.

use maud::{Markup, html};

use crate::text::Words;

/// What is wrong with a field, in the visitor's language.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Name of the field; empty if it is about the form as a whole.
    pub field: String,
    pub text: String,
}

/// A form as it is to be shown: where it goes, what was entered, what was wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Begins the ids of its fields; unique on the page.
    pub id: String,
    pub action: String,
    /// Token against requests from elsewhere.
    pub csrf: String,
    /// The same for every repetition of this submission, so that it counts once.
    pub key: String,
    /// Names and values as entered, or to be offered; a name may occur several times.
    pub values: Vec<(String, String)>,
    pub problems: Vec<Problem>,
}

impl Form {
    #[must_use]
    pub fn new(id: &str, action: &str, csrf: &str, key: &str) -> Self {
        Self { id: id.to_owned(), action: action.to_owned(), csrf: csrf.to_owned(), key: key.to_owned(), ..Self::default() }
    }

    #[must_use]
    pub fn failed(&self) -> bool {
        !self.problems.is_empty()
    }

    /// The first value under a name.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.values.iter().any(|(field, entered)| field == name && entered == value)
    }

    fn problem(&self, name: &str) -> Option<&str> {
        self.problems.iter().find(|problem| problem.field == name).map(|problem| problem.text.as_str())
    }

    fn field_id(&self, name: &str) -> String {
        format!("{}-{name}", self.id)
    }
}

/// One of the answers to choose from.
#[derive(Debug, Clone)]
pub struct Choice {
    pub value: String,
    pub text: String,
}

impl Choice {
    #[must_use]
    pub fn new(value: impl Into<String>, text: impl Into<String>) -> Self {
        Self { value: value.into(), text: text.into() }
    }
}

/// What is entered, and how.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    Text,
    /// Digits; the server forgives spaces and separators.
    Number,
    Telephone,
    Date,
    Password,
    /// A code that is valid once.
    Code,
    /// Name of an account.
    User,
    /// Name of a person.
    Name,
    Area,
    File {
        /// What the browser offers, e.g. `image/*`.
        accept: &'a str,
    },
    Select(&'a [Choice]),
    Radios(&'a [Choice]),
    Checks(&'a [Choice]),
}

/// A field with its question.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub hint: Option<&'a str>,
    pub input: Input<'a>,
}

impl<'a> Field<'a> {
    #[must_use]
    pub fn new(name: &'a str, label: &'a str, input: Input<'a>) -> Self {
        Self { name, label, hint: None, input }
    }

    #[must_use]
    pub fn hint(self, hint: &'a str) -> Self {
        Self { hint: Some(hint), ..self }
    }
}

/// A question that is known only when the page is filled, e.g. from a procedure.
#[derive(Debug, Clone)]
pub struct Question {
    pub name: String,
    pub label: String,
    pub hint: Option<String>,
    pub answer: Answer,
}

/// How a [`Question`] is answered.
#[derive(Debug, Clone)]
pub enum Answer {
    Text,
    Number,
    Date,
    Area,
    Select(Vec<Choice>),
    Radios(Vec<Choice>),
    Checks(Vec<Choice>),
}

/// The field of a question.
#[must_use]
pub fn question(form: &Form, question: &Question, w: Words) -> Markup {
    let input = match &question.answer {
        Answer::Text => Input::Text,
        Answer::Number => Input::Number,
        Answer::Date => Input::Date,
        Answer::Area => Input::Area,
        Answer::Select(choices) => Input::Select(choices),
        Answer::Radios(choices) => Input::Radios(choices),
        Answer::Checks(choices) => Input::Checks(choices),
    };
    field(form, &Field { name: &question.name, label: &question.label, hint: question.hint.as_deref(), input }, w)
}

/// The form around its fields and buttons.
#[must_use]
pub fn open(form: &Form, body: &Markup) -> Markup {
    html! { form.form id=(format!("form-{}", form.id)) action=(form.action) method="post" novalidate { (hidden(form)) (body) } }
}

/// The form of a page with files.
#[must_use]
pub fn open_with_files(form: &Form, body: &Markup) -> Markup {
    html! { form.form id=(format!("form-{}", form.id)) action=(form.action) method="post" enctype="multipart/form-data" novalidate { (hidden(form)) (body) } }
}

/// A form that is kept on the phone until the server has it; without a script it is an ordinary form.
#[must_use]
pub fn open_offline(form: &Form, title: &str, body: &Markup) -> Markup {
    html! {
        form.form id=(format!("form-{}", form.id)) action=(form.action) method="post" enctype="multipart/form-data" novalidate data-offline=(title) {
            (hidden(form)) (body)
        }
    }
}

pub(crate) fn hidden(form: &Form) -> Markup {
    html! { input type="hidden" name="csrf" value=(form.csrf); input type="hidden" name="key" value=(form.key); }
}

/// What is wrong, on top of the page; the script moves the focus here, without one the browser does by `autofocus`.
#[must_use]
pub fn problems(form: &Form, w: Words) -> Markup {
    html! {
        @if form.failed() {
            div.problems role="alert" tabindex="-1" autofocus data-focus="" {
                h2 { (w.get("form.problems")) }
                ul {
                    @for problem in &form.problems {
                        li {
                            @if problem.field.is_empty() { (problem.text) }
                            @else { a href=(format!("#{}", form.field_id(&problem.field))) { (problem.text) } }
                        }
                    }
                }
            }
        }
    }
}

/// A field with label, hint and error.
#[must_use]
pub fn field(form: &Form, field: &Field<'_>, w: Words) -> Markup {
    match field.input {
        Input::Radios(choices) => group(form, field, choices, "radio", w),
        Input::Checks(choices) => group(form, field, choices, "checkbox", w),
        Input::Text
        | Input::Number
        | Input::Telephone
        | Input::Date
        | Input::Password
        | Input::Code
        | Input::User
        | Input::Name
        | Input::Area
        | Input::File { .. }
        | Input::Select(_) => single(form, field, w),
    }
}

fn described(form: &Form, field: &Field<'_>) -> Option<String> {
    let id = form.field_id(field.name);
    let hint = field.hint.map(|_| format!("{id}-hint"));
    let problem = form.problem(field.name).map(|_| format!("{id}-problem"));
    let parts: Vec<String> = [hint, problem].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn around(form: &Form, field: &Field<'_>, w: Words) -> Markup {
    let id = form.field_id(field.name);
    html! {
        @if let Some(hint) = field.hint { p.hint id=(format!("{id}-hint")) { (hint) } }
        @if let Some(problem) = form.problem(field.name) {
            p.problem id=(format!("{id}-problem")) { span.hidden { (w.get("common.error_prefix")) } (problem) }
        }
    }
}

fn single(form: &Form, field: &Field<'_>, w: Words) -> Markup {
    let id = form.field_id(field.name);
    let bad = form.problem(field.name).is_some();
    html! {
        div.field.bad[bad] {
            label for=(id) { (field.label) }
            (around(form, field, w))
            (entry(form, field, &id, bad))
        }
    }
}

/// The attributes of a one-line entry: type, keyboard, what the browser may fill in.
fn line(input: Input<'_>) -> (&'static str, Option<&'static str>, &'static str) {
    match input {
        Input::Number => ("text", Some("numeric"), "off"),
        Input::Telephone => ("tel", Some("tel"), "tel"),
        Input::Date => ("date", None, "off"),
        Input::Password => ("password", None, "current-password"),
        Input::Code => ("text", Some("numeric"), "one-time-code"),
        Input::User => ("text", None, "username"),
        Input::Name => ("text", None, "name"),
        Input::Text | Input::Area | Input::File { .. } | Input::Select(_) | Input::Radios(_) | Input::Checks(_) => ("text", None, "off"),
    }
}

fn entry(form: &Form, field: &Field<'_>, id: &str, bad: bool) -> Markup {
    let described = described(form, field);
    let invalid = bad.then_some("true");
    let value = form.value(field.name);
    match field.input {
        Input::Area => {
            html! { textarea id=(id) name=(field.name) rows="4" aria-describedby=[described] aria-invalid=[invalid] { (value) } }
        }
        Input::Select(choices) => html! {
            select id=(id) name=(field.name) aria-describedby=[described] aria-invalid=[invalid] {
                @for choice in choices { option value=(choice.value) selected[choice.value == value] { (choice.text) } }
            }
        },
        Input::File { accept } => {
            html! { input id=(id) name=(field.name) type="file" accept=(accept) aria-describedby=[described] aria-invalid=[invalid]; }
        }
        Input::Text
        | Input::Number
        | Input::Telephone
        | Input::Date
        | Input::Password
        | Input::Code
        | Input::User
        | Input::Name
        | Input::Radios(_)
        | Input::Checks(_) => {
            let (kind, mode, complete) = line(field.input);
            // A refused password or code is asked again, never sent back.
            let secret = matches!(field.input, Input::Password | Input::Code);
            html! {
                input.(if matches!(field.input, Input::Number | Input::Code | Input::Date) { "short" } else { "long" })
                    id=(id) name=(field.name) type=(kind) inputmode=[mode] autocomplete=(complete)
                    value=[(!secret).then_some(value)] aria-describedby=[described] aria-invalid=[invalid];
            }
        }
    }
}

fn group(form: &Form, field: &Field<'_>, choices: &[Choice], kind: &str, w: Words) -> Markup {
    let id = form.field_id(field.name);
    let bad = form.problem(field.name).is_some();
    html! {
        fieldset.field.bad[bad] aria-describedby=[described(form, field)] {
            legend { (field.label) }
            (around(form, field, w))
            @for (place, choice) in choices.iter().enumerate() {
                // The first answer carries the id that the summary of problems leads to.
                @let own = if place == 0 { id.clone() } else { format!("{id}-{place}") };
                label.choice for=(own) {
                    input id=(own) type=(kind) name=(field.name) value=(choice.value) checked[form.has(field.name, &choice.value)];
                    span { (choice.text) }
                }
            }
        }
    }
}

/// The button that sends the form.
#[must_use]
pub fn submit(text: &str) -> Markup {
    html! { button.submit type="submit" { (text) } }
}

/// A button that sends the form with a name and a value of its own.
#[must_use]
pub fn submit_as(name: &str, value: &str, text: &str) -> Markup {
    html! { button type="submit" name=(name) value=(value) { (text) } }
}

#[cfg(test)]
mod tests;
