//! Cells of the records as columns of the register's tables.

use std::collections::{BTreeMap, BTreeSet};

use analytics::output::Values;
use programme::definition::Table;
use programme::{ColumnType, Programme};
use registry::household::store::Identities;
use registry::household::{Cells, Household};
use registry::{Cell, PersonId};

use crate::error::{Error, Result};
use crate::import::{area_column, personal};

/// Columns that hold anything.
#[derive(Default)]
pub(super) struct Seen(BTreeSet<String>);

impl Seen {
    pub(super) fn cells(&mut self, cells: &Cells) {
        cells.keys().for_each(|name| self.column(name));
    }

    pub(super) fn column(&mut self, name: &str) {
        if !self.0.contains(name) {
            self.0.insert(name.to_owned());
        }
    }
}

/// Where the value of a column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Household,
    Person,
    Area,
    Status,
    Plain,
    Personal,
}

struct Column {
    name: String,
    kind: ColumnType,
    from: From,
    required: bool,
    /// Amounts stand in minor units, as the programme wants them.
    minor: bool,
}

/// The columns of one table.
pub(super) struct Layout {
    pub(super) table: String,
    columns: Vec<Column>,
    places: i8,
    /// Names and numbers may leave.
    open: bool,
}

/// What a row is made of.
struct Row<'a> {
    household: &'a Household,
    /// Empty for the household itself.
    person: &'a str,
    cells: &'a Cells,
    identities: Option<&'a Identities>,
}

impl Layout {
    pub(super) fn new(programme: &Programme, table: &Table, open: bool) -> Self {
        let household = table.role == programme::TableRole::Household;
        let person = table.key.iter().map(|key| key.get_ref().as_str()).find(|part| *part != programme.key());
        let area = area_column(programme);
        let column = |column: &programme::TableColumn| {
            let name = column.name();
            let from = if name == programme.key() {
                From::Household
            } else if !household && person == Some(name) {
                From::Person
            } else if household && name == area {
                From::Area
            } else if household && name == crate::import::STATUS {
                From::Status
            } else if personal(column) {
                From::Personal
            } else {
                From::Plain
            };
            let minor = matches!(column.unit.as_deref(), Some("fen" | "minor"));
            Column { name: name.to_owned(), kind: column.column_type, from, required: column.required, minor }
        };
        let columns = table.column.iter().filter(|column| !column.derived()).map(column).collect();
        let places = i8::try_from(programme.meta.currency.scale().max(1).ilog10()).unwrap_or(0);
        Self { table: table.name().to_owned(), columns, places, open }
    }

    /// Two layouts that read alike write alike.
    pub(super) fn describe(&self) -> String {
        let column = |c: &Column| format!("{} {:?} {:?} {} {}\n", c.name, c.kind, c.from, c.required, c.minor);
        format!("{} {} {}\n{}", self.table, self.places, self.open, self.columns.iter().map(column).collect::<String>())
    }

    pub(super) fn personal(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(|column| column.from == From::Personal).map(|column| column.name.as_str())
    }

    pub(super) fn households(
        &self,
        page: &[Household],
        identities: &BTreeMap<String, Identities>,
        seen: &Seen,
    ) -> Result<Vec<(String, Values)>> {
        let row = |household| Row { household, person: "", cells: &household.cells, identities: identities.get(&household.id.0) };
        self.columns(&page.iter().map(row).collect::<Vec<_>>(), seen)
    }

    /// The members of households, without those who have left, and how many they are.
    pub(super) fn people(
        &self,
        page: &[Household],
        identities: &BTreeMap<String, Identities>,
        seen: &Seen,
    ) -> Result<(Vec<(String, Values)>, u64)> {
        let mut rows = Vec::new();
        for household in page {
            let identities = identities.get(&household.id.0);
            for member in household.present() {
                let PersonId(person) = &member.id;
                rows.push(Row { household, person, cells: &member.cells, identities });
            }
        }
        let people = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        Ok((self.columns(&rows, seen)?, people))
    }

