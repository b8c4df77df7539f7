use proptest::prelude::*;

use super::*;

#[derive(Debug, Serialize, Deserialize)]
struct Floats {
    #[serde(with = "exact")]
    many: Vec<f64>,
    #[serde(with = "exact")]
    single: Vec<f32>,
    #[serde(with = "exact::one")]
    one: f64,
}

proptest! {
    #[test]
    fn floats_keep_their_bits(many in proptest::collection::vec(-1e300..1e300_f64, 0..20), one in any::<f64>()) {
        let single: Vec<f32> = many.iter().map(|value| crate::number::narrow(value / 1e280)).collect();
        let text = serde_json::to_string(&Floats { many: many.clone(), single: single.clone(), one }).unwrap();
        let read: Floats = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read.many, many);
        prop_assert_eq!(read.single, single);
        prop_assert!(read.one.to_bits() == one.to_bits() || one.is_nan());
    }

    #[test]
    fn sums_do_not_depend_on_order(mut values in proptest::collection::vec(-1e6..1e6_f64, 1..50)) {
        let forth = exact_sum(&values);
        let plain: f64 = values.iter().sum();
        prop_assert!((forth - plain).abs() < 1e-6);
        values.reverse();
        prop_assert_eq!(forth.to_bits(), exact_sum(&values).to_bits());
    }
}

#[test]
fn log_odds_and_probability_are_inverse() {
    for score in [-20.0, -3.0, 0.0, 0.5, 8.0] {
        assert!((log_odds(logistic(score)) - score).abs() < 1e-6);
    }
    assert!(logistic(-1000.0) >= 0.0 && logistic(1000.0) <= 1.0);
}

#[test]
fn ragged_columns_are_refused() {
    let names = vec!["a".to_owned(), "b".to_owned()];
    let refused = Matrix::try_new(names, vec![vec![1.0], vec![1.0, 2.0]]).unwrap_err();
    assert_eq!(refused.code(), "targeting.model.length");
    assert!(refused.to_string().contains("b has 2 entries, expected 1"));
}
