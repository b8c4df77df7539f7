//! Who is truly poor, and why.
//!
//! A household is poor when its net income per head is below the line of the year, or when a
//! guarantee fails lastingly (dangerous dwelling of grade D, a child out of compulsory school, water
//! unsafe and scarce, medical costs above two fifths of income) while income is below 1.25 lines.

use crate::codes::{Cause, DwellingGrade, Education, Labour};
use crate::convert;
use crate::dwelling::{Dwelling, Wealth};
use crate::family::Form;
use crate::household::{Context, Shocks};
use crate::income::{Income, Land};
use crate::person::Person;
use crate::random::Random;
use crate::village::Village;

/// Lines below which a lasting deprivation makes a household poor.
const NEAR_LINE: f64 = 1.25;
/// Own medical costs above this share of net income are catastrophic (WHO: 40 % of capacity to pay).
const CATASTROPHIC: f64 = 0.4;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    /// Fen, net income per head.
    pub(crate) per_head: i64,
    /// Net income per head over the line.
    pub(crate) ratio: f64,
    pub(crate) poor: bool,
    /// What weighs most on the household, poor or not.
    pub(crate) cause: Cause,
    pub(crate) cause_second: Option<Cause>,
}

pub(crate) struct Facts<'a> {
    pub(crate) form: Form,
    pub(crate) people: &'a [Person],
    pub(crate) land: &'a Land,
    pub(crate) dwelling: &'a Dwelling,
    pub(crate) income: &'a Income,
    pub(crate) shocks: &'a Shocks,
    pub(crate) wealth: &'a Wealth,
    pub(crate) effort: f64,
}

pub(crate) fn judge(random: &mut Random, context: &Context, village: &Village, facts: &Facts<'_>) -> Verdict {
    let people = convert::wide(facts.people.len().max(1));
    let net = facts.income.net();
    let per_head = net / people;
    let ratio = convert::float(per_head) / convert::float(context.line);
    let medical = convert::fen(facts.shocks.medical_paid);
    let catastrophic = convert::float(medical) > CATASTROPHIC * convert::float(net.max(1));
    let dropout = facts.people.iter().any(|person| person.dropout.is_some() && !person.severe());
    let deprived =
        facts.dwelling.grade == DwellingGrade::D || dropout || (!facts.dwelling.water_safe && facts.dwelling.water_scarce) || catastrophic;
    let poor = per_head < context.line || (deprived && ratio < NEAR_LINE);
    let (cause, cause_second) = causes(random, village, facts);
    Verdict { per_head, ratio, poor, cause, cause_second }
}

/// What speaks for the causes in the people of a household.
fn of_people(facts: &Facts<'_>) -> [(Cause, f64); 6] {
    let people = facts.people;
    let size = convert::float_of_count(people.len().max(1));
    let able = convert::float_of_count(people.iter().filter(|person| person.able()).count());
    let any = |test: fn(&Person) -> bool| people.iter().any(test);
    let serious = any(|person| person.serious);
    let chronic = any(|person| person.chronic && person.age < 70);
    let lettered = any(|person| person.age >= 16 && person.education.is_some_and(|reached| reached >= Education::Junior));
    let skilled = any(|person| person.labour == Labour::Skilled);
    let share = able / size;
    [
        (Cause::Illness, if_so(serious, 4.6, if_so(chronic, 1.56, 0.06))),
        (Cause::Disability, if_so(any(Person::severe), 3.8, if_so(any(|person| person.disability.is_some()), 1.85, 0.0))),
        (Cause::LackLabour, if_so(able < 0.5, 1.11, if_so(share < 0.4, 0.66, 0.06))),
        (Cause::LackTechnology, if_so(able > 0.5 && !skilled, if_so(lettered, 0.57, 0.76), 0.05)),
        (Cause::LackCapital, if_so(able > 0.5, if_so(facts.wealth.debt > 0, 0.88, 0.73), 0.13)),
        (Cause::Bereavement, if_so(facts.shocks.bereavement || facts.form == Form::LoneParent, 0.55, 0.0)),
    ]
}

/// What speaks for the causes in the year, the place and the land.
fn of_place(village: &Village, facts: &Facts<'_>) -> [(Cause, f64); 8] {
    let size = convert::float_of_count(facts.people.len().max(1));
    let shocks = facts.shocks;
    [
        (Cause::Schooling, if_so(shocks.schooling_cost > 5_000.0, 1.5, 0.02)),
        (Cause::Disaster, if_so(shocks.disaster.is_some(), 2.2, if_so(shocks.crop_failure, 0.7, 0.01))),
        (Cause::LackLand, if_so(facts.land.cultivated < 0.6 * size, 0.75, 0.03)),
        (Cause::LackWater, if_so(facts.dwelling.water_scarce, 1.0, if_so(village.dry, 0.45, 0.01))),
        (Cause::Traffic, if_so(facts.dwelling.road_km > 2.5, 0.8, 0.08)),
        (Cause::Motivation, if_so(facts.effort < 0.8, 2.1, 0.06)),
        (Cause::Marriage, if_so(shocks.marriage, 1.8, 0.0)),
        (Cause::Other, 0.25),
    ]
}

fn if_so(holds: bool, yes: f64, no: f64) -> f64 {
    if holds { yes } else { no }
}

/// Evidence for each cause times the weight that gives, among the registered, the shares of the
/// paper the system follows (Zhao, Cao, He 2020): 30.54 % illness or disability, 46.78 % lack of
/// capital, technology or labour, of these 22.88 points capital.
fn causes(random: &mut Random, village: &Village, facts: &Facts<'_>) -> (Cause, Option<Cause>) {
    let mut best = (0.0, Cause::Other);
    let mut second = (0.0, None);
    for (cause, weight) in of_people(facts).into_iter().chain(of_place(village, facts)) {
        let weight = weight * random.lognormal(0.5);
        if weight > best.0 {
            second = (best.0, Some(best.1));
            best = (weight, cause);
        } else if weight > second.0 {
            second = (weight, Some(cause));
        }
    }
    (best.1, second.1.filter(|_| second.0 > 0.45 * best.0))
}
