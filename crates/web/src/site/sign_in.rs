//! Signing in and out, and setting up the second factor.

use std::sync::Arc;

use app::account::{Credentials, begin_totp, confirm_totp};
use app::clock::MINUTE;
use app::{Account, SignIn};
use axum::extract::{Form as Posted, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use maud::html;
use serde::Deserialize;

use super::visit::SESSION;
use super::{Fault, Site, Visit, see_other, shown};
use crate::text::Words;
use crate::view::form::{Field, Form, Input, Problem, field, open, problems, submit};
use crate::view::layout::{Head, desk};
use crate::view::page::failure::Kind;
use crate::view::page::notice::qr;
use crate::view::page::sign_in as view;

/// A right password, until the code comes.
pub(super) struct Pending {
    name: String,
    password: String,
    at: i64,
}

/// How long a right password waits for its code.
const PATIENCE: i64 = 5 * MINUTE;

#[derive(Deserialize)]
pub(super) struct Typed {
    user: String,
    password: String,
}

#[derive(Deserialize)]
pub(super) struct Code {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    key: String,
    code: String,
}

pub(super) async fn form(visit: Visit) -> Response {
    shown(&view::page(&visit.frame, &view::SignIn { form: Form::new("sign-in", "/sign-in", "", "") }))
}

pub(super) async fn password(visit: Visit, Posted(typed): Posted<Typed>) -> Result<Response, Fault> {
    let credentials = Credentials { name: &typed.user, password: &typed.password, code: None, remote: &visit.remote };
    let service = &visit.site.service;
    match app::sign_in(&service.db, &service.keys, credentials, service.now()).await? {
        SignIn::Accepted { account, second_factor } => enter(&visit, &account, second_factor).await,
        SignIn::CodeWanted => {
            let key = app::new_id(service.now())?;
            remember(&visit.site, &key, Pending { name: typed.user, password: typed.password, at: service.now() });
            let form = Form::new("code", "/sign-in/code", "", &key);
            Ok(shown(&view::second_factor(&visit.frame, &view::SecondFactor { form })))
        }
        SignIn::Refused => Ok(refused(&visit, &typed.user, "sign_in.refused")),
        SignIn::Wait { .. } => Ok(refused(&visit, &typed.user, "sign_in.wait")),
    }
}

fn refused(visit: &Visit, user: &str, key: &'static str) -> Response {
    let mut form = Form::new("sign-in", "/sign-in", "", "");
    form.values.push(("user".to_owned(), user.to_owned()));
    form.problems.push(Problem { field: "user".to_owned(), text: visit.words().get(key).to_owned() });
    shown(&view::page(&visit.frame, &view::SignIn { form }))
}

fn remember(site: &Site, key: &str, pending: Pending) {
    if let Ok(mut all) = site.pending.lock() {
        let now = pending.at;
        all.retain(|_, waiting| now - waiting.at < PATIENCE);
        all.insert(key.to_owned(), pending);
    }
}

pub(super) async fn code(visit: Visit, Posted(typed): Posted<Code>) -> Result<Response, Fault> {
    let service = &visit.site.service;
    let pending = visit.site.pending.lock().ok().and_then(|mut all| all.remove(&typed.key));
    let Some(pending) = pending.filter(|pending| service.now() - pending.at < PATIENCE) else { return Ok(see_other("/sign-in")) };
    let credentials = Credentials { name: &pending.name, password: &pending.password, code: Some(&typed.code), remote: &visit.remote };
    match app::sign_in(&service.db, &service.keys, credentials, service.now()).await? {
        SignIn::Accepted { account, second_factor } => enter(&visit, &account, second_factor).await,
        SignIn::Wait { .. } => Ok(refused(&visit, &pending.name, "sign_in.wait")),
        SignIn::Refused | SignIn::CodeWanted => {
            let key = app::new_id(service.now())?;
            remember(&visit.site, &key, pending);
            let mut form = Form::new("code", "/sign-in/code", "", &key);
            form.problems.push(Problem { field: "code".to_owned(), text: visit.words().get("sign_in.wrong_code").to_owned() });
            Ok(shown(&view::second_factor(&visit.frame, &view::SecondFactor { form })))
        }
    }
}

/// Opens a session; without a second factor it leads to setting one up and to nothing else.
async fn enter(visit: &Visit, account: &Account, second_factor: bool) -> Result<Response, Fault> {
    let home = if account.role == app::Role::VillageCadre { "/visits" } else { "/desk" };
    let to = match (account.handed_out, second_factor) {
        (true, _) => "/password",
        (false, true) => home,
        (false, false) => "/enrol",
    };
    open_session(visit, &account.principal(second_factor), to).await
}

/// Opens a session for somebody who proved who they are, and leads on.
pub(super) async fn open_session(visit: &Visit, who: &app::Principal, to: &str) -> Result<Response, Fault> {
    let service = &visit.site.service;
    let mut tx = service.db.begin().await.map_err(app::Error::from)?;
    let token = app::session::store::open(&mut tx, who, &visit.remote, visit.token.as_ref(), service.now()).await?;
    tx.commit().await.map_err(app::Error::from)?;
    let mut response = see_other(to);
    set_cookie(&mut response, &visit.site, &token.reveal(), "");
    Ok(response)
}

fn set_cookie(response: &mut Response, site: &Site, value: &str, more: &str) {
    let secure = if site.secure { "; Secure" } else { "" };
    let cookie = format!("{SESSION}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{more}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

pub(super) async fn out(visit: Visit, Posted(form): Posted<std::collections::BTreeMap<String, String>>) -> Result<Response, Fault> {
    visit.check_csrf(form.get("csrf").map_or("", String::as_str))?;
    if let Some(token) = &visit.token {
        let mut tx = visit.site.service.db.begin().await.map_err(app::Error::from)?;
        app::session::store::close(&mut tx, token).await?;
        tx.commit().await.map_err(app::Error::from)?;
    }
    let mut response = see_other("/sign-in");
    set_cookie(&mut response, &visit.site, "", "; Max-Age=0");
    Ok(response)
}

/// The account that may set up a second factor now: it has none, and a password of its own.
async fn enrolling(visit: &Visit) -> Result<Result<&str, Response>, Fault> {
    let app::Principal::Staff { account, second_factor: false, .. } = &visit.who else { return Err(Fault::of(Kind::NotFound)) };
    let mut tx = visit.site.service.db.read().await.map_err(app::Error::from)?;
    let found = app::account::store::find(&mut tx, account).await?.ok_or_else(|| Fault::of(Kind::NotFound))?;
    if found.handed_out {
        return Ok(Err(see_other("/password")));
    }
    if found.enrolled { Err(Fault::of(Kind::NotFound)) } else { Ok(Ok(account)) }
}

pub(super) async fn enrol(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Fault> {
    let account = match enrolling(&visit).await? {
        Ok(account) => account,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let mut tx = site.service.db.begin().await.map_err(app::Error::from)?;
    let enrolment = begin_totp(&mut tx, &site.service.keys, account, site.service.now()).await?;
    tx.commit().await.map_err(app::Error::from)?;
    Ok(enrol_page(&visit, Some((&enrolment.url, &enrolment.secret)), None))
}

pub(super) async fn enrolled(visit: Visit, Posted(typed): Posted<Code>) -> Result<Response, Fault> {
    visit.check_csrf(&typed.csrf)?;
    let account = match enrolling(&visit).await? {
        Ok(account) => account,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let service = &visit.site.service;
    let mut tx = service.db.begin().await.map_err(app::Error::from)?;
    let right = confirm_totp(&mut tx, &service.keys, account, &typed.code, service.now()).await?;
    tx.commit().await.map_err(app::Error::from)?;
    if right { Ok(see_other("/sign-in")) } else { Ok(enrol_page(&visit, None, Some("sign_in.wrong_code"))) }
}

/// The secret is shown once; after a wrong code it is already in the authenticator.
fn enrol_page(visit: &Visit, secret: Option<(&str, &str)>, problem: Option<&'static str>) -> Response {
    let w: Words = visit.words();
    let mut form = Form::new("enrol", "/enrol", visit.csrf(), "");
    form.problems.extend(problem.map(|key| Problem { field: "code".to_owned(), text: w.get(key).to_owned() }));
    let body = html! {
        (problems(&form, w))
        @if let Some((url, secret)) = secret {
            p { (w.get("sign_in.enrol_about")) }
            div.qr { (qr(url)) }
            p { (w.get("sign_in.enrol_secret")) " " code { (secret) } }
        }
        (open(&form, &html! {
            (field(&form, &Field::new("code", w.get("sign_in.code"), Input::Code).hint(w.get("sign_in.code_hint")), w))
            (submit(w.get("sign_in.enrol")))
        }))
    };
    shown(&desk(&visit.frame, &Head::new(w.get("sign_in.enrol_title")).failed(form.failed()), &body))
}
