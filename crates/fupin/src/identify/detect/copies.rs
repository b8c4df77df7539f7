//! Answers that one enumerator took over from one household to the next.

use std::collections::BTreeMap;

use analytics::villages::{Answers, Question};
use kernel::AreaCode;
use targeting::signs::{MatchModel, Test};

use super::Duplicate;
use super::villages::Tested;
use crate::console::Console;

/// Questions below which agreement says little.
const FEWEST_QUESTIONS: usize = 5;
/// Chance of as many equal answers between two honest households. Neighbours resemble each other more than two households of the
/// county do, so that the level is far below what the number of pairs alone would ask for.
const LEVEL: f64 = 1e-10;
/// Households named in a village's line; all of them stand in the list of duplicates.
const NAMED: usize = 12;

/// The blocks that were tested, one a village and enumerator, and the households of each.
pub(super) struct Copies {
    pub tested: Vec<Tested>,
    /// By position in `tested`.
    pub pairs: Vec<Vec<Duplicate>>,
}

/// Compares households of one enumerator in one village.
pub(super) fn copies(answers: &Answers, questions: &[&Question], personal: bool, console: &Console) -> Copies {
    let mut found = Copies { tested: Vec::new(), pairs: Vec::new() };
    if questions.len() < FEWEST_QUESTIONS {
        return found;
    }
    let rows: Vec<u16> = (0..answers.households.len())
        .flat_map(|row| {
            questions.iter().map(move |question| question.answers.get(row).copied().unwrap_or(targeting::signs::MISSING_ANSWER))
        })
        .collect();
    let (numbers, places) = blocks(answers);
    let Ok(model) = MatchModel::try_new(questions.len(), &rows) else { return found };
    let Ok(blocks) = model.copies(&rows, &numbers, LEVEL) else { return found };
    for block in blocks.into_iter().filter(|block| block.households > 1) {
        let Some((village, writer)) = usize::try_from(block.block).ok().and_then(|number| places.get(number)) else { continue };
        let writer = writer.and_then(|writer| answers.names.get(writer)).map(|name| if personal { shortened(name) } else { name.clone() });
        let said = writer.map_or_else(String::new, |name| format!("{} {name}", console.say("采集人", "enumerator")));
        // Each household once, with the one it agrees with most.
        let mut best: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for pair in &block.pairs {
            best.entry(pair.second).or_insert((pair.first, pair.matches));
        }
        let name = |row: usize| answers.households.get(row).cloned().unwrap_or_default();
        let equal = |matches: usize| format!("{matches}/{} {}", questions.len(), console.say("项答案相同", "answers equal"));
        let pairs = best.iter().map(|(second, (first, matches))| Duplicate {
            kind: "copied-answers".to_owned(),
            household: name(*first),
            other: name(*second),
            detail: [equal(*matches), said.clone()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", "),
        });
        let pairs: Vec<Duplicate> = pairs.collect();
        let mut listed: Vec<String> = pairs.iter().take(NAMED).map(|pair| format!("{}={}", pair.household, pair.other)).collect();
        if pairs.len() > NAMED {
            listed.push("…".to_owned());
        }
        let count = format!("{} {}", pairs.len(), console.say("户与他户答案雷同", "households repeat another one's answers"));
        let detail = [said, count, listed.join(" ")].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
        let test = Test { statistic: kernel::number::count(pairs.len()), p_value: block.test.p_value };
        found.tested.push(Tested { kind: "copied-answers", area: AreaCode::from_padded(*village), test, detail });
        found.pairs.push(pairs);
    }
    found
}

/// Where a block is: the village and the position of the enumerator's name.
type Place = (i64, Option<usize>);

/// The number of each household's block, and the blocks' places.
fn blocks(answers: &Answers) -> (Vec<u32>, Vec<Place>) {
    let places: Vec<Place> = answers.villages.iter().copied().zip(answers.enumerators.iter().copied()).collect();
    let mut distinct = places.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let number = |place: &Place| distinct.binary_search(place).ok().and_then(|at| u32::try_from(at).ok()).unwrap_or(u32::MAX);
    (places.iter().map(number).collect(), distinct)
}

/// The first character: enough for the township to know its enumerator.
fn shortened(name: &str) -> String {
    name.chars().take(1).chain("**".chars()).collect()
}
