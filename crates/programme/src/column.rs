//! Columns of input tables and of the household view.

use kernel::Text;
use serde::Deserialize;
use toml::Spanned;

/// What a cell may hold and how it is stored (see `docs/programme-format.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    Text,
    Code,
    Codes,
    Boolean,
    Integer,
    Quantity,
    Money,
    Date,
    Area,
    Serial,
    Identity,
    DisabilityCertificate,
    Phone,
}

impl ColumnType {
    /// Whether a model may use it as a number.
    #[must_use]
    pub const fn numeric(self) -> bool {
        matches!(self, Self::Boolean | Self::Integer | Self::Quantity | Self::Money)
    }
}

/// A column of an input table; one with `value` is derived and never read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableColumn {
    pub id: Spanned<String>,
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    pub title: Text,
    #[serde(default)]
    pub names: Vec<String>,
    pub list: Option<Spanned<String>>,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub personal: bool,
    #[serde(default)]
    pub truth: bool,
    pub unit: Option<String>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub value: Option<Spanned<String>>,
}

impl TableColumn {
    #[must_use]
    pub fn name(&self) -> &str {
        self.id.get_ref()
    }

    #[must_use]
    pub const fn derived(&self) -> bool {
        self.value.is_some()
    }
}

/// How the rows of a linked table become one value of the household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    Count,
    CountDistinct,
    Sum,
    Min,
    Max,
    Mean,
    Any,
    All,
    First,
}

/// A column of the household view: an aggregate (`from`, `aggregate`) or a derived value.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewColumn {
    pub id: Spanned<String>,
    pub title: Text,
    #[serde(rename = "type")]
    pub column_type: Option<ColumnType>,
    pub list: Option<Spanned<String>>,
    pub from: Option<Spanned<String>>,
    pub aggregate: Option<Spanned<Aggregate>>,
    #[serde(rename = "where")]
    pub filter: Option<Spanned<String>>,
    pub value: Option<Spanned<String>>,
    #[serde(default)]
    pub truth: bool,
    pub unit: Option<String>,
    pub source: Option<String>,
}

impl ViewColumn {
    #[must_use]
    pub fn name(&self) -> &str {
        self.id.get_ref()
    }
}
