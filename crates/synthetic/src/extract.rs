//! Department extracts: what the authorities' files show of the truth, with gaps and wrong numbers.

use crate::batch::Batch;
use crate::codes::{Family, HouseholdKind, InsuranceKind, PayrollKind, PropertyKind, SchoolStage, Student};
use crate::convert;
use crate::dwelling::Wealth;
use crate::household::Household;
use crate::income;
use crate::person::{Insured, Person};
use crate::random::Random;
use crate::row::{
    AllowanceRow, CompanyRow, ContradictionRow, DeathRow, DisabilityRow, HospitalRow, InsuranceRow, MigrantRow, PayrollRow, PropertyRow,
    SchoolRow, Subject, VehicleRow,
};

/// What the extracts show of one person.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shown {
    pub(crate) payroll: bool,
    pub(crate) disability: bool,
    pub(crate) allowance: bool,
    pub(crate) hospital: bool,
    pub(crate) dropout: bool,
    pub(crate) migrant: bool,
    pub(crate) death: bool,
}

/// What the extracts show of a household's wealth.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ShownWealth {
    pub(crate) vehicle: bool,
    pub(crate) house: bool,
    pub(crate) company: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Departments {
    pub(crate) as_of: i32,
    pub(crate) year: i32,
    pub(crate) prices: f64,
    pub(crate) coverage: f64,
    pub(crate) false_match: f64,
}

pub(crate) fn subject(person: &Person, village: i64) -> Subject {
    Subject { identity: person.identity, name: person.name, village }
}

impl Departments {
    /// Insurers and schools keep fuller rolls than other offices.
    fn full(&self) -> f64 {
        1.0 - (1.0 - self.coverage) * 0.2
    }

    pub(crate) fn person(&self, random: &mut Random, batch: &mut Batch, person: &Person, village: i64) -> Shown {
        let subject = subject(person, village);
        let mut shown = Shown::default();
        if let Some(died) = person.died {
            shown.death = random.chance(self.coverage);
            if shown.death {
                batch.deaths.push(DeathRow { subject, died });
            }
            return shown;
        }
        self.insured(random, batch, person, subject);
        shown.hospital = self.stays(random, batch, person, subject);
        shown.dropout = self.schooled(random, batch, person, subject);
        if let Some(kind) = person.payroll {
            shown.payroll = random.chance(self.coverage + 0.06);
            if shown.payroll {
                let pay = income::pay(Some(kind)).unwrap_or_default() * self.prices;
                batch.payroll.push(PayrollRow {
                    subject,
                    office: person.name.key(),
                    kind,
                    pay: convert::fen((pay * random.within(0.9, 1.2)).round()),
                    since: self.as_of - random.between(200, 9_000).min((person.age - 18) * 365),
                });
            }
        }
        if let Some((disability, issued)) = person.disability.and_then(|disability| Some((disability, disability.certified?))) {
            shown.disability = random.chance(self.coverage + 0.08);
            if shown.disability {
                batch.disabilities.push(DisabilityRow {
                    subject,
                    certificate: person.certificate().unwrap_or(person.identity),
                    kind: disability.kind,
                    level: disability.level,
                    issued,
                });
            }
        }
        if let Some(work) = person.work.filter(|_| person.absent()) {
            shown.migrant = random.chance(self.coverage - 0.05);
            if shown.migrant {
                batch.migrants.push(MigrantRow {
                    subject,
                    place: work.place,
                    employer: work.employer,
                    months: work.months,
                    wage: convert::fen((work.wage / 10.0 * random.within(0.94, 1.06)).round() * 10.0),
                });
            }
        }
        shown.allowance = self.allowed(random, batch, person, subject);
        shown
    }

