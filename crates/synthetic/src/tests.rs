//! Whole counties, seen only through what the sink receives.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test that meets another kind of column has failed")]

mod calibration;
mod planted;
mod proxies;
mod schema;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

use crate::{Column, Error, PartSummary, Settings, Sink, Values, plan};

/// A register in memory.
#[derive(Default)]
pub(super) struct Register {
    tables: BTreeMap<&'static str, Vec<Column>>,
    batches: usize,
}

fn append(into: &mut Values, from: Values) {
    match (into, from) {
        (Values::Serial(all), Values::Serial(new)) | (Values::Area(all), Values::Area(new)) => {
            all.extend(new);
        }
        (Values::Reference(all), Values::Reference(new)) | (Values::Money(all), Values::Money(new)) => all.extend(new),
        (Values::Integer(all), Values::Integer(new)) | (Values::Date(all), Values::Date(new)) => {
            all.extend(new);
        }
        (Values::Quantity(all), Values::Quantity(new)) => all.extend(new),
        (Values::Boolean(all), Values::Boolean(new)) => all.extend(new),
        (Values::Code(all), Values::Code(new)) => all.keys.extend(new.keys),
        (Values::Text(all), Values::Text(new)) => {
            let base = *all.offsets.last().unwrap();
            all.offsets.extend(new.offsets.iter().skip(1).map(|offset| offset + base));
            all.text.push_str(&new.text);
        }
        _ => panic!("a column changed its type"),
    }
}

impl Sink for Register {
    fn batch(&mut self, table: &'static str, columns: Vec<Column>) -> Result<(), Error> {
        self.batches += 1;
        let rows = columns[0].values.len();
        assert!(columns.iter().all(|column| column.values.len() == rows), "{table}");
        match self.tables.get_mut(table) {
            None => {
                self.tables.insert(table, columns);
            }
            Some(all) => {
                assert_eq!(all.len(), columns.len());
                for (into, from) in all.iter_mut().zip(columns) {
                    assert_eq!(into.name, from.name);
                    append(&mut into.values, from.values);
                }
            }
        }
        Ok(())
    }
}

pub(super) fn county(seed: u64, households: u64) -> (Register, PartSummary) {
    let plan = plan(&Settings::county(seed, households)).unwrap();
    let mut register = Register::default();
    let summary = plan.generate(0, &mut register).unwrap();
    assert_eq!(plan.parts(), 1);
    (register, summary)
}

impl Register {
    pub(super) fn values(&self, table: &str, column: &str) -> &Values {
        let columns = self.tables.get(table).unwrap_or_else(|| panic!("no table {table}"));
        let found = columns.iter().find(|found| found.name == column);
        &found.unwrap_or_else(|| panic!("no column {table}.{column}")).values
    }

    pub(super) fn rows(&self, table: &str) -> usize {
        self.tables.get(table).map_or(0, |columns| columns[0].values.len())
    }

    pub(super) fn serials(&self, table: &str, column: &str) -> &[i64] {
        match self.values(table, column) {
            Values::Serial(all) | Values::Area(all) => all,
            other => panic!("{table}.{column} is {other:?}"),
        }
    }

    pub(super) fn references(&self, table: &str, column: &str) -> &[Option<i64>] {
        match self.values(table, column) {
            Values::Reference(all) | Values::Money(all) => all,
            other => panic!("{table}.{column} is {other:?}"),
        }
    }

    pub(super) fn money(&self, table: &str, column: &str) -> &[Option<i64>] {
        self.references(table, column)
    }

    pub(super) fn integers(&self, table: &str, column: &str) -> &[Option<i32>] {
        match self.values(table, column) {
            Values::Integer(all) | Values::Date(all) => all,
            other => panic!("{table}.{column} is {other:?}"),
        }
    }

    pub(super) fn booleans(&self, table: &str, column: &str) -> &[Option<bool>] {
        match self.values(table, column) {
            Values::Boolean(all) => all,
            other => panic!("{table}.{column} is {other:?}"),
        }
    }

    pub(super) fn texts(&self, table: &str, column: &str) -> Vec<Option<&str>> {
        match self.values(table, column) {
            Values::Code(buffer) => buffer.iter().collect(),
            Values::Text(buffer) => buffer.iter().collect(),
            other => panic!("{table}.{column} is {other:?}"),
        }
    }

    /// Households for which something of this family was planted.
    pub(super) fn planted(&self, family: &str) -> BTreeSet<i64> {
        let families = self.texts("contradiction", "family");
        let households = self.serials("contradiction", "household");
        let of = households.iter().zip(families).filter(|(_, found)| *found == Some(family));
        of.map(|(household, _)| *household).collect()
    }

    /// FNV-1a over the cells of each column.
    pub(super) fn digest(&self) -> BTreeMap<String, u64> {
        let mut digests = BTreeMap::new();
        for (table, columns) in &self.tables {
            for column in columns {
                let text = match &column.values {
                    Values::Text(buffer) => format!("{}{:?}", buffer.text, buffer.offsets),
                    other => format!("{other:?}"),
                };
                let hash =
                    text.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
                digests.insert(format!("{table}.{}", column.name), hash);
            }
        }
        digests
    }
}
