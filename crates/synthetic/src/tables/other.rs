//! Tables beside the register: measures, applications, ties and what was planted.

use crate::column::{Builder, Column};
use crate::row::{ApplicationRow, ContradictionRow, MeasureRow, TieRow, UnsurveyedRow};

pub(crate) fn measure(rows: &[MeasureRow]) -> Vec<Column> {
    let mut out = Builder::new(rows);
    out.serial("household", |row| row.household);
    out.code("measure", |row| Some(row.measure));
    out.date("started_on", |row| Some(row.started));
    out.date("ended_on", |row| row.ended);
    out.boolean("effect_recorded", |row| row.effect);
    out.money("income_effect", |row| row.gained);
    out.money("amount", |row| Some(row.amount));
    out.finish()
}

pub(crate) fn application(rows: &[ApplicationRow]) -> Vec<Column> {
    let mut out = Builder::new(rows);
    out.serial("household", |row| row.household);
    out.date("applied_on", |row| Some(row.applied));
    out.boolean("accepted", |row| row.accepted);
    out.date("decided_on", |row| row.decided);
    out.finish()
}

/// People the survey missed; not a table of the programme.
pub(crate) fn unsurveyed(rows: &[UnsurveyedRow]) -> Vec<Column> {
    let mut out = Builder::new(rows);
    out.serial("household", |row| row.household);
    out.boolean("surveyed", |row| Some(row.surveyed));
    out.text("identity", 18, |row, text| {
        text.push_str(row.subject.identity.as_str());
    });
    out.text("name", 9, |row, text| row.subject.name.write(text));
    out.area("village", |row| row.subject.village);
    out.boolean("poor", |row| Some(row.poor));
    out.money("true_income_per_head", |row| Some(row.per_head));
    out.code("true_cause", |row| row.poor.then_some(row.cause));
    out.finish()
}

/// What was planted; not a table of the programme.
pub(crate) fn contradiction(rows: &[ContradictionRow]) -> Vec<Column> {
    let mut out = Builder::new(rows);
    out.serial("household", |row| row.household);
    out.reference("person", |row| row.person);
    out.code("family", |row| Some(row.family));
    out.boolean("hidden", |row| Some(row.hidden));
    out.boolean("visible", |row| Some(row.visible));
    out.finish()
}

/// Who is tied to whom; not a table of the programme.
pub(crate) fn tie(rows: &[TieRow]) -> Vec<Column> {
    let mut out = Builder::new(rows);
    out.serial("household", |row| row.household);
    out.serial("other", |row| row.other);
    out.code("kind", |row| Some(row.kind));
    out.finish()
}
