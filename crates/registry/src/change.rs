//! What happens to households: births, deaths, marriages, moves, splits, mergers. Each is a version; splits and mergers leave a lineage.

pub mod store;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::household::{Cells, Household, Member, PersonId};

/// One change of who belongs to a household, or of where it lives. Days are ISO dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    Born {
        person: PersonId,
        cells: Cells,
        on: String,
    },
    Died {
        person: PersonId,
        on: String,
    },
    /// Somebody marries into the household.
    MarriedIn {
        person: PersonId,
        cells: Cells,
        on: String,
    },
    /// Somebody marries out of it.
    MarriedOut {
        person: PersonId,
        on: String,
    },
    /// The whole household moves to another village of the same county.
    Moved {
        village: String,
        on: String,
    },
    /// Facts about the household or a member are corrected or declared anew.
    Declared {
        person: Option<PersonId>,
        cells: Cells,
        on: String,
    },
}

impl Change {
    /// The word of the version it makes.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Born { .. } => "born",
            Self::Died { .. } => "died",
            Self::MarriedIn { .. } => "married_in",
            Self::MarriedOut { .. } => "married_out",
            Self::Moved { .. } => "moved",
            Self::Declared { .. } => "declared",
        }
    }
}

/// Applies a change; refused as a whole if a person is not there or there already.
pub fn apply(household: &mut Household, change: &Change) -> Result<()> {
    match change {
        Change::Born { person, cells, on } | Change::MarriedIn { person, cells, on } => join(household, person, cells, on),
        Change::Died { person, on } => leave(household, person, "death", on),
        Change::MarriedOut { person, on } => leave(household, person, "marriage", on),
        Change::Moved { village, .. } => {
            if crate::household::county_of(village)? != household.county {
                return Err(Error::Refused("a move to another county is a transfer between two registers"));
            }
            village.clone_into(&mut household.village);
            Ok(())
        }
        Change::Declared { person, cells, .. } => {
            let target = match person {
                Some(person) => &mut household.member_mut(person)?.cells,
                None => &mut household.cells,
            };
            target.extend(cells.clone());
            Ok(())
        }
    }
}

fn join(household: &mut Household, person: &PersonId, cells: &Cells, on: &str) -> Result<()> {
    if household.members.iter().any(|member| member.id == *person) {
        return Err(Error::Refused("the household has or had a member of this number"));
    }
    household.members.push(Member { id: person.clone(), cells: cells.clone(), joined_on: Some(on.to_owned()), left: None });
    Ok(())
}

fn leave(household: &mut Household, person: &PersonId, how: &str, on: &str) -> Result<()> {
    household.member_mut(person)?.left = Some((how.to_owned(), on.to_owned()));
    Ok(())
}

/// Moves some members into a new household of the same village.
pub fn split(household: &mut Household, leaving: &[PersonId], new_id: &str, on: &str) -> Result<Household> {
    let mut new = Household::new(new_id, &household.village, &household.status)?;
    for person in leaving {
        let member = household.member_mut(person)?;
        new.members.push(Member { left: None, joined_on: Some(on.to_owned()), ..member.clone() });
        member.left = Some(("split".to_owned(), on.to_owned()));
    }
    if new.members.is_empty() || household.people() == 0 {
        return Err(Error::Refused("a split leaves people on both sides"));
    }
    Ok(new)
}

/// Moves all members of `from` into `into`; `from` stays as an empty household with its history.
pub fn merge(into: &mut Household, from: &mut Household, on: &str) -> Result<()> {
    if into.county != from.county || into.id == from.id {
        return Err(Error::Refused("two different households of one county can be merged"));
    }
    for member in from.members.iter_mut().filter(|member| member.left.is_none()) {
        // Numbers are counted in each household: the newcomer's carries where it came from.
        let taken = into.members.iter().any(|known| known.id == member.id);
        let id = if taken { PersonId(format!("{}.{}", from.id.0, member.id.0)) } else { member.id.clone() };
        into.members.push(Member { id, joined_on: Some(on.to_owned()), ..member.clone() });
        member.left = Some(("merge".to_owned(), on.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
