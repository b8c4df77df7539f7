//! Changes and lineage in the database.

use database::{Keyring, Tx};

use super::{Change, apply, merge, split};
use crate::error::Result;
use crate::household::store::{Identities, find, identify, identities, save};
use crate::household::{Household, PersonId};

const INSERT_LINEAGE: &str = "lineage (county, household_id, kind, other_county, other_household, on_day, at, actor)";
const LINEAGE: &str = "select kind, other_county, other_household, on_day from lineage where county = $1 and household_id = $2 order by at, kind, other_household";

/// A link to another household: (kind, its county, its number, day).
pub type Link = (String, String, String, String);

/// Who does it, when it is recorded, and on which day it happened.
#[derive(Debug, Clone, Copy)]
pub struct Doing<'a> {
    pub actor: &'a str,
    /// Microseconds UTC.
    pub at: i64,
    /// ISO date.
    pub on: &'a str,
}

/// Applies one change to the stored household, which must still be `version`.
pub async fn change(tx: &mut Tx, county: &str, id: &str, version: i64, change: &Change, doing: Doing<'_>) -> Result<Household> {
    let mut household = find(tx, county, id).await?;
    if household.version != version {
        return Err(database::Error::Stale.into());
    }
    apply(&mut household, change)?;
    save(tx, &mut household, change.word(), doing.actor, doing.at).await?;
    Ok(household)
}

/// Splits a household; names and numbers go with their persons, the lineage stands on both sides.
pub async fn split_household(
    tx: &mut Tx,
    keys: &Keyring,
    (county, id): (&str, &str),
    leaving: &[PersonId],
    new_id: &str,
    doing: Doing<'_>,
) -> Result<Household> {
    let mut old = find(tx, county, id).await?;
    let mut new = split(&mut old, leaving, new_id, doing.on)?;
    save(tx, &mut old, "split", doing.actor, doing.at).await?;
    save(tx, &mut new, "split_from", doing.actor, doing.at).await?;
    let known = identities(tx, keys, county, id).await?;
    let theirs = known.into_iter().filter(|((person, _), _)| leaving.iter().any(|leaving| leaving.0 == *person)).collect();
    identify(tx, keys, &new, &theirs, doing.at).await?;
    link(tx, &old, "split_into", &new, doing).await?;
    link(tx, &new, "split_from", &old, doing).await?;
    Ok(new)
}

/// Merges the household `from` into another of the county.
pub async fn merge_households(tx: &mut Tx, keys: &Keyring, county: &str, into: &str, from: &str, doing: Doing<'_>) -> Result<Household> {
    let (mut whole, mut empty) = (find(tx, county, into).await?, find(tx, county, from).await?);
    let before: Vec<PersonId> = whole.members.iter().map(|member| member.id.clone()).collect();
    let moving: Vec<PersonId> = empty.present().map(|member| member.id.clone()).collect();
    merge(&mut whole, &mut empty, doing.on)?;
    save(tx, &mut whole, "merged", doing.actor, doing.at).await?;
    save(tx, &mut empty, "merged_into", doing.actor, doing.at).await?;
    let known = identities(tx, keys, county, from).await?;
    let renamed = |person: &str| {
        let taken = before.iter().any(|id| id.0 == person);
        if taken { format!("{from}.{person}") } else { person.to_owned() }
    };
    let theirs: Identities = known
        .into_iter()
        .filter(|((person, _), _)| moving.iter().any(|moving| moving.0 == *person))
        .map(|((person, field), text)| ((renamed(&person), field), text))
        .collect();
    identify(tx, keys, &whole, &theirs, doing.at).await?;
    link(tx, &empty, "merged_into", &whole, doing).await?;
    link(tx, &whole, "merged_from", &empty, doing).await?;
    Ok(whole)
}

async fn link(tx: &mut Tx, one: &Household, kind: &str, other: &Household, doing: Doing<'_>) -> Result<()> {
    let row = vec![
        one.county.as_str().into(),
        (&one.id.0).into(),
        kind.into(),
        other.county.as_str().into(),
        (&other.id.0).into(),
        doing.on.into(),
        doing.at.into(),
        doing.actor.into(),
    ];
    tx.insert(INSERT_LINEAGE, &[row], "").await?;
    Ok(())
}

pub async fn lineage(tx: &mut Tx, county: &str, id: &str) -> Result<Vec<Link>> {
    let rows = tx.rows(LINEAGE, &[county.into(), id.into()]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?))).collect()
}
