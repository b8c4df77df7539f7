//! Histogram gradient booster: second-order trees on binned proxies.
//!
//! Leaf-wise growth with gains and leaf values of Chen, Guestrin 2016 (`XGBoost`, section 2.2,
//! equations 5 and 7), histograms and leaf-wise order of Ke et al. 2017 (`LightGBM`, section 2.1),
//! learned direction of missing values (`XGBoost`, algorithm 3). Gradients are summed as integers,
//! so a model is the same, bit for bit, in whatever order the rows arrive.

use serde::{Deserialize, Serialize};

use crate::model::{Contributions, Error, Sample, check_length};

mod bin;
mod contribution;
mod fit;
mod flat;
mod grow;
mod loss;
pub(crate) mod random;
mod tree;

use flat::Flat;
use tree::{Stored, Tree};

/// What the scores estimate and how misses are penalised.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Log loss of a 0/1 outcome; the score is a log-odds.
    Logistic,
    /// Log loss of class numbers 0 to `classes` - 1; one score a class, compared by softmax.
    Multinomial {
        /// Number of classes.
        classes: u32,
    },
    /// Squared error; the score is a mean.
    Squared,
    /// Pinball loss (Koenker, Bassett 1978); the score is a quantile.
    Quantile {
        /// Level of the quantile, between 0 and 1.
        level: f64,
    },
}

/// How a score may move when a proxy rises and all others stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monotone {
    /// Freely.
    #[default]
    Free,
    /// Never down.
    Increasing,
    /// Never up.
    Decreasing,
}

/// Settings of a booster. Start from [`BoosterSettings::new`] and change what matters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoosterSettings {
    /// Loss.
    pub loss: Loss,
    /// Rounds of boosting; a multinomial loss grows a tree a class in each.
    pub rounds: u32,
    /// Share of each tree's step that is taken, in (0, 1].
    pub learning_rate: f64,
    /// Leaves a tree may have, 2 to 64.
    pub max_leaves: u32,
    /// Splits between root and leaf at most, 1 to 63.
    pub max_depth: u32,
    /// Sampled rows a leaf must hold.
    pub min_rows: u32,
    /// Sum of second derivatives a leaf must hold (weights scaled to a mean of one).
    pub min_hessian: f64,
    /// L2 penalty on leaf values, in the unit of the hessian.
    pub l2: f64,
    /// Share of rows each round sees, in (0, 1].
    pub row_share: f64,
    /// Share of features each tree sees, in (0, 1].
    pub column_share: f64,
    /// Bins a feature is cut into, 4 to 256, the missing one included.
    pub max_bins: u32,
    /// Constraint per feature; empty for none.
    pub monotone: Vec<Monotone>,
    /// Seed of row and column sampling.
    pub seed: u64,
}

impl BoosterSettings {
    /// Settings that hold on surveys of some thousand households.
    #[must_use]
    pub const fn new(loss: Loss) -> Self {
        Self {
            loss,
            rounds: 300,
            learning_rate: 0.03,
            max_leaves: 8,
            max_depth: 8,
            min_rows: 20,
            min_hessian: 1e-3,
            l2: 10.0,
            row_share: 0.8,
            column_share: 0.25,
            max_bins: 256,
            monotone: Vec::new(),
            seed: 0,
        }
    }

    fn check(&self, features: usize) -> Result<(), Error> {
        let unit = "a number above 0 and up to 1";
        let range = |name, value: f64, low: f64, high: f64, allowed| {
            if value >= low && value <= high {
                return Ok(());
            }
            Err(Error::Setting { name, value, allowed })
        };
        let positive = f64::MIN_POSITIVE;
        let most = f64::MAX;
        range("learning_rate", self.learning_rate, positive, 1.0, unit)?;
        range("row_share", self.row_share, positive, 1.0, unit)?;
        range("column_share", self.column_share, positive, 1.0, unit)?;
        range("l2", self.l2, 0.0, most, "0 or more")?;
        range("min_hessian", self.min_hessian, 0.0, most, "0 or more")?;
        range("max_leaves", self.max_leaves.into(), 2.0, 64.0, "2 to 64")?;
        range("max_depth", self.max_depth.into(), 1.0, 63.0, "1 to 63")?;
        range("max_bins", self.max_bins.into(), 4.0, 256.0, "4 to 256")?;
        match self.loss {
            Loss::Multinomial { classes } => {
                range("classes", classes.into(), 2.0, 64.0, "2 to 64")?;
            }
            Loss::Quantile { level } => {
                range("level", level, 1e-6, 1.0 - 1e-6, "between 0 and 1")?;
            }
            Loss::Logistic | Loss::Squared => {}
        }
        if self.monotone.is_empty() {
            return Ok(());
        }
        check_length("the list of constraints", self.monotone.len(), features)
    }
}

