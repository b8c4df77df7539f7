//! Mistakes and falsehoods about one person.

use crate::codes::{DisabilityKind, DisabilityLevel, Family, Relation, Sex, Student};
use crate::extract::Shown;
use crate::household::Manner;
use crate::identity::Number;
use crate::person::{Disability, Insured};
use crate::random::Random;
use crate::row::PersonRow;

/// Family, whether the declaration hides the fact, whether some table shows it.
type Planted = (Family, bool, bool);

/// Changes the row of a person as surveys do; gives back what was planted.
pub(super) fn plant(random: &mut Random, row: &mut PersonRow, manner: Manner, head: Sex, shown: Shown) -> Vec<Planted> {
    let mut planted = Vec::new();
    identities(random, row, head, &mut planted);
    let hides = manner != Manner::Honest;
    let facts = &mut row.facts;
    if facts.disability.is_some() {
        if random.chance(0.05) {
            facts.disability = None;
            row.certificate = None;
            planted.push((Family::Disability, true, shown.disability));
        }
    } else if hides && facts.age > 30 && random.chance(0.012) {
        facts.disability = Some(Disability { kind: DisabilityKind::Physical, level: DisabilityLevel::Four, certified: None });
        planted.push((Family::Disability, false, true));
    }
    if facts.dropout.is_some() && random.chance(0.5) {
        facts.dropout = None;
        facts.education = None;
        facts.student = if facts.age >= 14 {
            Student::Grade9
        } else if facts.age >= 12 {
            Student::Grade7
        } else {
            Student::Primary
        };
        planted.push((Family::School, true, shown.dropout));
    }
    if facts.medical == Insured::No && random.chance(0.55) {
        facts.medical = Insured::Resident;
        planted.push((Family::Insurance, true, true));
    }
    if facts.minimum_living && random.chance(0.06) {
        facts.minimum_living = false;
        planted.push((Family::Allowance, true, shown.allowance));
    } else if !facts.minimum_living && !facts.extreme_support && random.chance(0.002) {
        facts.minimum_living = true;
        planted.push((Family::Allowance, false, true));
    }
    if hides && facts.work.is_some() && random.chance(0.3) {
        facts.work = None;
        row.absent = false;
    }
    if facts.serious && random.chance(0.06) {
        facts.serious = false;
    }
    if !facts.chronic && facts.age > 50 && random.chance(0.03) {
        facts.chronic = true;
    }
    planted
}

/// Numbers mistyped, replaced or left out; birthdays and sexes written wrongly.
fn identities(random: &mut Random, row: &mut PersonRow, head: Sex, planted: &mut Vec<Planted>) {
    let facts = &mut row.facts;
    match random.unit() {
        ..0.0012 => {
            let wrong = facts.identity.transposed(9 + usize::try_from(random.below(5)).unwrap_or(0));
            row.identity = Some(wrong);
            if !wrong.valid() {
                planted.push((Family::Identity, false, true));
            }
        }
        0.0012..0.0018 => {
            row.identity = Some(Number::placeholder(random.below(1_000_000_000)));
            planted.push((Family::Identity, false, true));
        }
        0.0018..0.004 => row.identity = None,
        0.004..0.0055 => {
            facts.born += 365 * random.pick(&[-3, -2, -1, 1, 2], 1);
            planted.push((Family::Identity, false, true));
        }
        0.0055..0.0075 if facts.relation == Relation::Spouse => {
            facts.sex = head;
            planted.push((Family::Members, false, true));
        }
        _ => {}
    }
    if facts.age < 2 && random.chance(0.1) {
        row.identity = None;
    }
}
