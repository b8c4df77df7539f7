//! Proxy-means model: the probability that a household is poor, from what can be seen of it.
//!
//! Scorecard and booster are fitted with several settings; nested cross-validation that keeps
//! groups whole decides what is used, blends and calibrates it.

use serde::{Deserialize, Serialize};

use crate::boost::{Booster, Monotone};
use crate::calibration::{Band, Calibration, Interval, Scored};
use crate::model::{Contributions, Error, Matrix, check_length, check_weights, exact, relative_weights, select};
use crate::number::float;
use crate::scorecard::Scorecard;

mod card;
mod folds;
mod metrics;
mod parallel;
mod search;

pub use card::{Candidate, Importance, ModelCard, Recipe, TriedCalibration};
pub use metrics::Metrics;
use search::{Found, Search};

/// Surveyed households. All slices have one entry a row of the matrix; their order does not matter.
#[derive(Debug, Clone, Copy)]
pub struct Training<'a> {
    /// Proxies.
    pub matrix: &'a Matrix,
    /// Whether the household is poor.
    pub outcome: &'a [bool],
    /// Positive sample weights in any unit.
    pub weights: &'a [f64],
    /// Key of the group (area, household) that folds keep whole, for instance a hash of its id.
    pub groups: &'a [u64],
    /// Stable key per row, for instance a hash of the household's id.
    pub keys: &'a [u64],
    /// How the probability may move with each feature; empty for freely.
    pub monotone: &'a [Monotone],
    /// Day of training, for the card.
    pub trained_on: &'a str,
    /// Fingerprint of the data, for the card.
    pub fingerprint: &'a str,
}

/// Settings of the search. The defaults hold on surveys of 500 to 50,000 households.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Threads; the result is the same for any number.
    pub threads: usize,
    /// Seed of folds and sampling.
    pub seed: u64,
    /// Folds of the cross-validation.
    pub folds: usize,
    /// Samples below this many rows repeat the cross-validation once with other folds.
    pub repeat_below: usize,
    /// Boosters averaged in the final model.
    pub seeds: u32,
    /// L2 penalties tried for the scorecard.
    pub penalties: Vec<f64>,
    /// Leaves a tree tried for the booster.
    pub leaves: Vec<u32>,
    /// Rounds tried for the booster.
    pub rounds: Vec<u32>,
    /// Learning rate of the booster.
    pub learning_rate: f64,
    /// Level of the band around probabilities.
    pub level: f64,
    /// Fewest rows to learn from.
    pub min_rows: usize,
    /// Fewest rows of the rarer outcome.
    pub min_positives: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threads: 2,
            seed: 20_200_213,
            folds: 5,
            repeat_below: 5_000,
            seeds: 4,
            penalties: vec![10.0, 30.0, 100.0, 300.0, 1000.0],
            leaves: vec![4, 8, 16],
            rounds: vec![75, 150, 250, 400, 600],
            learning_rate: 0.03,
            level: 0.9,
            min_rows: 50,
            min_positives: 10,
        }
    }
}

const VERSION: u32 = 1;

/// A fitted proxy-means model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct ProxyMeansModel {
    version: u32,
    names: Vec<String>,
    scorecard: Scorecard,
    booster: Booster,
    /// Share of the scorecard in the score.
    #[serde(with = "exact::one")]
    share: f64,
    calibration: Calibration,
    band: Band,
    card: ModelCard,
}

/// As read, before it is checked.
#[derive(Deserialize)]
struct Stored {
    version: u32,
    names: Vec<String>,
    scorecard: Scorecard,
    booster: Booster,
    #[serde(with = "exact::one")]
    share: f64,
    calibration: Calibration,
    band: Band,
    card: ModelCard,
}

impl TryFrom<Stored> for ProxyMeansModel {
    type Error = Error;

    fn try_from(read: Stored) -> Result<Self, Error> {
        read.scorecard.check()?;
        read.calibration.check()?;
        let fits = read.version == VERSION
            && read.names == read.scorecard.names()
            && read.names == read.booster.names()
            && read.booster.scores() == 1
            && (0.0..=1.0).contains(&read.share)
            && read.band.sound();
        if !fits {
            let reason = "its parts are of another version or do not fit together".to_owned();
            return Err(Error::Stored { reason });
        }
        Ok(Self {
            version: read.version,
            names: read.names,
            scorecard: read.scorecard,
            booster: read.booster,
            share: read.share,
            calibration: read.calibration,
            band: read.band,
            card: read.card,
        })
    }
}

/// Trains a model; see [`train_with_out_of_fold`] for the probabilities behind its card.
///
/// # Errors
/// [`Error::NoOutcome`], [`Error::OneClass`], [`Error::FewRows`], [`Error::FewPositives`],
/// [`Error::FewGroups`], [`Error::Weight`], [`Error::Length`] or [`Error::Setting`].
pub fn train(training: &Training<'_>, settings: &Settings) -> Result<ProxyMeansModel, Error> {
    train_with_out_of_fold(training, settings).map(|(model, _)| model)
}

