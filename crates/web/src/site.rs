//! The pages served: who asks, what they may see, and which view shows it.

mod access;
mod case;
mod declare;
mod fault;
mod household;
mod household_list;
mod imports;
mod meeting;
mod mine;
mod notice;
mod overview;
mod password;
mod phone;
mod programme;
mod public;
mod remote;
mod run;
mod sign_in;
mod together;
mod users;
mod visit;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::Service;
use app::dci::Exchange;
use app::delivery::Client;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::Markup;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::asset;
use crate::view::page::failure::Kind;

pub(crate) use fault::Fault;
pub(crate) use remote::remote;
pub(crate) use visit::Visit;

/// Bytes a form may have.
const FORM_LIMIT: usize = 1 << 20;

/// What a page may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// What files may take that are sent from a township.
const UPLOADING: Duration = Duration::from_secs(15 * 60);

/// The running site.
pub struct Site {
    pub service: Service,
    /// Passwords that were right and wait for the code: by a random key, with the instant they were typed.
    pending: Mutex<BTreeMap<String, sign_in::Pending>>,
    /// Cookies only over TLS.
    secure: bool,
    /// The reverse proxies that are believed where a request comes from.
    pub(crate) proxies: Vec<IpAddr>,
    /// What opens `/metrics`; without one it opens to this machine only.
    pub(crate) metrics: Option<String>,
    /// The partners that ask in signed messages.
    pub(crate) dci: Option<Exchange>,
    /// What sends events to others; without one they wait.
    pub(crate) client: Option<Client>,
}

impl Site {
    #[must_use]
    pub fn new(service: Service, secure: bool) -> Self {
        Self { service, pending: Mutex::new(BTreeMap::new()), secure, proxies: Vec::new(), metrics: None, dci: None, client: None }
    }

    /// With partners that ask in signed messages.
    #[must_use]
    pub fn with_dci(self, exchange: Option<Exchange>) -> Self {
        Self { dci: exchange, ..self }
    }

    /// With what sends events to others.
    #[must_use]
    pub fn with_sending(self, client: Client) -> Self {
        Self { client: Some(client), ..self }
    }

    /// Behind reverse proxies that are believed where a request comes from.
    #[must_use]
    pub fn behind(self, proxies: Vec<IpAddr>) -> Self {
        Self { proxies, ..self }
    }

    /// With a token that opens `/metrics`.
    #[must_use]
    pub fn with_metrics(self, token: Option<String>) -> Self {
        Self { metrics: token, ..self }
    }
}

/// Everything the site answers.
pub fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(overview::home))
        .route("/desk", get(overview::desk))
        .route("/households", get(household_list::list))
        .route("/households/export", post(household_list::export))
        .route("/households/lists", post(household_list::keep))
        .route("/households/{county}/{id}", get(household::page))
        .route("/search", get(household_list::search))
        .route("/cases", get(case::list))
        .route("/cases/new", get(case::new_form).post(case::open))
        .route("/cases/together", get(together::form).post(together::act))
        .route("/cases/{county}/{id}", get(case::page).post(case::act))
        .merge(affairs())
        .route("/runs", get(run::list))
        .route("/runs/compare", get(run::compare))
        .route("/runs/{county}/{id}", get(run::run))
        .route("/runs/{county}/{id}/cases", post(run::open))
        .route("/users", get(users::list).post(users::add))
        .route("/users/{id}", post(users::act))
        .route("/access", get(access::log))
        .route("/totals", get(public::totals))
        .route("/totals.csv", get(public::totals_csv))
        .route("/programme", get(programme::view).post(programme::attempted))
        .route("/procedure", get(public::procedure))
        .route("/sign-in", get(sign_in::form).post(sign_in::password))
        .route("/sign-in/code", post(sign_in::code))
        .route("/enrol", get(sign_in::enrol).post(sign_in::enrolled))
        .route("/password", get(password::form).post(password::choose))
        .route("/sign-out", post(sign_in::out))
        .route("/healthz", get(healthz))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .merge(imports())
        .fallback(file_or_missing)
        .layer(axum::middleware::from_fn(same_origin))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&site), fault::show))
        .merge(programs(&site))
        .route(crate::api::METRICS_PATH, get(crate::api::metrics))
        .layer(axum::middleware::map_response(guarded))
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .layer(CompressionLayer::new())
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&site), crate::api::observed))
        .with_state(site)
}