    fn columns(&self, rows: &[Row<'_>], seen: &Seen) -> Result<Vec<(String, Values)>> {
        let named = |column: &&Column| match column.from {
            From::Household | From::Person | From::Area | From::Status => true,
            From::Plain => column.required || seen.0.contains(&column.name),
            From::Personal => column.required || (self.open && seen.0.contains(&column.name)),
        };
        self.columns.iter().filter(named).map(|column| Ok((column.name.clone(), self.values(column, rows)?))).collect()
    }

    fn values<'a>(&self, column: &Column, rows: &[Row<'a>]) -> Result<Values> {
        let text = |row: &Row<'_>| -> Result<Option<String>> {
            Ok(match column.from {
                From::Household => Some(row.household.id.0.clone()),
                From::Person => Some(row.person.to_owned()),
                From::Area => Some(row.household.village.clone()),
                From::Status => Some(row.household.status.clone()),
                From::Personal => personal_text(column, row),
                From::Plain => row.cells.get(&column.name).map(|cell| plain(column.kind, cell)),
            })
        };
        let texts = || rows.iter().map(text).collect::<Result<Vec<_>>>();
        if column.from != From::Plain {
            return Ok(Values::Text(texts()?));
        }
        let each = |row: &Row<'a>| (row.household.id.0.as_str(), row.cells.get(&column.name));
        Ok(match column.kind {
            ColumnType::Boolean => Values::Boolean(typed(column, rows.iter().map(each), "yes or no", flag)?),
            ColumnType::Integer => Values::Integer(typed(column, rows.iter().map(each), "whole number", integer)?),
            ColumnType::Quantity => Values::Quantity(typed(column, rows.iter().map(each), "number", quantity)?),
            ColumnType::Date => Values::Date(typed(column, rows.iter().map(each), "date", date)?),
            ColumnType::Money => {
                let units = typed(column, rows.iter().map(each), "amount in minor units", long)?;
                if column.minor { Values::Long(units) } else { Values::Decimal { units, places: self.places } }
            }
            ColumnType::Text
            | ColumnType::Code
            | ColumnType::Codes
            | ColumnType::Area
            | ColumnType::Serial
            | ColumnType::Identity
            | ColumnType::DisabilityCertificate
            | ColumnType::Phone => Values::Text(texts()?),
        })
    }
}

/// What stands in a personal column; where it has to hold something and may not, the numbers of household and member.
fn personal_text(column: &Column, row: &Row<'_>) -> Option<String> {
    let known = row.identities.and_then(|known| known.get(&(row.person.to_owned(), column.name.clone())));
    let instead = || column.required.then(|| format!("{}-{}", row.household.id.0, row.person));
    known.cloned().or_else(instead)
}

fn plain(kind: ColumnType, cell: &Cell) -> String {
    match cell {
        Cell::Flag(flag) => flag.to_string(),
        // Twelve digits, as the village codes of other systems.
        Cell::Number(number) if kind == ColumnType::Area => format!("{number:012}"),
        Cell::Number(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
    }
}

/// The cells as values of one type; the first that is none is told.
fn typed<'a, T>(
    column: &Column,
    cells: impl Iterator<Item = (&'a str, Option<&'a Cell>)>,
    expected: &'static str,
    read: fn(&Cell) -> Option<T>,
) -> Result<Vec<Option<T>>> {
    let one = |(household, cell): (&str, Option<&Cell>)| {
        let Some(cell) = cell else { return Ok(None) };
        let odd = || Error::Odd { household: household.to_owned(), column: column.name.clone(), found: plain(column.kind, cell), expected };
        read(cell).map(Some).ok_or_else(odd)
    };
    cells.map(one).collect()
}

const fn flag(cell: &Cell) -> Option<bool> {
    match cell {
        Cell::Flag(flag) => Some(*flag),
        Cell::Number(_) | Cell::Text(_) => None,
    }
}

const fn long(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Number(number) => Some(*number),
        Cell::Flag(_) | Cell::Text(_) => None,
    }
}

fn integer(cell: &Cell) -> Option<i32> {
    long(cell).and_then(|number| i32::try_from(number).ok())
}

fn quantity(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        Cell::Number(number) => number.to_string().parse().ok(),
        Cell::Flag(_) => None,
    }
}

fn date(cell: &Cell) -> Option<i32> {
    match cell {
        Cell::Text(text) => kernel::date::parse(text).map(kernel::date::to_days),
        Cell::Flag(_) | Cell::Number(_) => None,
    }
}
