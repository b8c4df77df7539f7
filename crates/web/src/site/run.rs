//! Runs of the identification: what each proposes, what changed between two, and the cases opened from them.

use std::collections::BTreeMap;

use app::identification::{self, Wanted};
use app::{Action, civil};
use axum::extract::{Form as Posted, Path, Query};
use axum::response::Response;
use kernel::AreaCode;
use registry::assessment::{Assessment, Grounds, Move, Run, store};
use registry::case::store as cases;
use registry::household::HouseholdId;
use registry::household::store::{self as households, HouseholdLine};
use serde::Deserialize;

use super::overview::count;
use super::{Fault, Visit, see_other, shown};
use crate::view::form::{Form, Problem};
use crate::view::layout::Menu;
use crate::view::page::case_list::Tab;
use crate::view::page::failure::Kind;
use crate::view::page::household as file;
use crate::view::page::outcome::{self, Outcome};
use crate::view::page::proposals as view;
use crate::view::page::run::{self as page, Comparison, RunRow, Runs};
use crate::view::page::word::Proposal;
use crate::view::part::{Link, Pair};
use crate::view::table::Paging;

/// Runs on the page.
const RUNS: usize = 50;
/// Households on a page.
const PAGE: usize = 50;

#[derive(Deserialize, Default)]
pub(super) struct Asked {
    area: Option<String>,
    #[serde(default)]
    proposal: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

pub(super) async fn list(visit: Visit) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let area = visit.area(Action::ListHouseholds, None)?;
    let mut tx = visit.site.service.db.read().await.map_err(app::Error::from)?;
    let runs = store::runs(&mut tx, area, RUNS).await?;
    let row = |run: Run| RunRow {
        id: format!("{}.{}", run.county, run.id),
        href: format!("/runs/{}/{}", run.county, run.id),
        at: civil(run.at),
        programme: run.programme,
        by: run.actor,
        households: count(run.counts.households),
        admit: count(run.counts.admit),
        keep: count(run.counts.keep),
        verify: count(run.counts.verify),
        review_removal: count(run.counts.review_removal),
    };
    let view = Runs { rows: runs.into_iter().map(row).collect(), start: None, compare_action: "/runs/compare".to_owned() };
    Ok(shown(&page::list(&visit.frame, &view)))
}

/// A run of a county that the visitor's area touches.
async fn run_of(visit: &Visit, tx: &mut app::Tx, area: AreaCode, county: &str, id: &str) -> Result<Run, Fault> {
    let inside = AreaCode::parse(county).is_some_and(|code| area.contains(code) || code.contains(area));
    if !inside {
        return Err(Fault::of(if visit.token.is_some() { Kind::Forbidden } else { Kind::NotFound }));
    }
    store::find(tx, county, id).await?.ok_or_else(|| Fault::of(Kind::NotFound))
}

pub(super) async fn run(visit: Visit, Path((county, id)): Path<(String, String)>, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    proposals(&visit, &county, &id, &asked, Vec::new()).await
}

async fn proposals(visit: &Visit, county: &str, id: &str, asked: &Asked, problems: Vec<Problem>) -> Result<Response, Fault> {
    let area = visit.area(Action::ListHouseholds, asked.area.as_deref())?;
    let (service, w) = (&visit.site.service, visit.words());
    let wanted = Proposal::ALL.into_iter().find(|proposal| proposal.code() == asked.proposal).unwrap_or(Proposal::Admit);
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let run = run_of(visit, &mut tx, area, county, id).await?;
    let by_proposal: BTreeMap<String, i64> = store::counts(&mut tx, (county, id), area).await?.into_iter().collect();
    let after = asked.after.split_once('.').and_then(|(priority, household)| Some((priority.parse().ok()?, household.to_owned())));
    let mut some = store::list(&mut tx, (county, id), area, wanted.code(), after.as_ref(), PAGE + 1).await?;
    let more = some.len() > PAGE;
    some.truncate(PAGE);
    let next = some.last().filter(|_| more).map(|last| format!("{}.{}", last.priority, last.household));
    drop(tx);
    let rows = rows(visit, county, &some).await?;
    let base = format!("/runs/{county}/{id}?area={area}");
    let tab = |proposal: Proposal| Tab {
        text: proposal.text(w).to_owned(),
        href: format!("{base}&proposal={}", proposal.code()),
        count: count(by_proposal.get(proposal.code()).copied().unwrap_or(0)),
        here: proposal == wanted,
    };
    let may_open = service.policies.scope(&visit.who, Action::OpenCase, &visit.context()).is_some();
    let form = may_open.then(|| {
        let mut form = Form::new("open", &format!("/runs/{county}/{id}/cases"), visit.csrf(), "");
        form.problems = problems;
        form
    });
    let view = view::Proposals {
        run: run.id.clone(),
        trail: vec![Link::new(w.get("run.title"), "/runs")],
        facts: facts(visit, &run),
        tabs: Proposal::ALL.map(tab).to_vec(),
        form,
        rows,
        paging: Paging { base: format!("{base}&proposal={}", wanted.code()), previous: None, next, total: None },
    };
    Ok(shown(&view::page(&visit.frame, &view)))
}

