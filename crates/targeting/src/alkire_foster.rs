//! The Alkire-Foster measure of multidimensional poverty, in integers.
//!
//! Source: S. Alkire, J. Foster, "Counting and multidimensional poverty measurement",
//! Journal of Public Economics 95 (2011). A household is deprived or not in each indicator;
//! its score `c` is the weighted share of indicators in which it is deprived; it is poor if
//! `c >= k`. `H` is the share of poor people, `A` the mean score of the poor, `M0 = H·A`.
//!
//! Weights are whole numbers over one common denominator and the cutoff is a fraction, so
//! whether 6/18 reaches 1/3 is decided by arithmetic and not by rounding.

use serde::{Deserialize, Serialize};

pub mod estimate;
mod fraction;
pub mod pattern;
mod profile;
mod tally;

pub use fraction::Fraction;
pub use profile::{GroupShare, IndicatorProfile, Profile, decompose};
pub use tally::{Batch, GroupTally, PatternCounts, Tally, TallyError};

/// The largest number of indicators of one measure.
pub const MAX_INDICATORS: usize = 32;

/// Who counts as poor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cutoff {
    /// Poor if the score reaches this share, in (0, 1].
    Share(Fraction),
    /// Poor if deprived in anything that carries weight (union approach).
    Union,
}

/// What a missing indicator means for a household's score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingPolicy {
    /// A household with any missing indicator is not assessed.
    Drop,
    /// The weight of missing indicators is spread over the observed ones in proportion to
    /// their weights; without any observed weight the household is not assessed.
    Redistribute,
    /// A missing indicator counts as not deprived.
    NotDeprived,
}

/// The score limits that are reported beside the cutoff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bands {
    /// Not poor but at or above this score: vulnerable. The global index uses 1/5.
    pub vulnerable: Fraction,
    /// At or above this score: severely poor. The global index uses 1/2.
    pub severe: Fraction,
}

impl Default for Bands {
    fn default() -> Self {
        Self { vulnerable: Fraction::new(1, 5), severe: Fraction::new(1, 2) }
    }
}

/// A dimension of nested weights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dimension {
    /// The weight of the whole dimension; all dimensions sum to 1.
    pub weight: Fraction,
    /// Each indicator's share in the dimension; `None` for all of them shares equally.
    pub shares: Vec<Option<Fraction>>,
}

impl Dimension {
    /// A dimension whose `indicators` indicators have equal shares.
    #[must_use]
    pub fn equal(weight: Fraction, indicators: usize) -> Self {
        Self { weight, shares: vec![None; indicators] }
    }
}

/// Why a measure was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeasureError {
    /// No indicator or more than [`MAX_INDICATORS`].
    #[error("a measure has 1 to {MAX_INDICATORS} indicators, this one has {found}; merge or remove indicators")]
    IndicatorCount { found: usize },
    /// A fraction with denominator zero.
    #[error("{what} is {numerator}/0; give a denominator above zero")]
    ZeroDenominator { what: &'static str, numerator: u32 },
    /// The weights do not sum to one.
    #[error("the weights sum to {found}, not to 1; correct them so that the sum is exactly 1")]
    WeightsSum { found: Fraction },
    /// The shares in one dimension do not sum to one, or only some of them were given.
    #[error(
        "the shares in dimension {dimension} sum to {found}, not to 1; give all shares so that they sum to 1, or none for equal shares"
    )]
    SharesSum { dimension: usize, found: Fraction },
    /// A dimension without indicators.
    #[error("dimension {dimension} has no indicator; add one or remove the dimension")]
    EmptyDimension { dimension: usize },
    /// A cutoff or band outside (0, 1].
    #[error("{what} {found} is not above 0 and at most 1; choose a share of the total weight")]
    CutoffRange { what: &'static str, found: Fraction },
    /// The common denominator of the weights does not fit in 32 bits.
    #[error("the weights have no common denominator below 4,294,967,296; use fractions with smaller denominators")]
    DenominatorTooLarge,
}

impl MeasureError {
    /// The stable code of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::IndicatorCount { .. } => "targeting.measure.indicator_count",
            Self::ZeroDenominator { .. } => "targeting.measure.zero_denominator",
            Self::WeightsSum { .. } => "targeting.measure.weights_sum",
            Self::SharesSum { .. } => "targeting.measure.shares_sum",
            Self::EmptyDimension { .. } => "targeting.measure.empty_dimension",
            Self::CutoffRange { .. } => "targeting.measure.cutoff_range",
            Self::DenominatorTooLarge => "targeting.measure.denominator_too_large",
        }
    }
}

/// A deprivation score as an exact share `numerator / denominator` in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    numerator: u32,
    denominator: u32,
    poor: bool,
}

impl Score {
    /// Weight of the deprivations, in units of the measure's scale.
    #[must_use]
    pub const fn numerator(self) -> u32 {
        self.numerator
    }

    /// Weight that was observed, in the same units.
    #[must_use]
    pub const fn denominator(self) -> u32 {
        self.denominator
    }

    /// Whether the score reaches the cutoff of the measure it came from.
    #[must_use]
    pub const fn poor(self) -> bool {
        self.poor
    }

    /// The score as a float, for display and statistics.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }

    /// Whether the score is at or above a limit, exactly.
    #[must_use]
    pub fn reaches(self, limit: Fraction) -> bool {
        u64::from(self.numerator) * u64::from(limit.denominator) >= u64::from(limit.numerator) * u64::from(self.denominator)
    }
}

