//! What a question asks for: an identifier, or conditions on households, in either of the two forms of the specification.

use std::cmp::Ordering;

use kernel::AreaCode;
use registry::Cell;
use registry::household::Household;
use serde_json::Value;

use super::envelope::Criteria;

/// Conditions of one question: more is a mistake or an attack.
const MOST: usize = 50;
const DEEPEST: usize = 8;

/// A question that can be answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Query {
    Identifier { kind: Identifier, value: String },
    Where(Condition),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identifier {
    /// A citizen's identity number.
    Person,
    Telephone,
    /// `county/number`, or the number within the partner's county.
    Household,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Holds { attribute: Attribute, operator: Operator, values: Vec<Operand> },
}

/// What conditions may be about: nothing that identifies anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attribute {
    /// The area it lies in, as a code of 2 to 12 digits.
    Location,
    GroupSize,
    PovertyScore,
    Status,
    RegistrationDate,
    /// A column of the programme's household table that is not personal.
    Column(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    Below,
    AtMost,
    Above,
    AtLeast,
    In,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Text(String),
    Number(f64),
    Flag(bool),
}

/// The column that holds what a household has a head, and what the score is called.
pub(super) const SCORE: &str = "income_per_head_declared";
pub(super) const SCORE_TYPE: &str = "income-per-head-declared";
pub(super) const REGISTERED: &str = "registered_on";

/// Why a question cannot be answered: for the one who asks, with nothing of what was sent.
pub(super) type Odd = &'static str;

impl Query {
    /// `columns`: those of the household table that are not personal.
    pub(super) fn read(criteria: &Criteria, columns: &[&str]) -> Result<Self, Odd> {
        match criteria.query_type.as_str() {
            "idtype-value" => identifier(&criteria.query),
            "expression" => {
                let value = criteria.query.get("value").ok_or("query: expected type and value")?;
                let expression = value.get("expression").unwrap_or(value);
                let query = expression.get("query").unwrap_or(expression);
                Ok(Self::Where(Reader { columns, left: MOST }.expression(query, 0)?))
            }
            "predicate" => Ok(Self::Where(Reader { columns, left: MOST }.predicates(&criteria.query)?)),
            _ => Err("query_type: expected idtype-value, expression or predicate"),
        }
    }
}

fn identifier(query: &Value) -> Result<Query, Odd> {
    let odd = "query: expected type and value of an identifier";
    let kind = query.get("type").and_then(Value::as_str).ok_or(odd)?;
    let value = match query.get("value").ok_or(odd)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Err(odd),
    };
    if value.is_empty() || value.len() > 100 || value.chars().any(char::is_control) {
        return Err(odd);
    }
    let kind = match kind.to_ascii_uppercase().as_str() {
        "UIN" | "NIN" | "NID" | "NATIONALID" | "NATIONAL_ID" => Identifier::Person,
        "MOBILE" | "PHONE" => Identifier::Telephone,
        "HOUSEHOLD_ID" | "GROUP_ID" => Identifier::Household,
        _ => return Err("query: expected type UIN, MOBILE or HOUSEHOLD_ID"),
    };
    Ok(Query::Identifier { kind, value })
}

struct Reader<'a> {
    columns: &'a [&'a str],
    left: usize,
}

