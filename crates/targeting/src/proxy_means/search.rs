//! Nested cross-validation: what to fit is decided by rows the fits had not seen.

use super::card::{Candidate, Recipe};
use super::folds::folds;
use super::{Metrics, Settings, parallel};
use crate::boost::{Booster, BoosterSettings, Loss, Monotone};
use crate::model::{Error, Matrix, Sample, logistic, relative_weights};
use crate::number::{float, wide};
use crate::scorecard::{Scorecard, ScorecardSettings};

/// Training data in canonical order with all that the search shares.
pub(super) struct Search<'a> {
    pub(super) matrix: &'a Matrix,
    pub(super) poor: &'a [bool],
    pub(super) outcome: &'a [f64],
    /// Sample weights with a mean of one.
    pub(super) weights: &'a [f64],
    pub(super) groups: &'a [u64],
    pub(super) keys: &'a [u64],
    pub(super) monotone: &'a [Monotone],
    pub(super) settings: &'a Settings,
}

/// The winner, and its out-of-fold scores: one list a repeat.
pub(super) struct Found {
    pub(super) candidates: Vec<Candidate>,
    pub(super) winner: usize,
    pub(super) reason: String,
    pub(super) scorecard: Recipe,
    pub(super) booster: Recipe,
    /// Share of the scorecard in the winner.
    pub(super) share: f64,
    pub(super) scores: Vec<Vec<f64>>,
    /// Folds of the first repeat.
    pub(super) folds: Vec<usize>,
}

/// A fit to be made: a recipe and seed on all folds but one of a repeat.
struct Job {
    recipe: Recipe,
    seed: u64,
    repeat: usize,
    fold: usize,
}

/// Out-of-fold scores of one recipe, one list a repeat.
type Scores = Vec<Vec<f64>>;

/// Held-out rows of one recipe and their scores.
type HeldOut = (Recipe, Vec<usize>, Vec<f64>);

/// Tried shares of the scorecard in a blend.
const SHARES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

