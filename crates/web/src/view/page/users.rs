//! Users and what their roles allow.

use chrono::NaiveDateTime;
use maud::{Markup, html};

use crate::text::Words;
use crate::view::form::{Choice, Field, Form, Input, field, open, problems, submit};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Tone, section, tag};
use crate::view::table::{Column, Row, table};

/// All users of an area, the roles, and the form for a new user: `account`, `name`, `role`, `area`.
#[derive(Debug, Clone)]
pub struct Users {
    pub users: Vec<UserRow>,
    pub roles: Vec<Role>,
    /// Absent for those who may not add users.
    pub form: Option<Form>,
    pub role_choices: Vec<Choice>,
    pub area_choices: Vec<Choice>,
}

/// A user.
#[derive(Debug, Clone)]
pub struct UserRow {
    pub account: String,
    pub href: String,
    pub name: String,
    pub role: String,
    pub area: String,
    pub has_second_factor: bool,
    pub last_seen_at: Option<NaiveDateTime>,
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
        Column::new("seen", w.get("users.last_seen")),
        Column::new("state", w.get("case.state")),
    ];
    let rows: Vec<Row> = view.users.iter().map(|user| line(w, user)).collect();
    let body = html! {
        @if let Some(form) = &view.form { (problems(form, w)) }
        (table(w, w.get("users.caption"), &columns, &rows))
        (section("roles", w.get("users.roles"), &html! {
            @for role in &view.roles {
                h3 { (role.title) }
                ul { @for line in &role.may { li { (line) } } @for line in &role.never { li { strong { (w.get("users.never")) } " " (line) } } }
            }
        }))
        @if let Some(form) = &view.form {
            (section("new", w.get("users.new"), &open(form, &html! {
                (field(form, &Field::new("account", w.get("users.account"), Input::Text), w))
                (field(form, &Field::new("name", w.get("household.name"), Input::Text), w))
                (field(form, &Field::new("role", w.get("access.role"), Input::Select(&view.role_choices)), w))
                (field(form, &Field::new("area", w.get("overview.area"), Input::Select(&view.area_choices)), w))
                (submit(w.get("users.add")))
            })))
        }
    };
    let failed = view.form.as_ref().is_some_and(Form::failed);
    desk(frame, &Head { wide: true, ..Head::new(w.get("users.title")).at(Menu::Users).failed(failed) }, &body)
}

fn line(w: Words, user: &UserRow) -> Row {
    Row::new(vec![
        html! { a href=(user.href) { (user.account) } },
        html! { (user.name) },
        html! { (user.role) },
        html! { (user.area) },
        if user.has_second_factor {
            html! { (w.get("common.yes")) }
        } else {
            tag(Tone::Bad, w.get("common.no"))
        },
        html! { @if let Some(at) = user.last_seen_at { (w.moment(at)) } @else { (w.get("common.never")) } },
        if user.is_active {
            html! { (w.get("users.active")) }
        } else {
            tag(Tone::Plain, w.get("users.locked"))
        },
    ])
}
