//! The desk of one case: how far it is, what may be done now, and on what evidence.

use chrono::{NaiveDate, NaiveDateTime};
use maud::{Markup, html};

use super::word::{Proposal, StepState};
use crate::text::Words;
use crate::view::form::{Form, Question, open, problems, question, submit};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::{Event, Link, Tone, due, events, note, section, tag};
use crate::view::table::{Column, Row, plain, table};

/// A case as somebody who may act on it sees it.
#[derive(Debug, Clone)]
pub struct Case {
    pub number: String,
    /// What is to be decided, e.g. admission.
    pub subject: String,
    pub household: Link,
    pub trail: Vec<Link>,
    pub today: NaiveDate,
    pub proposal: Option<Proposal>,
    pub steps: Vec<Step>,
    pub actions: Vec<Action>,
    pub changes: Vec<Change>,
    pub evidence: Vec<Evidence>,
    pub votes: Option<Votes>,
    pub notice: Option<NoticeState>,
    pub objections: Vec<Objection>,
    pub timeline: Vec<Event>,
}

/// A step of the procedure as far as this case is.
#[derive(Debug, Clone)]
pub struct Step {
    pub title: String,
    pub actor: String,
    pub state: StepState,
    /// The last day of its term; absent before the clock runs.
    pub due_on: Option<NaiveDate>,
    /// Outcome, with who and when.
    pub outcome: Option<String>,
}

/// What may be done now: a form, or why not yet.
#[derive(Debug, Clone)]
pub struct Action {
    pub title: String,
    pub form: Form,
    pub questions: Vec<Question>,
    /// Words on the button.
    pub button: String,
    /// Why it cannot be done yet, and what is missing.
    pub blocked: Option<String>,
}

/// A difference to the last version.
#[derive(Debug, Clone)]
pub struct Change {
    pub name: String,
    pub before: String,
    pub after: String,
}

/// A piece of evidence, and whether the visitor has opened it.
#[derive(Debug, Clone)]
pub struct Evidence {
    pub title: String,
    pub href: String,
    pub source: String,
    pub on: NaiveDate,
    pub opened_at: Option<NaiveDateTime>,
    /// Must be opened before deciding.
    pub required: bool,
}

/// The result of the village meeting.
#[derive(Debug, Clone)]
pub struct Votes {
    pub held_on: NaiveDate,
    pub entitled: u64,
    pub present: u64,
    pub agree: u64,
    pub disagree: u64,
    pub abstain: u64,
    pub minutes: Option<Link>,
}

/// The public notice of the case.
#[derive(Debug, Clone)]
pub struct NoticeState {
    pub notice: Link,
    pub from: NaiveDate,
    pub until: NaiveDate,
}

/// An objection or an appeal.
#[derive(Debug, Clone)]
pub struct Objection {
    pub number: String,
    pub href: String,
    pub on: NaiveDate,
    pub text: String,
    pub state: String,
    /// Still to be answered.
    pub open: bool,
}

#[must_use]
pub fn page(frame: &Frame, view: &Case) -> Markup {
    let w = frame.words();
    let failed = view.actions.iter().any(|action| action.form.failed());
    let body = html! {
        @for action in &view.actions { (problems(&action.form, w)) }
        p.state {
            (view.household.show()) " " span.soft { (view.number) }
            @if let Some(proposal) = view.proposal { " " (w.get("household.proposal")) " " (proposal.show(w)) }
        }
        (section("steps", w.get("case.steps"), &steps(w, view)))
        (section("now", w.get("case.now"), &actions(w, &view.actions)))
        (section("changes", w.get("case.changes"), &changes(w, &view.changes)))
        (section("evidence", w.get("case.evidence"), &evidence(w, &view.evidence)))
        div.pair {
            (section("votes", w.get("case.votes"), &votes(w, view.votes.as_ref())))
            (section("notice", w.get("case.notice"), &notice(w, view)))
        }
        (section("objections", w.get("case.objections"), &objections(w, &view.objections)))
        (section("timeline", w.get("household.timeline"), &events(w, &view.timeline)))
    };
    let head = Head::new(&view.subject).at(Menu::Cases).under(view.trail.clone()).failed(failed);
    desk(frame, &Head { wide: true, ..head }, &body)
}

