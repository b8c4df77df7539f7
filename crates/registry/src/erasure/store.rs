//! Erasures in the database.

use database::{Tx, Value};

use super::Erasure;
use crate::error::Result;
use crate::household::store::{find, save, shred};

const INSERT: &str = "erasure (county, household_id, at, actor, reason)";
const PHOTOS: &str = "update observation set photo = null where county = $1 and household_id = $2 and photo is not null";
const DECLARATIONS: &str = "update declaration set wrapped = $3, sealed = $3 where county = $1 and household_id = $2";
const OF_HOUSEHOLD: &str = "select at, actor, reason from erasure where county = $1 and household_id = $2 order by at";

/// Destroys what names the people of a household: its key, its sealed columns, photographs, indexes, and what it declared.
pub async fn erase(tx: &mut Tx, erasure: &Erasure) -> Result<()> {
    let (county, id) = (erasure.county.as_str(), erasure.household.as_str());
    let mut household = find(tx, county, id).await?;
    shred(tx, county, id).await?;
    tx.execute(PHOTOS, &[county.into(), id.into()]).await?;
    tx.execute(DECLARATIONS, &[county.into(), id.into(), Vec::<u8>::new().into()]).await?;
    save(tx, &mut household, "erased", &erasure.actor, erasure.at).await?;
    let row: Vec<Value> = vec![county.into(), id.into(), erasure.at.into(), (&erasure.actor).into(), (&erasure.reason).into()];
    tx.insert(INSERT, &[row], "").await?;
    Ok(())
}

/// When the names of a household were destroyed, oldest first; more than once if it came again.
pub async fn of_household(tx: &mut Tx, county: &str, household: &str) -> Result<Vec<Erasure>> {
    let rows = tx.rows(OF_HOUSEHOLD, &[county.into(), household.into()]).await?;
    let one = |row: &database::Row| {
        let (county, household) = (county.to_owned(), household.to_owned());
        Ok(Erasure { county, household, at: row.long(0)?, actor: row.text(1)?, reason: row.text(2)? })
    };
    rows.iter().map(one).collect()
}
