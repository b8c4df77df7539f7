//! The register as a social registry of the Digital Convergence Initiative: messages in, answers out. What they mean is `app::dci`'s.

use std::sync::Arc;

use app::dci::{Exchange, Reply};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::json;

use super::caller::Caller;
use super::{JSON, Trouble};
use crate::site::Site;

pub(crate) const DCI_PREFIX: &str = "/api/dci/v1";

#[derive(Clone, Copy)]
enum Way {
    /// The answer is the response.
    Now,
    /// The answer is sent to the partner.
    Later,
}

/// Below [`DCI_PREFIX`]; the paths are the specification's.
pub(crate) fn dci_router() -> Router<Arc<Site>> {
    let one = |action: &'static str, way: Way| {
        post(move |State(site): State<Arc<Site>>, request: Request| async move { exchanged(site, action, way, request).await })
    };
    let unknown = || async { failed(StatusCode::NOT_FOUND, "err.request.not_found", "there is no such address") };
    Router::new()
        .route("/registry/search", one("search", Way::Later))
        .route("/registry/sync/search", one("search", Way::Now))
        .route("/registry/txn/status", one("txn-status", Way::Later))
        .route("/registry/sync/txn/status", one("txn-status", Way::Now))
        .fallback(unknown)
        .method_not_allowed_fallback(|| async { failed(StatusCode::METHOD_NOT_ALLOWED, "err.request.bad", "expected POST") })
}

async fn exchanged(site: Arc<Site>, action: &'static str, way: Way, request: Request) -> Response {
    let Some(exchange) = &site.dci else {
        return failed(StatusCode::NOT_FOUND, "err.service.unavailable", "this service has no partners");
    };
    match reply(&site, exchange, action, way, request).await {
        Ok(reply) => {
            let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, [(header::CONTENT_TYPE, JSON)], reply.body).into_response()
        }
        Err(response) => response,
    }
}

async fn reply(site: &Arc<Site>, exchange: &Exchange, action: &str, way: Way, request: Request) -> Result<Reply, Response> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, site).await.map_err(|trouble| unknown(site, &trouble))?;
    if !is_json(&parts.headers) {
        return Err(failed(StatusCode::UNSUPPORTED_MEDIA_TYPE, "err.request.bad", "expected Content-Type: application/json"));
    }
    let request = Request::from_parts(parts, body);
    let long = |_rejection| failed(StatusCode::PAYLOAD_TOO_LARGE, "err.request.bad", "the message is too long");
    let bytes = Bytes::from_request(request, site).await.map_err(long)?;
    let replied = match way {
        Way::Now => exchange.ask(&site.service, &caller.who, action, &bytes).await,
        Way::Later => exchange.take(&site.service, &caller.who, action, &bytes).await,
    };
    replied.map_err(|error| noted(site, &Trouble::from(error)))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(JSON))
}

/// Nobody whose session holds, or no session could be read.
fn unknown(site: &Site, trouble: &Trouble) -> Response {
    if trouble.status() == StatusCode::UNAUTHORIZED {
        return failed(StatusCode::UNAUTHORIZED, "err.request.unauthorized", "a bearer token of a session is needed");
    }
    noted(site, trouble)
}

/// A fault of ours, in the log under its reference.
fn noted(site: &Site, trouble: &Trouble) -> Response {
    trouble.note(&app::new_id(site.service.now()).unwrap_or_default());
    failed(trouble.status(), "err.service.unavailable", "a fault of the service; try again later")
}

/// The specification's form of errors of HTTP.
fn failed(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "errors": [{ "code": code, "message": message }] }).to_string();
    let mut response = (status, [(header::CONTENT_TYPE, JSON)], body).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, axum::http::HeaderValue::from_static("Bearer"));
    }
    response
}
