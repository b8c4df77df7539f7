//! What is true of a person.

use crate::calendar;
use crate::codes::{
    Coded, DisabilityKind, DisabilityLevel, DropoutReason, Education, Health, JobChannel, Labour, PayrollKind, Politics, Relation, Sex,
    Student, WorkPlace,
};
use crate::family::Member;
use crate::identity::Number;
use crate::name::Name;
use crate::random::Random;
use crate::village::{Births, Terrain, Village};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Work {
    pub(crate) place: WorkPlace,
    pub(crate) months: i32,
    /// Yuan a month.
    pub(crate) wage: f64,
    pub(crate) channel: JobChannel,
    pub(crate) employer: u8,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Disability {
    pub(crate) kind: DisabilityKind,
    pub(crate) level: DisabilityLevel,
    /// Day the certificate was issued, where one was.
    pub(crate) certified: Option<i32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Insured {
    No,
    Resident,
    Employee,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    pub(crate) relation: Relation,
    pub(crate) sex: Sex,
    pub(crate) age: i32,
    pub(crate) born: i32,
    pub(crate) name: Name,
    pub(crate) identity: Number,
    pub(crate) politics: Politics,
    pub(crate) education: Option<Education>,
    pub(crate) student: Student,
    pub(crate) dropout: Option<DropoutReason>,
    pub(crate) chronic: bool,
    pub(crate) serious: bool,
    pub(crate) disability: Option<Disability>,
    pub(crate) labour: Labour,
    pub(crate) mandarin: bool,
    pub(crate) work: Option<Work>,
    pub(crate) public_months: i32,
    pub(crate) medical: Insured,
    pub(crate) serious_insured: bool,
    pub(crate) pension: Insured,
    pub(crate) payroll: Option<PayrollKind>,
    pub(crate) minimum_living: bool,
    pub(crate) extreme_support: bool,
    pub(crate) medical_aid: bool,
    pub(crate) unsupported: bool,
    /// Costs of hospital stays in the year, yuan: all, and what the patient paid.
    pub(crate) hospital_cost: f64,
    pub(crate) hospital_paid: f64,
    pub(crate) stays: u8,
    /// Day of death of one whom the register still lists.
    pub(crate) died: Option<i32>,
}

impl Person {
    pub(crate) fn health(&self) -> Health {
        Health::of(self.chronic, self.serious, self.disability.is_some())
    }

    pub(crate) fn able(&self) -> bool {
        matches!(self.labour, Labour::Ordinary | Labour::Skilled | Labour::Weak)
    }

    pub(crate) fn in_school(&self) -> bool {
        !matches!(self.student, Student::OutOfSchool | Student::PreschoolAge)
    }

    /// At school beyond what is compulsory.
    pub(crate) fn costly_school(&self) -> bool {
        self.in_school() && self.age >= 15
    }

    pub(crate) fn severe(&self) -> bool {
        self.disability.is_some_and(|disability| matches!(disability.level, DisabilityLevel::One | DisabilityLevel::Two))
    }

    /// The certificate's number: 20 characters, 22 where it was issued anew, 18 where an office
    /// wrote only the identity.
    pub(crate) fn certificate(&self) -> Option<Number> {
        let disability = self.disability?;
        let issued = disability.certified?;
        let (kind, level) = (disability.kind.key(), disability.level.key());
        Some(match issued.rem_euclid(10) {
            0 => self.identity,
            1 => self.identity.certificate(kind, level, Some(1)),
            _ => self.identity.certificate(kind, level, None),
        })
    }

    /// Away from the township for most of the year.
    pub(crate) fn absent(&self) -> bool {
        self.work.is_some_and(|work| work.months >= 6 && !matches!(work.place, WorkPlace::Township))
    }
}

/// What a household's people have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting<'a> {
    pub(crate) village: &'a Village,
    pub(crate) as_of: i32,
    /// Raises the risk of illness and disability, 1 = usual.
    pub(crate) frailty: f64,
    /// Standard normal: schooling and skills of the family.
    pub(crate) culture: f64,
}

/// Makes a person of a member.
pub(crate) fn person(random: &mut Random, setting: &Setting<'_>, births: &mut Births, member: Member, surname: u8) -> Person {
    let (born, identity) = births.next(setting.village, member.age, member.sex);
    let age = calendar::age(born, setting.as_of);
    let mut person = Person {
        relation: member.relation,
        sex: member.sex,
        age,
        born,
        name: Name::new(random, surname, member.sex),
        identity,
        politics: Politics::Masses,
        education: None,
        student: Student::OutOfSchool,
        dropout: None,
        chronic: false,
        serious: false,
        disability: None,
        labour: Labour::None,
        mandarin: true,
        work: None,
        public_months: 0,
        medical: Insured::No,
        serious_insured: false,
        pension: Insured::No,
        payroll: None,
        minimum_living: false,
        extreme_support: false,
        medical_aid: false,
        unsupported: false,
        hospital_cost: 0.0,
        hospital_paid: 0.0,
        stays: 0,
        died: None,
    };
    health(random, setting, &mut person);
    school(random, setting, &mut person);
    labour(random, &mut person);
    insurance(random, &mut person);
    person
}

/// Prevalence by age: chronic 17.8 % of adults and over half of the old, disabled 6.3 % of all
/// (orders of the national health services and disability surveys).
fn health(random: &mut Random, setting: &Setting<'_>, person: &mut Person) {
    let (chronic, serious, disabled) = match person.age {
        ..=15 => (0.012, 0.002, 0.012),
        16..=39 => (0.035, 0.006, 0.024),
        40..=59 => (0.14, 0.017, 0.045),
        60..=74 => (0.34, 0.040, 0.085),
        _ => (0.48, 0.060, 0.15),
    };
    person.chronic = random.chance(chronic * setting.frailty.min(1.8));
    person.serious = random.chance(serious * setting.frailty);
    if random.chance(disabled * setting.frailty) {
        let kind = random.choose(
            &[
                (0.16, DisabilityKind::Visual),
                (0.20, DisabilityKind::Hearing),
                (0.02, DisabilityKind::Speech),
                (0.38, DisabilityKind::Physical),
                (0.09, DisabilityKind::Intellectual),
                (0.09, DisabilityKind::Mental),
            ],
            DisabilityKind::Multiple,
        );
        let level = random
            .choose(&[(0.14, DisabilityLevel::One), (0.20, DisabilityLevel::Two), (0.27, DisabilityLevel::Three)], DisabilityLevel::Four);
        let back = random.between(40, 4_000).min(person.age * 365);
        let certified = random.chance(0.72).then_some(setting.as_of - back);
        person.disability = Some(Disability { kind, level, certified });
    }
    let stay = 0.05
        + if person.serious { 0.65 } else { 0.0 }
        + if person.chronic { 0.16 } else { 0.0 }
        + if person.age >= 65 { 0.06 } else { 0.0 };
    if random.chance(stay) {
        person.stays = if person.serious { 2 } else { 1 };
        let usual = if person.serious { 48_000.0 } else { 6_500.0 };
        person.hospital_cost = usual * random.lognormal(0.7);
        person.hospital_paid = person.hospital_cost * random.within(0.22, 0.48);
    }
}

fn school(random: &mut Random, setting: &Setting<'_>, person: &mut Person) {
    let age = person.age;
    let culture = setting.culture;
    if age <= 22 {
        person.student = student(random, person, culture);
    }
    let severe = person.severe();
    if (6..=15).contains(&age) {
        let remote = matches!(setting.village.terrain, Terrain::Mountain);
        let leaves = 0.002 + if age >= 12 { 0.006 } else { 0.0 } + if remote { 0.003 } else { 0.0 };
        if random.chance(if severe { 0.30 } else { leaves }) {
            person.student = Student::OutOfSchool;
            person.dropout = Some(if severe {
                DropoutReason::Disability
            } else if person.serious {
                DropoutReason::Illness
            } else {
                random.choose(
                    &[(0.55, DropoutReason::Unwilling), (0.2, DropoutReason::Poverty), (0.15, DropoutReason::Work)],
                    DropoutReason::Other,
                )
            });
        }
    }
    if !person.in_school() && age >= 6 {
        person.education = Some(education(random, person, culture));
    }
    person.mandarin = age < 35 || random.chance(if age < 60 { 0.88 } else { 0.55 });
    if age >= 18 {
        let party = if person.sex == Sex::Male { 0.055 } else { 0.02 };
        person.politics = random.choose(
            &[
                (party, Politics::PartyMember),
                (0.003, Politics::PartyCandidate),
                (if age < 28 { 0.2 } else { 0.0 }, Politics::YouthLeague),
                (0.0005, Politics::DemocraticParty),
            ],
            Politics::Masses,
        );
    }
}

fn student(random: &mut Random, person: &Person, culture: f64) -> Student {
    let year = random.below(3);
    match person.age {
        ..=2 => Student::PreschoolAge,
        3..=5 if random.chance(0.88) => Student::Kindergarten,
        3..=5 => Student::PreschoolAge,
        6..=11 => Student::Primary,
        12 => Student::Grade7,
        13 => Student::Grade8,
        14 => Student::Grade9,
        15..=17 => {
            let to_senior = (0.54 + 0.12 * culture).clamp(0.1, 0.9);
            let grade = person.age - 15;
            match (random.choose(&[(to_senior, 0), (0.93 - to_senior, 1)], 2), grade) {
                (0, 0) => Student::Senior1,
                (0, 1) => Student::Senior2,
                (0, _) => Student::Senior3,
                (1, 0) => Student::Vocational1,
                (1, 1) => Student::Vocational2,
                (1, _) => Student::Vocational3,
                _ => Student::OutOfSchool,
            }
        }
        _ => {
            let to_bachelor = (0.17 + 0.07 * culture).clamp(0.02, 0.5);
            match (random.choose(&[(to_bachelor, 0), (0.24, 1)], 2), person.age, year) {
                (0, 18, _) => Student::Bachelor1,
                (0, 19, _) => Student::Bachelor2,
                (0, 20, _) => Student::Bachelor3,
                (0, 21, _) => Student::Bachelor4,
                (1, 18, _) => Student::HigherVocational1,
                (1, 19, _) => Student::HigherVocational2,
                (1, 20, _) => Student::HigherVocational3,
                (_, 22, 0) if random.chance(0.06) => Student::Master,
                _ => Student::OutOfSchool,
            }
        }
    }
}

/// Schooling by cohort: the older, the shorter; women of the old cohorts still less.
fn education(random: &mut Random, person: &Person, culture: f64) -> Education {
    let woman = person.sex == Sex::Female;
    let years = match person.age {
        75.. => {
            if woman {
                1.6
            } else {
                3.4
            }
        }
        60..=74 => {
            if woman {
                3.8
            } else {
                5.6
            }
        }
        45..=59 => {
            if woman {
                6.4
            } else {
                7.4
            }
        }
        30..=44 => 9.0,
        20..=29 => 11.0,
        _ => 9.5,
    };
    let years = years + 1.3 * culture + 2.1 * random.normal() - if person.severe() { 3.0 } else { 0.0 };
    let cap = person.age - 6;
    let reached = match years {
        ..1.8 => Education::Illiterate,
        1.8..6.6 => Education::Primary,
        6.6..10.8 => Education::Junior,
        10.8..13.2 => Education::Senior,
        13.2..15.0 => Education::College,
        _ => Education::University,
    };
    match cap {
        ..=5 => Education::Illiterate,
        6..=8 if reached > Education::Primary => Education::Primary,
        9..=11 if reached > Education::Junior => Education::Junior,
        12..=14 if reached > Education::Senior => Education::Senior,
        _ => reached,
    }
}

fn labour(random: &mut Random, person: &mut Person) {
    let age = person.age;
    let mind = person.disability.is_some_and(|disability| matches!(disability.kind, DisabilityKind::Intellectual | DisabilityKind::Mental));
    person.labour = if age < 16 || (person.in_school() && age < 24) {
        Labour::None
    } else if person.severe() || (mind && random.chance(0.5)) {
        Labour::Lost
    } else if person.serious {
        random.choose(&[(0.42, Labour::Lost), (0.48, Labour::Weak)], Labour::Ordinary)
    } else if age >= 78 {
        Labour::None
    } else if age >= 68 {
        random.choose(&[(0.48, Labour::Weak)], Labour::None)
    } else if age >= 60 || person.disability.is_some() {
        random.choose(&[(0.45, Labour::Weak), (0.05, Labour::None)], Labour::Ordinary)
    } else {
        let skilled = match person.education {
            Some(Education::Illiterate | Education::Primary) | None => 0.05,
            Some(Education::Junior) => 0.15,
            Some(Education::Senior | Education::College | Education::University) => 0.32,
        };
        let weak = if person.chronic { 0.25 } else { 0.01 };
        random.choose(&[(weak, Labour::Weak), (skilled, Labour::Skilled)], Labour::Ordinary)
    };
}

/// Medical insurance is near universal (over 95 %); pensions by age.
fn insurance(random: &mut Random, person: &mut Person) {
    let young = (18..=35).contains(&person.age);
    person.medical = random.choose(&[(if young { 0.05 } else { 0.018 }, Insured::No)], Insured::Resident);
    person.serious_insured = person.medical != Insured::No && random.chance(0.9);
    if person.age >= 60 {
        person.pension = random.choose(&[(0.03, Insured::Employee), (0.02, Insured::No)], Insured::Resident);
    } else if person.age >= 16 && !person.in_school() {
        person.pension = random.choose(&[(0.30, Insured::No)], Insured::Resident);
    }
}
