//! Households: pages of a list, one of them, its versions and its cases.

use std::collections::BTreeMap;

use app::access_log::{Look, open_records};
use app::{Action, HouseholdKey, Principal, Resource, open_record};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use chrono::{Days, NaiveDate};
use kernel::AreaCode;
use registry::case::store as cases;
use registry::household::store::{self, After, HouseholdLine, Identities};
use registry::household::{Cells, Household};
use registry::working_list::{Narrow, Page, store::list_page};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::HttpMethod;

use super::caller::Caller;
use super::case::{CaseLineBody, with_next};
use super::document::{area, cursor as cursor_schema, day, one_of, text, whole};
use super::read::{Asked, Place, cursor};
use super::session::instant;
use super::{Answer, Endpoint, Trouble, json, unless_known};
use crate::view::page::word::Status;
use crate::view::part::{mask_identity, mask_telephone};

/// Households in one answer.
const MOST: usize = 200;
/// Personal columns that a record shows.
pub(super) const FIELDS: [&str; 3] = ["name", "identity", "phone"];

pub(super) fn endpoints() -> Vec<Endpoint> {
    let list_about = "Households of an area, by village and number";
    let one_about = "One household; names and numbers are masked unless identities are asked for, which is written down";
    let tag = ("ETag", "the version");
    vec![
        Endpoint::new(HttpMethod::Get, "/households", "listHouseholds", list_about, get(list))
            .signed_in()
            .query("area", area(), "an area within one's own")
            .query("status", one_of(&statuses()), "only these")
            .query("after", cursor_schema(), "where the answer before ended")
            .query("limit", whole(1, MOST), "how many at most")
            .gives::<HouseholdList>(StatusCode::OK, &[("Link", "the next answer")]),
        Endpoint::new(HttpMethod::Get, "/households/{county}/{id}", "readHousehold", one_about, get(one))
            .signed_in()
            .place()
            .query("as_of", day(), "what was known at the end of this day")
            .query("identities", one_of(&["true", "false"]), "unmasked")
            .header("If-None-Match", false, text("^.*$"), "the entity tag that is known")
            .gives::<HouseholdBody>(StatusCode::OK, &[tag])
            .empty(StatusCode::NOT_MODIFIED, &[tag]),
        Endpoint::new(HttpMethod::Get, "/households/{county}/{id}/versions", "listVersions", "Its versions, oldest first", get(versions))
            .signed_in()
            .place()
            .gives::<VersionList>(StatusCode::OK, &[]),
        Endpoint::new(HttpMethod::Get, "/households/{county}/{id}/cases", "listCasesOfHousehold", "Its cases, newest first", get(files))
            .signed_in()
            .place()
            .gives::<HouseholdCases>(StatusCode::OK, &[]),
    ]
}

pub(super) fn statuses() -> Vec<&'static str> {
    Status::ALL.into_iter().map(Status::code).collect()
}

#[derive(Serialize, ToSchema)]
struct HouseholdList {
    households: Vec<HouseholdLineBody>,
    /// The cursor of the next answer; nothing at the end.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = HouseholdLine)]
struct HouseholdLineBody {
    county: String,
    id: String,
    village: String,
    status: String,
    people: i64,
    version: i64,
    /// The head's name with all but the surname hidden.
    head: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Household)]
pub(super) struct HouseholdBody {
    pub county: String,
    pub id: String,
    pub village: String,
    pub status: String,
    pub version: i64,
    /// Columns of the programme: flags, whole numbers (money in fen) and texts.
    #[schema(value_type = Object)]
    pub cells: Cells,
    pub members: Vec<MemberBody>,
    /// Personal columns of the household itself.
    #[schema(value_type = Object)]
    pub personal: BTreeMap<String, String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
pub(super) struct MemberBody {
    pub id: String,
    #[schema(value_type = Object)]
    pub cells: Cells,
    pub joined_on: Option<String>,
    pub left_on: Option<String>,
    pub left_how: Option<String>,
    #[schema(value_type = Object)]
    pub personal: BTreeMap<String, String>,
}

#[derive(Serialize, ToSchema)]
struct VersionList {
    versions: Vec<VersionBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Version)]
struct VersionBody {
    number: i64,
    /// RFC 3339.
    at: String,
    by: String,
    event: String,
}

#[derive(Serialize, ToSchema)]
struct HouseholdCases {
    cases: Vec<CaseLineBody>,
}

