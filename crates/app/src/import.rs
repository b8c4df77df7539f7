//! From a register of files to records: every household with its members, sealed identities and past spells.

use std::collections::BTreeMap;

use analytics::output::text_rows;
use analytics::register::{Part, Register};
use database::{Db, Keyring, Tx};
use kernel::AreaCode;
use programme::{Programme, TableRole};
use registry::household::store::{Identities, ImportCounts, Incoming, among, import};
use registry::household::{Cells, Household, Member, PersonId};
use registry::spell::Spell;

use crate::error::{Error, Result};

mod row;

pub(crate) use row::personal;
use row::{Columns, TextRow};

/// The column of the base table that says how a household stands to the programme.
pub(crate) const STATUS: &str = "status";

/// The column of the base table that says where a household lives.
pub(crate) fn area_column(programme: &Programme) -> &str {
    programme.view.area.as_ref().map_or("village", |area| area.get_ref().as_str())
}

/// Households a transaction: an import that breaks off has lost at most these, and goes on after the rest.
const BATCH: usize = 1_000;

/// Who imports, and when.
#[derive(Debug, Clone, Copy)]
pub struct Importing<'a> {
    pub actor: &'a str,
    /// Microseconds UTC.
    pub at: i64,
    /// Somebody's delivery: only households of this area, and how a household stands is left to its cases. Without one, all is taken as
    /// the register has it.
    pub within: Option<AreaCode>,
    /// What would happen is counted, nothing is stored.
    pub preview: bool,
}

/// What became of the households of a register.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    pub counts: ImportCounts,
    /// Not in the area, or recorded as living outside it: left out.
    pub outside: u64,
}

/// Brings a whole register into the records; the same again changes nothing. `tick` gets the number of households done.
pub async fn records(
    db: &Db,
    keys: &Keyring,
    programme: &Programme,
    register: &Register,
    importing: Importing<'_>,
    tick: &(dyn Fn(u64) + Sync),
) -> Result<Imported> {
    let mut imported = Imported::default();
    for part in &register.manifest.parts {
        let mut households = Households::open(programme, register, part)?;
        loop {
            let batch = households.next_batch()?;
            if batch.is_empty() {
                break;
            }
            let done = u64::try_from(batch.len()).unwrap_or(0);
            let mut tx = db.begin().await?;
            for (county, mut incoming) in by_county(batch) {
                if let Some(area) = importing.within {
                    imported.outside += bound(&mut tx, area, &county, &mut incoming).await?;
                }
                let some = import(&mut tx, keys, incoming, importing.actor, importing.at).await?;
                imported.counts.new += some.new;
                imported.counts.changed += some.changed;
                imported.counts.same += some.same;
            }
            if !importing.preview {
                tx.commit().await?;
            }
            tick(done);
        }
    }
    Ok(imported)
}

/// Takes out what is not of the area, and leaves as it is what a delivery may not change: how a household stands, and who left it.
async fn bound(tx: &mut Tx, area: AreaCode, county: &str, incoming: &mut Vec<Incoming>) -> Result<u64> {
    let ids: Vec<&str> = incoming.iter().map(|one| one.household.id.0.as_str()).collect();
    let known: BTreeMap<String, Household> = among(tx, county, &ids).await?.into_iter().map(|known| (known.id.0.clone(), known)).collect();
    let inside = |village: &str| AreaCode::parse(village).is_some_and(|village| area.contains(village));
    let before = incoming.len();
    incoming.retain(|Incoming { household, .. }| {
        inside(&household.village) && known.get(&household.id.0).is_none_or(|known| inside(&known.village))
    });
    for one in incoming.iter_mut() {
        one.spells.clear();
        match known.get(&one.household.id.0) {
            Some(known) => carry_over(known, &mut one.household),
            None => "none".clone_into(&mut one.household.status),
        }
    }
    Ok(u64::try_from(before - incoming.len()).unwrap_or(0))
}

fn carry_over(known: &Household, household: &mut Household) {
    household.status.clone_from(&known.status);
    for member in &known.members {
        match household.members.iter_mut().find(|other| other.id == member.id) {
            Some(other) => (other.joined_on, other.left) = (member.joined_on.clone(), member.left.clone()),
            None if member.left.is_some() => household.members.push(member.clone()),
            None => {}
        }
    }
}

fn by_county(batch: Vec<Incoming>) -> BTreeMap<String, Vec<Incoming>> {
    let mut counties: BTreeMap<String, Vec<Incoming>> = BTreeMap::new();
    for incoming in batch {
        counties.entry(incoming.household.county.clone()).or_default().push(incoming);
    }
    counties
}

/// Households of a part with their members: two streams in the order of the household number, merged.
struct Households {
    households: Stream,
    members: Option<Stream>,
    /// Columns of the programme that mean something to the records.
    area: String,
    status: String,
}

