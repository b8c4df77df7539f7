//! What every fitted model shares: the matrix of proxies, the sample it learns from, and refusals.

use serde::{Deserialize, Serialize};
use thiserror::Error as ThisError;

pub(crate) mod exact;

/// Why a model was not fitted, read or applied.
#[derive(Debug, Clone, PartialEq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// No row carries an outcome.
    #[error("no household has an outcome: add surveyed households whose poverty status is known")]
    NoOutcome,
    /// Every outcome is the same.
    #[error(
        "all {rows} households with an outcome are of one class: \
         a model needs surveyed households that are poor and others that are not"
    )]
    OneClass {
        /// Rows with an outcome.
        rows: usize,
    },
    /// Too few rows to separate signal from noise.
    #[error("only {rows} households have an outcome: survey at least {needed}")]
    FewRows {
        /// Rows with an outcome.
        rows: usize,
        /// Rows needed.
        needed: usize,
    },
    /// Too few rows of the rarer class.
    #[error(
        "only {positives} households are of the rarer outcome: \
         survey at least {needed}, for instance by listing likely households first"
    )]
    FewPositives {
        /// Rows of the rarer class.
        positives: usize,
        /// Rows needed.
        needed: usize,
    },
    /// A sample weight is not a positive finite number.
    #[error("the weight of row {row} is {value}: give each surveyed household a positive weight")]
    Weight {
        /// Row, from 0.
        row: usize,
        /// The weight found.
        value: f64,
    },
    /// An outcome the loss cannot read (not finite, or not a class).
    #[error("the outcome of row {row} is {value}: correct it or leave the household out")]
    Outcome {
        /// Row, from 0.
        row: usize,
        /// The outcome found.
        value: f64,
    },
    /// Tables that belong together differ in length.
    #[error("{what} has {found} entries, expected {expected}: build all from the same households")]
    Length {
        /// The table at fault.
        what: String,
        /// Its length.
        found: usize,
        /// The length of the others.
        expected: usize,
    },
    /// A value is infinite.
    #[error("column {column:?} is infinite in row {row}: guard its division against zero")]
    Infinite {
        /// The column's name.
        column: String,
        /// Row, from 0.
        row: usize,
    },
    /// A setting is outside its range.
    #[error("setting {name} is {value}: choose {allowed}")]
    Setting {
        /// The setting's name.
        name: &'static str,
        /// The value found.
        value: f64,
        /// The range in words.
        allowed: &'static str,
    },
    /// All rows of the sample share too few groups to hold any out.
    #[error("the households fall into {groups} groups: cross-validation needs at least {needed}")]
    FewGroups {
        /// Distinct group keys.
        groups: usize,
        /// Groups needed.
        needed: usize,
    },
    /// A stored model is of another version or inconsistent.
    #[error("the stored model cannot be read ({reason}): train it again")]
    Stored {
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// The stable code of the refusal: translation key and contract with callers.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoOutcome => "targeting.model.no_outcome",
            Self::OneClass { .. } => "targeting.model.one_class",
            Self::FewRows { .. } => "targeting.model.few_rows",
            Self::FewPositives { .. } => "targeting.model.few_positives",
            Self::Weight { .. } => "targeting.model.weight",
            Self::Outcome { .. } => "targeting.model.outcome",
            Self::Length { .. } => "targeting.model.length",
            Self::Infinite { .. } => "targeting.model.infinite",
            Self::Setting { .. } => "targeting.model.setting",
            Self::FewGroups { .. } => "targeting.model.few_groups",
            Self::Stored { .. } => "targeting.model.stored",
        }
    }
}

/// Proxies by column: `columns[f][i]` is feature f of row i; NaN is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    names: Vec<String>,
    columns: Vec<Vec<f32>>,
    rows: usize,
}

impl Matrix {
    /// Joins names and columns.
    ///
    /// # Errors
    /// [`Error::Length`] if columns differ in length or in number from the names,
    /// [`Error::Infinite`] for an infinite value.
    pub fn try_new(names: Vec<String>, columns: Vec<Vec<f32>>) -> Result<Self, Error> {
        check_length("the list of columns", columns.len(), names.len())?;
        let rows = columns.first().map_or(0, Vec::len);
        for (name, column) in names.iter().zip(&columns) {
            check_length(name, column.len(), rows)?;
            if let Some(row) = column.iter().position(|value| value.is_infinite()) {
                let column = name.clone();
                return Err(Error::Infinite { column, row });
            }
        }
        Ok(Self { names, columns, rows })
    }

    /// Number of rows (households).
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Names of the features, in the order of the columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns as slices, the shape in which models predict.
    #[must_use]
    pub fn columns(&self) -> Vec<&[f32]> {
        self.columns.iter().map(Vec::as_slice).collect()
    }

