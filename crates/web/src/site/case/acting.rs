//! From what may be done to forms, and from a sent form to an act.

use std::collections::BTreeMap;

use app::cases::{self as process, Doing};
use axum::extract::{Form as Posted, Path};
use axum::response::Response;
use chrono::NaiveDate;
use programme::workflow::{Procedure, Step};
use registry::case::{Act, ActKind, Case, NextAct, Record, Tally};

use super::refusal::refusal_text;
use super::{Fault, Visit, case_view, see_other, seen, shown, step_title};
use crate::text::Words;
use crate::view::form::{Answer, Choice, Form, Problem, Question};
use crate::view::page::case as view;
use crate::view::page::failure::Kind;

pub(in crate::site) type Fields = Vec<(String, String)>;

/// A form for each thing that may be done now.
pub(super) fn actions(visit: &Visit, county: &str, case: &Case) -> Result<Vec<view::Action>, Fault> {
    let service = &visit.site.service;
    let procedure = process::procedure_of(service, case)?;
    let acts = process::next_acts(service, &visit.who, case)?;
    Ok(acts.iter().enumerate().map(|(place, next)| action(visit, county, case, procedure, (place, next))).collect())
}

fn action(visit: &Visit, county: &str, case: &Case, procedure: &Procedure, (place, next): (usize, &NextAct)) -> view::Action {
    let w = visit.words();
    let step = next.step.as_deref().and_then(|step| procedure.step(step));
    let mut form = Form::new(&format!("act{place}"), &format!("/cases/{county}/{}", case.id), visit.csrf(), &case.version.to_string());
    form.values.push(("from".to_owned(), visit.site.service.moment().on.to_string()));
    // What the form is about goes along with its key: the version the visitor saw, the act, the step, the objection.
    let objection = next.objection.map_or_else(String::new, |number| number.to_string());
    form.key = format!("{}.{}.{}.{objection}", case.version, next.kind.name(), next.step.as_deref().unwrap_or_default());
    let title = step.map_or_else(String::new, |step| format!("{}: ", step.title.pick(visit.frame.language)));
    let button = w.get(word(next.kind)).to_owned();
    view::Action { title: format!("{title}{button}"), form, questions: questions(visit, next, step), button, blocked: None }
}

/// What an act needs to be told.
pub(in crate::site) fn questions(visit: &Visit, next: &NextAct, step: Option<&Step>) -> Vec<Question> {
    let w = visit.words();
    let ask = |name: &str, key: &'static str, answer| Question { name: name.to_owned(), label: w.get(key).to_owned(), hint: None, answer };
    let text = |name: &str, key| ask(name, key, Answer::Text);
    match next.kind {
        ActKind::PublishNotice => vec![ask("from", "notice.from", Answer::Date)],
        ActKind::Object => vec![ask("text", "mine.text", Answer::Area)],
        ActKind::ResolveObjection => vec![ask("upheld", "act.upheld", Answer::Radios(yes_no(w))), text("finding", "act.finding")],
        ActKind::Reject | ActKind::Withdraw | ActKind::Escalate => vec![ask("reason", "common.reason", Answer::Area)],
        ActKind::Return => {
            let title = |to: &String| Choice::new(to.clone(), step_title(visit, &procedure_id(visit, next), to));
            vec![
                ask("to", "act.return_to", Answer::Select(next.to.iter().map(title).collect())),
                ask("reason", "common.reason", Answer::Area),
            ]
        }
        ActKind::OpenEvidence => Vec::new(),
        ActKind::Vote => {
            let mut questions = record_questions(visit, step);
            for (name, key) in [
                ("entitled", "meeting.entitled"),
                ("present", "meeting.present"),
                ("agree", "meeting.agree"),
                ("disagree", "meeting.disagree"),
                ("abstain", "meeting.abstain"),
            ] {
                questions.push(ask(name, key, Answer::Number));
            }
            questions
        }
        ActKind::Compare => {
            let mut questions = record_questions(visit, step);
            questions.push(ask("flagged", "act.flagged", Answer::Radios(yes_no(w))));
            questions
        }
        ActKind::Submit
        | ActKind::Visit
        | ActKind::CloseNotice
        | ActKind::Hear
        | ActKind::Review
        | ActKind::Approve
        | ActKind::Announce
        | ActKind::Enter => record_questions(visit, step),
    }
}

fn procedure_id(visit: &Visit, next: &NextAct) -> String {
    let holds = |procedure: &&Procedure| next.step.as_deref().is_some_and(|step| procedure.step(step).is_some());
    let procedures = visit.site.service.programme.procedures.iter().map(|held| &held.part);
    procedures.filter(holds).map(|procedure| procedure.name().to_owned()).next().unwrap_or_default()
}

fn yes_no(w: Words) -> Vec<Choice> {
    vec![Choice::new("yes", w.get("desk.yes")), Choice::new("no", w.get("desk.no"))]
}

