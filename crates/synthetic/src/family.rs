//! Who lives together: households by type, with kin of all 28 relations.

use crate::codes::{Relation, Sex};
use crate::random::Random;

/// A member before anything but age and sex is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) relation: Relation,
    pub(crate) sex: Sex,
    pub(crate) age: i32,
    /// Carries the surname of the head's father.
    pub(crate) of_clan: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Nuclear,
    /// The middle generation heads, with its parents.
    Stem,
    /// The old generation heads, with a married child.
    Joint,
    ElderCouple,
    ElderAlone,
    Alone,
    LoneParent,
    /// Grandparents and grandchildren.
    SkippedGeneration,
    Complex,
}

/// Shares of forms in a county: mean size near 3.5 (20,000 households, 70,000 people).
const COUNTY: [(f64, Form); 8] = [
    (0.34, Form::Nuclear),
    (0.22, Form::Stem),
    (0.15, Form::Joint),
    (0.09, Form::ElderCouple),
    (0.05, Form::ElderAlone),
    (0.04, Form::Alone),
    (0.04, Form::LoneParent),
    (0.04, Form::SkippedGeneration),
];
/// Shares among the registered poor: mean size near 3.04 (89.62 M people, 29.48 M households).
const LISTED: [(f64, Form); 8] = [
    (0.29, Form::Nuclear),
    (0.15, Form::Stem),
    (0.10, Form::Joint),
    (0.15, Form::ElderCouple),
    (0.11, Form::ElderAlone),
    (0.07, Form::Alone),
    (0.05, Form::LoneParent),
    (0.05, Form::SkippedGeneration),
];

/// Fills `members`, the head first.
pub(crate) fn form(random: &mut Random, listed: bool, members: &mut Vec<Member>) -> Form {
    members.clear();
    let shares = if listed { &LISTED } else { &COUNTY };
    let form = random.choose(shares, Form::Complex);
    let mut family = Forming { random, members };
    match form {
        Form::Nuclear => {
            family.couple(26, 60);
            family.children();
        }
        Form::Stem => {
            family.couple(28, 58);
            family.children();
            family.parents(Relation::Father, Relation::Mother);
        }
        Form::Joint => family.joint(),
        Form::ElderCouple => family.couple(60, 84),
        Form::ElderAlone => {
            family.head(0.45, 60, 88);
        }
        Form::Alone => {
            family.head(0.85, 24, 59);
        }
        Form::LoneParent => {
            family.head(0.45, 27, 58);
            family.children();
        }
        Form::SkippedGeneration => family.skipped(),
        Form::Complex => family.complex(),
    }
    form
}

struct Forming<'a> {
    random: &'a mut Random,
    members: &'a mut Vec<Member>,
}

