//! Functions of the rule language that the SQL dialect does not have.
//!
//! All are stateless, so that they travel to other machines by name.
#![expect(clippy::wildcard_enum_match_arm, reason = "the engine's and TOML's enums grow; what is not named is treated as one")]

use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use kernel::money::{Rounding, divide};

/// The dialect's functions that a rule may use.
pub(super) const BUILT_IN: &[&str] = &[
    "abs",
    "round",
    "floor",
    "ceil",
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "character_length",
    "lower",
    "upper",
    "btrim",
    "left",
    "right",
    "substr",
    "concat",
    "starts_with",
    "contains",
    "date_part",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Function {
    /// `money(4000)`: replaced by a literal when compiled.
    Money,
    Per,
    AgeAt,
    MonthsBetween,
    DaysBetween,
    Has,
    IdentityBornOn,
    IdentitySex,
    IdentityValid,
    /// `area_level(code, 'county')`
    AreaLevel,
    /// What `/` means: decimal, missing where the divisor is zero.
    Quotient,
    /// What `%` means: missing where the divisor is zero.
    Remainder,
}

const ALL: [Function; 12] = [
    Function::Money,
    Function::Per,
    Function::AgeAt,
    Function::MonthsBetween,
    Function::DaysBetween,
    Function::Has,
    Function::IdentityBornOn,
    Function::IdentitySex,
    Function::IdentityValid,
    Function::AreaLevel,
    Function::Quotient,
    Function::Remainder,
];

impl Function {
    const fn name(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Per => "per",
            Self::AgeAt => "age_at",
            Self::MonthsBetween => "months_between",
            Self::DaysBetween => "days_between",
            Self::Has => "has",
            Self::IdentityBornOn => "identity_born_on",
            Self::IdentitySex => "identity_sex",
            Self::IdentityValid => "identity_valid",
            Self::AreaLevel => "area_level",
            Self::Quotient => "quotient",
            Self::Remainder => "remainder",
        }
    }

    fn arguments(self) -> Vec<DataType> {
        use DataType::{Date32, Float64, Int64, Utf8};
        match self {
            Self::Money => vec![Float64],
            Self::Per | Self::Remainder => vec![Int64, Int64],
            Self::AgeAt | Self::MonthsBetween | Self::DaysBetween => vec![Date32, Date32],
            Self::Has => vec![Utf8, Utf8],
            Self::IdentityBornOn | Self::IdentitySex | Self::IdentityValid => vec![Utf8],
            Self::AreaLevel => vec![Int64, Utf8],
            Self::Quotient => vec![Float64, Float64],
        }
    }

    const fn result(self) -> DataType {
        match self {
            Self::Money | Self::Per | Self::AgeAt | Self::MonthsBetween | Self::DaysBetween | Self::AreaLevel | Self::Remainder => {
                DataType::Int64
            }
            Self::Has | Self::IdentityValid => DataType::Boolean,
            Self::IdentityBornOn => DataType::Date32,
            Self::IdentitySex => DataType::Utf8,
            Self::Quotient => DataType::Float64,
        }
    }
}

/// The product's own functions.
#[must_use]
pub fn own() -> Vec<Arc<ScalarUDF>> {
    ALL.iter().map(|function| Arc::new(OwnFunction::udf(*function))).collect()
}

pub(super) fn quotient() -> Arc<ScalarUDF> {
    Arc::new(OwnFunction::udf(Function::Quotient))
}

pub(super) fn remainder() -> Arc<ScalarUDF> {
    Arc::new(OwnFunction::udf(Function::Remainder))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct OwnFunction {
    function: Function,
    signature: Signature,
}

impl OwnFunction {
    fn udf(function: Function) -> ScalarUDF {
        ScalarUDF::new_from_impl(Self { function, signature: Signature::user_defined(Volatility::Immutable) })
    }
}

/// Types that may be taken for the wanted one without a change of meaning.
fn fits(given: &DataType, wanted: &DataType) -> bool {
    match wanted {
        DataType::Float64 => given.is_numeric() || *given == DataType::Null,
        DataType::Int64 => given.is_integer() || *given == DataType::Null,
        DataType::Date32 => matches!(given, DataType::Date32 | DataType::Null),
        DataType::Utf8 => matches!(given, DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 | DataType::Null),
        other => given == other,
    }
}

impl ScalarUDFImpl for OwnFunction {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let wanted = self.function.arguments();
        if given.len() != wanted.len() {
            return plan_err!("{} takes {} argument(s), not {}", self.name(), wanted.len(), given.len());
        }
        for (place, (given, wanted)) in given.iter().zip(&wanted).enumerate() {
            if !fits(given, wanted) {
                return plan_err!(
                    "argument {} of {} must be {}, not {}",
                    place + 1,
                    self.name(),
                    super::scope::plain_type(wanted),
                    super::scope::plain_type(given)
                );
            }
        }
        Ok(wanted)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.function.result())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let arrays: Vec<ArrayRef> = args.args.into_iter().map(|a| a.into_array(rows)).collect::<Result<_>>()?;
        let mut arrays = arrays.iter();
        match (arrays.next(), arrays.next()) {
            (Some(first), Some(second)) => Ok(ColumnarValue::Array(binary(self.function, first, second))),
            (Some(first), None) => Ok(ColumnarValue::Array(unary(self.function, first)?)),
            _ => exec_err!("{} was called without arguments", self.name()),
        }
    }
}

