//! The survey of a village: its households become rows of the register.

mod defect;
mod member;

use crate::batch::Batch;
use crate::codes::{Cause, Family, Registration, Relation, Sex, TieKind, VehicleKind};
use crate::declare::{self, Declared, PHONE};
use crate::extract::{self, Departments, ShownWealth};
use crate::family::Form;
use crate::household::{self, Context, HIDDEN, Household, Manner};
use crate::income::Income;
use crate::listing::{self, Listing, Norms};
use crate::name::{self, Name};
use crate::person::Person;
use crate::random::{Random, Stream};
use crate::row::{ContradictionRow, HouseholdRow, TieRow, UnsurveyedRow};
use crate::support;
use crate::village::{Births, Fraud, Village};

use member::Roster;

/// Everything that stays the same while a plan is carried out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) context: Context,
    pub(crate) norms: Norms,
    pub(crate) departments: Departments,
    pub(crate) extracts: bool,
    pub(crate) unsurveyed: f64,
    pub(crate) members_missed: f64,
}

/// The house visited before, from which enumerators copy and whose people are listed twice.
struct Before {
    number: u32,
    phone: u64,
    declared: Declared,
    /// Serial and facts of its last listed member of working age.
    relative: Option<(i64, Person)>,
}

pub(crate) struct Survey<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) village: &'a Village,
    pub(crate) batch: &'a mut Batch,
    before: Option<Before>,
}

/// One household of the register: all of a true one, or a part that was split off.
struct Unit<'a> {
    number: u32,
    truth: Household,
    people: &'a [Person],
    split_from: Option<u32>,
    splits: bool,
}

/// Surveys all households of a village.
pub(crate) fn survey(rules: &Rules, village: &Village, batch: &mut Batch) {
    let first = batch.contradictions.len();
    let mut births = Births::new(rules.context.as_of);
    let mut people: Vec<Person> = Vec::with_capacity(12);
    let mut survey = Survey { rules, village, batch, before: None };
    let mut number = 1;
    while number <= village.site.households {
        let truth = household::household(&rules.context, village, number, &mut births, &mut people);
        number += survey.household(number, truth, &mut people);
    }
    if rules.extracts {
        survey.hidden(&mut births, &mut people);
        let planted = batch.contradictions.get_mut(first..).unwrap_or_default();
        planted.sort_by_key(|row| (row.household, row.person));
    }
}

