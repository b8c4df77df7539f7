//! Exact Shapley values of a row's score (Lundberg et al. 2020, algorithm 1: path-dependent).

use super::tree::{Child, Tree};
use crate::model::Contributions;
use crate::number::{float, index};

/// One feature on the path from the root, with its share of subsets.
#[derive(Debug, Clone, Copy)]
struct Step {
    feature: Option<u32>,
    /// Share of training weight that would come this way without the feature.
    zero: f64,
    /// 1 if the row comes this way, else 0.
    one: f64,
    /// Weight of the subsets of each size.
    weight: f64,
}

pub(super) fn contributions(trees: &[Tree], base: &[f64], features: usize, row: &[f32]) -> Vec<Contributions> {
    let start = base.iter().map(|&base| Contributions { base, features: vec![0.0; features] });
    let mut sums: Vec<Contributions> = start.collect();
    let width = base.len().max(1);
    for (at, tree) in trees.iter().enumerate() {
        let Some(sum) = sums.get_mut(at % width) else {
            continue;
        };
        sum.base += expected(tree, tree.root());
        let walk = Walk { tree, row };
        let first = Arrival { zero: 1.0, one: 1.0, feature: None };
        walk.descend(tree.root(), &[], first, &mut sum.features);
    }
    sums
}

/// Mean value below a child, weighted by cover.
fn expected(tree: &Tree, child: Child) -> f64 {
    match child {
        Child::Leaf(leaf) => tree.value(leaf),
        Child::Node(at) => tree.node(at).map_or(0.0, |(node, _)| {
            let (left, right) = shares(tree, node.left, node.right);
            left * expected(tree, node.left) + right * expected(tree, node.right)
        }),
    }
}

/// Shares of a node's cover on its two sides; halves where no training row came.
fn shares(tree: &Tree, left: Child, right: Child) -> (f64, f64) {
    let (left, right) = (tree.cover(left), tree.cover(right));
    let all = left + right;
    if all > 0.0 { (left / all, right / all) } else { (0.5, 0.5) }
}

#[derive(Debug, Clone, Copy)]
struct Arrival {
    zero: f64,
    one: f64,
    feature: Option<u32>,
}

struct Walk<'a> {
    tree: &'a Tree,
    row: &'a [f32],
}

impl Walk<'_> {
    fn descend(&self, child: Child, path: &[Step], arrival: Arrival, sums: &mut [f64]) {
        let mut path = extend(path, arrival);
        let at = match child {
            Child::Leaf(leaf) => {
                add_leaf(&path, self.tree.value(leaf), sums);
                return;
            }
            Child::Node(at) => at,
        };
        let Some((node, threshold)) = self.tree.node(at) else {
            return;
        };
        let value = self.row.get(index(node.feature)).copied().unwrap_or(f32::NAN);
        let right_taken = Tree::goes_right(node, threshold, value);
        let (left_share, right_share) = shares(self.tree, node.left, node.right);
        // A feature met before is undone first: its two conditions become one.
        let (mut zero, mut one) = (1.0, 1.0);
        let met = path.iter().position(|step| step.feature == Some(node.feature));
        if let Some(met) = met {
            if let Some(step) = path.get(met) {
                (zero, one) = (step.zero, step.one);
            }
            path = unwind(&path, met);
        }
        let sides = [(node.left, left_share, !right_taken), (node.right, right_share, right_taken)];
        for (side, share, taken) in sides {
            let arrival = Arrival { zero: zero * share, one: if taken { one } else { 0.0 }, feature: Some(node.feature) };
            self.descend(side, &path, arrival, sums);
        }
    }
}

fn add_leaf(path: &[Step], value: f64, sums: &mut [f64]) {
    for (at, step) in path.iter().enumerate().skip(1) {
        let weight = unwound_weight(path, at);
        let feature = step.feature.map(index);
        if let Some(sum) = feature.and_then(|feature| sums.get_mut(feature)) {
            *sum += weight * (step.one - step.zero) * value;
        }
    }
}

/// Procedure EXTEND: one more feature on the path.
#[expect(clippy::indexing_slicing, reason = "the recurrence reads neighbours below the path's own length")]
fn extend(path: &[Step], arrival: Arrival) -> Vec<Step> {
    let length = path.len();
    let mut path = path.to_vec();
    path.push(Step { feature: arrival.feature, zero: arrival.zero, one: arrival.one, weight: if length == 0 { 1.0 } else { 0.0 } });
    let size = float(length + 1);
    for at in (0..length).rev() {
        let weight = path[at].weight;
        path[at + 1].weight += arrival.one * weight * float(at + 1) / size;
        path[at].weight = arrival.zero * weight * float(length - at) / size;
    }
    path
}

/// Procedure UNWIND: the path as if the feature at `gone` had never been met.
#[expect(clippy::indexing_slicing, reason = "the recurrence reads neighbours below the path's own length")]
fn unwind(path: &[Step], gone: usize) -> Vec<Step> {
    let last = path.len().saturating_sub(1);
    let mut path = path.to_vec();
    let (zero, one) = (path[gone].zero, path[gone].one);
    let size = float(last + 1);
    let mut next = path[last].weight;
    for at in (0..last).rev() {
        if one == 0.0 {
            // Nothing comes from a side that no training weight took.
            let share = zero * float(last - at);
            path[at].weight = if share > 0.0 { path[at].weight * size / share } else { 0.0 };
        } else {
            let weight = path[at].weight;
            path[at].weight = next * size / (float(at + 1) * one);
            next = weight - path[at].weight * zero * float(last - at) / size;
        }
    }
    for at in gone..last {
        let following = path[at + 1];
        path[at].feature = following.feature;
        path[at].zero = following.zero;
        path[at].one = following.one;
    }
    path.truncate(last);
    path
}

/// Sum of the weights [`unwind`] would leave, without the path.
#[expect(clippy::indexing_slicing, reason = "the recurrence reads places below the path's own length")]
fn unwound_weight(path: &[Step], gone: usize) -> f64 {
    let last = path.len().saturating_sub(1);
    let (zero, one) = (path[gone].zero, path[gone].one);
    let size = float(last + 1);
    let mut next = path[last].weight;
    let mut sum = 0.0;
    for at in (0..last).rev() {
        if one == 0.0 {
            let share = zero * float(last - at);
            if share > 0.0 {
                sum += path[at].weight * size / share;
            }
        } else {
            let weight = next * size / (float(at + 1) * one);
            sum += weight;
            next = path[at].weight - weight * zero * float(last - at) / size;
        }
    }
    sum
}
