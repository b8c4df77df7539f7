//! Webhooks: who is told of events of cases.

use app::webhook::{self, Subscription};
use app::{Action, Resource};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{delete, get, post};
use kernel::AreaCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::HttpMethod;

use super::caller::Caller;
use super::document::{area, id};
use super::read::{Asked, Body, Name, sound};
use super::session::instant;
use super::{Answer, Endpoint, PREFIX, Trouble, json};

pub(super) fn endpoints() -> Vec<Endpoint> {
    let new_about = "Subscribe to the events of the cases of an area; the secret of the signatures is told once (docs/webhooks.md)";
    vec![
        Endpoint::new(HttpMethod::Get, "/webhooks", "listWebhooks", "Subscriptions within an area", get(list))
            .signed_in()
            .query("area", area(), "an area within one's own")
            .gives::<WebhookList>(StatusCode::OK, &[]),
        Endpoint::new(HttpMethod::Post, "/webhooks", "openWebhook", new_about, post(open))
            .signed_in()
            .takes::<NewWebhook>()
            .gives::<OpenedWebhook>(StatusCode::CREATED, &[("Location", "where the subscription is ended")]),
        Endpoint::new(HttpMethod::Delete, "/webhooks/{id}", "closeWebhook", "End a subscription; what waits is not sent", delete(close))
            .signed_in()
            .at("id", id(), "the subscription")
            .refuses(&[404])
            .empty(StatusCode::NO_CONTENT, &[]),
    ]
}

#[derive(Serialize, ToSchema)]
struct WebhookList {
    webhooks: Vec<Webhook>,
}

#[derive(Serialize, ToSchema)]
struct Webhook {
    id: String,
    area: String,
    url: String,
    /// RFC 3339.
    created_at: String,
    created_by: String,
}

impl From<Subscription> for Webhook {
    fn from(one: Subscription) -> Self {
        let (area, created_at) = (one.area.to_string(), instant(one.created_at));
        Self { id: one.id, area, url: one.url, created_at, created_by: one.created_by }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    /// https; addresses of private networks only where the operator allows it.
    #[schema(min_length = 1, max_length = 500, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
    url: String,
    #[schema(pattern = "^[0-9]{2,12}$")]
    area: String,
}

#[derive(Serialize, ToSchema)]
struct OpenedWebhook {
    webhook: Webhook,
    /// Told here and never again.
    secret: String,
}

async fn list(caller: Caller, asked: Asked) -> Answer {
    asked.only(&["area"])?;
    let area = caller.area(Action::ManageWebhooks, asked.get("area"))?;
    let webhooks = webhook::list(caller.service(), &caller.who, area).await?;
    json(StatusCode::OK, &WebhookList { webhooks: webhooks.into_iter().map(Webhook::from).collect() })
}

async fn open(caller: Caller, asked: Asked, Body { value: new, .. }: Body<NewWebhook>) -> Answer {
    asked.only(&[])?;
    sound("/url", &new.url, 500)?;
    let area = AreaCode::parse(&new.area).ok_or_else(|| Trouble::at("/area", "expected 2 to 12 digits"))?;
    caller.permit(Action::ManageWebhooks, &Resource::of_area(area))?;
    let private = caller.site.client.as_ref().is_some_and(app::delivery::Client::private);
    let (subscription, secret) = webhook::subscribe(caller.service(), &caller.who, area, &new.url, private).await?;
    let location = format!("{PREFIX}/webhooks/{}", subscription.id);
    let mut response = json(StatusCode::CREATED, &OpenedWebhook { webhook: subscription.into(), secret })?;
    if let Ok(value) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    Ok(response)
}

async fn close(caller: Caller, Name(id): Name, asked: Asked) -> Answer {
    asked.only(&[])?;
    webhook::unsubscribe(caller.service(), &caller.who, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
