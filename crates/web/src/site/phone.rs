//! A cadre's phone: what is due today, and the form of a visit, which may arrive days after it was filled in, and twice.

use std::collections::BTreeMap;

use app::access_log::Look as Looking;
use app::visiting::{self, Findings, Outcome};
use app::{Action, Principal, declaration};
use axum::Json;
use axum::extract::{Form as Posted, Multipart, Path};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use maud::html;
use programme::{ColumnType, StepKind, TableColumn};
use registry::Cell;
use registry::case::store::{CaseFilter, CaseLine, list, load, step_load};
use registry::case::{ActKind, Case, Record};
use registry::household::Cells;
use registry::household::store as households;
use registry::observation::{latest, store as observations};
use serde::Deserialize;

use super::case::step_title;
use super::household::{address, word};
use super::{Fault, Visit, see_other, shown};
use crate::view::form::{Answer, Choice, Form, Problem, Question, open as open_form, submit};
use crate::view::layout::{Head, Menu, phone};
use crate::view::page::failure::Kind;
use crate::view::page::visit as view;
use crate::view::page::visits_today::{Errand, Today, page as today_page};
use crate::view::part::{Pair, pairs};

/// Errands of a kind on the page.
const PAGE: usize = 100;

pub(super) async fn today(visit: Visit) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let area = visit.area(Action::RecordVisit, None)?;
    let service = &visit.site.service;
    let today = service.moment().on;
    let (mut visits, mut returned) = (Vec::new(), Vec::new());
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    for line in list(&mut tx, CaseFilter { area, step: "", state: "open", due_before: "" }, None, PAGE).await? {
        let (case, _) = load(&mut tx, &line.county, &line.id).await?;
        let acts = app::cases::next_acts(service, &visit.who, &case)?;
        for act in acts {
            let href = if act.kind == ActKind::Visit {
                format!("/visits/{}/{}", line.county, line.id)
            } else if act.kind == ActKind::Submit && !case.returns.is_empty() {
                format!("/cases/{}/{}", line.county, line.id)
            } else {
                continue;
            };
            let step = act.step.as_deref().unwrap_or_default();
            let errand = errand(&visit, &line, &case, step, href, today);
            if act.kind == ActKind::Visit { visits.push(errand) } else { returned.push(errand) }
        }
    }
    let load = step_load(&mut tx, area, today).await?;
    let together = super::together::offered(&visit, area, &load);
    drop(tx);
    let waiting = declaration::waiting(service, &visit.who, area, 100).await?;
    let declarations = waiting.into_iter().map(|declaration| Errand {
        head: format!("{}-{}", declaration.county, declaration.id),
        place: visit.place_of(&declaration.village),
        reason: String::new(),
        href: format!("/visits/declarations/{}/{}", declaration.county, declaration.id),
        due_on: declaration.due_on.parse().unwrap_or(today),
    });
    let view = Today { today, visits, returned, declarations: declarations.collect(), together };
    Ok(shown(&today_page(&visit.frame, &view)))
}

fn errand(visit: &Visit, line: &CaseLine, case: &Case, step: &str, href: String, today: NaiveDate) -> Errand {
    let due = case.current.get(step).and_then(|running| running.due).or(case.due).unwrap_or(today);
    let reason = step_title(visit, &case.procedure, step);
    Errand { head: line.household.clone(), place: visit.place_of(&line.village), reason, href, due_on: due }
}

/// The token that forms need, for a page that was kept for days.
pub(super) async fn token(visit: Visit) -> Response {
    if visit.token.is_none() {
        return (StatusCode::UNAUTHORIZED, Json(serde_json::json!({}))).into_response();
    }
    Json(serde_json::json!({ "csrf": visit.csrf_token() })).into_response()
}

/// The case and the step of it that is a visit now.
async fn due(visit: &Visit, county: &str, id: &str) -> Result<(Case, String), Fault> {
    let service = &visit.site.service;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let (case, _) = load(&mut tx, county, id).await?;
    let resource = app::Resource::of_household(case.area, app::HouseholdKey::new(app::cases::county(county)?, &case.household));
    service.permit(&visit.who, Action::RecordVisit, &resource, app::purpose(&visit.who))?;
    let procedure = app::cases::procedure_of(service, &case)?;
    let step = procedure.step.iter().find(|step| step.kind == StepKind::Visit).ok_or_else(|| Fault::of(Kind::NotFound))?;
    let name = step.name().to_owned();
    Ok((case, name))
}

