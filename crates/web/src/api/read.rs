//! What programs send, read strictly: nothing unknown, nothing twice, every mistake with its place.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::AreaCode;
use serde::de::DeserializeOwned;

use super::Trouble;

/// What may stand in a path, a filter or a name that reaches the records: no control characters, which PostgreSQL takes in no text.
fn plain(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.chars().count() <= longest && !text.chars().any(char::is_control)
}

fn digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn area_of(text: &str) -> Result<AreaCode, Trouble> {
    AreaCode::parse(text).ok_or_else(|| Trouble::parameter("area", "expected 2 to 12 digits"))
}

/// A record of a county: the two places of a path.
pub(super) struct Place {
    pub county: String,
    pub id: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Place {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Trouble> {
        let odd = |_rejection| Trouble::parameter("id", "the path is not UTF-8");
        let Path((county, id)) = Path::<(String, String)>::from_request_parts(parts, state).await.map_err(odd)?;
        if !digits(&county, 6) {
            return Err(Trouble::parameter("county", "expected six digits"));
        }
        if !plain(&id, 64) {
            return Err(Trouble::parameter("id", "expected 1 to 64 characters"));
        }
        Ok(Self { county, id })
    }
}

/// The one place of a path.
pub(super) struct Name(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Name {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Trouble> {
        let odd = |_rejection| Trouble::parameter("id", "the path is not UTF-8");
        let Path(name) = Path::<String>::from_request_parts(parts, state).await.map_err(odd)?;
        if plain(&name, 64) { Ok(Self(name)) } else { Err(Trouble::parameter("id", "expected 1 to 64 characters")) }
    }
}

/// The query, each parameter once.
pub(super) struct Asked(BTreeMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Trouble> {
        let odd = |_rejection| Trouble::new(StatusCode::BAD_REQUEST, "api.invalid", "the query cannot be read");
        let Query(pairs) = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await.map_err(odd)?;
        let mut asked = BTreeMap::new();
        for (name, value) in pairs {
            if !plain(&value, 512) {
                return Err(Trouble::parameter(&name, "expected 1 to 512 characters"));
            }
            if asked.contains_key(&name) {
                return Err(Trouble::parameter(&name, "given twice"));
            }
            asked.insert(name, value);
        }
        Ok(Self(asked))
    }
}

impl Asked {
    /// Nothing but these.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Trouble> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Trouble::parameter(name, "there is no such parameter")),
            None => Ok(()),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// One of a list of words; empty if not asked for.
    pub(super) fn word(&self, name: &str, known: &[&str]) -> Result<&str, Trouble> {
        match self.get(name) {
            None => Ok(""),
            Some(value) if known.contains(&value) => Ok(value),
            Some(_) => Err(Trouble::parameter(name, &format!("expected one of {}", known.join(", ")))),
        }
    }

    pub(super) fn limit(&self, most: usize) -> Result<usize, Trouble> {
        let Some(text) = self.get("limit") else { return Ok(most.min(50)) };
        let number = text.parse().ok().filter(|number| (1..=most).contains(number) && text.bytes().all(|byte| byte.is_ascii_digit()));
        number.ok_or_else(|| Trouble::parameter("limit", &format!("expected 1 to {most}")))
    }

    /// Where a list goes on: the parts of a cursor that [`cursor`] made for the same kind of list.
    pub(super) fn after<const N: usize>(&self, kind: &str) -> Result<Option<[String; N]>, Trouble> {
        let Some(text) = self.get("after") else { return Ok(None) };
        let parts = || -> Option<[String; N]> {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let (of, parts): (String, Vec<String>) = serde_json::from_slice(&bytes).ok()?;
            let sound = of == kind && parts.iter().all(|part| part.is_empty() || plain(part, 64));
            if sound { parts.try_into().ok() } else { None }
        };
        parts().map(Some).ok_or_else(|| Trouble::parameter("after", "expected the cursor of an answer to this operation"))
    }
}

pub(super) fn cursor(kind: &str, parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::json!([kind, parts]).to_string())
}

/// A JSON body, and the bytes it was.
pub(super) struct Body<T> {
    pub value: T,
    pub bytes: Bytes,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Trouble;

    async fn from_request(request: Request, state: &S) -> Result<Self, Trouble> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut kind = kind.split(';').map(|part| part.trim().to_ascii_lowercase());
        let known = kind.next().is_some_and(|kind| kind == super::JSON) && kind.all(|part| part.replace('"', "") == "charset=utf-8");
        if !known {
            let detail = "expected Content-Type: application/json";
            return Err(Trouble::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "api.content_type", detail));
        }
        let long = |_rejection| Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, "api.too_large", "the body is too long");
        let bytes = Bytes::from_request(request, state).await.map_err(long)?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = pointed(&mut reader)?;
        reader.end().map_err(|error| Trouble::at("", &error.to_string()))?;
        Ok(Self { value, bytes })
    }
}

/// Reads a value; a mistake is told with its place.
pub(super) fn pointed<'de, T, D>(reader: D) -> Result<T, Trouble>
where
    T: serde::Deserialize<'de>,
    D: serde::Deserializer<'de>,
    D::Error: std::fmt::Display,
{
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let mut pointer = String::new();
        for segment in error.path() {
            use serde_path_to_error::Segment;
            match segment {
                Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
                Segment::Map { key } => pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
                Segment::Enum { .. } | Segment::Unknown => {}
            }
        }
        let text = error.inner().to_string();
        // A missing member has no place of its own: it is the one that the message names.
        if let Some(name) = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            pointer.push_str(&format!("/{name}"));
        }
        Trouble::at(&pointer, &without_value(&text))
    })
}

/// What was found instead may be somebody's name: only what was expected is told.
fn without_value(text: &str) -> String {
    match text.split_once(", expected ").filter(|_| !text.starts_with("unknown field")) {
        Some((_, expected)) => format!("expected {expected}"),
        None => text.to_owned(),
    }
}

/// A text of a body that reaches the records.
pub(super) fn sound(pointer: &str, text: &str, longest: usize) -> Result<(), Trouble> {
    if plain(text, longest) {
        Ok(())
    } else {
        Err(Trouble::at(pointer, &format!("expected 1 to {longest} characters, none of them control")))
    }
}

pub(super) fn six_digits(pointer: &str, text: &str) -> Result<(), Trouble> {
    if digits(text, 6) { Ok(()) } else { Err(Trouble::at(pointer, "expected six digits")) }
}

/// The key under which a request is carried out once.
pub(super) fn once(headers: &HeaderMap) -> Result<&str, Trouble> {
    let key = headers.get("idempotency-key").ok_or_else(|| Trouble::parameter("Idempotency-Key", "this header is needed"))?;
    let key = key.to_str().ok().filter(|key| (1..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
    key.ok_or_else(|| Trouble::parameter("Idempotency-Key", "expected 1 to 128 visible ASCII characters"))
}

/// The version that the program saw.
pub(super) fn seen_version(headers: &HeaderMap) -> Result<u64, Trouble> {
    let missing =
        || Trouble::new(StatusCode::PRECONDITION_REQUIRED, "api.if_match", "If-Match with the entity tag of the record is needed");
    let tag = headers.get(header::IF_MATCH).ok_or_else(missing)?;
    let inner = tag.to_str().ok().and_then(|tag| tag.trim().strip_prefix('"')?.strip_suffix('"'));
    let version = inner.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit())).and_then(|text| text.parse().ok());
    version.ok_or_else(|| Trouble::parameter("If-Match", "expected one entity tag of this record, with its quotes"))
}