fn facts(visit: &Visit, run: &Run) -> Vec<Pair> {
    let w = visit.words();
    let mut facts = vec![
        Pair::new(w.get("household.county"), visit.place_of(&run.county)),
        Pair::new(w.get("run.as_of"), run.as_of.clone()),
        Pair::new(w.get("run.programme"), run.programme.clone()),
    ];
    if !run.model.is_empty() {
        facts.push(Pair::new(w.get("run.model"), run.model.clone()));
    }
    facts
}

async fn rows(visit: &Visit, county: &str, some: &[Assessment]) -> Result<Vec<view::ProposalRow>, Fault> {
    let service = &visit.site.service;
    let lines: Vec<HouseholdLine> = some.iter().map(|one| line(county, &one.household, &one.village)).collect();
    let heads = super::household_list::heads(visit, &lines, Action::ListHouseholds, "").await?;
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let mut rows = Vec::with_capacity(some.len());
    for (one, head) in some.iter().zip(heads) {
        let status =
            households::find(&mut tx, county, &one.household).await.map_or_else(|_gone| String::new(), |household| household.status);
        let procedure = identification::procedure(service, one, &status);
        let running = cases::of_household(&mut tx, county, &one.household).await?;
        let open = running.iter().find(|case| procedure.is_some_and(|p| p.name() == case.procedure) && case.state == "open");
        rows.push(view::ProposalRow {
            id: one.household.clone(),
            household: Link::new(one.household.clone(), format!("/households/{county}/{}", one.household)),
            head,
            village: visit.place_of(&one.village),
            proposal: proposal(&one.proposal),
            why: reasons(visit, &one.grounds).into_iter().map(|reason| reason.text).collect(),
            causes: cause_titles(visit, &one.grounds),
            procedure: procedure.map(|procedure| procedure.title.pick(visit.frame.language).to_owned()),
            case: open.map(|case| Link::new(case.id.clone(), format!("/cases/{county}/{}", case.id))),
        });
    }
    Ok(rows)
}

fn line(county: &str, household: &str, village: &str) -> HouseholdLine {
    HouseholdLine {
        county: county.to_owned(),
        id: HouseholdId(household.to_owned()),
        village: village.to_owned(),
        status: String::new(),
        people: 0,
        version: 0,
    }
}

pub(super) fn proposal(word: &str) -> Option<Proposal> {
    Proposal::ALL.into_iter().find(|proposal| proposal.code() == word)
}

fn reasons(visit: &Visit, grounds: &Grounds) -> Vec<file::Reason> {
    let reason = |(code, value): &(String, Option<f64>)| {
        let (text, speaks_for) = identification::reason(code, *value, visit.frame.language);
        file::Reason { text, speaks_for, weight: String::new() }
    };
    grounds.reasons.iter().map(reason).collect()
}

/// What a check is called.
pub(super) fn check_title(visit: &Visit, id: &str) -> String {
    let known = visit.site.service.programme.checks.iter().find(|check| check.part.id.get_ref() == id);
    known.map_or_else(|| id.to_owned(), |check| check.part.title.pick(visit.frame.language).to_owned())
}

/// What a cause is called.
pub(super) fn cause_title(visit: &Visit, id: &str) -> String {
    let known = visit.site.service.programme.causes.iter().find(|cause| cause.part.id.get_ref() == id);
    known.map_or_else(|| id.to_owned(), |cause| cause.part.title.pick(visit.frame.language).to_owned())
}

fn cause_titles(visit: &Visit, grounds: &Grounds) -> String {
    grounds.causes.iter().map(|id| cause_title(visit, id)).collect::<Vec<_>>().join(" · ")
}