pub(super) async fn form(visit: Visit, Path((county, id)): Path<(String, String)>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let (case, _) = due(&visit, &county, &id).await?;
    // SEC-1: the form shows the household's figures and what was last seen.
    let resource = app::Resource::of_household(case.area, app::HouseholdKey::new(app::cases::county(&county)?, &case.household));
    let context = visit.context();
    let look = Looking { who: &visit.who, action: Action::RecordVisit, what: &resource, context: &context, fields: &["visit"], reason: "" };
    if !visit.site.service.look(&[look]).await?.iter().all(|decision| decision.allowed) {
        return Err(Fault::of(Kind::Forbidden));
    }
    let key = app::new_id(visit.site.service.now())?;
    form_page(&visit, &county, &case, Form::new("visit", &format!("/visits/{county}/{id}"), &visit.csrf_token(), &key)).await
}

async fn form_page(visit: &Visit, county: &str, case: &Case, mut form: Form) -> Result<Response, Fault> {
    let (service, language, w) = (&visit.site.service, visit.frame.language, visit.words());
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let known = observations::list(&mut tx, county, &case.household).await?;
    let household = households::find(&mut tx, county, &case.household).await?;
    let newest = latest(&known);
    let last_on = known.last().and_then(|last| last.on.parse().ok());
    let answer = |column: &str| newest.get(column).map(|(cell, _)| *cell).or_else(|| household.cells.get(column));
    let mut sections = Vec::new();
    for section in &service.programme.visits {
        let columns: Vec<&TableColumn> = section.part.columns.iter().filter_map(|name| column(visit, name.get_ref())).collect();
        let last: Vec<Pair> = columns
            .iter()
            .filter_map(|column| {
                Some(Pair::new(column.title.pick(language), word(visit, "household", column.name(), answer(column.name())?)))
            })
            .collect();
        if !form.failed() && form.values.iter().all(|(name, _)| name == "seen") {
            form.values
                .extend(columns.iter().filter_map(|column| Some((column.name().to_owned(), typed(visit, column, answer(column.name())?)))));
        }
        sections.push(view::VisitSection {
            id: section.part.id.get_ref().clone(),
            title: section.part.title.pick(language).to_owned(),
            last: last_on.filter(|_| !last.is_empty()).map(|on| (on, last)),
            questions: columns.into_iter().map(|column| question(visit, column)).collect(),
        });
    }
    sections.push(view::VisitSection {
        id: "visitors".to_owned(),
        title: w.get("visit.visitors").to_owned(),
        last: None,
        questions: vec![Question {
            name: "persons".to_owned(),
            label: w.get("visit.persons").to_owned(),
            hint: Some(w.get("visit.persons_hint").to_owned()),
            answer: Answer::Text,
        }],
    });
    let seen = known.last().map_or(0, |last| last.number);
    let view = view::Visit { head: case.household.clone(), number: case.id.clone(), trail: Vec::new(), form, seen, sections, photo: true };
    Ok(shown(&view::page(&visit.frame, &view)))
}

fn column<'a>(visit: &'a Visit, name: &str) -> Option<&'a TableColumn> {
    let base = visit.site.service.programme.view.base.get_ref();
    visit.site.service.programme.table(base).and_then(|table| table.part.column(name))
}

/// A value as the form shows it again.
fn typed(visit: &Visit, column: &TableColumn, cell: &Cell) -> String {
    match cell {
        Cell::Flag(true) => "yes".to_owned(),
        Cell::Flag(false) => "no".to_owned(),
        Cell::Number(minor) if column.column_type == ColumnType::Money => visit.site.service.programme.meta.currency.plain(*minor),
        Cell::Number(value) => value.to_string(),
        Cell::Text(text) => text.clone(),
    }
}

