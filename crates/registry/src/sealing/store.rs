//! Sealed columns of households and declarations.

use database::{Keyring, Row, Tx};

use super::UnderMaster;
use crate::declaration::store as declarations;
use crate::error::Result;
use crate::household::store::IDENTITY;
use crate::observation::store::PHOTO_PLACE;

const HOUSEHOLD_MASTERS: &str = "select substr(sealed, 1, 4), count(*) from household_key where length(sealed) > 0 group by 1 order by 1";
const DECLARATION_MASTERS: &str = "select substr(wrapped, 1, 4), count(*) from declaration where length(wrapped) > 0 group by 1 order by 1";
const HOUSEHOLDS: &str = "select k.county, k.household_id, k.sealed, i.sealed from household_key k
  left join identity i on i.county = k.county and i.household_id = k.household_id
  where (k.county, k.household_id) > ($1, $2) order by k.county, k.household_id limit $3";
const PHOTOS: &str = "select number, photo from observation where county = $1 and household_id = $2 and photo is not null order by number";
const SET_KEY: &str = "update household_key set sealed = $3 where county = $1 and household_id = $2 and sealed = $4";
const SET_IDENTITY: &str = "update identity set sealed = $3 where county = $1 and household_id = $2";
const SET_PHOTO: &str = "update observation set photo = $4 where county = $1 and household_id = $2 and number = $3";
const DECLARATIONS: &str = "select county, declaration_id, wrapped, sealed from declaration
  where (county, declaration_id) > ($1, $2) order by county, declaration_id limit $3";
const SET_DECLARATION: &str = "update declaration set wrapped = $3, sealed = $4 where county = $1 and declaration_id = $2 and wrapped = $5";

/// A place among households or declarations: county and number.
pub type After = (String, String);

/// Data keys by the master that sealed them.
pub async fn masters(tx: &mut Tx) -> Result<Vec<UnderMaster>> {
    let mut found = Vec::new();
    for sql in [HOUSEHOLD_MASTERS, DECLARATION_MASTERS] {
        for row in tx.rows(sql, &[]).await? {
            found.push((Keyring::sealed_by(&row.bytes(0)?), row.long(1)?));
        }
    }
    Ok(found)
}

/// Whether a data key has to be sealed anew; what was destroyed stays destroyed.
fn old(keys: &Keyring, wrapped: &[u8]) -> bool {
    !wrapped.is_empty() && Keyring::sealed_by(wrapped) != Some(keys.current())
}

/// Seals some households anew that follow `after`: how many were, and the last one looked at, if any.
pub async fn households(tx: &mut Tx, keys: &Keyring, after: &After, limit: i64) -> Result<(u64, Option<After>)> {
    let rows = tx.rows(HOUSEHOLDS, &[(&after.0).into(), (&after.1).into(), limit.into()]).await?;
    let mut sealed = 0;
    for row in &rows {
        let wrapped = row.bytes(2)?;
        if old(keys, &wrapped) {
            household(tx, keys, row, &wrapped).await?;
            sealed += 1;
        }
    }
    Ok((sealed, last(&rows)?))
}

async fn household(tx: &mut Tx, keys: &Keyring, row: &Row, wrapped: &[u8]) -> Result<()> {
    let (county, id) = (row.text(0)?, row.text(1)?);
    let identity = row.bytes_or_none(3)?;
    let photos = tx.rows(PHOTOS, &[(&county).into(), (&id).into()]).await?;
    let mut columns: Vec<(&str, Vec<u8>)> = identity.into_iter().map(|sealed| (IDENTITY, sealed)).collect();
    let identities = columns.len();
    for photo in &photos {
        columns.push((PHOTO_PLACE, photo.bytes(1)?));
    }
    let (key, anew) = keys.reseal(&format!("{county}/{id}"), wrapped, &columns)?;
    // Whoever wrote to the household meanwhile goes first.
    tx.execute_one(SET_KEY, &[(&county).into(), (&id).into(), key.into(), wrapped.into()]).await?;
    let mut anew = anew.into_iter();
    for sealed in anew.by_ref().take(identities) {
        tx.execute_one(SET_IDENTITY, &[(&county).into(), (&id).into(), sealed.into()]).await?;
    }
    for (photo, sealed) in photos.iter().zip(anew) {
        tx.execute_one(SET_PHOTO, &[(&county).into(), (&id).into(), photo.long(0)?.into(), sealed.into()]).await?;
    }
    Ok(())
}

/// As [`households`], for declarations.
pub async fn declarations(tx: &mut Tx, keys: &Keyring, after: &After, limit: i64) -> Result<(u64, Option<After>)> {
    let rows = tx.rows(DECLARATIONS, &[(&after.0).into(), (&after.1).into(), limit.into()]).await?;
    let mut sealed = 0;
    for row in &rows {
        let (county, id, wrapped) = (row.text(0)?, row.text(1)?, row.bytes(2)?);
        if old(keys, &wrapped) {
            let (key, anew) = keys.reseal(&declarations::owner(&county, &id), &wrapped, &[(declarations::PLACE, row.bytes(3)?)])?;
            for column in anew {
                let values = [(&county).into(), (&id).into(), key.clone().into(), column.into(), wrapped.clone().into()];
                tx.execute_one(SET_DECLARATION, &values).await?;
            }
            sealed += 1;
        }
    }
    Ok((sealed, last(&rows)?))
}

fn last(rows: &[Row]) -> Result<Option<After>> {
    Ok(rows.last().map(|row| Ok::<_, database::Error>((row.text(0)?, row.text(1)?))).transpose()?)
}
