use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use kernel::Currency;
use programme::ColumnType;
use proptest::prelude::*;

use super::clauses::Truth;
use super::*;

fn scope() -> Scope {
    let mut cause = ScopeColumn::new("cause", ColumnType::Code);
    cause.codes = Some(Arc::new(vec!["illness".to_owned(), "lack_labour".to_owned()]));
    let mut absent = ScopeColumn::new("vehicles", ColumnType::Integer);
    absent.absent = true;
    let column = ScopeColumn::new;
    Scope::new(vec![
        column("income", ColumnType::Money),
        column("size", ColumnType::Integer),
        column("owns_car", ColumnType::Boolean),
        cause,
        column("registered_on", ColumnType::Date),
        column("land_mu", ColumnType::Quantity),
        column("name", ColumnType::Text),
        absent,
    ])
}

fn compiler() -> Compiler {
    Compiler::new(NaiveDate::from_ymd_opt(2020, 12, 31).unwrap(), Currency::parse("CNY").unwrap())
}

fn batch(income: Vec<Option<i64>>, size: Vec<Option<i32>>, owns_car: Vec<Option<bool>>) -> RecordBatch {
    let n = income.len();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(income)),
        Arc::new(Int32Array::from(size)),
        Arc::new(BooleanArray::from(owns_car)),
        Arc::new(StringArray::from(vec![Some("illness"); n])),
        Arc::new(Date32Array::from(vec![Some(16_000); n])),
        Arc::new(Float64Array::from(vec![Some(1.5); n])),
        Arc::new(StringArray::from(vec![None::<&str>; n])),
        Arc::new(Int32Array::from(vec![None::<i32>; n])),
    ];
    RecordBatch::try_new(scope().arrow(), columns).unwrap()
}

fn one(text: &str) -> Option<bool> {
    let compiled = compiler().compile(text, &scope(), Expected::Truth).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    let truth = compiled.truth(&batch(vec![Some(390_000)], vec![Some(3)], vec![None])).unwrap();
    Array::is_valid(&truth, 0).then(|| truth.value(0))
}

#[test]
fn three_outcomes() {
    assert_eq!(one("income < money(4000)"), Some(true));
    assert_eq!(one("income < money(3899.99)"), Some(false));
    assert_eq!(one("owns_car"), None);
    assert_eq!(one("owns_car and income > money(5000)"), Some(false));
    assert_eq!(one("owns_car or income < money(5000)"), Some(true));
    assert_eq!(one("per(income, size) = money(1300)"), Some(true));
    assert_eq!(one("per(income, size - 3) > 0"), None);
    assert_eq!(one("income / (size - 3) > 1"), None);
    assert_eq!(one("size % 2 = 1"), Some(true));
    assert_eq!(one("cause in ('illness', 'lack_labour')"), Some(true));
    assert_eq!(one("months_between(registered_on, as_of) > 60 and year = 2020"), Some(true));
    assert_eq!(one("registered_on < '2015-01-01'"), Some(true));
    assert_eq!(one("land_mu / size = 0.5"), Some(true));
    assert_eq!(one("vehicles > 0"), None);
    assert_eq!(one("vehicles > 0 or income < money(5000)"), Some(true));
    assert_eq!(one("length(cause) = 7 and starts_with(cause, 'ill')"), Some(true));
}

fn refused(text: &str, code: &str, message: &str) {
    let fault = compiler().compile(text, &scope(), Expected::Truth).expect_err(text);
    assert!(fault.code.starts_with(code), "{text}: {fault:?}");
    assert!(format!("{} | {}", fault.message, fault.help.unwrap_or_default()).contains(message), "{text}: {}", fault.message);
}

#[test]
fn what_fails_or_misleads_is_refused() {
    refused("incom < money(4000)", "FP0203", "there is no column `incom` | did you mean `income`?");
    refused("income + 5", "FP0303", "a rule must be true or false, this one is a whole number");
    refused("owns_car < 3", "FP0301", "Boolean");
    refused("name > 5", "FP0305", "`name` is a text and would silently be read as a number");
    refused("size / 0 > 1", "FP0304", "divides by zero");
    refused("size % 0 = 1", "FP0304", "divides by zero");
    refused("cause = 'ilness'", "FP0203", "did you mean 'illness'?");
    refused("cause in ('illness', 'work')", "FP0203", "'work' is not a code");
    refused("size > (select 1)", "FP030", "");
    refused("exists (select 1)", "FP030", "");
    refused("sum(size) > 3", "FP0301", "Invalid function 'sum'");
    refused("random() < 0.5", "FP0301", "Invalid function 'random'");
    refused("size > 2; drop table x", "FP0301", "end of expression");
    refused("money(income) > 5", "FP0301", "money takes one literal amount");
    refused("registered_on < '2015-13-01'", "FP0301", "2015-13-01");
    refused(&format!("size > 1{}", " or size > 1".repeat(400)), "FP0302", "bytes");
    refused(&format!("{}size > 1{}", "(".repeat(200), ")".repeat(200)), "FP0301", "ecursion");
}

#[test]
fn the_place_of_a_mistake_is_known() {
    let fault = compiler().compile("size > 1 and incom < 5", &scope(), Expected::Truth).unwrap_err();
    assert_eq!(fault.span, Some(13..18));
}

#[test]
fn absent_columns_fold_away() {
    let compile = |text| compiler().compile(text, &scope(), Expected::Truth).unwrap();
    assert!(compile("vehicles > 0").undeterminable);
    assert!(!compile("vehicles > 0 or owns_car").undeterminable);
}

#[test]
fn an_explanation_shows_which_part_decided() {
    let row = batch(vec![Some(390_000)], vec![Some(3)], vec![Some(true)]);
    let clause = compiler().explain("income < money(4000) and not owns_car and name = 'a'", &scope(), &row, 0).unwrap();
    assert_eq!(clause.truth, Truth::False);
    let parts: Vec<_> = clause.parts.iter().map(|p| (p.text.as_str(), p.truth)).collect();
    assert_eq!(parts, [("income < money(4000)", Truth::True), ("NOT owns_car", Truth::False), ("name = 'a'", Truth::NotDeterminable)]);
    assert_eq!(clause.missing(), ["name"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// RUL-1: a household alone, in a batch or in a slice of a batch gives the same answer.
    #[test]
    fn batch_and_single_row_agree(rows in prop::collection::vec((any::<Option<i32>>(), prop::option::of(-5..9_i32), any::<Option<bool>>()), 1..60)) {
        let income = rows.iter().map(|r| r.0.map(i64::from)).collect();
        let all = batch(income, rows.iter().map(|r| r.1).collect(), rows.iter().map(|r| r.2).collect());
        for text in ["per(income, size) < money(4000) and not owns_car", "income / size > 100.5 or owns_car", "size % 3 = 1 and owns_car is not null"] {
            let compiled = compiler().compile(text, &scope(), Expected::Truth).unwrap();
            let whole = compiled.truth(&all).unwrap();
            for row in 0..rows.len() {
                let alone = compiled.truth(&all.slice(row, 1)).unwrap();
                prop_assert_eq!(alone.slice(0, 1), whole.slice(row, 1));
            }
        }
    }
}
