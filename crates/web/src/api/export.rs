//! Whole lists as lines of JSON: read, written down and sent in batches, so that no list is ever held in memory.

use std::convert::Infallible;

use app::Action;
use axum::body::{Body, Bytes};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use futures::stream::try_unfold;
use kernel::AreaCode;
use registry::household::store::{self, After};
use utoipa::openapi::HttpMethod;

use super::caller::Caller;
use super::document::{area, text};
use super::household::{FIELDS, HouseholdBody, open_lines, shown};
use super::read::Asked;
use super::{Answer, Endpoint, LINES, Trouble};

/// Households that are read and logged at once.
const BATCH: usize = 500;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let about = "All households of an area, one in a line, masked; each is written down with the reason. A list that breaks off ends without its last chunk";
    vec![
        Endpoint::new(HttpMethod::Get, "/households.ndjson", "exportHouseholds", about, get(export))
            .signed_in()
            .query("area", area(), "an area within one's own")
            .query_needed(
                "reason",
                text(r"^[^\u0000-\u001f\u007f-\u009f]+$").min_length(Some(1)).max_length(Some(200)),
                "what the list is for",
            )
            .gives_as::<HouseholdBody>(StatusCode::OK, LINES, &[]),
    ]
}

struct Walk {
    caller: Caller,
    area: AreaCode,
    reason: String,
    after: Option<After>,
}

async fn export(caller: Caller, asked: Asked) -> Answer {
    asked.only(&["area", "reason"])?;
    let area = caller.area(Action::ExportList, asked.get("area"))?;
    let reason = asked.get("reason").filter(|reason| reason.chars().count() <= 200);
    let reason = reason.ok_or_else(|| Trouble::parameter("reason", "expected 1 to 200 characters"))?.to_owned();
    // The first batch before anything is answered: what fails at once fails with a status.
    let Some((first, walk)) = batch(Walk { caller, area, reason, after: None }).await? else {
        return Ok(([(header::CONTENT_TYPE, LINES)], Body::empty()).into_response());
    };
    let rest = try_unfold(walk, |walk| async {
        batch(walk).await.map_err(|trouble| {
            trouble.note("export");
            std::io::Error::other("the list broke off")
        })
    });
    let first = futures::stream::once(async { Ok::<_, Infallible>(first) });
    let first = futures::TryStreamExt::map_err(first, |never| match never {});
    Ok(([(header::CONTENT_TYPE, LINES)], Body::from_stream(futures::StreamExt::chain(first, rest))).into_response())
}

async fn batch(walk: Walk) -> Result<Option<(Bytes, Walk)>, Trouble> {
    let Walk { caller, area, reason, after } = walk;
    let service = caller.service();
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let lines = store::list(&mut tx, area, after.as_ref(), BATCH).await?;
    drop(tx);
    let Some(last) = lines.last() else { return Ok(None) };
    let after = Some(After { county: last.county.clone(), village: last.village.clone(), id: last.id.0.clone() });
    let opened = open_lines(&caller, &lines, Action::ExportList, &FIELDS, &reason).await?;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let mut bytes = Vec::new();
    for (line, known) in lines.iter().zip(opened) {
        let household = store::find(&mut tx, &line.county, &line.id.0).await?;
        serde_json::to_writer(&mut bytes, &shown(household, &known, false)).map_err(|error| Trouble::internal(&error.to_string()))?;
        bytes.push(b'\n');
    }
    drop(tx);
    Ok(Some((Bytes::from(bytes), Walk { caller, area, reason, after })))
}
