//! Everything the rules of a programme say about each household of a batch.
//!
//! [`Assessor`] is compiled once per register; [`Assessor::assess`] is a pure function of a batch, so that one household alone,
//! a batch, a part or another machine give the same bits (RUL-1). What is decided from it is `targeting::proposal`'s business.

mod compile;
mod focus;
mod values;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray};
use datafusion::arrow::buffer::BooleanBuffer;
use datafusion::arrow::util::display::array_value_to_string;
use targeting::alkire_foster::Measure;
use targeting::alkire_foster::pattern::{BitColumn, Patterns, patterns};

use crate::error::{Error, Result};
use crate::language::Compiled;
use crate::view::{ViewBatch, ViewPlan};

pub use compile::AssessorOptions;
pub use focus::IndexRows;
pub use values::{feature_columns, stable_hash};

/// A compiled check.
#[derive(Debug, Clone)]
pub(crate) struct CheckPlan {
    /// Position among the programme's checks.
    pub check: usize,
    /// `None` for the household view, else the linked table.
    pub table: Option<usize>,
    pub rule: Compiled,
}

/// One fired check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fired {
    /// Row of the household in its batch.
    pub row: usize,
    /// Position among the programme's checks.
    pub check: usize,
    /// The row key (person number …) for checks on linked tables.
    pub detail: String,
}

/// What is known of the households of one batch; every vector has one entry a household.
#[derive(Debug, Clone, Default)]
pub struct Assessment {
    pub households: Vec<String>,
    /// Padded area code; 0 where the programme has none.
    pub area: Vec<i64>,
    pub people: Vec<u32>,
    pub weight: Vec<f64>,
    pub registered: Vec<Option<bool>>,
    pub secured: Vec<Option<bool>>,
    /// The measure held against the line, and the line, in minor units.
    pub income: Vec<Option<i64>>,
    pub line: Vec<Option<i64>>,
    /// Bit patterns of deprivations and of indicators that could not be determined.
    pub deprived: Vec<u32>,
    pub missing: Vec<u32>,
    pub fired: Vec<Fired>,
    /// Position of fired causes among the programme's, the strongest first.
    pub causes: Vec<Vec<usize>>,
    /// Features of the model, one vector a feature.
    pub features: Vec<Vec<f32>>,
    /// The verified outcome where the register holds one.
    pub outcome: Vec<Option<bool>>,
    /// Hash of the group that cross-validation keeps together; 0 in batches without any outcome.
    pub group: Vec<u64>,
    /// Values of the columns asked for by [`AssessorOptions::columns`], as text.
    pub columns: Vec<Vec<String>>,
}

/// A programme compiled against what one register holds.
pub struct Assessor {
    pub plan: ViewPlan,
    /// The measure, where the programme has an index.
    pub measure: Option<Measure>,
    pub(crate) checks: Vec<CheckPlan>,
    /// Checks that this register cannot determine for anybody: positions among the programme's checks.
    pub undeterminable: Vec<usize>,
    pub(crate) indicators: Vec<Compiled>,
    pub(crate) causes: Vec<(usize, u32, Compiled)>,
    pub(crate) registered: Option<Compiled>,
    pub(crate) secured: Option<Compiled>,
    pub(crate) places: Places,
    pub features: Vec<String>,
}

/// Positions of view columns that have a meaning to the assessment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    pub key: usize,
    pub area: Option<usize>,
    pub people: Option<usize>,
    pub weight: Option<usize>,
    pub income: Option<usize>,
    pub line: Option<usize>,
    pub outcome: Option<usize>,
    pub group: Option<usize>,
    pub features: Vec<usize>,
    pub columns: Vec<usize>,
}

impl Assessor {
    /// Assesses the households of a batch.
    pub fn assess(&self, batch: &ViewBatch) -> Result<Assessment> {
        let view = &batch.view;
        let rows = view.num_rows();
        let column = |place: Option<usize>| place.and_then(|place| view.columns().get(place));
        let keys = column(Some(self.places.key)).ok_or_else(|| Error::Invalid("the view has no key".to_owned()))?;
        let mut assessment = Assessment {
            households: values::texts(keys)?,
            area: values::whole_or(column(self.places.area), rows, 0),
            people: values::people(column(self.places.people), rows),
            weight: values::weights(column(self.places.weight), rows),
            registered: truth(self.registered.as_ref(), batch, rows)?,
            secured: truth(self.secured.as_ref(), batch, rows)?,
            income: values::whole(column(self.places.income), rows),
            line: values::whole(column(self.places.line), rows),
            outcome: values::truth(column(self.places.outcome), rows),
            group: self.groups(column(self.places.group).unwrap_or(keys), column(self.places.outcome))?,
            features: feature_columns(view, &self.places.features)?,
            ..Assessment::default()
        };
        (assessment.deprived, assessment.missing) = self.patterns(batch, rows)?;
        assessment.fired = self.fired(batch)?;
        assessment.causes = self.causes_of(batch, rows)?;
        for place in &self.places.columns {
            let array = view.columns().get(*place).ok_or_else(|| Error::Invalid("a column outside the view".to_owned()))?;
            assessment.columns.push(values::texts(array)?);
        }
        Ok(assessment)
    }

