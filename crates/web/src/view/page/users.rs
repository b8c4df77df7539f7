//! Users and what their roles allow.

use maud::{Markup, html};

use crate::text::Words;
use crate::view::form::{Choice, Field, Form, Input, field, open, problems, submit, submit_as};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Pair, Tone, note, pairs, section, tag};
use crate::view::table::{Column, Paging, Row, paging, table};

/// All users of an area, the roles, and the form for a new user: `account`, `name`, `role`, `area`.
#[derive(Debug, Clone)]
pub struct Users {
    pub users: Vec<UserRow>,
    pub roles: Vec<Role>,
    /// Absent for those who may not add users.
    pub form: Option<Form>,
    pub role_choices: Vec<Choice>,
    /// What was just made and is shown this once: name, password.
    pub handed_out: Vec<Pair>,
    pub paging: Paging,
}

/// A user.
#[derive(Debug, Clone)]
pub struct UserRow {
    pub account: String,
    /// Its buttons send `act`: `lock`, `unlock`, `password` or `factor`; absent for the visitor's own account.
    pub form: Option<Form>,
    pub name: String,
    pub role: String,
    pub area: String,
    pub has_second_factor: bool,
    pub is_active: bool,
}

/// What a role allows, a sentence each.
#[derive(Debug, Clone)]
pub struct Role {
    pub title: String,
    pub may: Vec<String>,
    /// What it never may together with this role.
    pub never: Vec<String>,
}

#[must_use]
pub fn page(frame: &Frame, view: &Users) -> Markup {
    let w = frame.words();
    let columns = [
        Column::new("account", w.get("users.account")),
        Column::new("name", w.get("household.name")),
        Column::new("role", w.get("access.role")),
        Column::new("area", w.get("overview.area")),
        Column::new("second", w.get("users.second_factor")),
        Column::new("state", w.get("case.state")),
        Column::new("acts", w.get("users.acts")),
    ];
    let rows: Vec<Row> = view.users.iter().map(|user| line(w, user)).collect();
    let body = html! {
        @if let Some(form) = &view.form { (problems(form, w)) }
        @if !view.handed_out.is_empty() { (note(Tone::Good, w.get("users.handed_out"))) (pairs(&view.handed_out)) }
        (table(w, w.get("users.caption"), &columns, &rows))
        (paging(w, &view.paging))
        @if !view.roles.is_empty() { (section("roles", w.get("users.roles"), &html! {
            @for role in &view.roles {
                h3 { (role.title) }
                ul { @for line in &role.may { li { (line) } } @for line in &role.never { li { strong { (w.get("users.never")) } " " (line) } } }
            }
        })) }
        @if let Some(form) = &view.form {
            (section("new", w.get("users.new"), &open(form, &html! {
                (field(form, &Field::new("account", w.get("users.account"), Input::Text), w))
                (field(form, &Field::new("name", w.get("household.name"), Input::Text), w))
                (field(form, &Field::new("role", w.get("access.role"), Input::Select(&view.role_choices)), w))
                (field(form, &Field::new("area", w.get("overview.area"), Input::Text).hint(w.get("users.area_hint")), w))
                (submit(w.get("users.add")))
            })))
        }
    };
    let failed = view.form.as_ref().is_some_and(Form::failed);
    desk(frame, &Head { wide: true, ..Head::new(w.get("users.title")).at(Menu::Users).failed(failed) }, &body)
}

fn line(w: Words, user: &UserRow) -> Row {
    Row::new(vec![
        html! { (user.account) },
        html! { (user.name) },
        html! { (user.role) },
        html! { (user.area) },
        if user.has_second_factor {
            html! { (w.get("common.yes")) }
        } else {
            tag(Tone::Bad, w.get("common.no"))
        },
        if user.is_active {
            html! { (w.get("users.active")) }
        } else {
            tag(Tone::Plain, w.get("users.locked"))
        },
        html! { @if let Some(form) = &user.form { (acts(w, user, form)) } },
    ])
}

fn acts(w: Words, user: &UserRow, form: &Form) -> Markup {
    let (act, key) = if user.is_active { ("lock", "users.lock") } else { ("unlock", "users.unlock") };
    open(
        form,
        &html! {
            p.actions {
                (submit_as("act", act, w.get(key)))
                @if user.is_active {
                    (submit_as("act", "password", w.get("users.new_password")))
                    @if user.has_second_factor { (submit_as("act", "factor", w.get("users.forget_factor"))) }
                }
            }
        },
    )
}
