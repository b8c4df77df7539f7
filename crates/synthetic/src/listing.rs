//! The programme's list as it is today: who was put on it, kept on it and taken off.

use crate::codes::{Cause, Criterion, EliminationWay, HouseholdKind, MonitoredKind, Registration, Risks};
use crate::convert;
use crate::household::{Household, Manner};
use crate::person::Person;
use crate::random::{self, Random};

/// Probabilities that give the exclusion and inclusion error asked for; found by a pilot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Norms {
    /// Share of the truly poor on the list over the mean of [`visibility`] among them.
    pub(crate) poor: f64,
    /// Share of the others on the list over the mean of [`pull`] among them.
    pub(crate) others: f64,
}

/// Guarantees that failed: dwelling, schooling, water, insurance.
pub(crate) type Failures = [bool; 4];

#[derive(Clone, Copy, Debug)]
pub(crate) struct Listing {
    pub(crate) status: Registration,
    pub(crate) kind: Option<HouseholdKind>,
    pub(crate) monitored_kind: Option<MonitoredKind>,
    pub(crate) criterion: Option<Criterion>,
    pub(crate) causes: [Option<Cause>; 3],
    pub(crate) risks: Option<Risks>,
    pub(crate) registered_on: Option<i32>,
    pub(crate) identified_on: Option<i32>,
    pub(crate) exited_on: Option<i32>,
    pub(crate) returned_on: Option<i32>,
    pub(crate) eliminated_on: Option<i32>,
    pub(crate) way: Option<EliminationWay>,
    pub(crate) identified: Option<Failures>,
    pub(crate) eliminated: Option<Failures>,
    pub(crate) income_at_elimination: Option<i64>,
    pub(crate) net_protected: bool,
    pub(crate) relocated_on: Option<i32>,
    pub(crate) martyr_family: bool,
    /// Planted: eliminated too soon, or while a guarantee failed.
    pub(crate) hasty: bool,
}

impl Listing {
    /// In the programme now.
    pub(crate) fn current(&self) -> bool {
        matches!(self.status, Registration::Registered | Registration::Monitored)
    }

    pub(crate) fn ever(&self) -> bool {
        self.status != Registration::None
    }
}

/// How easily a poor household is seen: old, ill and disabled people are; workers who are away are not.
pub(crate) fn visibility(household: &Household, people: &[Person]) -> f64 {
    let any = |test: fn(&Person) -> bool| people.iter().any(test);
    let mut seen = 1.0;
    if any(|person| person.serious || person.severe()) {
        seen += 0.30;
    }
    if people.iter().all(|person| !person.able()) {
        seen += 0.12;
    }
    if household.kind != HouseholdKind::Ordinary {
        seen += 0.15;
    }
    if any(Person::absent) {
        seen -= 0.22;
    }
    seen += match people.len() {
        ..=2 => 0.28,
        3..=4 => 0.0,
        _ => -0.28,
    };
    if household.verdict.ratio < 0.7 {
        seen += 0.12;
    }
    seen
}

/// What draws a household that is not poor onto the list: nearness to the line, illness, kin in
/// office, arranged answers.
pub(crate) fn pull(household: &Household, people: &[Person]) -> f64 {
    let mut pull = random::exp(-1.15 * (household.verdict.ratio - 1.0).max(0.0));
    if household.connected {
        pull = pull * 2.2 + 0.08;
    }
    if household.manner == Manner::Strategic {
        pull *= 2.4;
    }
    if household.kind != HouseholdKind::Ordinary {
        pull *= 1.7;
    }
    if people.iter().any(|person| person.serious || person.severe()) {
        pull *= 1.5;
    }
    // small households of the old catch the eye of a village meeting
    pull * match people.len() {
        ..=2 => 2.1,
        3..=4 => 1.0,
        _ => 0.52,
    }
}