/// A multidimensional poverty measure: weights, cutoff, bands and the policy for missing values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    weights: Vec<u32>,
    dimensions: Vec<usize>,
    scale: u32,
    known: u32,
    cutoff: Cutoff,
    bands: Bands,
    missing: MissingPolicy,
}

impl Measure {
    /// A measure from the weights of its indicators, which must sum to exactly 1.
    ///
    /// Each indicator is its own dimension. Indicator `j` is bit `j` of a pattern.
    ///
    /// # Errors
    /// [`MeasureError`] if there are none or too many indicators, the sum is not 1, the
    /// cutoff is outside (0, 1], or a common denominator does not fit in 32 bits.
    pub fn try_new(weights: &[Fraction], cutoff: Cutoff, missing: MissingPolicy) -> Result<Self, MeasureError> {
        if weights.is_empty() || weights.len() > MAX_INDICATORS {
            return Err(MeasureError::IndicatorCount { found: weights.len() });
        }
        for weight in weights {
            weight.require_denominator("a weight")?;
        }
        if let Cutoff::Share(share) = cutoff {
            share.require_share("the cutoff")?;
        }
        let found = fraction::sum(weights).ok_or(MeasureError::DenominatorTooLarge)?;
        if !found.is_one() {
            return Err(MeasureError::WeightsSum { found });
        }
        let scale = fraction::common_denominator(weights).ok_or(MeasureError::DenominatorTooLarge)?;
        let weights: Vec<u32> = weights.iter().map(|weight| weight.units(scale)).collect();
        let known = u32::MAX >> (MAX_INDICATORS - weights.len());
        let dimensions = (0..weights.len()).collect();
        Ok(Self { weights, dimensions, scale, known, cutoff, bands: Bands::default(), missing })
    }

    /// A measure from nested weights: an indicator's weight is its dimension's weight times
    /// its share in the dimension. Indicators are numbered through the dimensions in order.
    ///
    /// # Errors
    /// As [`Measure::try_new`], and if the shares of a dimension do not sum to exactly 1.
    pub fn nested(dimensions: &[Dimension], cutoff: Cutoff, missing: MissingPolicy) -> Result<Self, MeasureError> {
        let mut weights = Vec::new();
        let mut owners = Vec::new();
        for (number, dimension) in dimensions.iter().enumerate() {
            dimension.weight.require_denominator("a dimension's weight")?;
            for share in fraction::shares(number, &dimension.shares)? {
                weights.push(dimension.weight.times(share).ok_or(MeasureError::DenominatorTooLarge)?);
                owners.push(number);
            }
        }
        let mut measure = Self::try_new(&weights, cutoff, missing)?;
        measure.dimensions = owners;
        Ok(measure)
    }

    /// The same measure with other bands.
    ///
    /// # Errors
    /// [`MeasureError::CutoffRange`] if a band is outside (0, 1].
    pub fn with_bands(mut self, bands: Bands) -> Result<Self, MeasureError> {
        bands.vulnerable.require_share("the vulnerable band")?;
        bands.severe.require_share("the severe band")?;
        self.bands = bands;
        Ok(self)
    }

    /// Number of indicators.
    #[must_use]
    pub const fn indicators(&self) -> usize {
        self.weights.len()
    }

    /// Integer weights, in units of 1/[`Measure::scale`].
    #[must_use]
    pub fn weights(&self) -> &[u32] {
        &self.weights
    }

    /// The common denominator of the weights.
    #[must_use]
    pub const fn scale(&self) -> u32 {
        self.scale
    }

    /// The dimension each indicator belongs to.
    #[must_use]
    pub fn dimensions(&self) -> &[usize] {
        &self.dimensions
    }

    /// The bits that stand for indicators.
    #[must_use]
    pub const fn known_bits(&self) -> u32 {
        self.known
    }

    /// The policy for missing indicators.
    #[must_use]
    pub const fn missing_policy(&self) -> MissingPolicy {
        self.missing
    }

    /// The score of one household, or `None` if it cannot be assessed.
    ///
    /// Bit `j` of `deprived` says deprived in indicator `j`, bit `j` of `missing` that it is
    /// not known; a deprivation that is also marked missing counts as missing. Bits above
    /// the last indicator are ignored.
    #[must_use]
    pub fn score(&self, deprived: u32, missing: u32) -> Option<Score> {
        let missing = missing & self.known;
        let numerator = self.weight_of(deprived & self.known & !missing);
        let denominator = match self.missing {
            MissingPolicy::Drop if missing != 0 => return None,
            MissingPolicy::Drop | MissingPolicy::NotDeprived => self.scale,
            MissingPolicy::Redistribute => self.scale - self.weight_of(missing),
        };
        if denominator == 0 {
            return None;
        }
        let unjudged = Score { numerator, denominator, poor: false };
        let poor = match self.cutoff {
            Cutoff::Share(share) => unjudged.reaches(share),
            Cutoff::Union => numerator > 0,
        };
        Some(Score { poor, ..unjudged })
    }

    /// Vulnerable: not poor, but at or above the vulnerable band.
    #[must_use]
    pub fn vulnerable(&self, score: Score) -> bool {
        !score.poor && score.reaches(self.bands.vulnerable)
    }

    /// Severely deprived: at or above the severe band.
    #[must_use]
    pub fn severe(&self, score: Score) -> bool {
        score.reaches(self.bands.severe)
    }

    fn weight_of(&self, mut pattern: u32) -> u32 {
        let mut sum = 0;
        while pattern != 0 {
            let lowest = crate::convert::index(pattern.trailing_zeros());
            sum += self.weights.get(lowest).copied().unwrap_or(0);
            pattern &= pattern - 1;
        }
        sum
    }
}

#[cfg(test)]
mod tests;
