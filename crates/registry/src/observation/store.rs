//! Observations in the database.

use database::seal::Keyring;
use database::{Tx, Value};

use super::Observation;
use crate::error::{Error, Result};

const LIST: &str =
    "select number, case_id, on_day, at, actor, doc, cast(case when photo is null then 0 else 1 end as bigint) from observation
  where county = $1 and household_id = $2 order by number";
const INSERT: &str = "observation (county, household_id, number, case_id, on_day, at, actor, doc, photo)";
const PHOTO: &str = "select photo from observation where county = $1 and household_id = $2 and number = $3";
const KEY: &str = "select sealed from household_key where county = $1 and household_id = $2";

/// What a sealed photograph is.
pub(crate) const PHOTO_PLACE: &str = "photo";

/// All observations of a household, oldest first.
pub async fn list(tx: &mut Tx, county: &str, household: &str) -> Result<Vec<Observation>> {
    let rows = tx.rows(LIST, &[county.into(), household.into()]).await?;
    let one = |row: &database::Row| {
        Ok(Observation {
            number: row.long(0)?,
            case: row.text(1)?,
            on: row.text(2)?,
            at: row.long(3)?,
            actor: row.text(4)?,
            cells: serde_json::from_str(&row.text(5)?)?,
            photo: row.long(6)? == 1,
        })
    };
    rows.iter().map(one).collect()
}

/// Adds an observation under the next number; a photograph, as base64 text, is sealed with the household's key.
pub async fn insert(tx: &mut Tx, keys: &Keyring, place: (&str, &str), observation: &Observation, photo: Option<&str>) -> Result<()> {
    let (county, household) = place;
    let photo = match photo {
        Some(text) => {
            let sealed = tx.row(KEY, &[county.into(), household.into()]).await?;
            let sealed = sealed.ok_or(Error::Refused("a household without personal columns keeps no photograph"))?;
            let key = keys.unwrap(&sealed.bytes(0)?, &format!("{county}/{household}"))?;
            Some(key.seal(PHOTO_PLACE, text)?)
        }
        None => None,
    };
    let row: Vec<Value> = vec![
        county.into(),
        household.into(),
        observation.number.into(),
        observation.case.as_str().into(),
        observation.on.as_str().into(),
        observation.at.into(),
        observation.actor.as_str().into(),
        serde_json::to_string(&observation.cells)?.into(),
        Value::Bytes(photo),
    ];
    tx.insert(INSERT, &[row], "").await?;
    Ok(())
}

/// The photograph of an observation, as base64 text. Whoever calls this writes the access log in the same transaction (SEC-1).
pub async fn photo(tx: &mut Tx, keys: &Keyring, county: &str, household: &str, number: i64) -> Result<Option<String>> {
    let found = tx.row(PHOTO, &[county.into(), household.into(), number.into()]).await?;
    let Some(sealed) = found.map(|row| row.bytes_or_none(0)).transpose()?.flatten() else { return Ok(None) };
    let Some(row) = tx.row(KEY, &[county.into(), household.into()]).await? else { return Ok(None) };
    let key = keys.unwrap(&row.bytes(0)?, &format!("{county}/{household}"))?;
    Ok(Some(key.open(PHOTO_PLACE, &sealed)?))
}
