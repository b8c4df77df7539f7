//! Forms of ODK and Kobo: the questions out, the submissions in.

use app::submission::{self, Form, Kind, MOST_BYTES};
use app::visiting::Disputed;
use app::{Action, Resource};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use kernel::{AreaCode, Finding};
use registry::Cell;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::HttpMethod;

use super::caller::{Anyone, Caller};
use super::document::one_of;
use super::read::Asked;
use super::{Answer, Endpoint, JSON, Trouble, XLSX, ZIP, json};
use crate::questionnaire::sheets;

pub(super) fn endpoints() -> Vec<Endpoint> {
    let form_about = "The questions of a visit, or of a declaration of need, as an XLSForm for ODK and Kobo";
    let take_about = "Submissions of these forms: the ZIP file of tables that ODK Central and Kobo give out, or the JSON of OData. Each instance \
                      id is carried out once; what is not stored is told with its reason and can be handed in again";
    let forms = || one_of(&Form::ALL.map(Form::name));
    let mut all = vec![
        Endpoint::new(HttpMethod::Get, "/questionnaire.xlsx", "readQuestionnaire", form_about, get(form))
            .query("form", forms(), "which form; the visit unless another is asked for")
            .gives_as::<Workbook>(StatusCode::OK, XLSX, &[])
            .refuses(&[401]),
    ];
    // Larger than other bodies; who may hand nothing in is told before the body is read.
    let take = post(take).layer(DefaultBodyLimit::max(MOST_BYTES));
    all.push(
        Endpoint::new(HttpMethod::Post, "/submissions", "takeSubmissions", take_about, take)
            .signed_in()
            .query("form", forms(), "which form they are of; the visit unless another is named")
            .takes_either::<ODataBody, Archive>(ZIP)
            .gives::<Taken>(StatusCode::OK, &[]),
    );
    all
}

/// An XLSX file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
#[schema(value_type = String, format = Binary)]
struct Workbook(Vec<u8>);

/// A ZIP file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
#[schema(value_type = String, format = Binary)]
struct Archive(Vec<u8>);

/// What OData answers; groups are objects, repeats are not read.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
#[schema(as = Submissions)]
struct ODataBody {
    #[schema(value_type = Vec<Object>)]
    value: Vec<serde_json::Value>,
}

/// Every submission is in one of these lists.
#[derive(Serialize, ToSchema)]
#[schema(as = TakenSubmissions)]
struct Taken {
    /// Instance ids.
    stored: Vec<String>,
    /// Handed in before with the same answers.
    repeated: Vec<String>,
    disputed: Vec<DisputedBody>,
    findings: Vec<FindingBody>,
}

/// Somebody else answered otherwise after the visit had begun; nothing was stored.
#[derive(Serialize, ToSchema)]
#[schema(as = DisputedSubmission)]
struct DisputedBody {
    instance: String,
    columns: Vec<DisputedColumn>,
}

#[derive(Serialize, ToSchema)]
struct DisputedColumn {
    column: String,
    #[schema(value_type = Object)]
    mine: Cell,
    #[schema(value_type = Object)]
    theirs: Cell,
    by: String,
}

/// Why a submission was not stored.
#[derive(Serialize, ToSchema)]
#[schema(as = SubmissionFinding)]
struct FindingBody {
    file: String,
    row: u64,
    column: String,
    /// As `fupin code` explains it.
    code: String,
    found: String,
    expected: String,
}

async fn form(caller: Anyone, asked: Asked) -> Answer {
    asked.only(&["form"])?;
    let form = wanted(&asked)?;
    let service = &caller.site.service;
    service.permit(&caller.who, Action::ViewProgramme, &Resource::of_area(AreaCode::WHOLE), app::purpose(&caller.who))?;
    let programme = &service.programme;
    let bytes = app::questionnaire::workbook(&sheets(programme, form), &programme.meta.valid_from.to_string())?;
    let name = format!("attachment; filename=\"{}.xlsx\"", form.name());
    Ok(([(header::CONTENT_TYPE, XLSX.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response())
}

fn wanted(asked: &Asked) -> Result<Form, Trouble> {
    let word = asked.word("form", &Form::ALL.map(Form::name))?;
    Ok(Form::parse(word).unwrap_or(Form::Visit))
}

async fn take(caller: Caller, asked: Asked, request: Request) -> Answer {
    asked.only(&["form"])?;
    let form = wanted(&asked)?;
    // Before the body: each submission is judged again where its case lies.
    caller.area(Action::RecordVisit, None)?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        JSON => Kind::OData,
        ZIP => Kind::Zip,
        _ => {
            let detail = "expected Content-Type: application/zip or application/json";
            return Err(Trouble::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "api.content_type", detail));
        }
    };
    let long = |_rejection| Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, "api.too_large", "at most 16 MiB");
    let bytes = Bytes::from_request(request, &()).await.map_err(long)?;
    let read = tokio::task::spawn_blocking(move || submission::read(kind, &bytes)).await;
    let upload = read.map_err(|error| Trouble::internal(&error.to_string()))??;
    let report = submission::take(caller.service(), &caller.who, form, &upload).await?;
    let column = |one: Disputed| DisputedColumn { column: one.column, mine: one.mine, theirs: one.theirs, by: one.by };
    let disputed =
        |(instance, columns): (String, Vec<Disputed>)| DisputedBody { instance, columns: columns.into_iter().map(column).collect() };
    let finding = |finding: Finding| FindingBody {
        file: finding.place.file,
        row: finding.place.row,
        column: finding.place.column,
        code: finding.code,
        found: finding.found,
        expected: finding.expected,
    };
    let body = Taken {
        stored: report.stored,
        repeated: report.repeated,
        disputed: report.disputed.into_iter().map(disputed).collect(),
        findings: report.findings.into_iter().map(finding).collect(),
    };
    json(StatusCode::OK, &body)
}
