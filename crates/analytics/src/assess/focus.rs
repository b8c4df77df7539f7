//! One question to a whole register: only the index, or only how often each check fires. Nothing else is read or computed.

use super::{Assessor, hits_buffer, values};
use crate::error::Result;
use crate::view::ViewBatch;

/// What the index needs of each household of a batch.
#[derive(Debug, Clone)]
pub struct IndexRows {
    /// Padded area code; 0 where the programme has none.
    pub area: Vec<i64>,
    pub people: Vec<u32>,
    /// Bit patterns of deprivations and of indicators that could not be determined; `None` if all could be.
    pub deprived: Vec<u32>,
    pub missing: Option<Vec<u32>>,
}

impl Assessor {
    /// Reads only what [`Self::index_rows`] looks at; everything else is missing from then on.
    #[must_use]
    pub fn only_index(mut self) -> Self {
        let places = [self.places.area, self.places.people].into_iter().flatten();
        let wanted: Vec<usize> = places.chain(self.indicators.iter().flat_map(|rule| rule.columns.clone())).collect();
        self.plan.forget();
        self.plan.require(&wanted);
        self.plan.settle();
        self
    }

    /// Reads only what [`Self::check_counts`] looks at; everything else is missing from then on.
    #[must_use]
    pub fn only_checks(mut self) -> Self {
        self.plan.forget();
        for plan in &self.checks {
            match plan.table {
                None => self.plan.require(&plan.rule.columns),
                Some(table) => self.plan.require_linked(table, &plan.rule.columns),
            }
        }
        self.plan.settle();
        self
    }

    /// Area, people and deprivations of each household.
    pub fn index_rows(&self, batch: &ViewBatch) -> Result<IndexRows> {
        let rows = batch.view.num_rows();
        let column = |place: Option<usize>| place.and_then(|place| batch.view.columns().get(place));
        let found = self.bit_patterns(batch, rows)?;
        Ok(IndexRows {
            area: values::whole_or(column(self.places.area), rows, 0),
            people: values::people(column(self.places.people), rows),
            deprived: found.deprived,
            missing: found.missing,
        })
    }

    /// How often each check of the programme is true in a batch, over households or over the rows of its table.
    pub fn check_counts(&self, batch: &ViewBatch) -> Result<Vec<u64>> {
        let mut counts = vec![0; self.checks.iter().map(|plan| plan.check + 1).max().unwrap_or(0)];
        for plan in &self.checks {
            let over = match plan.table {
                None => Some(&batch.view),
                Some(table) => batch.linked.get(table).and_then(Option::as_ref).map(|linked| &linked.batch),
            };
            let Some(over) = over else { continue };
            let hits = hits_buffer(&plan.rule.truth(over)?).count_set_bits();
            counts.get_mut(plan.check).into_iter().for_each(|n| *n = u64::try_from(hits).unwrap_or(u64::MAX));
        }
        Ok(counts)
    }
}