/// Papers that are there, who came along, whose signature.
pub(in crate::site) fn record_questions(visit: &Visit, step: Option<&Step>) -> Vec<Question> {
    let (w, mut questions) = (visit.words(), Vec::new());
    let Some(step) = step else { return questions };
    if !step.documents.is_empty() {
        let choices =
            step.documents.iter().map(|document| Choice::new(document.get_ref().clone(), document_title(visit, document.get_ref())));
        let answer = Answer::Checks(choices.collect());
        questions.push(Question { name: "document".to_owned(), label: w.get("act.documents").to_owned(), hint: None, answer });
    }
    if step.people.is_some() {
        let hint = Some(w.get("act.persons_hint").to_owned());
        questions.push(Question { name: "persons".to_owned(), label: w.get("act.persons").to_owned(), hint, answer: Answer::Text });
    }
    if step.sign {
        questions.push(Question {
            name: "signature".to_owned(),
            label: w.get("act.signature").to_owned(),
            hint: None,
            answer: Answer::Text,
        });
    }
    questions
}

/// What a paper is called, by the programme's list.
pub(super) fn document_title(visit: &Visit, id: &str) -> String {
    let codes = visit.site.service.programme.code_list("document").into_iter().flat_map(|list| list.part.codes.iter());
    let known = codes.map(toml::Spanned::get_ref).find(|code| code.code == id);
    known.map_or_else(
        || id.replace('_', " "),
        |code| match visit.frame.language {
            kernel::Language::Zh => code.zh.clone(),
            kernel::Language::En => code.en.clone(),
        },
    )
}

pub(in crate::site) const fn word(kind: ActKind) -> &'static str {
    match kind {
        ActKind::Submit => "act.submit",
        ActKind::Visit => "act.visit",
        ActKind::Compare => "act.compare",
        ActKind::Vote => "act.vote",
        ActKind::PublishNotice => "act.publish",
        ActKind::Object => "act.object",
        ActKind::ResolveObjection => "act.resolve",
        ActKind::CloseNotice => "act.close_notice",
        ActKind::Hear => "act.hear",
        ActKind::Review => "act.review",
        ActKind::OpenEvidence => "act.open_evidence",
        ActKind::Approve => "act.approve",
        ActKind::Reject => "act.reject",
        ActKind::Return => "act.return",
        ActKind::Announce => "act.announce",
        ActKind::Enter => "act.enter",
        ActKind::Withdraw => "act.withdraw",
        ActKind::Escalate => "act.escalate",
    }
}

/// A sent form: done, or the same page with what is missing and every answer kept.
pub(in crate::site) async fn act(
    visit: Visit,
    Path((county, id)): Path<(String, String)>,
    Posted(fields): Posted<Fields>,
) -> Result<Response, Fault> {
    visit.check_csrf(field(&fields, "csrf"))?;
    let here = format!("/cases/{county}/{id}");
    let (version, act) = match read(&visit, &fields) {
        Ok(read) => read,
        Err(Unread::Fault(fault)) => return Err(fault),
        Err(Unread::Answer(problem)) => return again(&visit, (&county, &id), &fields, |_| Ok(problem)).await,
    };
    let doing = Doing { county: &county, case: &id, version, act: &act };
    let refusal = match process::act(&visit.site.service, &visit.who, doing).await {
        Ok(_) => return Ok(see_other(&here)),
        Err(app::Error::Registry(registry::Error::Case(refusal))) => refusal,
        Err(app::Error::Database(database_error)) => return Err(app::Error::Database(database_error).into()),
        Err(error) => return Err(error.into()),
    };
    again(&visit, (&county, &id), &fields, |case| {
        let text = refusal_text(&visit, process::procedure_of(&visit.site.service, case)?, &refusal);
        Ok(Problem { field: String::new(), text })
    })
    .await
}

/// The page of the case with what is wrong at the form that was sent, and all that was typed.
async fn again(
    visit: &Visit,
    (county, id): (&str, &str),
    fields: &Fields,
    wrong: impl FnOnce(&Case) -> Result<Problem, Fault>,
) -> Result<Response, Fault> {
    let (case, events) = seen(visit, county, id).await?;
    let problem = wrong(&case)?;
    let mut offered = actions(visit, county, &case)?;
    for action in offered.iter_mut().filter(|action| action.form.key == field(fields, "key")) {
        action.form.values.clone_from(fields);
        action.form.problems.push(problem.clone());
    }
    Ok(shown(&view::page(&visit.frame, &case_view(visit, county, &case, &events, offered).await?)))
}

/// Why a sent form stands for no act.
pub(in crate::site) enum Unread {
    /// An answer that somebody can mend.
    Answer(Problem),
    /// Nothing that our form sends.
    Fault(Fault),
}

