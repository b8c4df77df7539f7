//! The boosting loop.

use super::bin::Binned;
use super::grow::{Grower, Grown, Limits};
use super::random::draw;
use super::tree::Tree;
use super::{BoosterSettings, Loss, loss};
use crate::model::{Sample, relative_weights};
use crate::number::{float, from_fixed, index, short, to_count, to_fixed, to_threshold, wide};

const ROWS: u64 = 1;
const COLUMNS: u64 = 2;

/// Rows in fixed point: multiply by `unit` to get derivatives back.
struct Fixed {
    scale: f64,
    weights: Vec<f64>,
}

impl Fixed {
    /// The finest power of two at which no sum over all rows can pass 62 bits.
    fn new(weights: Vec<f64>, bound: f64) -> Self {
        // Relative weights add up to the number of rows.
        let largest = float(weights.len()) * bound;
        let scale = (61.0 - largest.log2().ceil()).min(44.0).exp2();
        Self { scale, weights }
    }

    fn derivatives(&self, pairs: &[(f64, f64)]) -> Vec<(i64, i64)> {
        let rows = pairs.iter().zip(&self.weights);
        rows.map(|((gradient, hessian), weight)| {
            let fixed = |value: f64| to_fixed(value * weight * self.scale);
            (fixed(*gradient), fixed(*hessian))
        })
        .collect()
    }
}

/// Starting scores and trees, `scores` of them a round.
pub(super) fn fit(sample: &Sample<'_>, settings: &BoosterSettings) -> (Vec<f64>, Vec<Tree>) {
    let weights = relative_weights(sample.weights);
    let base = loss::base(settings.loss, sample.target, &weights);
    let bound = loss::bound(settings.loss, sample.target, &base);
    let fixed = Fixed::new(weights, bound);
    let heavy: Vec<i64> = fixed.weights.iter().map(|w| to_fixed(w * 1_048_576.0)).collect();
    let columns = sample.matrix.columns();
    let binned = Binned::new(&columns, &heavy, index(settings.max_bins));
    let width = base.len();
    let mut scores = base.repeat(sample.target.len());
    let mut trees = Vec::new();
    for round in 0..u64::from(settings.rounds) {
        let rows = sampled_rows(sample.keys, settings, round);
        // All classes of a round see the same scores.
        let gradients: Vec<_> = (0..width).map(|class| loss::derivatives(settings.loss, sample.target, &scores, class)).collect();
        for (class, pairs) in gradients.iter().enumerate() {
            let derivatives = fixed.derivatives(pairs);
            let features = sampled_columns(&binned, settings, round * 64 + wide(class));
            let grower = Grower {
                binned: &binned,
                derivatives: &derivatives,
                features: &features,
                limits: Limits::new(settings, fixed.scale),
                monotone: &settings.monotone,
            };
            let mut grown = grower.grow(&rows);
            let leaves = grown.leaves(&binned);
            if let Loss::Quantile { level } = settings.loss {
                let misses = sample.target.iter().zip(&scores).map(|(y, score)| y - score);
                let residuals: Vec<_> = misses.zip(fixed.weights.iter().copied()).collect();
                renew(&mut grown, &rows, &leaves, &residuals, level);
            }
            grown.shrink(settings.learning_rate);
            let class_scores = scores.iter_mut().skip(class).step_by(width);
            for (score, leaf) in class_scores.zip(&leaves) {
                *score += grown.value(*leaf);
            }
            trees.push(grown.tree(&binned, &covers(&leaves, &heavy)));
        }
    }
    (base, trees)
}

/// Weight per leaf, in rows of mean weight.
fn covers(leaves: &[u8], heavy: &[i64]) -> Vec<f64> {
    let mut sums = vec![0_i64; 64];
    for (leaf, weight) in leaves.iter().zip(heavy) {
        if let Some(sum) = sums.get_mut(usize::from(*leaf)) {
            *sum = sum.saturating_add(*weight);
        }
    }
    sums.into_iter().map(|sum| from_fixed(sum) / 1_048_576.0).collect()
}

fn sampled_rows(keys: &[u64], settings: &BoosterSettings, round: u64) -> Vec<u32> {
    let threshold = to_threshold(settings.row_share);
    let stream = draw(settings.seed, ROWS, round);
    let keep = |key: u64| settings.row_share >= 1.0 || draw(stream, ROWS, key) < threshold;
    let rows = keys.iter().enumerate().filter(|(_, key)| keep(**key));
    rows.map(|(row, _)| short(row)).collect()
}

/// The features with the smallest draws, in column order; constant ones never count.
fn sampled_columns(binned: &Binned, settings: &BoosterSettings, tree: u64) -> Vec<usize> {
    let stream = draw(settings.seed, COLUMNS, tree);
    let varied = (0..binned.columns.len()).filter(|&feature| {
        let column = binned.columns.get(feature).map_or(&[][..], Vec::as_slice);
        column.first().is_some_and(|first| column.iter().any(|bin| bin != first))
    });
    let mut features: Vec<usize> = varied.collect();
    let share = (float(features.len()) * settings.column_share).ceil();
    features.sort_by_key(|&feature| (draw(stream, COLUMNS, wide(feature)), feature));
    features.truncate(to_count(share).max(1));
    features.sort_unstable();
    features
}

/// Leaf values of a quantile loss: the residuals' quantile, as its hessian is zero. `residuals`
/// holds residual and weight of every row.
fn renew(grown: &mut Grown, rows: &[u32], leaves: &[u8], residuals: &[(f64, f64)], level: f64) {
    let mut by_leaf: Vec<Vec<(f64, f64)>> = vec![Vec::new(); 64];
    for &row in rows {
        let found = (leaves.get(index(row)), residuals.get(index(row)));
        if let (Some(leaf), Some(residual)) = found
            && let Some(list) = by_leaf.get_mut(usize::from(*leaf))
        {
            list.push(*residual);
        }
    }
    for (leaf, pairs) in by_leaf.into_iter().enumerate() {
        if !pairs.is_empty() {
            grown.set(leaf, loss::quantile(pairs, level));
        }
    }
}
