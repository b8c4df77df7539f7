//! Submissions of ODK and Kobo forms: each becomes the visit or the declaration that it is, once for its instance id.
//!
//! What cannot be read, or not be taken now, becomes a finding with its row and column; nothing of that submission is stored, so that it can
//! be corrected where it was filled in and handed in again.

pub mod store;
mod upload;
mod value;

use std::collections::BTreeMap;

use chrono::DateTime;
use kernel::{Finding, Place, Severity};
use programme::{StepKind, TableColumn};
use registry::case::{Case, Record, store as cases};
use registry::declaration::Answers;
use registry::household::Cells;
use registry::observation::{Observation, store as observations};

pub use upload::{Kind, MOST_BYTES, Upload, read};
pub use value::cell;

use crate::declaration::{self, Wrong};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::metrics::METRICS;
use crate::permission::{Action, Resource};
use crate::role::{HouseholdKey, Principal};
use crate::service::{Service, purpose};
use crate::token::sha256;
use crate::visiting::{Disputed, Findings, Outcome, record_in};
use store::Claim;

/// Which of our forms was filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Visit,
    Declaration,
}

impl Form {
    pub const ALL: [Self; 2] = [Self::Visit, Self::Declaration];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Declaration => "declaration",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == text)
    }
}

/// One submission as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Its place in the upload, counted from 1 (of a CSV file: with the header).
    pub row: u64,
    /// Answers by the names of their questions, without groups; what was left out is not there.
    pub fields: BTreeMap<String, String>,
    /// A photograph as base64 text.
    pub photo: Option<String>,
}

/// What became of an upload; every submission is in one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Instance ids.
    pub stored: Vec<String>,
    /// Handed in before, with the same answers.
    pub repeated: Vec<String>,
    /// Not stored: somebody else answered otherwise after the visit.
    pub disputed: Vec<(String, Vec<Disputed>)>,
    /// Not stored: what is wrong with them, and where.
    pub findings: Vec<Finding>,
}

/// Takes an upload in, submission by submission; what fails for want of a database can be handed in again as it is.
pub async fn take(service: &Service, who: &Principal, form: Form, upload: &Upload) -> Result<Report> {
    let mut report = Report::default();
    for submission in &upload.submissions {
        let mut row = Row { service, file: &upload.name, submission, found: Vec::new() };
        let Some(instance) = row.instance() else {
            report.findings.append(&mut row.found);
            continue;
        };
        let taken = match form {
            Form::Visit => visited(&mut row, who, &instance).await?,
            Form::Declaration => declared(&mut row, who, &instance).await?,
        };
        match taken {
            Some(Taken::Stored) => report.stored.push(instance),
            Some(Taken::Repeated) => report.repeated.push(instance),
            Some(Taken::Disputed(fields)) => report.disputed.push((instance, fields)),
            None => {}
        }
        report.findings.append(&mut row.found);
    }
    Ok(report)
}

enum Taken {
    Stored,
    Repeated,
    Disputed(Vec<Disputed>),
}

/// One submission on its way, with what is wrong with it.
struct Row<'a> {
    service: &'a Service,
    file: &'a str,
    submission: &'a Submission,
    found: Vec<Finding>,
}

