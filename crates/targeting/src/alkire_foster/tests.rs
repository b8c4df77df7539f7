use proptest::prelude::*;

use super::*;
use crate::testing::{Draws, close};

const QUARTERS: [Fraction; 4] = [Fraction::new(1, 4); 4];
/// P1 none, P2 first and fourth, P3 all, P4 the second indicator (bit 0 is the first).
const PERSONS: [u32; 4] = [0b0000, 0b1001, 0b1111, 0b0010];

fn measure(weights: &[Fraction], cutoff: (u32, u32)) -> Measure {
    Measure::try_new(weights, Cutoff::Share(Fraction::new(cutoff.0, cutoff.1)), MissingPolicy::Drop).unwrap()
}

fn tally(measure: &Measure, patterns: &[u32]) -> Tally {
    let mut tally = Tally::new(measure);
    for pattern in patterns {
        tally.add(measure, *pattern, 0, 1);
    }
    tally
}

fn check(weights: &[Fraction], cutoff: (u32, u32), expected: (f64, f64, f64)) {
    let measure = measure(weights, cutoff);
    let profile = Profile::new(&measure, &tally(&measure, &PERSONS));
    close(profile.headcount, expected.0, 1e-15);
    close(profile.intensity, expected.1, 1e-15);
    close(profile.adjusted_headcount, expected.2, 1e-15);
}

#[test]
fn textbook_cutoffs() {
    check(&QUARTERS, (1, 2), (0.5, 0.75, 0.375));
    check(&QUARTERS, (1, 4), (0.75, 7.0 / 12.0, 0.4375));
    check(&QUARTERS, (3, 4), (0.25, 1.0, 0.25));
    check(&QUARTERS, (1, 1), (0.25, 1.0, 0.25));
    let sixths = [Fraction::new(1, 2), Fraction::new(1, 6), Fraction::new(1, 6), Fraction::new(1, 6)];
    check(&sixths, (1, 3), (0.5, 5.0 / 6.0, 5.0 / 12.0));
    let scores: Vec<(u32, u32)> = PERSONS
        .iter()
        .map(|pattern| measure(&sixths, (1, 3)).score(*pattern, 0).unwrap())
        .map(|score| (score.numerator(), score.denominator()))
        .collect();
    assert_eq!(scores, [(0, 6), (4, 6), (6, 6), (1, 6)]);
}

#[test]
fn textbook_indicators_and_groups() {
    let measure = measure(&QUARTERS, (1, 2));
    let profile = Profile::new(&measure, &tally(&measure, &PERSONS));
    let expected = [(0.5, 0.5, 1.0 / 3.0), (0.5, 0.25, 1.0 / 6.0), (0.25, 0.25, 1.0 / 6.0), (0.5, 0.5, 1.0 / 3.0)];
    for (found, (uncensored, censored, contribution)) in profile.indicators.iter().zip(expected) {
        close(found.uncensored, uncensored, 0.0);
        close(found.censored, censored, 0.0);
        close(found.contribution, contribution, 1e-15);
    }
    // P2 and P3 reach one half; P4 at one quarter is vulnerable (20 % to the cutoff).
    close(profile.severe, 0.5, 0.0);
    close(profile.vulnerable, 0.25, 0.0);
    let shares = decompose(&measure, &[tally(&measure, &PERSONS[..2]), tally(&measure, &PERSONS[2..])]);
    for (found, (population, m0, contribution)) in shares.iter().zip([(0.5, 0.25, 1.0 / 3.0), (0.5, 0.5, 2.0 / 3.0)]) {
        close(found.population, population, 0.0);
        close(found.adjusted_headcount, m0, 0.0);
        close(found.contribution, contribution, 1e-15);
    }
}

/// Six of eighteen reaches one third; five does not. In floats 1/6 + 3·(1/18) may miss it.
#[test]
fn six_eighteenths_reach_one_third() {
    let mut weights = vec![Fraction::new(1, 6); 4];
    weights.extend([Fraction::new(1, 18); 6]);
    let measure = measure(&weights, (1, 3));
    assert_eq!(measure.scale(), 18);
    assert_eq!(measure.weights(), [3, 3, 3, 3, 1, 1, 1, 1, 1, 1]);
    for (pattern, numerator, poor) in
        [(0b11_1111_0000, 6, true), (0b00_0111_0001, 6, true), (0b00_0000_0011, 6, true), (0b00_0011_0001, 5, false)]
    {
        let score = measure.score(pattern, 0).unwrap();
        assert_eq!((score.numerator(), score.poor()), (numerator, poor));
    }
}

