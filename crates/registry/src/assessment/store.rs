//! Runs and assessments in the database.

use database::{Row, Tx, Value};
use kernel::AreaCode;

use super::{Assessment, Counts, Grounds, Move, Run};
use crate::error::Result;

const INSERT_RUN: &str = "assessment_run (county, run_id, as_of, programme, model, register, actor, at, households, admit, keep, verify, \
                          review_removal)";
const INSERT: &str = "assessment (county, run_id, household_id, village, proposal, priority, doc)";
const INSERT_CAUSE: &str = "assessment_cause (county, run_id, cause, village, household_id, place, inside)";
const COUNT_CAUSES: &str = "insert into assessment_cause_count (county, run_id, village, cause, households)
  select county, run_id, village, cause, count(*) from assessment_cause
  where county = $1 and run_id = $2 and place = 0 and inside = 1 group by county, run_id, village, cause
  on conflict do nothing";
const RUNS: &str = "select county, run_id, as_of, programme, model, register, actor, at, households, admit, keep, verify, review_removal
  from assessment_run where county >= $1 and county <= $2 order by at desc, run_id desc, county limit $3";
const RUN: &str = "select county, run_id, as_of, programme, model, register, actor, at, households, admit, keep, verify, review_removal
  from assessment_run where county = $1 and run_id = $2";
const LIST: &str = "select household_id, village, proposal, priority, doc from assessment
  where county = $1 and run_id = $2 and proposal = $3 and village >= $4 and village <= $5
    and (priority < $6 or (priority = $6 and household_id > $7))
  order by priority desc, household_id limit $8";
const OF_HOUSEHOLD: &str = "select a.household_id, a.village, a.proposal, a.priority, a.doc, a.run_id from assessment a
  join assessment_run r on r.county = a.county and r.run_id = a.run_id
  where a.county = $1 and a.household_id = $2 order by r.at desc, r.run_id desc limit 1";
const COUNTS: &str = "select proposal, count(*) from assessment
  where county = $1 and run_id = $2 and village >= $3 and village <= $4 group by proposal order by proposal";
const MOVES: &str = "select household_id, max(village), max(before_is), max(before_doc), max(after_is), max(after_doc) from (
    select household_id, village, proposal as before_is, doc as before_doc, '' as after_is, '' as after_doc from assessment
      where county = $1 and run_id = $2 and village >= $4 and village <= $5
    union all
    select household_id, village, '', '', proposal, doc from assessment
      where county = $1 and run_id = $3 and village >= $4 and village <= $5
  ) both_runs where household_id > $6
  group by household_id having max(before_is) <> max(after_is) order by household_id limit $7";

const MOVE_COUNTS: &str = "select before_is, after_is, count(*) from (
    select household_id, max(before_is) as before_is, max(after_is) as after_is from (
      select household_id, proposal as before_is, '' as after_is from assessment
        where county = $1 and run_id = $2 and village >= $4 and village <= $5
      union all
      select household_id, '', proposal from assessment
        where county = $1 and run_id = $3 and village >= $4 and village <= $5
    ) both_runs group by household_id
  ) pairs group by before_is, after_is order by before_is, after_is";

/// Where a list of a run goes on: priority and household.
pub type After = (i64, String);

/// Adds some of a run's assessments; what is there already stays.
pub async fn insert(tx: &mut Tx, county: &str, run: &str, some: &[Assessment]) -> Result<()> {
    let row = |one: &Assessment| -> Result<Vec<Value>> {
        let doc = serde_json::to_string(&one.grounds)?;
        let place: [Value; 3] = [county.into(), run.into(), one.household.as_str().into()];
        let rest: [Value; 4] = [one.village.as_str().into(), one.proposal.as_str().into(), one.priority.into(), doc.into()];
        Ok(place.into_iter().chain(rest).collect())
    };
    let rows = some.iter().map(row).collect::<Result<Vec<_>>>()?;
    tx.insert(INSERT, &rows, "on conflict do nothing").await?;
    let causes = some.iter().flat_map(|one| (0_i64..).zip(&one.grounds.causes).map(move |(place, cause)| (one, place, cause)));
    let row = |(one, place, cause): (&Assessment, i64, &String)| -> Vec<Value> {
        let words = [county, run, cause, &one.village, &one.household].map(Value::from);
        let inside = i64::from(one.grounds.registered == Some(true));
        words.into_iter().chain([place.into(), inside.into()]).collect()
    };
    tx.insert(INSERT_CAUSE, &causes.map(row).collect::<Vec<_>>(), "on conflict do nothing").await?;
    Ok(())
}

