//! The scorecard as integer points: a page an official can add up by hand.
//!
//! Scaling by "points to double the odds" as in credit scoring (Siddiqi 2006, chapter 6).

use serde::{Deserialize, Serialize};

use super::{Scorecard, ScorecardSettings};
use crate::model::{Error, Sample, exact, logistic};
use crate::number::{float, to_fixed};

/// Settings of a card of points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointSettings {
    /// Features on the card at most: those that move the score most are kept and fitted again.
    pub features: usize,
    /// Bins a feature with many values is cut into.
    pub bins: usize,
    /// Points that double the odds of being poor.
    pub doubling: f64,
    /// Fit of the coefficients.
    pub scorecard: ScorecardSettings,
}

impl Default for PointSettings {
    fn default() -> Self {
        Self { features: 15, bins: 5, doubling: 20.0, scorecard: ScorecardSettings::default() }
    }
}

/// Values of a feature that earn the same points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointBin {
    /// Largest value of the bin; none for the last, and none for missing values.
    pub up_to: Option<f32>,
    /// Whether this is the line for missing values.
    pub missing: bool,
    /// Points, 0 for the bin that speaks least for poverty.
    pub points: i64,
}

/// One feature's lines on the card, by rising value, missing values last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeaturePoints {
    /// The feature.
    pub name: String,
    /// Its lines.
    pub bins: Vec<PointBin>,
}

impl FeaturePoints {
    /// Points of a value.
    #[must_use]
    pub fn points(&self, value: f32) -> i64 {
        let fits = |bin: &&PointBin| bin.missing == value.is_nan() && (value.is_nan() || bin.up_to.is_none_or(|limit| value <= limit));
        self.bins.iter().find(fits).map_or(0, |bin| bin.points)
    }
}

/// Points per feature; the more points, the likelier poor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointCard {
    /// Features in the order of their spread of points, widest first.
    pub features: Vec<FeaturePoints>,
    /// Points that double the odds.
    pub doubling: f64,
    /// Log-odds at zero points.
    #[serde(with = "exact::one")]
    pub start: f64,
}

impl PointCard {
    /// Fits a card to 0/1 outcomes.
    ///
    /// # Errors
    /// As [`Scorecard::fit`].
    pub fn fit(sample: &Sample<'_>, settings: &PointSettings) -> Result<Self, Error> {
        let full = Scorecard::fit(sample, &settings.scorecard)?;
        let mut order: Vec<(usize, f64)> = full.coefficients().into_iter().enumerate().collect();
        order.sort_by(|(i, a), (j, b)| b.abs().total_cmp(&a.abs()).then(i.cmp(j)));
        order.truncate(settings.features.max(1));
        let kept: Vec<usize> = order.into_iter().map(|(feature, _)| feature).collect();
        let matrix = sample.matrix.features(&kept);
        let part = Sample { matrix: &matrix, ..*sample };
        let card = Scorecard::fit(&part, &settings.scorecard)?;
        Ok(Self::of(&card, &part, settings))
    }

    fn of(card: &Scorecard, sample: &Sample<'_>, settings: &PointSettings) -> Self {
        let factor = settings.doubling / std::f64::consts::LN_2;
        let mut start = card.intercept;
        let mut features = Vec::new();
        let columns = sample.matrix.columns();
        for ((name, term), column) in card.names.iter().zip(&card.terms).zip(columns) {
            let mut lines: Vec<(Option<f32>, bool, f64)> =
                cut(column, settings.bins).into_iter().map(|(limit, middle)| (limit, false, term.effect(middle))).collect();
            if column.iter().any(|value| value.is_nan()) {
                lines.push((None, true, term.effect(f32::NAN)));
            }
            let least = lines.iter().map(|line| line.2).fold(f64::INFINITY, f64::min);
            let bin = |(up_to, missing, effect): (Option<f32>, bool, f64)| PointBin {
                up_to,
                missing,
                points: to_fixed((effect - least) * factor),
            };
            if least.is_finite() {
                start += least;
            }
            let bins: Vec<PointBin> = lines.into_iter().map(bin).collect();
            if bins.iter().any(|bin| bin.points > 0) {
                let name = name.clone();
                features.push(FeaturePoints { name, bins });
            }
        }
        let spread = |feature: &FeaturePoints| feature.bins.iter().map(|bin| bin.points).max();
        features.sort_by(|a, b| spread(b).cmp(&spread(a)).then_with(|| a.name.cmp(&b.name)));
        Self { features, doubling: settings.doubling, start }
    }

    /// Sum of points of a household; `value` gives a feature's value by name, NaN if missing.
    pub fn points(&self, value: impl Fn(&str) -> f32) -> i64 {
        let features = self.features.iter();
        features.map(|feature| feature.points(value(&feature.name))).sum()
    }

    /// Probability of being poor at a sum of points.
    #[must_use]
    pub fn probability(&self, points: i64) -> f64 {
        let doublings = crate::number::from_fixed(points) / self.doubling;
        logistic(self.start + doublings * std::f64::consts::LN_2)
    }
}

/// Bins of a column: the largest value of each (none for the last) and a value that stands for it.
fn cut(column: &[f32], bins: usize) -> Vec<(Option<f32>, f32)> {
    let mut values: Vec<f32> = column.iter().copied().filter(|value| !value.is_nan()).collect();
    values.sort_unstable_by(f32::total_cmp);
    let mut distinct = values.clone();
    distinct.dedup();
    let bins = bins.max(2);
    let mut limits: Vec<f32> = if distinct.len() <= bins + 3 {
        distinct
    } else {
        let quantile = |k: usize| values.get(k * values.len() / bins).copied();
        (1..bins).filter_map(quantile).collect()
    };
    limits.dedup();
    if let Some(last) = values.last()
        && limits.last().is_none_or(|limit| limit < last)
    {
        limits.push(*last);
    }
    let mut from = 0;
    let count = limits.len();
    let mut lines = Vec::new();
    for (at, limit) in limits.into_iter().enumerate() {
        let to = values.partition_point(|value| *value <= limit);
        let own = values.get(from..to).unwrap_or(&[]);
        let sum: f64 = own.iter().map(|value| f64::from(*value)).sum();
        let mean = crate::number::narrow(sum / float(own.len().max(1)));
        lines.push(((at + 1 < count).then_some(limit), mean));
        from = to;
    }
    lines
}
