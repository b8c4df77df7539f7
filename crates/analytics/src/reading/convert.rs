//! Cells to typed columns.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder, StringBuilder,
};
use kernel::text::{Decimal, fold, parse_boolean, parse_decimal};
use kernel::{AreaCode, Currency};
use programme::{CodeList, ColumnType, TableColumn};

use super::cell::{Cell, lost_digits, plain_number};

/// Why a cell has no value; the column's row goes on unless the cell is required.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    pub found: String,
    pub expected: String,
    /// The value was kept as it stands: the fault is a notice, never a reason to reject the row.
    pub kept: bool,
}

impl Fault {
    fn new(code: &'static str, found: &str, expected: impl Into<String>) -> Self {
        Self { code, found: found.to_owned(), expected: expected.into(), kept: false }
    }
}

/// What the cells of one column become.
#[derive(Debug, Clone)]
pub struct ColumnRule {
    pub name: String,
    pub kind: ColumnType,
    pub required: bool,
    min: Option<f64>,
    max: Option<f64>,
    /// Minor units in one unit of the input.
    money_scale: Currency,
    minor_input: bool,
    codes: Arc<HashMap<String, String>>,
    code_names: Vec<String>,
}

impl ColumnRule {
    #[must_use]
    pub fn new(column: &TableColumn, list: Option<&CodeList>, currency: &Currency, required: bool) -> Self {
        let mut codes = HashMap::new();
        let mut code_names = Vec::new();
        for value in list.into_iter().flat_map(|list| &list.codes) {
            let value = value.get_ref();
            code_names.push(value.zh.clone());
            for word in [&value.code, &value.zh, &value.en].into_iter().chain(&value.aliases) {
                codes.insert(fold(word).to_lowercase(), value.code.clone());
            }
        }
        Self {
            name: column.name().to_owned(),
            kind: column.column_type,
            required,
            min: column.min,
            max: column.max,
            money_scale: currency.clone(),
            minor_input: column.unit.as_deref() == Some("fen") || column.unit.as_deref() == Some("minor"),
            codes: Arc::new(codes),
            code_names,
        }
    }

    fn code(&self, word: &str) -> Option<&String> {
        self.codes.get(word).or_else(|| self.codes.get(&word.to_lowercase()))
    }

    fn unknown_code(&self, word: &str) -> Fault {
        let near = kernel::text::nearest(word, self.code_names.iter().map(String::as_str));
        let list: Vec<&str> = self.code_names.iter().take(8).map(String::as_str).collect();
        let expected = near.map_or_else(|| format!("one of {}", list.join(" ")), |near| format!("did you mean {near}?"));
        Fault::new("FP0107", word, expected)
    }

    fn range(&self, value: f64, shown: &str) -> Result<(), Fault> {
        let low = self.min.filter(|min| value < *min);
        let high = self.max.filter(|max| value > *max);
        match (low, high) {
            (None, None) => Ok(()),
            (Some(min), _) => Err(Fault::new("FP0106", shown, format!("at least {min}"))),
            (None, Some(max)) => Err(Fault::new("FP0106", shown, format!("at most {max}"))),
        }
    }

    fn minor(&self, decimal: Decimal, shown: &str) -> Result<i64, Fault> {
        self.range(decimal.quantity(), shown)?;
        let minor = if self.minor_input { decimal.integer() } else { self.exact_minor(decimal) };
        // Sums of a household and of a county stay far inside 64 bits.
        minor.filter(|m| m.abs() <= 1_000_000_000_000_000).ok_or_else(|| Fault::new("FP0106", shown, "an amount in whole minor units"))
    }

    /// Spreadsheets hold amounts as floats: digits beyond the minor unit are rounded half to even.
    fn exact_minor(&self, decimal: Decimal) -> Option<i64> {
        let scaled = decimal.digits.checked_mul(i128::from(self.money_scale.scale()))?;
        kernel::money::divide(scaled, 10_i128.checked_pow(decimal.places)?, kernel::money::Rounding::HalfEven)
    }
}

/// Collects the values of one column.
pub struct ColumnBuilder {
    rule: ColumnRule,
    values: Values,
}

enum Values {
    Text(StringBuilder),
    Boolean(BooleanBuilder),
    Integer(Int32Builder),
    Quantity(Float64Builder),
    Long(Int64Builder),
    Date(Date32Builder),
}