impl Row<'_> {
    fn get(&self, name: &str) -> &str {
        self.submission.fields.get(name).map_or("", |text| text.trim())
    }

    fn wrong(&mut self, code: &str, column: &str, found: &str, expected: &str) {
        let place = Place { file: self.file.to_owned(), row: self.submission.row, column: column.to_owned() };
        self.found.push(Finding::new(code, Severity::Error, place, found, expected));
    }

    /// What names the submission wherever it is handed in.
    fn instance(&mut self) -> Option<String> {
        let named = ["instanceID", "__id", "KEY", "_uuid"].into_iter().map(|name| self.get(name)).find(|text| !text.is_empty());
        let named = named.filter(|text| text.len() <= 100 && text.chars().all(|c| c.is_ascii_graphic())).map(str::to_owned);
        if named.is_none() {
            self.wrong("FP0601", "instanceID", "", "uuid:…");
        }
        named
    }

    /// Over the answers that count: exports add columns of their own, which change.
    fn digest(&self, form: Form, names: &[&str]) -> Vec<u8> {
        let mut bytes = form.name().as_bytes().to_vec();
        for text in names.iter().flat_map(|name| [*name, self.get(name)]) {
            bytes.extend(text.len().to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        sha256(&bytes)
    }
}

/// Columns that the visit's form asks for.
#[must_use]
pub fn questions(programme: &programme::Programme) -> Vec<&TableColumn> {
    let table = programme.table(programme.view.base.get_ref());
    let names = programme.visits.iter().flat_map(|section| &section.part.columns);
    names.filter_map(|name| table?.part.column(name.get_ref())).collect()
}

async fn visited(row: &mut Row<'_>, who: &Principal, instance: &str) -> Result<Option<Taken>> {
    let service = row.service;
    let (county, case) = (row.get("county").to_owned(), row.get("case").to_owned());
    let Some((case, step)) = due(row, who, &county, &case).await? else { return Ok(None) };
    let columns = questions(&service.programme);
    let mut cells = Cells::new();
    for column in &columns {
        let text = row.get(column.name()).to_owned();
        if text.is_empty() {
            continue;
        }
        match cell(&service.programme, column, &text) {
            Ok(cell) => drop(cells.insert(column.name().to_owned(), cell)),
            Err((code, expected)) => row.wrong(code, column.name(), &text, &expected),
        }
    }
    if !row.found.is_empty() {
        return Ok(None);
    }
    let mut names = vec!["county", "case", "persons"];
    names.extend(columns.iter().map(|column| column.name()));
    let digest = row.digest(Form::Visit, &names);
    let moment = service.moment();
    let mut tx = service.db.begin().await?;
    match store::claim(&mut tx, instance, Form::Visit, &digest, &who.key(), moment.at).await? {
        Claim::New => {}
        Claim::Same => return Ok(Some(Taken::Repeated)),
        Claim::Other => return Ok(other(row, instance)),
    }
    let known = observations::list(&mut tx, &county, &case.household).await?;
    let persons = row.get("persons").split([',', '，', '、', ';']).map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let procedure = crate::cases::procedure_of(service, &case)?;
    let documents = procedure.step(&step).into_iter().flat_map(|step| &step.documents).map(|document| document.get_ref().clone());
    let record = Record { documents: documents.collect(), signature: None, persons: persons.collect() };
    let photo = row.submission.photo.clone();
    let findings = Findings { county: &county, case: &case.id, step: &step, seen: seen(row, &known), cells, record, photo };
    match record_in(service, &mut tx, who, &findings, moment).await {
        Ok(Outcome::Stored) => {
            tx.commit().await?;
            METRICS.acted(registry::case::ActKind::Visit);
            Ok(Some(Taken::Stored))
        }
        // The claim goes with the transaction: it can be handed in again.
        Ok(Outcome::Disputed { fields, .. }) => Ok(Some(Taken::Disputed(fields))),
        Err(error) => refused(row, "case", &case.id, error),
    }
}

/// The case and its step that is a visit, for who may visit there; who may not is told as much as of a case that does not exist.
async fn due(row: &mut Row<'_>, who: &Principal, county: &str, id: &str) -> Result<Option<(Case, String)>> {
    let service = row.service;
    let mut tx = service.db.read().await?;
    let sound = |text: &str| !text.is_empty() && text.len() <= 64 && !text.chars().any(char::is_control);
    let loaded =
        if sound(county) && sound(id) { cases::load(&mut tx, county, id).await } else { Err(registry::Error::NoCase(id.to_owned())) };
    let case = match loaded {
        Ok((case, _)) => case,
        Err(registry::Error::NoCase(_)) => {
            row.wrong("FP0602", "case", id, "the number of an open case, with its county");
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let resource = Resource::of_household(case.area, HouseholdKey::new(crate::cases::county(county)?, &case.household));
    let allowed = service.permit(who, Action::RecordVisit, &resource, purpose(who)).is_ok();
    let procedure = crate::cases::procedure_of(service, &case)?;
    match procedure.step.iter().find(|step| step.kind == StepKind::Visit).filter(|_| allowed) {
        Some(step) => Ok(Some((case.clone(), step.name().to_owned()))),
        None => {
            row.wrong("FP0602", "case", id, "the number of an open case, with its county");
            Ok(None)
        }
    }
}

/// What the visitor could know: everything that stood there when the form was begun.
fn seen(row: &Row<'_>, known: &[Observation]) -> i64 {
    let began = DateTime::parse_from_rfc3339(row.get("start")).map(|began| began.timestamp_micros());
    let before = |began: i64| known.iter().filter(|one| one.at <= began).map(|one| one.number).max();
    began.ok().and_then(before).unwrap_or(0)
}

async fn declared(row: &mut Row<'_>, who: &Principal, instance: &str) -> Result<Option<Taken>> {
    let service = row.service;
    let folded = |text: &str| kernel::text::fold(text).trim().to_owned();
    let answers = Answers {
        name: row.get("name").to_owned(),
        telephone: folded(row.get("telephone")),
        identity: folded(row.get("identity")).to_uppercase(),
        village: folded(row.get("village")),
        difficulty: row.get("difficulty").to_owned(),
        risk: row.get("risk").to_owned(),
    };
    for (field, wrong) in declaration::check(&answers) {
        // What was typed here may name somebody: only the place is told.
        let (code, expected) = match wrong {
            Wrong::Missing => ("FP0105", "an answer"),
            Wrong::Telephone => ("FP0124", "7 to 15 digits"),
            Wrong::Identity => ("FP0108", "the 18 characters of the card, or nothing"),
            Wrong::Village => ("FP0110", "the twelve digits of a village"),
        };
        row.wrong(code, field, "", expected);
    }
    if !row.found.is_empty() {
        return Ok(None);
    }
    let digest = row.digest(Form::Declaration, &["name", "telephone", "identity", "village", "difficulty", "risk"]);
    let mut tx = service.db.read().await?;
    match store::find(&mut tx, instance, Form::Declaration, &digest).await? {
        Claim::New => {}
        Claim::Same => return Ok(Some(Taken::Repeated)),
        Claim::Other => return Ok(other(row, instance)),
    }
    drop(tx);
    // First the declaration, which is kept once for this key; then that the instance is known.
    if let Err(error) = declaration::declare(service, who, &answers, &format!("odk {instance}"), "").await {
        return refused(row, "village", "", error);
    }
    let mut tx = service.db.begin().await?;
    store::claim(&mut tx, instance, Form::Declaration, &digest, &who.key(), service.now()).await?;
    tx.commit().await?;
    Ok(Some(Taken::Stored))
}

fn other(row: &mut Row<'_>, instance: &str) -> Option<Taken> {
    row.wrong("FP0604", "instanceID", instance, "the same answers, or a new submission");
    None
}

/// What the rules refuse is a finding; what may work later ends the import.
fn refused(row: &mut Row<'_>, column: &str, found: &str, error: Error) -> Result<Option<Taken>> {
    match error.kind() {
        ErrorKind::Invalid | ErrorKind::Denied | ErrorKind::NotFound | ErrorKind::Conflict => {
            row.wrong("FP0603", column, found, &error.to_string());
            Ok(None)
        }
        ErrorKind::Unavailable | ErrorKind::Internal => Err(error),
    }
}

#[cfg(test)]
mod tests;
