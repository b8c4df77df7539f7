//! The proposals of a run, brought into the records.

use std::collections::BTreeMap;

use app::{Clock, SystemClock};
use kernel::{AreaCode, AreaLevel};
use registry::assessment::{Assessment, Counts, Grounds, Run};
use sha2::{Digest, Sha256};
use targeting::proposal::Proposal;

use super::decide::Row;
use super::model::StoredModel;
use super::table::{Names, reason_code, word};
use super::work::{Work, hex};
use crate::cli::IdentifyArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::records::{Records, runtime};

/// One run for each county; a run that the records hold already stays as it is.
pub(crate) fn bring(work: &Work<'_>, model: Option<&StoredModel>, rows: &[Row], args: &IdentifyArgs, console: &Console) -> Result<()> {
    let Some(folder) = &args.records else { return Ok(()) };
    if !work.small {
        let text = format!("above {} households proposals are brought into the records province by province", super::LIST_LIMIT);
        return Err(Failure::Usage(text));
    }
    let names = Names(work.decider.programme);
    let model = model.map_or_else(String::new, mark);
    let mut counties: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let county = AreaCode::from_padded(row.area).at(AreaLevel::County).padded() / AreaLevel::County.unit();
        counties.entry(format!("{county:06}")).or_default().push(row);
    }
    let bar = console.progress(console.say("写入识别结果", "recording proposals"), u64::try_from(rows.len()).unwrap_or(0));
    let mut new = 0_usize;
    runtime()?.block_on(async {
        let records = Records::open(folder, args.database.as_deref()).await?;
        for (county, rows) in &counties {
            let run = run(work, &model, county, rows);
            let all: Vec<Assessment> = rows.iter().map(|row| assessment(&names, row)).collect();
            new += usize::from(app::identification::record(&records.db, &run, &all, &|n| bar.inc(n)).await?);
        }
        records.db.close().await;
        Ok::<(), Failure>(())
    })?;
    bar.finish_and_clear();
    let row = vec![counties.len().to_string(), new.to_string()];
    console.table(console.say("识别结果入档", "proposals in the records"), &["counties", "new runs"], &[row]);
    Ok(())
}

/// Tells two models apart even if both go by one name.
fn mark(stored: &StoredModel) -> String {
    let bytes = serde_json::to_vec(&stored.model).unwrap_or_default();
    let digest = hex(&Sha256::digest(&bytes));
    format!("{} {}", stored.id, digest.get(..8).unwrap_or_default())
}

fn run(work: &Work<'_>, model: &str, county: &str, rows: &[&Row]) -> Run {
    let count = |proposal: Proposal| i64::try_from(rows.iter().filter(|row| row.decision.proposal == proposal).count()).unwrap_or(i64::MAX);
    let programme = work.decider.programme;
    Run {
        county: county.to_owned(),
        id: format!("{}-{}", work.as_of, work.inputs.get(..8).unwrap_or(&work.inputs)),
        as_of: work.as_of.to_string(),
        programme: programme.meta.id.get_ref().clone(),
        model: model.to_owned(),
        register: work.register.manifest.fingerprint.clone(),
        actor: "identify".to_owned(),
        at: SystemClock.now(),
        counts: Counts {
            households: i64::try_from(rows.len()).unwrap_or(i64::MAX),
            admit: count(Proposal::Admit),
            keep: count(Proposal::Keep),
            verify: count(Proposal::Verify),
            review_removal: count(Proposal::ReviewRemoval),
        },
    }
}

fn assessment(names: &Names<'_>, row: &Row) -> Assessment {
    let e = &row.evidence;
    let ids = |joined: String| joined.split(';').filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let per_mille = |share: f64| kernel::number::whole((share * 1_000.0).round()).unwrap_or(0);
    Assessment {
        household: row.household.clone(),
        village: format!("{:012}", row.area),
        proposal: word(row.decision.proposal).to_owned(),
        priority: i64::from(row.decision.priority),
        grounds: Grounds {
            registered: e.registered,
            income: row.income,
            line: row.line,
            probability: e.probability.map(|(p, low, high)| (per_mille(p), per_mille(low), per_mille(high))),
            reasons: row.decision.reasons.iter().map(|reason| (reason_code(reason.code), reason.value)).collect(),
            causes: ids(names.causes(&row.causes)),
            checks: ids(names.checks(&row.checks)),
            deprivations: ids(names.indicators(row.deprived)),
            contradicted: e.contradictions_for > 0 || e.contradictions_against > 0,
        },
    }
}