/// What the latest run made of a household, for its page.
pub(super) async fn score(visit: &Visit, tx: &mut app::Tx, county: &str, household: &str) -> Result<Option<file::Score>, Fault> {
    let Some((assessment, run)) = store::of_household(tx, county, household).await? else { return Ok(None) };
    let (w, grounds) = (visit.words(), &assessment.grounds);
    let mut changes = Vec::new();
    if let (Some(income), Some(line)) = (grounds.income, grounds.line) {
        let key = if income < line { "household.change_above" } else { "household.change_below" };
        changes.push(w.fill(key, &[("line", &w.money(line)), ("income", &w.money(income))]));
    }
    if grounds.contradicted {
        changes.push(w.get("household.change_records").to_owned());
    }
    Ok(Some(file::Score {
        proposal: proposal(&assessment.proposal),
        probability_per_mille: grounds.probability,
        reasons: reasons(visit, grounds),
        changes,
        run: Link::new(run.clone(), format!("/runs/{county}/{run}")),
    }))
}

/// Opens the cases of the marked households and says of each what became of it.
pub(super) async fn open(
    visit: Visit,
    Path((county, id)): Path<(String, String)>,
    Posted(sent): Posted<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let of = |name: &str| sent.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone()).collect::<Vec<_>>();
    visit.check_csrf(of("csrf").first().map_or("", String::as_str))?;
    let scope = visit.area(Action::OpenCase, None)?;
    if AreaCode::parse(&county).is_none_or(|code| !scope.contains(code) && !code.contains(scope)) {
        return Err(Fault::of(Kind::Forbidden));
    }
    let (service, w) = (&visit.site.service, visit.words());
    let marked: Vec<String> = of("row").into_iter().take(PAGE).collect();
    if marked.is_empty() {
        let problem = Problem { field: "row".to_owned(), text: w.get("run.none_marked").to_owned() };
        return proposals(&visit, &county, &id, &Asked::default(), vec![problem]).await;
    }
    let case_link = |case: String| Some(Link::new(case.clone(), format!("/cases/{county}/{case}")));
    let row = |(household, became): (String, Wanted)| {
        let (key, case) = match became {
            Wanted::Opened { case } => ("run.case_opened", case_link(case)),
            Wanted::AlreadyOpen { case } => ("run.case_already", case_link(case)),
            Wanted::NothingProposed => ("run.case_nothing", None),
            Wanted::Denied => ("run.case_denied", None),
        };
        let href = format!("/households/{county}/{household}");
        (Link::new(household, href), w.get(key).to_owned(), case)
    };
    let rows = identification::open_cases(service, &visit.who, &county, &marked).await?.into_iter().map(row).collect();
    let view = Outcome {
        title: w.get("run.opened").to_owned(),
        menu: Menu::Runs,
        trail: vec![Link::new(w.get("run.title"), "/runs"), Link::new(id.clone(), format!("/runs/{county}/{id}"))],
        subject: w.get("household.number").to_owned(),
        rows,
        back: Link::new(w.get("run.back"), format!("/runs/{county}/{id}")),
    };
    Ok(shown(&outcome::page(&visit.frame, &view)))
}