/// A fitted ensemble, ready to predict. Its JSON holds the trees; it is checked when read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Booster {
    names: Vec<String>,
    loss: Loss,
    base: Vec<f64>,
    /// Tree t adds to the score of class t modulo the number of scores.
    trees: Vec<Tree>,
    flat: Flat,
}

impl Booster {
    /// Fits an ensemble on one thread.
    ///
    /// # Errors
    /// The refusals of [`Error`] that concern the sample's shape, weights, outcomes and settings.
    pub fn fit(sample: &Sample<'_>, settings: &BoosterSettings) -> Result<Self, Error> {
        sample.check()?;
        settings.check(sample.matrix.names().len())?;
        loss::check(settings.loss, sample.target)?;
        let (base, trees) = fit::fit(sample, settings);
        Self::assemble(sample.matrix.names().to_vec(), settings.loss, base, trees)
    }

    fn assemble(names: Vec<String>, loss: Loss, base: Vec<f64>, trees: Vec<Tree>) -> Result<Self, Error> {
        let flat = Flat::new(&trees, names.len(), base.len())?;
        Ok(Self { names, loss, base, trees, flat })
    }

    /// The ensemble after its first `rounds` rounds.
    ///
    /// # Errors
    /// None in practice: a part of a sound ensemble is sound.
    pub fn first_rounds(&self, rounds: u32) -> Result<Self, Error> {
        let trees = crate::number::index(rounds).saturating_mul(self.base.len());
        let trees = self.trees.iter().take(trees).cloned().collect();
        Self::assemble(self.names.clone(), self.loss, self.base.clone(), trees)
    }

    /// One ensemble whose scores are the mean of the given ones' (bagging over seeds).
    ///
    /// # Errors
    /// [`Error::Stored`] if the ensembles differ in features or loss, or none is given.
    pub fn average(boosters: &[Self]) -> Result<Self, Error> {
        let Some(first) = boosters.first() else {
            return Err(tree::stored("no ensemble to average"));
        };
        let alike = |other: &Self| other.names == first.names && other.base.len() == first.base.len() && other.loss == first.loss;
        if !boosters.iter().all(alike) {
            return Err(tree::stored("ensembles of different features or losses"));
        }
        let share = 1.0 / crate::number::float(boosters.len());
        let mut base = vec![0.0; first.base.len()];
        let mut trees = Vec::new();
        for booster in boosters {
            for (sum, score) in base.iter_mut().zip(&booster.base) {
                *sum += score * share;
            }
            trees.extend(booster.trees.iter().map(|tree| tree.scaled(share)));
        }
        Self::assemble(first.names.clone(), first.loss, base, trees)
    }

    /// Names of the features, in the order in which `predict` takes their columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Loss the ensemble was fitted with.
    #[must_use]
    pub const fn loss(&self) -> Loss {
        self.loss
    }

    /// Scores a row has: the number of classes of a multinomial loss, else one.
    #[must_use]
    pub fn scores(&self) -> usize {
        self.base.len()
    }

    /// Number of trees.
    #[must_use]
    pub fn trees(&self) -> usize {
        self.trees.len()
    }

    /// Raw scores, row by row ([`Booster::scores`] of each). `columns[f]` holds feature f of all
    /// rows; missing columns count as missing values. A row's score does not depend on its company.
    #[must_use]
    pub fn predict(&self, columns: &[&[f32]]) -> Vec<f64> {
        self.flat.predict(columns, &self.base)
    }

    /// What each feature adds to a row's raw scores: one entry a score.
    ///
    /// Shapley values of the path-dependent expectation (Lundberg et al. 2020, "From local
    /// explanations to global understanding with explainable AI for trees", algorithm 1), exact.
    #[must_use]
    pub fn contributions(&self, row: &[f32]) -> Vec<Contributions> {
        contribution::contributions(&self.trees, &self.base, self.names.len(), row)
    }

    /// Total gain of the splits on each feature: which proxies the ensemble leans on.
    #[must_use]
    pub fn gains(&self) -> Vec<f64> {
        let mut gains = vec![0.0; self.names.len()];
        for tree in &self.trees {
            tree.add_gains(&mut gains);
        }
        gains
    }
}

impl PartialEq for Booster {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names && self.loss == other.loss && self.base == other.base && self.trees == other.trees
    }
}

#[cfg(test)]
mod tests;
