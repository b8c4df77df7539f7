use super::*;
use crate::boost::random::mix;
use crate::model::Matrix;
use crate::number::narrow;

fn sample<'a>(matrix: &'a Matrix, target: &'a [f64], weights: &'a [f64], keys: &'a [u64]) -> Sample<'a> {
    Sample { matrix, target, weights, keys }
}

fn one_column(values: &[f32]) -> Matrix {
    Matrix::try_new(vec!["x".to_owned()], vec![values.to_vec()]).unwrap()
}

#[test]
fn a_two_by_two_table_has_a_known_answer() {
    // Odds are 2 to 6 at x = 0 and 6 to 2 at x = 1: the log odds ratio is ln 9 = 2.1972.
    let values: Vec<f32> = (0..16).map(|row| if row < 8 { 0.0 } else { 1.0 }).collect();
    let target: Vec<f64> = (0..16).map(|row| f64::from(u8::from(row < 2 || (8..14).contains(&row)))).collect();
    let matrix = one_column(&values);
    let settings = ScorecardSettings { l2: 1e-9, ..ScorecardSettings::default() };
    let card = Scorecard::fit(&sample(&matrix, &target, &[1.0; 16], &[0; 16]), &settings).unwrap();
    let scores = card.predict(&[&[0.0, 1.0]]);
    assert!((scores[0] - (2.0_f64 / 6.0).ln()).abs() < 1e-6, "{scores:?}");
    assert!((scores[1] - scores[0] - 9.0_f64.ln()).abs() < 1e-6, "{scores:?}");
    // The deviation of the column is a half.
    assert!((card.coefficients()[0] - 9.0_f64.ln() / 2.0).abs() < 1e-6);
}

#[test]
fn a_penalty_solves_its_own_equation() {
    // One standardised column of -1 and 1, balanced: 8 (p - 3/4) + l2 b = 0 on each side by
    // symmetry, that is 16 (logistic(b) - 3/4) + l2 b = 0.
    let values: Vec<f32> = (0..16).map(|row| if row < 8 { -1.0 } else { 1.0 }).collect();
    let target: Vec<f64> = (0..16).map(|row| f64::from(u8::from(row < 2 || (8..14).contains(&row)))).collect();
    let matrix = one_column(&values);
    for l2 in [0.5, 4.0, 50.0] {
        let settings = ScorecardSettings { l2, ..ScorecardSettings::default() };
        let card = Scorecard::fit(&sample(&matrix, &target, &[3.0; 16], &[0; 16]), &settings).unwrap();
        let b = card.coefficients()[0];
        assert!((16.0 * (logistic(b) - 0.75) + l2 * b).abs() < 1e-6, "{l2}: {b}");
    }
}

/// Three columns, the second with gaps that matter.
fn survey(rows: u64) -> (Matrix, Vec<f64>, Vec<u64>) {
    let mut columns = vec![Vec::new(); 3];
    let mut target = Vec::new();
    for row in 0..rows {
        let uniform = |purpose: u64| {
            let bits = u32::try_from(mix(row * 16 + purpose) >> 40).unwrap();
            f64::from(bits) / 16_777_216.0
        };
        let gap = uniform(3) < 0.2;
        let score = 3.0 * uniform(0) - 2.0 * uniform(1) + if gap { 1.0 } else { -0.5 };
        columns[0].push(narrow(uniform(0)));
        columns[1].push(if gap { f32::NAN } else { narrow(uniform(1)) });
        columns[2].push(1.0);
        target.push(f64::from(u8::from(uniform(4) < logistic(score))));
    }
    let names = ["a", "b", "constant"].map(str::to_owned).to_vec();
    (Matrix::try_new(names, columns).unwrap(), target, (0..rows).collect())
}

#[test]
fn contributions_add_up_and_gaps_count() {
    let (matrix, target, keys) = survey(3000);
    let weights = vec![1.0; 3000];
    let card = Scorecard::fit(&sample(&matrix, &target, &weights, &keys), &ScorecardSettings { l2: 1.0, max_steps: 50 }).unwrap();
    let scores = card.predict(&matrix.columns());
    for (row, &score) in scores.iter().enumerate().take(200) {
        let parts = card.contributions(&matrix.row(row));
        assert!((parts.total() - score).abs() < 1e-9);
        assert!(parts.features[2].abs() < 1e-12, "a constant says nothing");
    }
    let present = card.contributions(&[0.5, 0.5, 1.0]).features[1];
    let missing = card.contributions(&[0.5, f32::NAN, 1.0]).features[1];
    assert!((missing - present - 1.5).abs() < 0.3, "{missing} {present}");
    // Mean contributions are zero: the base is the score of the mean household.
    let sum: f64 = (0..3000).map(|row| card.contributions(&matrix.row(row)).features[1]).sum();
    assert!((sum / 3000.0).abs() < 1e-6);
}

