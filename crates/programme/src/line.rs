//! Poverty lines by place and year.

use kernel::{AreaCode, Currency};

use crate::definition::LineDefinition;

/// The values of one line, ready to be looked up.
#[derive(Debug, Clone)]
pub struct LineTable {
    /// Area, year, amount in minor units.
    values: Vec<(AreaCode, i32, i64)>,
}

impl LineTable {
    /// Values whose area or amount cannot be read are left out: the validator has reported them.
    #[must_use]
    pub fn new(definition: &LineDefinition, currency: &Currency) -> Self {
        let values = definition.values.iter().filter_map(|value| {
            let decimal = kernel::text::parse_decimal(value.amount.get_ref())?;
            Some((AreaCode::parse(value.area.get_ref())?, value.year, currency.minor(decimal.digits, decimal.places).ok()?))
        });
        Self { values: values.collect() }
    }

    /// The areas whose line differs from their surroundings' in `year`, the finest first, with the amount; the whole country last.
    /// The first area that contains a household gives its line.
    #[must_use]
    pub fn in_year(&self, year: i32) -> Vec<(AreaCode, i64)> {
        let mut areas: Vec<AreaCode> = self.values.iter().map(|(area, _, _)| *area).collect();
        areas.sort_by_key(|area| (std::cmp::Reverse(area.level()), *area));
        areas.dedup();
        let latest = |area: AreaCode| {
            self.values.iter().filter(|(a, y, _)| *a == area && *y <= year).max_by_key(|(_, y, _)| *y).map(|(_, _, amount)| (area, *amount))
        };
        areas.into_iter().filter_map(latest).collect()
    }

    /// The line of a place in a year, minor units a head.
    #[must_use]
    pub fn at(&self, area: AreaCode, year: i32) -> Option<i64> {
        self.in_year(year).into_iter().find(|(place, _)| place.contains(area)).map(|(_, amount)| amount)
    }
}
