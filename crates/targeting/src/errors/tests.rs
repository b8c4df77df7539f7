use proptest::prelude::*;

use super::*;
use crate::income::Distribution;
use crate::survey::{Design, LonelyUnit, Sample};
use crate::testing::{Draws, Table, close};

#[track_caller]
fn is(found: Option<f64>, expected: f64) {
    close(found.unwrap(), expected, 1e-12);
}

#[test]
fn confusion_by_hand() {
    // 10 poor (6 reached), 30 others (4 reached)
    let found = Confusion { poor_selected: 6.0, poor_left: 4.0, others_selected: 4.0, others_left: 26.0 };
    is(found.exclusion_error(), 0.4);
    is(found.inclusion_error(), 0.4);
    is(found.precision(), 0.6);
    is(found.coverage_of_others(), 4.0 / 30.0);
    is(found.targeting_differential(), 0.6 - 4.0 / 30.0);
    is(found.balanced_poverty_accuracy(), 0.6);
    is(found.accuracy(), 0.8);
    is(found.selection_rate(), 0.25);
    is(found.poverty_rate(), 0.25);
    // one more inclusion error than exclusion errors costs one of ten
    let over = Confusion { others_selected: 5.0, others_left: 25.0, ..found };
    is(over.balanced_poverty_accuracy(), 0.5);
    assert!(Confusion::default().exclusion_error().is_none());
}

#[test]
fn weightings() {
    let (members, survey) = ([2, 3], [1.5, 2.0]);
    let of = |weighting: Weighting| weighting.weights(2, Some(&members), Some(&survey)).unwrap();
    assert_eq!(of(Weighting::Households), [1.0, 1.0]);
    assert_eq!(of(Weighting::People), [2.0, 3.0]);
    assert_eq!(of(Weighting::Survey), [1.5, 2.0]);
    assert_eq!(of(Weighting::SurveyPeople), [3.0, 6.0]);
    let refused = Weighting::People.weights(2, None, None).unwrap_err();
    assert_eq!(refused.code(), "targeting.errors.column_missing");
    assert_eq!(Weighting::People.weights(3, Some(&members), None).unwrap_err().code(), "targeting.errors.length_mismatch");
}

/// Scores 9, 7, 7, 7, 1; the poor are the first, one of the ties and the last.
fn ties() -> (Vec<f64>, Vec<bool>, Vec<f64>) {
    (vec![7.0, 9.0, 7.0, 7.0, 1.0], vec![true, true, false, false, true], vec![1.0; 5])
}

#[test]
fn ties_share_the_margin() {
    let (scores, poor, weights) = ties();
    let curve = Curve::try_new(&scores, &poor, &weights).unwrap();
    let two = curve.at(2.0);
    is(two.coverage(), (1.0 + 1.0 / 3.0) / 3.0);
    assert_eq!(curve.shares(&scores, 2.0), [1.0 / 3.0, 1.0, 1.0 / 3.0, 1.0 / 3.0, 0.0]);
    let matched = curve.matched();
    is(matched.exclusion_error(), (3.0 - 1.0 - 2.0 / 3.0) / 3.0);
    is(matched.inclusion_error(), matched.exclusion_error().unwrap());
    // pairs (poor, other): 9 beats both, 7 ties both, 1 loses both
    is(curve.auc(), (2.0 + 1.0) / 6.0);
    // recall 1/3 at precision 1, +1/3 at 2/4, +1/3 at 3/5
    is(curve.average_precision(), (1.0 + 0.5 + 0.6) / 3.0);
    assert_eq!(curve.shares(&scores, 0.0), [0.0; 5]);
    assert_eq!(curve.shares(&scores, 99.0), [1.0; 5]);
    let negative_zero = Curve::try_new(&[0.0, -0.0], &[true, false], &[1.0; 2]).unwrap();
    is(negative_zero.auc(), 0.5);
    assert_eq!(Curve::try_new(&[f64::NAN], &[true], &[1.0]).unwrap_err().code(), "targeting.errors.value");
}

