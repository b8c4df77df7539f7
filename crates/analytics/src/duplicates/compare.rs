//! Whether two rows of a block are one person, one telephone.

use std::cmp::Ordering;

use kernel::Text;
use kernel::identity::{check, one_slip_apart, sex};

use super::source::{Detail, Details};
use super::{Block, Key, Kind, Pair, masked};

/// A pair with the order it is listed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundPair {
    /// Kind, households and rows by their position in the register.
    pub rows: (Kind, u64, u64, u64, u64),
    pub pair: Pair,
}

impl Ord for FoundPair {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rows.cmp(&other.rows)
    }
}

impl PartialOrd for FoundPair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Adds the pairs of a block.
pub(super) fn pairs(block: &Block, details: &Details, found: &mut Vec<FoundPair>) {
    let members: Vec<&Detail> = block.members.iter().filter_map(|position| details.get(block.key, *position)).collect();
    if block.rows > block.members.len() {
        found.extend(members.first().and_then(|first| summary(block, first)));
        return;
    }
    if block.key.exact() {
        let Some((first, rest)) = members.split_first() else { return };
        // Different numbers may share a hash.
        found.extend(rest.iter().filter(|other| other.number == first.number).filter_map(|other| exact(block.key, first, other)));
        return;
    }
    for (at, first) in members.iter().enumerate() {
        for second in members.iter().skip(at + 1) {
            found.extend(near(first, second).map(|detail| listed(Kind::NearPerson, first, second, detail)));
        }
    }
}

fn listed(kind: Kind, first: &Detail, second: &Detail, detail: Text) -> FoundPair {
    let rows = (kind, first.order, second.order, first.position, second.position);
    FoundPair { rows, pair: Pair { kind, household: first.household.clone(), other: second.household.clone(), detail } }
}

fn exact(key: Key, first: &Detail, second: &Detail) -> Option<FoundPair> {
    let number = masked(first.number.as_deref()?);
    Some(if key == Key::Phone {
        listed(Kind::Phone, first, second, Text::new(&format!("电话{number}"), &format!("telephone {number}")))
    } else {
        let place =
            if first.order == second.order { ("同户重复", "twice in the household") } else { ("两户均有", "in both households") };
        listed(Kind::Identity, first, second, Text::new(&format!("{number}{}", place.0), &format!("{number} {}", place.1)))
    })
}

/// Many rows with one number: an office, an enumerator, a placeholder.
fn summary(block: &Block, first: &Detail) -> Option<FoundPair> {
    let (number, rows) = (masked(first.number.as_deref()?), block.rows);
    let (kind, zh, en) = if block.key == Key::Phone {
        (Kind::Phone, format!("{rows}户共用电话{number}"), format!("{rows} households share telephone {number}"))
    } else {
        (Kind::Identity, format!("{rows}人共用{number}"), format!("{rows} persons share {number}"))
    };
    let pair = Pair { kind, household: first.household.clone(), other: String::new(), detail: Text::new(&zh, &en) };
    Some(FoundPair { rows: (kind, first.order, first.order, first.position, first.position), pair })
}

/// Why two persons may be one, in words without names; nothing if they need not be.
fn near(first: &Detail, second: &Detail) -> Option<Text> {
    let (same_name, like_name) = (first.name.is_some() && first.name == second.name, like_names(first, second));
    let same_birth = first.born.is_some() && first.born == second.born;
    let same_village = first.village.is_some() && first.village == second.village;
    let evidence = |zh: &str, en: &str| {
        let number = |row: &Detail| row.number.as_deref().map_or_else(|| "—".to_owned(), masked);
        let (left, right) = (number(first), number(second));
        let names = if same_name { ("姓名相同", "same name") } else { ("姓名一字之差", "names one character apart") };
        let births = if same_birth { ("出生日期相同", "same day of birth") } else { ("出生日期不同", "other day of birth") };
        Text::new(
            &format!("{left} ~ {right}：{zh}，{}，{}", names.0, births.0),
            &format!("{left} ~ {right}: {en}, {}, {}", names.1, births.1),
        )
    };
    match (first.number.as_deref(), second.number.as_deref()) {
        (Some(left), Some(right)) if left == right => None,
        (Some(left), Some(right)) if slip(left, right) => {
            // Twins of one household have neighbouring numbers, but not one name; a man and a woman of like names are two people.
            let one_sex = sex(left) == sex(right);
            let apart = first.order != second.order && like_name && same_birth && same_village && one_sex;
            (same_name && (same_birth || same_village) || apart).then(|| evidence("证件号码一处之差", "numbers one slip apart"))
        }
        (left, right) => {
            let sound = |number: Option<&str>| number.is_some_and(|number| check(number).is_ok());
            let doubtful = !sound(left) || !sound(right);
            let elsewhere = first.order != second.order;
            (doubtful && elsewhere && same_name && same_birth && same_village)
                .then(|| evidence("证件号码缺失或有误", "a number missing or wrong"))
        }
    }
}

/// One slip, in the number as written or before its check character was made to fit.
fn slip(left: &str, right: &str) -> bool {
    let body = |number: &str| number.get(..17).filter(|_| number.len() == 18).map(str::to_owned);
    one_slip_apart(left, right) || body(left).zip(body(right)).is_some_and(|(left, right)| one_slip_apart(&left, &right))
}

/// Full names of one surname that differ in a single other character, as misheard or miswritten.
fn like_names(first: &Detail, second: &Detail) -> bool {
    let (Some(left), Some(right)) = (first.name.as_deref(), second.name.as_deref()) else { return false };
    let (length, other) = (left.chars().count(), right.chars().count());
    // Of two characters one is the surname: nothing would be left to agree.
    length == other
        && length > 2
        && left.chars().next() == right.chars().next()
        && left.chars().zip(right.chars()).filter(|(a, b)| a != b).count() == 1
}
