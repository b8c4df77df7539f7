//! Rows as they are gathered before they become columns.

use crate::codes::{
    Cause, CompanyRole, DisabilityKind, DisabilityLevel, Family, HouseholdKind, InsuranceKind, Measure, PayrollKind, PropertyKind,
    SchoolStage, TieKind, VehicleKind, WorkPlace,
};
use crate::declare::Declared;
use crate::household::Household;
use crate::identity::Number;
use crate::listing::Listing;
use crate::name::Name;
use crate::person::Person;

#[derive(Clone, Copy, Debug)]
pub(crate) struct HouseholdRow {
    pub(crate) serial: i64,
    pub(crate) village: i64,
    pub(crate) truth: Household,
    pub(crate) listing: Listing,
    pub(crate) declared: Declared,
    pub(crate) phone: u64,
    /// Position of the village and number of its enumerator.
    pub(crate) enumerator: (u32, u32),
    pub(crate) surveyed_on: i32,
    pub(crate) helper: Option<(Name, i32)>,
}

/// A person as declared: `facts` is a copy into which mistakes were made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PersonRow {
    pub(crate) household: i64,
    pub(crate) serial: i64,
    pub(crate) facts: Person,
    pub(crate) identity: Option<Number>,
    pub(crate) certificate: Option<Number>,
    pub(crate) ethnicity: u8,
    /// Fen a month as declared.
    pub(crate) monthly_wage: Option<i64>,
    pub(crate) absent: bool,
}

/// Who an extract's row is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject {
    pub(crate) identity: Number,
    pub(crate) name: Name,
    pub(crate) village: i64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct VehicleRow {
    pub(crate) subject: Subject,
    pub(crate) plate: u64,
    pub(crate) kind: VehicleKind,
    pub(crate) price: i64,
    pub(crate) since: i32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PropertyRow {
    pub(crate) subject: Subject,
    pub(crate) property: u64,
    pub(crate) kind: PropertyKind,
    pub(crate) m2: f64,
    pub(crate) bought: i32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct CompanyRow {
    pub(crate) subject: Subject,
    pub(crate) key: u32,
    pub(crate) number: u64,
    pub(crate) role: CompanyRole,
    pub(crate) capital: i64,
    pub(crate) active: bool,
    pub(crate) founded: i32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PayrollRow {
    pub(crate) subject: Subject,
    pub(crate) office: u8,
    pub(crate) kind: PayrollKind,
    pub(crate) pay: i64,
    pub(crate) since: i32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct DeathRow {
    pub(crate) subject: Subject,
    pub(crate) died: i32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct InsuranceRow {
    pub(crate) subject: Subject,
    pub(crate) kind: InsuranceKind,
    pub(crate) year: i32,
    pub(crate) paid: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct HospitalRow {
    pub(crate) subject: Subject,
    pub(crate) admitted: i32,
    pub(crate) serious: bool,
    pub(crate) total: i64,
    pub(crate) paid: i64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct DisabilityRow {
    pub(crate) subject: Subject,
    pub(crate) certificate: Number,
    pub(crate) kind: DisabilityKind,
    pub(crate) level: DisabilityLevel,
    pub(crate) issued: i32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SchoolRow {
    pub(crate) subject: Subject,
    pub(crate) stage: SchoolStage,
    pub(crate) left: Option<i32>,
    pub(crate) subsidised: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct MigrantRow {
    pub(crate) subject: Subject,
    pub(crate) place: WorkPlace,
    pub(crate) employer: u8,
    pub(crate) months: i32,
    pub(crate) wage: i64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct AllowanceRow {
    pub(crate) subject: Subject,
    pub(crate) kind: HouseholdKind,
    pub(crate) monthly: i64,
    pub(crate) since: i32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct MeasureRow {
    pub(crate) household: i64,
    pub(crate) measure: Measure,
    pub(crate) started: i32,
    pub(crate) ended: Option<i32>,
    pub(crate) effect: Option<bool>,
    pub(crate) gained: Option<i64>,
    pub(crate) amount: i64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ApplicationRow {
    pub(crate) household: i64,
    pub(crate) applied: i32,
    pub(crate) accepted: Option<bool>,
    pub(crate) decided: Option<i32>,
}

/// Truth of someone whom the survey missed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnsurveyedRow {
    pub(crate) household: i64,
    /// Whether the rest of the household is in the register under this number.
    pub(crate) surveyed: bool,
    pub(crate) subject: Subject,
    pub(crate) poor: bool,
    pub(crate) per_head: i64,
    pub(crate) cause: Cause,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct ContradictionRow {
    pub(crate) household: i64,
    pub(crate) person: Option<i64>,
    pub(crate) family: Family,
    /// The declaration denies it.
    pub(crate) hidden: bool,
    /// Some table shows it.
    pub(crate) visible: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct TieRow {
    pub(crate) household: i64,
    pub(crate) other: i64,
    pub(crate) kind: TieKind,
}