async fn list(caller: Caller, asked: Asked) -> Answer {
    asked.only(&["area", "status", "after", "limit"])?;
    let area = caller.area(Action::ListHouseholds, asked.get("area"))?;
    let status = asked.word("status", &statuses())?;
    let limit = asked.limit(MOST)?;
    let after = asked.after("households")?.map(|[county, village, id]| After { county, village, id });
    let mut tx = caller.service().db.read().await.map_err(app::Error::from)?;
    let Page { lines, next } = list_page(&mut tx, Narrow::of(area).status(status), after.as_ref(), limit).await?;
    drop(tx);
    let next = next.map(|last| cursor("households", &[&last.county, &last.village, &last.id]));
    let opened = open_lines(&caller, &lines, Action::ListHouseholds, &["name"], "").await?;
    let head =
        |known: &Identities| known.iter().find(|((_, field), _)| field == "name").map_or_else(String::new, |(_, name)| mask_name(name));
    let row = |(line, known): (HouseholdLine, Identities)| HouseholdLineBody {
        head: head(&known),
        county: line.county,
        id: line.id.0,
        village: line.village,
        status: line.status,
        people: line.people,
        version: line.version,
    };
    let body = HouseholdList { households: lines.into_iter().zip(opened).map(row).collect(), next: next.clone() };
    let query = |name: &str, value: &str| if value.is_empty() { String::new() } else { format!("&{name}={value}") };
    let rest = format!("/households?area={area}&limit={limit}{}", query("status", status));
    Ok(with_next(json(StatusCode::OK, &body)?, &rest, next.as_deref()))
}

/// Personal columns of each line, after every look is written down; nothing of what may not be seen.
pub(super) async fn open_lines(
    caller: &Caller,
    lines: &[HouseholdLine],
    action: Action,
    fields: &[&str],
    reason: &str,
) -> Result<Vec<Identities>, Trouble> {
    let service = caller.service();
    let context = caller.context();
    let resources = lines.iter().map(|line| resource(&line.county, &line.id.0, &line.village)).collect::<Result<Vec<_>, _>>()?;
    let look = |what| Look { who: &caller.who, action, what, context: &context, fields, reason };
    let looks: Vec<Look<'_>> = resources.iter().map(look).collect();
    let mut tx = service.db.begin().await.map_err(app::Error::from)?;
    let decisions = open_records(&mut tx, &service.keys, &service.policies, &looks).await?;
    tx.commit().await.map_err(app::Error::from)?;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let mut opened = Vec::with_capacity(lines.len());
    for (line, decision) in lines.iter().zip(decisions) {
        opened.push(if decision.allowed { identities(caller, &mut tx, &line.county, &line.id.0).await? } else { Identities::new() });
    }
    Ok(opened)
}

/// A household, where it lives.
fn resource(county: &str, id: &str, village: &str) -> Result<Resource, Trouble> {
    let village = AreaCode::parse(village).ok_or_else(|| Trouble::internal("a village is no code"))?;
    Ok(Resource::of_household(village, HouseholdKey::new(app::cases::county(county)?, id)))
}

/// The personal columns; of a household that was erased none.
async fn identities(caller: &Caller, tx: &mut app::Tx, county: &str, id: &str) -> Result<Identities, Trouble> {
    match store::identities(tx, &caller.service().keys, county, id).await {
        Ok(known) => Ok(known),
        Err(error) if error.code() == "database.shredded" => Ok(Identities::new()),
        Err(error) => Err(error.into()),
    }
}

fn mask_name(name: &str) -> String {
    name.chars().enumerate().map(|(place, c)| if place == 0 { c } else { '*' }).collect()
}

fn masked(field: &str, value: &str) -> String {
    match field {
        "name" => mask_name(value),
        "phone" => mask_telephone(value),
        _ => mask_identity(value),
    }
}

