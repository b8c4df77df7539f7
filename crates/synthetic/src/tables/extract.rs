//! Tables of the departments.

use crate::column::{Builder, Column};
use crate::name;
use crate::row::{
    AllowanceRow, CompanyRow, DeathRow, DisabilityRow, HospitalRow, InsuranceRow, MigrantRow, PayrollRow, PropertyRow, SchoolRow, Subject,
    VehicleRow,
};

use super::digits;

fn begin<'a, R>(rows: &'a [R], subject: impl Fn(&R) -> &Subject + Copy) -> Builder<'a, R> {
    let mut out = Builder::new(rows);
    out.text("identity", 18, move |row, text| {
        text.push_str(subject(row).identity.as_str());
    });
    out.text("name", 9, move |row, text| subject(row).name.write(text));
    out.area("village", move |row| subject(row).village);
    out
}

pub(crate) fn vehicle(rows: &[VehicleRow]) -> Vec<Column> {
    let mut out = begin(rows, |row| &row.subject);
    out.text("plate", 20, |row, text| {
        text.push('虚');
        digits(text, row.plate);
    });
    out.code("vehicle_kind", |row| Some(row.kind));
    out.money("price", |row| Some(row.price));
    out.date("vehicle_since", |row| Some(row.since));
    out.finish()
}

pub(crate) fn property(rows: &[PropertyRow]) -> Vec<Column> {
    let mut out = begin(rows, |row| &row.subject);
    out.text("property", 20, |row, text| {
        text.push('F');
        digits(text, row.property);
    });
    out.code("property_kind", |row| Some(row.kind));
    out.quantity("area_m2", |row| Some(row.m2));
    out.date("bought_on", |row| Some(row.bought));
    out.finish()
}

pub(crate) fn company(rows: &[CompanyRow]) -> Vec<Column> {
    let mut out = begin(rows, |row| &row.subject);
    out.text("company", 40, |row, text| {
        name::write_company(row.key, text);
        text.push('（');
        digits(text, row.number % 1_000_000);
        text.push('）');
    });
    out.code("role", |row| Some(row.role));
    out.money("capital", |row| Some(row.capital));
    out.boolean("active", |row| Some(row.active));
    out.date("founded_on", |row| Some(row.founded));
    out.finish()
}

pub(crate) fn payroll(rows: &[PayrollRow]) -> Vec<Column> {
    let mut out = begin(rows, |row| &row.subject);
    out.text("employer", 15, |row, text| {
        text.push_str(name::office(row.office));
    });
    out.code("payroll_kind", |row| Some(row.kind));
    out.money("monthly_pay", |row| Some(row.pay));
    out.date("employed_since", |row| Some(row.since));
    out.finish()
}

pub(crate) fn death(rows: &[DeathRow]) -> Vec<Column> {
    let mut out = begin(rows, |row| &row.subject);
    out.date("died_on", |row| Some(row.died));
    out.finish()
}

pub(crate) fn insurance(rows: &[InsuranceRow]) -> Vec<Column> {
    let mut out = begin(rows, |row| &row.subject);
    out.code("insurance_kind", |row| Some(row.kind));
    out.integer("insured_year", |row| Some(row.year));
    out.boolean("paid", |row| Some(row.paid));
    out.finish()
}

pub(crate) fn hospital(rows: &[HospitalRow]) -> Vec<Column> {
    let mut out = begin(rows, |row| &row.subject);
    out.date("admitted_on", |row| Some(row.admitted));
    out.boolean("serious_illness", |row| Some(row.serious));
    out.money("total_cost", |row| Some(row.total));
    out.money("self_paid", |row| Some(row.paid));
    out.finish()
}

pub(crate) fn disability(rows: &[DisabilityRow]) -> Vec<Column> {
    let mut out = begin(rows, |row| &row.subject);
    out.text("certificate", 20, |row, text| {
        text.push_str(row.certificate.as_str());
    });
    out.code("disability_kind", |row| Some(row.kind));
    out.code("disability_level", |row| Some(row.level));
    out.date("issued_on", |row| Some(row.issued));
    out.finish()
}

pub(crate) fn school(rows: &[SchoolRow]) -> Vec<Column> {
    let mut out = begin(rows, |row| &row.subject);
    out.code("stage", |row| Some(row.stage));
    out.boolean("enrolled", |row| Some(row.left.is_none()));
    out.date("left_on", |row| row.left);
    out.boolean("subsidised", |row| Some(row.subsidised));
    out.finish()
}

pub(crate) fn migrant(rows: &[MigrantRow]) -> Vec<Column> {
    let mut out = begin(rows, |row| &row.subject);
    out.code("work_place", |row| Some(row.place));
    out.text("employer", 15, |row, text| {
        text.push_str(name::employer(row.employer));
    });
    out.integer("months", |row| Some(row.months));
    out.money("monthly_wage", |row| Some(row.wage));
    out.finish()
}

pub(crate) fn allowance(rows: &[AllowanceRow]) -> Vec<Column> {
    let mut out = begin(rows, |row| &row.subject);
    out.code("allowance_kind", |row| Some(row.kind));
    out.money("monthly_amount", |row| Some(row.monthly));
    out.date("allowed_since", |row| Some(row.since));
    out.finish()
}
