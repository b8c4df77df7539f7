//! Accounts of staff: made, locked, given a new password. Who keeps accounts sees no household.

use app::account::{self, Account, NewAccount, hash_password, store};
use app::{Action, Resource, Role};
use axum::extract::{Form as Posted, Path, Query};
use axum::response::Response;
use kernel::AreaCode;
use serde::Deserialize;

use super::visit::role_text;
use super::{Fault, Visit, see_other, shown};
use crate::view::form::{Choice, Form, Problem};
use crate::view::page::failure::Kind;
use crate::view::page::users::{UserRow, Users, page};
use crate::view::part::Pair;
use crate::view::table::Paging;

/// Accounts on a page.
const PAGE: usize = 50;

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    #[serde(default)]
    after: String,
}

pub(super) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let form = Form::new("user", "/users", visit.csrf(), "");
    show(&visit, &asked.after, form, Vec::new()).await
}

async fn show(visit: &Visit, after: &str, form: Form, handed_out: Vec<Pair>) -> Result<Response, Fault> {
    let area = visit.area(Action::ManageAccounts, None)?;
    let w = visit.words();
    let mut tx = visit.site.service.db.read().await.map_err(app::Error::from)?;
    let mut accounts = store::list(&mut tx, area, after, i64::try_from(PAGE + 1).unwrap_or(i64::MAX)).await?;
    let more = accounts.len() > PAGE;
    accounts.truncate(PAGE);
    let next = accounts.last().filter(|_| more).map(|last| last.name.clone());
    let own = visit.frame.visitor.as_ref().map(|visitor| visitor.account.clone());
    let row = |account: Account| {
        let form = Form::new(&account.id, &format!("/users/{}", account.id), visit.csrf(), &account.version.to_string());
        UserRow {
            form: (own.as_ref() != Some(&account.id)).then_some(form),
            account: account.name,
            name: account.title,
            role: role_text(w, account.role).to_owned(),
            area: visit.place(account.area),
            has_second_factor: account.enrolled,
            is_active: !account.disabled,
        }
    };
    let view = Users {
        users: accounts.into_iter().map(row).collect(),
        roles: Vec::new(),
        form: Some(form),
        role_choices: Role::ALL.into_iter().map(|role| Choice::new(role.name(), role_text(w, role))).collect(),
        handed_out,
        paging: Paging { base: "/users".to_owned(), previous: None, next, total: None },
    };
    Ok(shown(&page(&visit.frame, &view)))
}

/// Only inside the area that the visitor keeps accounts for.
fn permitted(visit: &Visit, area: AreaCode) -> Result<(), Fault> {
    let service = &visit.site.service;
    Ok(service.permit(&visit.who, Action::ManageAccounts, &Resource::of_area(area), app::purpose(&visit.who))?)
}

#[derive(Deserialize)]
pub(super) struct New {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    area: String,
}

pub(super) async fn add(visit: Visit, Posted(new): Posted<New>) -> Result<Response, Fault> {
    visit.check_csrf(&new.csrf)?;
    let (service, w) = (&visit.site.service, visit.words());
    let mut form = Form::new("user", "/users", visit.csrf(), "");
    let values = [("account", &new.account), ("name", &new.name), ("role", &new.role), ("area", &new.area)];
    form.values = values.map(|(field, value)| (field.to_owned(), value.clone())).to_vec();
    let role = Role::parse(&new.role);
    let area = AreaCode::parse(new.area.trim()).filter(|area| permitted(&visit, *area).is_ok());
    let mut wrong = |field: &str, key| form.problems.push(Problem { field: field.to_owned(), text: w.get(key).to_owned() });
    if new.account.trim().is_empty() {
        wrong("account", "declare.wrong_missing");
    }
    if new.name.trim().is_empty() {
        wrong("name", "declare.wrong_missing");
    }
    if role.is_none() {
        wrong("role", "users.wrong_role");
    }
    if area.is_none() {
        wrong("area", "users.wrong_area");
    }
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    if store::named(&mut tx, &new.account).await?.is_some() {
        wrong("account", "users.taken");
    }
    drop(tx);
    let (Some(role), Some(area), false) = (role, area, form.failed()) else { return show(&visit, "", form, Vec::new()).await };
    let password = app::new_password()?;
    let password_hash = hash_password(password.clone()).await?;
    let made = NewAccount { name: new.account.clone(), title: new.name.trim().to_owned(), role, area, password_hash, handed_out: true };
    let mut tx = service.db.begin().await.map_err(app::Error::from)?;
    match account::create(&mut tx, &made, &visit.who.key(), service.now()).await {
        Ok(_) => tx.commit().await.map_err(app::Error::from)?,
        Err(app::Error::Invalid { .. }) => {
            form.problems.push(Problem { field: "account".to_owned(), text: w.get("users.wrong_account").to_owned() });
            return show(&visit, "", form, Vec::new()).await;
        }
        Err(error) => return Err(error.into()),
    }
    show(&visit, "", Form::new("user", "/users", visit.csrf(), ""), handed_out(&visit, &new.account, password)).await
}

fn handed_out(visit: &Visit, name: &str, password: String) -> Vec<Pair> {
    let w = visit.words();
    vec![Pair::new(w.get("users.account"), name), Pair::new(w.get("users.password"), password)]
}

#[derive(Deserialize)]
pub(super) struct Act {
    #[serde(default)]
    csrf: String,
    /// The version of the account that was seen.
    #[serde(default)]
    key: String,
    #[serde(default)]
    act: String,
}

pub(super) async fn act(visit: Visit, Path(id): Path<String>, Posted(sent): Posted<Act>) -> Result<Response, Fault> {
    visit.check_csrf(&sent.csrf)?;
    let service = &visit.site.service;
    let own = visit.frame.visitor.as_ref().is_some_and(|visitor| visitor.account == id);
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let found = store::find(&mut tx, &id).await?;
    drop(tx);
    let mut account = found.ok_or_else(|| Fault::of(Kind::NotFound))?;
    permitted(&visit, account.area)?;
    if own {
        return Err(Fault::of(Kind::Forbidden));
    }
    if sent.key != account.version.to_string() {
        return Err(Fault::of(Kind::Stale));
    }
    let (now, mut shown_once) = (service.now(), Vec::new());
    let password = if sent.act == "password" { Some(app::new_password()?) } else { None };
    let hash = match &password {
        Some(password) => hash_password(password.clone()).await?,
        None => String::new(),
    };
    let mut tx = service.db.begin().await.map_err(app::Error::from)?;
    let by = visit.who.key();
    let done = match sent.act.as_str() {
        "lock" | "unlock" => {
            account.disabled = sent.act == "lock";
            account::change(&mut tx, &account, &by, now).await
        }
        "password" => account::set_password(&mut tx, &id, &hash, &by, now).await,
        "factor" => account::forget_totp(&mut tx, &id, &by, now).await,
        _ => return Err(Fault::of(Kind::BadRequest)),
    };
    if let Err(app::Error::AnotherAdministrator) = done {
        drop(tx);
        let mut form = Form::new("user", "/users", visit.csrf(), "");
        form.problems.push(Problem { field: "account".to_owned(), text: visit.words().get("users.another").to_owned() });
        return show(&visit, "", form, Vec::new()).await;
    }
    done?;
    tx.commit().await.map_err(app::Error::from)?;
    if let Some(password) = password {
        shown_once = handed_out(&visit, &account.name, password);
    }
    show(&visit, "", Form::new("user", "/users", visit.csrf(), ""), shown_once).await
}
