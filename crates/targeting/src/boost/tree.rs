//! A tree as it is stored: nodes, leaves, and the checks that make it safe to walk.

use serde::{Deserialize, Serialize};

use super::{Booster, Loss};
use crate::model::{Error, exact};
use crate::number::index;

/// Version of the stored shape; raised when its meaning changes.
const VERSION: u32 = 1;

/// Where a split leads: a node, or a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Child {
    Node(u32),
    Leaf(u32),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Node {
    pub(super) feature: u32,
    pub(super) missing_right: bool,
    pub(super) left: Child,
    pub(super) right: Child,
}

/// Node 0 is the root; children come after their parents. Without nodes, leaf 0 is all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// Per node: rows with a value up to it go left.
    #[serde(with = "exact")]
    pub(super) thresholds: Vec<f32>,
    /// Per node: loss reduction of the split.
    #[serde(with = "exact")]
    pub(super) gains: Vec<f64>,
    /// Per leaf: what it adds to the score.
    #[serde(with = "exact")]
    pub(super) values: Vec<f64>,
    /// Per leaf: weight of the training rows in it.
    #[serde(with = "exact")]
    pub(super) covers: Vec<f64>,
}

impl Tree {
    pub(super) fn root(&self) -> Child {
        if self.nodes.is_empty() { Child::Leaf(0) } else { Child::Node(0) }
    }

    pub(super) fn value(&self, leaf: u32) -> f64 {
        self.values.get(index(leaf)).copied().unwrap_or(0.0)
    }

    /// Node and threshold at a place.
    pub(super) fn node(&self, at: u32) -> Option<(&Node, f32)> {
        let node = self.nodes.get(index(at))?;
        let threshold = self.thresholds.get(index(at))?;
        Some((node, *threshold))
    }

    /// Whether a value takes the right branch.
    pub(super) fn goes_right(node: &Node, threshold: f32, value: f32) -> bool {
        if value.is_nan() { node.missing_right } else { value > threshold }
    }

    /// Cover of everything below a child.
    pub(super) fn cover(&self, child: Child) -> f64 {
        match child {
            Child::Leaf(leaf) => self.covers.get(index(leaf)).copied().unwrap_or(0.0),
            Child::Node(at) => self.node(at).map_or(0.0, |(node, _)| self.cover(node.left) + self.cover(node.right)),
        }
    }

    pub(super) fn scaled(&self, share: f64) -> Self {
        let values = self.values.iter().map(|value| value * share).collect();
        let gains = self.gains.iter().map(|gain| gain * share).collect();
        Self { values, gains, ..self.clone() }
    }

    pub(super) fn add_gains(&self, gains: &mut [f64]) {
        for (node, gain) in self.nodes.iter().zip(&self.gains) {
            if let Some(sum) = gains.get_mut(index(node.feature)) {
                *sum += gain;
            }
        }
    }

    /// Children come after parents and are reached once, so every walk ends at a leaf.
    fn check(&self, features: usize) -> Result<(), Error> {
        let leaves = self.values.len();
        let shape = leaves == self.nodes.len() + 1
            && leaves <= 64
            && self.covers.len() == leaves
            && self.thresholds.len() == self.nodes.len()
            && self.gains.len() == self.nodes.len();
        if !shape {
            return Err(stored("a tree's tables do not fit together"));
        }
        let finite = self.values.iter().chain(&self.covers).all(|v| v.is_finite());
        if !finite || self.thresholds.iter().any(|t| !t.is_finite()) {
            return Err(stored("a tree holds a number that is not finite"));
        }
        let mut seen_nodes = vec![false; self.nodes.len()];
        let mut seen_leaves = vec![false; leaves];
        for (at, node) in self.nodes.iter().enumerate() {
            for child in [node.left, node.right] {
                let seen = match child {
                    Child::Node(next) if index(next) <= at => None,
                    Child::Node(next) => seen_nodes.get_mut(index(next)),
                    Child::Leaf(leaf) => seen_leaves.get_mut(index(leaf)),
                };
                match seen {
                    Some(seen) if !*seen => *seen = true,
                    _ => return Err(stored("a tree's branches do not form a tree")),
                }
            }
            if index(node.feature) >= features {
                return Err(stored("a tree splits on an unknown feature"));
            }
        }
        Ok(())
    }
}

pub(super) fn stored(reason: &str) -> Error {
    let reason = reason.to_owned();
    Error::Stored { reason }
}

/// The JSON shape of a [`Booster`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Stored {
    version: u32,
    loss: Loss,
    names: Vec<String>,
    #[serde(with = "exact")]
    base: Vec<f64>,
    trees: Vec<Tree>,
}

impl From<Booster> for Stored {
    fn from(booster: Booster) -> Self {
        Self { version: VERSION, loss: booster.loss, names: booster.names, base: booster.base, trees: booster.trees }
    }
}

impl TryFrom<Stored> for Booster {
    type Error = Error;

    fn try_from(read: Stored) -> Result<Self, Error> {
        if read.version != VERSION {
            return Err(stored(&format!("its version is {}", read.version)));
        }
        let scores = match read.loss {
            Loss::Multinomial { classes } => index(classes),
            Loss::Logistic | Loss::Squared | Loss::Quantile { .. } => 1,
        };
        if read.base.len() != scores || scores == 0 || !read.trees.len().is_multiple_of(scores) {
            return Err(stored("its classes and trees do not fit together"));
        }
        for tree in &read.trees {
            tree.check(read.names.len())?;
        }
        Self::assemble(read.names, read.loss, read.base, read.trees)
    }
}
