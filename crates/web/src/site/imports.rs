//! Files brought in on the page: checked in the background, shown with what is wrong and what would change, and then accepted or not.

use std::sync::Arc;

use app::import_batch::{self, Batch, Failure, Inbox, MOST_OPEN, State, Tally, store};
use app::{Action, Principal, Resource};
use axum::extract::multipart::{Field as Part, MultipartError};
use axum::extract::{Form as Posted, Multipart, Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::code::CATALOGUE;
use kernel::{AreaCode, Finding};
use programme::TableRole;
use tokio::io::AsyncWriteExt;

use super::{Fault, Visit, see_other, shown};
use crate::view::form::{Choice, Form, Problem};
use crate::view::page::failure::Kind;
use crate::view::page::import::{self as view, Act, FindingRow, Households, Import, ImportResult, Progress};
use crate::view::part::Link;
use crate::view::table::Paging;

/// Findings on a page.
const PAGE: usize = 50;
/// Imports in the list.
const LISTED: i64 = 50;

/// Who asks and for which area, if they may bring files in.
fn bringer(visit: &Visit) -> Result<(&str, AreaCode), Fault> {
    let service = &visit.site.service;
    let area = visit.area(Action::ImportData, None)?;
    service.permit(&visit.who, Action::ImportData, &Resource::of_area(area), app::purpose(&visit.who))?;
    match &visit.who {
        Principal::Staff { account, .. } if service.imports.is_some() => Ok((account, area)),
        Principal::Staff { .. } | Principal::Household(_) | Principal::Public => Err(Fault::of(Kind::NotFound)),
    }
}

/// Tables whose files are asked for: what a household's record is made of.
fn tables(visit: &Visit) -> Vec<Choice> {
    let tables = visit.site.service.programme.tables.iter().map(|table| &table.part);
    let own = tables.filter(|table| matches!(table.role, TableRole::Household | TableRole::Person));
    own.map(|table| Choice::new(table.name(), table.title.pick(visit.frame.language))).collect()
}

pub(super) async fn list(visit: Visit) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    shown_list(&visit, Vec::new()).await
}

async fn shown_list(visit: &Visit, problems: Vec<Problem>) -> Result<Response, Fault> {
    let (account, _) = bringer(visit)?;
    let mut tx = visit.site.service.db.read().await.map_err(app::Error::from)?;
    let batches = store::list(&mut tx, account, LISTED).await?;
    drop(tx);
    let mut form = Form::new("import", "/imports", visit.csrf(), "");
    form.problems = problems;
    let row = |batch: Batch| view::Batch {
        at: app::civil(batch.at),
        file: Link::new(batch.files.join(", "), format!("/imports/{}", batch.id)),
        state: progress(visit, &batch),
        rows: batch.tally.rows,
        accepted: batch.tally.accepted,
        refused: batch.tally.refused,
    };
    let import = Import { form, tables: tables(visit), batches: batches.into_iter().map(row).collect() };
    Ok(shown(&view::page(&visit.frame, &import)))
}

fn progress(visit: &Visit, batch: &Batch) -> Progress {
    match batch.state {
        State::Checking | State::Recording if visit.site.service.jobs.done(&batch.id).is_some() => Progress::Running,
        State::Checking | State::Recording => Progress::Stopped,
        State::Checked => Progress::Checked,
        State::Failed => Progress::Failed,
        State::Recorded => Progress::Recorded,
        State::Discarded => Progress::Discarded,
    }
}

pub(super) async fn bring(visit: Visit, parts: Multipart) -> Result<Response, Fault> {
    let (account, area) = bringer(&visit)?;
    let service = &visit.site.service;
    let now = service.now();
    let id = app::new_id(now)?;
    let tables = tables(&visit);
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let open = store::open(&mut tx, account).await?;
    drop(tx);
    if usize::try_from(open).is_ok_and(|open| open >= MOST_OPEN) {
        let text = visit.words().fill_count("import.too_many", u64::try_from(MOST_OPEN).unwrap_or(u64::MAX));
        return shown_list(&visit, vec![Problem { field: String::new(), text }]).await;
    }
    let mut inbox = Inbox::create(service, &id)?;
    let problems = receive(&visit, &mut inbox, &tables, parts).await?;
    if !problems.is_empty() {
        return shown_list(&visit, problems).await;
    }
    let (account, files) = (account.to_owned(), inbox.keep());
    let batch = Batch { id: id.clone(), account, area, at: now, files, state: State::Checking, tally: Tally::default(), failure: None };
    let mut tx = service.db.begin().await.map_err(app::Error::from)?;
    store::insert(&mut tx, &batch).await?;
    tx.commit().await.map_err(app::Error::from)?;
    work(&visit, batch);
    Ok(see_other(&format!("/imports/{id}")))
}