struct Stream {
    columns: Columns,
    rows: Box<dyn Iterator<Item = Result<TextRow>>>,
    next: Option<TextRow>,
}

impl Stream {
    fn open(programme: &Programme, register: &Register, part: &Part, role: TableRole) -> Result<Option<Self>> {
        let Some(table) = programme.tables.iter().find(|table| table.role == role) else { return Ok(None) };
        let wanted: Vec<String> = table.part.column.iter().filter(|c| !c.derived()).map(|c| c.name().to_owned()).collect();
        let Some(stream) = register.read(part, table.name(), &wanted)? else { return Ok(None) };
        let names: Vec<String> = stream.schema().fields().iter().map(|field| field.name().clone()).collect();
        let columns = Columns::new(&table.part, &names, programme.key());
        let rows = stream.flat_map(|batch| match batch.and_then(|batch| text_rows(&batch)) {
            Ok(rows) => rows.into_iter().map(|cells| Ok(TextRow(cells))).collect(),
            Err(error) => vec![Err(Error::from(error))],
        });
        let mut stream = Self { columns, rows: Box::new(rows), next: None };
        stream.advance()?;
        Ok(Some(stream))
    }

    fn advance(&mut self) -> Result<Option<TextRow>> {
        let next = self.rows.next().transpose()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    fn key(&self) -> Option<i64> {
        self.next.as_ref().map(|row| self.columns.key(row))
    }
}

impl Households {
    fn open(programme: &Programme, register: &Register, part: &Part) -> Result<Self> {
        let households = Stream::open(programme, register, part, TableRole::Household)?;
        let households = households.ok_or_else(|| Error::NoHouseholds(part.name.clone()))?;
        let members = Stream::open(programme, register, part, TableRole::Person)?;
        let area = area_column(programme).to_owned();
        Ok(Self { households, members, area, status: STATUS.to_owned() })
    }

    fn next_batch(&mut self) -> Result<Vec<Incoming>> {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH {
            let Some(row) = self.households.advance()? else { break };
            batch.push(self.household(&row)?);
        }
        Ok(batch)
    }

    fn household(&mut self, row: &TextRow) -> Result<Incoming> {
        let columns = &self.households.columns;
        let key = columns.key(row);
        let (mut cells, mut identities) = (Cells::new(), Identities::new());
        columns.sort("", row, &mut cells, &mut identities);
        let village = match cells.remove(&self.area) {
            Some(registry::Cell::Number(code)) => format!("{code:012}"),
            Some(registry::Cell::Text(code)) => code,
            Some(registry::Cell::Flag(_)) | None => String::new(),
        };
        let status = match cells.remove(&self.status) {
            Some(registry::Cell::Text(status)) => status,
            Some(registry::Cell::Number(_) | registry::Cell::Flag(_)) | None => "none".to_owned(),
        };
        let mut household = Household::new(&key.to_string(), &village, &status)?;
        household.cells = cells;
        if let Some(members) = self.members.as_mut() {
            while let Some(member_key) = members.key().filter(|member_key| *member_key <= key) {
                let Some(member_row) = members.advance()? else { break };
                if member_key == key {
                    household.members.push(member(&members.columns, &member_row, household.members.len(), &mut identities));
                }
            }
        }
        let spells = spells(&household.status, &household.cells);
        Ok(Incoming { household, identities, spells })
    }
}

fn member(columns: &Columns, row: &TextRow, before: usize, identities: &mut Identities) -> Member {
    let mut cells = Cells::new();
    let id = columns.person(row).unwrap_or_else(|| (before + 1).to_string());
    columns.sort(&id, row, &mut cells, identities);
    Member { id: PersonId(id), cells, joined_on: None, left: None }
}

/// The stays that a household's dates tell of: in once, out, and in again.
fn spells(status: &str, cells: &Cells) -> Vec<Spell> {
    let date = |column: &str| match cells.get(column) {
        Some(registry::Cell::Text(date)) => Some(date.clone()),
        Some(registry::Cell::Number(_) | registry::Cell::Flag(_)) | None => None,
    };
    let entered = date("registered_on").or_else(|| date("identified_on"));
    let left = date("exited_on").or_else(|| date("eliminated_on"));
    let Some(entered) = entered.filter(|_| status != "none") else { return Vec::new() };
    let spell = |number, opened_on, closed_on: Option<String>| Spell {
        number,
        opened_on,
        opened_by: "import".to_owned(),
        closed_by: closed_on.as_ref().map(|_| "import".to_owned()),
        closed_how: closed_on.as_ref().map(|_| "lifted".to_owned()),
        closed_on,
    };
    let inside = matches!(status, "registered" | "monitored");
    let mut spells = vec![spell(1, entered, left.clone().filter(|_| !inside || date("returned_on").is_some()))];
    if let Some(returned) = date("returned_on").filter(|_| left.is_some()) {
        spells.push(spell(2, returned, None));
    }
    spells
}
