use proptest::prelude::*;

use super::*;
use crate::boost::random::draw;

/// Rows with a known probability, and outcomes drawn from it.
fn drawn(rows: u64, seed: u64, truth: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let uniform = |row, purpose| {
        let bits = u32::try_from(draw(seed, purpose, row) >> 40).unwrap();
        f64::from(bits) / 16_777_216.0
    };
    let scores: Vec<f64> = (0..rows).map(|row| 6.0 * uniform(row, 0) - 3.0).collect();
    let truths: Vec<f64> = scores.iter().map(|score| truth(*score)).collect();
    let drawn = (0..rows).zip(&truths);
    let outcome = drawn.map(|(row, p)| f64::from(u8::from(uniform(row, 1) < *p))).collect();
    (scores, truths, outcome)
}

fn chosen(truth: impl Fn(f64) -> f64) -> (Calibration, Vec<(&'static str, f64)>) {
    let (scores, _, outcome) = drawn(6000, 1, truth);
    let folds: Vec<usize> = (0..6000).map(|row| row % 5).collect();
    Calibration::choose(&Scored { scores: &scores, outcome: &outcome, weights: &vec![1.0; 6000], folds: &folds })
}

#[test]
fn stretched_scores_are_brought_back() {
    let truth = |score: f64| logistic(0.4 * score - 0.8);
    let (calibration, _) = chosen(truth);
    let Calibration::Platt { slope, shift } = calibration else {
        panic!("{calibration:?}");
    };
    assert!((slope - 0.4).abs() < 0.05 && (shift + 0.8).abs() < 0.1, "{slope} {shift}");
}

#[test]
fn a_step_needs_isotonic_regression() {
    let truth = |score: f64| if score < 0.0 { 0.05 } else { 0.9 };
    let (calibration, losses) = chosen(truth);
    assert!(matches!(calibration, Calibration::Isotonic(_)), "{losses:?}");
    for score in [-2.0, -1.0, 1.0, 2.0] {
        let found = calibration.probability(score);
        assert!((found - truth(score)).abs() < 0.06, "{score}: {found}");
    }
}

#[test]
fn bands_hold_the_truth_at_their_level() {
    let mut held = 0.0;
    let mut asked = 0.0;
    for seed in 0..20 {
        let (scores, truths, outcome) = drawn(2000, seed, logistic);
        let probabilities: Vec<f64> = scores.into_iter().map(logistic).collect();
        let band = Band::fit(&probabilities, &outcome, &vec![1.0; 2000], 0.9);
        for truth in truths {
            let interval = Band::interval(&band, truth);
            assert!(interval.lower <= truth && truth <= interval.upper);
            asked += 1.0;
        }
        // The band itself, not widened by the probability it is asked for.
        for step in 1..20 {
            let p = f64::from(step) / 20.0;
            let low = interpolate(&band.probabilities, &band.lower, p);
            let high = interpolate(&band.probabilities, &band.upper, p);
            held += f64::from(u8::from(low <= p && p <= high)) / 380.0;
            assert!(high - low < 0.25);
        }
    }
    assert!(asked > 0.0 && (0.85..0.99).contains(&held), "{held}");
}

#[test]
fn a_wrong_model_gets_a_band_around_what_happened() {
    let (scores, truths, outcome) = drawn(8000, 3, |_| 0.3);
    let probabilities: Vec<f64> = scores.into_iter().map(logistic).collect();
    let band = Band::fit(&probabilities, &outcome, &vec![1.0; 8000], 0.9);
    let interval = band.interval(0.9);
    assert!(interval.lower < truths[0] && interval.upper >= 0.9, "{interval:?}");
}

#[test]
fn wilson_and_normal_match_tables() {
    // Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662 at 95%.
    let z = band::normal_quantile(0.975);
    assert!((z - 1.959_964).abs() < 1e-5);
    let (low, high) = band::wilson(81.0 / 263.0, 263.0, z);
    assert!((low - 0.2553).abs() < 1e-4 && (high - 0.3662).abs() < 1e-4, "{low} {high}");
}

proptest! {
    #[test]
    fn pooled_values_never_fall_and_keep_their_mean(
        pairs in proptest::collection::vec((-5.0..5.0_f64, 0.1..3.0_f64), 1..40)
    ) {
        let (values, weights): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let fitted = never_falling(&values, &weights);
        prop_assert!(fitted.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12));
        let mean = |values: &[f64]| values.iter().zip(&weights).map(|(v, w)| v * w).sum::<f64>();
        prop_assert!((mean(&values) - mean(&fitted)).abs() < 1e-9);
    }

    #[test]
    fn calibrated_order_is_kept(scores in proptest::collection::vec(-4.0..4.0_f64, 30..80)) {
        let outcome: Vec<f64> = scores.iter().enumerate().map(|(row, _)| f64::from(u8::from(row % 3 == 0))).collect();
        let weights = vec![1.0; scores.len()];
        for map in [platt(&scores, &outcome, &weights), Calibration::Isotonic(Isotonic::fit(&scores, &outcome, &weights))] {
            let mut sorted = scores.clone();
            sorted.sort_by(f64::total_cmp);
            let probabilities: Vec<f64> = sorted.iter().map(|score| map.probability(*score)).collect();
            prop_assert!(probabilities.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12));
            prop_assert!(probabilities.iter().all(|p| *p > 0.0 && *p < 1.0));
        }
    }
}