/// Puts the files where they are looked through; what is missing or no file of a table is told at its field.
async fn receive(visit: &Visit, inbox: &mut Inbox, tables: &[Choice], mut parts: Multipart) -> Result<Vec<Problem>, Fault> {
    let w = visit.words();
    let mut given: Vec<String> = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    let mut checked = false;
    while let Some(part) = parts.next_field().await.map_err(|error| refused_part(&error))? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "csrf" {
            visit.check_csrf(&part.text().await.map_err(|error| refused_part(&error))?)?;
            checked = true;
            continue;
        }
        let Some(table) = tables.iter().find(|table| table.value == name) else { continue };
        // The token stands before the files: nothing of who has none is kept.
        if !checked {
            return Err(Fault::of(Kind::Forbidden));
        }
        let file = part.file_name().unwrap_or_default().to_owned();
        if file.is_empty() {
            continue;
        }
        given.push(name.clone());
        match inbox.file(&table.value, &file)? {
            Some(to) => keep(part, to).await?,
            None => problems.push(Problem { field: name, text: w.get("import.wrong_kind").to_owned() }),
        }
    }
    let missing = tables.iter().filter(|table| !given.contains(&table.value));
    let text = |table: &Choice| Problem { field: table.value.clone(), text: w.fill("import.missing", &[("table", &table.text)]) };
    problems.extend(missing.map(text));
    if checked { Ok(problems) } else { Err(Fault::of(Kind::Forbidden)) }
}

async fn keep(mut part: Part<'_>, file: std::fs::File) -> Result<(), Fault> {
    let mut file = tokio::fs::File::from_std(file);
    let full = |error: std::io::Error| {
        tracing::error!(cause = %error, "import_not_kept");
        Fault::of(Kind::Unavailable)
    };
    while let Some(chunk) = part.chunk().await.map_err(|error| refused_part(&error))? {
        file.write_all(&chunk).await.map_err(full)?;
    }
    file.sync_all().await.map_err(full)
}

fn refused_part(error: &MultipartError) -> Fault {
    Fault::of(if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Kind::TooLarge } else { Kind::BadRequest })
}

/// Goes on while the visitor looks at something else; who stops it in the middle can let it go on.
fn work(visit: &Visit, batch: Batch) {
    let site = Arc::clone(&visit.site);
    let Some(job) = site.service.jobs.enter(&batch.id) else { return };
    let runtime = tokio::runtime::Handle::current();
    // Reads files all the time: not on a thread that serves others.
    tokio::task::spawn_blocking(move || {
        if let Err(error) = runtime.block_on(import_batch::work(&site.service, batch, job)) {
            tracing::error!(code = error.code(), cause = %error, "import_stopped");
        }
    });
}

async fn find(visit: &Visit, id: &str) -> Result<Batch, Fault> {
    let (account, _) = bringer(visit)?;
    let mut tx = visit.site.service.db.read().await.map_err(app::Error::from)?;
    Ok(store::find(&mut tx, id, account).await?)
}

#[derive(serde::Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    after: String,
}