impl ColumnBuilder {
    #[must_use]
    pub fn new(rule: ColumnRule) -> Self {
        use datafusion::arrow::datatypes::DataType;
        let values = match crate::language::scope::data_type(rule.kind) {
            DataType::Boolean => Values::Boolean(BooleanBuilder::new()),
            DataType::Int32 => Values::Integer(Int32Builder::new()),
            DataType::Float64 => Values::Quantity(Float64Builder::new()),
            DataType::Int64 => Values::Long(Int64Builder::new()),
            DataType::Date32 => Values::Date(Date32Builder::new()),
            _ => Values::Text(StringBuilder::new()),
        };
        Self { rule, values }
    }

    #[must_use]
    pub const fn rule(&self) -> &ColumnRule {
        &self.rule
    }

    /// Appends a value or a missing one; says why it is missing if the cell was not empty.
    pub fn push(&mut self, cell: &Cell<'_>) -> Result<(), Fault> {
        let outcome = match cell {
            Cell::Empty => Ok(None),
            Cell::Fault(fault) => bad("FP0125", fault, "a value"),
            Cell::Formula(formula) => bad("FP0123", &format!("={formula}"), "a stored result"),
            Cell::Text(text) => {
                let text = fold(text);
                if text.is_empty() { Ok(None) } else { self.rule.value(&text) }
            }
            Cell::Number(number) => self.rule.number(*number),
            Cell::Boolean(value) => self.rule.value(if *value { "1" } else { "0" }),
            Cell::Day(serial) => self.rule.day(*serial),
        };
        let (value, fault) = match outcome {
            Ok(value) => (value, None),
            Err((value, fault)) => (value, Some(fault)),
        };
        self.append(value);
        match fault {
            Some(fault) => Err(fault),
            None if self.rule.required && cell.is_empty() => Err(Fault::new("FP0105", "", "a value")),
            None => Ok(()),
        }
    }

    fn append(&mut self, value: Option<Value>) {
        match (&mut self.values, value) {
            (Values::Text(builder), Some(Value::Text(text))) => builder.append_value(text),
            (Values::Text(builder), _) => builder.append_null(),
            (Values::Boolean(builder), Some(Value::Boolean(value))) => builder.append_value(value),
            (Values::Boolean(builder), _) => builder.append_null(),
            (Values::Integer(builder), Some(Value::Integer(value))) => builder.append_value(value),
            (Values::Integer(builder), _) => builder.append_null(),
            (Values::Quantity(builder), Some(Value::Quantity(value))) => builder.append_value(value),
            (Values::Quantity(builder), _) => builder.append_null(),
            (Values::Long(builder), Some(Value::Long(value))) => builder.append_value(value),
            (Values::Long(builder), _) => builder.append_null(),
            (Values::Date(builder), Some(Value::Date(value))) => builder.append_value(value),
            (Values::Date(builder), _) => builder.append_null(),
        }
    }

    pub fn finish(&mut self) -> ArrayRef {
        match &mut self.values {
            Values::Text(builder) => Arc::new(builder.finish()),
            Values::Boolean(builder) => Arc::new(builder.finish()),
            Values::Integer(builder) => Arc::new(builder.finish()),
            Values::Quantity(builder) => Arc::new(builder.finish()),
            Values::Long(builder) => Arc::new(builder.finish()),
            Values::Date(builder) => Arc::new(builder.finish()),
        }
    }
}

enum Value {
    Text(String),
    Boolean(bool),
    Integer(i32),
    Quantity(f64),
    Long(i64),
    Date(i32),
}

/// A value, none, or a fault (with a value where it was kept as it stands).
type Outcome = Result<Option<Value>, (Option<Value>, Fault)>;

fn bad(code: &'static str, found: &str, expected: impl Into<String>) -> Outcome {
    Err((None, Fault::new(code, found, expected)))
}

