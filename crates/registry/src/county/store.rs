//! Counties in the database, in pages by the number of the household.

use std::collections::BTreeMap;

use database::{Keyring, Tx, Value};

use super::State;
use crate::error::Result;
use crate::household::Household;
use crate::household::store::{Identities, stored, unsealed};

// Not `select distinct`, which would walk through all households.
const NEXT: &str = "select min(county) from household where county > $1";
const NOW: &str = "select count(*), cast(coalesce(sum(version), 0) as bigint), coalesce(max(at), 0) from household where county = $1";
const THEN: &str = "select count(distinct household_id), count(*), coalesce(max(at), 0) from household_version
  where county = $1 and at <= $2";
const IDENTIFIED: &str = "select coalesce(max(at), 0) from identity where county = $1";
const PAGE: &str = "select v.doc, v.version from household h
  join household_version v on v.county = h.county and v.household_id = h.household_id and v.version = h.version
  where h.county = $1 and h.household_id > $2 order by h.household_id limit $3";
const PAGE_THEN: &str = "select v.doc, v.version from household h
  join household_version v on v.county = h.county and v.household_id = h.household_id
  where h.county = $1 and h.household_id > $2
    and v.version = (select max(w.version) from household_version w
      where w.county = h.county and w.household_id = h.household_id and w.at <= $4)
  order by h.household_id limit $3";
const IDENTITIES: &str = "select k.household_id, k.sealed, i.sealed from household_key k
  join identity i on i.county = k.county and i.household_id = k.household_id
  where k.county = $1 and k.household_id >= $2 and k.household_id <= $3";

/// Codes of all counties with households, in order.
pub async fn list(tx: &mut Tx) -> Result<Vec<String>> {
    let mut counties: Vec<String> = Vec::new();
    loop {
        let after = counties.last().map_or("", String::as_str);
        let Some(next) = tx.row(NEXT, &[after.into()]).await?.map(|row| row.text_or_none(0)).transpose()?.flatten() else {
            return Ok(counties);
        };
        counties.push(next);
    }
}

/// What a county is now, or was at an instant.
pub async fn state(tx: &mut Tx, county: &str, at: Option<i64>) -> Result<State> {
    let row = match at {
        None => tx.row(NOW, &[county.into()]).await?,
        Some(at) => tx.row(THEN, &[county.into(), at.into()]).await?,
    };
    let Some(row) = row else { return Ok(State::default()) };
    let identified_at = tx.row(IDENTIFIED, &[county.into()]).await?.map_or(Ok(0), |row| row.long(0))?;
    Ok(State { households: row.long(0)?, versions: row.long(1)?, last_at: row.long(2)?, identified_at })
}

/// Households of a county after a number, as they are now or were at an instant (REG-2).
pub async fn page(tx: &mut Tx, county: &str, at: Option<i64>, after: &str, limit: i64) -> Result<Vec<Household>> {
    let mut values: Vec<Value> = vec![county.into(), after.into(), limit.into()];
    let rows = match at {
        None => tx.rows(PAGE, &values).await?,
        Some(at) => {
            values.push(at.into());
            tx.rows(PAGE_THEN, &values).await?
        }
    };
    rows.into_iter().map(stored).collect()
}

/// Opens the personal columns of the households from one number to another; a household whose key was destroyed is not among them.
/// Whoever calls this has written the access log (SEC-1).
pub async fn identities(tx: &mut Tx, keys: &Keyring, county: &str, (first, last): (&str, &str)) -> Result<BTreeMap<String, Identities>> {
    let mut all = BTreeMap::new();
    for row in tx.rows(IDENTITIES, &[county.into(), first.into(), last.into()]).await? {
        let (id, wrapped) = (row.text(0)?, row.bytes(1)?);
        if wrapped.is_empty() {
            continue;
        }
        let key = keys.unwrap(&wrapped, &format!("{county}/{id}"))?;
        all.insert(id, unsealed(&key, &row.bytes(2)?)?);
    }
    Ok(all)
}