impl From<Fault> for Unread {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

pub(in crate::site) fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str())
}

fn read(visit: &Visit, fields: &Fields) -> Result<(u64, Act), Unread> {
    let bad = || Fault::of(Kind::BadRequest);
    let key: Vec<&str> = field(fields, "key").split('.').collect();
    let [version, kind, step, objection] = key.as_slice() else { return Err(bad().into()) };
    let version = version.parse().map_err(|_odd| bad())?;
    let kinds: BTreeMap<&str, ActKind> = KINDS.into_iter().map(|kind| (kind.name(), kind)).collect();
    let kind = *kinds.get(kind).ok_or_else(bad)?;
    Ok((version, act_of(visit, fields, kind, (step, objection))?))
}

/// The act that a sent form stands for, at a step.
pub(in crate::site) fn act_of(visit: &Visit, fields: &Fields, kind: ActKind, (step, objection): (&str, &str)) -> Result<Act, Unread> {
    let bad = || Fault::of(Kind::BadRequest);
    let record = record(fields);
    let (step, reason) = (step.to_owned(), field(fields, "reason").to_owned());
    Ok(match kind {
        ActKind::Submit => Act::Submit { step, record },
        ActKind::Visit => Act::Visit { step, record },
        ActKind::Compare => Act::Compare { step, record, flagged: field(fields, "flagged") != "no" },
        ActKind::Vote => Act::Vote { step, record, tally: tally(visit.words(), fields)?, evidence: String::new() },
        ActKind::PublishNotice => Act::PublishNotice { step, from: day(visit.words(), fields, "from")? },
        ActKind::Object => Act::Object { by: visit.who.key(), text: field(fields, "text").to_owned() },
        ActKind::ResolveObjection => Act::ResolveObjection {
            objection: objection.parse().map_err(|_odd| bad())?,
            upheld: field(fields, "upheld") == "yes",
            finding: field(fields, "finding").to_owned(),
        },
        ActKind::CloseNotice => Act::CloseNotice { step, record },
        ActKind::Hear => Act::Hear { step, record },
        ActKind::Review => Act::Review { step, record },
        ActKind::OpenEvidence => Act::OpenEvidence,
        ActKind::Approve => Act::Approve { step, record, evidence: String::new() },
        ActKind::Reject => Act::Reject { step, reason, evidence: String::new() },
        ActKind::Return => Act::Return { step, to: field(fields, "to").to_owned(), reason },
        ActKind::Announce => Act::Announce { step, record },
        ActKind::Enter => Act::Enter { step, record },
        ActKind::Withdraw => Act::Withdraw { reason },
        ActKind::Escalate => Act::Escalate { step: Some(step).filter(|step| !step.is_empty()), reason },
    })
}

/// Papers, signature and names that a form brings.
pub(in crate::site) fn record(fields: &Fields) -> Record {
    let documents = fields.iter().filter(|(field, _)| field == "document").map(|(_, value)| value.clone()).collect();
    let persons = field(fields, "persons").split([',', '，', '、', ';']).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let signature = Some(field(fields, "signature").to_owned()).filter(|text| !text.is_empty());
    Record { documents, signature, persons: persons.collect() }
}

const KINDS: [ActKind; 18] = [
    ActKind::Submit,
    ActKind::Visit,
    ActKind::Compare,
    ActKind::Vote,
    ActKind::PublishNotice,
    ActKind::Object,
    ActKind::ResolveObjection,
    ActKind::CloseNotice,
    ActKind::Hear,
    ActKind::Review,
    ActKind::OpenEvidence,
    ActKind::Approve,
    ActKind::Reject,
    ActKind::Return,
    ActKind::Announce,
    ActKind::Enter,
    ActKind::Withdraw,
    ActKind::Escalate,
];

fn wrong(w: Words, field: &str, key: &'static str) -> Unread {
    Unread::Answer(Problem { field: field.to_owned(), text: w.get(key).to_owned() })
}

/// A day typed into a form.
fn day(w: Words, fields: &Fields, name: &str) -> Result<NaiveDate, Unread> {
    kernel::date::parse(field(fields, name)).ok_or_else(|| wrong(w, name, "act.wrong_day"))
}

/// Spaces and full-width digits are forgiven; nothing typed counts as none.
fn tally(w: Words, fields: &Fields) -> Result<Tally, Unread> {
    let number = |name: &str| -> Result<u32, Unread> {
        let text: String = kernel::text::fold(field(fields, name)).chars().filter(|c| !c.is_whitespace()).collect();
        if text.is_empty() { Ok(0) } else { text.parse().map_err(|_odd| wrong(w, name, "act.wrong_number")) }
    };
    Ok(Tally {
        entitled: number("entitled")?,
        present: number("present")?,
        agree: number("agree")?,
        disagree: number("disagree")?,
        abstain: number("abstain")?,
    })
}
