//! Lists to decide on: who was missed, who does not belong, whom to visit, as CSV and as one workbook.

use std::collections::BTreeMap;
use std::path::Path;

use analytics::output::{Sheet, write_workbook};
use kernel::{AreaCode, AreaLevel, Language};
use programme::Programme;
use targeting::proposal::{Candidate, Proposal, allot, visits};

use super::decide::Row;
use super::summary::Summary;
use super::table::{Names, reason, word};
use crate::cli::IdentifyArgs;
use crate::console::{Console, csv_line};
use crate::failure::{Failure, Result};

const HEADER: [&str; 11] =
    ["household", "area", "people", "proposal", "need", "priority", "probability", "causes", "checks", "reasons_zh", "reasons_en"];

pub(crate) fn write(
    out: &Path,
    programme: &Programme,
    summary: &Summary,
    rows: &[Row],
    args: &IdentifyArgs,
    console: &Console,
) -> Result<()> {
    let folder = out.join("lists");
    std::fs::create_dir_all(&folder).map_err(Failure::file(&folder))?;
    signs(&folder, summary)?;
    if rows.is_empty() {
        console.note(console.say("户数超过上限，仅输出分片结果", "too many households for single lists: the parts are the result"));
        return Ok(());
    }
    let names = Names(programme);
    let listed: Vec<&Row> = rows.iter().filter(|row| !matches!(row.decision.proposal, Proposal::None)).collect();
    let mut by_need = listed.clone();
    by_need.sort_by(|a, b| b.decision.need.total_cmp(&a.decision.need).then_with(|| a.household.cmp(&b.household)));
    for proposal in [Proposal::Admit, Proposal::ReviewRemoval] {
        let chosen: Vec<&Row> = by_need.iter().filter(|row| row.decision.proposal == proposal).copied().collect();
        save(&folder.join(format!("{}.csv", word(proposal))), &names, &chosen)?;
    }
    let by_household: BTreeMap<&str, &Row> = listed.iter().map(|row| (row.household.as_str(), *row)).collect();
    let candidates: Vec<Candidate<&str>> =
        listed.iter().map(|row| Candidate { id: row.household.as_str(), decision: row.decision.clone() }).collect();
    let budget = args.visits.unwrap_or(usize::MAX);
    let chosen: Vec<&Row> = visits(&candidates, budget).into_iter().filter_map(|id| by_household.get(id).copied()).collect();
    save(&folder.join("visits.csv"), &names, &chosen)?;
    if let Some(quota) = args.quota {
        let allotment = allot(&candidates, quota);
        let chosen: Vec<&Row> = allotment.places.iter().filter_map(|place| by_household.get(place.id).copied()).collect();
        save(&folder.join("quota.csv"), &names, &chosen)?;
    }
    workbook(&out.join("lists.xlsx"), &summary.as_of, &names, &by_need)?;
    let json: Vec<serde_json::Value> = by_need.iter().map(|row| object(&names, row)).collect();
    let path = folder.join("lists.json");
    let text = serde_json::to_string(&json).map_err(|e| Failure::Usage(e.to_string()))?;
    std::fs::write(&path, text).map_err(Failure::file(&path))
}

fn cells(names: &Names<'_>, row: &Row) -> Vec<String> {
    let reasons = |language| row.decision.reasons.iter().map(|r| reason(r, language)).collect::<Vec<_>>().join("; ");
    let full = names.cells(row);
    let at = |place: usize| full.get(place).cloned().unwrap_or_default();
    let probability = row.evidence.probability.map_or_else(String::new, |p| format!("{:.4}", p.0));
    vec![
        at(0),
        at(1),
        at(2),
        at(6),
        at(7),
        at(8),
        probability,
        names.causes(&row.causes),
        names.checks(&row.checks),
        reasons(Language::Zh),
        reasons(Language::En),
    ]
}

fn object(names: &Names<'_>, row: &Row) -> serde_json::Value {
    let pairs = HEADER.iter().zip(cells(names, row)).map(|(name, cell)| ((*name).to_owned(), serde_json::Value::String(cell)));
    serde_json::Value::Object(pairs.collect())
}

fn save(path: &Path, names: &Names<'_>, rows: &[&Row]) -> Result<()> {
    let mut text = csv_line(HEADER.iter().copied());
    text.push('\n');
    for row in rows {
        text.push_str(&csv_line(cells(names, row).iter().map(String::as_str)));
        text.push('\n');
    }
    std::fs::write(path, text).map_err(Failure::file(path))
}

/// One sheet a township.
fn workbook(path: &Path, as_of: &str, names: &Names<'_>, rows: &[&Row]) -> Result<()> {
    let mut sheets: BTreeMap<String, Sheet> = BTreeMap::new();
    for row in rows {
        let name =
            if row.area == 0 { "households".to_owned() } else { AreaCode::from_padded(row.area).at(AreaLevel::Township).to_string() };
        let header = HEADER.iter().map(|name| (*name).to_owned()).collect();
        let numeric = HEADER.iter().map(|name| ["people", "need", "priority", "probability"].contains(name)).collect();
        let sheet = sheets.entry(name.clone()).or_insert(Sheet { name, header, numeric, rows: Vec::new() });
        sheet.rows.push(cells(names, row));
    }
    let sheets: Vec<Sheet> = sheets.into_values().collect();
    if sheets.is_empty() { Ok(()) } else { Ok(write_workbook(path, as_of, &sheets)?) }
}

/// Duplicates, village signs and leads.
fn signs(folder: &Path, summary: &Summary) -> Result<()> {
    let mut text = String::from("kind,household,other,detail\n");
    for d in &summary.duplicates {
        text.push_str(&csv_line([d.kind.as_str(), &d.household, &d.other, &d.detail].into_iter()));
        text.push('\n');
    }
    let path = folder.join("duplicates.csv");
    std::fs::write(&path, text).map_err(Failure::file(&path))?;
    let mut text = String::from("kind,village,statistic,p_value,q_value,detail\n");
    for s in &summary.signs {
        let figures = [s.statistic.to_string(), s.p_value.to_string(), s.q_value.to_string()];
        let figures: Vec<&str> = figures.iter().map(String::as_str).collect();
        text.push_str(&csv_line([s.kind.as_str(), &s.village].into_iter().chain(figures).chain([s.detail.as_str()])));
        text.push('\n');
    }
    let path = folder.join("village_signs.csv");
    std::fs::write(&path, text).map_err(Failure::file(&path))?;
    let mut text = String::from("search,village,records,identity\n");
    for lead in &summary.leads {
        text.push_str(&csv_line([lead.search.as_str(), &lead.village, &lead.records.to_string(), &lead.masked_identity].into_iter()));
        text.push('\n');
    }
    let path = folder.join("leads.csv");
    std::fs::write(&path, text).map_err(Failure::file(&path))
}