impl ColumnRule {
    fn value(&self, text: &str) -> Outcome {
        match self.kind {
            ColumnType::Text => Ok(Some(Value::Text(text.to_owned()))),
            ColumnType::Code => match self.code(text) {
                Some(code) => Ok(Some(Value::Text(code.clone()))),
                None => Err((None, self.unknown_code(text))),
            },
            ColumnType::Codes => self.several_codes(text),
            ColumnType::Boolean => match parse_boolean(text) {
                Some(value) => Ok(Some(Value::Boolean(value))),
                None => bad("FP0111", text, "是 or 否"),
            },
            ColumnType::Integer | ColumnType::Quantity | ColumnType::Money => match parse_decimal(text) {
                Some(decimal) => self.decimal(decimal, text),
                None => bad("FP0103", text, "a number, digits only"),
            },
            ColumnType::Date => match kernel::date::parse(text) {
                Some(date) => Ok(Some(Value::Date(kernel::date::to_days(date)))),
                None => bad("FP0104", text, "a date such as 2014-01-05"),
            },
            ColumnType::Area => match AreaCode::parse(text) {
                Some(area) => Ok(Some(Value::Long(area.padded()))),
                None => bad("FP0110", text, "2 to 12 digits"),
            },
            ColumnType::Serial => match text.parse::<i64>() {
                Ok(serial) if text.len() <= 18 && serial >= 0 => Ok(Some(Value::Long(serial))),
                _ => bad("FP0103", text, "up to 18 digits"),
            },
            ColumnType::Identity => self.identity(text, |t| kernel::identity::check(t).map_err(|e| e.to_string()), "FP0108"),
            ColumnType::DisabilityCertificate => {
                self.identity(text, |t| kernel::identity::check_certificate(t).map_err(|e| e.to_string()), "FP0109")
            }
            ColumnType::Phone => {
                let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '+' | '(' | ')')).collect();
                if (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
                    Ok(Some(Value::Text(digits)))
                } else {
                    bad("FP0124", text, "5 to 15 digits")
                }
            }
        }
    }

    fn several_codes(&self, text: &str) -> Outcome {
        let mut codes = Vec::new();
        for word in text.split(['、', ',', ';', '|', '/']).map(str::trim).filter(|word| !word.is_empty()) {
            match self.code(word) {
                Some(code) => codes.push(code.as_str()),
                None => return Err((None, self.unknown_code(word))),
            }
        }
        codes.sort_unstable();
        codes.dedup();
        Ok(Some(Value::Text(codes.join("|"))))
    }

    /// A number with a wrong check digit is kept: other rows and records are found by it.
    fn identity(&self, text: &str, check: fn(&str) -> Result<(), String>, code: &'static str) -> Outcome {
        let number = text.replace(' ', "").to_uppercase();
        if number.len() > 32 {
            return bad(code, text, "18 characters");
        }
        match check(&number) {
            Ok(()) => Ok(Some(Value::Text(number))),
            Err(reason) => {
                let fault = Fault { kept: true, ..Fault::new(code, &number, reason) };
                Err((Some(Value::Text(number)), fault))
            }
        }
    }

    fn decimal(&self, decimal: Decimal, shown: &str) -> Outcome {
        let fault = |fault| (None, fault);
        match self.kind {
            ColumnType::Integer => {
                let integer = decimal.integer().and_then(|i| i32::try_from(i).ok()).filter(|i| i.abs() <= 1_000_000_000);
                let Some(integer) = integer else { return bad("FP0103", shown, "a whole number") };
                self.range(f64::from(integer), shown).map_err(fault)?;
                Ok(Some(Value::Integer(integer)))
            }
            ColumnType::Money => Ok(Some(Value::Long(self.minor(decimal, shown).map_err(fault)?))),
            _ => {
                self.range(decimal.quantity(), shown).map_err(fault)?;
                Ok(Some(Value::Quantity(decimal.quantity())))
            }
        }
    }

    /// A number that the format stores as a float.
    fn number(&self, number: f64) -> Outcome {
        let shown = plain_number(number);
        if !number.is_finite() {
            return bad("FP0103", &shown, "a number");
        }
        match self.kind {
            ColumnType::Quantity => {
                self.range(number, &shown).map_err(|fault| (None, fault))?;
                Ok(Some(Value::Quantity(number)))
            }
            ColumnType::Date => match kernel::date::parse(&shown) {
                Some(date) => Ok(Some(Value::Date(kernel::date::to_days(date)))),
                None => self.day(number),
            },
            ColumnType::Identity | ColumnType::DisabilityCertificate | ColumnType::Serial | ColumnType::Phone | ColumnType::Area | ColumnType::Text
                if lost_digits(number) =>
            {
                bad("FP0122", &shown, "the column formatted as text")
            }
            _ => self.value(&shown),
        }
    }

    fn day(&self, serial: f64) -> Outcome {
        match (self.kind, kernel::date::from_excel_serial(serial.trunc())) {
            (ColumnType::Date, Some(date)) => Ok(Some(Value::Date(kernel::date::to_days(date)))),
            (ColumnType::Text, Some(date)) => Ok(Some(Value::Text(date.to_string()))),
            (ColumnType::Date, None) => bad("FP0104", &serial.to_string(), "a date such as 2014-01-05"),
            _ => bad("FP0103", &serial.to_string(), "not a date"),
        }
    }
}
