use super::*;

#[test]
fn exponential_agrees_with_the_library() {
    for step in -300..300 {
        let x = f64::from(step) / 10.0;
        assert!((exp(x) / x.exp() - 1.0).abs() < 1e-12, "{x}");
    }
}

#[test]
fn normal_has_mean_zero_and_variance_one() {
    let mut random = Random::keyed(7, 1, Stream::Village);
    let draws: Vec<f64> = (0..100_000).map(|_| random.normal()).collect();
    let mean = draws.iter().sum::<f64>() / 100_000.0;
    let variance = draws.iter().map(|x| x * x).sum::<f64>() / 100_000.0;
    assert!(mean.abs() < 0.015, "{mean}");
    assert!((variance - 1.0).abs() < 0.02, "{variance}");
}

#[test]
fn keys_and_streams_do_not_share_values() {
    let mut seen = std::collections::BTreeSet::new();
    for key in 0..100 {
        for stream in [Stream::Village, Stream::Household, Stream::Listing] {
            for seed in 0..5 {
                assert!(seen.insert(Random::keyed(seed, key, stream).word()));
            }
        }
    }
}

#[test]
fn choice_follows_its_probabilities() {
    let mut random = Random::keyed(1, 1, Stream::Tie);
    let hits = (0..10_000).filter(|_| random.choose(&[(0.2, true)], false)).count();
    assert!((1_800..2_200).contains(&hits), "{hits}");
}

#[test]
fn logarithm_agrees_with_the_library() {
    for step in 1..2_000 {
        let x = f64::from(step) * f64::from(step) / 997.0;
        assert!((ln(x) - x.ln()).abs() < 1e-12 * (1.0 + x.ln().abs()), "{x}");
    }
}
