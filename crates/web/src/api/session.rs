//! Sessions of programs: the same as a browser's, but the token is handed over instead of a cookie.

use app::account::Credentials;
use app::clock::SECOND;
use app::{Principal, SignIn};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{delete, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::HttpMethod;

use super::caller::{Anyone, Caller};
use super::read::{Asked, Body, sound};
use super::{Answer, Endpoint, PREFIX, Trouble, json};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let open_about = "Sign in; the token goes into the header Authorization: Bearer";
    let close_about = "Sign out";
    vec![
        Endpoint::new(HttpMethod::Post, "/sessions", "openSession", open_about, post(open))
            .takes::<SignInBody>()
            .gives::<Opened>(StatusCode::CREATED, &[("Location", "where the session is closed")])
            .refuses(&[401, 429]),
        Endpoint::new(HttpMethod::Delete, "/sessions/current", "closeSession", close_about, delete(close))
            .signed_in()
            .empty(StatusCode::NO_CONTENT, &[]),
    ]
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignIn)]
struct SignInBody {
    #[schema(min_length = 1, max_length = 64, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
    user: String,
    #[schema(min_length = 1, max_length = 1024)]
    password: String,
    /// The one-time password of the authenticator, where one is set up.
    code: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
struct Opened {
    token: String,
    /// When it ends if nothing more is asked, as RFC 3339.
    expires_at: String,
    /// When it ends in any case, as RFC 3339.
    ends_at: String,
    role: String,
    area: String,
    /// Without a second factor only what is public may be read.
    second_factor: bool,
}

async fn open(caller: Anyone, asked: Asked, Body { value: typed, .. }: Body<SignInBody>) -> Answer {
    asked.only(&[])?;
    sound("/user", &typed.user, 64)?;
    if typed.password.is_empty() || typed.password.chars().count() > 1024 {
        return Err(Trouble::at("/password", "expected 1 to 1024 characters"));
    }
    let service = &caller.site.service;
    let now = service.now();
    let credentials = Credentials { name: &typed.user, password: &typed.password, code: typed.code.as_deref(), remote: &caller.remote };
    let (account, second_factor) = match app::sign_in(&service.db, &service.keys, credentials, now).await? {
        SignIn::Accepted { account, second_factor } => (account, second_factor),
        SignIn::CodeWanted => return Err(Trouble::unauthorized("api.code_wanted", "send the one-time password as `code`")),
        SignIn::Refused => return Err(Trouble::unauthorized("api.refused", "user, password or code is wrong")),
        SignIn::Wait { until } => return Err(Trouble::wait((until - now) / SECOND + 1)),
    };
    let who: Principal = account.principal(second_factor);
    let mut tx = service.db.begin().await.map_err(app::Error::from)?;
    let token = app::session::store::open(&mut tx, &who, &caller.remote, None, now).await?;
    tx.commit().await.map_err(app::Error::from)?;
    let body = Opened {
        token: token.reveal(),
        expires_at: instant(now.saturating_add(app::session::IDLE)),
        ends_at: instant(now.saturating_add(app::session::ABSOLUTE)),
        role: account.role.name().to_owned(),
        area: account.area.to_string(),
        second_factor,
    };
    let mut response = json(StatusCode::CREATED, &body)?;
    if let Ok(value) = HeaderValue::from_str(&format!("{PREFIX}/sessions/current")) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    Ok(response)
}

async fn close(caller: Caller, asked: Asked) -> Answer {
    asked.only(&[])?;
    let mut tx = caller.service().db.begin().await.map_err(app::Error::from)?;
    app::session::store::close(&mut tx, &caller.token).await?;
    tx.commit().await.map_err(app::Error::from)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// An instant as RFC 3339, in UTC.
pub(super) fn instant(at: i64) -> String {
    chrono::DateTime::from_timestamp_micros(at).unwrap_or_default().to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}