/// Puts a household on the list or leaves it off.
pub(crate) fn list(random: &mut Random, norms: Norms, listed_only: bool, as_of: i32, household: &Household, people: &[Person]) -> Listing {
    let chance = if household.verdict.poor {
        (norms.poor * visibility(household, people)).min(0.98)
    } else {
        (norms.others * pull(household, people)).min(0.9)
    };
    let status = if random.chance(chance) {
        random.choose(&[(0.55, Registration::Registered)], Registration::Monitored)
    } else {
        let near = random::exp(-0.5 * (household.verdict.ratio - 1.0).max(0.0));
        random.choose(
            &[(0.17 * near, Registration::Exited), (0.045 * near, Registration::Eliminated)],
            if listed_only { Registration::Exited } else { Registration::None },
        )
    };
    let mut listing = blank(random, status, as_of, household);
    if listing.ever() {
        describe(random, &mut listing, household, people);
        date(random, &mut listing, as_of, household, people);
    }
    listing
}

/// The list entry of old parents who were split off: on their own they look poor.
pub(crate) fn list_split(random: &mut Random, as_of: i32, household: &Household, people: &[Person]) -> Listing {
    let status = random
        .choose(&[(0.45, Registration::Registered), (0.25, Registration::Monitored), (0.08, Registration::Exited)], Registration::None);
    let mut listing = blank(random, status, as_of, household);
    if listing.ever() {
        describe(random, &mut listing, household, people);
        listing.causes = [Some(Cause::LackLabour), None, None];
        date(random, &mut listing, as_of, household, people);
    }
    listing
}

fn blank(random: &mut Random, status: Registration, as_of: i32, household: &Household) -> Listing {
    let remote = household.dwelling.road_km > 2.0;
    let relocated = random.chance(if remote { 0.09 } else { 0.02 });
    Listing {
        status,
        kind: None,
        monitored_kind: None,
        criterion: None,
        causes: [None; 3],
        risks: None,
        registered_on: None,
        identified_on: None,
        exited_on: None,
        returned_on: None,
        eliminated_on: None,
        way: None,
        identified: None,
        eliminated: None,
        income_at_elimination: None,
        net_protected: false,
        relocated_on: relocated.then(|| as_of - random.between(900, 2_600)),
        martyr_family: random.chance(0.006),
        hasty: false,
    }
}

/// Officials write down the true cause in about four of five cases; the rest slides into what is
/// easily said.
fn declared(random: &mut Random, cause: Cause) -> Cause {
    if random.chance(0.80) {
        return cause;
    }
    match cause {
        Cause::Illness => random.choose(&[(0.4, Cause::LackLabour), (0.4, Cause::LackCapital)], Cause::Disability),
        Cause::Disability => random.choose(&[(0.6, Cause::Illness)], Cause::LackLabour),
        Cause::LackTechnology => random.choose(&[(0.7, Cause::LackCapital)], Cause::Traffic),
        Cause::LackCapital => random.choose(&[(0.6, Cause::LackTechnology)], Cause::Schooling),
        Cause::LackLabour => random.choose(&[(0.6, Cause::Illness)], Cause::LackTechnology),
        Cause::Motivation | Cause::Other => random.choose(&[(0.5, Cause::LackTechnology)], Cause::LackCapital),
        Cause::Schooling | Cause::Disaster | Cause::LackLand | Cause::LackWater | Cause::Traffic | Cause::Marriage | Cause::Bereavement => {
            random.choose(&[(0.45, Cause::LackCapital), (0.3, Cause::LackTechnology)], Cause::Illness)
        }
    }
}

fn describe(random: &mut Random, listing: &mut Listing, household: &Household, people: &[Person]) {
    listing.kind = Some(household.kind);
    listing.criterion = Some(random.choose(&[(0.9, Criterion::National), (0.08, Criterion::Provincial)], Criterion::Municipal));
    let verdict = &household.verdict;
    let main = declared(random, verdict.cause);
    let second = verdict.cause_second.map(|cause| declared(random, cause)).filter(|cause| *cause != main);
    listing.causes = [Some(main), second, None];
    if second.is_some() && random.chance(0.12) && main != Cause::Other && second != Some(Cause::Other) {
        listing.causes = [Some(main), second, Some(Cause::Other)];
    }
    listing.net_protected = people.iter().all(|person| !person.able()) && random.chance(0.85);
}