    /// Groups of cross-validation; a hash a household is only worth its price where there is something to learn from.
    fn groups(&self, column: &ArrayRef, outcome: Option<&ArrayRef>) -> Result<Vec<u64>> {
        let learnt = outcome.is_some_and(|outcome| outcome.null_count() < outcome.len());
        if learnt { values::hashes(column) } else { Ok(vec![0; column.len()]) }
    }

    /// Bit patterns of the index's indicators.
    fn patterns(&self, batch: &ViewBatch, rows: usize) -> Result<(Vec<u32>, Vec<u32>)> {
        let found = self.bit_patterns(batch, rows)?;
        let missing = found.missing.unwrap_or_else(|| vec![0; rows]);
        // A bit that is missing is not a deprivation.
        let deprived = found.deprived.iter().zip(&missing).map(|(deprived, missing)| deprived & !missing).collect();
        Ok((deprived, missing))
    }

    fn bit_patterns(&self, batch: &ViewBatch, rows: usize) -> Result<Patterns> {
        let truths: Vec<BooleanArray> = self.indicators.iter().map(|indicator| indicator.truth(&batch.view)).collect::<Result<_>>()?;
        let words: Vec<(Vec<u64>, Option<Vec<u64>>)> = truths
            .iter()
            .map(|truth| {
                let known = truth.nulls().filter(|nulls| nulls.null_count() > 0);
                (to_words(truth.values()), known.map(|nulls| to_words(nulls.inner())))
            })
            .collect();
        let columns: Vec<BitColumn<'_>> =
            words.iter().map(|(values, validity)| BitColumn { values, validity: validity.as_deref() }).collect();
        patterns(&columns, rows).map_err(|error| Error::Measure(error.to_string()))
    }

    fn fired(&self, batch: &ViewBatch) -> Result<Vec<Fired>> {
        let mut fired = Vec::new();
        for plan in &self.checks {
            let Some(table) = plan.table else {
                let truth = plan.rule.truth(&batch.view)?;
                fired.extend(hits(&truth).into_iter().map(|row| Fired { row, check: plan.check, detail: String::new() }));
                continue;
            };
            let Some(linked) = batch.linked.get(table).and_then(Option::as_ref) else { continue };
            let hits = hits(&plan.rule.truth(&linked.batch)?);
            if hits.is_empty() {
                continue;
            }
            let row_key = self.plan.tables.get(table).and_then(|t| t.row_key.as_ref()).and_then(|key| linked.batch.column_by_name(key));
            for hit in hits {
                let row = linked.bounds.partition_point(|bound| *bound <= hit).saturating_sub(1);
                let detail = row_key.map(|key| text(key, hit)).transpose()?.unwrap_or_default();
                fired.push(Fired { row, check: plan.check, detail });
            }
        }
        fired.sort_by(|a, b| (a.row, a.check, &a.detail).cmp(&(b.row, b.check, &b.detail)));
        Ok(fired)
    }

    /// Fired causes, the strongest first, ties in the programme's order.
    fn causes_of(&self, batch: &ViewBatch, rows: usize) -> Result<Vec<Vec<usize>>> {
        let mut found: Vec<Vec<(u32, usize)>> = vec![Vec::new(); rows];
        for (cause, strength, rule) in &self.causes {
            for row in hits(&rule.truth(&batch.view)?) {
                if let Some(causes) = found.get_mut(row) {
                    causes.push((*strength, *cause));
                }
            }
        }
        let order = |mut causes: Vec<(u32, usize)>| {
            causes.sort_by_key(|(strength, cause)| (std::cmp::Reverse(*strength), *cause));
            causes.into_iter().map(|(_, cause)| cause).collect()
        };
        Ok(found.into_iter().map(order).collect())
    }
}

/// Rows that are true.
fn hits(truth: &BooleanArray) -> Vec<usize> {
    hits_buffer(truth).set_indices().collect()
}

fn hits_buffer(truth: &BooleanArray) -> BooleanBuffer {
    match truth.nulls() {
        None => truth.values().clone(),
        Some(nulls) => truth.values() & nulls.inner(),
    }
}

/// Bits packed from offset zero.
fn to_words(buffer: &BooleanBuffer) -> Vec<u64> {
    buffer.bit_chunks().iter_padded().collect()
}

fn truth(rule: Option<&Compiled>, batch: &ViewBatch, rows: usize) -> Result<Vec<Option<bool>>> {
    match rule {
        None => Ok(vec![None; rows]),
        Some(rule) => Ok(rule.truth(&batch.view)?.iter().collect()),
    }
}

fn text(array: &ArrayRef, row: usize) -> Result<String> {
    Ok(if array.is_null(row) { String::new() } else { array_value_to_string(array, row)? })
}
