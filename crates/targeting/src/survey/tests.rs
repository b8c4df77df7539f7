use super::*;
use crate::testing::close;

#[test]
fn simple_random_sample_is_the_textbook_mean() {
    let values = [3.0, 5.0, 8.0, 12.0];
    let design = Design::simple(4, None).unwrap();
    let mean = design.mean(|row| values[row], |_| true).unwrap();
    close(mean.value, 7.0, 1e-15);
    // sample variance 46/3, divided by four
    close(mean.standard_error, (46.0_f64 / 12.0).sqrt(), 1e-14);
    close(mean.degrees_of_freedom, 3.0, 0.0);
    let (low, high) = mean.interval(0.95);
    close(high - 7.0, 3.182_446_305_283_706 * mean.standard_error, 1e-11);
    close(7.0 - low, high - 7.0, 1e-12);
}

/// Two strata of two units each: by hand, 2·Σ(z − mean)² per stratum.
#[test]
fn strata_and_units_by_hand() {
    let strata = [1, 1, 1, 2, 2, 2];
    let units = [1, 1, 2, 1, 2, 2];
    let y = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0];
    let sample = Sample { rows: 6, strata: Some(&strata), units: Some(&units), weights: None };
    let design = Design::try_new(sample, LonelyUnit::Refuse).unwrap();
    assert_eq!((design.units(), design.strata()), (4, 2));
    let found = design.mean(|row| y[row], |_| true).unwrap();
    // R = 1/2; z·6 by unit: (0.5 − 0.5), 0.5 | −0.5, (−0.5 + 0.5)
    close(found.value, 0.5, 0.0);
    let by_hand = 2.0 * (2.0 * 0.25_f64.powi(2)) * 2.0 / 36.0;
    close(found.standard_error.powi(2), by_hand, 1e-14);
}

#[test]
fn lonely_units_are_refused_skipped_or_centred() {
    let strata = [1, 1, 2];
    let sample = Sample { rows: 3, strata: Some(&strata), ..Sample::default() };
    let refused = Design::try_new(sample, LonelyUnit::Refuse).unwrap_err();
    assert_eq!(refused, DesignError::LonelyUnit { stratum: 2 });
    assert_eq!(refused.code(), "targeting.survey.lonely_unit");
    let y = [0.0, 1.0, 1.0];
    let error = |lonely| Design::try_new(sample, lonely).unwrap().mean(|row| y[row], |_| true).unwrap().standard_error;
    assert!(error(LonelyUnit::Centre) > error(LonelyUnit::Certain));
}

#[test]
fn bad_designs_are_refused() {
    let code = |sample| Design::try_new(sample, LonelyUnit::Refuse).unwrap_err().code();
    assert_eq!(code(Sample::default()), "targeting.survey.empty");
    assert_eq!(code(Sample { rows: 1, ..Sample::default() }), "targeting.survey.lonely_unit");
    assert_eq!(code(Sample { rows: 2, weights: Some(&[1.0]), ..Sample::default() }), "targeting.survey.length_mismatch");
    assert_eq!(code(Sample { rows: 2, weights: Some(&[1.0, f64::NAN]), ..Sample::default() }), "targeting.survey.weight");
    let alone = Sample { rows: 1, ..Sample::default() };
    assert_eq!(Design::try_new(alone, LonelyUnit::Certain).unwrap_err().code(), "targeting.survey.no_freedom");
}

/// R: `prop.test(7, 10, correct = FALSE)$conf.int` is (0.3967781, 0.8922087).
#[test]
fn wilson_interval() {
    let (low, high) = wilson(7, 10, 0.95);
    close(low, 0.396_778_1, 1e-6);
    close(high, 0.892_208_7, 1e-6);
    assert_eq!(wilson(0, 0, 0.95), (0.0, 1.0));
    assert!(wilson(0, 50, 0.95).0.abs() < 1e-12);
}

#[test]
fn points_have_no_logit_interval() {
    let certain = Estimate { value: 1.0, standard_error: 0.0, degrees_of_freedom: 10.0 };
    assert_eq!(certain.logit_interval(0.95), (1.0, 1.0));
}
