//! What a part contained.

/// Rows of each table of a part, in the order they first came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartSummary {
    pub rows: Vec<(&'static str, u64)>,
}

impl PartSummary {
    pub(crate) fn count(&mut self, table: &'static str, rows: usize) {
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        match self.rows.iter_mut().find(|(name, _)| *name == table) {
            Some((_, sum)) => *sum += rows,
            None => self.rows.push((table, rows)),
        }
    }

    /// Rows of a table; 0 where there were none.
    pub fn of(&self, table: &str) -> u64 {
        self.rows.iter().find(|(name, _)| *name == table).map_or(0, |(_, rows)| *rows)
    }
}
