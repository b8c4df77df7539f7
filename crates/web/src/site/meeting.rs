//! The village meeting: one sheet for all households that are voted on.

use app::Action;
use app::cases::Doing;
use axum::extract::Form as Posted;
use axum::response::Response;
use programme::StepKind;
use registry::case::store::{CaseFilter, CaseLine, list, load};
use registry::case::{Act, ActKind, Case, NextAct, Tally};

use super::case::acting::{Fields, field, questions, record};
use super::case::{heads, procedure_title, step_title};
use super::{Fault, Visit, see_other, shown};
use crate::view::form::{Form, Problem, Question};
use crate::view::page::meeting::{Meeting, Subject, page};
use crate::view::page::outcome::{self, Outcome};
use crate::view::part::Link;

/// Households on a sheet.
const PAGE: usize = 100;

/// A case that can be voted on now, and where.
struct Vote {
    line: CaseLine,
    case: Case,
    next: NextAct,
}

impl Vote {
    fn step(&self) -> &str {
        self.next.step.as_deref().unwrap_or_default()
    }
}

async fn votes(visit: &Visit) -> Result<Vec<Vote>, Fault> {
    let area = visit.area(Action::ViewCase, None)?;
    let service = &visit.site.service;
    let steps = service.programme.procedures.iter().flat_map(|held| held.part.step.iter());
    let steps: std::collections::BTreeSet<&str> =
        steps.filter(|step| step.kind == StepKind::Evaluation).map(programme::Step::name).collect();
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let mut found = Vec::new();
    for step in steps {
        for line in list(&mut tx, CaseFilter { area, step, state: "open", due_before: "" }, None, PAGE).await? {
            let (case, _) = load(&mut tx, &line.county, &line.id).await?;
            let acts = app::cases::next_acts(service, &visit.who, &case)?;
            if let Some(next) = acts.into_iter().find(|act| act.kind == ActKind::Vote) {
                found.push(Vote { line, case, next });
            }
        }
    }
    found.truncate(PAGE);
    Ok(found)
}

pub(super) async fn form(visit: Visit) -> Result<Response, Fault> {
    if visit.token.is_none() {
        return Ok(see_other("/sign-in"));
    }
    let found = votes(&visit).await?;
    shown_form(&visit, &found, &Vec::new(), Vec::new()).await
}

async fn shown_form(visit: &Visit, found: &[Vote], sent: &Fields, problems: Vec<Problem>) -> Result<Response, Fault> {
    let area = visit.area(Action::ViewCase, None)?;
    let mut form = Form::new("meeting", "/meetings", visit.csrf(), "");
    form.values.clone_from(sent);
    form.problems = problems;
    let lines: Vec<CaseLine> = found.iter().map(|one| one.line.clone()).collect();
    let heads = heads(visit, &lines).await?;
    let subject = |(one, head): (&Vote, String)| Subject {
        id: one.case.id.clone(),
        head: format!("{head} {}", one.case.household),
        motion: format!("{} · {}", procedure_title(visit, &one.case.procedure), step_title(visit, &one.case.procedure, one.step())),
        version: one.case.version,
    };
    let subjects = found.iter().zip(heads).map(subject).collect();
    let view = Meeting { village: visit.place(area), form, papers: papers(visit, found), subjects };
    Ok(shown(&page(&visit.frame, &view)))
}

/// Papers, people and signature that the steps ask for, each once; the votes stand at each household.
fn papers(visit: &Visit, found: &[Vote]) -> Vec<Question> {
    let mut papers: Vec<Question> = Vec::new();
    for one in found {
        let procedure = app::cases::procedure_of(&visit.site.service, &one.case).ok();
        let step = procedure.and_then(|procedure| procedure.step(one.step()));
        for question in questions(visit, &one.next, step) {
            let paper = matches!(question.name.as_str(), "document" | "persons" | "signature");
            if paper && papers.iter().all(|known| known.name != question.name) {
                papers.push(question);
            }
        }
    }
    papers
}

/// Spaces and full-width digits are forgiven.
fn number(fields: &Fields, name: &str) -> Option<u32> {
    let text: String = kernel::text::fold(field(fields, name)).chars().filter(|c| !c.is_whitespace()).collect();
    text.parse().ok()
}

pub(super) async fn hold(visit: Visit, Posted(fields): Posted<Fields>) -> Result<Response, Fault> {
    visit.check_csrf(field(&fields, "csrf"))?;
    let w = visit.words();
    let found = votes(&visit).await?;
    let (mut problems, mut acts) = (Vec::new(), Vec::new());
    let wrong = |name: &str, key: &'static str| Problem { field: name.to_owned(), text: w.get(key).to_owned() };
    let both = (number(&fields, "entitled"), number(&fields, "present"));
    for (name, value) in [("entitled", both.0), ("present", both.1)] {
        if value.is_none() {
            problems.push(wrong(name, "meeting.number_missing"));
        }
    }
    for one in &found {
        let id = &one.case.id;
        let names = [format!("agree-{id}"), format!("disagree-{id}"), format!("abstain-{id}")];
        // A household whose votes are all left empty was not voted on this time.
        if names.iter().all(|name| field(&fields, name).trim().is_empty()) {
            continue;
        }
        let votes: Vec<u32> = names.iter().filter_map(|name| number(&fields, name)).collect();
        let (first, ([agree, disagree, abstain], Some(entitled), Some(present))) = (names.first(), (votes.as_slice(), both.0, both.1))
        else {
            problems.extend(names.iter().filter(|name| number(&fields, name).is_none()).map(|name| wrong(name, "meeting.number_missing")));
            continue;
        };
        if u64::from(*agree) + u64::from(*disagree) + u64::from(*abstain) != u64::from(present) {
            problems.extend(first.map(|name| wrong(name, "meeting.rule")));
        }
        let tally = Tally { entitled, present, agree: *agree, disagree: *disagree, abstain: *abstain };
        let step = one.step().to_owned();
        // The version that the sheet showed: who filled it in before a change must look again.
        let version = field(&fields, &format!("version-{id}")).parse().unwrap_or(0);
        acts.push((one, version, Act::Vote { step, record: record(&fields), tally, evidence: String::new() }));
    }
    if problems.is_empty() && acts.is_empty() {
        problems.push(wrong("", "meeting.nothing"));
    }
    if !problems.is_empty() {
        return shown_form(&visit, &found, &fields, problems).await;
    }
    let mut rows = Vec::with_capacity(acts.len());
    for (one, version, act) in acts {
        let became = super::together::one(&visit, Doing { county: &one.line.county, case: &one.case.id, version, act: &act }).await?;
        rows.push((Link::new(one.case.household.clone(), format!("/cases/{}/{}", one.line.county, one.case.id)), became, None));
    }
    let view = Outcome {
        title: w.get("meeting.results").to_owned(),
        menu: crate::view::layout::Menu::Meeting,
        trail: Vec::new(),
        subject: w.get("household.number").to_owned(),
        rows,
        back: Link::new(w.get("meeting.back"), "/meetings"),
    };
    Ok(shown(&outcome::page(&visit.frame, &view)))
}
