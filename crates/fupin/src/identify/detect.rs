//! Signs that no rule over one household can see: duplicates across households, villages that look wrong, people who never applied.

mod copies;
mod digits;
mod questions;
mod villages;

use analytics::duplicates::{self, Limits};
use analytics::leads;
use kernel::AreaCode;
use serde::{Deserialize, Serialize};

use super::summary::Summary;
use crate::commands::Opened;
use crate::console::Console;
use crate::failure::{Failure, Result};

/// Persons who may be one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Duplicate {
    /// `duplicate-identity`, `near-duplicate-person`, `shared-phone`, `copied-answers`.
    pub kind: String,
    pub household: String,
    /// Empty where many households share one value and only the first is named.
    pub other: String,
    pub detail: String,
}

/// A village, or for `bunching` also a county, that stands out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct VillageSign {
    /// `bunching`, `last-digits`, `roundness`, `copied-answers`.
    pub kind: String,
    pub village: String,
    pub statistic: f64,
    pub p_value: f64,
    /// Smallest false-discovery rate at which it is reported.
    pub q_value: f64,
    pub detail: String,
}

/// Someone who appears in an extract but not in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lead {
    pub search: String,
    pub village: String,
    /// Records that point to the person.
    pub records: u64,
    /// First six and last four characters of the identity number: enough to find the person, not to know the number.
    pub masked_identity: String,
}

/// Runs every detector; fills the summary.
pub(crate) fn all(opened: &Opened, summary: &mut Summary, console: &Console) -> Result<()> {
    let (programme, compiler, register) = (&opened.programme, &opened.compiler, &opened.register);
    // Three readings of the register that do not know of each other.
    let (persons, leads, villages) = std::thread::scope(|scope| {
        let persons = scope.spawn(|| duplicates::find(programme, compiler, register, &Limits::default()));
        let leads = scope.spawn(|| leads::find(programme, compiler, register));
        let villages = villages::run(opened, console);
        (persons.join(), leads.join(), villages)
    });
    let stopped = |_| Failure::Unknown("a detector stopped; run `fupin identify` again".to_owned());
    let (persons, leads, villages) = (persons.map_err(stopped)??, leads.map_err(stopped)??, villages?);
    if persons.skipped_blocks > 0 {
        let text = console.say("同名人数过多而未比对的组：", "groups of namesakes too large to compare: ");
        console.note(&format!("{text}{}", persons.skipped_blocks));
    }
    let duplicate = |pair: duplicates::Pair| Duplicate {
        kind: pair.kind.word().to_owned(),
        household: pair.household,
        other: pair.other,
        detail: pair.detail.pick(console.language).to_owned(),
    };
    summary.duplicates = persons.pairs.into_iter().map(duplicate).chain(villages.copies).collect();
    summary.signs = villages.signs;
    let search = |place: usize| programme.searches.get(place).map(|search| search.part.id.get_ref().clone()).unwrap_or_default();
    let lead = |lead: leads::Lead| Lead {
        search: search(lead.search),
        village: lead.village.map(|code| AreaCode::from_padded(code).to_string()).unwrap_or_default(),
        records: lead.records,
        masked_identity: lead.masked_identity,
    };
    summary.leads = leads.into_iter().map(lead).collect();
    Ok(())
}
