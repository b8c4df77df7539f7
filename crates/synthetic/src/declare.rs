//! What a household answers, against what is true of it.

use crate::codes::{DwellingGrade, VehicleKind};
use crate::convert;
use crate::dwelling::Dwelling;
use crate::household::{Context, Household, Manner};
use crate::income::{Income, Land};
use crate::random::Random;
use crate::village::Fraud;

/// Bit of the telephone among the cells left empty.
pub(crate) const PHONE: u32 = 11;

/// The answers that go into the register.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared {
    pub(crate) size: i32,
    pub(crate) size_at_start: i32,
    pub(crate) land: Land,
    pub(crate) dwelling: Dwelling,
    pub(crate) income: Income,
    /// Sums as written; they hold unless someone reckoned wrongly.
    pub(crate) production: i64,
    pub(crate) transfer: i64,
    pub(crate) net: i64,
    pub(crate) insurance_payout: i64,
    pub(crate) self_paid: i64,
    pub(crate) debt: i64,
    pub(crate) microloan: i64,
    pub(crate) vehicle: bool,
    pub(crate) second_house: bool,
    pub(crate) company: bool,
    pub(crate) bunched: bool,
    pub(crate) under_reported: bool,
    pub(crate) miscalculated: bool,
    pub(crate) copied: bool,
    pub(crate) invented: bool,
    pub(crate) cost_hidden: bool,
    /// Cells the visitor left empty: one bit each.
    pub(crate) blank: u64,
}

/// Heaping: people round, the more the larger the amount (fen in, fen out).
fn heaped(random: &mut Random, fen: i64) -> i64 {
    let unit = match fen / 100 {
        ..=0 => return 0,
        1..=999 => random.choose(&[(0.5, 10), (0.3, 50)], 1),
        1_000..=9_999 => random.choose(&[(0.45, 100), (0.25, 500)], 10),
        _ => random.choose(&[(0.45, 1_000), (0.2, 500), (0.2, 100)], 10),
    };
    let step = unit * 100;
    ((fen + step / 2) / step * step).max(100)
}

fn scaled(fen: i64, factor: f64) -> i64 {
    convert::whole(convert::float(fen) * factor)
}

fn each(random: &mut Random, income: &Income, mut change: impl FnMut(&mut Random, i64) -> i64) -> Income {
    let mut of = |fen| change(random, fen);
    let public_job = of(income.public_job);
    Income {
        wage: of(income.wage - income.public_job) + public_job,
        public_job,
        crop: of(income.crop),
        livestock: of(income.livestock),
        orchard: of(income.orchard),
        other_production: of(income.other_production),
        dividend: of(income.dividend),
        land_rent: of(income.land_rent),
        family_planning: income.family_planning,
        minimum_living: income.minimum_living / 100 * 100,
        extreme_support: income.extreme_support,
        pension: income.pension / 100 * 100,
        ecology: of(income.ecology),
        other_transfer: of(income.other_transfer),
        cost: of(income.cost),
    }
}

/// The household's own answers; `listed` people carry the size.
pub(crate) fn declare(random: &mut Random, context: &Context, household: &Household, fraud: Fraud, size: i32) -> Declared {
    let truth = &household.income;
    let spread = if household.unlettered { 0.17 } else { 0.07 };
    let mut income = each(random, truth, |random, fen| {
        let said = scaled(fen, random.lognormal(spread));
        heaped(random, said)
    });
    let hides = household.manner != Manner::Honest;
    if hides {
        let share = random.within(0.35, 0.78);
        let rest = income.public_job;
        income.wage = heaped(random, scaled(income.wage - rest, share)) + rest;
        income.other_production = heaped(random, scaled(income.other_production, share * 0.6));
        income.livestock = heaped(random, scaled(income.livestock, share));
        if random.chance(0.5) {
            income.land_rent = 0;
            income.dividend = 0;
        }
    }
    let bunched = household.manner == Manner::Strategic && bunch(random, context, &mut income, size);
    let owned = &household.wealth;
    let hidden = if hides { 0.72 } else { 0.02 };
    let large = owned.vehicle.is_some_and(|vehicle| !matches!(vehicle.kind, VehicleKind::Tractor));
    let forgets = random.chance(0.06);
    let mut declared = Declared {
        size,
        size_at_start: (size + random.choose(&[(0.02, -1), (0.03, 1)], 0)).max(0),
        land: household.land,
        dwelling: household.dwelling,
        income,
        production: 0,
        transfer: 0,
        net: 0,
        insurance_payout: if household.shocks.medical_paid > 15_000.0 && random.chance(0.2) {
            heaped(random, convert::fen(household.shocks.medical_paid * 0.3))
        } else {
            0
        },
        self_paid: {
            let said = if forgets { 0.2 } else { random.lognormal(0.08) };
            heaped(random, convert::fen(household.shocks.medical_paid * said))
        },
        debt: owned.debt,
        microloan: owned.microloan,
        vehicle: large && !random.chance(hidden),
        second_house: owned.house.is_some() && !random.chance(hidden + 0.1),
        company: owned.business().is_some() && !random.chance(hidden),
        bunched,
        under_reported: hides && truth.net() > income.net() + context.line / 2,
        miscalculated: random.chance(if household.unlettered { 0.03 } else { 0.012 }),
        copied: false,
        invented: false,
        cost_hidden: forgets && household.shocks.medical_paid > 8_000.0,
        blank: random.word() & random.word() & random.word() & random.word() & random.word() & random.word(),
    };
    misjudge(random, &mut declared, hides);
    if fraud == Fraud::Invented && random.chance(0.6) {
        invent(random, context, &mut declared);
    }
    declared.add_up(random);
    declared
}

