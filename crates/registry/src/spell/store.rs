//! Spells in the database.

use database::Tx;

use super::{Closing, Spell};
use crate::error::{Error, Result};

const LIST: &str = "select number, opened_on, opened_by, closed_on, closed_by, closed_how from spell
  where county = $1 and household_id = $2 order by number";
const OPEN: &str = "spell (county, household_id, number, opened_on, opened_by, at)";
const CLOSE: &str = "update spell set closed_on = $4, closed_by = $5, closed_how = $6
  where county = $1 and household_id = $2 and number = $3 and closed_on is null";

pub async fn list(tx: &mut Tx, county: &str, household: &str) -> Result<Vec<Spell>> {
    let rows = tx.rows(LIST, &[county.into(), household.into()]).await?;
    let spell = |row: &database::Row| {
        Ok(Spell {
            number: row.long(0)?,
            opened_on: row.text(1)?,
            opened_by: row.text(2)?,
            closed_on: row.text_or_none(3)?,
            closed_by: row.text_or_none(4)?,
            closed_how: row.text_or_none(5)?,
        })
    };
    rows.iter().map(spell).collect()
}

/// Opens the next spell; a household that falls back gets a new one, never its old one again.
pub async fn open(tx: &mut Tx, county: &str, household: &str, on: &str, by: &str, at: i64) -> Result<i64> {
    let spells = list(tx, county, household).await?;
    if let Some(spell) = spells.iter().find(|spell| spell.open()) {
        return Err(Error::SpellOpen { household: household.to_owned(), since: spell.opened_on.clone() });
    }
    if spells.iter().any(|spell| spell.closed_on.as_deref() > Some(on)) {
        return Err(Error::Refused("a spell cannot open before the last one closed"));
    }
    let number = spells.last().map_or(1, |spell| spell.number + 1);
    let row = vec![county.into(), household.into(), number.into(), on.into(), by.into(), at.into()];
    tx.insert(OPEN, &[row], "").await?;
    Ok(number)
}

/// Closes the open spell.
pub async fn close(tx: &mut Tx, county: &str, household: &str, on: &str, by: &str, how: Closing) -> Result<i64> {
    let spells = list(tx, county, household).await?;
    let Some(spell) = spells.iter().find(|spell| spell.open()) else {
        return Err(Error::NoSpell(household.to_owned()));
    };
    if spell.opened_on.as_str() > on {
        return Err(Error::Refused("a spell cannot close before it opened"));
    }
    let values = [county.into(), household.into(), spell.number.into(), on.into(), by.into(), how.word().into()];
    tx.execute_one(CLOSE, &values).await?;
    Ok(spell.number)
}
