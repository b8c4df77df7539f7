//! The OpenAPI document, from the operations themselves.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::routing::{MethodRouter, get};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HttpMethod, InfoBuilder, KnownFormat, ObjectBuilder, OpenApiBuilder, PathItem, PathsBuilder, Ref,
    RefOr, Required, ResponseBuilder, Schema, SchemaFormat, Type,
};

use super::caller::Anyone;
use super::problem::{PROBLEM, Problem};
use super::read::Asked;
use super::{Answer, PREFIX, Trouble, json};
use crate::site::Site;

const BEARER: &str = "bearer";
/// What any operation may answer: a parameter nobody knows, another media type wanted, a fault of ours, no database.
const ALWAYS: [u16; 4] = [400, 406, 500, 503];

type Schemas = Vec<(String, RefOr<Schema>)>;

/// One operation: its route and its paragraph of the document.
pub(crate) struct Endpoint {
    pub path: &'static str,
    pub method: HttpMethod,
    pub handler: MethodRouter<Arc<Site>>,
    operation: OperationBuilder,
    schemas: Schemas,
}

impl Endpoint {
    pub(super) fn new(method: HttpMethod, path: &'static str, id: &str, about: &str, handler: MethodRouter<Arc<Site>>) -> Self {
        let operation =
            OperationBuilder::new().operation_id(Some(id)).summary(Some(about)).securities(Some([SecurityRequirement::default()]));
        Self { path, method, handler, operation, schemas: Vec::new() }.refuses(&ALWAYS)
    }

    fn with(self, change: impl FnOnce(OperationBuilder) -> OperationBuilder) -> Self {
        Self { operation: change(self.operation), ..self }
    }

    /// Only for who has a session.
    pub(super) fn signed_in(self) -> Self {
        let needs = SecurityRequirement::new::<_, [&str; 0], &str>(BEARER, []);
        self.with(|operation| operation.securities(Some([needs]))).refuses(&[401, 403])
    }

    fn parameter(self, name: &str, place: ParameterIn, required: bool, schema: ObjectBuilder, about: &str) -> Self {
        let required = if required { Required::True } else { Required::False };
        let parameter = ParameterBuilder::new().name(name).parameter_in(place).required(required).description(Some(about));
        self.with(|operation| operation.parameter(parameter.schema(Some(schema))))
    }

    pub(super) fn query(self, name: &str, schema: ObjectBuilder, about: &str) -> Self {
        self.parameter(name, ParameterIn::Query, false, schema, about)
    }

    pub(super) fn query_needed(self, name: &str, schema: ObjectBuilder, about: &str) -> Self {
        self.parameter(name, ParameterIn::Query, true, schema, about)
    }

    pub(super) fn header(self, name: &str, required: bool, schema: ObjectBuilder, about: &str) -> Self {
        self.parameter(name, ParameterIn::Header, required, schema, about)
    }

    pub(super) fn at(self, name: &str, schema: ObjectBuilder, about: &str) -> Self {
        self.parameter(name, ParameterIn::Path, true, schema, about)
    }

    /// A record of a county.
    pub(super) fn place(self) -> Self {
        let place = self.at("county", text("^[0-9]{6}$"), "the county's code");
        place.at("id", id(), "the record's number in its county").refuses(&[404])
    }

    pub(super) fn takes<T: ToSchema>(mut self) -> Self {
        let schema = self.schema::<T>();
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let body = RequestBodyBuilder::new().content(super::JSON, content).required(Some(Required::True)).build();
        self.with(|operation| operation.request_body(Some(body))).refuses(&[413, 415])
    }

    /// A JSON body, or one of another media type.
    pub(super) fn takes_either<T: ToSchema, U: ToSchema>(mut self, kind: &str) -> Self {
        let (json, other) = (self.schema::<T>(), self.schema::<U>());
        let content = |schema| ContentBuilder::new().schema(Some(schema)).build();
        let body = RequestBodyBuilder::new().content(super::JSON, content(json)).content(kind, content(other));
        let body = body.required(Some(Required::True)).build();
        self.with(|operation| operation.request_body(Some(body))).refuses(&[413, 415])
    }

    fn schema<T: ToSchema>(&mut self) -> Ref {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(T::name())
    }

    pub(super) fn gives<T: ToSchema>(self, status: StatusCode, headers: &[(&str, &str)]) -> Self {
        self.gives_as::<T>(status, super::JSON, headers)
    }

