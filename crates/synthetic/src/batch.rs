//! Rows gathered until a batch is full.

use crate::column::Sink;
use crate::error::Error;
use crate::row::{
    AllowanceRow, ApplicationRow, CompanyRow, ContradictionRow, DeathRow, DisabilityRow, HospitalRow, HouseholdRow, InsuranceRow,
    MeasureRow, MigrantRow, PayrollRow, PersonRow, PropertyRow, SchoolRow, TieRow, UnsurveyedRow, VehicleRow,
};
use crate::{summary::PartSummary, tables};

#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) households: Vec<HouseholdRow>,
    pub(crate) persons: Vec<PersonRow>,
    pub(crate) measures: Vec<MeasureRow>,
    pub(crate) applications: Vec<ApplicationRow>,
    pub(crate) vehicles: Vec<VehicleRow>,
    pub(crate) properties: Vec<PropertyRow>,
    pub(crate) companies: Vec<CompanyRow>,
    pub(crate) payroll: Vec<PayrollRow>,
    pub(crate) deaths: Vec<DeathRow>,
    pub(crate) insurance: Vec<InsuranceRow>,
    pub(crate) stays: Vec<HospitalRow>,
    pub(crate) disabilities: Vec<DisabilityRow>,
    pub(crate) pupils: Vec<SchoolRow>,
    pub(crate) migrants: Vec<MigrantRow>,
    pub(crate) allowances: Vec<AllowanceRow>,
    pub(crate) unsurveyed: Vec<UnsurveyedRow>,
    pub(crate) contradictions: Vec<ContradictionRow>,
    pub(crate) ties: Vec<TieRow>,
}

impl Batch {
    /// Hands every table that has rows to the sink and empties it.
    pub(crate) fn flush(&mut self, minimal: bool, sink: &mut dyn Sink, summary: &mut PartSummary) -> Result<(), Error> {
        macro_rules! hand_over {
            ($($name:literal, $rows:ident, $columns:expr;)+) => { $(
                if !self.$rows.is_empty() {
                    summary.count($name, self.$rows.len());
                    let columns = $columns;
                    sink.batch($name, columns)?;
                    self.$rows.clear();
                }
            )+ };
        }
        if !self.households.is_empty() {
            summary.count("household", self.households.len());
            sink.batch("household", tables::household::columns(&self.households, minimal))?;
            summary.count("truth", self.households.len());
            sink.batch("truth", tables::household::truth(&self.households))?;
            self.households.clear();
        }
        hand_over! {
            "person", persons, tables::person::columns(&self.persons, minimal);
            "measure", measures, tables::other::measure(&self.measures);
            "application", applications, tables::other::application(&self.applications);
            "vehicle", vehicles, tables::extract::vehicle(&self.vehicles);
            "property", properties, tables::extract::property(&self.properties);
            "company", companies, tables::extract::company(&self.companies);
            "payroll", payroll, tables::extract::payroll(&self.payroll);
            "death", deaths, tables::extract::death(&self.deaths);
            "insurance", insurance, tables::extract::insurance(&self.insurance);
            "hospital", stays, tables::extract::hospital(&self.stays);
            "disability", disabilities, tables::extract::disability(&self.disabilities);
            "school", pupils, tables::extract::school(&self.pupils);
            "migrant", migrants, tables::extract::migrant(&self.migrants);
            "allowance", allowances, tables::extract::allowance(&self.allowances);
            "unsurveyed", unsurveyed, tables::other::unsurveyed(&self.unsurveyed);
            "contradiction", contradictions, tables::other::contradiction(&self.contradictions);
            "tie", ties, tables::other::tie(&self.ties);
        }
        Ok(())
    }
}
