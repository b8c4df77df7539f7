//! A made-up survey.

use crate::boost::{Booster, random};
use crate::model::{Matrix, Sample, logistic};
use crate::number::{float, narrow};

/// A made-up sample: three proxies, one of them with gaps.
pub(super) struct Survey {
    pub(super) matrix: Matrix,
    pub(super) target: Vec<f64>,
    pub(super) weights: Vec<f64>,
    pub(super) keys: Vec<u64>,
}

impl Survey {
    pub(super) fn new(rows: usize, seed: u64) -> Self {
        let uniform = |row: usize, purpose| {
            let key = u64::try_from(row).unwrap();
            narrow(float(usize::try_from(random::draw(seed, purpose, key) >> 40).unwrap()) / 16_777_216.0)
        };
        let mut columns = vec![Vec::new(); 4];
        let mut target = Vec::new();
        for row in 0..rows {
            let x: Vec<f32> = (0..4).map(|feature| uniform(row, feature)).collect();
            let score = 4.0 * x[0] - 3.0 * x[1] + if x[2] > 0.5 { 2.0 * x[0] } else { 0.0 } - 1.5;
            target.push(f64::from(u8::from(f64::from(uniform(row, 9)) < logistic(score.into()))));
            for (column, value) in columns.iter_mut().zip(x) {
                column.push(value);
            }
            if uniform(row, 10) < 0.2 {
                *columns[1].last_mut().unwrap() = f32::NAN;
            }
        }
        let names = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        Self {
            matrix: Matrix::try_new(names, columns).unwrap(),
            target,
            weights: (0..rows).map(|row| 0.5 + f64::from(uniform(row, 11))).collect(),
            keys: (0..rows).map(|row| random::mix(u64::try_from(row).unwrap())).collect(),
        }
    }

    pub(super) fn sample(&self) -> Sample<'_> {
        Sample { matrix: &self.matrix, target: &self.target, weights: &self.weights, keys: &self.keys }
    }

    pub(super) fn select(&self, rows: &[usize]) -> Self {
        Self {
            matrix: self.matrix.select(rows),
            target: crate::model::select(&self.target, rows),
            weights: crate::model::select(&self.weights, rows),
            keys: crate::model::select(&self.keys, rows),
        }
    }

    pub(super) fn log_loss(&self, booster: &Booster) -> f64 {
        let scores = booster.predict(&self.matrix.columns());
        let losses = scores.iter().zip(&self.target);
        let sum: f64 = losses.map(|(s, y)| crate::calibration::log_loss(logistic(*s), *y)).sum();
        sum / float(self.target.len())
    }
}
