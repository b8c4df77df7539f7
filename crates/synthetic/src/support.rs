//! Measures received and applications made.

use crate::codes::{Cause, Family, Measure, Registration};
use crate::convert;
use crate::household::Household;
use crate::listing::Listing;
use crate::random::Random;
use crate::row::{ApplicationRow, MeasureRow};
use crate::survey::{Survey, known};

/// Writes what a household was given and what it asked for.
pub(crate) fn support(random: &mut Random, survey: &mut Survey<'_>, serial: i64, truth: &Household, listing: &Listing) {
    apply(random, survey, serial, truth, listing);
    if !known(listing) {
        return;
    }
    let as_of = survey.rules.context.as_of;
    let earliest = listing.registered_on.or(listing.identified_on).unwrap_or(as_of - 900);
    let cause = listing.causes.first().copied().flatten().unwrap_or(Cause::Other);
    let mut given: Vec<Measure> = Vec::with_capacity(5);
    for _ in 0..random.between(1, 4) {
        let measure = if random.chance(0.55) { fitting(cause) } else { usual(random) };
        if !given.contains(&measure) {
            given.push(measure);
        }
    }
    if truth.income.public_job > 0 && !given.contains(&Measure::PublicJob) {
        given.push(Measure::PublicJob);
    }
    for measure in given {
        let started = (earliest + random.between(10, 700)).min(as_of - 5);
        let pays = matches!(measure, Measure::Production | Measure::Employment | Measure::Finance | Measure::PublicJob);
        let months = random.between(4, 30);
        let ended = Some(started + months * 30).filter(|ended| *ended < as_of && !random.chance(0.3));
        let works = random.chance(if measure == fitting(cause) { 0.74 } else { 0.45 });
        let gained = if measure == Measure::PublicJob && truth.income.public_job > 0 {
            truth.income.public_job
        } else if works && pays {
            convert::fen(f64::from(random.between(6, 80)) * 100.0 * survey.rules.context.prices)
        } else {
            0
        };
        let wrong = random.chance(0.03);
        let effect = works != wrong;
        if wrong && pays && gained == 0 {
            survey.plant(serial, None, Family::Measure, false, true);
        }
        survey.batch.measures.push(MeasureRow {
            household: serial,
            measure,
            started,
            ended,
            effect: (!random.chance(0.04)).then_some(effect),
            gained: pays.then_some(gained),
            amount: convert::fen(f64::from(random.between(2, 120)) * 100.0 * survey.rules.context.prices),
        });
    }
}

fn fitting(cause: Cause) -> Measure {
    match cause {
        Cause::Illness => Measure::Health,
        Cause::Disability | Cause::LackLabour | Cause::Bereavement => Measure::SocialSecurity,
        Cause::Schooling => Measure::OtherEducation,
        Cause::Disaster | Cause::Marriage | Cause::Other => Measure::SocialAssistance,
        Cause::LackLand | Cause::LackTechnology => Measure::Production,
        Cause::LackWater => Measure::Water,
        Cause::LackCapital => Measure::Finance,
        Cause::Traffic => Measure::Infrastructure,
        Cause::Motivation => Measure::Employment,
    }
}

fn usual(random: &mut Random) -> Measure {
    random.choose(
        &[
            (0.30, Measure::Production),
            (0.16, Measure::Employment),
            (0.12, Measure::Health),
            (0.12, Measure::SocialSecurity),
            (0.08, Measure::Housing),
            (0.06, Measure::Water),
            (0.06, Measure::CompulsoryEducation),
            (0.04, Measure::LivingConditions),
            (0.03, Measure::Relocation),
        ],
        Measure::Infrastructure,
    )
}

/// Most of those on the list applied; so did some who were turned down, more often the poor.
fn apply(random: &mut Random, survey: &mut Survey<'_>, serial: i64, truth: &Household, listing: &Listing) {
    let as_of = survey.rules.context.as_of;
    let entered = listing.identified_on.or(listing.registered_on);
    if let Some(entered) = entered
        && random.chance(0.6)
    {
        survey.batch.applications.push(ApplicationRow {
            household: serial,
            applied: entered - random.between(8, 60),
            accepted: Some(true),
            decided: Some(entered),
        });
    }
    let wants = if truth.verdict.poor { 0.22 } else { 0.02 };
    if !matches!(listing.status, Registration::Registered | Registration::Monitored) && random.chance(wants) {
        let applied = as_of - random.between(3, 500);
        let decided = Some(applied + random.between(10, 40)).filter(|decided| *decided <= as_of);
        survey.batch.applications.push(ApplicationRow { household: serial, applied, accepted: decided.map(|_| false), decided });
    }
}
