//! Names and numbers of a household that left, destroyed when the programme has kept them long enough. Figures, versions, decisions and
//! the access log stay; nobody can say any more whose they are.

use chrono::{Months, NaiveDate};
use database::{Db, Tx};
use kernel::AreaCode;
use programme::Programme;
use registry::case::store as cases;
use registry::county::store as counties;
use registry::erasure::{Erasure, store};
use registry::household::store as households;
use registry::spell::store as spells;

use crate::error::{Error, Result};
use crate::role::{HouseholdKey, OPERATOR};
use crate::service::civil;
use crate::{consent, household_access};

/// What is to be erased.
#[derive(Debug, Clone, Copy)]
pub struct Erasing<'a> {
    /// Only where the number stands in several counties.
    pub county: Option<&'a str>,
    pub household: &'a str,
    pub reason: &'a str,
    /// Microseconds UTC.
    pub at: i64,
}

/// Erases, or says why the household is kept; the county it was in.
pub async fn erase(db: &Db, programme: &Programme, erasing: Erasing<'_>) -> Result<String> {
    if erasing.reason.trim().is_empty() {
        return Err(Error::Invalid { field: "reason", why: "say why" });
    }
    db.overwrite_deleted().await?;
    let mut tx = db.begin().await?;
    let county = county_of(&mut tx, erasing).await?;
    may_go(&mut tx, programme, &county, erasing).await?;
    let erasure = Erasure {
        county: county.clone(),
        household: erasing.household.to_owned(),
        at: erasing.at,
        actor: OPERATOR.to_owned(),
        reason: erasing.reason.trim().to_owned(),
    };
    store::erase(&mut tx, &erasure).await?;
    let area = AreaCode::parse(&county).ok_or_else(|| registry::Error::Area(county.clone()))?;
    let key = HouseholdKey::new(area, erasing.household);
    household_access::store::forget(&mut tx, &key).await?;
    consent::store::forget_names(&mut tx, &key).await?;
    tx.commit().await?;
    // Its key must not stand in the log of the database either.
    db.settle().await?;
    Ok(county)
}

async fn county_of(tx: &mut Tx, erasing: Erasing<'_>) -> Result<String> {
    let wanted = match erasing.county {
        Some(county) => vec![county.to_owned()],
        None => counties::list(tx).await?,
    };
    let mut found = Vec::new();
    for county in wanted {
        match households::find(tx, &county, erasing.household).await {
            Ok(_) => found.push(county),
            Err(registry::Error::NoHousehold(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if found.len() > 1 {
        return Err(Error::Invalid { field: "county", why: "the number stands in several counties; name one" });
    }
    found.pop().ok_or_else(|| registry::Error::NoHousehold(erasing.household.to_owned()).into())
}

/// Refuses while anything is open, or the programme still keeps the household.
async fn may_go(tx: &mut Tx, programme: &Programme, county: &str, erasing: Erasing<'_>) -> Result<()> {
    let id = erasing.household;
    let kept = |why: String| Err(Error::Kept { household: id.to_owned(), why });
    let files = cases::of_household(tx, county, id).await?;
    if let Some(open) = files.iter().find(|file| matches!(file.state.as_str(), "open" | "approved")) {
        return kept(format!("its case {} is open; end that first", open.id));
    }
    let stays = spells::list(tx, county, id).await?;
    if let Some(stay) = stays.iter().find(|stay| stay.open()) {
        return kept(format!("it is in the programme since {}", stay.opened_on));
    }
    let Some(retention) = &programme.retention else {
        return kept("the programme does not say for how long; add [retention] with years and source".to_owned());
    };
    let last_change =
        households::versions(tx, county, id).await?.iter().rfind(|version| version.event != "erased").map(|version| version.at);
    let left = stays.iter().filter_map(|stay| stay.closed_on.as_deref()).filter_map(kernel::date::parse).max();
    let since = left.or_else(|| last_change.map(|at| civil(at).date())).unwrap_or(NaiveDate::MAX);
    let until = since.checked_add_months(Months::new(retention.part.years.saturating_mul(12))).unwrap_or(NaiveDate::MAX);
    if civil(erasing.at).date() <= until {
        return kept(format!("{} years after {since} end on {until}", retention.part.years));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
