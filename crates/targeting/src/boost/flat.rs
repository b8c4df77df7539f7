//! Prediction: trees as bit masks over blocks of rows.
//!
//! Every node holds a mask of the leaves that remain when a row goes right; the leaf a row reaches
//! is the lowest bit left after all masks of false tests were applied (`QuickScorer`: Lucchese et
//! al. 2015, section 3; over blocks of rows: Lucchese et al. 2016). Values are looked up in bins
//! first, so a test is one byte comparison and a block of 32 rows fits a register.

use super::bin::find;
use super::tree::{Child, Tree, stored};
use crate::model::Error;
use crate::number::{index, low_byte, short};

/// Rows tested by one instruction.
const LANES: usize = 32;
/// Groups of lanes scored tree by tree while the tree is in the nearest cache.
const GROUPS: usize = 8;
const BLOCK: usize = LANES * GROUPS;

/// An ensemble laid out for prediction.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    /// Features the ensemble looks at, with the thresholds it uses, ascending.
    features: Vec<(usize, Vec<f32>)>,
    scores: usize,
    masks: Masks,
}

/// Masks as wide as the widest tree needs.
#[derive(Debug, Clone)]
enum Masks {
    Sixteen(Trees<u16, 16>),
    ThirtyTwo(Trees<u32, 32>),
    SixtyFour(Trees<u64, 64>),
}

#[derive(Debug, Clone)]
struct Trees<M, const LEAVES: usize> {
    nodes: Vec<Test<M>>,
    /// Per tree: how many of the nodes are its own.
    sizes: Vec<usize>,
    values: Vec<[f64; LEAVES]>,
}

/// A row goes right if its bin less `offset`, around zero, is above `threshold`: with an offset of
/// one the missing bin 0 turns into the highest.
#[derive(Debug, Clone, Copy)]
struct Test<M> {
    feature: u16,
    offset: u8,
    threshold: u8,
    /// Leaves that remain when a row goes right.
    mask: M,
}

/// A set of leaves.
trait Mask: Copy + Default {
    const ALL: Self;
    fn without(self, first: usize, count: usize) -> Self;
    /// `self` where the row goes left, `self` and `mask` where it goes right.
    fn pass(self, right: bool, mask: Self) -> Self;
    fn lowest(self) -> usize;
}

macro_rules! mask {
    ($kind:ty) => {
        impl Mask for $kind {
            const ALL: Self = <$kind>::MAX;

            fn without(self, first: usize, count: usize) -> Self {
                (first..first + count).fold(self, |mask, leaf| mask & !(1 << leaf))
            }

            #[inline(always)]
            fn pass(self, right: bool, mask: Self) -> Self {
                // 0 or all ones, so that the compiler keeps to lanes.
                let left = <$kind>::from(right).wrapping_sub(1);
                self & (mask | left)
            }

            #[inline(always)]
            fn lowest(self) -> usize {
                index(self.trailing_zeros())
            }
        }
    };
}

mask!(u16);
mask!(u32);
mask!(u64);

impl Flat {
    /// # Errors
    /// [`Error::Stored`] if a feature is split at more than 254 thresholds.
    pub(super) fn new(trees: &[Tree], features: usize, scores: usize) -> Result<Self, Error> {
        let mut thresholds: Vec<Vec<f32>> = vec![Vec::new(); features];
        for tree in trees {
            for (node, &threshold) in tree.nodes.iter().zip(&tree.thresholds) {
                if let Some(list) = thresholds.get_mut(index(node.feature)) {
                    list.push(threshold);
                }
            }
        }
        for list in &mut thresholds {
            list.sort_unstable_by(f32::total_cmp);
            list.dedup();
            if list.len() > 254 {
                return Err(stored("a feature has more than 254 thresholds"));
            }
        }
        let used = thresholds.into_iter().enumerate();
        let features: Vec<_> = used.filter(|(_, list)| !list.is_empty()).collect();
        let widest = trees.iter().map(|tree| tree.values.len()).max().unwrap_or(1);
        let masks = match widest {
            0..=16 => Masks::Sixteen(Trees::new(trees, &features)),
            17..=32 => Masks::ThirtyTwo(Trees::new(trees, &features)),
            _ => Masks::SixtyFour(Trees::new(trees, &features)),
        };
        Ok(Self { features, scores, masks })
    }

    pub(super) fn predict(&self, columns: &[&[f32]], base: &[f64]) -> Vec<f64> {
        let rows = columns.iter().map(|column| column.len()).max().unwrap_or(0);
        let mut scores = base.repeat(rows);
        let mut bins = vec![[[0_u8; LANES]; GROUPS]; self.features.len()];
        let blocks = scores.chunks_mut((BLOCK * self.scores).max(1));
        for (block, scores) in blocks.enumerate() {
            for ((feature, thresholds), bins) in self.features.iter().zip(&mut bins) {
                let column = columns.get(*feature).copied().unwrap_or(&[]);
                let from = (block * BLOCK).min(column.len());
                let to = (from + BLOCK).min(column.len());
                let values = column.get(from..to).unwrap_or(&[]);
                look_up(values, thresholds, bins);
            }
            match &self.masks {
                Masks::Sixteen(trees) => trees.score(&bins, self.scores, scores),
                Masks::ThirtyTwo(trees) => trees.score(&bins, self.scores, scores),
                Masks::SixtyFour(trees) => trees.score(&bins, self.scores, scores),
            }
        }
        scores
    }
}