#[test]
fn nested_weights_are_those_of_the_global_index() {
    let third = Fraction::new(1, 3);
    let dimensions = [Dimension::equal(third, 2), Dimension::equal(third, 2), Dimension::equal(third, 6)];
    let nested = Measure::nested(&dimensions, Cutoff::Share(third), MissingPolicy::Drop).unwrap();
    assert_eq!(nested.weights(), [3, 3, 3, 3, 1, 1, 1, 1, 1, 1]);
    assert_eq!(nested.dimensions(), [0, 0, 1, 1, 2, 2, 2, 2, 2, 2]);
    let profile = Profile::new(&nested, &tally(&nested, &[0b11_1111_1111, 0b0000_0000_0011]));
    // scores 18/18 and 6/18: health 12, education 6, living standard 6 of 24
    for (found, expected) in profile.dimensions.iter().zip([0.5, 0.25, 0.25]) {
        close(*found, expected, 1e-15);
    }
}

#[test]
fn measures_that_cannot_hold_are_refused_with_the_figure() {
    let half = Cutoff::Share(Fraction::new(1, 2));
    let refused = |weights: &[Fraction], cutoff| Measure::try_new(weights, cutoff, MissingPolicy::Drop).unwrap_err();
    let sum = refused(&[Fraction::new(1, 2), Fraction::new(1, 3)], half);
    assert_eq!(sum, MeasureError::WeightsSum { found: Fraction::new(5, 6) });
    assert_eq!(sum.to_string(), "the weights sum to 5/6, not to 1; correct them so that the sum is exactly 1");
    assert_eq!(sum.code(), "targeting.measure.weights_sum");
    assert_eq!(refused(&[], half).code(), "targeting.measure.indicator_count");
    assert_eq!(refused(&[Fraction::new(1, 33); 33], half).code(), "targeting.measure.indicator_count");
    assert_eq!(refused(&[Fraction::new(1, 0)], half).code(), "targeting.measure.zero_denominator");
    let one = [Fraction::new(1, 1)];
    for bad in [Fraction::new(0, 3), Fraction::new(4, 3), Fraction::new(1, 0)] {
        assert!(Measure::try_new(&one, Cutoff::Share(bad), MissingPolicy::Drop).is_err());
    }
    let partial = Dimension { weight: Fraction::new(1, 1), shares: vec![Some(Fraction::new(1, 2)), None] };
    let refused = Measure::nested(&[partial], half, MissingPolicy::Drop).unwrap_err();
    assert_eq!(refused, MeasureError::SharesSum { dimension: 0, found: Fraction::new(1, 2) });
    let large = [Fraction::new(1, 4_294_967_291), Fraction::new(4_294_967_278, 4_294_967_279)];
    assert_eq!(Measure::try_new(&large, half, MissingPolicy::Drop).unwrap_err().code(), "targeting.measure.denominator_too_large");
}

#[test]
fn missing_policies_by_hand() {
    let with = |policy| Measure::try_new(&QUARTERS, Cutoff::Share(Fraction::new(1, 2)), policy).unwrap();
    let (deprived, missing) = (0b0001, 0b1100);
    assert!(with(MissingPolicy::Drop).score(deprived, missing).is_none());
    let spread = with(MissingPolicy::Redistribute).score(deprived, missing).unwrap();
    assert_eq!((spread.numerator(), spread.denominator(), spread.poor()), (1, 2, true));
    let lenient = with(MissingPolicy::NotDeprived).score(deprived, missing).unwrap();
    assert_eq!((lenient.numerator(), lenient.denominator(), lenient.poor()), (1, 4, false));
    assert!(with(MissingPolicy::Redistribute).score(0, 0b1111).is_none());
    // a bit both deprived and missing is missing
    assert_eq!(with(MissingPolicy::NotDeprived).score(0b1000, 0b1000).unwrap().numerator(), 0);
}

