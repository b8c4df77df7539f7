//! Bins: each feature's values as at most 256 small numbers.

use crate::number::{bin, float};

/// Bin of a missing value; values start at bin 1.
pub(super) const MISSING: u8 = 0;

/// A matrix in bins with the edges that made them.
#[derive(Debug)]
pub(super) struct Binned {
    /// `columns[f][i]`: bin of row i.
    pub(super) columns: Vec<Vec<u8>>,
    /// `edges[f]`: ascending; bin b holds the values above edge b - 2 up to edge b - 1.
    pub(super) edges: Vec<Vec<f32>>,
}

impl Binned {
    /// Cuts each column into at most `bins` bins of about equal weight.
    pub(super) fn new(columns: &[&[f32]], weights: &[i64], bins: usize) -> Self {
        let edges: Vec<_> = columns.iter().map(|column| edges(column, weights, bins)).collect();
        let columns = columns.iter().zip(&edges).map(|(column, edges)| column.iter().map(|&value| find(edges, value)).collect()).collect();
        Self { columns, edges }
    }

    /// Number of bins of a feature, the missing one included.
    pub(super) fn bins(&self, feature: usize) -> usize {
        self.edges.get(feature).map_or(1, |edges| edges.len() + 2)
    }
}

/// The bin of a value: 1 plus the number of edges below it.
pub(super) fn find(edges: &[f32], value: f32) -> u8 {
    if value.is_nan() {
        return MISSING;
    }
    bin(1 + edges.partition_point(|&edge| edge < value))
}

fn edges(column: &[f32], weights: &[i64], bins: usize) -> Vec<f32> {
    let values = column.iter().copied().zip(weights.iter().copied());
    let mut values: Vec<(f32, i64)> = values.filter(|(value, _)| !value.is_nan()).collect();
    values.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
    let mut distinct: Vec<(f32, i64)> = Vec::new();
    for (value, weight) in values {
        match distinct.last_mut() {
            Some((last, sum)) if *last >= value => *sum = sum.saturating_add(weight),
            _ => distinct.push((value, weight)),
        }
    }
    // One bin is for missing values.
    let limit = bins.saturating_sub(1).max(1);
    let total: i64 = distinct.iter().map(|(_, weight)| weight).sum();
    let step = crate::number::from_fixed(total) / float(limit);
    let all = distinct.len() <= limit;
    let mut edges = Vec::new();
    let mut sum = 0_i64;
    for pair in distinct.windows(2) {
        let [(low, weight), (high, _)] = pair else {
            continue;
        };
        sum = sum.saturating_add(*weight);
        let due = crate::number::from_fixed(sum) >= step * float(edges.len() + 1);
        if all || (due && edges.len() + 1 < limit) {
            edges.push(between(*low, *high));
        }
    }
    edges
}

/// An edge with `low <= edge < high`, half way where floats allow.
fn between(low: f32, high: f32) -> f32 {
    let middle = low / 2.0 + high / 2.0;
    if middle >= low && middle < high { middle } else { low }
}
