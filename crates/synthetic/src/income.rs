//! Incomes by source: earned month by month, added up for the year.

use crate::codes::{Education, JobChannel, Labour, PayrollKind, Sex, WorkPlace};
use crate::convert;
use crate::person::{Insured, Person, Work};
use crate::random::{self, Random};
use crate::village::{Terrain, Village};

/// Fen of a year, by source. What the form adds up is a function, so that sums always hold here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Income {
    /// Work away and at home, public jobs included.
    pub(crate) wage: i64,
    pub(crate) public_job: i64,
    pub(crate) crop: i64,
    pub(crate) livestock: i64,
    pub(crate) orchard: i64,
    pub(crate) other_production: i64,
    pub(crate) dividend: i64,
    pub(crate) land_rent: i64,
    pub(crate) family_planning: i64,
    pub(crate) minimum_living: i64,
    pub(crate) extreme_support: i64,
    pub(crate) pension: i64,
    pub(crate) ecology: i64,
    pub(crate) other_transfer: i64,
    pub(crate) cost: i64,
}

impl Income {
    pub(crate) fn production(&self) -> i64 {
        self.crop + self.livestock + self.orchard + self.other_production
    }

    pub(crate) fn property(&self) -> i64 {
        self.dividend + self.land_rent
    }

    pub(crate) fn transfer(&self) -> i64 {
        self.family_planning + self.minimum_living + self.extreme_support + self.pension + self.ecology + self.other_transfer
    }

    pub(crate) fn net(&self) -> i64 {
        self.wage + self.production() + self.property() + self.transfer() - self.cost
    }
}

/// Mu of each kind of land.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Land {
    pub(crate) cultivated: f64,
    pub(crate) irrigated: f64,
    pub(crate) forest: f64,
    pub(crate) returned: f64,
    pub(crate) orchard: f64,
    pub(crate) pasture: f64,
    pub(crate) pond: f64,
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

impl Land {
    pub(crate) fn new(random: &mut Random, village: &Village, people: f64) -> Self {
        let (per_head, irrigation, woods) = match village.terrain {
            Terrain::Plain => (1.8, 0.7, 0.3),
            Terrain::Hill => (1.35, 0.4, 2.5),
            Terrain::Mountain => (1.1, 0.18, 6.0),
        };
        let landless = random.chance(0.035);
        let cultivated = if landless { 0.0 } else { per_head * (people + 0.5) * random.lognormal(0.45) };
        let dry = if village.dry { 0.3 } else { 1.0 };
        Self {
            cultivated: tenth(cultivated),
            irrigated: tenth(cultivated * (irrigation * dry * random.within(0.4, 1.3)).min(1.0)),
            forest: tenth(woods * random.lognormal(0.8)),
            returned: if random.chance(0.25) { tenth(woods * random.within(0.2, 1.2)) } else { 0.0 },
            orchard: if random.chance(0.16) { tenth(random.within(0.3, 4.0)) } else { 0.0 },
            pasture: if random.chance(0.03) { tenth(random.within(1.0, 30.0)) } else { 0.0 },
            pond: if random.chance(0.03) { tenth(random.within(0.2, 3.0)) } else { 0.0 },
        }
    }
}

/// What raises or lowers all earnings of a household.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Means {
    /// Yuan of today's prices per yuan of the model's.
    pub(crate) prices: f64,
    /// Lasting ability: place, kin, capital, skill (factor).
    pub(crate) ability: f64,
    /// The year's luck (factor).
    pub(crate) luck: f64,
    /// Share of the harvest that was brought in.
    pub(crate) harvest: f64,
    /// Share of a year's jobs that held.
    pub(crate) employment: f64,
    /// Share of the usual effort.
    pub(crate) effort: f64,
}

/// Sums twelve months: `share` of a month in thousandths, a jitter of ±6 % from five bits each.
fn year(random: &mut Random, monthly: f64, months: impl Fn(i32) -> f64) -> f64 {
    let mut jitter = random.word();
    let mut sum = 0.0;
    for month in 0..12 {
        let bits = f64::from(convert::low(jitter & 31));
        jitter >>= 5;
        sum += monthly * months(month) * (0.94 + 0.12 * bits / 31.0);
    }
    sum
}