impl Search<'_> {
    pub(super) fn run(&self, fold_count: usize, repeats: usize) -> Result<Found, Error> {
        let seed = self.settings.seed;
        let split = |repeat| folds(self.groups, self.poor, fold_count, seed ^ wide(repeat));
        let splits: Vec<Vec<usize>> = (0..repeats).map(split).collect();
        let mut candidates = Vec::new();
        let scorecards = self.out_of_fold(&self.scorecards(), &splits, 1)?;
        let boosters = self.out_of_fold(&self.boosters(), &splits, 1)?;
        let (scorecard, linear) = self.best(&mut candidates, scorecards);
        let (booster, single) = self.best(&mut candidates, boosters);
        let seeds = self.settings.seeds.max(1);
        let bag = if seeds == 1 {
            single
        } else {
            let bagged = self.out_of_fold(&[booster], &splits, seeds)?;
            bagged.into_iter().next().map_or(single, |(_, scores)| scores)
        };
        candidates.push(self.candidate(Recipe::Bag { seeds }, &bag));
        let bag_at = candidates.len() - 1;
        let mut winner = (bag_at, 0.0, bag.clone());
        for share in SHARES {
            let scores = mix(&linear, &bag, share);
            let candidate = self.candidate(Recipe::Blend { scorecard: share }, &scores);
            let best = candidates.get(winner.0).map(|best| best.metrics.log_loss);
            let better = best.is_some_and(|least| candidate.metrics.log_loss < least);
            let inner = share > 0.0 && share < 1.0;
            if inner {
                candidates.push(candidate);
            }
            if better {
                let at = if inner { candidates.len() - 1 } else { candidates.iter().position(|c| c.recipe == scorecard).unwrap_or(bag_at) };
                winner = (at, share, scores);
            }
        }
        let reason = reason(&candidates, winner.0, repeats * fold_count);
        Ok(Found {
            candidates,
            winner: winner.0,
            reason,
            scorecard,
            booster,
            share: winner.1,
            scores: winner.2,
            folds: splits.into_iter().next().unwrap_or_default(),
        })
    }

    /// Powers of the weights worth trying: weights repair the sample's design, at the price of
    /// noisier fits; which is worth more, held-out rows decide.
    fn powers(&self) -> Vec<f64> {
        let even = self.weights.iter().all(|weight| (weight - 1.0).abs() < 1e-9);
        if even { vec![0.0] } else { vec![0.0, 1.0] }
    }

    fn scorecards(&self) -> Vec<Recipe> {
        let recipe = |(weight_power, l2)| Recipe::Scorecard { l2, weight_power };
        let pairs = product(&self.powers(), &self.settings.penalties);
        pairs.into_iter().map(recipe).collect()
    }

    fn boosters(&self) -> Vec<Recipe> {
        let rounds = self.settings.rounds.iter().copied().max().unwrap_or(1);
        let recipe = |(weight_power, max_leaves)| Recipe::Booster { max_leaves, rounds, weight_power };
        let pairs = product(&self.powers(), &self.settings.leaves);
        pairs.into_iter().map(recipe).collect()
    }

    /// Scores of every recipe, for boosters at every number of rounds asked for, or (of one with
    /// several seeds) averaged at its own.
    fn out_of_fold(&self, recipes: &[Recipe], splits: &[Vec<usize>], seeds: u32) -> Result<Vec<(Recipe, Scores)>, Error> {
        let mut jobs = Vec::new();
        for &recipe in recipes {
            for (repeat, folds) in splits.iter().enumerate() {
                for fold in 0..folds.iter().max().map_or(0, |last| last + 1) {
                    let seed = |seed| Job { recipe, seed, repeat, fold };
                    jobs.extend((0..u64::from(seeds)).map(seed));
                }
            }
        }
        let staged = seeds == 1;
        let run = |job: &Job| self.held_out(job, splits, staged);
        let results = parallel::map(&jobs, self.settings.threads, run);
        let mut all: Vec<(Recipe, Scores)> = Vec::new();
        let blank = vec![vec![0.0; self.outcome.len()]; splits.len()];
        for (job, result) in jobs.iter().zip(results) {
            for (recipe, rows, scores) in result? {
                let at = all.iter().position(|(known, _)| *known == recipe);
                let at = at.unwrap_or_else(|| {
                    all.push((recipe, blank.clone()));
                    all.len() - 1
                });
                let place = all.get_mut(at).and_then(|(_, scores)| scores.get_mut(job.repeat));
                let Some(place) = place else { continue };
                for (row, score) in rows.into_iter().zip(scores) {
                    if let Some(sum) = place.get_mut(row) {
                        *sum += score / f64::from(seeds);
                    }
                }
            }
        }
        Ok(all)
    }

    /// Fits on all folds but one and scores that one.
    fn held_out(&self, job: &Job, splits: &[Vec<usize>], staged: bool) -> Result<Vec<HeldOut>, Error> {
        let folds = splits.get(job.repeat).map_or(&[][..], Vec::as_slice);
        let rows = 0..folds.len();
        let (out, seen): (Vec<usize>, Vec<usize>) = rows.partition(|row| folds.get(*row) == Some(&job.fold));
        let part = self.matrix.select(&out);
        let columns = part.columns();
        match job.recipe {
            Recipe::Booster { max_leaves, rounds, weight_power } => {
                let booster = self.booster(job.recipe, job.seed, &seen)?;
                let stages = if staged { self.settings.rounds.clone() } else { vec![rounds] };
                let mut all = Vec::new();
                for rounds in stages {
                    let recipe = Recipe::Booster { max_leaves, rounds, weight_power };
                    let scores = booster.first_rounds(rounds)?.predict(&columns);
                    all.push((recipe, out.clone(), scores));
                }
                Ok(all)
            }
            Recipe::Scorecard { .. } | Recipe::Bag { .. } | Recipe::Blend { .. } => {
                let scores = self.scorecard(job.recipe, &seen)?.predict(&columns);
                Ok(vec![(job.recipe, out, scores)])
            }
        }
    }

    pub(super) fn booster(&self, recipe: Recipe, seed: u64, rows: &[usize]) -> Result<Booster, Error> {
        let Recipe::Booster { max_leaves, rounds, weight_power } = recipe else {
            return Err(Error::Stored { reason: "the recipe is no booster".to_owned() });
        };
        let settings = BoosterSettings {
            rounds,
            max_leaves,
            learning_rate: self.settings.learning_rate,
            monotone: self.monotone.to_vec(),
            seed: self.settings.seed ^ (seed << 32),
            ..BoosterSettings::new(Loss::Logistic)
        };
        self.with_rows(rows, weight_power, |sample| Booster::fit(sample, &settings))
    }

    pub(super) fn scorecard(&self, recipe: Recipe, rows: &[usize]) -> Result<Scorecard, Error> {
        let Recipe::Scorecard { l2, weight_power } = recipe else {
            return Err(Error::Stored { reason: "the recipe is no scorecard".to_owned() });
        };
        let settings = ScorecardSettings { l2, ..ScorecardSettings::default() };
        self.with_rows(rows, weight_power, |sample| Scorecard::fit(sample, &settings))
    }

    fn with_rows<R>(&self, rows: &[usize], power: f64, fit: impl FnOnce(&Sample<'_>) -> Result<R, Error>) -> Result<R, Error> {
        use crate::model::select;
        let weights = select(self.weights, rows);
        let weights: Vec<f64> = weights.into_iter().map(|weight| weight.powf(power)).collect();
        fit(&Sample {
            matrix: &self.matrix.select(rows),
            target: &select(self.outcome, rows),
            weights: &relative_weights(&weights),
            keys: &select(self.keys, rows),
        })
    }

    /// Notes all recipes and returns the one of least log loss; the first of equals.
    fn best(&self, notes: &mut Vec<Candidate>, all: Vec<(Recipe, Scores)>) -> (Recipe, Scores) {
        let mut best: Option<(f64, Recipe, Scores)> = None;
        for (recipe, scores) in all {
            let candidate = self.candidate(recipe, &scores);
            let loss = candidate.metrics.log_loss;
            notes.push(candidate);
            if best.as_ref().is_none_or(|(least, _, _)| loss < *least) {
                best = Some((loss, recipe, scores));
            }
        }
        let none = (Recipe::Bag { seeds: 0 }, Vec::new());
        best.map_or(none, |(_, recipe, scores)| (recipe, scores))
    }

    /// Metrics of a recipe: the mean over repeats.
    fn candidate(&self, recipe: Recipe, scores: &[Vec<f64>]) -> Candidate {
        let of = |scores: &Vec<f64>| {
            let probabilities: Vec<f64> = scores.iter().map(|score| logistic(*score)).collect();
            Metrics::of(&probabilities, self.outcome, self.weights)
        };
        let metrics = mean(&scores.iter().map(of).collect::<Vec<Metrics>>());
        Candidate { recipe, metrics }
    }
}

