//! One question of a partner: found, permitted, written down, and only then read.

use std::collections::BTreeSet;

use kernel::{AreaCode, AreaLevel, Language};
use registry::household::store::{self as households, After, Identities};
use registry::household::{Household, PersonId};
use registry::spell::store as spells;
use serde_json::{Value, json};

use super::envelope::{Criteria, Pagination, SearchItem, instant};
use super::partner::Partner;
use super::query::{Attribute, Identifier, Query, known_number};
use super::record::Known;
use crate::access_log::Look;
use crate::consent::store as consents;
use crate::error::{Error, Result};
use crate::permission::{Action, Context, Purpose, Resource};
use crate::role::{HouseholdKey, Principal};
use crate::service::Service;

/// Records in one page.
const LARGEST: i64 = 500;
const USUAL: i64 = 50;
/// Households that one question may make us look through; who asks for more names a smaller area.
const SCANNED: usize = 20_000;
const BATCH: usize = 1_000;
const FIELDS: [&str; 3] = ["name", "identity", "phone"];

/// Who asks what.
pub(super) struct Asking<'a> {
    pub service: &'a Service,
    pub who: &'a Principal,
    pub partner: &'a Partner,
    pub transaction: &'a str,
}

/// Why one question of a message is not answered: a code of the specification, and what to do.
struct Rejected(&'static str, &'static str);

/// What was found, before anybody looked at it.
struct Found {
    households: Vec<Household>,
    /// Whom the identifier named.
    persons: BTreeSet<(String, String, PersonId)>,
}