/// Jobs of a person able to work; nothing for the others.
pub(crate) fn work(random: &mut Random, person: &Person, village: &Village, carer: bool) -> Option<Work> {
    if !person.able() || person.in_school() || person.age > 68 {
        return None;
    }
    let base = match person.labour {
        Labour::Skilled => 1.7,
        Labour::Ordinary => 0.75,
        Labour::Weak => -1.5,
        Labour::Lost | Labour::None => return None,
    };
    let woman = person.sex == Sex::Female;
    let taste = base - if woman { 0.75 } else { 0.0 } - 0.055 * f64::from((person.age - 42).max(0)) - if carer { 1.1 } else { 0.0 };
    if !random.chance(random::logistic(taste)) {
        return None;
    }
    let far = matches!(village.terrain, Terrain::Mountain | Terrain::Hill);
    let young = person.age < 45;
    let place = random.choose(
        &[
            (if young { 0.10 } else { 0.36 }, WorkPlace::Township),
            (if young { 0.16 } else { 0.26 }, WorkPlace::County),
            (if far { 0.22 } else { 0.30 }, WorkPlace::Province),
            (0.004, WorkPlace::Abroad),
        ],
        WorkPlace::Outside,
    );
    let months = match place {
        WorkPlace::Township => random.between(3, 10),
        WorkPlace::County => random.between(5, 11),
        WorkPlace::Province | WorkPlace::Outside | WorkPlace::Abroad => random.between(7, 11),
    };
    let schooling = match person.education {
        Some(Education::Illiterate) | None => 0.80,
        Some(Education::Primary) => 0.89,
        Some(Education::Junior) => 1.0,
        Some(Education::Senior) => 1.12,
        Some(Education::College) => 1.28,
        Some(Education::University) => 1.55,
    };
    let reach = match place {
        WorkPlace::Township => 0.72,
        WorkPlace::County => 0.85,
        WorkPlace::Province => 1.05,
        WorkPlace::Outside => 1.15,
        WorkPlace::Abroad => 1.6,
    };
    let skill = match person.labour {
        Labour::Skilled => 1.22,
        Labour::Weak => 0.62,
        Labour::Ordinary | Labour::Lost | Labour::None => 1.0,
    };
    let wage = 3_400.0 * schooling * reach * skill * if woman { 0.82 } else { 1.0 };
    let channel = random.choose(
        &[(0.44, JobChannel::Relatives), (0.36, JobChannel::OneSelf), (0.12, JobChannel::Organised), (0.05, JobChannel::Workshop)],
        JobChannel::Other,
    );
    Some(Work { place, months, wage: wage * random.lognormal(0.30), channel, employer: convert::byte(random.below(16)) })
}

