//! Cases in the database: their events, and one line each for lists.

use chrono::NaiveDate;
use database::{Row, Tx, Value};
use kernel::{AreaCode, AreaLevel};

use super::{Broken, Case, CaseEvent};
use crate::error::{Error, Result};

const EVENTS: &str = "select doc from case_event where county = $1 and case_id = $2 order by number";
const INSERT_EVENTS: &str = "case_event (county, case_id, number, at, actor, doc)";
const INSERT: &str = "case_file (county, case_id, household_id, village, procedure, state, step, due_on, flagged, version, opened_at)";
const UPDATE: &str = "update case_file set state = $3, step = $4, due_on = $5, flagged = $6, version = $7
  where county = $1 and case_id = $2 and version = $8";
const LIST: &str = "select county, case_id, household_id, village, procedure, state, step, due_on, flagged, version from case_file
  where county >= $1 and county <= $2 and village >= $3 and village <= $4
    and ($5 = '' or step = $5) and ($6 = '' or state = $6) and ($7 = '' or (due_on <> '' and due_on < $7))
    and (county, due_on, case_id) > ($8, $9, $10)
  order by county, due_on, case_id limit $11";
const FREEZE: &str = "snapshot (county, case_id, digest, at, doc)";
const FROZEN: &str = "select doc from snapshot where county = $1 and case_id = $2 and digest = $3";
const OF_HOUSEHOLD: &str = "select county, case_id, household_id, village, procedure, state, step, due_on, flagged, version from case_file
  where county = $1 and household_id = $2 order by opened_at desc, case_id desc";
const LOAD: &str =
    "select procedure, step, count(*), cast(sum(case when due_on <> '' and due_on < $5 then 1 else 0 end) as bigint) from case_file
  where county >= $1 and county <= $2 and village >= $3 and village <= $4 and state in ('open', 'approved')
  group by procedure, step order by procedure, step";

/// A line of a list of cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    pub county: String,
    pub id: String,
    pub household: String,
    pub village: String,
    pub procedure: String,
    pub state: String,
    /// The step under way that is due first.
    pub step: String,
    /// ISO date; empty if nothing is due.
    pub due_on: String,
    pub flagged: bool,
    pub version: i64,
}

/// Which cases a list is about; empty texts narrow nothing.
#[derive(Debug, Clone, Copy)]
pub struct CaseFilter<'a> {
    pub area: AreaCode,
    pub step: &'a str,
    pub state: &'a str,
    /// Only what was due before this ISO date.
    pub due_before: &'a str,
}

/// How much waits at one step: procedure, step, cases, late ones.
pub type StepLoad = (String, String, i64, i64);

/// A case with all its events.
pub async fn load(tx: &mut Tx, county: &str, id: &str) -> Result<(Case, Vec<CaseEvent>)> {
    let rows = tx.rows(EVENTS, &[county.into(), id.into()]).await?;
    if rows.is_empty() {
        return Err(Error::NoCase(id.to_owned()));
    }
    let events = rows.iter().map(|row| Ok(serde_json::from_str(&row.text(0)?)?)).collect::<Result<Vec<CaseEvent>>>()?;
    let case = Case::replay(&events)?;
    Ok((case, events))
}

/// Stores the events that opened a case.
pub async fn open(tx: &mut Tx, events: &[CaseEvent]) -> Result<Case> {
    let case = Case::replay(events)?;
    let county = county(&case);
    let (step, due_on) = waiting(&case);
    let at = events.first().map_or(0, |event| event.at);
    let row: Vec<Value> = vec![
        county.as_str().into(),
        (&case.id).into(),
        (&case.household).into(),
        format!("{:012}", case.area.padded()).into(),
        (&case.procedure).into(),
        case.state.name().into(),
        step.into(),
        due_on.into(),
        case.flagged.into(),
        number(case.version).into(),
        at.into(),
    ];
    tx.insert(INSERT, &[row], "").await?;
    append_events(tx, &county, events).await?;
    Ok(case)
}

