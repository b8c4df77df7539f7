use proptest::prelude::*;

use super::*;
use crate::testing::{Draws, close};

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap()
}

/// The example of Benjamini and Hochberg 1995, table 1: 4 of 15 are found at 5 %.
#[test]
fn q_values_of_the_original_example() {
    let p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
    let q = q_values(&p);
    assert_eq!(q.iter().filter(|value| **value <= 0.05).count(), 4);
    close(q[0], 0.0015, 1e-12);
    close(q[3], 0.0095 * 15.0 / 4.0, 1e-12);
    close(q[5], 0.0298 * 15.0 / 7.0, 1e-12);
    let shuffled = q_values(&[0.0298, 1.0, 0.0001]);
    close(shuffled[0], 0.0447, 1e-12);
    close(shuffled[2], 0.0003, 1e-12);
    let rated = rate(&[None, Some(Test { statistic: 3.0, p_value: 0.01 }), None]);
    assert!(rated[0].is_none() && rated[2].is_none());
    close(rated[1].unwrap().q_value, 0.01, 1e-15);
}

#[test]
fn bunching_by_hand() {
    // widths of 10 around 100: bins 70.., 80.., 90.. | 100.., 110.., 120..
    let mut incomes = Vec::new();
    for (low, households) in [(70, 4), (80, 5), (90, 18), (100, 2), (110, 7), (120, 8)] {
        incomes.extend(vec![low; households]);
    }
    let found = bunching(&incomes, 100, 10).unwrap();
    assert_eq!((found.under, found.over), (18, 2));
    // m = 6, s = (−10 − 7.5 + 10.5 + 20)/17
    close(found.expected_share, 0.5 - 13.0 / 17.0 / 24.0, 1e-14);
    close(found.test.statistic, 18.0 - 20.0 * found.expected_share, 1e-12);
    assert!(found.test.p_value < 2.1e-4);
    assert!(bunching(&[50, 300], 100, 10).is_none());
    assert!(bunching(&[99], 100, 0).is_none());
    close(bunching(&[99], 100, 10).unwrap().test.p_value, 0.5, 1e-12);
}

/// On smooth falling densities the test stays at its level; with a fifth moved under the line it finds.
#[test]
fn bunching_keeps_its_level_and_has_power() {
    let mut draws = Draws(3);
    let (mut false_alarms, mut found) = (0, 0);
    for _ in 0..2_000 {
        // triangular density, falling through the line at 1,000
        let mut incomes: Vec<i64> = (0..600).map(|_| signed(draws.below(2_000)).min(signed(draws.below(2_000)))).collect();
        let p = |incomes: &[i64]| bunching(incomes, 1_000, 100).unwrap().test.p_value;
        false_alarms += i32::from(p(&incomes) <= 0.05);
        for income in &mut incomes {
            if (1_000..1_100).contains(income) && draws.below(2) == 0 {
                *income -= 100;
            }
        }
        found += i32::from(p(&incomes) <= 0.05);
    }
    assert!((20..=120).contains(&false_alarms), "{false_alarms} of 2,000");
    assert!(found > 1_000, "{found} of 2,000");
}

#[test]
fn homogeneity_by_hand() {
    // village 30/20, rest 50/100: expected 80·50/200 = 20 and 30
    let found = homogeneity(&[30, 20], &[80, 120]).unwrap();
    close(found.statistic, 100.0 / 20.0 + 100.0 / 60.0 + 100.0 / 30.0 + 100.0 / 90.0, 1e-12);
    // one degree of freedom: the square of a normal variable
    close(found.p_value, 2.0 * crate::distribution::normal_upper(found.statistic.sqrt()), 1e-10);
    assert!(homogeneity(&[0, 0], &[5, 5]).is_none());
    assert!(homogeneity(&[5, 5], &[5, 5]).is_none());
    assert!(homogeneity(&[6, 5], &[5, 50]).is_none());
    // one village in ten: the two rare categories (expected 2 and 4) are joined to one
    let joined = homogeneity(&[3, 2, 45], &[20, 40, 440]).unwrap();
    let by_hand = homogeneity(&[5, 45], &[60, 440]).unwrap();
    close(joined.p_value, by_hand.p_value, 1e-12);
}

#[test]
fn homogeneity_keeps_its_level() {
    let mut draws = Draws(11);
    let mut alarms = 0;
    for _ in 0..2_000 {
        let mut sample = |size: u64| {
            let mut counts = [0_u64; 10];
            for _ in 0..size {
                // zero and five are twice as likely, as in real declarations
                let digit = [0, 0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9][usize::try_from(draws.below(12)).unwrap()];
                counts[digit] += 1;
            }
            counts
        };
        let (village, rest) = (sample(120), sample(1_500));
        let county: Vec<u64> = village.iter().zip(rest).map(|(a, b)| a + b).collect();
        alarms += i32::from(homogeneity(&village, &county).unwrap().p_value <= 0.05);
    }
    assert!((60..=140).contains(&alarms), "{alarms} of 2,000");
}