fn steps(w: Words, view: &Case) -> Markup {
    html! {
        ol.steps {
            @for step in &view.steps {
                li aria-current=[matches!(step.state, StepState::Now | StepState::Late).then_some("step")] {
                    strong { (step.title) } " " (step.state.show(w)) " " span.soft { (step.actor) }
                    @if let Some(day) = step.due_on {
                        @match step.state {
                            StepState::Now | StepState::Late => { " " (w.get("case.due")) " " (due(w, day, view.today)) },
                            StepState::Done | StepState::Waiting | StepState::Skipped => { " " span.soft { (w.get("case.due")) " " (w.day(day)) } },
                        }
                    }
                    @if let Some(outcome) = &step.outcome { p { (outcome) } }
                }
            }
        }
    }
}

fn actions(w: Words, actions: &[Action]) -> Markup {
    html! {
        @if actions.is_empty() { p.empty { (w.get("case.nothing_to_do")) } }
        @for action in actions {
            div.action {
                h3 { (action.title) }
                @match &action.blocked {
                    Some(why) => (note(Tone::Warning, why)),
                    None => (open(&action.form, &html! {
                        @for asked in &action.questions { (question(&action.form, asked, w)) }
                        (submit(&action.button))
                    })),
                }
            }
        }
    }
}

pub(super) fn changes(w: Words, changes: &[Change]) -> Markup {
    let rows: Vec<Row> = changes
        .iter()
        .map(|change| Row::new(vec![html! { (change.name) }, html! { del { (change.before) } }, html! { ins { (change.after) } }]))
        .collect();
    let columns = [
        Column::new("fact", w.get("household.fact")),
        Column::new("before", w.get("case.before")),
        Column::new("after", w.get("case.after")),
    ];
    table(w, w.get("case.changes_caption"), &columns, &rows)
}

fn evidence(w: Words, evidence: &[Evidence]) -> Markup {
    let columns = [
        Column::new("title", w.get("case.piece")),
        Column::new("source", w.get("common.source")),
        Column::new("on", w.get("common.day")),
        Column::new("opened", w.get("case.opened")),
    ];
    let rows: Vec<Row> = evidence
        .iter()
        .map(|piece| {
            let opened = html! {
                @match piece.opened_at {
                    Some(at) => (tag(Tone::Good, &w.fill("case.opened_at", &[("at", &w.moment(at))]))),
                    None if piece.required => (tag(Tone::Bad, w.get("case.must_open"))),
                    None => (w.get("case.not_opened")),
                }
            };
            Row::new(vec![html! { a href=(piece.href) { (piece.title) } }, html! { (piece.source) }, html! { (w.day(piece.on)) }, opened])
        })
        .collect();
    table(w, w.get("case.evidence"), &columns, &rows)
}

fn votes(w: Words, votes: Option<&Votes>) -> Markup {
    let Some(votes) = votes else { return html! { p.empty { (w.get("case.no_meeting")) } } };
    let rows: Vec<Vec<String>> = [
        ("meeting.entitled", votes.entitled),
        ("meeting.present", votes.present),
        ("meeting.agree", votes.agree),
        ("meeting.disagree", votes.disagree),
        ("meeting.abstain", votes.abstain),
    ]
    .into_iter()
    .map(|(key, count)| vec![w.get(key).to_owned(), w.count(count)])
    .collect();
    let caption = w.fill("case.held_on", &[("date", &w.date(votes.held_on))]);
    html! {
        (plain(w, &caption, &[w.get("meeting.who"), w.get("meeting.count")], &rows, true))
        @if let Some(minutes) = &votes.minutes { p { (minutes.show()) } }
    }
}

fn notice(w: Words, view: &Case) -> Markup {
    html! {
        @match &view.notice {
            Some(state) => {
                p { (state.notice.show()) " " (w.day(state.from)) "–" (w.day(state.until)) }
                @if state.until >= view.today { p { (w.get("case.notice_ends")) " " (due(w, state.until, view.today)) } }
            },
            None => p.empty { (w.get("case.no_notice")) },
        }
    }
}

fn objections(w: Words, objections: &[Objection]) -> Markup {
    let columns = [
        Column::new("number", w.get("case.objection")),
        Column::new("on", w.get("common.day")),
        Column::new("text", w.get("case.text")),
        Column::new("state", w.get("case.state")),
    ];
    let rows: Vec<Row> = objections
        .iter()
        .map(|one| {
            let state = tag(if one.open { Tone::Warning } else { Tone::Plain }, &one.state);
            Row::new(vec![html! { a href=(one.href) { (one.number) } }, html! { (w.day(one.on)) }, html! { (one.text) }, state])
        })
        .collect();
    table(w, w.get("case.objections"), &columns, &rows)
}