#[test]
fn union_counts_anyone_deprived() {
    let union = Measure::try_new(&QUARTERS, Cutoff::Union, MissingPolicy::Drop).unwrap();
    assert_eq!(tally(&union, &PERSONS).poor(), 3);
}

#[test]
fn batches_that_do_not_fit_are_refused() {
    let measure = measure(&QUARTERS, (1, 2));
    let refused = |batch| GroupTally::new(&measure, 2).add(batch).unwrap_err().code();
    let batch = |groups, deprived, missing| Batch { groups, deprived, missing, weights: None };
    assert_eq!(refused(batch(&[0], &[1, 2], None)), "targeting.tally.length_mismatch");
    assert_eq!(refused(batch(&[2], &[1], None)), "targeting.tally.unknown_group");
    assert_eq!(refused(batch(&[1], &[16], None)), "targeting.tally.pattern_width");
    assert_eq!(refused(batch(&[1], &[1], Some(&[16]))), "targeting.tally.pattern_width");
}

const POLICIES: [MissingPolicy; 3] = [MissingPolicy::Drop, MissingPolicy::Redistribute, MissingPolicy::NotDeprived];

/// Random whole weights over their sum, so that denominators differ from case to case.
fn random_measure(seed: u64, indicators: usize, policy: MissingPolicy) -> Measure {
    let mut draws = Draws(seed);
    let parts: Vec<u32> = (0..indicators).map(|_| u32::try_from(draws.below(9)).unwrap() + 1).collect();
    let whole = parts.iter().sum();
    let weights: Vec<Fraction> = parts.iter().map(|part| Fraction::new(*part, whole)).collect();
    let cutoff = Fraction::new(u32::try_from(draws.below(10)).unwrap() + 1, 10);
    Measure::try_new(&weights, Cutoff::Share(cutoff), policy).unwrap()
}

fn at_least(left: Score, right: Score) -> bool {
    u64::from(left.numerator()) * u64::from(right.denominator()) >= u64::from(right.numerator()) * u64::from(left.denominator())
}

