//! Shows every page with sample data: `cargo run --release -p web --example gallery -- 127.0.0.1:8099`, then `/gallery/`.

mod sample;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use kernel::Language;
use maud::html;
use web::asset;

/// How often each key arrived; the first arrival counts.
type Visits = Arc<Mutex<BTreeMap<String, u32>>>;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8099".to_owned());
    let visits = Visits::default();
    let router = Router::new()
        .route("/gallery/", get(index))
        .route("/gallery/{name}", get(page))
        .route("/asset/{name}", get(file))
        .route("/sw.js", get(|| async { serve("/sw.js") }))
        .route("/visits/token", get(|| async { ([(header::CONTENT_TYPE, "application/json")], "{\"csrf\":\"fresh\"}") }))
        .route("/visits", get(|query| page(Path("visits".to_owned()), query)))
        .route("/visits/{household}", post(store).get(|query| page(Path("visit".to_owned()), query)))
        .route("/stored", get(stored))
        .with_state(visits);
    let listener = tokio::net::TcpListener::bind(&address).await?;
    axum::serve(listener, router).await
}

fn language(query: &BTreeMap<String, String>) -> Language {
    if query.get("language").is_some_and(|code| code == "en") { Language::En } else { Language::Zh }
}

fn headers() -> [(header::HeaderName, &'static str); 2] {
    [(header::CONTENT_SECURITY_POLICY, asset::CONTENT_SECURITY_POLICY), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")]
}

async fn index() -> impl IntoResponse {
    let names: Vec<&str> = sample::pages(Language::Zh).iter().map(|page| page.name).collect();
    let body = html! { ul { @for name in names { li { a href=(name) { (name) } " " a href={ (name) "?language=en" } { "en" } } } } };
    (headers(), Html(body.into_string()))
}

async fn page(Path(name): Path<String>, Query(query): Query<BTreeMap<String, String>>) -> Response {
    match sample::pages(language(&query)).into_iter().find(|page| page.name == name) {
        Some(page) => {
            let budget = match page.kind {
                sample::Kind::Desk => "desk",
                sample::Kind::Phone => "phone",
                sample::Kind::Public => "public",
            };
            (headers(), [("x-budget", budget)], Html(page.markup.into_string())).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn file(Path(name): Path<String>) -> Response {
    serve(&format!("/asset/{name}"))
}

fn serve(path: &str) -> Response {
    match asset::find(path) {
        Some(asset) => {
            let headers = [
                (header::CONTENT_TYPE, asset.content_type),
                (header::CACHE_CONTROL, asset.cache_control),
                (header::ETAG, asset.etag.as_str()),
            ];
            (headers, asset.bytes.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Stores a visit once for each key and answers the same again.
async fn store(State(visits): State<Visits>, headers: HeaderMap) -> impl IntoResponse {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    *visits.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(0) += 1;
    ([(header::CONTENT_TYPE, "application/json")], "{}")
}

async fn stored(State(visits): State<Visits>) -> impl IntoResponse {
    let counts = visits.lock().unwrap_or_else(PoisonError::into_inner).clone();
    ([(header::CONTENT_TYPE, "application/json")], serde_json::to_string(&counts).unwrap_or_default())
}
