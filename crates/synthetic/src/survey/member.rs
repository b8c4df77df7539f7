//! The roster of a household: who is listed, who is forgotten, who should not be on it.

use crate::codes::{Family, PayrollKind, Relation, Sex};
use crate::convert;
use crate::extract::{Shown, ShownWealth};
use crate::household::Manner;
use crate::identity::Number;
use crate::listing::Listing;
use crate::person::{Person, Work};
use crate::random::{Random, Stream};
use crate::row::PersonRow;

use super::{Survey, Unit, defect};

pub(super) struct Roster {
    /// Serial and true facts of everyone listed.
    pub(super) listed: Vec<(i64, Person)>,
    pub(super) wealth: ShownWealth,
    pub(super) hospital: bool,
    /// Fen in the year by the register of migrant workers.
    pub(super) migrant_wages: i64,
}

impl Survey<'_> {
    pub(super) fn roster(&mut self, random: &mut Random, serial: i64, unit: &Unit<'_>, listing: &Listing) -> Roster {
        let mut roster =
            Roster { listed: Vec::with_capacity(unit.people.len() + 2), wealth: ShownWealth::default(), hospital: false, migrant_wages: 0 };
        let records = &mut self.random(Stream::Extract, unit.number);
        for person in unit.people {
            let shown = self.shown(records, person);
            roster.hospital |= shown.hospital;
            if let Some(work) = person.work.filter(|_| shown.migrant) {
                roster.migrant_wages += convert::fen(work.wage * f64::from(work.months));
            }
            let missable = person.absent() && person.relation != Relation::Head;
            if missable && random.chance(self.rules.members_missed) {
                self.plant(serial, None, Family::MissingMember, true, shown.migrant || shown.hospital);
                if self.rules.extracts {
                    self.missed(serial, true, person, &unit.truth);
                }
                continue;
            }
            self.enter(random, serial, (unit, listing), (person, shown), &mut roster.listed);
        }
        self.ghost(random, serial, unit, listing, &mut roster.listed);
        self.twice(random, serial, unit, &mut roster.listed);
        if self.rules.extracts {
            let place = (serial, self.village.site.code);
            let departments = self.rules.departments;
            roster.wealth = departments.wealth(records, self.batch, place, &unit.truth.wealth, unit.people);
        }
        roster
    }

    fn shown(&mut self, records: &mut Random, person: &Person) -> Shown {
        if !self.rules.extracts {
            return Shown::default();
        }
        let departments = self.rules.departments;
        departments.person(records, self.batch, person, self.village.site.code)
    }

    fn enter(
        &mut self,
        random: &mut Random,
        household: i64,
        (unit, listing): (&Unit<'_>, &Listing),
        (person, shown): (&Person, Shown),
        listed: &mut Vec<(i64, Person)>,
    ) {
        let serial = household * 100 + convert::wide(listed.len()) + 1;
        listed.push((serial, *person));
        let mut row = PersonRow {
            household,
            serial,
            facts: *person,
            identity: Some(person.identity),
            certificate: person.certificate(),
            ethnicity: self.village.ethnicity,
            monthly_wage: None,
            absent: person.absent(),
        };
        let manner = unit.truth.manner;
        let head = unit.people.first().map_or(Sex::Male, |head| head.sex);
        for (family, hidden, visible) in defect::plant(random, &mut row, manner, head, shown) {
            self.plant(household, Some(serial), family, hidden, visible);
        }
        let office = |kind| !matches!(kind, PayrollKind::VillageCadre | PayrollKind::Temporary);
        if listing.current() && person.payroll.is_some_and(office) {
            self.plant(household, Some(serial), Family::Payroll, true, shown.payroll);
        }
        if person.died.is_some() {
            self.plant(household, Some(serial), Family::Death, true, shown.death);
        }
        row.monthly_wage = row.facts.work.map(|work| said_wage(random, work, manner));
        self.batch.persons.push(row);
    }

    /// A parent who died in the last three years and was never struck off: in 3 % of households
    /// on the list or once on it, 0.6 % of the others.
    fn ghost(&mut self, random: &mut Random, serial: i64, unit: &Unit<'_>, listing: &Listing, listed: &mut Vec<(i64, Person)>) {
        let Some(head) = unit.people.first() else {
            return;
        };
        if !random.chance(if listing.ever() { 0.03 } else { 0.006 }) || head.age > 78 {
            return;
        }
        let as_of = self.rules.context.as_of;
        let age = (head.age + random.between(22, 30)).min(103);
        let mut dead = *head;
        dead.sex = Sex::Female;
        dead.relation = Relation::Mother;
        if unit.people.iter().any(|person| person.relation == Relation::Mother) {
            dead.sex = Sex::Male;
            dead.relation = Relation::Father;
        }
        if unit.people.iter().any(|person| person.relation == dead.relation) {
            return;
        }
        // born on a day of its own: the dead share no counter with the living
        dead.born = as_of - age * 365 - random.between(60, 300);
        let sequence = self.village.site.slice * 2 + 500 + u32::from(dead.sex == Sex::Male);
        dead.identity = Number::person(self.village.county, dead.born, sequence);
        dead.age = age;
        dead.work = None;
        dead.payroll = None;
        dead.disability = None;
        dead.serious = false;
        dead.stays = 0;
        dead.student = crate::codes::Student::OutOfSchool;
        dead.labour = crate::codes::Labour::None;
        dead.died = Some(as_of - random.between(20, 1_000));
        let records = &mut self.random(Stream::Extract, unit.number + 4_000);
        let shown = self.shown(records, &dead);
        self.enter(random, serial, (unit, listing), (&dead, shown), listed);
    }

    /// A grown child counted here and in the house before: with the same number, or with one that
    /// differs in a digit and a name misheard.
    fn twice(&mut self, random: &mut Random, serial: i64, unit: &Unit<'_>, listed: &mut Vec<(i64, Person)>) {
        let duplicate = random.chance(0.006);
        let near = !duplicate && random.chance(0.004);
        if !(duplicate || near) || unit.split_from.is_some() {
            return;
        }
        let Some((other_serial, other)) = self.before.as_ref().and_then(|before| before.relative) else {
            return;
        };
        let family = if near { Family::NearDuplicate } else { Family::DuplicateIdentity };
        let person = serial * 100 + convert::wide(listed.len()) + 1;
        let mut facts = other;
        facts.relation = Relation::Other;
        if near {
            facts.identity = facts.identity.neighbour();
            facts.name = if random.chance(0.5) { facts.name.misheard() } else { facts.name };
        }
        self.plant(serial, Some(person), family, false, true);
        self.plant(other_serial / 100, Some(other_serial), family, false, true);
        listed.push((person, facts));
        self.batch.persons.push(PersonRow {
            household: serial,
            serial: person,
            facts,
            identity: Some(facts.identity),
            certificate: None,
            ethnicity: self.village.ethnicity,
            monthly_wage: None,
            absent: facts.absent(),
        });
    }
}

fn said_wage(random: &mut Random, work: Work, manner: Manner) -> i64 {
    let share = if manner == Manner::Honest { random.within(0.93, 1.05) } else { random.within(0.45, 0.9) };
    let step = if random.chance(0.6) { 500.0 } else { 100.0 };
    convert::fen(((work.wage * share / step).round() * step).max(step))
}
