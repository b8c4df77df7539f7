//! What the running service tells its operators: a line of the log for each request, and counters for Prometheus.

use std::net::SocketAddr;
use std::sync::Arc;

use app::metrics::METRICS;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::site::Site;

pub(crate) const METRICS_PATH: &str = "/metrics";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const REQUEST_ID: &str = "x-request-id";
/// For addresses without a route: what stands in them is anybody's.
const ELSEWHERE: &str = "elsewhere";

/// Counts a request and writes one line about it: the pattern of its route, never its address, query, body or sender.
pub(crate) async fn observed(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let began = tokio::time::Instant::now();
    let id = app::new_id(site.service.now()).unwrap_or_default();
    let method = word(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or(ELSEWHERE, MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    METRICS.answered(method, &route, status, took);
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(method, route, status, ms, "request"));
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// A method that is not of HTTP is a text of the sender.
fn word(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|name| *name == method.as_str()).unwrap_or("other")
}

/// The counters; to nobody else it is told that they are here.
pub(crate) async fn metrics(State(site): State<Arc<Site>>, request: Request) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    if !allowed(site.metrics.as_deref(), request.headers(), peer) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let text = METRICS.render(&site.service).await;
    ([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response()
}

/// With a token who has it; without one this machine, unless it passes on what somebody else asked.
fn allowed(token: Option<&str>, headers: &HeaderMap, peer: Option<SocketAddr>) -> bool {
    match token {
        Some(token) => {
            let given =
                headers.get(header::AUTHORIZATION).and_then(|line| line.to_str().ok()).and_then(|line| line.strip_prefix("Bearer "));
            given.is_some_and(|given| app::same_secret(given, token))
        }
        None => {
            let passed_on = ["forwarded", "x-forwarded-for", "x-real-ip", "via"].into_iter().any(|name| headers.contains_key(name));
            !passed_on && peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::http::{HeaderMap, HeaderValue};

    use super::allowed;

    #[test]
    fn counters_open_to_the_token_or_to_this_machine() {
        let peer = |text: &str| Some(text.parse::<SocketAddr>().unwrap());
        let with = |name: &'static str, value: &str| HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_str(value).unwrap())]);
        let none = HeaderMap::new();
        for (token, headers, from, open) in [
            (None, none.clone(), "127.0.0.1:9", true),
            (None, none.clone(), "[::1]:9", true),
            (None, none.clone(), "[::ffff:127.0.0.1]:9", true),
            (None, none.clone(), "10.0.0.7:9", false),
            (None, with("x-forwarded-for", "10.0.0.7"), "127.0.0.1:9", false),
            (None, with("authorization", "Bearer "), "10.0.0.7:9", false),
            (Some("secret"), with("authorization", "Bearer secret"), "10.0.0.7:9", true),
            (Some("secret"), with("authorization", "Bearer secreT"), "127.0.0.1:9", false),
            (Some("secret"), none.clone(), "127.0.0.1:9", false),
        ] {
            assert_eq!(allowed(token, &headers, peer(from)), open, "{token:?} {headers:?} {from}");
        }
        assert!(!allowed(None, &none, None));
    }
}