/// Trains a model and returns with it each row's calibrated out-of-fold probability, in the order
/// of the rows: what group metrics (fairness) are to be computed from.
///
/// # Errors
/// As [`train`].
pub fn train_with_out_of_fold(training: &Training<'_>, settings: &Settings) -> Result<(ProxyMeansModel, Vec<f64>), Error> {
    let groups = check(training, settings)?;
    let order = canonical(training);
    let matrix = training.matrix.select(&order);
    let poor = select(training.outcome, &order);
    let outcome: Vec<f64> = poor.iter().map(|poor| f64::from(u8::from(*poor))).collect();
    let search = Search {
        matrix: &matrix,
        poor: &poor,
        outcome: &outcome,
        weights: &relative_weights(&select(training.weights, &order)),
        groups: &select(training.groups, &order),
        keys: &select(training.keys, &order),
        monotone: training.monotone,
        settings,
    };
    let repeats = if order.len() < settings.repeat_below { 2 } else { 1 };
    let folds = settings.folds.clamp(2, groups);
    let found = search.run(folds, repeats)?;
    let (calibration, tried) = calibrate(&search, &found);
    let probabilities = mean_probabilities(&found, &calibration);
    let band = Band::fit(&probabilities, &outcome, search.weights, settings.level);
    let (scorecard, booster) = final_fits(&search, &found)?;
    let total: f64 = search.weights.iter().sum();
    let positives: f64 = outcome.iter().zip(search.weights).map(|(y, w)| y * w).sum();
    let card = ModelCard {
        trained_on: training.trained_on.to_owned(),
        fingerprint: training.fingerprint.to_owned(),
        rows: order.len(),
        positives: poor.iter().filter(|poor| **poor).count(),
        rate: metrics::rounded(positives / total),
        groups,
        folds,
        repeats,
        candidates: found.candidates.into_iter().map(Candidate::rounded).collect(),
        winner: found.winner,
        reason: found.reason,
        calibrations: tried,
        metrics: Metrics::of(&probabilities, &outcome, search.weights).rounded(),
        importance: importance(&scorecard, &booster, found.share),
    };
    let model = ProxyMeansModel {
        version: VERSION,
        names: matrix.names().to_vec(),
        scorecard,
        booster,
        share: found.share,
        calibration,
        band,
        card,
    };
    let mut in_order = vec![0.0; order.len()];
    for (row, probability) in order.into_iter().zip(probabilities) {
        if let Some(slot) = in_order.get_mut(row) {
            *slot = probability;
        }
    }
    Ok((model, in_order))
}

/// One order for all orders in which the rows may come, as sums of floats depend on it: by key,
/// then by values.
fn canonical(training: &Training<'_>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..training.matrix.rows()).collect();
    let columns = training.matrix.columns();
    order.sort_by(|&a, &b| {
        let key = |row: usize| training.keys.get(row);
        let values = columns.iter().map(|column| {
            let value = |row: usize| column.get(row).copied().unwrap_or(f32::NAN);
            value(a).total_cmp(&value(b))
        });
        let differ = || values.into_iter().find(|order| order.is_ne());
        let by_value = || differ().unwrap_or(std::cmp::Ordering::Equal);
        key(a).cmp(&key(b)).then_with(by_value)
    });
    order
}

/// Refuses what cannot be learnt from; returns the number of groups.
fn check(training: &Training<'_>, settings: &Settings) -> Result<usize, Error> {
    let rows = training.matrix.rows();
    if rows == 0 || training.outcome.is_empty() {
        return Err(Error::NoOutcome);
    }
    check_length("the list of outcomes", training.outcome.len(), rows)?;
    check_length("the list of weights", training.weights.len(), rows)?;
    check_length("the list of groups", training.groups.len(), rows)?;
    check_length("the list of row keys", training.keys.len(), rows)?;
    check_weights(training.weights)?;
    let poor = training.outcome.iter().filter(|poor| **poor).count();
    let positives = poor.min(rows - poor);
    if positives == 0 {
        return Err(Error::OneClass { rows });
    }
    if rows < settings.min_rows {
        let needed = settings.min_rows;
        return Err(Error::FewRows { rows, needed });
    }
    if positives < settings.min_positives {
        let needed = settings.min_positives;
        return Err(Error::FewPositives { positives, needed });
    }
    if !(settings.level > 0.0 && settings.level < 1.0) {
        return Err(Error::Setting { name: "level", value: settings.level, allowed: "a number between 0 and 1" });
    }
    let empty =
        [("penalties", settings.penalties.is_empty()), ("leaves", settings.leaves.is_empty()), ("rounds", settings.rounds.is_empty())];
    if let Some((name, _)) = empty.into_iter().find(|(_, empty)| *empty) {
        return Err(Error::Setting { name, value: 0.0, allowed: "at least one value to try" });
    }
    let groups = folds::distinct(training.groups);
    if groups < 2 {
        return Err(Error::FewGroups { groups, needed: 2 });
    }
    Ok(groups)
}

