//! Cells to typed columns.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int32Builder, Int64Builder, StringBuilder};
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
    /// Names, numbers, telephones: messages show only parts of them.
    pub personal: bool,
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
            personal: column.personal,
            min: column.min,
            max: column.max,
            money_scale: currency.clone(),
            minor_input: column.unit.as_deref() == Some("fen") || column.unit.as_deref() == Some("minor"),
            codes: Arc::new(codes),
            code_names,
        }
    }

    fn code(&self, word: &str) -> Option<&str> {
        self.codes.get(word).or_else(|| self.codes.get(&word.to_lowercase())).map(String::as_str)
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

impl Values {
    /// Appends what a cell came to; an empty cell of a required column is a fault.
    fn settle(&mut self, outcome: Outcome<'_>, required: bool) -> Result<(), Fault> {
        match outcome {
            Ok(value) => {
                let absent = value.is_none();
                self.append(value);
                if absent && required { Err(Fault::new("FP0105", "", "a value")) } else { Ok(()) }
            }
            Err(fault) => {
                let (value, fault) = *fault;
                self.append(value);
                Err(fault)
            }
        }
    }

    fn append(&mut self, value: Option<Value<'_>>) {
        match (self, value) {
            (Self::Text(builder), Some(Value::Text(text))) => builder.append_value(&text),
            (Self::Text(builder), _) => builder.append_null(),
            (Self::Boolean(builder), Some(Value::Boolean(value))) => builder.append_value(value),
            (Self::Boolean(builder), _) => builder.append_null(),
            (Self::Integer(builder), Some(Value::Integer(value))) => builder.append_value(value),
            (Self::Integer(builder), _) => builder.append_null(),
            (Self::Quantity(builder), Some(Value::Quantity(value))) => builder.append_value(value),
            (Self::Quantity(builder), _) => builder.append_null(),
            (Self::Long(builder), Some(Value::Long(value))) => builder.append_value(value),
            (Self::Long(builder), _) => builder.append_null(),
            (Self::Date(builder), Some(Value::Date(value))) => builder.append_value(value),
            (Self::Date(builder), _) => builder.append_null(),
        }
    }
}

impl ColumnBuilder {
    #[must_use]
    pub fn new(rule: ColumnRule) -> Self {
        let values = match rule.kind {
            ColumnType::Boolean => Values::Boolean(BooleanBuilder::new()),
            ColumnType::Integer => Values::Integer(Int32Builder::new()),
            ColumnType::Quantity => Values::Quantity(Float64Builder::new()),
            ColumnType::Money | ColumnType::Area | ColumnType::Serial => Values::Long(Int64Builder::new()),
            ColumnType::Date => Values::Date(Date32Builder::new()),
            ColumnType::Text
            | ColumnType::Code
            | ColumnType::Codes
            | ColumnType::Identity
            | ColumnType::DisabilityCertificate
            | ColumnType::Phone => Values::Text(StringBuilder::new()),
        };
        Self { rule, values }
    }

    #[must_use]
    pub const fn rule(&self) -> &ColumnRule {
        &self.rule
    }

    /// Appends a value or a missing one; says why it is missing if the cell was not empty.
    pub fn push(&mut self, cell: &Cell<'_>) -> Result<(), Fault> {
        let Self { rule, values } = self;
        match cell {
            Cell::Text(text) => {
                let text = fold(text);
                let outcome = if text.is_empty() { Ok(None) } else { rule.value(&text) };
                values.settle(outcome, rule.required)
            }
            Cell::Empty => values.settle(Ok(None), rule.required),
            Cell::Garbled(text) => values.settle(bad("FP0102", text, "characters of the file's encoding"), rule.required),
            Cell::Fault(fault) => values.settle(bad("FP0125", fault, "a value"), rule.required),
            Cell::Formula(formula) => values.settle(bad("FP0123", &format!("={formula}"), "a stored result"), rule.required),
            Cell::Number(number) => {
                let shown = plain_number(*number);
                values.settle(rule.number(*number, &shown), rule.required)
            }
            Cell::Boolean(value) => values.settle(rule.value(if *value { "1" } else { "0" }), rule.required),
            Cell::Day(serial) => values.settle(rule.day(*serial), rule.required),
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

enum Value<'a> {
    Text(Cow<'a, str>),
    Boolean(bool),
    Integer(i32),
    Quantity(f64),
    Long(i64),
    Date(i32),
}

/// A value, none, or a fault (with a value where it was kept as it stands).
type Outcome<'a> = Result<Option<Value<'a>>, Box<(Option<Value<'a>>, Fault)>>;

fn bad<'a>(code: &'static str, found: &str, expected: impl Into<String>) -> Outcome<'a> {
    Err(without_value(Fault::new(code, found, expected)))
}

fn without_value<'a>(fault: Fault) -> Box<(Option<Value<'a>>, Fault)> {
    Box::new((None, fault))
}

impl ColumnRule {
    /// The value of a cell's text, folded and not empty.
    fn value<'a>(&'a self, text: &'a str) -> Outcome<'a> {
        match self.kind {
            ColumnType::Text => Ok(Some(Value::Text(Cow::Borrowed(text)))),
            ColumnType::Code => match self.code(text) {
                Some(code) => Ok(Some(Value::Text(Cow::Borrowed(code)))),
                None => Err(without_value(self.unknown_code(text))),
            },
            ColumnType::Codes => self.several_codes(text),
            ColumnType::Boolean => match parse_boolean(text) {
                Some(value) => Ok(Some(Value::Boolean(value))),
                None => bad("FP0111", text, "是 or 否"),
            },
            ColumnType::Integer | ColumnType::Quantity | ColumnType::Money => match short_number(text).or_else(|| parse_decimal(text)) {
                Some(decimal) => self.decimal(decimal, text),
                None => bad("FP0103", text, "a number, digits only"),
            },
            ColumnType::Date => match short_date(text).or_else(|| kernel::date::parse(text)) {
                Some(date) => Ok(Some(Value::Date(kernel::date::to_days(date)))),
                None => bad("FP0104", text, "a date such as 2014-01-05"),
            },
            ColumnType::Area | ColumnType::Serial | ColumnType::Identity | ColumnType::DisabilityCertificate | ColumnType::Phone
                if scientific(text) =>
            {
                bad("FP0122", text, "the column formatted as text")
            }
            ColumnType::Area => match AreaCode::parse(text) {
                Some(area) => Ok(Some(Value::Long(area.padded()))),
                None => bad("FP0110", text, "2 to 12 digits"),
            },
            ColumnType::Serial => match text.parse::<i64>() {
                Ok(serial) if text.len() <= 18 && text.bytes().all(|b| b.is_ascii_digit()) => Ok(Some(Value::Long(serial))),
                _ => bad("FP0103", text, "up to 18 digits"),
            },
            ColumnType::Identity => identity(text, |t| kernel::identity::check(t).map_err(|e| e.to_string()), "FP0108"),
            ColumnType::DisabilityCertificate => {
                identity(text, |t| kernel::identity::check_certificate(t).map_err(|e| e.to_string()), "FP0109")
            }
            ColumnType::Phone => phone(text),
        }
    }

    fn several_codes(&self, text: &str) -> Outcome<'_> {
        if let Some(code) = self.code(text) {
            return Ok(Some(Value::Text(Cow::Borrowed(code))));
        }
        let mut codes = Vec::new();
        for word in text.split(['、', ',', ';', '|', '/']).map(str::trim).filter(|word| !word.is_empty()) {
            match self.code(word) {
                Some(code) => codes.push(code),
                None => return Err(without_value(self.unknown_code(word))),
            }
        }
        codes.sort_unstable();
        codes.dedup();
        Ok((!codes.is_empty()).then(|| Value::Text(Cow::Owned(codes.join("|")))))
    }

    fn decimal(&self, decimal: Decimal, shown: &str) -> Outcome<'static> {
        if self.kind == ColumnType::Integer {
            let integer = decimal.integer().and_then(|i| i32::try_from(i).ok()).filter(|i| i.abs() <= 1_000_000_000);
            let Some(integer) = integer else { return bad("FP0103", shown, "a whole number") };
            self.range(f64::from(integer), shown).map_err(without_value)?;
            return Ok(Some(Value::Integer(integer)));
        }
        if self.kind == ColumnType::Money {
            return Ok(Some(Value::Long(self.minor(decimal, shown).map_err(without_value)?)));
        }
        self.range(decimal.quantity(), shown).map_err(without_value)?;
        Ok(Some(Value::Quantity(decimal.quantity())))
    }

    /// A number that the format stores as a float.
    fn number<'a>(&'a self, number: f64, shown: &'a str) -> Outcome<'a> {
        if !number.is_finite() {
            return bad("FP0103", shown, "a number");
        }
        match self.kind {
            ColumnType::Quantity => {
                self.range(number, shown).map_err(without_value)?;
                Ok(Some(Value::Quantity(number)))
            }
            ColumnType::Date => match kernel::date::parse(shown) {
                Some(date) => Ok(Some(Value::Date(kernel::date::to_days(date)))),
                // Beyond this century a number is a slip such as 201401, not a day.
                None if number <= LAST_SERIAL => self.day(number),
                None => bad("FP0104", shown, "a date such as 2014-01-05"),
            },
            ColumnType::Identity
            | ColumnType::DisabilityCertificate
            | ColumnType::Serial
            | ColumnType::Phone
            | ColumnType::Area
            | ColumnType::Text
                if lost_digits(number) =>
            {
                bad("FP0122", shown, "the column formatted as text")
            }
            ColumnType::Identity
            | ColumnType::DisabilityCertificate
            | ColumnType::Serial
            | ColumnType::Phone
            | ColumnType::Area
            | ColumnType::Text
            | ColumnType::Code
            | ColumnType::Codes
            | ColumnType::Boolean
            | ColumnType::Integer
            | ColumnType::Money => self.value(shown),
        }
    }

    fn day(&self, serial: f64) -> Outcome<'static> {
        match (self.kind, kernel::date::from_excel_serial(serial.trunc())) {
            (ColumnType::Date, Some(date)) => Ok(Some(Value::Date(kernel::date::to_days(date)))),
            (ColumnType::Text, Some(date)) => Ok(Some(Value::Text(Cow::Owned(date.to_string())))),
            (ColumnType::Date, None) => bad("FP0104", &serial.to_string(), "a date such as 2014-01-05"),
            _ => bad("FP0103", &serial.to_string(), "a cell that is not formatted as a date"),
        }
    }
}

