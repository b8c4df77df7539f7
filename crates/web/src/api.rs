//! JSON for programs under `/api/v1`: the processes and permissions of the pages, without cookies.
//!
//! Each operation stands once, in an [`Endpoint`]: its route, what it takes and every answer it gives. The router and the OpenAPI document
//! are both made from that list. Texts are English: who reads them writes programs.

mod acting;
mod caller;
mod case;
mod dci;
mod document;
mod export;
mod household;
mod observe;
mod problem;
mod public;
mod questionnaire;
mod read;
mod session;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::site::Site;
pub(crate) use dci::{DCI_PREFIX, dci_router};
pub(crate) use document::Endpoint;
pub(crate) use observe::{METRICS_PATH, metrics, observed};
pub(crate) use problem::Trouble;

pub const PREFIX: &str = "/api/v1";
/// Before the site's own limit, which would answer without a body.
const PATIENCE: Duration = Duration::from_secs(25);
const JSON: &str = "application/json";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const ZIP: &str = "application/zip";
const LINES: &str = "application/x-ndjson";

type Answer = Result<Response, Trouble>;

/// Every operation.
fn endpoints() -> Vec<Endpoint> {
    let mut all = session::endpoints();
    all.extend(household::endpoints());
    all.extend(export::endpoints());
    all.extend(case::endpoints());
    all.extend(acting::endpoints());
    all.extend(public::endpoints());
    all.extend(questionnaire::endpoints());
    all.extend(webhook::endpoints());
    all.extend(document::endpoints());
    all
}

/// Below [`PREFIX`].
pub(crate) fn router(site: &Arc<Site>) -> Router<Arc<Site>> {
    let routes = endpoints().into_iter().fold(Router::new(), |router, endpoint| router.route(endpoint.path, endpoint.handler));
    let missing = || async { Trouble::new(StatusCode::NOT_FOUND, "api.no_route", "there is no such address") };
    let method = || async { Trouble::new(StatusCode::METHOD_NOT_ALLOWED, "api.method", "the address does not know this method") };
    routes.fallback(missing).method_not_allowed_fallback(method).layer(from_fn_with_state(Arc::clone(site), answered))
}

/// Whatever goes wrong becomes a problem document, written down once without anything personal.
async fn answered(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let produced = match request.uri().path() {
        path if path.ends_with(".ndjson") => LINES,
        path if path.ends_with(".xlsx") => XLSX,
        _ => JSON,
    };
    let response = if acceptable(request.headers(), produced) {
        let late = |_elapsed| Trouble::new(StatusCode::SERVICE_UNAVAILABLE, "api.late", "the answer took too long").into_response();
        tokio::time::timeout(PATIENCE, next.run(request)).await.unwrap_or_else(late)
    } else {
        Trouble::new(StatusCode::NOT_ACCEPTABLE, "api.not_acceptable", &format!("the answer is {produced}")).into_response()
    };
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return response;
    }
    let trouble = response.extensions().get::<Trouble>().cloned();
    let trouble = trouble.unwrap_or_else(|| Trouble::of_status(response.status()));
    let allow = response.headers().get(header::ALLOW).cloned();
    let reference = app::new_id(site.service.now()).unwrap_or_default();
    trouble.note(&reference);
    let mut response = trouble.document(reference);
    if let Some(allow) = allow {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

/// Whether what the program wants to read is what there is; problems come as they are.
fn acceptable(headers: &HeaderMap, produced: &str) -> bool {
    let mut ranges =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(',')).peekable();
    if ranges.peek().is_none() {
        return !headers.contains_key(header::ACCEPT);
    }
    ranges.any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        !refused && ["*/*", "application/*", produced].contains(&kind.as_str())
    })
}

fn json<T: Serialize>(status: StatusCode, body: &T) -> Answer {
    let bytes = serde_json::to_vec(body).map_err(|error| Trouble::internal(&error.to_string()))?;
    Ok(raw_json(status, bytes))
}

fn raw_json(status: StatusCode, bytes: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], bytes).into_response()
}

/// The version of a record as its entity tag.
fn tagged(mut response: Response, tag: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// The record, or that it is still the one the program holds.
fn unless_known<T: Serialize>(headers: &HeaderMap, tag: &str, body: &T) -> Answer {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(','));
    if known.map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*") {
        return Ok(tagged(StatusCode::NOT_MODIFIED.into_response(), tag));
    }
    Ok(tagged(json(StatusCode::OK, body)?, tag))
}

#[cfg(test)]
mod tests;