fn risk(random: &mut Random, household: &Household, cause: Cause) -> Risks {
    if household.dwelling.unsafe_() && random.chance(0.4) {
        return Risks::UnsafeHousing;
    }
    match cause {
        Cause::Illness => random.choose(
            &[(0.12, Risks::IllnessUnstableWork), (0.12, Risks::IllnessLackLabour), (0.03, Risks::IllnessUnsafeHousing)],
            Risks::Illness,
        ),
        Cause::Disability => random.choose(&[(0.3, Risks::DisabilityLackLabour)], Risks::Disability),
        Cause::Schooling => random.choose(&[(0.2, Risks::UnstableWorkSchooling)], Risks::Schooling),
        Cause::Disaster => household.shocks.disaster.unwrap_or(Risks::Biological),
        Cause::LackLabour | Cause::Bereavement => Risks::LackLabour,
        Cause::LackTechnology | Cause::LackCapital => random.choose(&[(0.3, Risks::FailedBusiness)], Risks::UnstableWork),
        Cause::LackWater => Risks::UnsafeWater,
        Cause::LackLand | Cause::Traffic | Cause::Motivation | Cause::Marriage | Cause::Other => {
            if household.shocks.accident {
                Risks::Accident
            } else {
                random.choose(&[(0.4, Risks::UnstableWork)], Risks::Other)
            }
        }
    }
}

fn date(random: &mut Random, listing: &mut Listing, as_of: i32, household: &Household, people: &[Person]) {
    let registered = as_of - random.between(1_500, 3_600);
    let failures = [
        household.dwelling.unsafe_() || random.chance(0.10),
        people.iter().any(|person| person.dropout.is_some()),
        !household.dwelling.water_safe || random.chance(0.05),
        people.iter().any(|person| person.medical == crate::person::Insured::No),
    ];
    listing.identified = Some(failures);
    let was_poor = random.chance(0.55);
    match listing.status {
        Registration::None => {}
        Registration::Registered => {
            listing.registered_on = Some(registered);
            if random.chance(0.05) {
                let exited = registered + random.between(300, 900);
                listing.exited_on = Some(exited);
                listing.returned_on = Some((exited + random.between(200, 900)).min(as_of - 30));
            }
        }
        Registration::Exited => {
            listing.registered_on = Some(registered);
            listing.exited_on = Some((registered + random.between(330, 1_400)).min(as_of - 120));
        }
        Registration::Monitored | Registration::Eliminated => {
            let cause = listing.causes.first().copied().flatten().unwrap_or(Cause::Other);
            listing.risks = Some(risk(random, household, cause));
            listing.monitored_kind = Some(if was_poor {
                listing.registered_on = Some(registered);
                listing.exited_on = Some(registered + random.between(330, 700));
                MonitoredKind::Unstable
            } else {
                random.choose(&[(0.75, MonitoredKind::Marginal)], MonitoredKind::Sudden)
            });
            let eliminated = listing.status == Registration::Eliminated;
            let back = if eliminated { random.between(560, 1_000) } else { random.between(30, 900) };
            listing.identified_on = Some(as_of - back);
            if eliminated {
                eliminate(random, listing, as_of - back, household);
            }
        }
    }
}

/// At least six months lie between identification and elimination, except where it was hasty.
fn eliminate(random: &mut Random, listing: &mut Listing, identified: i32, household: &Household) {
    listing.hasty = random.chance(0.06);
    let soon = listing.hasty && random.chance(0.6);
    let days = if soon { random.between(8, 140) } else { random.between(200, 540) };
    listing.eliminated_on = Some(identified + days);
    listing.way = Some(random.choose(&[(0.85, EliminationWay::Assisted)], EliminationWay::Natural));
    let still = listing.hasty && !soon;
    listing.eliminated = Some([still, false, still && random.chance(0.3), false]);
    let least = convert::float(household.verdict.per_head).max(0.0) * random.within(0.85, 1.1);
    listing.income_at_elimination = Some(convert::whole(least / 100.0) * 100);
}