pub(super) async fn result(visit: Visit, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let batch = find(&visit, &id).await?;
    let service = &visit.site.service;
    let state = progress(&visit, &batch);
    let found = if batch.state.due() { Vec::new() } else { import_batch::findings(service, &batch)? };
    let from: usize = asked.after.parse().unwrap_or(0);
    let next = from.saturating_add(PAGE);
    let act = |name: &str| Form::new(name, &format!("/imports/{id}"), visit.csrf(), "");
    let Tally { rows, accepted, refused, findings, new, changed, same, outside, .. } = batch.tally;
    let acts = match state {
        Progress::Checked if new + changed > 0 => vec![(Act::Accept, act("accept")), (Act::Discard, act("discard"))],
        Progress::Checked | Progress::Failed => vec![(Act::Discard, act("discard"))],
        Progress::Stopped => vec![(Act::Resume, act("resume")), (Act::Discard, act("discard"))],
        Progress::Running | Progress::Recorded | Progress::Discarded => Vec::new(),
    };
    let view = ImportResult {
        file: batch.files.join(", "),
        state,
        done: service.jobs.done(&id).unwrap_or(0),
        failure: batch.failure.as_ref().map(|failure| failure_text(&visit, failure)),
        rows,
        accepted,
        refused,
        households: Households { new, changed, same, outside },
        refused_href: (refused > 0 && !found.is_empty()).then(|| format!("/imports/{id}/refused")),
        paging: Paging {
            base: format!("/imports/{id}"),
            previous: None,
            next: (found.len() > next).then(|| next.to_string()),
            total: Some(findings).filter(|findings| *findings > 0),
        },
        findings: found.iter().skip(from).take(PAGE).map(|finding| finding_row(&visit, finding)).collect(),
        acts,
    };
    Ok(shown(&view::result(&visit.frame, &view)))
}

fn failure_text(visit: &Visit, failure: &Failure) -> String {
    let w = visit.words();
    match failure {
        Failure::Unreadable(reason) => w.fill("import.unreadable", &[("reason", reason)]),
        Failure::TooLarge(file) => w.fill("import.too_large", &[("file", file)]),
        Failure::OtherKind(file) => w.fill("import.other_kind", &[("file", file)]),
        Failure::NoHouseholds => w.get("import.no_households").to_owned(),
    }
}

fn finding_row(visit: &Visit, finding: &Finding) -> FindingRow {
    let language = visit.frame.language;
    let known = CATALOGUE.iter().find(|known| known.code == finding.code);
    let place = &finding.place;
    let mut at = place.file.clone();
    if place.row > 0 {
        at.push_str(&format!(":{}", place.row));
    }
    let column = visit.site.service.programme.tables.iter().find_map(|table| table.part.column(&place.column));
    if !place.column.is_empty() {
        at.push_str(&format!(" · {}", column.map_or(place.column.as_str(), |column| column.title.pick(language))));
    }
    let meaning = known.map_or("", |known| known.meaning(language));
    let text = if finding.found.is_empty() { meaning.to_owned() } else { format!("{meaning}: {}", finding.found) };
    FindingRow {
        code: finding.code.clone(),
        severity: finding.severity,
        place: at,
        text,
        advice: known.map_or("", |known| known.remedy(language)).to_owned(),
    }
}

#[derive(serde::Deserialize)]
pub(super) struct Doing {
    csrf: String,
    act: String,
}

pub(super) async fn act(visit: Visit, Path(id): Path<String>, Posted(doing): Posted<Doing>) -> Result<Response, Fault> {
    visit.check_csrf(&doing.csrf)?;
    let mut batch = find(&visit, &id).await?;
    let service = &visit.site.service;
    match (doing.act.as_str(), batch.state) {
        ("accept", State::Checked) => {
            batch.state = State::Recording;
            let mut tx = service.db.begin().await.map_err(app::Error::from)?;
            store::move_on(&mut tx, State::Checked, &batch).await?;
            tx.commit().await.map_err(app::Error::from)?;
            work(&visit, batch);
        }
        ("resume", State::Checking | State::Recording) => work(&visit, batch),
        ("discard", State::Checking | State::Checked | State::Failed) if service.jobs.done(&id).is_none() => {
            import_batch::discard(service, batch).await?;
            return Ok(see_other("/imports"));
        }
        // Sent twice, or too late: the page says how it stands.
        _ => {}
    }
    Ok(see_other(&format!("/imports/{id}")))
}

pub(super) async fn refused(visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let batch = find(&visit, &id).await?;
    let bytes = import_batch::refused(&visit.site.service, &batch)?.ok_or_else(|| Fault::of(Kind::NotFound))?;
    let name = format!("attachment; filename=\"refused-{id}.zip\"");
    Ok(([(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response())
}