/// The record as it is shown; `plain`: without masks.
pub(super) fn shown(household: Household, known: &Identities, plain: bool) -> HouseholdBody {
    let personal = |person: &str| -> BTreeMap<String, String> {
        let own = known.iter().filter(|((of, field), _)| of == person && FIELDS.contains(&field.as_str()));
        own.map(|((_, field), value)| (field.clone(), if plain { value.clone() } else { masked(field, value) })).collect()
    };
    let members = household.members.iter().map(|member| MemberBody {
        id: member.id.0.clone(),
        cells: member.cells.clone(),
        joined_on: member.joined_on.clone(),
        left_on: member.left.as_ref().map(|(on, _)| on.clone()),
        left_how: member.left.as_ref().map(|(_, how)| how.clone()),
        personal: personal(&member.id.0),
    });
    HouseholdBody {
        members: members.collect(),
        personal: personal(""),
        county: household.county,
        id: household.id.0,
        village: household.village,
        status: household.status,
        version: household.version,
        cells: household.cells,
    }
}

/// Writes the look down and says whether it is allowed; the household as it is now.
async fn looked(caller: &Caller, place: &Place, action: Action, fields: &[&str]) -> Result<Household, Trouble> {
    let service = caller.service();
    let mut tx = service.db.begin().await.map_err(app::Error::from)?;
    let household = store::find(&mut tx, &place.county, &place.id).await?;
    let resource = resource(&place.county, &place.id, &household.village)?;
    let context = caller.context();
    let look = Look { who: &caller.who, action, what: &resource, context: &context, fields, reason: "" };
    let decision = open_record(&mut tx, &service.keys, &service.policies, look).await?;
    tx.commit().await.map_err(app::Error::from)?;
    if decision.allowed { Ok(household) } else { Err(app::Error::Denied { action: action.name() }.into()) }
}

/// What lets this caller see one household.
const fn viewing(who: &Principal) -> Action {
    match who {
        Principal::Household(_) => Action::ViewOwnHousehold,
        Principal::Staff { .. } | Principal::Public => Action::ViewHousehold,
    }
}

async fn one(caller: Caller, place: Place, asked: Asked, headers: HeaderMap) -> Answer {
    asked.only(&["as_of", "identities"])?;
    let as_of = asked.get("as_of").map(end_of).transpose()?;
    let plain = asked.word("identities", &["true", "false"])? == "true";
    let mut household = looked(&caller, &place, viewing(&caller.who), &FIELDS).await?;
    if plain {
        household = looked(&caller, &place, Action::ViewIdentity, &FIELDS).await?;
    }
    let mut tx = caller.service().db.read().await.map_err(app::Error::from)?;
    if let Some(at) = as_of {
        let known = store::find_as_of(&mut tx, &place.county, &place.id, at).await?;
        household = known.ok_or_else(|| registry::Error::NoHousehold(place.id.clone()))?;
    }
    let known = identities(&caller, &mut tx, &place.county, &place.id).await?;
    let tag = format!("\"{}{}\"", household.version, if plain { "i" } else { "" });
    unless_known(&headers, &tag, &shown(household, &known, plain))
}

/// The last instant of a civil day.
fn end_of(text: &str) -> Result<i64, Trouble> {
    let odd = || Trouble::parameter("as_of", "expected YYYY-MM-DD");
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10).ok_or_else(odd)?;
    let next = day.checked_add_days(Days::new(1)).ok_or_else(odd)?.and_time(chrono::NaiveTime::MIN).and_utc();
    // The clock on the wall is ahead of UTC by what it shows at the beginning of time.
    let ahead = app::civil(0).and_utc().timestamp_micros();
    Ok(next.timestamp_micros() - ahead - 1)
}

async fn versions(caller: Caller, place: Place, asked: Asked) -> Answer {
    asked.only(&[])?;
    looked(&caller, &place, viewing(&caller.who), &["versions"]).await?;
    let mut tx = caller.service().db.read().await.map_err(app::Error::from)?;
    let versions = store::versions(&mut tx, &place.county, &place.id).await?;
    let row =
        |version: store::Version| VersionBody { number: version.number, at: instant(version.at), by: version.actor, event: version.event };
    json(StatusCode::OK, &VersionList { versions: versions.into_iter().map(row).collect() })
}

async fn files(caller: Caller, place: Place, asked: Asked) -> Answer {
    asked.only(&[])?;
    let mut tx = caller.service().db.read().await.map_err(app::Error::from)?;
    let household = store::find(&mut tx, &place.county, &place.id).await?;
    caller.permit(Action::ViewCase, &resource(&place.county, &place.id, &household.village)?)?;
    let lines = cases::of_household(&mut tx, &place.county, &place.id).await?;
    json(StatusCode::OK, &HouseholdCases { cases: lines.into_iter().map(CaseLineBody::from).collect() })
}