impl Reader<'_> {
    /// `{"$and": [{"poverty_score": {"$lt": 5}}]}`.
    fn expression(&mut self, value: &Value, depth: usize) -> Result<Condition, Odd> {
        let odd = "query: expected conditions such as {\"group_size\": {\"$lt\": 5}}, $and, $or, $not";
        let object = value.as_object().filter(|object| !object.is_empty() && depth < DEEPEST).ok_or(odd)?;
        let mut all = Vec::new();
        for (name, value) in object {
            let list = |reader: &mut Self| -> Result<Vec<Condition>, Odd> {
                let parts = value.as_array().filter(|parts| !parts.is_empty()).ok_or(odd)?;
                parts.iter().map(|part| reader.expression(part, depth + 1)).collect()
            };
            all.push(match name.as_str() {
                "$and" => Condition::All(list(self)?),
                "$or" => Condition::Any(list(self)?),
                "$not" => Condition::Not(Box::new(self.expression(value, depth + 1)?)),
                _ => self.compared(name, value)?,
            });
        }
        Ok(Condition::All(all))
    }

    fn compared(&mut self, name: &str, value: &Value) -> Result<Condition, Odd> {
        let Some(operators) = value.as_object() else { return self.holds(name, Operator::Equal, value) };
        let mut all = Vec::new();
        for (operator, value) in operators {
            let operator = operator_of(operator.trim_start_matches('$')).ok_or("query: expected $eq, $lt, $le, $gt, $ge or $in")?;
            all.push(self.holds(name, operator, value)?);
        }
        if all.is_empty() { Err("query: a condition compares with nothing") } else { Ok(Condition::All(all)) }
    }

    /// A list of pairs, all of which hold; the order does not matter.
    fn predicates(&mut self, value: &Value) -> Result<Condition, Odd> {
        let odd = "query: expected a list of predicates with expression1";
        let rows = value.as_array().filter(|rows| !rows.is_empty()).ok_or(odd)?;
        let mut all = Vec::new();
        for row in rows {
            let first = self.predicate(row.get("expression1").ok_or(odd)?)?;
            let second = row.get("expression2").filter(|second| !second.is_null()).map(|second| self.predicate(second)).transpose()?;
            all.push(match (row.get("condition").and_then(Value::as_str), second) {
                (None, None) => first,
                (Some("and"), Some(second)) => Condition::All(vec![first, second]),
                (Some("or"), Some(second)) => Condition::Any(vec![first, second]),
                (Some("not"), None) => Condition::Not(Box::new(first)),
                (Some("not"), Some(second)) => Condition::All(vec![first, Condition::Not(Box::new(second))]),
                (Some(_) | None, _) => return Err("query: expected condition and, or, not between two expressions"),
            });
        }
        Ok(Condition::All(all))
    }

    fn predicate(&mut self, value: &Value) -> Result<Condition, Odd> {
        let odd = "query: expected attribute_name, operator and attribute_value";
        let name = value.get("attribute_name").and_then(Value::as_str).ok_or(odd)?;
        let operator = value.get("operator").and_then(Value::as_str).and_then(operator_of).ok_or(odd)?;
        self.holds(name, operator, value.get("attribute_value").ok_or(odd)?)
    }

    fn holds(&mut self, name: &str, operator: Operator, value: &Value) -> Result<Condition, Odd> {
        self.left = self.left.checked_sub(1).ok_or("query: more than 50 conditions")?;
        let attribute = match name {
            "location" | "district" | "area_code" => Attribute::Location,
            "group_size" => Attribute::GroupSize,
            "poverty_score" => Attribute::PovertyScore,
            "status" | "registration_status" => Attribute::Status,
            "registration_date" => Attribute::RegistrationDate,
            column if self.columns.contains(&column) => Attribute::Column(column.to_owned()),
            _ => return Err("query: there is no such attribute to search by"),
        };
        let given: Vec<&Value> = match (operator, value) {
            (Operator::In, Value::Array(values)) => values.iter().collect(),
            (_, value) => vec![value],
        };
        let values = given.into_iter().map(operand).collect::<Option<Vec<_>>>().filter(|values| (1..=100).contains(&values.len()));
        let values = values.ok_or("query: expected texts, numbers or flags to compare with")?;
        if attribute == Attribute::Location && !values.iter().all(|value| area_of(value).is_some()) {
            return Err("query: location: expected the code of an area, 2 to 12 digits");
        }
        Ok(Condition::Holds { attribute, operator, values })
    }
}

fn operator_of(word: &str) -> Option<Operator> {
    Some(match word {
        "eq" => Operator::Equal,
        "lt" => Operator::Below,
        "le" | "lte" => Operator::AtMost,
        "gt" => Operator::Above,
        "ge" | "gte" => Operator::AtLeast,
        "in" => Operator::In,
        _ => return None,
    })
}

