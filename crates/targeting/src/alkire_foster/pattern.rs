//! From one bitmap per indicator to one bit pattern per household, 64 rows at a time.

use super::MAX_INDICATORS;

/// The answers of all households to one indicator, packed into words, least significant bit first.
#[derive(Debug, Clone, Copy)]
pub struct BitColumn<'a> {
    /// Bit `i` of word `i / 64`: household `i` is deprived.
    pub values: &'a [u64],
    /// Same layout, bit set where the answer is known; `None` if all are known.
    pub validity: Option<&'a [u64]>,
}

/// One pattern per household; bit `j` belongs to indicator `j`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patterns {
    /// Deprivations; never set where the answer is missing.
    pub deprived: Vec<u32>,
    /// Missing answers; `None` if no column has a validity bitmap.
    pub missing: Option<Vec<u32>>,
}

/// Why bitmaps could not be turned into patterns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// More columns than a pattern has bits.
    #[error("{found} indicators were given, a pattern holds {MAX_INDICATORS}; split the measure")]
    TooManyColumns { found: usize },
    /// A bitmap shorter than the number of rows.
    #[error("the bitmap of indicator {indicator} has {found} words, {rows} rows need {needed}; pass the whole column with bit offset zero")]
    ColumnTooShort { indicator: usize, found: usize, needed: usize, rows: usize },
}

impl PatternError {
    /// The stable code of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooManyColumns { .. } => "targeting.pattern.too_many_columns",
            Self::ColumnTooShort { .. } => "targeting.pattern.column_too_short",
        }
    }
}

/// Turns one bitmap per indicator into one pattern per row.
///
/// # Errors
/// [`PatternError`] if there are more than [`MAX_INDICATORS`] columns or one is too short.
pub fn patterns(columns: &[BitColumn<'_>], rows: usize) -> Result<Patterns, PatternError> {
    if columns.len() > MAX_INDICATORS {
        return Err(PatternError::TooManyColumns { found: columns.len() });
    }
    let needed = rows.div_ceil(64);
    for (indicator, column) in columns.iter().enumerate() {
        let found = column.validity.map_or(column.values.len(), |words| words.len().min(column.values.len()));
        if found < needed {
            return Err(PatternError::ColumnTooShort { indicator, found, needed, rows });
        }
    }
    let deprived = transpose(columns, rows, |column, block| {
        let value = column.values.get(block).copied().unwrap_or(0);
        let valid = column.validity.map_or(u64::MAX, |words| words.get(block).copied().unwrap_or(0));
        value & valid
    });
    let missing = columns
        .iter()
        .any(|column| column.validity.is_some())
        .then(|| transpose(columns, rows, |column, block| column.validity.map_or(0, |words| !words.get(block).copied().unwrap_or(0))));
    Ok(Patterns { deprived, missing })
}

fn transpose<'a>(columns: &[BitColumn<'a>], rows: usize, word: impl Fn(&BitColumn<'a>, usize) -> u64) -> Vec<u32> {
    let mut out = vec![0_u32; rows];
    for (block, chunk) in out.chunks_mut(64).enumerate() {
        let mut patterns = [0_u32; 64];
        for (indicator, column) in columns.iter().enumerate() {
            spread(word(column, block), indicator, &mut patterns);
        }
        if let Some(whole) = patterns.get(..chunk.len()) {
            chunk.copy_from_slice(whole);
        }
    }
    out
}

/// Adds one column's 64 rows to the patterns, as bit `indicator`. Each half word is shifted
/// by a different amount per row, which compiles to vector shifts without branches.
#[inline]
fn spread(word: u64, indicator: usize, patterns: &mut [u32; 64]) {
    let flag = 1_u32.wrapping_shl(u32::try_from(indicator).unwrap_or(0));
    let (low, high) = patterns.split_at_mut(32);
    for (half, rows) in [(word & 0xffff_ffff, low), (word >> 32, high)] {
        let bits = u32::try_from(half).unwrap_or(0);
        for (pattern, shift) in rows.iter_mut().zip(0_u32..32) {
            *pattern |= (bits.wrapping_shr(shift) & 1).wrapping_neg() & flag;
        }
    }
}

#[cfg(test)]
mod tests;
