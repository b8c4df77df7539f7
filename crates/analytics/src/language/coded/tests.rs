use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{Field, Int32Type, Schema};
use kernel::Currency;
use programme::ColumnType;
use proptest::prelude::*;

use crate::language::{Compiler, Expected, Scope, ScopeColumn};

const CODES: [&str; 3] = ["illness", "lack_labour", "illness|disabled"];

fn scope() -> Scope {
    let code = |name: &str, kind| {
        let mut column = ScopeColumn::new(name, kind);
        column.codes = Some(Arc::new(["illness", "lack_labour", "disabled"].map(str::to_owned).to_vec()));
        column
    };
    Scope::new(vec![
        ScopeColumn::new("income", ColumnType::Money),
        code("first", ColumnType::Code),
        ScopeColumn::new("car", ColumnType::Boolean),
        code("second", ColumnType::Codes),
    ])
}

/// Rules, and values that are not truths.
const TEXTS: [&str; 14] = [
    "first = 'illness'",
    "first <> 'illness' or car",
    "first in ('illness', 'lack_labour')",
    "first not in ('illness', 'disabled') and income > 5",
    "first is null",
    "second is not null and not car",
    "coalesce(first, 'disabled') = 'disabled'",
    "has(second, 'disabled') or first = second",
    "second like '%disabled%'",
    "first = second and not (second = 'illness')",
    "case when first = 'illness' then car when second = 'lack_labour' then income > 2 else has(second, 'illness') end",
    "car and first is null or income > 2 and second = 'illness'",
    "length(first)",
    "case when car then first else second end",
];

type Row = (Option<i64>, Option<usize>, Option<bool>, Option<usize>);

fn batch(rows: &[Row], coded: bool) -> RecordBatch {
    let words = |pick: &dyn Fn(usize) -> Option<usize>| -> ArrayRef {
        let places: Vec<Option<usize>> = (0..rows.len()).map(pick).collect();
        if !coded {
            return Arc::new(places.iter().map(|place| place.map(|place| CODES[place])).collect::<StringArray>());
        }
        let keys: Int32Array = places.iter().map(|place| place.map(|place| i32::try_from(place).unwrap())).collect();
        Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::new(StringArray::from(CODES.to_vec()))).unwrap())
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>()),
        words(&|row| rows[row].1),
        Arc::new(rows.iter().map(|row| row.2).collect::<BooleanArray>()),
        words(&|row| rows[row].3),
    ];
    let scope = scope();
    let fields = scope.columns().iter().zip(&columns).map(|(c, array)| Field::new(&c.name, array.data_type().clone(), true));
    RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), columns).unwrap()
}

proptest! {
    #[test]
    fn dictionaries_give_what_texts_give(rows in prop::collection::vec(
        (prop::option::of(0_i64..10), prop::option::of(0_usize..3), prop::option::of(any::<bool>()), prop::option::of(0_usize..3)), 0..200)) {
        let compiler = Compiler::new(NaiveDate::from_ymd_opt(2020, 12, 31).unwrap(), Currency::parse("CNY").unwrap());
        for text in TEXTS {
            let compiled = compiler.compile(text, &scope(), Expected::Any).unwrap();
            let (plain, coded) = (compiled.evaluate(&batch(&rows, false)).unwrap(), compiled.evaluate(&batch(&rows, true)).unwrap());
            prop_assert_eq!(&plain.to_data(), &coded.to_data(), "{}", text);
        }
    }
}