impl Survey<'_> {
    /// Visits a true household; gives back how many numbers of the register it took.
    fn household(&mut self, number: u32, truth: Household, people: &mut Vec<Person>) -> u32 {
        let random = &mut self.random(Stream::Declaration, number);
        let elder = |person: &Person| matches!(person.relation, Relation::Father | Relation::Mother);
        let splits = truth.form == Form::Stem
            && truth.manner == Manner::Strategic
            && number < self.village.site.households
            && people.iter().any(elder)
            && random.chance(0.6);
        if !splits {
            self.visit(random, &Unit { number, truth, people, split_from: None, splits: false });
            return 1;
        }
        let mut elders: Vec<Person> = people.iter().copied().filter(elder).collect();
        people.retain(|person| !elder(person));
        for (at, person) in elders.iter_mut().enumerate() {
            person.relation = if at == 0 { Relation::Head } else { Relation::Spouse };
        }
        let (rest, apart) = divide(truth);
        self.visit(random, &Unit { number, truth: rest, people, split_from: None, splits: true });
        let random = &mut self.random(Stream::Declaration, number + 1);
        self.visit(random, &Unit { number: number + 1, truth: apart, people: &elders, split_from: Some(number), splits: false });
        2
    }

    fn random(&self, stream: Stream, number: u32) -> Random {
        Random::keyed(self.rules.context.seed, self.village.serial(number), stream)
    }

    pub(crate) fn plant(&mut self, household: i64, person: Option<i64>, family: Family, hidden: bool, visible: bool) {
        if self.rules.extracts {
            self.batch.contradictions.push(ContradictionRow { household, person, family, hidden, visible });
        }
    }

    fn visit(&mut self, random: &mut Random, unit: &Unit<'_>) {
        let as_of = self.rules.context.as_of;
        let serial = self.village.serial(unit.number);
        let truth = &unit.truth;
        let chosen = &mut self.random(Stream::Listing, unit.number);
        let listing = if unit.split_from.is_some() {
            listing::list_split(chosen, as_of, truth, unit.people)
        } else {
            listing::list(chosen, self.rules.norms, self.rules.context.listed_only, as_of, truth, unit.people)
        };
        let roster = self.roster(random, serial, unit, &listing);
        let size = i32::try_from(roster.listed.len()).unwrap_or(1).max(1);
        let mut declared = declare::declare(random, &self.rules.context, truth, self.village.fraud, size);
        if random.chance(0.006) {
            declared.size += if size > 1 && random.chance(0.5) { -1 } else { 1 };
            self.plant(serial, None, Family::Members, false, true);
        }
        self.fraud(random, serial, unit, &mut declared);
        if self.rules.extracts {
            self.compare(unit, &listing, &declared, &roster);
        }
        let phone = self.phone(random, serial, unit.number, &declared);
        self.before = Some(Before {
            number: unit.number,
            phone,
            declared,
            relative: roster.listed.iter().rev().copied().find(|(_, person)| (18..70).contains(&person.age)),
        });
        let block = self.village.site.households / 3 + 1;
        self.batch.households.push(HouseholdRow {
            serial,
            village: self.village.site.code,
            truth: *truth,
            listing,
            declared,
            phone,
            enumerator: (self.village.site.position, (unit.number - 1) / block + 1),
            surveyed_on: as_of - random.between(15, 150),
            helper: listing.current().then(|| helper(random, as_of)),
        });
    }

    /// Departments' files, patterns, ties, measures: all that lies beside the register.
    fn compare(&mut self, unit: &Unit<'_>, listing: &Listing, declared: &Declared, roster: &Roster) {
        let (serial, truth) = (self.village.serial(unit.number), &unit.truth);
        self.against_departments(serial, truth, listing, declared, roster.wealth);
        let mut records = self.random(Stream::Extract, unit.number + 5_000);
        let departments = self.rules.departments;
        departments.strays(&mut records, self.batch, (serial, self.village.site.code), truth, &roster.listed);
        if declared.cost_hidden && roster.hospital {
            self.plant(serial, None, Family::Hospital, true, true);
        }
        if declared.under_reported && roster.migrant_wages > declared.income.wage * 8 / 5 + 500_000 {
            self.plant(serial, None, Family::Wages, true, true);
        }
        self.falsehoods(serial, unit, listing, declared);
        self.ties(unit);
        support::support(&mut self.random(Stream::Measure, unit.number), self, serial, truth, listing);
    }

    /// One in a hundred leaves the telephone of the house before.
    fn phone(&mut self, random: &mut Random, serial: i64, number: u32, declared: &Declared) -> u64 {
        let shares = random.chance(0.01) && !declared.empty(PHONE);
        match &self.before {
            Some(before) if shares && !before.declared.empty(PHONE) => {
                let (other, phone) = (before.number, before.phone);
                self.plant(serial, None, Family::SharedPhone, false, true);
                self.plant(self.village.serial(other), None, Family::SharedPhone, false, true);
                phone
            }
            Some(_) | None => self.village.phone(number),
        }
    }

    fn fraud(&mut self, random: &mut Random, serial: i64, unit: &Unit<'_>, declared: &mut Declared) {
        match (self.village.fraud, &self.before) {
            (Fraud::Copied, Some(before)) if random.chance(0.45) && unit.split_from.is_none() => {
                declared.copy(&before.declared);
                self.plant(serial, None, Family::Copied, false, true);
            }
            (Fraud::Invented, _) if declared.invented => {
                self.plant(serial, None, Family::Invented, false, true);
            }
            (Fraud::None | Fraud::Copied | Fraud::Invented, _) => {}
        }
    }

    fn against_departments(&mut self, serial: i64, truth: &Household, listing: &Listing, declared: &Declared, shown: ShownWealth) {
        let owned = &truth.wealth;
        let large = owned.vehicle.is_some_and(|vehicle| vehicle.kind != VehicleKind::Tractor);
        let facts = [
            (large, declared.vehicle, Family::Vehicle, shown.vehicle),
            (owned.house.is_some(), declared.second_house, Family::SecondHouse, shown.house),
            (owned.business().is_some(), declared.company, Family::Company, shown.company),
        ];
        for (true_, said, family, visible) in facts {
            if true_ && (!said || listing.current()) {
                self.plant(serial, None, family, !said, visible);
            }
        }
    }

    /// What only patterns in the answers themselves show.
    fn falsehoods(&mut self, serial: i64, unit: &Unit<'_>, listing: &Listing, declared: &Declared) {
        if declared.bunched && !declared.invented && !declared.copied {
            self.plant(serial, None, Family::Bunching, true, true);
        }
        if declared.under_reported && !declared.invented && !declared.copied {
            self.plant(serial, None, Family::UnderReported, true, false);
        }
        if declared.miscalculated {
            self.plant(serial, None, Family::IncomeComposition, false, true);
        }
        if unit.splits || unit.split_from.is_some() {
            self.plant(serial, None, Family::Split, true, true);
        }
        if listing.hasty {
            self.plant(serial, None, Family::Monitoring, false, true);
        }
        let any = |test: fn(&Person) -> bool| unit.people.iter().any(test);
        let able = unit.people.iter().filter(|person| person.able()).count() * 2;
        let baseless = match listing.causes.first().copied().flatten() {
            Some(Cause::Illness) => !any(|person| person.serious || person.chronic),
            Some(Cause::Disability) => !any(|person| person.disability.is_some()),
            Some(Cause::Schooling) => !any(Person::in_school),
            Some(Cause::LackLabour) => able > unit.people.len(),
            Some(_) | None => false,
        };
        if baseless {
            self.plant(serial, None, Family::Cause, false, true);
        }
    }

    fn ties(&mut self, unit: &Unit<'_>) {
        let (village, number) = (self.village, unit.number);
        let serial = village.serial(number);
        let random = &mut self.random(Stream::Tie, number);
        let last = village.site.households;
        let mut others: Vec<(u32, TieKind)> = Vec::with_capacity(6);
        if number < last {
            let kind = if unit.splits { TieKind::SplitOff } else { TieKind::Neighbour };
            others.push((number + 1, kind));
        }
        let seed = self.rules.context.seed;
        let surname = village.surname(seed, number);
        for _ in 0..5 {
            let other = number + 1 + random.below(last.saturating_sub(number).max(1));
            let kind = random.choose(&[(0.3, TieKind::Sibling), (0.2, TieKind::Parent)], TieKind::Clan);
            if other <= last && village.surname(seed, other) == surname {
                others.push((other, kind));
            }
        }
        others.sort_by_key(|(other, _)| *other);
        others.dedup_by_key(|(other, _)| *other);
        for (other, kind) in others {
            self.batch.ties.push(TieRow { household: serial, other: village.serial(other), kind });
        }
    }

    /// Households that no enumerator found: only departments know of their people.
    fn hidden(&mut self, births: &mut Births, people: &mut Vec<Person>) {
        let random = &mut Random::keyed(self.rules.context.seed, self.village.site.code, Stream::Hidden);
        let expected = f64::from(self.village.site.households) * self.rules.unsurveyed;
        let mut left = expected;
        let mut number = HIDDEN;
        while left > 0.0 && number < 9_999 {
            if left >= 1.0 || random.chance(left) {
                number += 1;
                let truth = household::household(&self.rules.context, self.village, number, births, people);
                let serial = self.village.serial(number);
                let departments = self.rules.departments;
                let mut records = self.random(Stream::Extract, number);
                for person in people.iter() {
                    let _shown = departments.person(&mut records, self.batch, person, self.village.site.code);
                    self.missed(serial, false, person, &truth);
                }
                let place = (serial, self.village.site.code);
                let _shown = departments.wealth(&mut records, self.batch, place, &truth.wealth, people);
            }
            left -= 1.0;
        }
    }

    fn missed(&mut self, household: i64, surveyed: bool, person: &Person, truth: &Household) {
        self.batch.unsurveyed.push(UnsurveyedRow {
            household,
            surveyed,
            subject: extract::subject(person, self.village.site.code),
            poor: truth.verdict.poor,
            per_head: truth.verdict.per_head,
            cause: truth.verdict.cause,
        });
    }
}

