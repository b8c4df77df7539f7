//! What hangs out: for everybody to read, and to object to.

use std::collections::BTreeSet;

use app::{Action, HouseholdKey, Principal, Resource};
use axum::extract::{Form as Posted, Path, Query};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use kernel::{AreaCode, AreaLevel};
use programme::StepKind;
use registry::case::store::{CaseFilter, list, load};
use registry::case::{Case, Posting};
use registry::household::store as households;
use serde::Deserialize;

use super::case::{procedure_title, rule};
use super::household::{address, mask_name};
use super::{Fault, Visit, shown};
use crate::view::form::{Form, Problem};
use crate::view::layout::{Head, public};
use crate::view::page::failure::Kind;
use crate::view::page::{mine, notice as view};
use crate::view::part::{Link, Tone, note};

/// Notices on a page.
const PAGE: usize = 100;

#[derive(Deserialize)]
pub(super) struct Asked {
    area: Option<String>,
}

pub(super) async fn index(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    let area = match asked.area.as_deref().filter(|text| !text.is_empty()) {
        None => AreaCode::WHOLE,
        Some(text) => AreaCode::parse(text).ok_or_else(|| Fault::of(Kind::BadRequest))?,
    };
    let service = &visit.site.service;
    let today = service.moment().on;
    let procedures = service.programme.procedures.iter().flat_map(|held| held.part.step.iter());
    let steps: BTreeSet<&str> = procedures.filter(|step| step.kind == StepKind::Notice).map(programme::Step::name).collect();
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let mut entries = Vec::new();
    for step in steps {
        for line in list(&mut tx, CaseFilter { area, step, state: "open", due_before: "" }, None, PAGE).await? {
            let (case, _) = load(&mut tx, &line.county, &line.id).await?;
            let Some(posting) = case.open_posting() else { continue };
            entries.push(view::NoticeEntry {
                notice: Link::new(procedure_title(&visit, &case.procedure), format!("/notices/{}/{}", line.county, line.id)),
                area: address(&visit, &line.village),
                from: posting.from,
                until: posting.until,
            });
        }
    }
    let area = if area == AreaCode::WHOLE { visit.words().get("public.all_areas").to_owned() } else { address(&visit, &area.to_string()) };
    Ok(shown(&view::list(&visit.frame, &view::NoticeList { area, today, entries })))
}

/// A case whose notice hangs out; nothing else of it is public.
async fn published(visit: &Visit, county: &str, id: &str) -> Result<(Case, Posting), Fault> {
    let service = &visit.site.service;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let (case, _) = load(&mut tx, county, id).await?;
    let mut resource = Resource::of_household(case.area, HouseholdKey::new(app::cases::county(county)?, &case.household));
    resource.published = case.open_posting().is_some();
    // Whether such a case exists is nobody's business.
    service.permit(&visit.who, Action::ViewNotice, &resource, app::purpose(&visit.who)).map_err(|_denied| Fault::of(Kind::NotFound))?;
    let posting = case.open_posting().cloned().ok_or_else(|| Fault::of(Kind::NotFound))?;
    Ok((case, posting))
}

pub(super) async fn page(visit: Visit, headers: HeaderMap, Path((county, id)): Path<(String, String)>) -> Result<Response, Fault> {
    let (case, posting) = published(&visit, &county, &id).await?;
    let (service, w, language) = (&visit.site.service, visit.words(), visit.frame.language);
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let household = households::find(&mut tx, &county, &case.household).await?;
    // What the rules make public on a notice: the head's surname; it is not a look at a record.
    let known = households::identities(&mut tx, &service.keys, &county, &case.household).await.unwrap_or_default();
    let head = known.iter().find(|((_, field), _)| field == "name").map_or_else(String::new, |(_, name)| mask_name(name));
    let procedure = app::cases::procedure_of(service, &case)?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if visit.site.secure { "https" } else { "http" };
    let view = view::PublicNotice {
        number: case.id.clone(),
        title: procedure.title.pick(language).to_owned(),
        area: address(&visit, &household.village),
        office: visit.place(case.area.at(AreaLevel::Township)),
        from: posting.from,
        until: posting.until,
        supervision: w.get("public.hotline").to_owned(),
        criterion: rule(&visit, procedure),
        rows: vec![view::NoticeRow {
            head,
            group: case.household.clone(),
            persons: super::overview::count(i64::try_from(household.members.len()).unwrap_or(0)),
            outcome: procedure.title.pick(language).to_owned(),
        }],
        url: format!("{scheme}://{host}/notices/{county}/{id}"),
        objection_href: format!("/notices/{county}/{id}/object"),
    };
    Ok(shown(&view::page(&visit.frame, &view)))
}

fn form_page(visit: &Visit, case: &Case, form: Form) -> Response {
    let about = format!("{} · {}", procedure_title(visit, &case.procedure), case.id);
    let ask_who = visit.who == Principal::Public;
    shown(&mine::object(&visit.frame, &mine::Object { form, about, is_appeal: false, ask_who }))
}

pub(super) async fn object_form(visit: Visit, Path((county, id)): Path<(String, String)>) -> Result<Response, Fault> {
    let (case, _) = published(&visit, &county, &id).await?;
    Ok(form_page(&visit, &case, Form::new("object", &format!("/notices/{county}/{id}/object"), &visit.csrf_token(), "")))
}

#[derive(Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    telephone: String,
}

pub(super) async fn object(
    visit: Visit,
    Path((county, id)): Path<(String, String)>,
    Posted(said): Posted<Said>,
) -> Result<Response, Fault> {
    visit.check_form(&said.csrf)?;
    let (case, _) = published(&visit, &county, &id).await?;
    let w = visit.words();
    let long = said.text.chars().count() > app::own::OBJECTION;
    if said.text.trim().is_empty() || long {
        let mut form = Form::new("object", &format!("/notices/{county}/{id}/object"), &visit.csrf_token(), "");
        form.values = vec![("name".to_owned(), said.name), ("telephone".to_owned(), said.telephone), ("text".to_owned(), said.text)];
        let text = w.get(if long { "mine.object_too_long" } else { "declare.wrong_missing" }).to_owned();
        form.problems.push(Problem { field: "text".to_owned(), text });
        return Ok(form_page(&visit, &case, form));
    }
    let named = format!("{} {}", said.name.trim(), said.telephone.trim()).trim().to_owned();
    let by = if named.is_empty() { visit.who.key() } else { named };
    app::own::object(&visit.site.service, &visit.who, (&county, &id), &by, &said.text, &visit.remote).await?;
    let body = note(Tone::Good, w.get("mine.objected"));
    Ok(shown(&public(&visit.frame, &Head::new(w.get("mine.object_title")), &body)))
}