    fn allowed(&self, random: &mut Random, batch: &mut Batch, person: &Person, subject: Subject) -> bool {
        if !person.minimum_living && !person.extreme_support {
            return false;
        }
        let shown = random.chance(self.full());
        if shown {
            let (kind, monthly) = if person.extreme_support {
                (HouseholdKind::ExtremeSupport, 750.0)
            } else {
                (HouseholdKind::MinimumLiving, random.within(150.0, 330.0).round())
            };
            batch.allowances.push(AllowanceRow {
                subject,
                kind,
                monthly: convert::fen((monthly * self.prices).round()),
                since: self.as_of - random.between(60, 3_000),
            });
        }
        shown
    }

    fn insured(&self, random: &mut Random, batch: &mut Batch, person: &Person, subject: Subject) {
        let kinds = [
            (person.medical, InsuranceKind::MedicalResident, InsuranceKind::MedicalEmployee),
            (person.pension, InsuranceKind::PensionResident, InsuranceKind::PensionEmployee),
        ];
        for (insured, resident, employee) in kinds {
            let kind = match insured {
                Insured::No => continue,
                Insured::Resident => resident,
                Insured::Employee => employee,
            };
            if random.chance(self.full()) {
                let paid = person.age < 60 || random.chance(0.98);
                batch.insurance.push(InsuranceRow { subject, kind, year: self.year, paid });
            }
        }
    }

    fn stays(&self, random: &mut Random, batch: &mut Batch, person: &Person, subject: Subject) -> bool {
        let mut shown = false;
        let stays = person.stays;
        let mut admitted = self.as_of - random.between(200, 360);
        for _ in 0..stays {
            let share = 1.0 / f64::from(stays);
            if random.chance(self.coverage + 0.06) {
                shown = true;
                batch.stays.push(HospitalRow {
                    subject,
                    admitted,
                    serious: person.serious,
                    total: convert::fen((person.hospital_cost * share * self.prices).round()),
                    paid: convert::fen((person.hospital_paid * share * self.prices).round()),
                });
            }
            admitted += random.between(20, 150);
        }
        shown
    }

    /// Whether the roll shows that a child left school.
    fn schooled(&self, random: &mut Random, batch: &mut Batch, person: &Person, subject: Subject) -> bool {
        let stage = match person.student {
            Student::PreschoolAge => return false,
            Student::Kindergarten => SchoolStage::Kindergarten,
            Student::Primary => SchoolStage::Primary,
            Student::Grade7 | Student::Grade8 | Student::Grade9 => SchoolStage::Junior,
            Student::Senior1 | Student::Senior2 | Student::Senior3 => SchoolStage::Senior,
            Student::Vocational1 | Student::Vocational2 | Student::Vocational3 => SchoolStage::Vocational,
            Student::HigherVocational1
            | Student::HigherVocational2
            | Student::HigherVocational3
            | Student::Bachelor1
            | Student::Bachelor2
            | Student::Bachelor3
            | Student::Bachelor4
            | Student::Master => SchoolStage::Higher,
            Student::OutOfSchool if person.dropout.is_some() => {
                if !random.chance(self.coverage) {
                    return false;
                }
                let stage = if person.age >= 12 { SchoolStage::Junior } else { SchoolStage::Primary };
                let left = Some(self.as_of - random.between(30, 700));
                batch.pupils.push(SchoolRow { subject, stage, left, subsidised: false });
                return true;
            }
            Student::OutOfSchool => return false,
        };
        if random.chance(self.full()) {
            let subsidised = random.chance(0.22);
            batch.pupils.push(SchoolRow { subject, stage, left: None, subsidised });
        }
        false
    }

