use proptest::prelude::*;

use super::*;

fn close(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "found {found:e}, expected {expected:e}");
}

/// Expected values: exact rational or 60-digit decimal sums computed apart from this code.
#[test]
fn tails_match_exact_sums() {
    for (successes, trials, chance, expected) in [
        (7, 10, 0.5, 0.171_875),
        (30, 100, 0.2, 0.011_248_978_720_991_634),
        (80, 100, 0.5, 5.579_544_528_625_976e-10),
        (600, 1000, 0.5, 1.364_232_078_033_009_2e-10),
    ] {
        close(binomial_upper(successes, trials, chance), expected, 1e-11);
    }
    close(poisson_upper(5, 2.5), 0.108_821_981_085_848_76, 1e-12);
    close(poisson_upper(40, 12.0), 1.558_711_310_236_460_8e-10, 1e-11);
    close(poisson_upper(1, 0.001), 0.000_999_500_166_625_008_2, 1e-12);
    close(chi_square_upper(9.487_729_036_781_15, 4.0), 0.05, 1e-12);
    close(chi_square_upper(100.0, 10.0), 5.449_701_982_920_53e-17, 1e-11);
    close(chi_square_upper(3.0, 18.0), 0.999_972_264_180_753_1, 1e-12);
}

#[test]
fn log_gamma_matches_the_c_library() {
    for (x, expected) in [
        (0.1, 2.252_712_651_734_205_5),
        (0.5, 0.572_364_942_924_700_4),
        (3.7, 1.428_072_326_665_388_3),
        (363.5, 1_777.587_052_587_190_6),
        (1e5, 1_051_287.708_973_656_6),
    ] {
        close(ln_gamma(x), expected, 1e-13);
    }
    assert!(ln_gamma(0.0).is_nan() && ln_gamma(-1.0).is_nan());
}

#[test]
fn normal_matches_error_function() {
    for (z, expected) in [
        (0.5, 0.308_537_538_725_986_9),
        (1.96, 0.024_997_895_148_220_435),
        (6.0, 9.865_876_450_377_012e-10),
        (-1.0, 0.841_344_746_068_542_9),
        (20.0, 2.753_624_118_606_231_4e-89),
    ] {
        close(normal_upper(z), expected, 1e-12);
    }
    close(normal_quantile(0.975), 1.959_963_984_540_054, 1e-14);
    close(normal_quantile(0.6), 0.253_347_103_135_799_8, 1e-13);
    close(normal_quantile(1e-9), -5.997_807_015_007_686_5, 1e-12);
    assert!(normal_quantile(0.0).is_infinite() && normal_quantile(1.5).is_nan());
}

/// Expected values: the closed forms for whole degrees of freedom (finite trigonometric sums).
#[test]
fn student_matches_closed_forms() {
    for (degrees, expected) in [
        (1.0, 12.706_204_736_174_676),
        (2.0, 4.302_652_729_749_459),
        (3.0, 3.182_446_305_283_706_4),
        (5.0, 2.570_581_835_636_314_6),
        (30.0, 2.042_272_456_301_238),
        (597.0, 1.963_945_569_485_208_2),
        (727.0, 1.963_232_428_091_233_2),
        (f64::INFINITY, 1.959_963_984_540_054),
    ] {
        close(student_quantile(0.975, degrees), expected, 1e-11);
        close(student_quantile(0.025, degrees), -expected, 1e-11);
    }
    close(student_upper(0.3, 4.0), 0.389_560_714_138_729_84, 1e-12);
    close(student_upper(2.5, 9.0), 0.016_930_913_841_492_812, 1e-12);
    close(student_upper(1.2, 727.0), 0.115_265_119_430_047_14, 1e-11);
}

#[test]
fn poisson_binomial_with_equal_chances_is_binomial() {
    let mass = poisson_binomial(&[0.5; 10]);
    let upper: f64 = mass.iter().skip(7).sum();
    close(upper, 0.171_875, 1e-14);
    close(mass.iter().sum(), 1.0, 1e-14);
    // two trials by hand: 0.9*0.8, 0.1*0.8 + 0.9*0.2, 0.1*0.2
    for (found, expected) in poisson_binomial(&[0.1, 0.2]).iter().zip([0.72, 0.26, 0.02]) {
        close(*found, expected, 1e-14);
    }
}

proptest! {
    #[test]
    fn quantile_inverts_tail(probability in 1e-6..0.999_999_f64, degrees in 0.3..2000.0_f64) {
        let t = student_quantile(probability, degrees);
        prop_assert!((1.0 - student_upper(t, degrees) - probability).abs() < 1e-11);
        let z = normal_quantile(probability);
        prop_assert!((normal_lower(z) - probability).abs() < 1e-13);
    }

    #[test]
    fn bodies_and_tails_add_up(shape in 0.1..500.0_f64, x in 0.0..800.0_f64) {
        prop_assert!((gamma_lower(shape, x) + gamma_upper(shape, x) - 1.0).abs() < 1e-12);
    }
}