impl Declared {
    pub(crate) fn add_up(&mut self, random: &mut Random) {
        self.production = self.income.production();
        self.transfer = self.income.transfer();
        self.net = self.income.wage + self.production + self.income.property() + self.transfer - self.income.cost;
        if self.miscalculated {
            match random.below(3) {
                0 => self.production += i64::from(random.between(5, 60)) * 10_000,
                1 => self.transfer += i64::from(random.between(3, 30)) * 10_000,
                _ => self.net -= i64::from(random.between(10, 90)) * 10_000,
            }
        }
    }

    pub(crate) fn per_head(&self) -> i64 {
        self.net / i64::from(self.size.max(1))
    }

    /// Takes over what was written down at the house before.
    pub(crate) fn copy(&mut self, before: &Self) {
        self.copied = true;
        self.bunched = false;
        self.land = before.land;
        self.dwelling = before.dwelling;
        self.income = before.income;
        self.production = before.production;
        self.transfer = before.transfer;
        self.net = before.net;
        self.miscalculated = before.miscalculated;
        self.debt = before.debt;
    }

    pub(crate) fn empty(&self, bit: u32) -> bool {
        self.blank >> (bit % 64) & 1 == 1
    }
}

/// Lowers wages, then costs are raised, until income per head lies just under the line.
fn bunch(random: &mut Random, context: &Context, income: &mut Income, size: i32) -> bool {
    let people = i64::from(size.max(1));
    let over = income.net() - context.line * people;
    if over <= 0 || over > context.line * people * 8 / 5 {
        return false;
    }
    let aim = scaled(context.line * people, random.within(0.90, 0.998));
    let excess = income.net() - aim;
    let from_wage = excess.min(income.wage - income.public_job);
    income.wage -= from_wage;
    income.cost += excess - from_wage;
    true
}

/// Visitors judge dwellings and water with some error; those who hide show the worst room.
fn misjudge(random: &mut Random, declared: &mut Declared, hides: bool) {
    let dwelling = &mut declared.dwelling;
    if random.chance(0.05) {
        dwelling.m2 = (dwelling.m2 * random.within(0.8, 1.2)).round();
    }
    if hides && random.chance(0.12) && dwelling.grade == DwellingGrade::B {
        dwelling.grade = DwellingGrade::C;
    }
    if random.chance(0.03) {
        dwelling.water_safe = !dwelling.water_safe;
    }
    if random.chance(0.03) {
        dwelling.toilet = !dwelling.toilet;
    }
    if hides && dwelling.assets > 2 && random.chance(0.5) {
        dwelling.assets -= 2;
    }
    if random.chance(0.04) {
        declared.land.cultivated = (declared.land.cultivated * random.within(0.6, 1.3) * 10.0).round() / 10.0;
    }
}

/// Numbers made up at a desk crowd together and shun zeros and fives at the end.
fn invent(random: &mut Random, context: &Context, declared: &mut Declared) {
    declared.invented = true;
    declared.bunched = false;
    declared.under_reported = false;
    let aim = scaled(context.line * i64::from(declared.size), random.within(1.10, 1.40));
    let factor = convert::float(aim) / convert::float(declared.income.net().max(1_000));
    declared.income = each(random, &declared.income.clone(), |random, fen| {
        let yuan = scaled(fen, factor.clamp(0.02, 30.0)) / 1_000;
        let last = random.pick(&[7, 3, 8, 7, 6, 2], 7);
        if fen == 0 { 0 } else { (yuan * 10 + last) * 100 }
    });
}