fn operand(value: &Value) -> Option<Operand> {
    match value {
        Value::String(text) => Some(Operand::Text(text.clone())),
        Value::Number(number) => number.as_f64().map(Operand::Number),
        Value::Bool(flag) => Some(Operand::Flag(*flag)),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn area_of(value: &Operand) -> Option<AreaCode> {
    match value {
        Operand::Text(text) => AreaCode::parse(text),
        Operand::Number(number) => AreaCode::parse(&number.to_string()),
        Operand::Flag(_) => None,
    }
}

impl Condition {
    /// The smallest area that all households asked for lie in, as far as the conditions that must all hold say.
    pub(super) fn area(&self) -> AreaCode {
        match self {
            Self::All(parts) => {
                parts.iter().map(Self::area).fold(AreaCode::WHOLE, |one, other| if one.contains(other) { other } else { one })
            }
            Self::Holds { attribute: Attribute::Location, operator: Operator::Equal, values } => {
                values.first().and_then(area_of).unwrap_or(AreaCode::WHOLE)
            }
            Self::Any(_) | Self::Not(_) | Self::Holds { .. } => AreaCode::WHOLE,
        }
    }

    /// Whether a household is asked for. What is not on record holds in no comparison.
    pub(super) fn fits(&self, household: &Household, scale: i64) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.fits(household, scale)),
            Self::Any(parts) => parts.iter().any(|part| part.fits(household, scale)),
            Self::Not(part) => !part.fits(household, scale),
            Self::Holds { attribute: Attribute::Location, values, .. } => {
                let here = AreaCode::parse(&household.village);
                values.iter().filter_map(area_of).any(|area| here.is_some_and(|here| area.contains(here)))
            }
            Self::Holds { attribute, operator, values } => {
                let Some(known) = known(attribute, household, scale) else { return false };
                values.iter().any(|value| compared(&known, value).is_some_and(|order| operator.fits(order)))
            }
        }
    }
}

impl Operator {
    fn fits(self, order: Ordering) -> bool {
        match self {
            Self::Equal | Self::In => order == Ordering::Equal,
            Self::Below => order == Ordering::Less,
            Self::AtMost => order != Ordering::Greater,
            Self::Above => order == Ordering::Greater,
            Self::AtLeast => order != Ordering::Less,
        }
    }
}

/// What is on record, in the unit that partners are told: money in whole units, not in minor ones.
fn known(attribute: &Attribute, household: &Household, scale: i64) -> Option<Operand> {
    let cell = |name: &str| household.cells.get(name);
    match attribute {
        Attribute::Location => Some(Operand::Text(household.village.clone())),
        Attribute::GroupSize => number(household.people()),
        Attribute::PovertyScore => score(household, scale).map(Operand::Number),
        Attribute::Status => Some(Operand::Text(household.status.clone())),
        Attribute::RegistrationDate => cell(REGISTERED).and_then(plain),
        Attribute::Column(name) => cell(name).and_then(plain),
    }
}

fn plain(cell: &Cell) -> Option<Operand> {
    match cell {
        Cell::Flag(flag) => Some(Operand::Flag(*flag)),
        Cell::Number(value) => number(*value),
        Cell::Text(text) => Some(Operand::Text(text.clone())),
    }
}

/// Counts and fen of a household are far below 2^53.
fn number(value: i64) -> Option<Operand> {
    serde_json::Number::from(value).as_f64().map(Operand::Number)
}

/// The value to sort by.
pub(super) fn known_number(attribute: &Attribute, household: &Household, scale: i64) -> Option<f64> {
    match known(attribute, household, scale)? {
        Operand::Number(value) => Some(value),
        Operand::Text(_) | Operand::Flag(_) => None,
    }
}

/// What a household has a head, in whole units of money.
pub(super) fn score(household: &Household, scale: i64) -> Option<f64> {
    match (household.cells.get(SCORE).and_then(plain)?, number(scale)?) {
        (Operand::Number(minor), Operand::Number(scale)) => Some(minor / scale),
        (Operand::Number(_) | Operand::Text(_) | Operand::Flag(_), _) => None,
    }
}

fn compared(known: &Operand, asked: &Operand) -> Option<Ordering> {
    match (known, asked) {
        (Operand::Number(known), Operand::Number(asked)) => known.partial_cmp(asked),
        (Operand::Number(known), Operand::Text(asked)) => known.partial_cmp(&asked.trim().parse().ok()?),
        (Operand::Text(known), Operand::Text(asked)) => Some(known.as_str().cmp(asked)),
        (Operand::Text(known), Operand::Number(asked)) => known.trim().parse::<f64>().ok()?.partial_cmp(asked),
        (Operand::Flag(known), Operand::Flag(asked)) => Some(known.cmp(asked)),
        (Operand::Flag(_), Operand::Text(_) | Operand::Number(_)) | (Operand::Text(_) | Operand::Number(_), Operand::Flag(_)) => None,
    }
}