/// `DeLong` by its definition: variances of the placements over all pairs.
#[test]
fn delong_by_definition() {
    let mut draws = Draws(7);
    let scores: Vec<f64> = (0..40).map(|_| crate::convert::float(draws.below(12))).collect();
    let poor: Vec<bool> = scores.iter().map(|score| draws.unit() * 12.0 < *score).collect();
    let of = |kind| (0..40).filter(|row: &usize| poor[*row] == kind).map(|row| scores[row]).collect::<Vec<f64>>();
    let (high, low) = (of(true), of(false));
    let kernel = |a: f64, b: f64| {
        if a > b {
            1.0
        } else if a < b {
            0.0
        } else {
            0.5
        }
    };
    let size = |values: &[f64]| crate::convert::float_len(values.len());
    let v10: Vec<f64> = high.iter().map(|a| low.iter().map(|b| kernel(*a, *b)).sum::<f64>() / size(&low)).collect();
    let v01: Vec<f64> = low.iter().map(|b| high.iter().map(|a| kernel(*a, *b)).sum::<f64>() / size(&high)).collect();
    let area = v10.iter().sum::<f64>() / size(&v10);
    let spread = |values: &[f64]| values.iter().map(|v| (v - area).powi(2)).sum::<f64>() / (size(values) - 1.0) / size(values);
    let found = auc_delong(&scores, &poor).unwrap().unwrap();
    close(found.value, area, 1e-12);
    close(found.standard_error, (spread(&v10) + spread(&v01)).sqrt(), 1e-12);
    // every household its own cluster: the same up to the small-sample factor
    let design = Design::simple(40, None).unwrap();
    let clustered = auc_in_design(&design, &scores, &poor).unwrap().unwrap();
    close(clustered.value, area, 1e-12);
    close(clustered.standard_error, found.standard_error, 0.05);
    assert!(auc_delong(&[1.0, 2.0], &[true, true]).unwrap().is_none());
}

/// Copies of a household in the same cluster add no information; taken as independent they would.
#[test]
fn clusters_of_copies_keep_the_standard_error() {
    let (scores, poor, _) = ties();
    let twice = |row: usize| row % 5;
    let units: Vec<u64> = (0..10).map(|row| crate::convert::count(twice(row))).collect();
    let scores2: Vec<f64> = (0..10).map(|row| scores[twice(row)]).collect();
    let poor2: Vec<bool> = (0..10).map(|row| poor[twice(row)]).collect();
    let sample = Sample { rows: 10, units: Some(&units), ..Sample::default() };
    let design = Design::try_new(sample, LonelyUnit::Refuse).unwrap();
    let copies = auc_in_design(&design, &scores2, &poor2).unwrap().unwrap();
    let single = auc_in_design(&Design::simple(5, None).unwrap(), &scores, &poor).unwrap().unwrap();
    close(copies.standard_error, single.standard_error, 1e-12);
}

#[test]
fn probabilities_by_hand() {
    let found = ProbabilityErrors::try_new(&[0.9, 0.2, 0.4], &[true, false, true], &[1.0, 2.0, 1.0]).unwrap().unwrap();
    close(found.log_loss, -(0.9_f64.ln() + 2.0 * 0.8_f64.ln() + 0.4_f64.ln()) / 4.0, 1e-14);
    close(found.brier, (0.01 + 2.0 * 0.04 + 0.36) / 4.0, 1e-14);
    close(found.poverty_rate_error, (0.9 + 0.4 + 0.4) / 4.0 - 0.5, 1e-12);
    let refused = ProbabilityErrors::try_new(&[1.1], &[true], &[1.0]).unwrap_err();
    assert_eq!(refused.code(), "targeting.errors.value");
}