#[test]
fn digits_and_roundness() {
    let fen = [123_400, 500_000, -70_050, 99, 1_000_000];
    let digits = last_digits(&fen, 100);
    assert_eq!((digits[4], digits[0], digits.iter().sum::<u64>()), (1, 4, 5));
    // 1,234 none; 5,000 three; 700 two; 0 not counted; 10,000 four
    assert_eq!(roundness(&fen, 100), [1, 0, 1, 1, 1]);
    assert_eq!(last_digits(&fen, 0), [0; 10]);
}

#[test]
fn match_chances_by_hand() {
    // question 1: answers 1, 1, 2, missing: (1/2)² + (1/4)²; question 2: all equal
    let answers = [1, 7, 1, 7, 2, 7, MISSING_ANSWER, 7];
    let model = MatchModel::try_new(2, &answers).unwrap();
    close(model.tail(0), 1.0, 1e-15);
    close(model.tail(1), 1.0, 1e-15);
    close(model.tail(2), 0.3125, 1e-15);
    assert_eq!(model.suspicious_from(0.5), Some(2));
    assert_eq!(model.suspicious_from(0.1), None);
    let found = model.copies(&answers, &[0, 0, 0, 0], 0.5).unwrap();
    assert_eq!(found[0].pairs.len(), 1);
    assert_eq!((found[0].pairs[0].first, found[0].pairs[0].second), (0, 1));
    close(found[0].test.p_value, 1.0, 0.0);
    assert_eq!(MatchModel::try_new(3, &answers).unwrap_err().code(), "targeting.signs.shape");
    assert_eq!(model.copies(&answers, &[0], 0.5).unwrap_err().code(), "targeting.signs.blocks");
}

const QUESTIONS: usize = 24;

fn questionnaire(draws: &mut Draws, households: usize) -> Vec<u16> {
    (0..households * QUESTIONS).map(|_| u16::try_from(draws.below(4)).unwrap()).collect()
}

/// Enumerator 1 fills two forms from others with two changed answers; nobody else is listed.
#[test]
fn planted_copies_are_found_and_nobody_else() {
    let mut draws = Draws(5);
    let mut answers = questionnaire(&mut draws, 600);
    let blocks: Vec<u32> = (0..600).map(|row| row / 300).collect();
    for (from, to) in [(310, 420), (333, 555)] {
        let source = answers[from * QUESTIONS..(from + 1) * QUESTIONS].to_vec();
        answers[to * QUESTIONS..(to + 1) * QUESTIONS].copy_from_slice(&source);
        answers[to * QUESTIONS + 3] = 9;
        answers[to * QUESTIONS + 17] = MISSING_ANSWER;
    }
    let model = MatchModel::try_new(QUESTIONS, &answers).unwrap();
    let found = model.copies(&answers, &blocks, 1e-7).unwrap();
    assert!(found[0].pairs.is_empty());
    close(found[0].test.p_value, 1.0, 0.0);
    let pairs: Vec<(usize, usize, usize)> = found[1].pairs.iter().map(|pair| (pair.first, pair.second, pair.matches)).collect();
    assert_eq!(pairs, [(310, 420, 22), (333, 555, 22)]);
    assert!(found[1].test.p_value < 1e-4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Bands find every pair that comparing all pairs finds.
    #[test]
    fn bands_miss_nothing(seed: u64, copies in 0_usize..20, level in 1e-7..1e-3_f64) {
        let mut draws = Draws(seed);
        let households = 200;
        let mut answers = questionnaire(&mut draws, households);
        for _ in 0..copies {
            let mut pick = || usize::try_from(draws.below(200)).unwrap();
            let (from, to) = (pick(), pick());
            let source = answers[from * QUESTIONS..(from + 1) * QUESTIONS].to_vec();
            answers[to * QUESTIONS..(to + 1) * QUESTIONS].copy_from_slice(&source);
            for _ in 0..draws.below(10) {
                answers[to * QUESTIONS + usize::try_from(draws.below(24)).unwrap()] = 8;
            }
        }
        let model = MatchModel::try_new(QUESTIONS, &answers).unwrap();
        let least = model.suspicious_from(level).unwrap();
        let mut expected = Vec::new();
        for first in 0..households {
            for second in first + 1..households {
                let row = |at: usize| &answers[at * QUESTIONS..(at + 1) * QUESTIONS];
                let equal = row(first).iter().zip(row(second)).filter(|(a, b)| a == b).count();
                if equal >= least {
                    expected.push((first, second));
                }
            }
        }
        let found = model.copies(&answers, &vec![0; households], level).unwrap();
        let mut pairs: Vec<(usize, usize)> = found[0].pairs.iter().map(|pair| (pair.first, pair.second)).collect();
        pairs.sort_unstable();
        prop_assert_eq!(pairs, expected);
    }
}