/// Two runs of one county side by side, in the visitor's area.
pub(super) async fn compare(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let area = visit.area(Action::ListHouseholds, asked.area.as_deref())?;
    let w = visit.words();
    let wrong = || Fault::of(Kind::BadRequest);
    let (county, first) = asked.from.split_once('.').ok_or_else(wrong)?;
    let second = asked.to.strip_prefix(county).and_then(|rest| rest.strip_prefix('.')).ok_or_else(wrong)?;
    let mut tx = visit.site.service.db.read().await.map_err(app::Error::from)?;
    let from = run_of(&visit, &mut tx, area, county, first).await?;
    let to = run_of(&visit, &mut tx, area, county, second).await?;
    let totals = store::move_counts(&mut tx, county, (first, second), area).await?;
    let sum = |of: fn(Course) -> bool| count(totals.iter().filter(|(b, a, _)| of(course(b, a))).map(|(_, _, n)| n).sum());
    let mut some = store::moves(&mut tx, county, (first, second), area, &asked.after, PAGE + 1).await?;
    let more = some.len() > PAGE;
    some.truncate(PAGE);
    let next = some.last().filter(|_| more).map(|last| last.household.clone());
    drop(tx);
    let lines: Vec<HouseholdLine> = some.iter().map(|one| line(county, &one.household, &one.village)).collect();
    let heads = super::household_list::heads(&visit, &lines, Action::ListHouseholds, "").await?;
    let (mut entering, mut leaving, mut other) = (Vec::new(), Vec::new(), Vec::new());
    for (one, head) in some.iter().zip(heads) {
        let side = |side: &Option<(String, Grounds)>| side.as_ref().map_or(String::new(), |(word, _)| word.clone());
        match course(&side(&one.before), &side(&one.after)) {
            Course::Enters => entering.push(moved(&visit, one, head)),
            Course::Leaves => leaving.push(moved(&visit, one, head)),
            Course::Other | Course::Stays => other.push(moved(&visit, one, head)),
        }
    }
    let link = |run: &Run| Link::new(run.id.clone(), format!("/runs/{county}/{}", run.id));
    let view = Comparison {
        from: link(&from),
        to: link(&to),
        unchanged: sum(|course| course == Course::Stays),
        enter_count: sum(|course| course == Course::Enters),
        leave_count: sum(|course| course == Course::Leaves),
        other_count: sum(|course| course == Course::Other),
        entering,
        leaving,
        other,
        causes: differences(&from, &to).into_iter().map(|key| w.get(key).to_owned()).collect(),
        paging: Paging {
            base: format!("/runs/compare?area={area}&from={}&to={}", asked.from, asked.to),
            previous: None,
            next,
            total: None,
        },
    };
    Ok(shown(&page::comparison(&visit.frame, &view)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Course {
    Enters,
    Leaves,
    Other,
    Stays,
}

/// Into the programme or out of it, as far as a proposal can.
fn course(before: &str, after: &str) -> Course {
    let inside = |word: &str| matches!(word, "admit" | "keep");
    match (inside(before), inside(after)) {
        _ if before == after => Course::Stays,
        (false, true) => Course::Enters,
        (true, false) => Course::Leaves,
        (true, true) | (false, false) => Course::Other,
    }
}

fn moved(visit: &Visit, one: &Move, head: String) -> page::Move {
    let side = |side: &Option<(String, Grounds)>| side.as_ref().and_then(|(word, _)| proposal(word));
    let said = |side: &Option<(String, Grounds)>| side.as_ref().map_or_else(Vec::new, |(_, grounds)| reasons(visit, grounds));
    let known: Vec<String> = said(&one.before).into_iter().map(|reason| reason.text).collect();
    let new = said(&one.after).into_iter().map(|reason| reason.text).filter(|text| !known.contains(text));
    page::Move {
        household: Link::new(one.household.clone(), format!("/households/{}/{}", one.county, one.household)),
        head,
        village: visit.place_of(&one.village),
        before: side(&one.before),
        after: side(&one.after),
        why: new.collect::<Vec<_>>().join(" · "),
    }
}

/// What the runs themselves differ in.
fn differences(from: &Run, to: &Run) -> Vec<&'static str> {
    let differs = [
        (from.register != to.register, "run.other_data"),
        (from.as_of != to.as_of, "run.other_day"),
        (from.model != to.model, "run.other_model"),
        (from.programme != to.programme, "run.other_programme"),
    ];
    let mut keys: Vec<&'static str> = differs.into_iter().filter(|(differs, _)| *differs).map(|(_, key)| key).collect();
    if keys.is_empty() {
        keys.push("run.other_rules");
    }
    keys
}

/// What the latest run of an area waits for people to decide.
pub(super) async fn alerts(visit: &Visit, tx: &mut app::Tx, area: AreaCode) -> Result<Vec<crate::view::page::overview::Alert>, Fault> {
    let Some(run) = store::runs(tx, area, 1).await?.into_iter().next() else { return Ok(Vec::new()) };
    let counts = store::counts(tx, (&run.county, &run.id), area).await?;
    let alert = |(word, households): (String, i64)| {
        let proposal = proposal(&word).filter(|proposal| *proposal != Proposal::Keep)?;
        Some(crate::view::page::overview::Alert {
            title: proposal.text(visit.words()).to_owned(),
            href: format!("/runs/{}/{}?area={area}&proposal={word}", run.county, run.id),
            count: count(households),
            precision_per_mille: None,
        })
    };
    Ok(counts.into_iter().filter_map(alert).collect())
}

#[cfg(test)]
mod tests {
    use super::{Course, course};

    #[test]
    fn who_is_kept_or_admitted_is_inside() {
        let all = [("none", "admit"), ("", "keep"), ("admit", "keep"), ("keep", "review_removal"), ("keep", ""), ("verify", "none")];
        let seen = all.map(|(before, after)| match course(before, after) {
            Course::Enters => "enters",
            Course::Leaves => "leaves",
            Course::Other => "other",
            Course::Stays => "stays",
        });
        assert_eq!(seen, ["enters", "enters", "other", "leaves", "leaves", "other"]);
    }
}
