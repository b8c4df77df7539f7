//! People in departments' records who are not in the register: the programme's searches over what no household claimed.

use std::collections::BTreeMap;

use datafusion::arrow::array::{Array, AsArray, BooleanArray};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use programme::{ColumnType, Problems, Programme};

use crate::definition::located;
use crate::duplicates::masked;
use crate::error::Result;
use crate::language::{Compiled, Compiler, Expected};
use crate::register::{Register, unmatched_table};
use crate::view::{ViewPlan, linked_read};

/// A person some records point to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Position among the programme's searches.
    pub search: usize,
    /// Padded code of the place the records name.
    pub village: Option<i64>,
    pub records: u64,
    /// First six and last four characters of the identity number.
    pub masked_identity: String,
}

/// One search made ready.
struct Plan {
    search: usize,
    table: usize,
    rule: Option<Compiled>,
    identity: String,
    village: Option<String>,
}

/// Runs every search; the most records first, then by place.
///
/// `plan` is one of this programme and register that nothing was required of yet.
pub fn find(programme: &Programme, compiler: &Compiler, plan: &ViewPlan, register: &Register) -> Result<Vec<Lead>> {
    let mut view = plan.clone();
    let plans = plans(programme, compiler, &mut view)?;
    view.settle();
    let mut persons: BTreeMap<(usize, String), (Option<i64>, u64)> = BTreeMap::new();
    for part in &register.manifest.parts {
        for (place, table) in view.tables.iter().enumerate() {
            let mine: Vec<&Plan> = plans.iter().filter(|plan| plan.table == place).collect();
            if mine.is_empty() {
                continue;
            }
            for batch in linked_read(table, register, part, &unmatched_table(&table.name))? {
                for plan in &mine {
                    let rule = plan.rule.as_ref().map(|rule| rule.truth(&batch)).transpose()?;
                    let Some(identities) = batch.column_by_name(&plan.identity).and_then(|array| array.as_string_opt::<i32>()) else {
                        continue;
                    };
                    let villages = plan
                        .village
                        .as_ref()
                        .and_then(|name| batch.column_by_name(name))
                        .filter(|array| array.data_type() == &DataType::Int64);
                    for row in (0..batch.num_rows()).filter(|row| identities.is_valid(*row) && holds(rule.as_ref(), *row)) {
                        let village =
                            villages.filter(|array| array.is_valid(row)).map(|array| array.as_primitive::<Int64Type>().value(row));
                        let entry = persons.entry((plan.search, identities.value(row).to_owned())).or_insert((village, 0));
                        // Records of one person may name several places: the smallest code, whatever the order of rows.
                        entry.0 = entry.0.into_iter().chain(village).min();
                        entry.1 += 1;
                    }
                }
            }
        }
    }
    let mut found: Vec<(String, Lead)> = persons
        .into_iter()
        .map(|((search, identity), (village, records))| {
            let masked_identity = masked(&identity);
            (identity, Lead { search, village, records, masked_identity })
        })
        .collect();
    let order = |(identity, lead): &(String, Lead)| (std::cmp::Reverse(lead.records), lead.village, lead.search, identity.clone());
    found.sort_by_cached_key(order);
    Ok(found.into_iter().map(|(_, lead)| lead).collect())
}

fn holds(rule: Option<&BooleanArray>, row: usize) -> bool {
    rule.is_none_or(|rule| rule.is_valid(row) && rule.value(row))
}

fn plans(programme: &Programme, compiler: &Compiler, view: &mut ViewPlan) -> Result<Vec<Plan>> {
    let (mut plans, mut problems) = (Vec::new(), Vec::new());
    for (search, definition) in programme.searches.iter().enumerate() {
        let from = definition.part.from.get_ref();
        let Some((place, table)) = view.table(from).and_then(|place| Some((place, view.tables.get(place)?))) else { continue };
        let rule = match definition
            .part
            .filter
            .as_ref()
            .map(|text| (text, compiler.compile(text.get_ref(), &table.scope.blind(), Expected::Truth)))
        {
            None => None,
            Some((_, Ok(rule))) => Some(rule),
            Some((text, Err(fault))) => {
                problems.push(located(programme, definition.file, text, fault));
                continue;
            }
        };
        let link = programme.table(from).and_then(|table| table.part.link.as_ref()).map(|link| link.get_ref().clone());
        let first = |kind: ColumnType| table.scope.columns().iter().find(|c| c.kind == kind && !c.absent).map(|c| c.name.clone());
        let Some(identity) = link.or_else(|| first(ColumnType::Identity)) else { continue };
        if table.absent || rule.as_ref().is_some_and(|rule| rule.undeterminable) {
            continue;
        }
        let own = programme.view.area.as_ref().map(|area| area.get_ref().clone());
        let village = own
            .filter(|area| table.scope.get(area).is_some_and(|c| !c.absent && c.kind == ColumnType::Area))
            .or_else(|| first(ColumnType::Area));
        let named = [Some(&identity), village.as_ref()].into_iter().flatten().filter_map(|name| table.scope.position(name));
        let wanted: Vec<usize> = rule.iter().flat_map(|rule| rule.columns.clone()).chain(named).collect();
        plans.push(Plan { search, table: place, rule, identity, village });
        view.require_linked(place, &wanted);
    }
    if problems.is_empty() { Ok(plans) } else { Err(Problems(problems).into()) }
}