/// 2099-12-31 in the 1900 system.
const LAST_SERIAL: f64 = 73_050.0;

/// Few digits, as most numbers are, without the care that long ones need.
fn short_number(text: &str) -> Option<Decimal> {
    let short = text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    let digits: u32 = if short { text.parse().ok()? } else { return None };
    Some(Decimal { digits: i128::from(digits), places: 0 })
}

/// `2014-01-05`, as most dates are.
fn short_date(text: &str) -> Option<NaiveDate> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = text.as_bytes() else { return None };
    let digits = [a, b, c, d, e, f, g, h];
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let [a, b, c, d, e, f, g, h] = digits.map(|digit| u32::from(digit - b'0'));
    NaiveDate::from_ymd_opt(i32::try_from(a * 1000 + b * 100 + c * 10 + d).ok()?, e * 10 + f, g * 10 + h)
}

/// `1.10105E+17`: what a spreadsheet leaves of a long number in a CSV file.
fn scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    exponent.strip_prefix('+').is_some_and(digits) && mantissa.split('.').all(digits)
}

/// A number with a wrong check digit is kept: other rows and records are found by it.
fn identity<'a>(text: &'a str, check: fn(&str) -> Result<(), String>, code: &'static str) -> Outcome<'a> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    let number = if plain { Cow::Borrowed(text) } else { Cow::Owned(text.replace(' ', "").to_uppercase()) };
    if number.len() > 32 {
        return bad(code, text, "18 characters");
    }
    match check(&number) {
        Ok(()) => Ok(Some(Value::Text(number))),
        Err(reason) => {
            let fault = Fault { kept: true, ..Fault::new(code, &number, reason) };
            Err(Box::new((Some(Value::Text(number)), fault)))
        }
    }
}

fn phone(text: &str) -> Outcome<'_> {
    let plain = text.bytes().all(|b| b.is_ascii_digit());
    let digits = if plain { Cow::Borrowed(text) } else { text.chars().filter(|c| !matches!(c, ' ' | '-' | '+' | '(' | ')')).collect() };
    if (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(Some(Value::Text(digits)))
    } else {
        bad("FP0124", text, "5 to 15 digits")
    }
}
