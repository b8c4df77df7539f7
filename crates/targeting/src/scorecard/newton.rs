//! Newton's method for logistic regression with an L2 penalty.

use super::ScorecardSettings;
use crate::model::logistic;

pub(super) struct Fitted {
    pub(super) intercept: f64,
    pub(super) coefficients: Vec<f64>,
}

/// Lanes of partial sums: their order is fixed, and the compiler may keep them in registers.
const LANES: usize = 8;

pub(super) fn fit(columns: &[&[f64]], target: &[f64], weights: &[f64], start: f64, settings: &ScorecardSettings) -> Fitted {
    let ones = vec![1.0; target.len()];
    // The intercept comes last and is not penalised.
    let mut design: Vec<&[f64]> = columns.to_vec();
    design.push(&ones);
    let mut penalties = vec![settings.l2; columns.len()];
    penalties.push(0.0);
    let problem = Problem { design, target, weights, penalties };
    let mut coefficients = vec![0.0; columns.len()];
    coefficients.push(start);
    let mut loss = problem.loss(&coefficients);
    for _ in 0..settings.max_steps {
        let Some(step) = problem.step(&coefficients) else {
            break;
        };
        let Some((next, reached)) = problem.shorten(&coefficients, &step, loss) else {
            break;
        };
        let gain = loss - reached;
        (coefficients, loss) = (next, reached);
        if gain <= 1e-12 * (1.0 + loss.abs()) {
            break;
        }
    }
    let intercept = coefficients.pop().unwrap_or(start);
    Fitted { intercept, coefficients }
}

struct Problem<'a> {
    design: Vec<&'a [f64]>,
    target: &'a [f64],
    weights: &'a [f64],
    penalties: Vec<f64>,
}

impl Problem<'_> {
    fn scores(&self, coefficients: &[f64]) -> Vec<f64> {
        let mut scores = vec![0.0; self.target.len()];
        for (column, coefficient) in self.design.iter().zip(coefficients) {
            for (score, value) in scores.iter_mut().zip(*column) {
                *score += coefficient * value;
            }
        }
        scores
    }

    fn loss(&self, coefficients: &[f64]) -> f64 {
        let rows = self.scores(coefficients).into_iter().zip(self.target).zip(self.weights);
        let losses = rows.map(|((score, y), weight)| {
            // ln(1 + e^s) - y s, without overflow.
            weight * (score.max(0.0) + (-score.abs()).exp().ln_1p() - y * score)
        });
        let squares = coefficients.iter().zip(&self.penalties);
        losses.sum::<f64>() + squares.map(|(b, penalty)| penalty * b * b / 2.0).sum::<f64>()
    }

    /// Solves hessian x step = gradient.
    fn step(&self, coefficients: &[f64]) -> Option<Vec<f64>> {
        let scores = self.scores(coefficients);
        let probabilities: Vec<f64> = scores.into_iter().map(logistic).collect();
        let rows = probabilities.iter().zip(self.target).zip(self.weights);
        let residuals: Vec<f64> = rows.map(|((p, y), weight)| weight * (p - y)).collect();
        let rows = probabilities.iter().zip(self.weights);
        let curvature: Vec<f64> = rows.map(|(p, weight)| weight * (p * (1.0 - p)).max(1e-12)).collect();
        let mut hessian = Vec::new();
        let mut gradient = Vec::new();
        for (at, column) in self.design.iter().enumerate() {
            let penalty = self.penalties.get(at).copied().unwrap_or(0.0);
            let coefficient = coefficients.get(at).copied().unwrap_or(0.0);
            gradient.push(dot(column, &residuals) + penalty * coefficient);
            let scaled: Vec<f64> = column.iter().zip(&curvature).map(|(v, c)| v * c).collect();
            let mut row: Vec<f64> = self.design.iter().take(at + 1).map(|other| dot(&scaled, other)).collect();
            if let Some(diagonal) = row.last_mut() {
                *diagonal += penalty;
            }
            hessian.push(row);
        }
        solve(hessian, gradient)
    }

    /// The longest of the step's halvings that lowers the loss.
    fn shorten(&self, from: &[f64], step: &[f64], loss: f64) -> Option<(Vec<f64>, f64)> {
        let mut length = 1.0;
        for _ in 0..30 {
            let next: Vec<f64> = from.iter().zip(step).map(|(b, s)| b - length * s).collect();
            let reached = self.loss(&next);
            if reached <= loss {
                return Some((next, reached));
            }
            length /= 2.0;
        }
        None
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (a_parts, b_parts) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = a_parts.remainder().iter().zip(b_parts.remainder());
    let tail: f64 = rest.map(|(x, y)| x * y).sum();
    for (x, y) in a_parts.zip(b_parts) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    sums.iter().sum::<f64>() + tail
}

/// Cholesky solution of a symmetric positive definite system given by its lower triangle.
#[expect(clippy::indexing_slicing, clippy::needless_range_loop, reason = "triangular loops over rows whose lengths are fixed above")]
fn solve(mut lower: Vec<Vec<f64>>, mut right: Vec<f64>) -> Option<Vec<f64>> {
    let size = right.len();
    for at in 0..size {
        for column in 0..=at {
            let mut sum = lower[at][column];
            for inner in 0..column {
                sum -= lower[at][inner] * lower[column][inner];
            }
            if column < at {
                lower[at][column] = sum / lower[column][column];
            } else if sum > 0.0 {
                lower[at][at] = sum.sqrt();
            } else {
                return None;
            }
        }
    }
    for at in 0..size {
        for inner in 0..at {
            right[at] -= lower[at][inner] * right[inner];
        }
        right[at] /= lower[at][at];
    }
    for at in (0..size).rev() {
        for inner in at + 1..size {
            right[at] -= lower[inner][at] * right[inner];
        }
        right[at] /= lower[at][at];
    }
    Some(right)
}
