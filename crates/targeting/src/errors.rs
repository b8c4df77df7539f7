//! How well a selection meets the poor: targeting errors against verified truth.
//!
//! Definitions (D. Coady, M. Grosh, J. Hoddinott, "Targeting of Transfers in Developing
//! Countries", World Bank 2004; USAID for BPAC): exclusion error = poor not selected / poor;
//! inclusion error = selected not poor / selected. With a quota equal to the number of the
//! poor both are equal. Each figure can be counted in households, people or survey weights:
//! the caller chooses the weight of a row by [`Weighting`].

use serde::{Deserialize, Serialize};

mod assessment;
mod curve;
mod groups;
mod probability;
mod transfer;

pub use assessment::{Assessed, Assessment, Counts, Limits, Populations, assess};
pub use curve::{Curve, auc_delong, auc_in_design};
pub use groups::{Figure, Gap, GroupErrors, gaps, group_errors};
pub use probability::{CalibrationBin, ProbabilityErrors};
pub use transfer::{Transfer, coady_grosh_hoddinott, transfer};

/// Why error figures could not be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ErrorsError {
    /// Columns differ in length.
    #[error("{rows} rows but {found} {what} were given; pass one value per row")]
    LengthMismatch { what: &'static str, rows: usize, found: usize },
    /// A value outside its range.
    #[error("row {row} has {what} {value}, which is outside its range; correct the value")]
    Value { row: usize, what: &'static str, value: f64 },
    /// A column the weighting needs was not given.
    #[error("weighting by {what} needs the {what} of each row; pass the column or count households")]
    ColumnMissing { what: &'static str },
}

impl ErrorsError {
    /// The stable code of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LengthMismatch { .. } => "targeting.errors.length_mismatch",
            Self::Value { .. } => "targeting.errors.value",
            Self::ColumnMissing { .. } => "targeting.errors.column_missing",
        }
    }
}

fn same_length(what: &'static str, rows: usize, found: usize) -> Result<(), ErrorsError> {
    if rows == found { Ok(()) } else { Err(ErrorsError::LengthMismatch { what, rows, found }) }
}

fn in_range(what: &'static str, values: &[f64], range: impl std::ops::RangeBounds<f64>) -> Result<(), ErrorsError> {
    match values.iter().enumerate().find(|(_, value)| !value.is_finite() || !range.contains(value)) {
        Some((row, value)) => Err(ErrorsError::Value { row, what, value: *value }),
        None => Ok(()),
    }
}

/// What one row counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// One household.
    Households,
    /// Its members.
    People,
    /// The households it stands for in the survey.
    Survey,
    /// The people it stands for in the survey.
    SurveyPeople,
}

impl Weighting {
    /// The weight of each of `rows` rows.
    ///
    /// # Errors
    /// [`ErrorsError`] if a needed column is missing or has another length.
    pub fn weights(self, rows: usize, members: Option<&[u32]>, survey: Option<&[f64]>) -> Result<Vec<f64>, ErrorsError> {
        let (by_members, by_survey) = match self {
            Self::Households => (false, false),
            Self::People => (true, false),
            Self::Survey => (false, true),
            Self::SurveyPeople => (true, true),
        };
        let mut weights = vec![1.0; rows];
        if by_members {
            let members = members.ok_or(ErrorsError::ColumnMissing { what: "members" })?;
            same_length("members", rows, members.len())?;
            weights.iter_mut().zip(members).for_each(|(weight, count)| *weight *= f64::from(*count));
        }
        if by_survey {
            let survey = survey.ok_or(ErrorsError::ColumnMissing { what: "survey weights" })?;
            same_length("survey weights", rows, survey.len())?;
            weights.iter_mut().zip(survey).for_each(|(weight, factor)| *weight *= factor);
        }
        Ok(weights)
    }
}

/// A selection against the truth; sums of weights. Rates are `None` where nobody is in the base.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Confusion {
    /// Poor and selected.
    pub poor_selected: f64,
    /// Poor and not selected.
    pub poor_left: f64,
    /// Not poor and selected.
    pub others_selected: f64,
    /// Not poor and not selected.
    pub others_left: f64,
}

impl Confusion {
    /// Adds a row; `share` is the part of it that is selected (below 1 only where a tie at the
    /// margin of a quota is shared).
    pub fn add(&mut self, poor: bool, share: f64, weight: f64) {
        let (selected, left) = (share * weight, (1.0 - share) * weight);
        if poor {
            self.poor_selected += selected;
            self.poor_left += left;
        } else {
            self.others_selected += selected;
            self.others_left += left;
        }
    }

    /// The sums over rows of (poor, selected share, weight).
    #[must_use]
    pub fn of(rows: impl IntoIterator<Item = (bool, f64, f64)>) -> Self {
        let mut sums = Self::default();
        for (poor, share, weight) in rows {
            sums.add(poor, share, weight);
        }
        sums
    }

    /// Weight of the poor.
    #[must_use]
    pub fn poor(&self) -> f64 {
        self.poor_selected + self.poor_left
    }

    /// Weight of those who are not poor.
    #[must_use]
    pub fn others(&self) -> f64 {
        self.others_selected + self.others_left
    }

    /// Weight of the selected.
    #[must_use]
    pub fn selected(&self) -> f64 {
        self.poor_selected + self.others_selected
    }

    /// Weight of all.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.poor() + self.others()
    }

    /// Exclusion error (undercoverage): poor not selected / poor. With the extremely poor as
    /// the truth this is the exclusion of the extreme poor.
    #[must_use]
    pub fn exclusion_error(&self) -> Option<f64> {
        rate(self.poor_left, self.poor())
    }

    /// Inclusion error (leakage): selected not poor / selected.
    #[must_use]
    pub fn inclusion_error(&self) -> Option<f64> {
        rate(self.others_selected, self.selected())
    }

    /// Precision: selected poor / selected.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        rate(self.poor_selected, self.selected())
    }

    /// Coverage of the poor: poor selected / poor.
    #[must_use]
    pub fn coverage(&self) -> Option<f64> {
        rate(self.poor_selected, self.poor())
    }

    /// Coverage of those who are not poor.
    #[must_use]
    pub fn coverage_of_others(&self) -> Option<f64> {
        rate(self.others_selected, self.others())
    }

    /// Targeting differential (M. Ravallion 2000): coverage of the poor minus that of others; 1 is
    /// perfect, 0 is chance.
    #[must_use]
    pub fn targeting_differential(&self) -> Option<f64> {
        Some(self.coverage()? - self.coverage_of_others()?)
    }

    /// Balanced poverty accuracy criterion (IRIS Center for USAID 2005):
    /// `(TP − |FN − FP|) / (TP + FN)`.
    #[must_use]
    pub fn balanced_poverty_accuracy(&self) -> Option<f64> {
        rate(self.poor_selected - (self.poor_left - self.others_selected).abs(), self.poor())
    }

    /// Share classified as they are.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        rate(self.poor_selected + self.others_left, self.total())
    }

    /// Share selected.
    #[must_use]
    pub fn selection_rate(&self) -> Option<f64> {
        rate(self.selected(), self.total())
    }

    /// Share poor.
    #[must_use]
    pub fn poverty_rate(&self) -> Option<f64> {
        rate(self.poor(), self.total())
    }
}

fn rate(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

#[cfg(test)]
mod tests;
