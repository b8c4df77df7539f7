//! Households whose answers were copied from one another.
//!
//! Two honest households give the same answer to question `j` with chance `c_j = Σ_a f_ja²`,
//! `f_ja` being the county's share of answer `a` (missing answers match nothing). The number
//! of matches is then Poisson-binomial; its tail is exact by convolution. Answers of
//! neighbours resemble each other, so a village of like households looks suspicious too:
//! choose questions that differ between neighbours, and a small level.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Test;
use crate::convert::{count, float, float_len};
use crate::distribution::poisson_binomial;

/// The code of a missing answer.
pub const MISSING_ANSWER: u16 = u16::MAX;

/// Up to this many households all pairs of a block are compared.
const ALL_PAIRS: usize = 128;

/// Why answers could not be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CopyError {
    /// The answers are not a whole number of households.
    #[error("{found} answers are not a multiple of {questions} questions; pass the answers household by household")]
    Shape { found: usize, questions: usize },
    /// The number of blocks is not that of households.
    #[error("{households} households but {blocks} block numbers were given; pass one per household")]
    Blocks { households: usize, blocks: usize },
}

impl CopyError {
    /// The stable code of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "targeting.signs.shape",
            Self::Blocks { .. } => "targeting.signs.blocks",
        }
    }
}

/// How many matching answers are to be expected between two households of a county.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchModel {
    questions: usize,
    /// `tails[x]`: chance of `x` matches or more.
    tails: Vec<f64>,
}

/// Two households with improbably many equal answers; positions in the answers given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CopiedPair {
    /// The earlier household.
    pub first: usize,
    /// The later household.
    pub second: usize,
    /// Equal answers.
    pub matches: usize,
    /// Chance of as many matches or more between two honest households.
    pub p_value: f64,
}

/// The pairs of one block: the households of one enumerator, or of one village.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BlockCopies {
    /// The block's number.
    pub block: u32,
    /// Households in it.
    pub households: usize,
    /// Pairs at or below the level, the most improbable first.
    pub pairs: Vec<CopiedPair>,
    /// Statistic: number of listed pairs. p-value: the smallest of the block times the number
    /// of its pairs (Bonferroni, valid although pairs share households); 1 without listed pairs.
    pub test: Test,
}

impl MatchModel {
    /// Learns the chances from a county's answers, household by household.
    ///
    /// # Errors
    /// [`CopyError::Shape`] if there is no question or the answers are not complete households.
    pub fn try_new(questions: usize, answers: &[u16]) -> Result<Self, CopyError> {
        let households = households(questions, answers)?;
        let mut chances = Vec::with_capacity(questions);
        for question in 0..questions {
            let mut column: Vec<u16> = answers.iter().skip(question).step_by(questions).copied().collect();
            column.sort_unstable();
            let chance = column
                .chunk_by(|a, b| a == b)
                .filter(|same| same.first() != Some(&MISSING_ANSWER))
                .map(|same| (float_len(same.len()) / float_len(households.max(1))).powi(2))
                .sum();
            chances.push(chance);
        }
        let mut tails = poisson_binomial(&chances);
        let mut sum = 0.0;
        for cell in tails.iter_mut().rev() {
            sum += *cell;
            *cell = f64::min(sum, 1.0);
        }
        Ok(Self { questions, tails })
    }

    /// Chance of `matches` or more equal answers between two honest households.
    #[must_use]
    pub fn tail(&self, matches: usize) -> f64 {
        self.tails.get(matches).copied().unwrap_or(0.0)
    }

    /// The smallest number of matches with a chance at or below `level`; `None` if even equal
    /// answers to all questions are likelier.
    #[must_use]
    pub fn suspicious_from(&self, level: f64) -> Option<usize> {
        self.tails.iter().position(|tail| *tail <= level)
    }