#[test]
fn calibration_bins_hold_equal_counts() {
    let probabilities: Vec<f64> = (0..100).map(|row| f64::from(row) / 100.0).collect();
    let poor: Vec<bool> = (0..100).map(|row| row % 10 < 3).collect();
    let found = ProbabilityErrors::try_new(&probabilities, &poor, &[1.0; 100]).unwrap().unwrap();
    assert_eq!(found.bins.len(), 10);
    let mut error = 0.0;
    for (bin, number) in found.bins.iter().zip(0..) {
        close(bin.weight, 10.0, 1e-12);
        close(bin.predicted, f64::from(number) / 10.0 + 0.045, 1e-12);
        close(bin.observed, 0.3, 1e-12);
        error += (bin.predicted - 0.3).abs() / 10.0;
    }
    close(found.expected_calibration_error, error, 1e-12);
    // one constant, right on average: no calibration error however the rows are ordered
    let constant = ProbabilityErrors::try_new(&[0.3; 100], &poor, &[1.0; 100]).unwrap().unwrap();
    assert!(constant.expected_calibration_error < 1e-12);
}

#[test]
fn transfer_by_hand() {
    let incomes = [50.0, 80.0, 120.0, 200.0];
    let found = transfer(&incomes, &[1.0; 4], &[1.0, 1.0, 1.0, 0.0], 100.0, 90.0).unwrap().unwrap();
    close(found.benefit, 30.0, 0.0);
    close(found.before.headcount, 0.5, 0.0);
    close(found.after.headcount, 0.25, 0.0);
    close(found.before.gap, 0.7 / 4.0, 1e-14);
    close(found.after.gap, 0.2 / 4.0, 1e-14);
    close(found.leaked, 1.0 / 3.0, 1e-14);
    close(found.overshot, 10.0 / 90.0, 1e-14);
    let shared = transfer(&incomes, &[1.0; 4], &[0.5, 0.0, 0.0, 0.0], 100.0, 30.0).unwrap().unwrap();
    close(shared.after.headcount, 0.375, 1e-14);
    assert!(transfer(&incomes, &[1.0; 4], &[0.0; 4], 100.0, 30.0).unwrap().is_none());
    assert!(transfer(&incomes, &[1.0; 4], &[0.0; 4], 0.0, 30.0).is_err());
}

#[test]
fn published_transfer_before_is_the_distribution() {
    let table = Table::open("ilocos_1997/Ilocos.csv.gz");
    let (incomes, weights) = (table.numbers("income"), table.numbers("AP.weight"));
    let shares = vec![1.0; incomes.len()];
    let found = transfer(&incomes, &weights, &shares, 60_000.0, 0.0).unwrap().unwrap();
    let expected = Distribution::try_new(&incomes, Some(&weights)).unwrap().fgt(60_000.0);
    close(found.before.headcount, expected.headcount, 1e-12);
    close(found.after.severity, expected.severity, 1e-12);
}

#[test]
fn cgh_by_hand() {
    let welfare = [10.0, 20.0, 30.0, 40.0, 50.0];
    let cgh = |benefits: &[f64]| coady_grosh_hoddinott(&welfare, benefits, &[1.0; 5], 0.4).unwrap();
    is(cgh(&[1.0; 5]), 1.0);
    is(cgh(&[2.0, 1.0, 1.0, 0.0, 0.0]), 0.75 / 0.4);
    is(cgh(&[0.0, 0.0, 0.0, 1.0, 1.0]), 0.0);
    assert!(cgh(&[0.0; 5]).is_none());
    // two equally poor households share the last place of the poorest 20 %
    let tied = coady_grosh_hoddinott(&[1.0, 1.0, 2.0, 2.0, 2.0], &[1.0, 0.0, 0.0, 0.0, 0.0], &[1.0; 5], 0.2);
    is(tied.unwrap(), 2.5);
}

