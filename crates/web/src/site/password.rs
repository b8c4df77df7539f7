//! Choosing one's own password: at the first sign-in with one that was handed out, and at any time after.

use app::account::{SHORTEST, change_password};
use axum::extract::Form as Posted;
use axum::response::Response;
use maud::html;
use serde::Deserialize;

use super::{Fault, Visit, see_other, shown};
use crate::view::form::{Field, Form, Input, Problem, field, open, problems, submit};
use crate::view::layout::{Head, desk};
use crate::view::page::failure::Kind;

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    old: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    again: String,
}

fn own(visit: &Visit) -> Result<&str, Fault> {
    let app::Principal::Staff { account, .. } = &visit.who else { return Err(Fault::of(Kind::NotFound)) };
    Ok(account)
}

pub(super) async fn form(visit: Visit) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    own(&visit)?;
    Ok(page(&visit, None))
}

pub(super) async fn choose(visit: Visit, Posted(typed): Posted<Typed>) -> Result<Response, Fault> {
    visit.check_csrf(&typed.csrf)?;
    let account = own(&visit)?;
    let service = &visit.site.service;
    if typed.new.chars().count() < SHORTEST {
        return Ok(page(&visit, Some(("new", "password.short"))));
    }
    if typed.new == typed.old {
        return Ok(page(&visit, Some(("new", "password.same"))));
    }
    if typed.new != typed.again {
        return Ok(page(&visit, Some(("again", "password.differs"))));
    }
    match change_password(&service.db, account, &typed.old, &typed.new, service.now()).await {
        Ok(true) => Ok(see_other("/sign-in")),
        Ok(false) => Ok(page(&visit, Some(("old", "password.wrong")))),
        Err(app::Error::Invalid { .. }) => Ok(page(&visit, Some(("new", "password.short")))),
        Err(error) => Err(error.into()),
    }
}

/// Passwords that were typed are not shown again.
fn page(visit: &Visit, problem: Option<(&str, &'static str)>) -> Response {
    let w = visit.words();
    let mut form = Form::new("password", "/password", visit.csrf(), "");
    form.problems.extend(problem.map(|(name, key)| Problem { field: name.to_owned(), text: w.get(key).to_owned() }));
    let body = html! {
        (problems(&form, w))
        p { (w.get("password.about")) }
        (open(&form, &html! {
            (field(&form, &Field::new("old", w.get("password.old"), Input::Password), w))
            (field(&form, &Field::new("new", w.get("password.new"), Input::Password).hint(w.get("password.hint")), w))
            (field(&form, &Field::new("again", w.get("password.again"), Input::Password), w))
            (submit(w.get("password.choose")))
        }))
    };
    shown(&desk(&visit.frame, &Head::new(w.get("password.title")).failed(form.failed()), &body))
}