/// Market incomes of the year; wages of the members are brought to today's level in place.
pub(crate) fn earn(random: &mut Random, village: &Village, land: &Land, means: &Means, people: &mut [Person]) -> Income {
    let mut income = Income::default();
    let level = means.prices * means.ability;
    for person in people.iter_mut() {
        if let Some(work) = &mut person.work {
            // ability and luck show half in the wage, half in what is brought home of it
            let standing = (means.ability * means.luck).sqrt();
            work.wage = (work.wage * means.prices * standing).max(600.0 * means.prices);
            let kept = convert::whole_small(f64::from(work.months) * means.employment * means.effort);
            work.months = kept.clamp(1, 12);
            let first = 12 - work.months;
            let (wage, share) = (work.wage, f64::from(work.months));
            let year = year(random, wage, |month| if month >= first { 1.0 } else { 0.0 });
            // few bring home all: food and rent at the place of work
            let usual = if matches!(work.place, WorkPlace::Township) { 0.95 } else { 0.62 };
            let brought = (usual * standing).clamp(0.15, 1.0);
            income.wage += convert::fen(year.min(wage * share * 1.06) * brought);
        }
        if let Some(pay) = pay(person.payroll) {
            income.wage += convert::fen(pay * means.prices * 12.0);
        }
    }
    let hands: f64 = people.iter().map(hands).sum();
    let farmed = land.cultivated.min(2.0 + 5.0 * hands);
    let yuan = level * means.luck * means.effort;
    let crop = year(random, 1_700.0 * farmed * village.land_quality * means.harvest, |month| match month {
        5 => 0.3,
        8 => 0.25,
        9 => 0.35,
        10 => 0.1,
        _ => 0.0,
    }) * yuan;
    let keeps = hands > 0.3 && random.chance(0.5);
    let livestock = if keeps { 7_000.0 * random.lognormal(0.8) * (0.4 + 0.4 * hands.min(3.0)) } else { 0.0 };
    let livestock = year(random, livestock * yuan, |month| if month % 4 == 3 { 1.0 / 3.0 } else { 0.0 });
    let orchard = 2_100.0 * land.orchard * yuan * means.harvest * random.within(0.5, 1.3);
    let trades = hands > 0.9 && random.chance(0.045);
    let other = if trades { 30_000.0 * random.lognormal(0.7) * yuan } else { 0.0 };
    income.crop = convert::fen(crop);
    income.livestock = convert::fen(livestock);
    income.orchard = convert::fen(orchard);
    income.other_production = convert::fen(year(random, other / 12.0, |_| 1.0));
    let cost = 0.40 * crop + 0.55 * livestock + 0.30 * orchard + 0.52 * other;
    income.cost = convert::fen(cost * random.within(0.85, 1.15));
    let unfarmed = (land.cultivated - farmed).max(0.0);
    if unfarmed > 0.5 || random.chance(0.10) {
        income.land_rent = convert::fen((unfarmed.max(0.8)) * 380.0 * means.prices);
    }
    if random.chance(0.22) {
        income.dividend = convert::fen(random.within(150.0, 1_600.0) * means.prices);
    }
    income
}

fn hands(person: &Person) -> f64 {
    let full = match person.labour {
        Labour::Ordinary | Labour::Skilled => 1.0,
        Labour::Weak => 0.5,
        Labour::Lost | Labour::None => 0.0,
    };
    let home = person.work.map_or(12, |work| match work.place {
        WorkPlace::Township => 9,
        WorkPlace::County => (12 - work.months).max(4),
        WorkPlace::Province | WorkPlace::Outside | WorkPlace::Abroad => 12 - work.months,
    });
    full * f64::from(home) / 12.0
}

/// Yuan a month; a retired official's pension counts as pay.
pub(crate) fn pay(kind: Option<PayrollKind>) -> Option<f64> {
    Some(match kind? {
        PayrollKind::CivilServant => 5_600.0,
        PayrollKind::PublicInstitution => 5_200.0,
        PayrollKind::StateCompany => 5_000.0,
        PayrollKind::VillageCadre => 2_300.0,
        PayrollKind::Retired => 4_200.0,
        PayrollKind::Temporary => 900.0,
    })
}

/// Transfers that need no test of means.
pub(crate) fn transfers(random: &mut Random, land: &Land, prices: f64, people: &[Person], income: &mut Income) {
    for person in people {
        if person.age >= 60 {
            let monthly = match person.pension {
                Insured::Employee if person.payroll.is_none() => 2_400.0,
                Insured::Resident => random.within(120.0, 210.0),
                Insured::Employee | Insured::No => 0.0,
            };
            income.pension += convert::fen(monthly * 12.0 * prices);
            if person.age >= 80 {
                income.other_transfer += convert::fen(50.0 * 12.0 * prices);
            }
        }
        if person.severe() {
            income.other_transfer += convert::fen(90.0 * 12.0 * prices);
        }
    }
    income.ecology = convert::fen((land.returned * 125.0 + land.forest * 14.0 + land.pasture * 3.0) * prices);
    income.other_transfer += convert::fen(land.cultivated * 95.0 * prices);
    let elders = people.iter().filter(|person| person.age >= 60).count();
    if elders > 0 && random.chance(0.16) {
        income.family_planning = convert::fen(960.0 * prices);
    }
    // money sent by children who live elsewhere
    if elders > 0 && people.iter().all(|person| !person.able() || person.age >= 58) && random.chance(0.78) {
        income.other_transfer += convert::fen(4_300.0 * prices * random.lognormal(0.7) * convert::float_of_count(elders));
    }
}