/// Old parents on paper live alone: their pensions and a corner of the land go with them; the truth
/// of both parts stays that of the whole.
fn divide(truth: Household) -> (Household, Household) {
    let (mut rest, mut apart) = (truth, truth);
    let whole = truth.income;
    apart.income = Income {
        pension: whole.pension,
        family_planning: whole.family_planning,
        crop: whole.crop / 10,
        cost: whole.crop / 25,
        other_transfer: whole.other_transfer / 3,
        ..Income::default()
    };
    rest.income.pension = 0;
    rest.income.family_planning = 0;
    rest.income.crop -= apart.income.crop;
    rest.income.cost = (rest.income.cost - apart.income.cost).max(0);
    rest.income.other_transfer -= apart.income.other_transfer;
    apart.land.cultivated = (truth.land.cultivated).round() / 10.0;
    apart.land.irrigated = 0.0;
    apart.dwelling.m2 = (truth.dwelling.m2 * 0.3).round();
    apart.wealth = crate::dwelling::Wealth::default();
    apart.shocks.schooling_cost = 0.0;
    apart.shocks.medical_paid = 0.0;
    (rest, apart)
}

fn helper(random: &mut Random, as_of: i32) -> (Name, i32) {
    let sex = random.choose(&[(0.6, Sex::Male)], Sex::Female);
    let surname = name::surname(random);
    (Name::new(random, surname, sex), as_of - random.between(60, 1_800))
}

/// Whether the household was ever looked at by the programme.
pub(crate) fn known(listing: &Listing) -> bool {
    listing.status != Registration::None
}