    pub(super) fn gives_as<T: ToSchema>(mut self, status: StatusCode, kind: &str, headers: &[(&str, &str)]) -> Self {
        let content = ContentBuilder::new().schema(Some(self.schema::<T>())).build();
        let response = ResponseBuilder::new().description(status.canonical_reason().unwrap_or_default()).content(kind, content);
        self.with(|operation| operation.response(status.as_str(), with_headers(response, headers).build()))
    }

    /// An answer without a body.
    pub(super) fn empty(self, status: StatusCode, headers: &[(&str, &str)]) -> Self {
        let response = ResponseBuilder::new().description(status.canonical_reason().unwrap_or_default());
        self.with(|operation| operation.response(status.as_str(), with_headers(response, headers).build()))
    }

    pub(super) fn refuses(mut self, statuses: &[u16]) -> Self {
        let schema = self.schema::<Problem>();
        statuses.iter().fold(self, |endpoint, status| {
            let about = StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
            let content = ContentBuilder::new().schema(Some(schema.clone())).build();
            let response = ResponseBuilder::new().description(about).content(PROBLEM, content);
            let response = match status {
                401 => with_headers(response, &[("WWW-Authenticate", "how to come in")]),
                429 => with_headers(response, &[("Retry-After", "seconds to wait")]),
                _ => response,
            };
            endpoint.with(|operation| operation.response(status.to_string(), response.build()))
        })
    }
}

fn with_headers(response: ResponseBuilder, headers: &[(&str, &str)]) -> ResponseBuilder {
    headers.iter().fold(response, |response, (name, about)| {
        let header = HeaderBuilder::new().schema(Some(text("^.+$"))).description(Some(*about)).build();
        response.header(*name, header)
    })
}

pub(super) fn text(pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern))
}

/// A number of a record.
pub(super) fn id() -> ObjectBuilder {
    text(r"^[^\u0000-\u001f\u007f-\u009f/]+$").min_length(Some(1)).max_length(Some(64))
}

pub(super) fn one_of(words: &[&str]) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied()))
}

pub(super) fn whole(least: i64, most: usize) -> ObjectBuilder {
    let most = u32::try_from(most).map_or(f64::MAX, f64::from);
    ObjectBuilder::new().schema_type(Type::Integer).minimum(u32::try_from(least).ok().map(f64::from)).maximum(Some(most))
}

pub(super) fn day() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
}

pub(super) fn area() -> ObjectBuilder {
    text("^[0-9]{2,12}$")
}

pub(super) fn cursor() -> ObjectBuilder {
    text("^[A-Za-z0-9_-]+$").max_length(Some(512))
}

/// The document.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Document {
    /// The version of OpenAPI.
    openapi: String,
    #[schema(value_type = Object)]
    info: Value,
    #[schema(value_type = Object)]
    paths: Value,
    #[schema(value_type = Object)]
    components: Value,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    let about = "This document";
    vec![
        Endpoint::new(HttpMethod::Get, "/openapi.json", "readDocument", about, get(document))
            .gives::<Document>(StatusCode::OK, &[])
            .refuses(&[401]),
    ]
}

async fn document(_caller: Anyone, asked: Asked) -> Answer {
    asked.only(&[])?;
    json(StatusCode::OK, &openapi().map_err(|error| Trouble::internal(&error.to_string()))?)
}

/// The document of all operations.
pub(super) fn openapi() -> serde_json::Result<Value> {
    let mut components = ComponentsBuilder::new().security_scheme(BEARER, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    let mut paths: std::collections::BTreeMap<String, PathItem> = std::collections::BTreeMap::new();
    for endpoint in super::endpoints() {
        components = components.schemas_from_iter(endpoint.schemas);
        let item = PathItem::new(endpoint.method, endpoint.operation);
        paths.entry(format!("{PREFIX}{}", endpoint.path)).or_default().merge_operations(item);
    }
    let paths = paths.into_iter().fold(PathsBuilder::new(), |paths, (path, item)| paths.path(path, item));
    let info = InfoBuilder::new().title("fupin").version(env!("CARGO_PKG_VERSION"));
    let document = OpenApiBuilder::new().info(info).paths(paths).components(Some(components.build())).build();
    let mut document = serde_json::to_value(document)?;
    close(&mut document);
    Ok(document)
}

/// The variants of a tagged body take no unknown members either.
fn close(document: &mut Value) {
    let variants = document.pointer_mut("/components/schemas/Act/oneOf").and_then(Value::as_array_mut);
    for variant in variants.into_iter().flatten().filter_map(Value::as_object_mut) {
        variant.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
}