#[test]
fn groups_name_the_largest_gap() {
    // group 1: 1 of 8 poor missed; group 2: 6 of 8 poor missed; 4 others each, none selected
    let row = |row: usize| (row % 2 + 1, row % 24 / 2);
    let groups: Vec<u32> = (0..24).map(|at| if row(at).0 == 1 { 1 } else { 2 }).collect();
    let poor: Vec<bool> = (0..24).map(|at| row(at).1 < 8).collect();
    let shares: Vec<f64> = (0..24)
        .map(|at| match row(at) {
            (1, place) if (1..8).contains(&place) => 1.0,
            (2, place) if (6..8).contains(&place) => 1.0,
            _ => 0.0,
        })
        .collect();
    let design = Design::simple(24, None).unwrap();
    let errors = group_errors(&design, &groups, &poor, &shares).unwrap();
    assert_eq!(errors.iter().map(|one| one.group).collect::<Vec<_>>(), [None, Some(1), Some(2)]);
    is(errors[0].exclusion.map(|e| e.value), 7.0 / 16.0);
    is(errors[1].exclusion.map(|e| e.value), 1.0 / 8.0);
    is(errors[2].selection.map(|e| e.value), 2.0 / 12.0);
    is(errors[2].poverty.map(|e| e.value), 8.0 / 12.0);
    let found = gaps(&errors);
    // both groups differ by 5/16: the tie is decided by the group's number
    assert_eq!(
        found.iter().map(|gap| (gap.group, gap.figure)).take(2).collect::<Vec<_>>(),
        [(1, Figure::Exclusion), (2, Figure::Exclusion)]
    );
    close(found[1].difference, 0.3125, 1e-12);
    assert!(gaps(&errors[1..]).is_empty());
}

#[test]
fn three_rates_by_hand() {
    let counts = Counts { outside: 2_000, missed: 10, exited: 1_000, wrongly_exited: 20, asked: 500, satisfied: 450 };
    let populations = Populations { rural: 100_000, remaining: 500, outside: 80_000, exited: 20_000 };
    let found = assess(&counts, &populations, &Limits::default());
    close(found.missed.rate, 0.005, 1e-15);
    assert!(found.missed.met && found.missed.certain);
    // exactly 2 % is not below 2 %; 90 % reaches 90 %
    assert!(!found.wrongly_exited.met && !found.wrongly_exited.certain);
    assert!(found.satisfaction.met && !found.satisfaction.certain);
    // 500 + 0.5 % of 80,000 + 2 % of 20,000 = 1,300
    close(found.incidence.rate, 0.013, 1e-12);
    assert!(found.incidence.met && !found.met());
    let at_limit = Populations { remaining: 1_200, ..populations };
    assert!(!assess(&counts, &at_limit, &Limits::default()).incidence.met);
    let unseen = assess(&Counts::default(), &populations, &Limits::default());
    assert!(!unseen.missed.met && !unseen.satisfaction.met && !unseen.incidence.met);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Shares spend the quota exactly, agree with the curve, and the order of rows is irrelevant.
    #[test]
    fn curve_and_shares_agree(seed: u64, rows in 2_usize..60, part in 0.0..1.0_f64) {
        let mut draws = Draws(seed);
        let scores: Vec<f64> = (0..rows).map(|_| crate::convert::float(draws.below(8))).collect();
        let poor: Vec<bool> = (0..rows).map(|_| draws.below(3) == 0).collect();
        let weights: Vec<f64> = (0..rows).map(|_| crate::convert::float(draws.below(9)) / 7.0).collect();
        let curve = Curve::try_new(&scores, &poor, &weights).unwrap();
        let quota = part * curve.total();
        let shares = curve.shares(&scores, quota);
        let counted = Confusion::of((0..rows).map(|row| (poor[row], shares[row], weights[row])));
        let found = curve.at(quota);
        prop_assert!((counted.poor_selected - found.poor_selected).abs() < 1e-9);
        prop_assert!((counted.others_selected - found.others_selected).abs() < 1e-9);
        prop_assert!((counted.selected() - quota).abs() < 1e-9);
        let reversed = |values: &[f64]| values.iter().rev().copied().collect::<Vec<f64>>();
        let truths: Vec<bool> = poor.iter().rev().copied().collect();
        prop_assert_eq!(&curve, &Curve::try_new(&reversed(&scores), &truths, &reversed(&weights)).unwrap());
        let matched = curve.matched();
        if let (Some(exclusion), Some(inclusion)) = (matched.exclusion_error(), matched.inclusion_error()) {
            prop_assert!((exclusion - inclusion).abs() < 1e-9);
        }
    }
}
