//! What did not work, as a page in the visitor's language.

use std::sync::Arc;

use app::Error;
use app::metrics::METRICS;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Site, visit};
use crate::view::page::failure::{Failure, Kind, page};

/// A request that could not be answered as asked.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub kind: Kind,
    /// For the log: what went wrong, without what was sent.
    code: &'static str,
    /// For the log, of faults of ours only: what a visitor typed may name somebody.
    cause: String,
}

impl Fault {
    pub(crate) fn of(kind: Kind) -> Self {
        Self { kind, code: "", cause: String::new() }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            app::Kind::Invalid => Kind::BadRequest,
            app::Kind::Denied => Kind::Forbidden,
            app::Kind::NotFound => Kind::NotFound,
            app::Kind::Conflict => Kind::Stale,
            app::Kind::Unavailable => Kind::Unavailable,
            app::Kind::Internal => Kind::Internal,
        };
        if let Some(shortage) = error.shortage() {
            METRICS.database_failed(shortage);
        }
        let cause = if matches!(kind, Kind::Internal | Kind::Unavailable) { error.to_string() } else { String::new() };
        Self { kind, code: error.code(), cause }
    }
}

impl From<registry::Error> for Fault {
    fn from(error: registry::Error) -> Self {
        Error::from(error).into()
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Turns a [`Fault`] into its page, and writes its cause down once.
pub(super) async fn show(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let (headers, uri): (HeaderMap, _) = (request.headers().clone(), request.uri().clone());
    let response = next.run(request).await;
    let Some(fault) = response.extensions().get::<Fault>().cloned() else { return response };
    let reference = app::new_id(site.service.now()).unwrap_or_default();
    if matches!(fault.kind, Kind::Internal | Kind::Unavailable) {
        tracing::error!(reference, code = fault.code, cause = fault.cause, "request_failed");
    } else {
        tracing::info!(reference, code = fault.code, "request_refused");
    }
    let frame = visit::frame(&headers, &uri, None);
    let view = Failure { kind: fault.kind, reference, stale: Vec::new(), back: None };
    (response.status(), super::shown(&page(&frame, &view))).into_response()
}