/// Stores what follows on `case`, which must still be current; the case as it is afterwards.
pub async fn append(tx: &mut Tx, case: &Case, events: &[CaseEvent]) -> Result<Case> {
    let mut after = case.clone();
    for event in events {
        if event.number != after.version + 1 {
            return Err(Broken::Gap { case: case.id.clone(), expected: after.version + 1, found: event.number }.into());
        }
        after.apply(event);
    }
    let county = county(case);
    let (step, due_on) = waiting(&after);
    let values: [Value; 8] = [
        county.as_str().into(),
        (&case.id).into(),
        after.state.name().into(),
        step.into(),
        due_on.into(),
        after.flagged.into(),
        number(after.version).into(),
        number(case.version).into(),
    ];
    tx.execute_one(UPDATE, &values).await?;
    append_events(tx, &county, events).await?;
    Ok(after)
}

async fn append_events(tx: &mut Tx, county: &str, events: &[CaseEvent]) -> Result<()> {
    let row = |event: &CaseEvent| -> Result<Vec<Value>> {
        let doc = serde_json::to_string(event)?;
        Ok(vec![county.into(), (&event.case).into(), number(event.number).into(), event.at.into(), (&event.by).into(), doc.into()])
    };
    let rows = events.iter().map(row).collect::<Result<Vec<_>>>()?;
    tx.insert(INSERT_EVENTS, &rows, "").await?;
    Ok(())
}

/// The step that is due first, and when.
fn waiting(case: &Case) -> (String, String) {
    let first = case.current.iter().min_by_key(|(name, running)| (running.due.unwrap_or(NaiveDate::MAX), (*name).clone()));
    first.map_or_else(Default::default, |(name, running)| (name.clone(), running.due.map_or_else(String::new, |due| due.to_string())))
}

/// A page of cases, what is due first on top.
pub async fn list(tx: &mut Tx, filter: CaseFilter<'_>, after: Option<&CaseLine>, limit: usize) -> Result<Vec<CaseLine>> {
    let [from, to, first, last] = filter.area.bounds();
    let mut values: Vec<Value> = vec![from.into(), to.into(), first.into(), last.into()];
    values.extend([filter.step, filter.state, filter.due_before].map(Value::from));
    let after = after.map_or(["", "", ""], |line| [line.county.as_str(), line.due_on.as_str(), line.id.as_str()]);
    values.extend(after.map(Value::from));
    values.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    tx.rows(LIST, &values).await?.iter().map(line).collect()
}

pub async fn of_household(tx: &mut Tx, county: &str, household: &str) -> Result<Vec<CaseLine>> {
    tx.rows(OF_HOUSEHOLD, &[county.into(), household.into()]).await?.iter().map(line).collect()
}

/// Keeps the evidence of a decision under its hash; the same evidence is kept once.
pub async fn freeze(tx: &mut Tx, county: &str, case: &str, digest: &str, doc: &str, at: i64) -> Result<()> {
    let row = vec![county.into(), case.into(), digest.into(), at.into(), doc.into()];
    tx.insert(FREEZE, &[row], "on conflict do nothing").await?;
    Ok(())
}

/// The evidence that a decision was made on.
pub async fn frozen(tx: &mut Tx, county: &str, case: &str, digest: &str) -> Result<Option<String>> {
    let row = tx.row(FROZEN, &[county.into(), case.into(), digest.into()]).await?;
    Ok(row.map(|row| row.text(0)).transpose()?)
}

/// What waits where, in an area, and how much of it is late on a day.
pub async fn step_load(tx: &mut Tx, area: AreaCode, today: NaiveDate) -> Result<Vec<StepLoad>> {
    let [from, to, first, last] = area.bounds();
    let values = [from.into(), to.into(), first.into(), last.into(), today.to_string().into()];
    let rows = tx.rows(LOAD, &values).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.long(2)?, row.long(3)?))).collect()
}

fn line(row: &Row) -> Result<CaseLine> {
    Ok(CaseLine {
        county: row.text(0)?,
        id: row.text(1)?,
        household: row.text(2)?,
        village: row.text(3)?,
        procedure: row.text(4)?,
        state: row.text(5)?,
        step: row.text(6)?,
        due_on: row.text(7)?,
        flagged: row.flag(8)?,
        version: row.long(9)?,
    })
}

fn county(case: &Case) -> String {
    format!("{:06}", case.area.padded() / AreaLevel::County.unit())
}

fn number(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}