    /// One row across the columns; NaN where the row does not exist.
    #[must_use]
    pub fn row(&self, row: usize) -> Vec<f32> {
        let value = |column: &Vec<f32>| column.get(row).copied().unwrap_or(f32::NAN);
        self.columns.iter().map(value).collect()
    }

    /// The rows at the given positions, in that order.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let columns = self.columns.iter().map(|c| select(c, rows)).collect();
        Self { names: self.names.clone(), columns, rows: rows.len() }
    }
}

impl Matrix {
    /// The features at the given positions, in that order.
    #[must_use]
    pub fn features(&self, features: &[usize]) -> Self {
        let pick = features.iter().filter_map(|&feature| {
            let name = self.names.get(feature)?.clone();
            Some((name, self.columns.get(feature)?.clone()))
        });
        let (names, columns) = pick.unzip();
        Self { names, columns, rows: self.rows }
    }
}

/// The entries at the given positions; positions beyond the end are skipped.
pub(crate) fn select<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    let picked = rows.iter().filter_map(|&row| values.get(row).copied());
    picked.collect()
}

pub(crate) fn check_length(what: &str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    let what = what.to_owned();
    Err(Error::Length { what, found, expected })
}

/// What a model learns from; all slices have one entry a row of the matrix.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// Proxies.
    pub matrix: &'a Matrix,
    /// Outcome: 0 or 1 for a logistic loss, the class number from 0 for a multinomial one,
    /// any finite number for regression.
    pub target: &'a [f64],
    /// Positive sample weights, in any unit (they are scaled to a mean of one).
    pub weights: &'a [f64],
    /// A stable key per row (a hash of its id): row sampling depends on it, never on row order.
    pub keys: &'a [u64],
}

impl Sample<'_> {
    /// # Errors
    /// [`Error::NoOutcome`], [`Error::Length`], [`Error::Weight`] or [`Error::Outcome`].
    pub(crate) fn check(&self) -> Result<(), Error> {
        let rows = self.matrix.rows();
        if rows == 0 {
            return Err(Error::NoOutcome);
        }
        check_length("the list of outcomes", self.target.len(), rows)?;
        check_length("the list of weights", self.weights.len(), rows)?;
        check_length("the list of row keys", self.keys.len(), rows)?;
        check_weights(self.weights)?;
        let wrong = self.target.iter().position(|value| !value.is_finite());
        match wrong.and_then(|row| self.target.get(row).map(|&value| (row, value))) {
            Some((row, value)) => Err(Error::Outcome { row, value }),
            None => Ok(()),
        }
    }
}

pub(crate) fn check_weights(weights: &[f64]) -> Result<(), Error> {
    for (row, &value) in weights.iter().enumerate() {
        if !(value.is_finite() && value > 0.0) {
            return Err(Error::Weight { row, value });
        }
    }
    Ok(())
}

/// A score taken apart: `base` plus all `features` is the raw score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contributions {
    /// Expected raw score before anything is known of the household.
    pub base: f64,
    /// What each feature adds, in the order of the columns.
    pub features: Vec<f64>,
}

impl Contributions {
    /// The raw score they add up to.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.base + self.features.iter().sum::<f64>()
    }
}

/// Weights as shares of their mean, computed so that the order of rows cannot change a bit.
pub(crate) fn relative_weights(weights: &[f64]) -> Vec<f64> {
    let mean = exact_sum(weights) / crate::number::float(weights.len().max(1));
    weights.iter().map(|weight| weight / mean).collect()
}

/// A sum that does not depend on the order of its terms: they are added as integers on a grid
/// 2^-60 times the power of two above the largest.
pub(crate) fn exact_sum(values: &[f64]) -> f64 {
    use crate::number::{from_wide, to_wide};
    let largest = values.iter().fold(0.0_f64, |max, value| max.max(value.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return 0.0;
    }
    let scale = (60.0 - largest.log2().ceil()).exp2();
    let sum: i128 = values.iter().map(|value| to_wide(value * scale)).sum();
    from_wide(sum) / scale
}

/// The probability that belongs to a log-odds score.
#[must_use]
pub fn logistic(score: f64) -> f64 {
    if score >= 0.0 {
        1.0 / (1.0 + (-score).exp())
    } else {
        let odds = score.exp();
        odds / (1.0 + odds)
    }
}

/// Log-odds of a probability, kept finite by holding it 1e-9 away from 0 and 1.
#[must_use]
pub fn log_odds(probability: f64) -> f64 {
    let probability = probability.clamp(1e-9, 1.0 - 1e-9);
    (probability / (1.0 - probability)).ln()
}

#[cfg(test)]
mod tests;