/// Bins of a block's values; rows beyond the column are missing.
fn look_up(values: &[f32], thresholds: &[f32], bins: &mut [[u8; LANES]; GROUPS]) {
    // Padded with infinity, which no value passes.
    let mut table = [f32::INFINITY; 256];
    for (slot, threshold) in table.iter_mut().zip(thresholds) {
        *slot = *threshold;
    }
    let half = (thresholds.len() + 1).next_power_of_two() / 2;
    let mut groups = values.chunks(LANES);
    for bins in bins {
        let mut lanes = [f32::NAN; LANES];
        for (lane, value) in lanes.iter_mut().zip(groups.next().unwrap_or(&[])) {
            *lane = *value;
        }
        *bins = search(&lanes, &table, short(half));
    }
}

/// Binary searches without branches, step by step for all lanes at once. Wrapping spares the checks
/// that would keep the compiler from using vectors; places stay below 256.
#[expect(clippy::indexing_slicing, reason = "hot kernel: places are masked to the table's 256 entries")]
fn search(values: &[f32; LANES], table: &[f32; 256], half: u32) -> [u8; LANES] {
    let mut places = [0_u32; LANES];
    let mut step = half;
    while step > 0 {
        for (place, value) in places.iter_mut().zip(values) {
            let at = place.wrapping_add(step).wrapping_sub(1) & 255;
            let above = table[index(at)] < *value;
            *place = place.wrapping_add(step & u32::from(above).wrapping_neg());
        }
        step /= 2;
    }
    let mut bins = [0; LANES];
    for ((bin, place), value) in bins.iter_mut().zip(places).zip(values) {
        // Missing is bin 0, values start at 1.
        let present = u32::from(!value.is_nan());
        *bin = low_byte(place.wrapping_add(1) & present.wrapping_neg());
    }
    bins
}

impl<M: Mask, const LEAVES: usize> Trees<M, LEAVES> {
    fn new(trees: &[Tree], features: &[(usize, Vec<f32>)]) -> Self {
        let mut flat = Self { nodes: Vec::new(), sizes: Vec::new(), values: Vec::new() };
        for tree in trees {
            let before = flat.nodes.len();
            let mut values = [0.0; LEAVES];
            let mut leaves = values.iter_mut();
            flat.lay(tree, features, tree.root(), &mut 0, &mut leaves);
            flat.sizes.push(flat.nodes.len() - before);
            flat.values.push(values);
        }
        flat
    }

    /// Lays out a branch; leaves are numbered from left to right. Returns its first leaf and count.
    fn lay<'v>(
        &mut self,
        tree: &Tree,
        features: &[(usize, Vec<f32>)],
        child: Child,
        next: &mut usize,
        values: &mut impl Iterator<Item = &'v mut f64>,
    ) -> (usize, usize) {
        let at = match child {
            Child::Leaf(leaf) => {
                if let Some(slot) = values.next() {
                    *slot = tree.value(leaf);
                }
                *next += 1;
                return (*next - 1, 1);
            }
            Child::Node(at) => at,
        };
        let Some((node, threshold)) = tree.node(at) else {
            return (*next, 0);
        };
        let left = self.lay(tree, features, node.left, next, values);
        let right = self.lay(tree, features, node.right, next, values);
        let place = features.iter().position(|(f, _)| *f == index(node.feature));
        let place = place.unwrap_or(0);
        let list = features.get(place).map_or(&[][..], |(_, list)| list);
        // A value at the threshold itself falls into the last bin that goes left.
        let last_left = find(list, threshold);
        self.nodes.push(Test {
            feature: u16::try_from(place).unwrap_or(u16::MAX),
            offset: u8::from(node.missing_right),
            threshold: last_left - u8::from(node.missing_right),
            mask: M::ALL.without(left.0, left.1),
        });
        (left.0, left.1 + right.1)
    }

    /// Adds all trees to a block's scores, in their order.
    fn score(&self, bins: &[[[u8; LANES]; GROUPS]], width: usize, scores: &mut [f64]) {
        let rows = scores.len() / width.max(1);
        let groups = rows.div_ceil(LANES);
        let mut sums = [[0.0_f64; LANES]; GROUPS];
        for class in 0..width {
            for (sum, score) in sums.as_flattened_mut().iter_mut().zip(scores.iter().skip(class).step_by(width)) {
                *sum = *score;
            }
            let mut nodes = self.nodes.as_slice();
            for (at, (size, values)) in self.sizes.iter().zip(&self.values).enumerate() {
                let (own, rest) = nodes.split_at((*size).min(nodes.len()));
                nodes = rest;
                if at % width == class {
                    for (group, sums) in sums.iter_mut().enumerate().take(groups) {
                        add_tree(own, values, bins, group, sums);
                    }
                }
            }
            for (sum, score) in sums.as_flattened().iter().zip(scores.iter_mut().skip(class).step_by(width)) {
                *score = *sum;
            }
        }
    }
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "hot kernel: tests name features of the block, leaves are masked to the table")]
fn add_tree<M: Mask, const LEAVES: usize>(
    tests: &[Test<M>],
    values: &[f64; LEAVES],
    bins: &[[[u8; LANES]; GROUPS]],
    group: usize,
    sums: &mut [f64; LANES],
) {
    let mut left = [M::ALL; LANES];
    for test in tests {
        let bins: &[u8; LANES] = &bins[usize::from(test.feature)][group];
        for (left, bin) in left.iter_mut().zip(bins) {
            let right = bin.wrapping_sub(test.offset) > test.threshold;
            *left = left.pass(right, test.mask);
        }
    }
    for (sum, left) in sums.iter_mut().zip(left) {
        *sum += values[left.lowest() & (LEAVES - 1)];
    }
}