fn question(visit: &Visit, column: &TableColumn) -> Question {
    let (w, programme) = (visit.words(), &visit.site.service.programme);
    let list = column.list.as_ref().and_then(|list| programme.code_list(list.get_ref()));
    let answer = if column.column_type == ColumnType::Boolean {
        Answer::Radios(vec![Choice::new("yes", w.get("desk.yes")), Choice::new("no", w.get("desk.no"))])
    } else if column.column_type == ColumnType::Date {
        Answer::Date
    } else if let Some(list) = list {
        let codes = list.part.codes.iter().map(toml::Spanned::get_ref);
        let zh = visit.frame.language == kernel::Language::Zh;
        let choices = codes.map(|code| Choice::new(code.code.clone(), if zh { &code.zh } else { &code.en }.clone()));
        // What nobody looked at stays unanswered; the first code would be a finding that nobody made.
        Answer::Select(std::iter::once(Choice::new("", w.get("desk.unanswered"))).chain(choices).collect())
    } else {
        Answer::Number
    };
    Question { name: column.name().to_owned(), label: column.title.pick(visit.frame.language).to_owned(), hint: None, answer }
}

/// The fields of a form that may carry a photograph.
struct Sent {
    fields: BTreeMap<String, Vec<String>>,
    photo: Option<String>,
    content: Vec<u8>,
}

async fn read(mut parts: Multipart) -> Result<Sent, Fault> {
    use base64::Engine as _;
    let bad = |_: axum::extract::multipart::MultipartError| Fault::of(Kind::BadRequest);
    let mut sent = Sent { fields: BTreeMap::new(), photo: None, content: Vec::new() };
    while let Some(part) = parts.next_field().await.map_err(bad)? {
        let name = part.name().unwrap_or_default().to_owned();
        let image = part.content_type().is_some_and(|kind| kind.starts_with("image/"));
        let bytes = part.bytes().await.map_err(bad)?;
        if name != "csrf" {
            sent.content.extend(name.as_bytes());
            sent.content.extend(&bytes);
        }
        if name == "photo" {
            if image && !bytes.is_empty() {
                sent.photo = Some(base64::engine::general_purpose::STANDARD.encode(&bytes));
            }
            continue;
        }
        let text = String::from_utf8(bytes.to_vec()).map_err(|_odd| Fault::of(Kind::BadRequest))?;
        sent.fields.entry(name).or_default().push(text);
    }
    Ok(sent)
}

impl Sent {
    fn one(&self, name: &str) -> &str {
        self.fields.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    fn values(&self) -> Vec<(String, String)> {
        let all = self.fields.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.clone(), value.clone())));
        all.filter(|(name, _)| name != "csrf" && name != "key" && !name.starts_with("keep-")).collect()
    }
}

pub(super) async fn send(
    visit: Visit,
    headers: HeaderMap,
    Path((county, id)): Path<(String, String)>,
    parts: Multipart,
) -> Result<Response, Fault> {
    let sent = read(parts).await?;
    visit.check_csrf(sent.one("csrf"))?;
    let quick = headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"));
    let (case, step) = due(&visit, &county, &id).await?;
    let here = format!("/visits/{county}/{id}");
    let cells = match cells(&visit, &sent) {
        Ok(cells) => cells,
        Err(problems) if quick => {
            let message = problems.first().map_or("", |problem| problem.text.as_str());
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Json(serde_json::json!({ "href": here, "message": message }))).into_response());
        }
        Err(problems) => {
            let mut form = Form::new("visit", &here, &visit.csrf_token(), sent.one("key"));
            (form.values, form.problems) = (sent.values(), problems);
            return form_page(&visit, &county, &case, form).await;
        }
    };
    let procedure = app::cases::procedure_of(&visit.site.service, &case)?;
    let documents = procedure.step(&step).into_iter().flat_map(|step| &step.documents).map(|document| document.get_ref().clone()).collect();
    let persons = sent.one("persons").split([',', '，', '、', ';']).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let record = Record { documents, signature: None, persons: persons.collect() };
    let seen = sent.one("seen").parse().unwrap_or(0);
    let findings = Findings { county: &county, case: &id, step: &step, seen, cells, record, photo: sent.photo.clone() };
    match visiting::record(&visit.site.service, &visit.who, &findings, sent.one("key"), &sent.content).await? {
        Outcome::Stored if quick => Ok((StatusCode::CREATED, Json(serde_json::json!({}))).into_response()),
        Outcome::Stored => Ok(see_other("/visits")),
        Outcome::Disputed { fields, .. } if quick => {
            let text: Vec<String> = fields
                .iter()
                .filter_map(|field| Some(column(&visit, &field.column)?.title.pick(visit.frame.language).to_owned()))
                .collect();
            let answer = serde_json::json!({ "href": format!("{here}?resolve={}", sent.one("key")), "message": text.join(", ") });
            Ok((StatusCode::CONFLICT, Json(answer)).into_response())
        }
        Outcome::Disputed { fields, newest } => Ok(conflict(&visit, &case, &here, &sent, &fields, newest)),
    }
}

