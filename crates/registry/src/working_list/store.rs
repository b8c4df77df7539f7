//! Working lists in the database: each way of narrowing walks along its own index, so that a page costs a page.

use std::collections::BTreeMap;

use database::{Row, Tx, Value};
use kernel::AreaCode;

use super::{INSIDE, Narrow, Page};
use crate::assessment::{Assessment, store::assessment};
use crate::error::Result;
use crate::household::store::{After, HouseholdLine, line as household_line, list, page as place_of};

const BY_STATUS: &str = "select county, household_id, village, status, people, version, village from household
  where status = $6 and (county, village, household_id) > ($1, $2, $3) and (county, village) <= ($4, $5)
  order by county, village, household_id limit $7";
const INSIDE_ONLY: &str = "select county, household_id, village, status, people, version, village from household
  where status in ('registered', 'monitored') and (county, village, household_id) > ($1, $2, $3) and (county, village) <= ($4, $5)
  order by county, village, household_id limit $6";
// A household that moved since the run is listed where the run met it, if it still lives in the area.
const BY_PROPOSAL: &str = "select h.county, h.household_id, h.village, h.status, h.people, h.version, a.village from assessment a
  join household h on h.county = a.county and h.household_id = a.household_id
  where a.county = $1 and a.run_id = $2 and a.proposal = $3 and (a.village, a.household_id) > ($4, $5) and a.village <= $6
    and h.village >= $7 and h.village <= $6 and ($8 = '' or h.status = $8 or ($8 = 'inside' and h.status in ('registered', 'monitored')))
  order by a.village, a.household_id limit $9";
const BY_CAUSE: &str = "select h.county, h.household_id, h.village, h.status, h.people, h.version, c.village from assessment_cause c
  join household h on h.county = c.county and h.household_id = c.household_id
  join assessment a on a.county = c.county and a.household_id = c.household_id and a.run_id = c.run_id
  where c.county = $1 and c.run_id = $2 and c.cause = $3 and c.place = 0 and (c.village, c.household_id) > ($4, $5) and c.village <= $6
    and h.village >= $7 and h.village <= $6 and ($8 = '' or h.status = $8 or ($8 = 'inside' and h.status in ('registered', 'monitored'))) and ($10 = '' or a.proposal = $10)
  order by c.village, c.household_id limit $9";
const LATEST: &str = "select r.county, r.run_id from assessment_run r where r.county >= $1 and r.county <= $2
  and not exists (select 1 from assessment_run o where o.county = r.county and (o.at, o.run_id) > (r.at, r.run_id))
  order by r.county";
const AMONG: &str = "select a.household_id, a.village, a.proposal, a.priority, a.doc, a.county from assessment a
  where (a.county, a.run_id, a.household_id) in";
const VISITED: &str = "select county, household_id, max(on_day) from observation where (county, household_id) in";
const CAUSES: &str = "select cause, cast(sum(households) as bigint) from assessment_cause_count
  where county = $1 and run_id = $2 and village >= $3 and village <= $4 group by cause order by 2 desc, 1";