#[test]
fn a_weight_of_two_is_two_rows() {
    let (matrix, target, keys) = survey(300);
    let weights: Vec<f64> = (0..300).map(|row| if row % 4 == 0 { 2.0 } else { 1.0 }).collect();
    let mut twice: Vec<usize> = (0..300).collect();
    twice.extend((0..300).step_by(4));
    let doubled = matrix.select(&twice);
    let pick = |values: &[f64]| crate::model::select(values, &twice);
    let keys_twice = crate::model::select(&keys, &twice);
    // The penalty counts in rows of mean weight.
    let more = float(twice.len()) / 300.0;
    let settings = |l2| ScorecardSettings { l2, max_steps: 50 };
    let weighted = Scorecard::fit(&sample(&matrix, &target, &weights, &keys), &settings(5.0)).unwrap();
    let ones = vec![1.0; twice.len()];
    let repeated = Scorecard::fit(&sample(&doubled, &pick(&target), &ones, &keys_twice), &settings(5.0 * more)).unwrap();
    let columns = matrix.columns();
    for (a, b) in weighted.predict(&columns).into_iter().zip(repeated.predict(&columns)) {
        assert!((a - b).abs() < 1e-7, "{a} {b}");
    }
}

#[test]
fn json_keeps_every_bit() {
    let (matrix, target, keys) = survey(200);
    let card = Scorecard::fit(&sample(&matrix, &target, &[1.0; 200], &keys), &ScorecardSettings::default()).unwrap();
    let read: Scorecard = serde_json::from_str(&serde_json::to_string(&card).unwrap()).unwrap();
    assert_eq!(read, card);
    assert!(read.check().is_ok());
    let spoilt = Scorecard { version: 2, ..read };
    assert_eq!(spoilt.check().unwrap_err().code(), "targeting.model.stored");
}

#[test]
fn bad_input_is_refused() {
    let (matrix, mut target, keys) = survey(50);
    target[7] = 2.0;
    let refused = Scorecard::fit(&sample(&matrix, &target, &[1.0; 50], &keys), &ScorecardSettings::default());
    assert_eq!(refused.unwrap_err().code(), "targeting.model.outcome");
    target[7] = 1.0;
    let none = ScorecardSettings { l2: 0.0, max_steps: 5 };
    let refused = Scorecard::fit(&sample(&matrix, &target, &[1.0; 50], &keys), &none);
    assert_eq!(refused.unwrap_err().code(), "targeting.model.setting");
}

#[test]
fn points_follow_the_scorecard() {
    let (matrix, target, keys) = survey(3000);
    let weights = vec![1.0; 3000];
    let settings = PointSettings { scorecard: ScorecardSettings { l2: 1.0, max_steps: 50 }, ..PointSettings::default() };
    let all = sample(&matrix, &target, &weights, &keys);
    let card = PointCard::fit(&all, &settings).unwrap();
    let full = Scorecard::fit(&all, &settings.scorecard).unwrap();
    assert_eq!(card.features.len(), 2, "the constant is not on the card");
    for feature in &card.features {
        let points: Vec<i64> = feature.bins.iter().map(|bin| bin.points).collect();
        assert_eq!(points.iter().min(), Some(&0), "{feature:?}");
    }
    let a = card.features.iter().find(|feature| feature.name == "a").unwrap();
    assert!(a.bins.is_sorted_by_key(|bin| bin.points), "{a:?}");
    assert!(a.points(0.99) > a.points(0.01));
    let scores = full.predict(&matrix.columns());
    for (row, &score) in scores.iter().enumerate().take(200) {
        let values = matrix.row(row);
        let value = |name: &str| values[matrix.names().iter().position(|n| n == name).unwrap()];
        let probability = card.probability(card.points(value));
        assert!((probability - logistic(score)).abs() < 0.12, "{probability} {}", logistic(score));
    }
    // Twenty more points double the odds.
    let odds = |points| card.probability(points) / (1.0 - card.probability(points));
    assert!((odds(60) / odds(40) - 2.0).abs() < 1e-9);
}