impl Forming<'_> {
    fn add(&mut self, relation: Relation, sex: Sex, age: i32, of_clan: bool) {
        self.members.push(Member { relation, sex, age: age.clamp(0, 104), of_clan });
    }

    fn head(&mut self, male: f64, youngest: i32, oldest: i32) -> (Sex, i32) {
        let sex = if self.random.chance(male) { Sex::Male } else { Sex::Female };
        let age = self.random.between(youngest, oldest);
        self.add(Relation::Head, sex, age, true);
        (sex, age)
    }

    fn couple(&mut self, youngest: i32, oldest: i32) {
        let (sex, age) = self.head(0.93, youngest, oldest);
        let gap = self.random.between(-1, 5);
        let other = if sex == Sex::Male { age - gap } else { age + gap };
        self.add(Relation::Spouse, sex.other(), other.max(21), false);
    }

    fn head_age(&self) -> i32 {
        self.members.first().map_or(40, |head| head.age)
    }

    /// Age of the woman of the founding generation.
    fn mother_age(&self) -> i32 {
        let woman = self.members.iter().take(2).find(|member| member.sex == Sex::Female);
        woman.map_or_else(|| self.head_age() - 2, |member| member.age)
    }

    fn children(&mut self) {
        let mother = self.mother_age();
        let count = self.random.choose(&[(0.34, 1), (0.46, 2), (0.14, 3)], 0);
        let mut at_birth = 20 + self.random.between(0, 7);
        for _ in 0..count {
            let age = mother - at_birth;
            at_birth += self.random.between(2, 6);
            let son = self.random.chance(0.535);
            let stays = match (age, son) {
                (i32::MIN..=-1, _) => 0.0,
                (0..=19, _) => 1.0,
                (20..=25, _) => 0.75,
                (_, true) => 0.45,
                (_, false) => 0.12,
            };
            if self.random.chance(stays) {
                let (relation, sex) = if son { (Relation::Son, Sex::Male) } else { (Relation::Daughter, Sex::Female) };
                self.add(relation, sex, age, true);
            }
        }
    }

    fn parents(&mut self, father: Relation, mother: Relation) {
        let age = self.head_age() + self.random.between(21, 32);
        let which = self.random.unit();
        if which < 0.60 {
            self.add(father, Sex::Male, age, father == Relation::Father);
        }
        if which > 0.22 {
            let younger = self.random.between(0, 4);
            self.add(mother, Sex::Female, age - younger, false);
        }
    }

    /// Grandchildren of a child of the head aged `parent`.
    fn grandchildren(&mut self, parent: i32, through_son: bool, most: i32) {
        let count = self.random.between(1, most);
        let mut at_birth = 21 + self.random.between(0, 5);
        for _ in 0..count {
            let age = parent - at_birth;
            at_birth += self.random.between(2, 5);
            if age >= 0 {
                let boy = self.random.chance(0.53);
                let (relation, sex) = match (through_son, boy) {
                    (true, true) => (Relation::SonsSon, Sex::Male),
                    (true, false) => (Relation::SonsDaughter, Sex::Female),
                    (false, true) => (Relation::DaughtersSon, Sex::Male),
                    (false, false) => (Relation::DaughtersDaughter, Sex::Female),
                };
                self.add(relation, sex, age, through_son);
            }
        }
    }

    fn joint(&mut self) {
        let (sex, age) = self.head(0.88, 50, 76);
        if self.random.chance(0.82) {
            let gap = self.random.between(0, 4);
            let other = if sex == Sex::Male { age - gap } else { age + gap };
            self.add(Relation::Spouse, sex.other(), other, false);
        }
        let parent = self.mother_age() - self.random.between(21, 29);
        let through_son = self.random.chance(0.94);
        if through_son {
            self.add(Relation::Son, Sex::Male, parent, true);
            let younger = self.random.between(-1, 3);
            self.add(Relation::DaughterInLaw, Sex::Female, (parent - younger).max(20), false);
        } else {
            self.add(Relation::Daughter, Sex::Female, parent, true);
            let older = self.random.between(-1, 4);
            self.add(Relation::SonInLaw, Sex::Male, (parent + older).max(21), false);
        }
        self.grandchildren(parent, through_son, 2);
        if parent > 44 && self.random.chance(0.15) {
            let boy = self.random.chance(0.52);
            let (relation, sex) = if boy { (Relation::GreatGrandson, Sex::Male) } else { (Relation::GreatGranddaughter, Sex::Female) };
            let age = self.random.between(0, (parent - 44).min(8));
            self.add(relation, sex, age, through_son);
        }
    }

    fn skipped(&mut self) {
        let (sex, age) = self.head(0.75, 52, 76);
        if self.random.chance(0.6) {
            let gap = self.random.between(0, 3);
            self.add(Relation::Spouse, sex.other(), age - gap, false);
        }
        let parent = (self.mother_age() - self.random.between(21, 28)).clamp(25, 45);
        let through_son = self.random.chance(0.85);
        self.grandchildren(parent.max(30), through_son, 2);
    }

    fn complex(&mut self) {
        match self.random.below(9) {
            0 => {
                // a woman heads, with her husband's parents
                self.head(0.0, 30, 55);
                self.children();
                self.parents(Relation::HusbandsFather, Relation::HusbandsMother);
            }
            1 => {
                // the husband moved to his wife's parents
                self.head(1.0, 28, 52);
                let wife = self.head_age() - self.random.between(0, 4);
                self.add(Relation::Spouse, Sex::Female, wife, false);
                self.children();
                self.parents(Relation::WifesFather, Relation::WifesMother);
            }
            2 => {
                self.couple(30, 58);
                self.children();
                let brother = self.random.chance(0.7);
                let sex = if brother { Sex::Male } else { Sex::Female };
                let age = self.head_age() + self.random.between(-9, 9);
                self.add(Relation::Sibling, sex, age.max(18), true);
            }
            3 => {
                self.couple(35, 62);
                let boy = self.random.chance(0.55);
                let (relation, sex) = if boy { (Relation::Nephew, Sex::Male) } else { (Relation::Niece, Sex::Female) };
                let age = self.random.between(3, 19);
                self.add(relation, sex, age, true);
            }
            4 => {
                self.couple(24, 40);
                self.children();
                self.grandparents(Relation::FathersFather, Relation::FathersMother, true);
            }
            5 => {
                self.couple(24, 40);
                self.children();
                self.grandparents(Relation::MothersFather, Relation::MothersMother, false);
            }
            6 => {
                self.head(1.0, 32, 55);
                self.children();
                let wife = self.head_age() - self.random.between(0, 6);
                self.add(Relation::BrothersWife, Sex::Female, wife.max(21), false);
                let child = self.random.between(3, 15);
                self.add(Relation::Nephew, Sex::Male, child.min(wife - 20).max(0), true);
            }
            7 => {
                self.couple(30, 50);
                self.children();
                let age = self.head_age() + self.random.between(12, 28);
                self.add(Relation::Uncle, Sex::Male, age, true);
            }
            _ => self.strangers(),
        }
    }

    /// Two who are no kin in the list's sense.
    fn strangers(&mut self) {
        self.head(0.8, 30, 70);
        let sex = if self.random.chance(0.5) { Sex::Male } else { Sex::Female };
        let age = self.random.between(10, 70);
        self.add(Relation::Other, sex, age, false);
    }

    fn grandparents(&mut self, him: Relation, her: Relation, of_clan: bool) {
        let age = self.head_age() + self.random.between(42, 52);
        if self.random.chance(0.45) {
            self.add(him, Sex::Male, age, of_clan);
        }
        if self.random.chance(0.8) {
            self.add(her, Sex::Female, age - 2, false);
        }
    }
}
