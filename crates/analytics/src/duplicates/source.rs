//! Persons with their households and villages, streamed from a register.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Date32Type, Int64Type};
use datafusion::arrow::util::display::array_value_to_string;
use programme::definition::TableRole;
use programme::{ColumnType, Programme};

use super::{Block, Key};
use crate::error::{Error, Result};
use crate::register::Register;
use crate::view::{TablePlan, ViewPlan, ViewReader};

/// One household of the stream.
pub(super) struct Household<'a> {
    /// Number of the household in the register.
    pub position: u64,
    pub village: Option<i64>,
    pub phone: Option<&'a str>,
    keys: &'a ArrayRef,
    row: usize,
}

impl Household<'_> {
    fn key(&self) -> Result<String> {
        Ok(array_value_to_string(self.keys, self.row)?)
    }
}

/// One person of the stream.
pub(super) struct Person<'a> {
    /// Number of the person in the register.
    pub position: u64,
    pub identity: Option<&'a str>,
    pub name: Option<&'a str>,
    /// Days since 1970.
    pub born: Option<i32>,
    pub village: Option<i64>,
}

/// A row of a block, read again.
#[derive(Debug, Clone)]
pub(super) struct Detail {
    pub position: u64,
    /// Number of the household in the register.
    pub order: u64,
    pub household: String,
    /// The identity number of a person, the telephone of a household.
    pub number: Option<String>,
    pub name: Option<String>,
    pub born: Option<i32>,
    pub village: Option<i64>,
}

/// The rows of all blocks, by position.
#[derive(Debug, Default)]
pub(super) struct Details {
    persons: Vec<Detail>,
    households: Vec<Detail>,
}

impl Details {
    pub(super) fn get(&self, key: Key, position: u64) -> Option<&Detail> {
        let rows = if key == Key::Phone { &self.households } else { &self.persons };
        rows.get(rows.binary_search_by_key(&position, |row| row.position).ok()?)
    }
}

/// What to read of a register.
pub(super) struct Source<'a> {
    register: &'a Register,
    plan: ViewPlan,
    area: Option<String>,
    phone: Option<String>,
    person: Option<usize>,
    identity: Option<String>,
    name: Option<String>,
    born: Option<String>,
}

type Visit<'v> = dyn FnMut(&Household<'_>, &mut dyn Iterator<Item = Person<'_>>) -> Result<()> + 'v;

impl<'a> Source<'a> {
    pub(super) fn new(programme: &Programme, plan: &ViewPlan, register: &'a Register) -> Self {
        let mut plan = plan.clone();
        let base = programme.table(&plan.base_table).map(|table| &table.part);
        let present = |name: &str| plan.scope.get(name).is_some_and(|column| !column.absent);
        let area = programme.view.area.as_ref().map(|area| area.get_ref().clone()).filter(|area| present(area));
        let phones = base.into_iter().flat_map(|table| &table.column).filter(|column| column.column_type == ColumnType::Phone);
        let phone = phones.map(|column| column.name().to_owned()).find(|name| present(name));
        let role = |table: &TablePlan| programme.table(&table.name).map(|table| table.part.role);
        let person = plan.tables.iter().position(|table| role(table) == Some(TableRole::Person) && !table.absent);
        let columns = person.and_then(|place| plan.tables.get(place)).map(|table| table.scope.columns()).unwrap_or_default();
        let of = |fits: &dyn Fn(&str, ColumnType) -> bool| {
            columns.iter().find(|column| !column.absent && fits(&column.name, column.kind)).map(|column| column.name.clone())
        };
        let identity = of(&|_, kind| kind == ColumnType::Identity);
        let name = of(&|name, kind| name == "name" && kind == ColumnType::Text);
        let born = of(&|name, kind| name == "born_on" && kind == ColumnType::Date);
        let wanted: Vec<usize> =
            [Some(&plan.key), area.as_ref(), phone.as_ref()].into_iter().flatten().filter_map(|n| plan.scope.position(n)).collect();
        plan.require(&wanted);
        if let Some(place) = person {
            let names = [&identity, &name, &born].into_iter().flatten();
            let linked = plan.tables.get(place).map(|table| names.filter_map(|name| table.scope.position(name)).collect::<Vec<_>>());
            plan.require_linked(place, &linked.unwrap_or_default());
        }
        plan.settle();
        Self { register, plan, area, phone, person, identity, name, born }
    }

    /// Keys for which the register has the columns.
    pub(super) fn keys(&self) -> Vec<Key> {
        let born = self.born.is_some() || self.identity.is_some();
        // A namesake without a number to compare says nothing.
        let named = self.name.is_some() && self.identity.is_some();
        let keys = [
            (Key::Identity, self.identity.is_some()),
            (Key::NameBirth, named && born),
            (Key::SurnameBirthVillage, named && born && self.area.is_some()),
            (Key::NameVillage, named && self.area.is_some()),
            (Key::Phone, self.phone.is_some()),
        ];
        keys.into_iter().filter(|(_, present)| *present).map(|(key, _)| key).collect()
    }