/// Makes a run visible, once all its assessments are there; a run that is known stays as it is.
pub async fn finish(tx: &mut Tx, run: &Run) -> Result<bool> {
    let c = &run.counts;
    let texts = [&run.county, &run.id, &run.as_of, &run.programme, &run.model, &run.register, &run.actor];
    let mut row: Vec<Value> = texts.into_iter().map(|text| text.as_str().into()).collect();
    row.extend([run.at, c.households, c.admit, c.keep, c.verify, c.review_removal].map(Value::from));
    let new = tx.insert(INSERT_RUN, &[row], "on conflict do nothing").await? == 1;
    if new {
        tx.execute(COUNT_CAUSES, &[(&run.county).into(), (&run.id).into()]).await?;
    }
    Ok(new)
}

/// Runs of the counties that an area touches, latest first.
pub async fn runs(tx: &mut Tx, area: AreaCode, limit: usize) -> Result<Vec<Run>> {
    let [from, to, ..] = area.bounds();
    tx.rows(RUNS, &[from.into(), to.into(), size(limit)]).await?.iter().map(run).collect()
}

/// One run.
pub async fn find(tx: &mut Tx, county: &str, id: &str) -> Result<Option<Run>> {
    tx.row(RUN, &[county.into(), id.into()]).await?.as_ref().map(run).transpose()
}

/// Households of a run with one proposal, the most urgent first.
pub async fn list(
    tx: &mut Tx,
    place: (&str, &str),
    area: AreaCode,
    proposal: &str,
    after: Option<&After>,
    limit: usize,
) -> Result<Vec<Assessment>> {
    let [_, _, first, last] = area.bounds();
    let (priority, household) = after.map_or((i64::MAX, ""), |(priority, household)| (*priority, household.as_str()));
    let values: [Value; 8] =
        [place.0.into(), place.1.into(), proposal.into(), first.into(), last.into(), priority.into(), household.into(), size(limit)];
    tx.rows(LIST, &values).await?.iter().map(assessment).collect()
}

/// How many households of an area a run proposes what for.
pub async fn counts(tx: &mut Tx, place: (&str, &str), area: AreaCode) -> Result<Vec<(String, i64)>> {
    let [_, _, first, last] = area.bounds();
    let rows = tx.rows(COUNTS, &[place.0.into(), place.1.into(), first.into(), last.into()]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.long(1)?))).collect()
}

/// What the latest run made of a household, and which run that was.
pub async fn of_household(tx: &mut Tx, county: &str, household: &str) -> Result<Option<(Assessment, String)>> {
    let row = tx.row(OF_HOUSEHOLD, &[county.into(), household.into()]).await?;
    row.map(|row| Ok((assessment(&row)?, row.text(5)?))).transpose()
}

/// Households whose proposal differs between two runs, by number.
pub async fn moves(tx: &mut Tx, county: &str, runs: (&str, &str), area: AreaCode, after: &str, limit: usize) -> Result<Vec<Move>> {
    let [_, _, first, last] = area.bounds();
    let values: [Value; 7] = [county.into(), runs.0.into(), runs.1.into(), first.into(), last.into(), after.into(), size(limit)];
    let side = |row: &Row, proposal: usize| -> Result<Option<(String, Grounds)>> {
        let word = row.text(proposal)?;
        if word.is_empty() { Ok(None) } else { Ok(Some((word, serde_json::from_str(&row.text(proposal + 1)?)?))) }
    };
    let one = |row: &Row| {
        Ok(Move { household: row.text(0)?, county: county.to_owned(), village: row.text(1)?, before: side(row, 2)?, after: side(row, 4)? })
    };
    tx.rows(MOVES, &values).await?.iter().map(one).collect()
}

/// How many households went from which proposal to which; an empty one stands for a run that did not know them.
pub async fn move_counts(tx: &mut Tx, county: &str, runs: (&str, &str), area: AreaCode) -> Result<Vec<(String, String, i64)>> {
    let [_, _, first, last] = area.bounds();
    let values: [Value; 5] = [county.into(), runs.0.into(), runs.1.into(), first.into(), last.into()];
    tx.rows(MOVE_COUNTS, &values).await?.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.long(2)?))).collect()
}

fn size(limit: usize) -> Value {
    i64::try_from(limit).unwrap_or(i64::MAX).into()
}

fn run(row: &Row) -> Result<Run> {
    Ok(Run {
        county: row.text(0)?,
        id: row.text(1)?,
        as_of: row.text(2)?,
        programme: row.text(3)?,
        model: row.text(4)?,
        register: row.text(5)?,
        actor: row.text(6)?,
        at: row.long(7)?,
        counts: Counts {
            households: row.long(8)?,
            admit: row.long(9)?,
            keep: row.long(10)?,
            verify: row.long(11)?,
            review_removal: row.long(12)?,
        },
    })
}

pub(crate) fn assessment(row: &Row) -> Result<Assessment> {
    Ok(Assessment {
        household: row.text(0)?,
        village: row.text(1)?,
        proposal: row.text(2)?,
        priority: row.long(3)?,
        grounds: serde_json::from_str(&row.text(4)?)?,
    })
}