/// What was typed, with `keep-<column>` = `theirs` left to the server's value.
fn cells(visit: &Visit, sent: &Sent) -> Result<Cells, Vec<Problem>> {
    let unchanged = sent.fields.get("unchanged").cloned().unwrap_or_default();
    let mut found = Cells::new();
    let mut problems = Vec::new();
    for section in visit.site.service.programme.visits.iter().filter(|section| !unchanged.contains(section.part.id.get_ref())) {
        for name in &section.part.columns {
            let name = name.get_ref().as_str();
            let (Some(column), text) = (column(visit, name), sent.one(name).trim()) else { continue };
            if text.is_empty() || sent.one(&format!("keep-{name}")) == "theirs" {
                continue;
            }
            match app::submission::cell(&visit.site.service.programme, column, text) {
                Ok(cell) => drop(found.insert(name.to_owned(), cell)),
                Err(_) => problems.push(Problem { field: name.to_owned(), text: visit.words().get("visit.wrong_answer").to_owned() }),
            }
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

fn conflict(visit: &Visit, case: &Case, here: &str, sent: &Sent, fields: &[visiting::Disputed], newest: i64) -> Response {
    let mut form = Form::new("conflict", here, &visit.csrf_token(), sent.one("key"));
    form.values = sent.values().into_iter().filter(|(name, _)| name != "seen").collect();
    form.values.push(("seen".to_owned(), newest.to_string()));
    let disputed = fields.iter().filter_map(|field| {
        let column = column(visit, &field.column)?;
        Some(view::Disputed {
            name: field.column.clone(),
            label: column.title.pick(visit.frame.language).to_owned(),
            mine: word(visit, "household", &field.column, &field.mine),
            theirs: word(visit, "household", &field.column, &field.theirs),
        })
    });
    let changed_by = fields.first().map_or_else(String::new, |field| field.by.clone());
    let view = view::Conflict { head: case.household.clone(), form, fields: disputed.collect(), changed_by };
    (StatusCode::CONFLICT, shown(&view::conflict(&visit.frame, &view))).into_response()
}

pub(super) async fn declared(visit: Visit, Path((county, id)): Path<(String, String)>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let (declaration, said) = declaration::read(&visit.site.service, &visit.who, &county, &id).await?;
    if let (Some(case), Principal::Staff { .. }) = (&declaration.case, &visit.who) {
        return Ok(see_other(&format!("/cases/{county}/{case}")));
    }
    let w = visit.words();
    let village = address(&visit, &said.village);
    let given = [
        ("declare.name", &said.name),
        ("declare.telephone", &said.telephone),
        ("declare.village", &village),
        ("declare.difficulty", &said.difficulty),
        ("declare.risk", &said.risk),
    ];
    let given: Vec<Pair> = given.into_iter().map(|(key, text)| Pair::new(w.get(key), text.clone())).collect();
    let form = Form::new("accept", &format!("/visits/declarations/{county}/{id}"), &visit.csrf_token(), "");
    let body = html! { (pairs(&given)) (open_form(&form, &html! { (submit(w.get("desk.open_case"))) })) };
    Ok(shown(&phone(&visit.frame, &Head::new(format!("{county}-{id}")).at(Menu::Today), &body)))
}

#[derive(Deserialize)]
pub(super) struct Accepted {
    csrf: String,
}

pub(super) async fn accept(
    visit: Visit,
    Path((county, id)): Path<(String, String)>,
    Posted(form): Posted<Accepted>,
) -> Result<Response, Fault> {
    visit.check_csrf(&form.csrf)?;
    let case = declaration::accept(&visit.site.service, &visit.who, &county, &id).await?;
    Ok(see_other(&format!("/cases/{county}/{case}")))
}