    /// The largest number of rows under one key.
    pub(super) fn rows(&self) -> u64 {
        let person = self.person.and_then(|place| self.plan.tables.get(place)).map_or("", |table| table.name.as_str());
        let parts = self.register.manifest.parts.iter();
        parts.map(|part| part.tables.get(person).map_or(0, |table| table.rows).max(part.households)).sum()
    }

    /// Shows every household and its persons, in the order of the register.
    pub(super) fn each(&self, visit: &mut Visit<'_>) -> Result<()> {
        let (mut households, mut persons) = (0, 0);
        for part in &self.register.manifest.parts {
            for batch in ViewReader::open(&self.plan, self.register, part)? {
                let batch = batch?;
                let keys = batch.view.column_by_name(&self.plan.key).ok_or_else(|| Error::Invalid("the view has no key".to_owned()))?;
                let areas = self.area.as_ref().and_then(|name| batch.view.column_by_name(name));
                let phones = texts(&batch.view, self.phone.as_ref());
                let linked = self.person.and_then(|place| batch.linked.get(place)).and_then(Option::as_ref);
                let rows = linked.map(|linked| Rows::new(self, &linked.batch));
                for row in 0..batch.view.num_rows() {
                    let village = areas
                        .filter(|a| a.is_valid(row) && a.data_type() == &DataType::Int64)
                        .map(|a| a.as_primitive::<Int64Type>().value(row));
                    let household = Household { position: households, village, phone: cell(phones, row), keys, row };
                    households += 1;
                    let bound = |at: usize| linked.and_then(|linked| linked.bounds.get(at)).copied().unwrap_or(0);
                    let mut members =
                        (bound(row)..bound(row + 1)).filter_map(|place| rows.as_ref().map(|rows| (rows, place))).map(|(rows, place)| {
                            persons += 1;
                            rows.person(place, persons - 1, village)
                        });
                    visit(&household, &mut members)?;
                    // Positions count every person, looked at or not.
                    members.for_each(drop);
                }
            }
        }
        Ok(())
    }

    /// Reads the rows of blocks.
    pub(super) fn details(&self, blocks: &[Block]) -> Result<Details> {
        let wanted = |phone: bool| {
            let blocks = blocks.iter().filter(|block| (block.key == Key::Phone) == phone);
            let mut wanted: Vec<u64> = blocks.flat_map(|block| block.members.iter().copied()).collect();
            wanted.sort_unstable();
            wanted.dedup();
            wanted
        };
        let (persons, households) = (wanted(false), wanted(true));
        let (mut persons, mut households) = (persons.into_iter().peekable(), households.into_iter().peekable());
        let mut details = Details::default();
        if persons.peek().is_none() && households.peek().is_none() {
            return Ok(details);
        }
        self.each(&mut |household, members| {
            let detail = |position| -> Result<Detail> {
                let (order, village) = (household.position, household.village);
                Ok(Detail { position, order, household: household.key()?, number: None, name: None, born: None, village })
            };
            if households.next_if_eq(&household.position).is_some() {
                details.households.push(Detail { number: household.phone.map(str::to_owned), ..detail(household.position)? });
            }
            for person in members {
                if persons.next_if_eq(&person.position).is_some() {
                    let (number, name) = (person.identity.map(str::to_owned), person.name.map(str::to_owned));
                    details.persons.push(Detail { number, name, born: person.born, ..detail(person.position)? });
                }
            }
            Ok(())
        })?;
        Ok(details)
    }
}

/// Columns of a batch of persons.
struct Rows<'b> {
    identity: Option<&'b StringArray>,
    name: Option<&'b StringArray>,
    born: Option<&'b ArrayRef>,
}

impl<'b> Rows<'b> {
    fn new(source: &Source<'_>, batch: &'b RecordBatch) -> Self {
        let born = source.born.as_ref().and_then(|name| batch.column_by_name(name)).filter(|array| array.data_type() == &DataType::Date32);
        Self { identity: texts(batch, source.identity.as_ref()), name: texts(batch, source.name.as_ref()), born }
    }

    fn person(&self, row: usize, position: u64, village: Option<i64>) -> Person<'b> {
        let identity = cell(self.identity, row);
        let declared = self.born.filter(|array| array.is_valid(row)).map(|array| array.as_primitive::<Date32Type>().value(row));
        let born = declared.or_else(|| kernel::identity::born_on(identity?).map(kernel::date::to_days));
        Person { position, identity, name: cell(self.name, row), born, village }
    }
}

fn texts<'b>(batch: &'b RecordBatch, name: Option<&String>) -> Option<&'b StringArray> {
    batch.column_by_name(name?)?.as_string_opt::<i32>()
}

fn cell(texts: Option<&StringArray>, row: usize) -> Option<&str> {
    texts.filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row)).filter(|text| !text.is_empty())
}
