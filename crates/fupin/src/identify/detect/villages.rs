//! Villages that stand out of their county: part by part, so that a country fits.

use std::collections::BTreeMap;

use analytics::villages::{AnswerPlan, Answers};
use kernel::{AreaCode, AreaLevel};
use targeting::signs::{Test, bunching, rate};

use super::{Duplicate, VillageSign, copies, digits, questions};
use crate::commands::Opened;
use crate::console::Console;
use crate::failure::Result;

/// Expected share of false alarms among what is reported.
const LARGEST_Q: f64 = 0.05;
/// The window under the line, as a part of the line: a tenth.
const WINDOW: i64 = 10;

/// A test of a place before the number of tests is known.
pub(super) struct Tested {
    pub kind: &'static str,
    pub area: AreaCode,
    pub test: Test,
    pub detail: String,
}

/// What stands out, and the households that repeat each other.
#[derive(Default)]
pub(super) struct Villages {
    pub signs: Vec<VillageSign>,
    pub copies: Vec<Duplicate>,
}

/// Tests every village of the register.
pub(super) fn run(opened: &Opened, console: &Console) -> Result<Villages> {
    let register = &opened.register;
    let mut villages = Villages::default();
    let Some(plan) = AnswerPlan::new(&opened.programme, &opened.compiler, register)? else { return Ok(villages) };
    let unit = unit(&opened.programme.meta.currency);
    let (mut tested, mut copied) = (Vec::new(), Vec::new());
    for part in &register.manifest.parts {
        let answers = plan.read(register, part)?;
        let telling = questions::telling(&answers);
        tested.extend(heaps(&answers, AreaLevel::Village, console));
        tested.extend(heaps(&answers, AreaLevel::County, console));
        tested.extend(digits::digits(&answers, unit, console));
        let found = copies::copies(&answers, &telling, plan.personal_enumerator, console);
        copied.extend(found.tested.into_iter().zip(found.pairs));
    }
    let (copies, pairs): (Vec<Tested>, Vec<Vec<Duplicate>>) = copied.into_iter().unzip();
    for (sign, pairs) in signs(copies).into_iter().zip(pairs) {
        if let Some(sign) = sign {
            villages.signs.push(sign);
            villages.copies.extend(pairs);
        }
    }
    let mut kinds: BTreeMap<(&str, Option<AreaLevel>), Vec<Tested>> = BTreeMap::new();
    for test in tested {
        kinds.entry((test.kind, test.area.level())).or_default().push(test);
    }
    villages.signs.extend(kinds.into_values().flat_map(signs).flatten());
    villages.signs.sort_by(|a, b| a.kind.cmp(&b.kind).then(a.q_value.total_cmp(&b.q_value)).then_with(|| a.village.cmp(&b.village)));
    Ok(villages)
}

/// The signs among tests of one kind, in their order; nothing where the rate of false alarms is too high.
fn signs(tested: Vec<Tested>) -> Vec<Option<VillageSign>> {
    let rated = rate(&tested.iter().map(|tested| Some(tested.test)).collect::<Vec<_>>());
    let sign = |(tested, sign): (Tested, Option<targeting::signs::Sign>)| {
        sign.filter(|sign| sign.q_value <= LARGEST_Q).map(|sign| VillageSign {
            kind: tested.kind.to_owned(),
            village: tested.area.to_string(),
            statistic: sign.statistic,
            p_value: sign.p_value,
            q_value: sign.q_value,
            detail: tested.detail,
        })
    };
    tested.into_iter().zip(rated).map(sign).collect()
}

/// Minor units in what people write down: a yuan has a hundred.
fn unit(currency: &kernel::Currency) -> i64 {
    currency.minor(1, 0).unwrap_or(1)
}

/// Rows of each place of a level.
pub(super) fn places(answers: &Answers, level: AreaLevel) -> BTreeMap<AreaCode, Vec<usize>> {
    let mut places: BTreeMap<AreaCode, Vec<usize>> = BTreeMap::new();
    for (row, village) in answers.villages.iter().enumerate().filter(|(_, village)| **village != 0) {
        places.entry(AreaCode::from_padded(*village).at(level)).or_default().push(row);
    }
    places
}

/// Incomes per head that crowd just under the line.
fn heaps(answers: &Answers, level: AreaLevel, console: &Console) -> Vec<Tested> {
    let of = |(area, rows): (AreaCode, Vec<usize>)| {
        let line = rows.iter().find_map(|row| answers.line.get(*row).copied().flatten()).filter(|line| *line > 0)?;
        // Another line in the same place would be another threshold: only households under this one count.
        let same = rows.iter().filter(|row| answers.line.get(**row) == Some(&Some(line)));
        let incomes: Vec<i64> = same.filter_map(|row| answers.income.get(*row).copied().flatten()).collect();
        let found = bunching(&incomes, line, line / WINDOW)?;
        let expected = found.expected_share * kernel::number::statistic(i64::try_from(found.under + found.over).unwrap_or(i64::MAX));
        let words = ("户人均收入在标准下一成以内，按邻近收入应为", "households within a tenth under the line, by the incomes around it");
        let detail = format!("{} {} {expected:.1}", found.under, console.say(words.0, words.1));
        Some(Tested { kind: "bunching", area, test: found.test, detail })
    };
    places(answers, level).into_iter().filter_map(of).collect()
}
