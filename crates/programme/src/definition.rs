//! The parts of a definition as they stand in the files. Names, not numbers; expressions are located texts.

use chrono::NaiveDate;
use kernel::{Currency, Ratio, Severity, Text};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::calendar::CalendarDefinition;
use crate::column::{TableColumn, ViewColumn};
use crate::workflow::Procedure;

/// A TOML date without time as a civil date.
pub(crate) fn civil_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let value = toml::value::Datetime::deserialize(deserializer)?;
    to_civil(&value).ok_or_else(|| serde::de::Error::custom("expected a date without time, for example 2014-01-01"))
}

/// The civil date of a TOML date; nothing for a time or a date that does not exist.
#[must_use]
pub fn to_civil(value: &toml::value::Datetime) -> Option<NaiveDate> {
    let date = value.date.filter(|_| value.time.is_none())?;
    NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
}

/// `[programme]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    pub id: Spanned<String>,
    pub version: String,
    pub title: Text,
    pub currency: Currency,
    /// Reference date of ages and periods unless the command names another.
    #[serde(deserialize_with = "civil_date")]
    pub as_of: NaiveDate,
    pub source: String,
    #[serde(deserialize_with = "civil_date")]
    pub valid_from: NaiveDate,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeValue {
    pub code: String,
    pub zh: String,
    pub en: String,
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// `[[code_list]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeList {
    pub id: Spanned<String>,
    pub title: Text,
    pub source: String,
    #[serde(deserialize_with = "civil_date")]
    pub valid_from: NaiveDate,
    pub codes: Vec<Spanned<CodeValue>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableRole {
    Household,
    Person,
    Extract,
    Truth,
}

/// `[[table]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub id: Spanned<String>,
    pub title: Text,
    pub role: TableRole,
    pub key: Vec<Spanned<String>>,
    pub files: Vec<String>,
    pub sheet: Option<String>,
    pub link: Option<Spanned<String>>,
    pub source: Option<String>,
    #[serde(default)]
    pub column: Vec<TableColumn>,
}

impl Table {
    #[must_use]
    pub fn name(&self) -> &str {
        self.id.get_ref()
    }

    #[must_use]
    pub fn column(&self, id: &str) -> Option<&TableColumn> {
        self.column.iter().find(|column| column.name() == id)
    }
}

/// `[view]` with its `[[view.column]]`; the scalars stand in one file, columns may stand in several.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewPart {
    pub base: Option<Spanned<String>>,
    pub key: Option<Spanned<String>>,
    pub area: Option<Spanned<String>>,
    pub people: Option<Spanned<String>>,
    pub weight: Option<Spanned<String>>,
    pub cluster: Option<Spanned<String>>,
    pub strata: Option<Spanned<String>>,
    #[serde(default)]
    pub column: Vec<ViewColumn>,
}

/// The merged household view.
#[derive(Debug, Clone)]
pub struct View {
    pub base: Spanned<String>,
    pub key: Spanned<String>,
    pub area: Option<Spanned<String>>,
    pub people: Option<Spanned<String>>,
    pub weight: Option<Spanned<String>>,
    pub cluster: Option<Spanned<String>>,
    pub strata: Option<Spanned<String>>,
    /// The file in which the scalars stand.
    pub file: usize,
}

/// One value of a poverty line.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineValue {
    pub area: Spanned<String>,
    pub year: i32,
    pub amount: Spanned<String>,
    pub source: String,
    #[serde(deserialize_with = "civil_date")]
    pub valid_from: NaiveDate,
}

/// `[[line]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineDefinition {
    pub id: Spanned<String>,
    pub title: Text,
    /// The money column of the view that is held against the line.
    pub measure: Spanned<String>,
    pub values: Vec<LineValue>,
}

/// What happens to a household some of whose indicators are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingPolicy {
    Drop,
    Redistribute,
    NotDeprived,
}

/// `[index]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    pub id: Spanned<String>,
    pub title: Option<Text>,
    pub cutoff: Spanned<Ratio>,
    pub vulnerable: Option<Spanned<Ratio>>,
    pub severe: Option<Spanned<Ratio>>,
    pub missing: MissingPolicy,
    pub source: Option<String>,
}

/// `[[dimension]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    pub id: Spanned<String>,
    pub title: Text,
    pub weight: Spanned<Ratio>,
}

