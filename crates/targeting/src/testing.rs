//! Real data for tests named `published_…`. A missing file fails them; `make test` leaves them out, and says so, where the data are absent.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// A file of the shared data folder, `FUPIN_SHARED_DATA` or `../shared/data` beside the workspace.
pub(crate) fn shared(path: &str) -> PathBuf {
    let root = std::env::var_os("FUPIN_SHARED_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
    root.join(path)
}

/// A table read column by column, as text.
pub(crate) struct Table {
    columns: BTreeMap<String, Vec<String>>,
}

impl Table {
    pub(crate) fn open(path: &str) -> Self {
        let place = shared(path);
        let file = File::open(&place).unwrap_or_else(|error| panic!("{}: {error}", place.display()));
        let reader: Box<dyn Read> = if path.ends_with(".gz") { Box::new(flate2::read::GzDecoder::new(file)) } else { Box::new(file) };
        let mut rows = csv::Reader::from_reader(reader);
        let names: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
        let mut cells = vec![Vec::new(); names.len()];
        for row in rows.records() {
            for (column, cell) in cells.iter_mut().zip(row.unwrap().iter()) {
                column.push(cell.to_owned());
            }
        }
        Self { columns: names.into_iter().zip(cells).collect() }
    }

    pub(crate) fn text(&self, column: &str) -> &[String] {
        self.columns.get(column).unwrap_or_else(|| panic!("no column {column}"))
    }

    /// A numeric column; `NA` and the empty cell are `None`.
    pub(crate) fn optional(&self, column: &str) -> Vec<Option<f64>> {
        self.text(column)
            .iter()
            .map(|cell| match cell.as_str() {
                "NA" | "" => None,
                number => Some(number.parse().unwrap()),
            })
            .collect()
    }

    pub(crate) fn numbers(&self, column: &str) -> Vec<f64> {
        self.optional(column).into_iter().map(Option::unwrap).collect()
    }

    pub(crate) fn rows(&self) -> usize {
        self.columns.values().next().map_or(0, Vec::len)
    }
}

/// Fails unless `found` is within `relative` of `expected`.
#[track_caller]
pub(crate) fn close(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "found {found:e}, expected {expected:e}");
}

/// A small deterministic generator (splitmix64) for simulated data in tests.
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// Uniform in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        crate::convert::float(self.next() >> 11) / 9_007_199_254_740_992.0
    }
}
