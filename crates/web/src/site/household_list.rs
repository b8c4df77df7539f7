//! Working lists of households: narrowed, kept by name, searched, taken along as a workbook.

use app::access_log::Look as Looking;
use app::saved_list::{self, SavedList};
use app::{Action, HouseholdKey, Principal, Resource};
use axum::extract::{Form as Posted, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use kernel::AreaCode;
use registry::assessment::Assessment;
use registry::household::Household;
use registry::household::store::{self, After, HouseholdLine};
use registry::working_list::{INSIDE, Narrow, Page, store as lists};

use super::household::{mask_name, status};
use super::overview::{count, trail};
use super::run::{cause_title, proposal};
use super::{Fault, Visit, see_other, shown};
use crate::view::chart::Bar;
use crate::view::form::{Choice, Form, Problem};
use crate::view::page::failure::Kind;
use crate::view::page::household_list::{Filter, HouseholdList, HouseholdRow, NAMES, Saved, page, sheet};
use crate::view::part::Link;
use crate::view::table::Paging;

/// Households on a page.
const PAGE: usize = 50;
/// Households that a workbook takes; whoever needs more asks for an area at a time, so that each is looked at for a reason.
const EXPORTED: usize = 20_000;
/// Letters a reason must have at least.
const REASON: usize = 4;

type Fields = Vec<(String, String)>;

/// What a list's address asks for.
#[derive(Debug, Clone, Default)]
struct Asked {
    area: String,
    q: String,
    status: String,
    proposal: String,
    cause: String,
    after: String,
    columns: Vec<String>,
}

impl Asked {
    /// Only what a list knows is taken; a kept query can lead nowhere else.
    fn of(fields: &Fields) -> Self {
        let mut asked = Self::default();
        for (name, value) in fields {
            let value = value.clone();
            match name.as_str() {
                "area" => asked.area = value,
                "q" => asked.q = value,
                "status" => asked.status = value,
                "proposal" => asked.proposal = value,
                "cause" => asked.cause = value,
                "after" => asked.after = value,
                "column" if NAMES.contains(&value.as_str()) => asked.columns.push(value),
                _ => {}
            }
        }
        asked
    }

    fn query(text: &str) -> Self {
        Self::of(&form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The address again, without the page.
    fn text(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        let words = [("area", &self.area), ("q", &self.q), ("status", &self.status), ("proposal", &self.proposal), ("cause", &self.cause)];
        for (name, value) in words.into_iter().filter(|(_, value)| !value.is_empty()) {
            text.append_pair(name, value);
        }
        for column in &self.columns {
            text.append_pair("column", column);
        }
        text.finish()
    }

    fn narrow(&self, area: AreaCode) -> Narrow<'_> {
        Narrow { area, status: &self.status, proposal: &self.proposal, cause: &self.cause }
    }
}

pub(super) async fn list(visit: Visit, Query(fields): Query<Fields>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    shown_list(&visit, &Asked::of(&fields), Vec::new(), "").await
}

/// The list, with what was wrong with a form on it (`at`: the id of the form).
async fn shown_list(visit: &Visit, asked: &Asked, problems: Vec<Problem>, at: &str) -> Result<Response, Fault> {
    let area = visit.area(Action::ListHouseholds, Some(asked.area.as_str()).filter(|area| !area.is_empty()))?;
    let service = &visit.site.service;
    let Page { lines, next } = if asked.q.is_empty() {
        let mut tx = service.db.read().await.map_err(app::Error::from)?;
        lists::list_page(&mut tx, asked.narrow(area), cursor(&asked.after).as_ref(), PAGE).await?
    } else {
        Page { lines: found(visit, area, &asked.q).await?, next: None }
    };
    let heads = heads(visit, &lines, Action::ListHouseholds, "").await?;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let rows = rows(visit, &mut tx, area, &lines, heads).await?;
    drop(tx);
    let form = |id: &str, action: &str| {
        let mut form = Form::new(id, action, visit.csrf(), "");
        form.values = vec![("query".to_owned(), asked.text())];
        if at == id {
            form.problems.clone_from(&problems);
        }
        form
    };
    let may_export = visit.site.service.policies.scope(&visit.who, Action::ExportList, &visit.context()).is_some();
    let view = HouseholdList {
        area: visit.place(area),
        trail: trail(visit, area, "/desk"),
        action: "/households".to_owned(),
        filter: filter(visit, asked),
        columns: asked.columns.clone(),
        rows,
        paging: Paging {
            base: format!("/households?{}", asked.text()),
            previous: None,
            next: next.map(|last| format!("{}.{}.{}", last.county, last.village, last.id)),
            total: None,
        },
        saved: saved(visit, asked).await?,
        keep: form("keep", "/households/lists"),
        export: may_export.then(|| form("export", "/households/export")),
    };
    Ok(shown(&page(&visit.frame, &view)))
}

fn filter(visit: &Visit, asked: &Asked) -> Filter {
    let causes = &visit.site.service.programme.causes;
    let choice = |cause: &String| Choice::new(cause.clone(), cause_title(visit, cause));
    Filter {
        area: asked.area.clone(),
        text: asked.q.clone(),
        status: asked.status.clone(),
        proposal: asked.proposal.clone(),
        cause: asked.cause.clone(),
        causes: causes.iter().map(|cause| choice(cause.part.id.get_ref())).collect(),
    }
}

async fn saved(visit: &Visit, asked: &Asked) -> Result<Vec<Saved>, Fault> {
    let Principal::Staff { account, .. } = &visit.who else { return Ok(Vec::new()) };
    let mut tx = visit.site.service.db.read().await.map_err(app::Error::from)?;
    let here = asked.text();
    let saved = |list: SavedList| Saved { here: list.query == here, link: Link::new(list.name, format!("/households?{}", list.query)) };
    Ok(saved_list::store::list(&mut tx, account).await?.into_iter().map(saved).collect())
}

fn cursor(text: &str) -> Option<After> {
    let mut parts = text.splitn(3, '.').map(str::to_owned);
    Some(After { county: parts.next().filter(|part| !part.is_empty())?, village: parts.next()?, id: parts.next()? })
}

async fn rows(
    visit: &Visit,
    tx: &mut app::Tx,
    area: AreaCode,
    lines: &[HouseholdLine],
    heads: Vec<String>,
) -> Result<Vec<HouseholdRow>, Fault> {
    let assessed = lists::assessed(tx, area, lines).await?;
    let visited = lists::visited(tx, lines).await?;
    let row = |(line, head): (&HouseholdLine, String)| {
        let key = (line.county.clone(), line.id.0.clone());
        row(visit, line, head, assessed.get(&key), visited.get(&key))
    };
    Ok(lines.iter().zip(heads).map(row).collect())
}

fn row(visit: &Visit, line: &HouseholdLine, head: String, assessed: Option<&Assessment>, visited: Option<&String>) -> HouseholdRow {
    let grounds = assessed.map(|one| &one.grounds);
    HouseholdRow {
        number: line.id.0.clone(),
        href: format!("/households/{}/{}", line.county, line.id.0),
        head,
        village: visit.place_of(&line.village),
        status: status(&line.status),
        persons: count(line.people),
        income_per_head_fen: grounds.and_then(|grounds| grounds.income),
        proposal: assessed.and_then(|one| proposal(&one.proposal)),
        cause: grounds.and_then(|grounds| grounds.causes.first()).map_or_else(String::new, |cause| cause_title(visit, cause)),
        visited_on: visited.and_then(|day| day.parse().ok()),
        flags: grounds.map_or(0, |grounds| size(grounds.checks.len())),
    }
}

/// The name of each household's head with all but the surname hidden; each is a look that is written down.
///
/// Nobody who holds a connection may call it: it takes one to write the looks down, and then one to read.
pub(super) async fn heads(visit: &Visit, lines: &[HouseholdLine], action: Action, reason: &str) -> Result<Vec<String>, Fault> {
    let service = &visit.site.service;
    let context = visit.context();
    let resource = |line: &HouseholdLine| -> Result<Resource, Fault> {
        let village = AreaCode::parse(&line.village).ok_or_else(|| Fault::of(Kind::Internal))?;
        Ok(Resource::of_household(village, HouseholdKey::new(app::cases::county(&line.county)?, &line.id.0)))
    };
    let resources = lines.iter().map(resource).collect::<Result<Vec<_>, _>>()?;
    let look = |what| Looking { who: &visit.who, action, what, context: &context, fields: &["name"], reason };
    let looks: Vec<Looking<'_>> = resources.iter().map(look).collect();
    let decisions = service.look(&looks).await?;
    let allowed = lines.iter().zip(decisions).filter(|(_, decision)| decision.allowed);
    let allowed: Vec<(&str, &str)> = allowed.map(|(line, _)| (line.county.as_str(), line.id.0.as_str())).collect();
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let known = store::identities_among(&mut tx, &service.keys, &allowed).await?;
    let name = |line: &HouseholdLine| {
        let known = known.get(&(line.county.clone(), line.id.0.clone()))?;
        known.iter().find(|((_, field), _)| field == "name").map(|(_, name)| mask_name(name))
    };
    Ok(lines.iter().map(|line| name(line).unwrap_or_default()).collect())
}

/// Households by number, name, telephone or identity, or by the last four digits of these.
async fn found(visit: &Visit, area: AreaCode, text: &str) -> Result<Vec<HouseholdLine>, Fault> {
    let service = &visit.site.service;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let mut keys: Vec<(String, String)> = Vec::new();
    for field in ["identity", "phone", "name", "identity_tail", "phone_tail"] {
        let some = store::search(&mut tx, &service.keys, area, field, text.trim()).await?;
        keys.extend(some.into_iter().map(|(county, id, _)| (county, id.0)));
    }
    if let Some(county) = text.get(..6).filter(|_| text.len() > 6) {
        keys.push((county.to_owned(), text.trim().to_owned()));
    }
    keys.sort();
    keys.dedup();
    let mut lines = Vec::new();
    for (county, id) in keys {
        let Ok(household) = store::find(&mut tx, &county, &id).await else { continue };
        let inside = AreaCode::parse(&household.village).is_some_and(|village| area.contains(village));
        if inside {
            let (people, version) = (household.people(), household.version);
            let Household { county, id, village, status, .. } = household;
            lines.push(HouseholdLine { county, id, village, status, people, version });
        }
    }
    Ok(lines)
}

/// The search box of every page: one hit opens the household, several become a list.
pub(super) async fn search(visit: Visit, Query(fields): Query<Fields>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let area = visit.area(Action::ListHouseholds, None)?;
    let asked = Asked { q: Asked::of(&fields).q, ..Asked::default() };
    if let [line] = found(&visit, area, &asked.q).await?.as_slice() {
        return Ok(see_other(&format!("/households/{}/{}", line.county, line.id.0)));
    }
    shown_list(&visit, &asked, Vec::new(), "").await
}

fn size(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
}

/// Keeps the list by a name, or forgets one.
pub(super) async fn keep(visit: Visit, Posted(fields): Posted<Fields>) -> Result<Response, Fault> {
    visit.check_csrf(field(&fields, "csrf"))?;
    visit.area(Action::ListHouseholds, None)?;
    let Principal::Staff { account, .. } = &visit.who else { return Err(Fault::of(Kind::Forbidden)) };
    let (service, w) = (&visit.site.service, visit.words());
    // What was searched for is somebody's name or number: it is not kept.
    let asked = Asked { q: String::new(), ..Asked::query(field(&fields, "query")) };
    let name = field(&fields, "name");
    let back = format!("/households?{}", asked.text());
    let mut tx = service.db.begin().await.map_err(app::Error::from)?;
    let forgotten = field(&fields, "forget");
    let wrong = if !forgotten.is_empty() {
        saved_list::store::remove(&mut tx, account, forgotten).await?;
        None
    } else if name.is_empty() || name.chars().count() > saved_list::NAME {
        Some("list.name_wrong")
    } else {
        let list = SavedList { name: name.to_owned(), query: asked.text() };
        let kept = saved_list::store::put(&mut tx, account, &list, service.now()).await?;
        (!kept).then_some("list.too_many")
    };
    tx.commit().await.map_err(app::Error::from)?;
    match wrong {
        None => Ok(see_other(&back)),
        Some(key) => {
            let problem = Problem { field: "name".to_owned(), text: w.get(key).to_owned() };
            shown_list(&visit, &asked, vec![problem], "keep").await
        }
    }
}

/// The whole list as a workbook; every household in it is a look with the reason given.
pub(super) async fn export(visit: Visit, Posted(fields): Posted<Fields>) -> Result<Response, Fault> {
    visit.check_csrf(field(&fields, "csrf"))?;
    let asked = Asked::query(field(&fields, "query"));
    let area = visit.area(Action::ExportList, Some(asked.area.as_str()).filter(|area| !area.is_empty()))?;
    let (service, w, reason) = (&visit.site.service, visit.words(), field(&fields, "reason"));
    if reason.chars().count() < REASON {
        let problem = Problem { field: "reason".to_owned(), text: w.get("list.reason_missing").to_owned() };
        return shown_list(&visit, &asked, vec![problem], "export").await;
    }
    let page = if asked.q.is_empty() {
        let mut tx = service.db.read().await.map_err(app::Error::from)?;
        lists::list_page(&mut tx, asked.narrow(area), None, EXPORTED).await?
    } else {
        Page { lines: found(&visit, area, &asked.q).await?, next: None }
    };
    if page.next.is_some() {
        let text = w.fill("list.too_long", &[("count", &w.count(size(EXPORTED)))]);
        return shown_list(&visit, &asked, vec![Problem { field: "reason".to_owned(), text }], "export").await;
    }
    let heads = heads(&visit, &page.lines, Action::ExportList, reason).await?;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let rows = rows(&visit, &mut tx, area, &page.lines, heads).await?;
    drop(tx);
    let moment = service.moment();
    let note = w.fill("list.sheet_note", &[("area", &visit.place(area)), ("date", &w.date(moment.on)), ("reason", reason)]);
    let (titles, cells) = sheet(w, &asked.columns, &rows);
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let bytes = app::spreadsheet::workbook(&note, &titles, &cells)?;
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"households-{area}-{}.xlsx\"", moment.on)),
    ];
    Ok((headers, bytes).into_response())
}

/// Households in the programme by main cause, for the overview of an area; each leads to its list.
pub(super) async fn causes(visit: &Visit, tx: &mut app::Tx, area: AreaCode) -> Result<Vec<Bar>, Fault> {
    let bar = |(cause, households): (String, i64)| Bar {
        name: cause_title(visit, &cause),
        href: Some(format!("/households?area={area}&status={INSIDE}&cause={cause}")),
        value: count(households),
        shown: visit.words().count(count(households)),
    };
    Ok(lists::causes(tx, area).await?.into_iter().map(bar).collect())
}
