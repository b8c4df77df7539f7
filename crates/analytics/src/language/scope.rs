//! The columns an expression may name.
#![expect(clippy::wildcard_enum_match_arm, reason = "the engine's and TOML's enums grow; what is not named is treated as one")]

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::{DFSchema, DFSchemaRef};
use programme::ColumnType;

use super::ExpressionFault;

/// One column in scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeColumn {
    pub name: String,
    pub kind: ColumnType,
    pub data_type: DataType,
    /// The codes a code column may hold.
    pub codes: Option<Arc<Vec<String>>>,
    /// Not in this register: always missing.
    pub absent: bool,
    /// Holds the verified outcome: rules and features may not see it.
    pub truth: bool,
}

impl ScopeColumn {
    #[must_use]
    pub fn new(name: &str, kind: ColumnType) -> Self {
        Self { name: name.to_owned(), kind, data_type: data_type(kind), codes: None, absent: false, truth: false }
    }

    /// Whether its values are words of a list, which batches may hold as a dictionary.
    #[must_use]
    pub fn coded(&self) -> bool {
        self.codes.is_some() && self.data_type == DataType::Utf8
    }
}

/// Columns by position and name.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    columns: Vec<ScopeColumn>,
    positions: HashMap<String, usize>,
}

impl Scope {
    #[must_use]
    pub fn new(columns: Vec<ScopeColumn>) -> Self {
        let mut scope = Self::default();
        for column in columns {
            scope.push(column);
        }
        scope
    }

    pub fn push(&mut self, column: ScopeColumn) {
        self.positions.insert(column.name.clone(), self.columns.len());
        self.columns.push(column);
    }

    #[must_use]
    pub fn columns(&self) -> &[ScopeColumn] {
        &self.columns
    }

    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ScopeColumn> {
        self.columns.get(self.position(name)?)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The scope without the verified outcome, for rules that must not know it. Positions stay.
    #[must_use]
    pub fn blind(&self) -> Self {
        let mut blind = self.clone();
        for column in &mut blind.columns {
            if column.truth {
                blind.positions.remove(&column.name);
                column.name = format!("\u{0}{}", column.name);
            }
        }
        blind
    }

    /// The batches' schema: every column may be missing.
    #[must_use]
    pub fn arrow(&self) -> SchemaRef {
        let fields: Vec<Field> = self.columns.iter().map(|c| Field::new(&c.name, c.data_type.clone(), true)).collect();
        Arc::new(Schema::new(fields))
    }

    /// Columns plus the two constants that expressions may name.
    pub(super) fn schema(&self) -> Result<DFSchemaRef, ExpressionFault> {
        let mut fields: Vec<Field> = self.columns.iter().map(|c| Field::new(&c.name, c.data_type.clone(), true)).collect();
        for (name, data_type) in [("as_of", DataType::Date32), ("year", DataType::Int64)] {
            if self.position(name).is_none() {
                fields.push(Field::new(name, data_type, true));
            }
        }
        DFSchema::try_from(Schema::new(fields))
            .map(Arc::new)
            .map_err(|e| ExpressionFault::new("FP0202", e.strip_backtrace(), "rename the column"))
    }
}

/// How a column of that type is stored.
#[must_use]
pub const fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Integer => DataType::Int32,
        ColumnType::Quantity => DataType::Float64,
        ColumnType::Money | ColumnType::Area | ColumnType::Serial => DataType::Int64,
        ColumnType::Date => DataType::Date32,
        ColumnType::Text
        | ColumnType::Code
        | ColumnType::Codes
        | ColumnType::Identity
        | ColumnType::DisabilityCertificate
        | ColumnType::Phone => DataType::Utf8,
    }
}

/// The column type an expression's result is, when nothing is declared.
#[must_use]
pub fn kind_of(data_type: &DataType) -> ColumnType {
    match data_type {
        DataType::Boolean => ColumnType::Boolean,
        DataType::Float64 | DataType::Float32 | DataType::Decimal128(_, _) => ColumnType::Quantity,
        DataType::Date32 => ColumnType::Date,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => ColumnType::Text,
        _ => ColumnType::Integer,
    }
}

/// The type's word in definition files.
#[must_use]
pub const fn type_word(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "text",
        ColumnType::Code => "code",
        ColumnType::Codes => "codes",
        ColumnType::Boolean => "boolean",
        ColumnType::Integer => "integer",
        ColumnType::Quantity => "quantity",
        ColumnType::Money => "money",
        ColumnType::Date => "date",
        ColumnType::Area => "area",
        ColumnType::Serial => "serial",
        ColumnType::Identity => "identity",
        ColumnType::DisabilityCertificate => "disability_certificate",
        ColumnType::Phone => "phone",
    }
}

/// An arrow type in plain words.
pub(super) fn plain_type(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Boolean => "true or false",
        DataType::Float64 | DataType::Float32 | DataType::Decimal128(_, _) => "a decimal number",
        DataType::Date32 => "a date",
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "a text",
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => "a whole number",
        DataType::Null => "always missing",
        _ => "of another type",
    }
}