/// What other programs ask for.
fn programs(site: &Arc<Site>) -> Router<Arc<Site>> {
    Router::new()
        .nest(crate::api::PREFIX, crate::api::router(site))
        .nest(crate::api::DCI_PREFIX, crate::api::dci_router())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
}

/// Files that come in over a slow line.
fn imports() -> Router<Arc<Site>> {
    Router::new()
        .route("/imports", get(imports::list).post(imports::bring))
        .route("/imports/{id}", get(imports::result).post(imports::act))
        .route("/imports/{id}/refused", get(imports::refused))
        .layer(DefaultBodyLimit::max(app::import_batch::MOST_BYTES + FORM_LIMIT))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, UPLOADING))
}

/// What households, villages and the public do.
fn affairs() -> Router<Arc<Site>> {
    Router::new()
        .route("/declare", get(declare::form).post(declare::check))
        .route("/declare/send", post(declare::send))
        .route("/declare/{county}/{id}", get(declare::sent))
        .route("/notices", get(notice::index))
        .route("/notices/{county}/{id}", get(notice::page))
        .route("/notices/{county}/{id}/object", get(notice::object_form).post(notice::object))
        .route("/mine", get(mine::page))
        .route("/mine/sign-in", get(mine::sign_in).post(mine::number))
        .route("/mine/code", post(mine::code))
        .route("/mine/card", post(mine::card))
        .route("/mine/appeal/{case}", get(mine::appeal_form).post(mine::appeal))
        .route("/meetings", get(meeting::form).post(meeting::hold))
        .route("/visits", get(phone::today))
        .route("/visits/token", get(phone::token))
        .route("/visits/{county}/{id}", get(phone::form).post(phone::send))
        .route("/visits/declarations/{county}/{id}", get(phone::declared).post(phone::accept))
}

/// Serves until `stop` is done, then lets running requests end.
pub async fn serve(listener: tokio::net::TcpListener, site: Site, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    let site = Arc::new(site);
    let workers = [tokio::spawn(crate::work::work(Arc::clone(&site))), tokio::spawn(crate::work::tidy(Arc::clone(&site)))];
    let app = router(site).into_make_service_with_connect_info::<std::net::SocketAddr>();
    let served = axum::serve(listener, app).with_graceful_shutdown(stop).await;
    workers.iter().for_each(tokio::task::JoinHandle::abort);
    served
}

async fn healthz(axum::extract::State(site): axum::extract::State<Arc<Site>>) -> Response {
    match site.service.db.read().await {
        Ok(_) => "ok\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable\n").into_response(),
    }
}

async fn file_or_missing(uri: Uri) -> Response {
    match asset::find(uri.path()) {
        Some(asset) => (
            [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, asset.cache_control), (header::ETAG, asset.etag.as_str())],
            asset.bytes.clone(),
        )
            .into_response(),
        None => Fault::of(Kind::NotFound).into_response(),
    }
}

/// A form sent from another site is refused before anything is read.
async fn same_origin(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let from = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    if request.method() != axum::http::Method::GET && from.is_some_and(|from| from != "same-origin" && from != "none") {
        return Fault::of(Kind::Forbidden).into_response();
    }
    next.run(request).await
}

/// What every answer says about itself: nothing inline, nothing framed, no address passed on, nothing personal kept by caches.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", asset::CONTENT_SECURITY_POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A page as the answer.
pub(crate) fn shown(page: &Markup) -> Response {
    Html(page.0.clone()).into_response()
}

/// After a form: look at the result, so that a reload sends nothing again.
pub(crate) fn see_other(path: &str) -> Response {
    Redirect::to(path).into_response()
}

#[cfg(test)]
mod tests;