    /// Compares the households of each block and lists pairs at or below `level`.
    ///
    /// Small blocks compare all pairs. In large ones a listed pair differs in at most
    /// `d = questions − suspicious_from` answers, so of `d + 1` disjoint bands of questions
    /// at least one is equal throughout: only households that share a band are compared, and
    /// none is missed.
    ///
    /// # Errors
    /// [`CopyError`] if the answers are not complete households or lack block numbers.
    pub fn copies(&self, answers: &[u16], blocks: &[u32], level: f64) -> Result<Vec<BlockCopies>, CopyError> {
        let households = households(self.questions, answers)?;
        if blocks.len() != households {
            return Err(CopyError::Blocks { households, blocks: blocks.len() });
        }
        let rows: Vec<&[u16]> = answers.chunks_exact(self.questions).collect();
        let mut order: Vec<(u32, usize)> = blocks.iter().copied().zip(0..).collect();
        order.sort_unstable();
        Ok(order
            .chunk_by(|a, b| a.0 == b.0)
            .filter_map(|block| {
                let number = block.first()?.0;
                let members: Vec<usize> = block.iter().map(|member| member.1).collect();
                Some(self.block(number, &members, &rows, level))
            })
            .collect())
    }

    fn block(&self, block: u32, members: &[usize], rows: &[&[u16]], level: f64) -> BlockCopies {
        let mut pairs = Vec::new();
        if let Some(least) = self.suspicious_from(level) {
            let candidates = if members.len() <= ALL_PAIRS || least == 0 {
                all_pairs(members)
            } else {
                self.banded_pairs(members, rows, self.questions - least + 1)
            };
            for (first, second) in candidates {
                let (Some(left), Some(right)) = (rows.get(first), rows.get(second)) else {
                    continue;
                };
                let matches = matches(left, right);
                if matches >= least {
                    pairs.push(CopiedPair { first, second, matches, p_value: self.tail(matches) });
                }
            }
        }
        pairs.sort_by(|a, b| b.matches.cmp(&a.matches).then(a.first.cmp(&b.first)).then(a.second.cmp(&b.second)));
        let households = count(members.len());
        let compared = float(households * households.saturating_sub(1) / 2);
        let p_value = pairs.first().map_or(1.0, |pair| f64::min(1.0, pair.p_value * compared));
        let test = Test { statistic: float_len(pairs.len()), p_value };
        BlockCopies { block, households: members.len(), pairs, test }
    }

    /// Pairs that agree in at least one band; question `j` belongs to band `j mod bands`.
    fn banded_pairs(&self, members: &[usize], rows: &[&[u16]], bands: usize) -> BTreeSet<(usize, usize)> {
        let mut found = BTreeSet::new();
        for band in 0..bands.min(self.questions) {
            let mut keyed: Vec<(Vec<u16>, usize)> = members
                .iter()
                .filter_map(|member| {
                    let key = rows.get(*member)?.iter().skip(band).step_by(bands).copied().collect();
                    Some((key, *member))
                })
                .collect();
            keyed.sort_unstable();
            for same in keyed.chunk_by(|a, b| a.0 == b.0) {
                let ids: Vec<usize> = same.iter().map(|entry| entry.1).collect();
                found.extend(all_pairs(&ids));
            }
        }
        found
    }
}

fn households(questions: usize, answers: &[u16]) -> Result<usize, CopyError> {
    if questions == 0 || !answers.len().is_multiple_of(questions) {
        return Err(CopyError::Shape { found: answers.len(), questions });
    }
    Ok(answers.len() / questions)
}

/// Pairs of ascending positions.
fn all_pairs(members: &[usize]) -> BTreeSet<(usize, usize)> {
    let later = |at: usize| members.iter().skip(at + 1);
    members.iter().enumerate().flat_map(|(at, first)| later(at).map(|second| (*first.min(second), *first.max(second)))).collect()
}

fn matches(left: &[u16], right: &[u16]) -> usize {
    left.iter().zip(right).filter(|(a, b)| a == b && **a != MISSING_ANSWER).count()
}
