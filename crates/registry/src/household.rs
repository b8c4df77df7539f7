//! A household as the register knows it. What identifies people is not in here: see [`store`].

pub mod store;

use std::collections::BTreeMap;

use kernel::{AreaCode, AreaLevel};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The national number of a household (户编号), unique in its county.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HouseholdId(pub String);

/// The number of a person in its household.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub String);

/// One value. Money in minor units, dates as ISO texts, quantities as decimal texts: no value changes by being stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    Flag(bool),
    Number(i64),
    Text(String),
}

/// Columns of the programme by their ids; what is missing is not there.
pub type Cells = BTreeMap<String, Cell>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub id: PersonId,
    #[serde(default)]
    pub cells: Cells,
    /// Since when it belongs to this household, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_on: Option<String>,
    /// When and how it left: death, marriage, split …; who left stays in the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Household {
    /// Six digits, the partition key.
    pub county: String,
    pub id: HouseholdId,
    /// Twelve digits.
    pub village: String,
    pub status: String,
    #[serde(default)]
    pub cells: Cells,
    #[serde(default)]
    pub members: Vec<Member>,
    /// Counted from 1; 0 is not stored yet.
    #[serde(skip)]
    pub version: i64,
}

impl Household {
    /// A household of a village; the county is part of the village's code.
    pub fn new(id: &str, village: &str, status: &str) -> Result<Self> {
        Ok(Self {
            county: county_of(village)?,
            id: HouseholdId(id.to_owned()),
            village: village.to_owned(),
            status: status.to_owned(),
            cells: Cells::new(),
            members: Vec::new(),
            version: 0,
        })
    }

    /// Members that have not left.
    pub fn present(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.left.is_none())
    }

    /// How many have not left.
    #[must_use]
    pub fn people(&self) -> i64 {
        i64::try_from(self.present().count()).unwrap_or(i64::MAX)
    }

    /// A present member.
    pub fn member_mut(&mut self, person: &PersonId) -> Result<&mut Member> {
        let household = self.id.0.clone();
        let found = self.members.iter_mut().find(|member| member.id == *person && member.left.is_none());
        found.ok_or_else(|| Error::NoMember { household, person: person.0.clone() })
    }
}

/// The county of a village code: its first six digits.
pub fn county_of(village: &str) -> Result<String> {
    let code = AreaCode::parse(village).filter(|code| code.level().is_some_and(|level| level >= AreaLevel::County));
    // Not `Display`: county 520200 would read as prefecture 5202.
    code.map(|code| format!("{:06}", code.padded() / AreaLevel::County.unit())).ok_or_else(|| Error::Area(village.to_owned()))
}

#[cfg(test)]
mod tests;