proptest! {
    /// TGT-1, for every policy: what is missing stays missing, one more deprivation.
    #[test]
    fn one_more_deprivation_never_lowers_a_score(seed: u64, n in 1_usize..=32, d: u32, m: u32, bit in 0_u32..32) {
        for policy in POLICIES {
            let measure = random_measure(seed, n, policy);
            let (before, after) = (measure.score(d, m), measure.score(d | (1 << bit), m));
            prop_assert_eq!(before.is_some(), after.is_some());
            if let (Some(before), Some(after)) = (before, after) {
                prop_assert!(at_least(after, before));
                prop_assert!(after.poor() || !before.poor());
            }
        }
    }

    /// A missing answer becomes known. Deprived: no policy lowers the score. Not deprived:
    /// `NotDeprived` keeps the score, `Redistribute` may lower it (weight returns to the
    /// indicator) but never raises it; `Drop` only assesses more households.
    #[test]
    fn an_answer_moves_the_score_to_its_side(seed: u64, n in 1_usize..=32, d: u32, m: u32, bit in 0_u32..32) {
        let known = m & !(1 << bit);
        for policy in [MissingPolicy::Redistribute, MissingPolicy::NotDeprived] {
            let measure = random_measure(seed, n, policy);
            let Some(before) = measure.score(d, m | (1 << bit)) else { continue };
            let deprived = measure.score(d | (1 << bit), known).unwrap();
            let well = measure.score(d & !(1 << bit), known).unwrap();
            prop_assert!(at_least(deprived, before));
            prop_assert!(at_least(before, well));
        }
        let measure = random_measure(seed, n, MissingPolicy::Drop);
        if let Some(before) = measure.score(d, m | (1 << bit)) {
            prop_assert_eq!(Some(before), measure.score(d, known));
        }
        let strict = random_measure(seed, n, MissingPolicy::NotDeprived).score(d, m).unwrap();
        if let Some(spread) = random_measure(seed, n, MissingPolicy::Redistribute).score(d, m) {
            prop_assert!(at_least(spread, strict));
        }
    }

    /// Sums do not depend on order, on batches, on the path taken, or on how parts are merged.
    #[test]
    fn tallies_do_not_depend_on_order_or_partition(seed: u64, n in 1_usize..=20, rows in 1_usize..300, cut in 0_usize..300) {
        let mut draws = Draws(seed);
        let mut word = || u32::try_from(draws.next() >> 32).unwrap();
        let known = u32::MAX >> (32 - n);
        let groups: Vec<u32> = (0..rows).map(|_| word() % 3).collect();
        let deprived: Vec<u32> = (0..rows).map(|_| word() & word() & known).collect();
        let missing: Vec<u32> = (0..rows).map(|_| if word() % 4 == 0 { word() & word() & known } else { 0 }).collect();
        let weights: Vec<u32> = (0..rows).map(|_| word() % 9).collect();
        for policy in POLICIES {
            let measure = random_measure(seed, n, policy);
            let run = |order: &[usize], cut: usize| {
                let mut tallies = GroupTally::new(&measure, 3);
                for part in [&order[..cut], &order[cut..]] {
                    let pick = |column: &[u32]| part.iter().map(|row| column[*row]).collect::<Vec<u32>>();
                    let (g, d, m, w) = (pick(&groups), pick(&deprived), pick(&missing), pick(&weights));
                    tallies.add(Batch { groups: &g, deprived: &d, missing: Some(&m), weights: Some(&w) }).unwrap();
                }
                tallies.finish()
            };
            let forward: Vec<usize> = (0..rows).collect();
            let mut sorted = forward.clone();
            sorted.sort_by_key(|row| (groups[*row], deprived[*row]));
            let whole = run(&forward, 0);
            prop_assert_eq!(&whole, &run(&sorted, cut.min(rows)));
            for group in 0..3_u32 {
                let mut row_by_row = Tally::new(&measure);
                let mut counts = PatternCounts::default();
                for row in (0..rows).filter(|row| groups[*row] == group) {
                    row_by_row.add(&measure, deprived[row], missing[row], u64::from(weights[row]));
                    counts.add(deprived[row], missing[row], u64::from(weights[row]));
                }
                let group = usize::try_from(group).unwrap();
                prop_assert_eq!(row_by_row.score_sums(&measure), whole[group].score_sums(&measure));
                prop_assert_eq!(Profile::new(&measure, &row_by_row), Profile::new(&measure, &whole[group]));
                prop_assert_eq!(Profile::new(&measure, &counts.tally(&measure)), Profile::new(&measure, &whole[group]));
            }
        }
    }

    /// M0 = H·A, contributions sum to one, and M0 is the groups' M0 weighted by population, exactly.
    #[test]
    fn figures_hang_together(seed: u64, n in 1_usize..=16, rows in 2_usize..200) {
        let mut draws = Draws(seed);
        for policy in POLICIES {
            let measure = random_measure(seed, n, policy);
            let mut groups = vec![Tally::new(&measure); 3];
            for row in 0..rows {
                let missing = if draws.below(5) == 0 { low(draws.next()) } else { 0 };
                groups[row % 3].add(&measure, low(draws.next()), missing, draws.below(6));
            }
            let mut whole = Tally::new(&measure);
            groups.iter().for_each(|group| whole.merge(group).unwrap());
            let mut sums = std::collections::BTreeMap::new();
            for (denominator, numerator) in groups.iter().flat_map(|group| group.score_sums(&measure)) {
                *sums.entry(denominator).or_insert(0) += numerator;
            }
            prop_assert_eq!(sums.into_iter().collect::<Vec<_>>(), whole.score_sums(&measure));
            let profile = Profile::new(&measure, &whole);
            let shares = decompose(&measure, &groups);
            let m0 = profile.adjusted_headcount;
            prop_assert!((profile.headcount * profile.intensity - m0).abs() < 1e-14);
            prop_assert!((shares.iter().map(|g| g.population * g.adjusted_headcount).sum::<f64>() - m0).abs() < 1e-14);
            if m0 > 0.0 {
                let by_indicator: f64 = profile.indicators.iter().map(|one| one.contribution).sum();
                let by_dimension: f64 = profile.dimensions.iter().sum();
                let by_group: f64 = shares.iter().map(|group| group.contribution).sum();
                for sum in [by_indicator, by_dimension, by_group] {
                    prop_assert!((sum - 1.0).abs() < 1e-12);
                }
            }
        }
    }
}

fn low(word: u64) -> u32 {
    u32::try_from(word >> 32).unwrap()
}