fn product<A: Copy, B: Copy>(first: &[A], second: &[B]) -> Vec<(A, B)> {
    let pairs = first.iter().flat_map(|a| second.iter().map(move |b| (*a, *b)));
    pairs.collect()
}

pub(super) fn mean(all: &[Metrics]) -> Metrics {
    let count = float(all.len().max(1));
    let mean = |value: fn(&Metrics) -> f64| all.iter().map(value).sum::<f64>() / count;
    Metrics { log_loss: mean(|m| m.log_loss), auc: mean(|m| m.auc), exclusion_error: mean(|m| m.exclusion_error) }
}

fn mix(first: &[Vec<f64>], second: &[Vec<f64>], share: f64) -> Scores {
    let blend = |(a, b): (&f64, &f64)| share * a + (1.0 - share) * b;
    let repeats = first.iter().zip(second);
    repeats.map(|(a, b)| a.iter().zip(b).map(blend).collect()).collect()
}

fn reason(candidates: &[Candidate], winner: usize, fits: usize) -> String {
    let loss = |candidate: &Candidate| candidate.metrics.log_loss;
    let best = candidates.get(winner).map_or(0.0, loss);
    let others = candidates.iter().enumerate().filter(|(at, _)| *at != winner);
    let next = others.map(|(_, candidate)| loss(candidate)).fold(f64::INFINITY, f64::min);
    format!("least weighted log loss over {fits} held-out folds: {best:.4}, next {next:.4} of {}", candidates.len())
}