/// Of each county in an area, its latest run.
pub async fn latest_runs(tx: &mut Tx, area: AreaCode) -> Result<Vec<(String, String)>> {
    let [from, to, ..] = area.bounds();
    let rows = tx.rows(LATEST, &[from.into(), to.into()]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
}

/// A page of a list.
pub async fn list_page(tx: &mut Tx, narrow: Narrow<'_>, after: Option<&After>, limit: usize) -> Result<Page> {
    let mut found = if narrow.by_run() {
        by_run(tx, narrow, after, limit + 1).await?
    } else if narrow.status.is_empty() {
        let lines = list(tx, narrow.area, after, limit + 1).await?;
        lines.into_iter().map(|line| (line.village.clone(), line)).collect()
    } else if narrow.status == INSIDE {
        let mut values = place_of(narrow.area, after);
        values.push(size(limit + 1));
        tx.rows(INSIDE_ONLY, &values).await?.iter().map(line).collect::<Result<_>>()?
    } else {
        let mut values = place_of(narrow.area, after);
        values.extend([narrow.status.into(), size(limit + 1)]);
        tx.rows(BY_STATUS, &values).await?.iter().map(line).collect::<Result<_>>()?
    };
    let more = found.len() > limit;
    found.truncate(limit);
    let next =
        |(village, line): &(String, HouseholdLine)| After { county: line.county.clone(), village: village.clone(), id: line.id.0.clone() };
    let next = found.last().filter(|_| more).map(next);
    Ok(Page { lines: found.into_iter().map(|(_, line)| line).collect(), next })
}

/// County after county until the page is full.
async fn by_run(tx: &mut Tx, narrow: Narrow<'_>, after: Option<&After>, limit: usize) -> Result<Vec<(String, HouseholdLine)>> {
    let [_, _, first, last] = narrow.area.bounds();
    let mut found = Vec::new();
    for (county, run) in latest_runs(tx, narrow.area).await? {
        if after.is_some_and(|after| county < after.county) {
            continue;
        }
        let here = after.filter(|after| after.county == county && after.village >= first);
        let (village, id) = here.map_or((first.as_str(), ""), |after| (after.village.as_str(), after.id.as_str()));
        let cause = !narrow.cause.is_empty();
        let by = if cause { narrow.cause } else { narrow.proposal };
        let words = [&county, &run, by, village, id, &last, &first, narrow.status];
        let mut values: Vec<Value> = words.into_iter().map(Value::from).collect();
        values.push(size(limit - found.len()));
        if cause {
            values.push(narrow.proposal.into());
        }
        let rows = tx.rows(if cause { BY_CAUSE } else { BY_PROPOSAL }, &values).await?;
        found.extend(rows.iter().map(line).collect::<Result<Vec<_>>>()?);
        if found.len() >= limit {
            break;
        }
    }
    Ok(found)
}

/// A line, and the village under which it stands in the order of the list.
fn line(row: &Row) -> Result<(String, HouseholdLine)> {
    Ok((row.text(6)?, household_line(row)?))
}

/// What the latest run made of the households of a page, by county and number.
pub async fn assessed(tx: &mut Tx, area: AreaCode, lines: &[HouseholdLine]) -> Result<BTreeMap<(String, String), Assessment>> {
    let runs: BTreeMap<String, String> = latest_runs(tx, area).await?.into_iter().collect();
    let key = |line: &HouseholdLine| -> Option<Vec<Value>> {
        let run = runs.get(&line.county)?;
        Some(vec![line.county.as_str().into(), run.as_str().into(), line.id.0.as_str().into()])
    };
    let keys: Vec<Vec<Value>> = lines.iter().filter_map(key).collect();
    let rows = tx.rows_among(AMONG, &keys, "").await?;
    rows.iter().map(|row| assessment(row).and_then(|one| Ok(((row.text(5)?, one.household.clone()), one)))).collect()
}

/// The last day on which somebody visited the households of a page (ISO), by county and number.
pub async fn visited(tx: &mut Tx, lines: &[HouseholdLine]) -> Result<BTreeMap<(String, String), String>> {
    let keys: Vec<Vec<Value>> = lines.iter().map(|line| vec![line.county.as_str().into(), line.id.0.as_str().into()]).collect();
    let rows = tx.rows_among(VISITED, &keys, "group by county, household_id").await?;
    rows.iter().map(|row| Ok(((row.text(0)?, row.text(1)?), row.text(2)?))).collect()
}

/// Households in the programme by main cause, as the latest run of each county found it; the most frequent first.
pub async fn causes(tx: &mut Tx, area: AreaCode) -> Result<Vec<(String, i64)>> {
    let [_, _, first, last] = area.bounds();
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (county, run) in latest_runs(tx, area).await? {
        let rows = tx.rows(CAUSES, &[(&county).into(), (&run).into(), (&first).into(), (&last).into()]).await?;
        for row in &rows {
            *sums.entry(row.text(0)?).or_default() += row.long(1)?;
        }
    }
    let mut sums: Vec<(String, i64)> = sums.into_iter().collect();
    sums.sort_by(|(a, some), (b, other)| other.cmp(some).then(a.cmp(b)));
    Ok(sums)
}

fn size(limit: usize) -> Value {
    i64::try_from(limit).unwrap_or(i64::MAX).into()
}
