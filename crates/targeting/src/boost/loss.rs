//! Losses: starting scores, gradients and hessians.

use super::Loss;
use crate::model::{Error, exact_sum, log_odds, logistic};
use crate::number::{float, index, to_count};

/// # Errors
/// [`Error::Outcome`] for an outcome the loss cannot read.
pub(super) fn check(loss: Loss, target: &[f64]) -> Result<(), Error> {
    let classes = match loss {
        Loss::Logistic => 2,
        Loss::Multinomial { classes } => classes,
        Loss::Squared | Loss::Quantile { .. } => return Ok(()),
    };
    for (row, &value) in target.iter().enumerate() {
        let whole = value.fract() == 0.0 && value >= 0.0 && value < f64::from(classes);
        if !whole {
            return Err(Error::Outcome { row, value });
        }
    }
    Ok(())
}

/// The best constant scores; weights have a mean of one.
pub(super) fn base(loss: Loss, target: &[f64], weights: &[f64]) -> Vec<f64> {
    let rows = float(target.len());
    let mean = |value: &dyn Fn(f64) -> f64| {
        let terms = target.iter().zip(weights);
        let terms: Vec<f64> = terms.map(|(&y, weight)| value(y) * weight).collect();
        exact_sum(&terms) / rows
    };
    match loss {
        Loss::Logistic => vec![log_odds(mean(&|y| y))],
        Loss::Squared => vec![mean(&|y| y)],
        Loss::Quantile { level } => {
            let pairs = target.iter().copied().zip(weights.iter().copied());
            vec![quantile(pairs.collect(), level)]
        }
        Loss::Multinomial { classes } => {
            let share = |class| mean(&|y| f64::from(u8::from(to_count(y) == class)));
            let shares = (0..index(classes)).map(share);
            shares.map(|share| share.max(1e-9).ln()).collect()
        }
    }
}

/// The smallest value at or below which at least `level` of the weight lies.
pub(crate) fn quantile(mut pairs: Vec<(f64, f64)>, level: f64) -> f64 {
    pairs.sort_unstable_by(|(a, v), (b, w)| a.total_cmp(b).then(v.total_cmp(w)));
    let total: f64 = pairs.iter().map(|(_, weight)| weight).sum();
    let mut sum = 0.0;
    for &(value, weight) in &pairs {
        sum += weight;
        if sum >= level * total * (1.0 - 1e-12) {
            return value;
        }
    }
    pairs.last().map_or(0.0, |&(value, _)| value)
}

/// First and second derivative of a unit weight's loss by the score of `class`, per row.
/// `scores` is row by row.
pub(super) fn derivatives(loss: Loss, target: &[f64], scores: &[f64], class: usize) -> Vec<(f64, f64)> {
    let rows = target.iter().zip(scores);
    match loss {
        Loss::Logistic => rows
            .map(|(y, &score)| {
                let p = logistic(score);
                (p - y, p * (1.0 - p))
            })
            .collect(),
        Loss::Squared => rows.map(|(y, score)| (score - y, 1.0)).collect(),
        Loss::Quantile { level } => rows
            .map(|(&y, &score)| {
                let below = f64::from(u8::from(y < score));
                (below - level, 1.0)
            })
            .collect(),
        Loss::Multinomial { classes } => {
            let width = index(classes);
            // The diagonal hessian is scaled as in Friedman 2001, equation 34.
            let scale = f64::from(classes) / (f64::from(classes) - 1.0);
            let rows = target.iter().zip(scores.chunks_exact(width));
            rows.map(|(&y, scores)| {
                let p = softmax(scores).get(class).copied().unwrap_or(0.0);
                let hit = f64::from(u8::from(to_count(y) == class));
                (p - hit, scale * p * (1.0 - p))
            })
            .collect()
        }
    }
}

/// Probabilities of the classes.
pub(crate) fn softmax(scores: &[f64]) -> Vec<f64> {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let odds: Vec<f64> = scores.iter().map(|score| (score - largest).exp()).collect();
    let sum: f64 = odds.iter().sum();
    odds.into_iter().map(|odds| odds / sum).collect()
}

/// A bound on the derivatives of a unit weight, for the fixed-point scale.
pub(super) fn bound(loss: Loss, target: &[f64], base: &[f64]) -> f64 {
    let middle = base.first().copied().unwrap_or(0.0);
    let spread = target.iter().map(|y| (y - middle).abs());
    match loss {
        Loss::Logistic | Loss::Quantile { .. } => 1.0,
        Loss::Multinomial { .. } => 2.0,
        // Boosting shrinks residuals; four spreads leave room for overshoot.
        Loss::Squared => 4.0 * spread.fold(1.0, f64::max),
    }
}