/// Calibration on all repeats at once; a row's copies share a fold, so none is seen by its own fit.
fn calibrate(search: &Search<'_>, found: &Found) -> (Calibration, Vec<TriedCalibration>) {
    let repeats = found.scores.len().max(1);
    let share = 1.0 / float(repeats);
    let weights: Vec<f64> = search.weights.iter().map(|weight| weight * share).collect();
    let (calibration, losses) = Calibration::choose(&Scored {
        scores: &found.scores.concat(),
        outcome: &search.outcome.repeat(repeats),
        weights: &weights.repeat(repeats),
        folds: &found.folds.repeat(repeats),
    });
    let tried = losses.into_iter().map(|(name, log_loss)| TriedCalibration { name: name.to_owned(), log_loss: metrics::rounded(log_loss) });
    (calibration, tried.collect())
}

fn mean_probabilities(found: &Found, calibration: &Calibration) -> Vec<f64> {
    let rows = found.scores.first().map_or(0, Vec::len);
    let share = 1.0 / float(found.scores.len().max(1));
    let mut sums = vec![0.0; rows];
    for scores in &found.scores {
        for (sum, score) in sums.iter_mut().zip(scores) {
            *sum += share * calibration.probability(*score);
        }
    }
    sums
}

/// The winner's parts, fitted on all rows.
fn final_fits(search: &Search<'_>, found: &Found) -> Result<(Scorecard, Booster), Error> {
    let rows: Vec<usize> = (0..search.outcome.len()).collect();
    let scorecard = search.scorecard(found.scorecard, &rows)?;
    let seeds: Vec<u64> = (0..u64::from(search.settings.seeds.max(1))).collect();
    let fit = |seed: &u64| search.booster(found.booster, *seed, &rows);
    let boosters = parallel::map(&seeds, search.settings.threads, fit);
    let boosters: Vec<Booster> = boosters.into_iter().collect::<Result<_, Error>>()?;
    Ok((scorecard, Booster::average(&boosters)?))
}

fn importance(scorecard: &Scorecard, booster: &Booster, share: f64) -> Vec<Importance> {
    let shares = |values: Vec<f64>| {
        let total: f64 = values.iter().sum();
        let part = move |value| if total > 0.0 { value / total } else { 0.0 };
        values.into_iter().map(part).collect::<Vec<f64>>()
    };
    let linear = shares(scorecard.coefficients().into_iter().map(f64::abs).collect());
    let trees = shares(booster.gains());
    let names = scorecard.names().iter().zip(linear).zip(trees);
    let mut all: Vec<Importance> = names
        .map(|((name, linear), trees)| Importance { name: name.clone(), share: metrics::rounded(share * linear + (1.0 - share) * trees) })
        .collect();
    all.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.name.cmp(&b.name)));
    all
}

impl ProxyMeansModel {
    /// Names of the features, in the order in which `predict` takes their columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What was tried, what won and why.
    #[must_use]
    pub const fn card(&self) -> &ModelCard {
        &self.card
    }

    /// The scorecard behind the model: the rival always fitted.
    #[must_use]
    pub const fn scorecard(&self) -> &Scorecard {
        &self.scorecard
    }

    /// The booster behind the model.
    #[must_use]
    pub const fn booster(&self) -> &Booster {
        &self.booster
    }

    /// Share of the scorecard in the score, 0 to 1.
    #[must_use]
    pub const fn scorecard_share(&self) -> f64 {
        self.share
    }

    /// Log-odds before calibration, one a row; `columns[f]` holds feature f of all rows, NaN where
    /// it is missing. A row's score does not depend on its company.
    #[must_use]
    pub fn scores(&self, columns: &[&[f32]]) -> Vec<f64> {
        let linear = self.scorecard.predict(columns);
        if self.share >= 1.0 {
            return linear;
        }
        let trees = self.booster.predict(columns);
        if self.share <= 0.0 {
            return trees;
        }
        let blend = |(linear, trees)| self.share * linear + (1.0 - self.share) * trees;
        linear.into_iter().zip(trees).map(blend).collect()
    }

    /// Calibrated probabilities of being poor, one a row.
    #[must_use]
    pub fn predict(&self, columns: &[&[f32]]) -> Vec<f64> {
        let scores = self.scores(columns).into_iter();
        scores.map(|score| self.calibration.probability(score)).collect()
    }

    /// Bounds around a probability given by [`ProxyMeansModel::predict`], at the level of
    /// [`Settings::level`]: how often households of like probability turned out poor when the
    /// models had not seen them (see [`Band`]).
    #[must_use]
    pub fn interval(&self, probability: f64) -> Interval {
        self.band.interval(probability)
    }

    /// What each feature adds to a row's log-odds before calibration; base and features add up to
    /// [`ProxyMeansModel::scores`].
    #[must_use]
    pub fn contributions(&self, row: &[f32]) -> Contributions {
        let linear = self.scorecard.contributions(row);
        let trees = self.booster.contributions(row).into_iter().next();
        let trees = trees.unwrap_or_else(|| linear.clone());
        let blend = |linear: f64, trees: f64| self.share * linear + (1.0 - self.share) * trees;
        let pairs = linear.features.iter().zip(&trees.features);
        Contributions { base: blend(linear.base, trees.base), features: pairs.map(|(linear, trees)| blend(*linear, *trees)).collect() }
    }
}

#[cfg(test)]
mod tests;