/// An example beside a rule: column → value as in an input file.
pub type Example = Spanned<toml::Table>;

/// `[[indicator]]`: `when` true = deprived.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    pub id: Spanned<String>,
    pub dimension: Spanned<String>,
    pub weight: Option<Spanned<Ratio>>,
    pub title: Text,
    pub when: Spanned<String>,
    pub source: Option<String>,
    #[serde(default)]
    pub fires: Vec<Example>,
    #[serde(default)]
    pub passes: Vec<Example>,
}

/// What a fired check says about the household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bearing {
    /// The declaration is doubtful.
    Quality,
    /// A record says: not poor.
    Against,
    /// A record says: poorer than declared.
    For,
    /// Who the persons are is doubtful.
    Identity,
}

/// `[[check]]`: `when` true = something is wrong.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    pub id: Spanned<String>,
    pub family: String,
    pub on: Spanned<String>,
    pub severity: Severity,
    pub when: Spanned<String>,
    pub title: Text,
    pub ask: Text,
    pub bearing: Bearing,
    pub weight: Spanned<u32>,
    pub source: String,
    #[serde(deserialize_with = "civil_date")]
    pub valid_from: NaiveDate,
    #[serde(default)]
    pub fires: Vec<Example>,
    #[serde(default)]
    pub passes: Vec<Example>,
}

/// `[[cause]]`: evidence for a cause of poverty.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    pub id: Spanned<String>,
    pub title: Text,
    pub when: Spanned<String>,
    pub strength: Spanned<u32>,
    pub source: String,
    #[serde(deserialize_with = "civil_date")]
    pub valid_from: NaiveDate,
    #[serde(default)]
    pub fires: Vec<Example>,
    #[serde(default)]
    pub passes: Vec<Example>,
}

/// Direction in which the probability of being poor moves with a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Monotone {
    Increasing,
    Decreasing,
}

/// `[[model]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub id: Spanned<String>,
    pub title: Option<Text>,
    pub outcome: Spanned<String>,
    pub weight: Option<Spanned<String>>,
    pub group: Option<Spanned<String>>,
    pub features: Vec<Spanned<String>>,
    #[serde(default)]
    pub monotone: std::collections::BTreeMap<String, Spanned<Monotone>>,
    pub source: Option<String>,
}

/// `[proposal]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    pub registered: Option<Spanned<String>>,
    pub secured: Option<Spanned<String>>,
    pub admit_at: Spanned<Ratio>,
    pub remove_at: Spanned<Ratio>,
    pub source: Option<String>,
}

/// `[[search]]`: rows of an extract that point to people who never applied.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    pub id: Spanned<String>,
    pub from: Spanned<String>,
    #[serde(rename = "where")]
    pub filter: Option<Spanned<String>>,
    pub title: Text,
    pub source: Option<String>,
}

/// `[retention]`: how long names and numbers are kept after a household has left.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    #[serde(deserialize_with = "retention_years")]
    pub years: u32,
    pub source: String,
}

fn retention_years<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let years = u32::deserialize(deserializer)?;
    if (1..=100).contains(&years) { Ok(years) } else { Err(serde::de::Error::custom("expected 1 to 100 years")) }
}

/// What a visitor looks at and asks, in one part of the form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitSection {
    pub id: Spanned<String>,
    pub title: Text,
    /// Columns of the household table, in the order of the form.
    pub columns: Vec<Spanned<String>>,
}

/// One file as parsed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDefinition {
    pub programme: Option<Meta>,
    #[serde(default)]
    pub code_list: Vec<CodeList>,
    #[serde(default)]
    pub table: Vec<Table>,
    pub view: Option<ViewPart>,
    #[serde(default)]
    pub line: Vec<LineDefinition>,
    pub index: Option<Index>,
    #[serde(default)]
    pub dimension: Vec<Dimension>,
    #[serde(default)]
    pub indicator: Vec<Indicator>,
    #[serde(default)]
    pub check: Vec<Check>,
    #[serde(default)]
    pub cause: Vec<Cause>,
    #[serde(default)]
    pub model: Vec<Model>,
    pub proposal: Option<Proposal>,
    #[serde(default)]
    pub search: Vec<Search>,
    #[serde(default)]
    pub procedure: Vec<Procedure>,
    pub calendar: Option<CalendarDefinition>,
    pub retention: Option<Retention>,
    #[serde(default)]
    pub visit: Vec<VisitSection>,
}
