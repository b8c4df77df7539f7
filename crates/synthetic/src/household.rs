//! What is true of a household.

use crate::codes::{HouseholdKind, Labour, PayrollKind, Risks, Sex};
use crate::convert;
use crate::dwelling::{Dwelling, Wealth};
use crate::family::{self, Form, Member};
use crate::income::{self, Income, Land, Means};
use crate::name;
use crate::person::{self, Insured, Person, Setting};
use crate::poverty::{self, Verdict};
use crate::random::{self, Random, Stream};
use crate::village::{Births, Village};

/// What generation needs besides the village; the same for all households of a plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    pub(crate) seed: u64,
    pub(crate) as_of: i32,
    pub(crate) line: i64,
    /// Prices against those of 2023, which the model's yuan are.
    pub(crate) prices: f64,
    /// Factor on market incomes that gives the incidence asked for; found by a pilot.
    pub(crate) scale: f64,
    pub(crate) listed_only: bool,
    pub(crate) under_reporting: f64,
}

/// How a household answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Honest,
    UnderReporting,
    /// Arranges its answers so as to qualify.
    Strategic,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shocks {
    pub(crate) illness: bool,
    pub(crate) accident: bool,
    pub(crate) disaster: Option<Risks>,
    pub(crate) crop_failure: bool,
    pub(crate) job_loss: bool,
    pub(crate) marriage: bool,
    pub(crate) bereavement: bool,
    /// Yuan in the year.
    pub(crate) schooling_cost: f64,
    pub(crate) medical_paid: f64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Household {
    pub(crate) form: Form,
    pub(crate) kind: HouseholdKind,
    pub(crate) land: Land,
    pub(crate) dwelling: Dwelling,
    pub(crate) wealth: Wealth,
    pub(crate) income: Income,
    pub(crate) shocks: Shocks,
    pub(crate) manner: Manner,
    /// Kin of a village cadre.
    pub(crate) connected: bool,
    /// Whoever answers cannot read.
    pub(crate) unlettered: bool,
    pub(crate) verdict: Verdict,
}

/// Mean and spread of the logarithm of income per head over the line, seen in pilots; only the
/// scale of `wealth` hangs on it.
const LOG_RATIO: (f64, f64) = (0.98, 0.72);

/// Makes a household and its people (replacing `people`), the head first.
pub(crate) fn household(context: &Context, village: &Village, number: u32, births: &mut Births, people: &mut Vec<Person>) -> Household {
    let stream = if number >= HIDDEN { Stream::Hidden } else { Stream::Household };
    let random = &mut Random::keyed(context.seed, village.serial(number), stream);
    let culture = random.normal();
    let setting = Setting { village, as_of: context.as_of, frailty: random.lognormal(0.55) * 0.9, culture };
    let surname = village.surname(context.seed, number);
    let form = settle(random, context, &setting, births, (surname, people));
    let shocks = shocks(random, village, people);
    employ(random, village, people);

    let size = convert::float_of_count(people.len());
    let kin = Random::keyed(context.seed ^ 0x0C1A, village.site.code * 64 + i64::from(surname), Stream::Village).normal();
    let lasting = village.level + 0.07 * kin + 0.10 * culture + 0.26 * random.normal();
    let means = means(random, context, &shocks, lasting);
    let (luck, effort) = (means.luck, means.effort);
    let land = Land::new(random, village, size);
    let mut income = income::earn(random, village, &land, &means, people);
    public_jobs(random, context, &mut income, people);
    income::transfers(random, &land, context.prices, people, &mut income);

    let (dwelling, owned) = settle_down(random, context, village, (&income, &shocks), (size, luck));
    let kind = support(random, context, form, &mut income, people);
    let verdict = poverty::judge(
        random,
        context,
        village,
        &poverty::Facts { form, people, land: &land, dwelling: &dwelling, income: &income, shocks: &shocks, wealth: &owned, effort },
    );
    Household {
        form,
        kind,
        land,
        dwelling,
        wealth: owned,
        income,
        shocks,
        manner: manner(random, context, verdict.ratio),
        connected: random.chance(0.06) || people.iter().any(|person| person.payroll == Some(PayrollKind::VillageCadre)),
        unlettered: people.first().is_some_and(|head| head.education == Some(crate::codes::Education::Illiterate)),
        verdict,
    }
}

/// Dwelling and wealth follow from income: the lasting part of it more than the year's luck.
fn settle_down(
    random: &mut Random,
    context: &Context,
    village: &Village,
    (income, shocks): (&Income, &Shocks),
    (size, luck): (f64, f64),
) -> (Dwelling, Wealth) {
    let per_head = convert::float(income.net()) / size / convert::float(context.line);
    let current = (random::ln(per_head.max(0.08)) - LOG_RATIO.0) / LOG_RATIO.1;
    let wealth = (current - random::ln(luck) / LOG_RATIO.1).clamp(-2.4, 2.4) * 0.80 + 0.55 * random.normal();
    let dwelling = Dwelling::new(random, village, wealth, size, context.as_of);
    let trades = income.other_production > 0;
    let mut owned = Wealth::new(random, current, wealth, context.prices, trades, context.as_of);
    owe(random, context, shocks, &mut owned);
    (dwelling, owned)
}

/// The lasting and the passing in what a household earns.
fn means(random: &mut Random, context: &Context, shocks: &Shocks, lasting: f64) -> Means {
    Means {
        prices: context.prices,
        ability: context.scale * random::exp(lasting),
        luck: random.lognormal(0.52),
        harvest: match (shocks.disaster, shocks.crop_failure) {
            (Some(_), _) => random.within(0.1, 0.5),
            (None, true) => random.within(0.3, 0.6),
            (None, false) => 1.0,
        },
        employment: if shocks.job_loss || shocks.accident { random.within(0.25, 0.6) } else { 1.0 },
        effort: if random.chance(0.035) { random.within(0.35, 0.75) } else { 1.0 },
    }
}

/// Household numbers from here on are of those never surveyed.
pub(crate) const HIDDEN: u32 = 9_000;

fn settle(
    random: &mut Random,
    context: &Context,
    setting: &Setting<'_>,
    births: &mut Births,
    (surname, people): (u8, &mut Vec<Person>),
) -> Form {
    let mut members: Vec<Member> = Vec::with_capacity(10);
    let form = family::form(random, context.listed_only, &mut members);
    people.clear();
    for member in members {
        let surname = if member.of_clan { surname } else { name::surname(random) };
        people.push(person::person(random, setting, births, member, surname));
    }
    if form == Form::SkippedGeneration {
        let orphaned = random.chance(0.12);
        for child in people.iter_mut().filter(|person| person.age < 16) {
            child.unsupported = orphaned;
        }
    }
    form
}

fn shocks(random: &mut Random, village: &Village, people: &[Person]) -> Shocks {
    let disaster = village.disaster.filter(|_| random.chance(0.35));
    let mut shocks = Shocks {
        accident: random.chance(0.008),
        disaster: disaster.or_else(|| random.chance(0.006).then_some(Risks::OtherDisaster)),
        crop_failure: random.chance(0.035),
        job_loss: random.chance(0.045),
        marriage: random.chance(0.018),
        bereavement: random.chance(0.016),
        ..Shocks::default()
    };
    for person in people {
        shocks.medical_paid += person.hospital_paid;
        shocks.illness |= person.serious && person.stays > 0;
        if person.costly_school() {
            let usual = if person.age >= 18 { 14_500.0 } else { 6_500.0 };
            shocks.schooling_cost += usual * random.within(0.7, 1.3);
        }
    }
    shocks
}

/// Jobs at market and on public payrolls.
fn employ(random: &mut Random, village: &Village, people: &mut [Person]) {
    let needs_care = people.iter().any(|person| person.severe() || person.serious || person.age <= 3);
    let mut carers = i32::from(needs_care);
    for person in people.iter_mut().rev() {
        let grown = person.age >= 16;
        let carer = carers > 0 && grown && person.able() && person.sex == Sex::Female;
        if carer {
            carers -= 1;
        }
        person.work = income::work(random, person, village, carer);
        let lettered = person.education.is_some_and(|reached| reached >= crate::codes::Education::Senior);
        let official = if lettered && person.able() && person.age >= 22 { 0.045 } else { 0.0 };
        let cadre = if person.able() && (28..60).contains(&person.age) { 0.006 } else { 0.0 };
        let retired = if person.age >= 60 { 0.008 } else { 0.0 };
        let kinds = [
            (official * 0.2, PayrollKind::CivilServant),
            (official * 0.6, PayrollKind::PublicInstitution),
            (official * 0.2, PayrollKind::StateCompany),
            (cadre, PayrollKind::VillageCadre),
            (retired, PayrollKind::Retired),
        ];
        let kind = random.choose(&kinds.map(|(share, kind)| (share, Some(kind))), None);
        person.payroll = kind;
        if kind.is_some_and(|kind| kind != PayrollKind::VillageCadre) {
            person.work = None;
            person.medical = Insured::Employee;
            person.pension = Insured::Employee;
        }
    }
}

/// Posts for those who can work little: sweepers, forest rangers.
fn public_jobs(random: &mut Random, context: &Context, income: &mut Income, people: &mut [Person]) {
    let size = convert::float_of_count(people.len().max(1));
    let low = convert::float(income.net()) / size < 1.6 * convert::float(context.line);
    let weak = |person: &Person| matches!(person.labour, Labour::Weak) || (person.able() && person.age >= 50);
    for person in people.iter_mut().filter(|person| weak(person) && person.work.is_none() && person.payroll.is_none()) {
        if random.chance(if low { 0.20 } else { 0.02 }) {
            person.payroll = Some(PayrollKind::Temporary);
            person.public_months = random.between(6, 12);
            let yuan = f64::from(person.public_months) * 620.0 * context.prices;
            income.public_job += convert::fen(yuan);
            income.wage += convert::fen(yuan);
            break;
        }
    }
}

fn owe(random: &mut Random, context: &Context, shocks: &Shocks, owned: &mut Wealth) {
    let mut yuan = 0.6 * (shocks.medical_paid - 9_000.0).max(0.0);
    yuan += 0.5 * shocks.schooling_cost;
    if shocks.marriage {
        yuan += random.within(40_000.0, 160_000.0);
    }
    if random.chance(0.14) {
        yuan += 25_000.0 * random.lognormal(0.8);
    }
    owned.debt = convert::fen((yuan * context.prices / 100.0).round() * 100.0);
    if random.chance(0.11) {
        owned.microloan = convert::fen(f64::from(random.between(1, 5)) * 10_000.0 * context.prices);
    }
}

/// Minimum living allowance and extreme poverty support, as granted by civil affairs: by means,
/// with the imprecision reported for rural dibao (Golan, Sicular, Umapathi 2015).
fn support(random: &mut Random, context: &Context, form: Form, income: &mut Income, people: &mut [Person]) -> HouseholdKind {
    let size = convert::float_of_count(people.len().max(1));
    let ratio = convert::float(income.net()) / size / convert::float(context.line);
    let severe = people.iter().any(|person| person.severe() || person.serious);
    let idle = people.iter().all(|person| !person.able());
    let alone = matches!(form, Form::ElderAlone | Form::Alone);
    if alone && idle && ratio < 1.3 && random.chance(0.6) {
        income.extreme_support = convert::fen(9_000.0 * context.prices);
        people.iter_mut().for_each(|person| person.extreme_support = true);
        return HouseholdKind::ExtremeSupport;
    }
    let chance = match ratio {
        ..0.7 => 0.42,
        0.7..1.0 => 0.26,
        1.0..1.5 => 0.07,
        _ => 0.008,
    } + if severe && ratio < 1.6 { 0.18 } else { 0.0 };
    if !random.chance(chance) {
        return HouseholdKind::Ordinary;
    }
    let whole = ratio < 0.8;
    let mut first = true;
    for person in people.iter_mut() {
        let covered = whole || person.severe() || person.serious || first;
        first = false;
        if covered {
            person.minimum_living = true;
            income.minimum_living += convert::fen(random.within(150.0, 330.0) * 12.0 * context.prices);
        }
    }
    let aid = people.iter_mut().filter(|person| person.stays > 0);
    aid.for_each(|person| person.medical_aid = person.hospital_paid > 5_000.0);
    HouseholdKind::MinimumLiving
}

/// Those well above the line hide more often; those near it have a reason to arrange themselves.
fn manner(random: &mut Random, context: &Context, ratio: f64) -> Manner {
    let strategic = if (1.0..2.6).contains(&ratio) { 0.07 } else { 0.01 };
    let hides = context.under_reporting * if ratio < 1.0 { 0.4 } else { 1.1 };
    random.choose(&[(strategic, Manner::Strategic), (hides, Manner::UnderReporting)], Manner::Honest)
}
