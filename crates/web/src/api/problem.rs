//! What did not work, as `application/problem+json` (RFC 9457).

use app::metrics::METRICS;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use registry::case::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

pub(super) const PROBLEM: &str = "application/problem+json";

/// What did not work, and how to put it right.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    /// The code as a URN.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// Stable; programs branch on it.
    pub code: String,
    /// JSON pointer to the member of the sent body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The header, or the parameter of path or query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The version that is current now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// What the log of the service calls this answer.
    pub reference: String,
}

/// A problem on its way to its document.
#[derive(Debug, Clone)]
pub(crate) struct Trouble {
    status: StatusCode,
    code: &'static str,
    detail: Box<str>,
    pointer: Option<Box<str>>,
    parameter: Option<Box<str>>,
    version: Option<u64>,
    /// Seconds.
    retry_after: Option<i64>,
    /// For the log, of faults of ours only.
    cause: Box<str>,
}

impl Trouble {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: &str) -> Self {
        let (detail, cause) = (detail.into(), Box::default());
        Self { status, code, detail, pointer: None, parameter: None, version: None, retry_after: None, cause }
    }

    pub(super) fn internal(cause: &str) -> Self {
        let trouble = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "api.internal", "a fault of the service; its log has the reference");
        Self { cause: cause.into(), ..trouble }
    }

    /// A member of the body, by its JSON pointer.
    pub(super) fn at(pointer: &str, detail: &str) -> Self {
        Self { pointer: Some(pointer.into()), ..Self::new(StatusCode::BAD_REQUEST, "api.invalid", detail) }
    }

    /// A header, or a parameter of path or query.
    pub(super) fn parameter(name: &str, detail: &str) -> Self {
        Self { parameter: Some(name.into()), ..Self::new(StatusCode::BAD_REQUEST, "api.invalid", detail) }
    }

    /// As part of the member at `pointer`.
    pub(super) fn below(self, pointer: &str) -> Self {
        Self { pointer: self.pointer.map(|inner| format!("{pointer}{inner}").into()), ..self }
    }

    /// An unknown member has its place where it stands.
    pub(super) fn unless_pointed(self, sent: &serde_json::Value) -> Self {
        let name = self.detail.split('`').nth(1).filter(|name| self.detail.starts_with("unknown field") && sent.get(name).is_some());
        match name {
            Some(name) if self.pointer.as_deref() == Some("") => Self { pointer: Some(format!("/{name}").into()), ..self },
            _ => self,
        }
    }

    pub(super) fn unauthorized(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    pub(super) fn wait(seconds: i64) -> Self {
        let trouble = Self::new(StatusCode::TOO_MANY_REQUESTS, "api.wait", "too many failed attempts");
        Self { retry_after: Some(seconds), ..trouble }
    }

    pub(super) fn stale(version: u64) -> Self {
        let trouble = Self::new(StatusCode::PRECONDITION_FAILED, "database.stale", "the record was changed meanwhile");
        Self { version: Some(version), ..trouble }
    }

    /// An answer that came without a body of ours.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let code = match status {
            StatusCode::PAYLOAD_TOO_LARGE => "api.too_large",
            StatusCode::SERVICE_UNAVAILABLE => "api.late",
            other if other.is_client_error() => "api.invalid",
            _ => "api.internal",
        };
        Self::new(status, code, status.canonical_reason().unwrap_or_default())
    }

    pub(super) const fn status(&self) -> StatusCode {
        self.status
    }

    /// Codes only: what was sent may name somebody.
    pub(super) fn note(&self, reference: &str) {
        let (code, status) = (self.code, self.status.as_u16());
        if self.status.is_server_error() {
            tracing::error!(reference, code, status, cause = &*self.cause, "api_failed");
        } else {
            tracing::info!(reference, code, status, "api_refused");
        }
    }

    pub(super) fn document(self, reference: String) -> Response {
        let problem = Problem {
            kind: format!("urn:fupin:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or_default().to_owned(),
            status: self.status.as_u16(),
            detail: self.detail.into(),
            code: self.code.to_owned(),
            pointer: self.pointer.map(Into::into),
            parameter: self.parameter.map(Into::into),
            version: self.version,
            reference,
        };
        let bytes = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, PROBLEM)], bytes).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(value) = self.retry_after.and_then(|seconds| HeaderValue::from_str(&seconds.to_string()).ok()) {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<app::Error> for Trouble {
    fn from(error: app::Error) -> Self {
        let code = error.code();
        if let Some(shortage) = error.shortage() {
            METRICS.database_failed(shortage);
        }
        if let app::Error::Registry(registry::Error::Case(refusal)) = &error {
            let status = if about_person(refusal) { StatusCode::FORBIDDEN } else { StatusCode::CONFLICT };
            return Self::new(status, code, &refusal.to_string());
        }
        let (status, detail) = match error.kind() {
            app::Kind::Invalid => (StatusCode::BAD_REQUEST, error.to_string()),
            app::Kind::Denied => (StatusCode::FORBIDDEN, error.to_string()),
            app::Kind::NotFound => (StatusCode::NOT_FOUND, error.to_string()),
            app::Kind::Conflict => (StatusCode::CONFLICT, conflict(&error)),
            app::Kind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "the records cannot be reached now".to_owned()),
            app::Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "a fault of the service; its log has the reference".to_owned()),
        };
        Self { cause: error.to_string().into(), ..Self::new(status, code, &detail) }
    }
}

/// The database's own words stay inside.
fn conflict(error: &app::Error) -> String {
    let database = matches!(error, app::Error::Database(_) | app::Error::Registry(registry::Error::Database(_)));
    if database { "the record was changed or made by somebody else meanwhile".to_owned() } else { error.to_string() }
}

/// Whether a step is refused to this person; otherwise the case is not as far, or what was handed in does not do.
fn about_person(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NotYourRole { .. }
            | Refusal::NotYourArea { .. }
            | Refusal::NotYourHousehold
            | Refusal::SamePerson { .. }
            | Refusal::TookPartInDecision { .. }
            | Refusal::NotYoursToEscalate
            | Refusal::NotYoursToWithdraw
    )
}

impl From<registry::Error> for Trouble {
    fn from(error: registry::Error) -> Self {
        app::Error::from(error).into()
    }
}
