//! Who looked at what: of one household, or by one account.

use app::access_log::{Logged, store};
use app::{Action, HouseholdKey, Resource};
use axum::extract::Query;
use axum::response::Response;
use kernel::AreaCode;
use registry::household::store as households;
use serde::Deserialize;

use super::household::{look_row, names};
use super::{Fault, Visit, see_other, shown};
use crate::view::page::access::{Access, page};
use crate::view::page::failure::Kind;
use crate::view::part::Link;
use crate::view::table::Paging;

/// Looks on a page.
const PAGE: i64 = 50;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    household: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    after: String,
}

pub(super) async fn log(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let area = visit.area(Action::ViewAccessLog, None)?;
    let before = asked.after.parse().unwrap_or(i64::MAX);
    let (number, account) = (asked.household.trim(), asked.account.trim());
    let mut tx = visit.site.service.db.read().await.map_err(app::Error::from)?;
    let (household, looks) = if number.is_empty() {
        (None, of_account(&mut tx, area, account, before).await?)
    } else {
        let (key, looks) = of_household(&visit, &mut tx, number, before).await?;
        let link = Link::new(number, format!("/households/{:06}/{number}", key.county.padded() / kernel::AreaLevel::County.unit()));
        (Some(link), looks)
    };
    let next = looks.last().filter(|_| i64::try_from(looks.len()).is_ok_and(|n| n == PAGE)).map(|last| last.number.to_string());
    let inside: Vec<Logged> = looks.into_iter().filter(|look| area.contains(look.entry.household.county) || household.is_some()).collect();
    let known = names(&mut tx, inside.iter().map(|look| look.entry.principal.as_str())).await?;
    let rows = inside.into_iter().map(|look| {
        let which = look.entry.household.id.clone();
        let mut row = look_row(&visit, look, &known);
        if household.is_none() {
            row.what = format!("{which}: {}", row.what);
        }
        row
    });
    let view = Access {
        household: household.clone(),
        text: number.to_owned(),
        account: account.to_owned(),
        looks: rows.collect(),
        paging: Paging { base: format!("/access?household={number}&account={account}"), previous: None, next, total: None },
    };
    Ok(shown(&page(&visit.frame, &view)))
}

/// The log of a household that lies where the visitor may read logs. Its number begins with its county's.
async fn of_household(visit: &Visit, tx: &mut app::Tx, number: &str, before: i64) -> Result<(HouseholdKey, Vec<Logged>), Fault> {
    let county = number.get(..6).ok_or_else(|| Fault::of(Kind::NotFound))?;
    let household = households::find(tx, county, number).await?;
    let village = AreaCode::parse(&household.village).ok_or_else(|| Fault::of(Kind::Internal))?;
    let key = HouseholdKey::new(app::cases::county(county)?, number);
    let resource = Resource::of_household(village, key.clone());
    visit.site.service.permit(&visit.who, Action::ViewAccessLog, &resource, app::purpose(&visit.who))?;
    let looks = store::of_household(tx, &key, before, PAGE).await?;
    Ok((key, looks))
}

/// What an account of the visitor's area looked at; of nobody, if there is none of that name.
async fn of_account(tx: &mut app::Tx, area: AreaCode, name: &str, before: i64) -> Result<Vec<Logged>, Fault> {
    if name.is_empty() {
        return Ok(Vec::new());
    }
    let Some(account) = app::account::store::named(tx, name).await?.filter(|account| area.contains(account.area)) else {
        return Ok(Vec::new());
    };
    Ok(store::of_principal(tx, &account.principal(true).key(), before, PAGE).await?)
}
