//! Counts that may be shown to everybody: small ones point at persons, so they are never held, only that they are small.

use maud::{Markup, Render, html};

use crate::text::Words;

/// From how many on a count is shown.
pub const SMALLEST_SHOWN: u64 = 10;

/// A count for the public. One under [`SMALLEST_SHOWN`] is dropped when the value is made: nothing can print it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicCount(Option<u64>);

impl PublicCount {
    #[must_use]
    pub fn new(count: u64) -> Self {
        Self((count >= SMALLEST_SHOWN).then_some(count))
    }

    /// The count, or `None` if it is suppressed.
    #[must_use]
    pub fn shown(self) -> Option<u64> {
        self.0
    }

    /// The counts of a column that is shown with its total. If exactly one were suppressed, it would be the total less the others;
    /// then the next smallest is suppressed as well.
    #[must_use]
    pub fn column(counts: &[u64]) -> Vec<Self> {
        let mut out: Vec<Self> = counts.iter().copied().map(Self::new).collect();
        if out.iter().filter(|count| count.0.is_none()).count() == 1
            && let Some(least) = out.iter_mut().filter(|count| count.0.is_some()).min_by_key(|count| count.0)
        {
            least.0 = None;
        }
        out
    }

    /// As it stands in a table.
    #[must_use]
    pub fn show(self, words: Words) -> Markup {
        match self.0 {
            Some(count) => words.count(count).render(),
            None => html! { span.withheld { (words.get("public.withheld")) } },
        }
    }

    /// As it stands in a CSV file: empty if suppressed.
    #[must_use]
    pub fn csv(self) -> String {
        self.0.map(|count| count.to_string()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use kernel::Language;

    use super::*;

    #[test]
    fn small_numbers_cannot_be_printed() {
        for language in [Language::Zh, Language::En] {
            for small in 0..SMALLEST_SHOWN {
                let count = PublicCount::new(small);
                assert_eq!(count.shown(), None);
                assert_eq!(count.csv(), "");
                assert_eq!(count.show(Words::new(language)).into_string(), PublicCount::new(0).show(Words::new(language)).into_string());
                assert_eq!(format!("{count:?}"), "PublicCount(None)");
            }
        }
        assert_eq!(PublicCount::new(1234).show(Words::new(Language::En)).into_string(), "1,234");
        assert_eq!(PublicCount::new(10).csv(), "10");
    }

    #[test]
    fn one_hidden_cell_takes_another_with_it() {
        let hidden = |counts: &[u64]| PublicCount::column(counts).iter().map(|c| c.shown().is_none()).collect::<Vec<_>>();
        assert_eq!(hidden(&[100, 5, 20, 30]), [false, true, true, false]);
        assert_eq!(hidden(&[100, 5, 2, 30]), [false, true, true, false]);
        assert_eq!(hidden(&[100, 20]), [false, false]);
        assert_eq!(hidden(&[5]), [true]);
    }
}