    pub(crate) fn wealth(
        &self,
        random: &mut Random,
        batch: &mut Batch,
        (serial, village): (i64, i64),
        owned: &Wealth,
        people: &[Person],
    ) -> ShownWealth {
        let mut shown = ShownWealth::default();
        let Some(owner) = owner(random, people) else {
            return shown;
        };
        let subject = subject(owner, village);
        let unique = convert::bits(serial) * 10;
        let vehicles = [owned.vehicle, owned.machine];
        for (offset, vehicle) in (0_u64..).zip(vehicles) {
            let Some(vehicle) = vehicle else { continue };
            if random.chance(self.coverage) {
                shown.vehicle |= offset == 0;
                batch.vehicles.push(VehicleRow {
                    subject,
                    plate: unique + offset,
                    kind: vehicle.kind,
                    price: convert::fen((vehicle.price / 100.0).round() * 100.0),
                    since: vehicle.since,
                });
            }
        }
        if let Some(house) = owned.house {
            shown.house = random.chance(self.coverage);
            if shown.house {
                let kind = if house.shop { PropertyKind::Shop } else { PropertyKind::Commercial };
                batch.properties.push(PropertyRow { subject, property: unique, kind, m2: house.m2, bought: house.bought });
            }
        }
        if random.chance(0.35) {
            batch.properties.push(PropertyRow {
                subject,
                property: unique + 1,
                kind: if random.chance(0.12) { PropertyKind::Resettlement } else { PropertyKind::Rural },
                m2: f64::from(random.between(60, 220)),
                bought: self.as_of - random.between(300, 6_000),
            });
        }
        if let Some(company) = owned.company {
            shown.company = random.chance(self.coverage);
            if shown.company {
                batch.companies.push(CompanyRow {
                    subject,
                    key: company.key,
                    number: unique,
                    role: company.role,
                    capital: convert::fen((company.capital / 1_000.0).round() * 1_000.0),
                    active: company.active,
                    founded: company.founded,
                });
            }
        }
        shown
    }

    /// Rows that carry a number of this household by mistake. The usual number of rows per
    /// household (0.6 vehicles, 0.12 houses, 0.1 companies, 0.06 on payrolls) makes them
    /// `false_match` of all.
    pub(crate) fn strays(
        &self,
        random: &mut Random,
        batch: &mut Batch,
        (serial, village): (i64, i64),
        truth: &Household,
        registered: &[(i64, Person)],
    ) {
        if !random.chance(self.false_match * 0.88) {
            return;
        }
        let Some((person, facts)) = registered.iter().find(|(_, person)| person.age >= 20 && person.died.is_none()) else {
            return;
        };
        let subject = subject(facts, village);
        let unique = convert::bits(serial) * 10 + 9;
        let since = self.as_of - random.between(100, 3_000);
        match random.below(20) {
            0..=12 => {
                let kind = crate::codes::VehicleKind::Car;
                let price = convert::fen(f64::from(random.between(30, 160)) * 1_000.0 * self.prices);
                batch.vehicles.push(VehicleRow { subject, plate: unique, kind, price, since });
            }
            13..=15 => batch.properties.push(PropertyRow {
                subject,
                property: unique,
                kind: PropertyKind::Commercial,
                m2: f64::from(random.between(60, 140)),
                bought: since,
            }),
            16..=17 if truth.wealth.company.is_none() => batch.companies.push(CompanyRow {
                subject,
                key: random.below(600),
                number: unique,
                role: crate::codes::CompanyRole::LegalRepresentative,
                capital: convert::fen(f64::from(random.between(1, 50)) * 10_000.0),
                active: true,
                founded: since,
            }),
            18 if facts.payroll.is_none() => batch.payroll.push(PayrollRow {
                subject,
                office: facts.name.key(),
                kind: PayrollKind::PublicInstitution,
                pay: convert::fen(5_000.0 * self.prices),
                since,
            }),
            19 => batch.deaths.push(DeathRow { subject, died: since }),
            _ => return,
        }
        batch.contradictions.push(ContradictionRow {
            household: serial,
            person: Some(*person),
            family: Family::FalseMatch,
            hidden: false,
            visible: true,
        });
    }
}

/// In whose name things are: a grown member of working age where there is one.
fn owner<'a>(random: &mut Random, people: &'a [Person]) -> Option<&'a Person> {
    let grown = |person: &&Person| (20..65).contains(&person.age) && person.died.is_none();
    let count = people.iter().filter(grown).count();
    let turn = random.below(u32::try_from(count.max(1)).unwrap_or(1));
    let turn = usize::try_from(turn).unwrap_or(0);
    people.iter().filter(grown).nth(turn).or_else(|| people.first())
}