fn unary(function: Function, array: &ArrayRef) -> Result<ArrayRef> {
    if function == Function::Money {
        return exec_err!("money takes a literal");
    }
    let texts = array.as_string::<i32>();
    Ok(match function {
        Function::IdentityBornOn => {
            let born = |t: &str| kernel::identity::born_on(t).map(kernel::date::to_days);
            Arc::new(texts.iter().map(|t| t.and_then(born)).collect::<Date32Array>())
        }
        Function::IdentitySex => {
            let sex = |t: &str| {
                kernel::identity::sex(t).map(|sex| match sex {
                    kernel::identity::Sex::Male => "male",
                    kernel::identity::Sex::Female => "female",
                })
            };
            Arc::new(texts.iter().map(|t| t.and_then(sex)).collect::<StringArray>())
        }
        _ => Arc::new(texts.iter().map(|t| t.map(|t| kernel::identity::check(t).is_ok())).collect::<BooleanArray>()),
    })
}

fn dates(array: &ArrayRef) -> impl Iterator<Item = Option<NaiveDate>> {
    array.as_primitive::<Date32Type>().iter().map(|days| days.and_then(kernel::date::from_days))
}

fn binary(function: Function, first: &ArrayRef, second: &ArrayRef) -> ArrayRef {
    let between = |difference: fn(NaiveDate, NaiveDate) -> i64| -> ArrayRef {
        let values = dates(first).zip(dates(second)).map(|(a, b)| Some(difference(a?, b?)));
        Arc::new(values.collect::<Int64Array>())
    };
    match function {
        Function::AgeAt => between(|born, on| i64::from(kernel::date::age(born, on))),
        Function::MonthsBetween => between(|from, to| i64::from(kernel::date::months_between(from, to))),
        Function::DaysBetween => between(|from, to| (to - from).num_days()),
        Function::Per => whole(first, second, |amount, count| divide(i128::from(amount), i128::from(count), Rounding::HalfEven)),
        Function::Remainder => whole(first, second, |a, b| a.checked_rem(b)),
        Function::Has => {
            let values = first.as_string::<i32>().iter().zip(second.as_string::<i32>().iter());
            Arc::new(values.map(|(codes, code)| Some(codes?.split('|').any(|c| Some(c) == code))).collect::<BooleanArray>())
        }
        Function::AreaLevel => {
            let values = first.as_primitive::<Int64Type>().iter().zip(second.as_string::<i32>().iter());
            let cut = |code: i64, level: &str| {
                let level = kernel::AreaLevel::parse(level)?;
                Some(kernel::AreaCode::from_padded(code).at(level).padded())
            };
            Arc::new(values.map(|(code, level)| cut(code?, level?)).collect::<Int64Array>())
        }
        Function::Quotient | Function::Money | Function::IdentityBornOn | Function::IdentitySex | Function::IdentityValid => {
            let values = first.as_primitive::<Float64Type>().iter().zip(second.as_primitive::<Float64Type>().iter());
            let divided = values.map(|(a, b)| Some(a? / b.filter(|b| *b != 0.0)?));
            Arc::new(divided.collect::<Float64Array>())
        }
    }
}

fn whole(first: &ArrayRef, second: &ArrayRef, of: fn(i64, i64) -> Option<i64>) -> ArrayRef {
    let values = first.as_primitive::<Int64Type>().iter().zip(second.as_primitive::<Int64Type>().iter());
    Arc::new(values.map(|(a, b)| of(a?, b?)).collect::<Int64Array>())
}
