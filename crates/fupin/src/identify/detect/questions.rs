//! Which answers tell one household from its neighbours.

use analytics::villages::{Answers, Question};
use targeting::signs::MISSING_ANSWER;

/// Largest chance that two households who answered give the same answer.
const LARGEST_CHANCE: f64 = 0.05;
/// Smallest share of households with an answer.
const SMALLEST_SHARE: f64 = 0.05;
/// Households looked at to see whether one answer follows from another.
const SAMPLE: usize = 2_000;
/// How much oftener than by chance two answers may agree together before one counts as following from the other.
const LIFT: f64 = 4.0;

/// Questions that many answer, each in its own way, and that do not follow from one another: a sum repeats its parts, and equal parts
/// would count twice. The most telling question stays.
pub(super) fn telling(answers: &Answers) -> Vec<&Question> {
    let mut candidates: Vec<(f64, &Question)> = answers.questions.iter().filter_map(|q| Some((chance(&q.answers)?, q))).collect();
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.name.cmp(&b.1.name)));
    let mut chosen: Vec<(Vec<u16>, f64, &Question)> = Vec::new();
    for (_, question) in candidates {
        let sample = sample(&question.answers);
        let single = agreement(sample.iter().filter(|a| **a != MISSING_ANSWER).map(|a| u32::from(*a)).collect(), sample.len());
        let follows = chosen.iter().any(|(other, chance, _)| {
            let both = sample.iter().zip(other).filter(|(a, b)| **a != MISSING_ANSWER && **b != MISSING_ANSWER);
            let joint = agreement(both.map(|(a, b)| u32::from(*a) << 16 | u32::from(*b)).collect(), sample.len());
            // Agreement of fewer than three pairs among the sample's two million may be chance.
            joint > LIFT * single * chance && joint > 3.0 / pairs(sample.len())
        });
        if !follows {
            chosen.push((sample, single, question));
        }
    }
    chosen.into_iter().map(|(_, _, question)| question).collect()
}

/// Chance that two who answered agree; nothing for questions that do not qualify.
fn chance(answers: &[u16]) -> Option<f64> {
    let given: Vec<u32> = answers.iter().filter(|a| **a != MISSING_ANSWER).map(|a| u32::from(*a)).collect();
    let count = given.len();
    if kernel::number::count(count) < SMALLEST_SHARE * kernel::number::count(answers.len()) {
        return None;
    }
    Some(agreement(given, count)).filter(|chance| *chance <= LARGEST_CHANCE)
}

fn pairs(households: usize) -> f64 {
    let households = kernel::number::count(households);
    (households * (households - 1.0) / 2.0).max(1.0)
}

/// Share of the pairs of `households` that give the same answer.
fn agreement(mut given: Vec<u32>, households: usize) -> f64 {
    given.sort_unstable();
    given.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).map(|same| pairs(same.len())).sum::<f64>() / pairs(households)
}

/// Every so many-th answer, the same households for all questions.
fn sample(answers: &[u16]) -> Vec<u16> {
    answers.iter().step_by(answers.len().div_ceil(SAMPLE).max(1)).copied().collect()
}