enum Stop {
    Rejected(Rejected),
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// The purpose that a question names, in its consent or its authorisation.
pub(super) fn purpose(partner: &Partner, criteria: &Criteria) -> Option<Purpose> {
    let named = [&criteria.consent, &criteria.authorize].into_iter().flatten().find_map(|given| given.pointer("/purpose/code")?.as_str());
    partner.purpose(named)
}

/// Where the partner may read names and numbers for this purpose.
pub(super) fn scope(service: &Service, who: &Principal, purpose: Purpose) -> Option<AreaCode> {
    service.policies.scope(who, Action::ViewIdentity, &Context::new(purpose, service.now()))
}

/// The answer to one question of a message.
pub(super) async fn answer(asking: &Asking<'_>, item: &SearchItem, repeated: bool) -> Result<Value> {
    let stopped = if repeated {
        Err(Stop::Rejected(Rejected("rjct.reference_id.duplicate", "the same reference_id stands twice")))
    } else {
        searched(asking, &item.search_criteria).await
    };
    let mut answer = json!({ "reference_id": item.reference_id, "timestamp": instant(asking.service.now()) });
    let fields = match stopped {
        Ok(fields) => fields,
        Err(Stop::Rejected(Rejected(code, why))) => json!({ "status": "rjct", "status_reason_code": code, "status_reason_message": why }),
        Err(Stop::Failed(error)) => return Err(error),
    };
    if let (Some(answer), Value::Object(fields)) = (answer.as_object_mut(), fields) {
        answer.extend(fields);
        answer.insert("locale".to_owned(), item.locale.as_deref().unwrap_or("eng").into());
    }
    Ok(answer)
}

async fn searched(asking: &Asking<'_>, criteria: &Criteria) -> Result<Value, Stop> {
    let Asking { service, who, partner, .. } = asking;
    let rejected = |code, why| Stop::Rejected(Rejected(code, why));
    let wrong = |why| rejected("rjct.search_criteria.invalid", why);
    let purpose = purpose(partner, criteria).ok_or_else(|| wrong("the purpose is none that this partner has"))?;
    let scope = scope(service, who, purpose).ok_or_else(|| wrong("this partner may read no records for this purpose"))?;
    let columns = columns(service);
    let query = Query::read(criteria, &columns).map_err(wrong)?;
    let order = order(criteria).map_err(|why| rejected("rjct.sort.invalid", why))?;
    let Pagination { page_size, page_number } = criteria.pagination.unwrap_or(Pagination { page_size: USUAL, page_number: None });
    if page_size > LARGEST {
        return Err(rejected("rjct.pagination.invalid", "at most 500 records in a page"));
    }
    let mut found = find(service, scope, &query).await?;
    let consent = partner.consent || criteria.consent.is_some();
    if consent {
        found.households = consenting(service, found.households, purpose).await?;
    }
    let context = Context { consent, ..Context::new(purpose, service.now()) };
    // An identifier names few; who may not see one of them is not even told that it is there.
    let few = matches!(query, Query::Identifier { .. });
    if few {
        found.households = permitted(asking, found.households, &context).await?;
    }
    sort(&mut found.households, order, service.programme.meta.currency.scale());
    let (total, number) = (found.households.len(), page_number.unwrap_or(1));
    let first = usize::try_from((number - 1).saturating_mul(page_size)).unwrap_or(usize::MAX);
    let size = usize::try_from(page_size).unwrap_or(0);
    found.households = found.households.into_iter().skip(first).take(size).collect();
    if !few {
        found.households = permitted(asking, found.households, &context).await?;
    }
    let entity = if criteria.response_entity.as_deref() == Some("Member") { "Member" } else { "Group" };
    let records = read(service, &found, entity, few).await?;
    Ok(json!({
        "status": "succ",
        "data": { "version": "1.0.0", "reg_type": "ns:org:RegistryType:Social", "reg_record_type": entity, "reg_records": records },
        "pagination": { "page_size": page_size, "page_number": number, "total_count": total },
    }))
}

/// Columns of the household table that conditions may name.
fn columns(service: &Service) -> Vec<&str> {
    let table = service.programme.table(service.programme.view.base.get_ref());
    let open = table.into_iter().flat_map(|table| &table.part.column).filter(|column| !column.personal && !column.derived());
    open.map(programme::TableColumn::name).collect()
}

async fn find(service: &Service, scope: AreaCode, query: &Query) -> Result<Found, Stop> {
    let mut tx = service.db.read().await?;
    let mut found = Found { households: Vec::new(), persons: BTreeSet::new() };
    match query {
        Query::Identifier { kind: Identifier::Household, value } => {
            let own = scope.level().filter(|level| *level >= AreaLevel::County).map(|_| crate::own::county_code(scope));
            let place = value.split_once('/').map(|(county, id)| (county.to_owned(), id)).or_else(|| Some((own?, value.as_str())));
            let Some((county, id)) = place else { return Ok(found) };
            match households::find(&mut tx, &county, id).await {
                Ok(household) => found.households.push(household),
                Err(registry::Error::NoHousehold(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Query::Identifier { kind, value } => {
            let field = if *kind == Identifier::Telephone { "phone" } else { "identity" };
            for (county, id, person) in households::search(&mut tx, &service.keys, scope, field, value).await? {
                if found.households.iter().all(|known| known.county != county || known.id != id) {
                    found.households.push(households::find(&mut tx, &county, &id.0).await?);
                }
                found.persons.insert((county, id.0, person));
            }
        }
        Query::Where(condition) => {
            let asked = condition.area();
            let area = if scope.contains(asked) { asked } else { scope };
            if !asked.contains(area) {
                return Ok(found);
            }
            let (mut after, mut scanned) = (None, 0);
            let scale = service.programme.meta.currency.scale();
            loop {
                let batch = households::documents(&mut tx, area, after.as_ref(), BATCH).await?;
                let Some(last) = batch.last() else { break };
                scanned += batch.len();
                if scanned > SCANNED {
                    let why = "there are too many households to look through; name a smaller location";
                    return Err(Stop::Rejected(Rejected("rjct.search.too_many_records_found", why)));
                }
                after = Some(After { county: last.county.clone(), village: last.village.clone(), id: last.id.0.clone() });
                found.households.extend(batch.into_iter().filter(|household| condition.fits(household, scale)));
            }
        }
    }
    Ok(found)
}

fn key(household: &Household) -> Result<(AreaCode, HouseholdKey)> {
    let village = AreaCode::parse(&household.village).ok_or_else(|| registry::Error::Area(household.village.clone()))?;
    Ok((village, HouseholdKey::new(crate::cases::county(&household.county)?, &household.id.0)))
}

async fn consenting(service: &Service, all: Vec<Household>, purpose: Purpose) -> Result<Vec<Household>> {
    let today = service.moment().on.to_string();
    let mut tx = service.db.read().await?;
    let mut consenting = Vec::new();
    for household in all {
        if consents::holds(&mut tx, &key(&household)?.1, purpose, &today).await? {
            consenting.push(household);
        }
    }
    Ok(consenting)
}

/// SEC-1: every look is written down, the refused ones too; what may be read.
async fn permitted(asking: &Asking<'_>, all: Vec<Household>, context: &Context) -> Result<Vec<Household>> {
    if all.is_empty() {
        return Ok(all);
    }
    let reason = format!("dci {} {}", asking.partner.id, asking.transaction);
    let resource = |household| key(household).map(|(village, key)| Resource::of_household(village, key));
    let resources = all.iter().map(resource).collect::<Result<Vec<_>>>()?;
    let look = |what| Look { who: asking.who, action: Action::ViewIdentity, what, context, fields: &FIELDS, reason: &reason };
    let decisions = asking.service.look(&resources.iter().map(look).collect::<Vec<_>>()).await?;
    Ok(all.into_iter().zip(decisions).filter(|(_, decision)| decision.allowed).map(|(household, _)| household).collect())
}

async fn read(service: &Service, found: &Found, entity: &str, few: bool) -> Result<Vec<Value>> {
    let mut tx = service.db.read().await?;
    let meta = &service.programme.meta;
    let mut records = Vec::new();
    for household in &found.households {
        let (county, id) = (household.county.as_str(), household.id.0.as_str());
        let identities = match households::identities(&mut tx, &service.keys, county, id).await {
            Ok(identities) => identities,
            // Erased for good: its figures are left.
            Err(error) if error.code() == "database.shredded" => Identities::new(),
            Err(error) => return Err(error.into()),
        };
        let spells = spells::list(&mut tx, county, id).await?;
        let updated = households::versions(&mut tx, county, id).await?.last().map_or(0, |version| version.at);
        let known = Known {
            household,
            identities: &identities,
            spells: &spells,
            updated: &instant(updated),
            currency: &meta.currency,
            programme: (meta.id.get_ref(), meta.title.pick(Language::En)),
        };
        if entity == "Group" {
            records.push(known.group());
        } else {
            let named = |person: &PersonId| found.persons.contains(&(county.to_owned(), id.to_owned(), person.clone()));
            let all = !few || !household.present().any(|member| named(&member.id));
            records.extend(known.members(&|member| all || named(&member.id)));
        }
    }
    Ok(records)
}

/// What a page is sorted by, and whether downwards; the number of the household otherwise.
fn order(criteria: &Criteria) -> Result<Option<(Attribute, bool)>, &'static str> {
    let Some([sort, rest @ ..]) = criteria.sort.as_deref() else { return Ok(None) };
    let down = match sort.sort_order.as_deref() {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => return Err("sort_order: expected asc or desc"),
    };
    match (sort.attribute_name.as_str(), rest) {
        ("group_size", []) => Ok(Some((Attribute::GroupSize, down))),
        ("poverty_score", []) => Ok(Some((Attribute::PovertyScore, down))),
        _ => Err("expected one of group_size and poverty_score"),
    }
}

/// Stable, so that pages do not overlap; what has no value comes last.
fn sort(households: &mut [Household], order: Option<(Attribute, bool)>, scale: i64) {
    let Some((attribute, down)) = order else { return };
    households.sort_by(|one, other| match (known_number(&attribute, one, scale), known_number(&attribute, other, scale)) {
        (Some(one), Some(other)) if down => other.total_cmp(&one),
        (Some(one), Some(other)) => one.total_cmp(&other),
        (one, other) => other.is_some().cmp(&one.is_some()),
    });
}
