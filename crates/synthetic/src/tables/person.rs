//! Table `person`.

use crate::codes::{DisabilityKind, DisabilityLevel, JobChannel};
use crate::column::{Builder, Column};
use crate::name;
use crate::person::Insured;
use crate::row::PersonRow;

pub(crate) fn columns(rows: &[PersonRow], minimal: bool) -> Vec<Column> {
    let mut out = Builder::new(rows);
    out.serial("household", |row| row.household);
    out.serial("person", |row| row.serial);
    out.code("sex", |row| Some(row.facts.sex));
    out.date("born_on", |row| Some(row.facts.born));
    out.code("relation", |row| Some(row.facts.relation));
    out.code("education", |row| row.facts.education);
    out.code("student", |row| Some(row.facts.student));
    out.code("health", |row| Some(row.facts.health()));
    out.code("labour", |row| Some(row.facts.labour));
    out.integer("work_months", |row| Some(row.facts.work.map_or(0, |work| work.months)));
    out.boolean("medical_resident", |row| Some(row.facts.medical == Insured::Resident));
    out.boolean("medical_employee", |row| Some(row.facts.medical == Insured::Employee));
    out.boolean("absent", |row| Some(row.absent));
    if !minimal {
        identities(&mut out);
        rest(&mut out);
    }
    out.finish()
}

fn identities(out: &mut Builder<'_, PersonRow>) {
    out.text("name", 9, |row, text| row.facts.name.write(text));
    out.text("identity", 18, |row, text| {
        if let Some(identity) = &row.identity {
            text.push_str(identity.as_str());
        }
    });
    out.text("certificate", 1, |row, text| {
        if let Some(certificate) = &row.certificate {
            text.push_str(certificate.as_str());
        }
    });
    out.text("ethnicity", 6, |row, text| {
        text.push_str(name::ethnicity(row.ethnicity));
    });
    out.code("politics", |row| Some(row.facts.politics));
}

fn rest(out: &mut Builder<'_, PersonRow>) {
    out.code("dropout_reason", |row| row.facts.dropout);
    out.code::<DisabilityKind>("disability_kind", |row| Some(row.facts.disability?.kind));
    out.code::<DisabilityLevel>("disability_level", |row| Some(row.facts.disability?.level));
    out.date("certified_on", |row| row.facts.disability?.certified);
    out.boolean("mandarin", |row| Some(row.facts.mandarin));
    out.code("work_place", |row| Some(row.facts.work?.place));
    out.text("employer", 6, |row, text| {
        if let Some(work) = row.facts.work {
            text.push_str(name::employer(work.employer));
        }
    });
    out.code("job_channel", |row| {
        let public = (row.facts.public_months > 0).then_some(JobChannel::PublicJob);
        row.facts.work.map(|work| work.channel).or(public)
    });
    out.boolean("public_job", |row| Some(row.facts.public_months > 0));
    out.integer("public_job_months", |row| Some(row.facts.public_months));
    out.money("monthly_wage", |row| row.monthly_wage);
    out.boolean("serious_illness_insured", |row| Some(row.facts.serious_insured));
    out.boolean("pension_resident", |row| Some(row.facts.pension == Insured::Resident));
    out.boolean("pension_employee", |row| Some(row.facts.pension == Insured::Employee));
    out.boolean("minimum_living", |row| Some(row.facts.minimum_living));
    out.boolean("extreme_support", |row| Some(row.facts.extreme_support));
    out.boolean("medical_aid", |row| Some(row.facts.medical_aid));
    out.boolean("unsupported_child", |row| Some(row.facts.unsupported));
}
