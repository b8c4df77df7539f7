//! What areas are called: codes are for machines, people read names.
//!
//! The names come from a file of the operator (`fupin areas`); nobody's names are built in. They are kept in memory: a country has some
//! 700,000 areas, some hundred bytes each. An area without a name goes by its code.

pub mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use kernel::{AreaCode, AreaLevel, Language};

/// An area's names; a missing one is the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaName {
    pub code: AreaCode,
    pub zh: String,
    pub en: String,
}

/// A line of a file of names that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Counted from 1, the header included.
    pub line: u64,
    pub why: String,
}

/// The names that are known.
#[derive(Debug, Default)]
pub struct Areas(RwLock<BTreeMap<AreaCode, AreaName>>);

impl Areas {
    /// Takes these names in place of those before.
    pub fn replace(&self, names: Vec<AreaName>) {
        let names = names.into_iter().map(|name| (name.code, name)).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// The name of one area.
    #[must_use]
    pub fn name(&self, area: AreaCode, language: Language) -> Option<String> {
        let names = self.0.read().unwrap_or_else(PoisonError::into_inner);
        names.get(&area).map(|name| match language {
            Language::Zh => name.zh.clone(),
            Language::En => name.en.clone(),
        })
    }

    /// The names from the county down to the area, as an address has them; empty where none is known.
    #[must_use]
    pub fn address(&self, area: AreaCode, language: Language) -> String {
        let mut codes: Vec<AreaCode> = [AreaLevel::County, AreaLevel::Township, AreaLevel::Village].map(|level| area.at(level)).to_vec();
        codes.dedup();
        let names = codes.into_iter().filter_map(|code| self.name(code, language));
        match language {
            Language::Zh => names.collect(),
            Language::En => {
                let mut names: Vec<String> = names.collect();
                names.reverse();
                names.join(", ")
            }
        }
    }
}

/// Reads a CSV with the header `code,name` or `code,name,name_en`, in UTF-8. Lines that do not fit are told, never dropped in silence.
#[must_use]
pub fn read(bytes: &[u8]) -> (Vec<AreaName>, Vec<BadLine>) {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let (mut names, mut bad) = (BTreeMap::new(), Vec::new());
    for (at, row) in (2_u64..).zip(reader.records()) {
        match row.map_err(|error| error.to_string()).and_then(|row| name(&row)) {
            Ok(one) => {
                names.insert(one.code, one);
            }
            Err(why) => bad.push(BadLine { line: at, why }),
        }
    }
    (names.into_values().collect(), bad)
}

fn name(row: &csv::StringRecord) -> Result<AreaName, String> {
    let text = row.get(0).unwrap_or_default();
    let code = AreaCode::parse(text).ok_or_else(|| format!("`{text}` is no area code; expected 2, 4, 6, 9 or 12 digits"))?;
    let zh = row.get(1).unwrap_or_default();
    if zh.is_empty() || zh.chars().count() > 60 {
        return Err(format!("area {text} needs a name of 1 to 60 characters in the second column"));
    }
    let en = row.get(2).filter(|en| !en.is_empty()).unwrap_or(zh);
    Ok(AreaName { code, zh: zh.to_owned(), en: en.to_owned() })
}
