//! Growing one tree, leaf by leaf, from integer histograms.

use super::bin::{Binned, MISSING};
use super::tree::{Child, Node, Tree};
use super::{BoosterSettings, Monotone};
use crate::number::{bin, from_fixed, index, short};

/// Sums of fixed-point derivatives and rows: exact, whatever the order of addition.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    gradient: i64,
    hessian: i64,
    rows: i64,
}

impl Cell {
    // Wrapping cannot happen: the scale keeps the sum over all rows below 2^62.
    #[inline]
    const fn add(&mut self, other: Self) {
        self.gradient = self.gradient.wrapping_add(other.gradient);
        self.hessian = self.hessian.wrapping_add(other.hessian);
        self.rows = self.rows.wrapping_add(other.rows);
    }

    #[inline]
    const fn minus(self, other: Self) -> Self {
        Self {
            gradient: self.gradient.wrapping_sub(other.gradient),
            hessian: self.hessian.wrapping_sub(other.hessian),
            rows: self.rows.wrapping_sub(other.rows),
        }
    }
}

/// What a split must respect, in fixed point where it meets sums.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Value of one fixed-point step, a power of two.
    unit: f64,
    l2: f64,
    min_rows: i64,
    min_hessian: f64,
    max_leaves: usize,
    max_depth: u32,
}

impl Limits {
    pub(super) fn new(settings: &BoosterSettings, scale: f64) -> Self {
        Self {
            unit: 1.0 / scale,
            l2: settings.l2,
            min_rows: i64::from(settings.min_rows.max(1)),
            min_hessian: settings.min_hessian,
            max_leaves: index(settings.max_leaves),
            max_depth: settings.max_depth,
        }
    }

    #[inline]
    fn gradient(&self, cell: Cell) -> f64 {
        from_fixed(cell.gradient) * self.unit
    }

    #[inline]
    fn hessian(&self, cell: Cell) -> f64 {
        from_fixed(cell.hessian) * self.unit
    }

    /// The best value of a leaf within its bounds (Chen, Guestrin 2016, equation 5).
    #[inline]
    fn value(&self, cell: Cell, bounds: (f64, f64)) -> f64 {
        let curvature = self.hessian(cell) + self.l2;
        if curvature <= 0.0 {
            return 0.0_f64.clamp(bounds.0, bounds.1);
        }
        (-self.gradient(cell) / curvature).clamp(bounds.0, bounds.1)
    }

    /// Twice the loss reduction of giving a cell's rows this value.
    #[inline]
    fn reduction(&self, cell: Cell, value: f64) -> f64 {
        -(2.0 * self.gradient(cell) + (self.hessian(cell) + self.l2) * value) * value
    }

    #[inline]
    fn allows(&self, cell: Cell) -> bool {
        cell.rows >= self.min_rows && self.hessian(cell) >= self.min_hessian
    }
}

/// A way to split a leaf: bins up to `bin` go left.
#[derive(Debug, Clone, Copy)]
struct Split {
    gain: f64,
    feature: usize,
    bin: u8,
    missing_right: bool,
    left: Cell,
    values: (f64, f64),
}

#[derive(Debug)]
struct Leaf {
    rows: Vec<u32>,
    histogram: Vec<Cell>,
    total: Cell,
    depth: u32,
    bounds: (f64, f64),
    value: f64,
    /// Node and side that lead here.
    parent: Option<(usize, bool)>,
    best: Option<Split>,
}

/// Everything a tree grows from.
#[derive(Debug)]
pub(super) struct Grower<'a> {
    pub(super) binned: &'a Binned,
    /// Gradient and hessian per row, in fixed point.
    pub(super) derivatives: &'a [(i64, i64)],
    pub(super) features: &'a [usize],
    pub(super) limits: Limits,
    pub(super) monotone: &'a [Monotone],
}

impl Grower<'_> {
    pub(super) fn grow(&self, rows: &[u32]) -> Grown {
        let histogram = self.histogram(rows);
        let mut total = Cell::default();
        for &row in rows {
            total.add(self.cell(row));
        }
        let bounds = (f64::NEG_INFINITY, f64::INFINITY);
        let root = Leaf {
            rows: rows.to_vec(),
            histogram,
            total,
            depth: 0,
            bounds,
            value: self.limits.value(total, bounds),
            parent: None,
            best: None,
        };
        let mut leaves = vec![self.with_best(root)];
        let mut nodes = Vec::new();
        while leaves.len() < self.limits.max_leaves {
            let Some((at, split)) = most_gain(&leaves) else {
                break;
            };
            let leaf = leaves.swap_remove(at);
            let (left, right) = self.split(&leaf, split, &mut nodes);
            leaves.push(left);
            leaves.push(right);
        }
        Grown::new(nodes, &leaves)
    }

    fn cell(&self, row: u32) -> Cell {
        let derivative = self.derivatives.get(index(row));
        derivative.map_or_else(Cell::default, |&(gradient, hessian)| Cell { gradient, hessian, rows: 1 })
    }

    /// Cells of all sampled features, one feature's bins after the other's.
    #[expect(clippy::indexing_slicing, reason = "hot kernel: rows are row numbers, bins are below the feature's count of bins")]
    fn histogram(&self, rows: &[u32]) -> Vec<Cell> {
        let derivatives: Vec<Cell> = rows.iter().map(|&row| self.cell(row)).collect();
        let mut cells = Vec::new();
        for &feature in self.features {
            let from = cells.len();
            cells.resize(from + self.binned.bins(feature), Cell::default());
            let bins = &mut cells[from..];
            let column = &self.binned.columns[feature];
            for (&row, &derivative) in rows.iter().zip(&derivatives) {
                bins[usize::from(column[index(row)])].add(derivative);
            }
        }
        cells
    }

    fn with_best(&self, mut leaf: Leaf) -> Leaf {
        if leaf.depth >= self.limits.max_depth || leaf.total.rows < 2 * self.limits.min_rows {
            return leaf;
        }
        let mut cells = leaf.histogram.as_slice();
        let kept = self.limits.reduction(leaf.total, leaf.value);
        for &feature in self.features {
            let (own, rest) = cells.split_at(self.binned.bins(feature).min(cells.len()));
            cells = rest;
            for split in self.best_of(feature, own, &leaf) {
                let gain = split.gain - kept;
                // Ties keep the first: the lower feature, the lower bin, missing values left.
                if gain > leaf.best.map_or(1e-9, |best| best.gain) {
                    leaf.best = Some(Split { gain, ..split });
                }
            }
        }
        leaf
    }

    /// The best split of a feature with missing values left, and with missing values right.
    fn best_of(&self, feature: usize, cells: &[Cell], leaf: &Leaf) -> [Split; 2] {
        let monotone = self.monotone.get(feature).copied().unwrap_or_default();
        let missing = cells.first().copied().unwrap_or_default();
        let none = Split { gain: f64::NEG_INFINITY, feature, bin: 0, missing_right: false, left: Cell::default(), values: (0.0, 0.0) };
        let mut best = [none; 2];
        let mut present = Cell::default();
        for (at, cell) in cells.iter().enumerate().skip(1) {
            present.add(*cell);
            if cell.rows == 0 {
                continue;
            }
            for (missing_right, best) in [false, true].into_iter().zip(&mut best) {
                let mut left = present;
                if !missing_right {
                    left.add(missing);
                }
                let Some((gain, values)) = self.try_split(left, leaf, monotone) else {
                    continue;
                };
                if gain > best.gain {
                    // Without missing values here, later ones join the larger side.
                    let right = leaf.total.minus(left);
                    let heavier_right = right.hessian > left.hessian;
                    *best = Split {
                        gain,
                        bin: bin(at),
                        missing_right: if missing.rows == 0 { heavier_right } else { missing_right },
                        left,
                        values,
                        ..none
                    };
                }
                if missing.rows == 0 {
                    break;
                }
            }
        }
        best
    }

    fn try_split(&self, left: Cell, leaf: &Leaf, monotone: Monotone) -> Option<(f64, (f64, f64))> {
        let right = leaf.total.minus(left);
        if !self.limits.allows(left) || !self.limits.allows(right) {
            return None;
        }
        let values = (self.limits.value(left, leaf.bounds), self.limits.value(right, leaf.bounds));
        let breaks = match monotone {
            Monotone::Free => false,
            Monotone::Increasing => values.0 > values.1,
            Monotone::Decreasing => values.0 < values.1,
        };
        if breaks {
            return None;
        }
        let gain = self.limits.reduction(left, values.0) + self.limits.reduction(right, values.1);
        Some((gain, values))
    }

    fn split(&self, leaf: &Leaf, split: Split, nodes: &mut Vec<Branch>) -> (Leaf, Leaf) {
        let column = self.binned.columns.get(split.feature);
        let column = column.map_or(&[][..], Vec::as_slice);
        let right_of = |row: &u32| {
            let value = column.get(index(*row)).copied().unwrap_or(MISSING);
            goes_right(value, split.bin, split.missing_right)
        };
        let (right_rows, left_rows): (Vec<u32>, Vec<u32>) = leaf.rows.iter().partition(|row| right_of(row));
        let at = nodes.len();
        nodes.push(Branch { split, parent: leaf.parent });
        // The smaller side is counted, the other is what remains of the parent.
        let small_left = left_rows.len() <= right_rows.len();
        let counted = self.histogram(if small_left { &left_rows } else { &right_rows });
        let pairs = leaf.histogram.iter().zip(&counted);
        let rest: Vec<Cell> = pairs.map(|(all, part)| all.minus(*part)).collect();
        let (left_cells, right_cells) = if small_left { (counted, rest) } else { (rest, counted) };
        let (left_bounds, right_bounds) = self.bounds(leaf, split);
        let child = |rows, histogram, total, bounds, value, right| {
            self.with_best(Leaf { rows, histogram, total, depth: leaf.depth + 1, bounds, value, parent: Some((at, right)), best: None })
        };
        let right_total = leaf.total.minus(split.left);
        (
            child(left_rows, left_cells, split.left, left_bounds, split.values.0, false),
            child(right_rows, right_cells, right_total, right_bounds, split.values.1, true),
        )
    }

    /// Both sides of a monotone split stay on their side of its middle, and so do all below them.
    fn bounds(&self, leaf: &Leaf, split: Split) -> ((f64, f64), (f64, f64)) {
        let (low, high) = leaf.bounds;
        let middle = f64::midpoint(split.values.0, split.values.1);
        match self.monotone.get(split.feature).copied().unwrap_or_default() {
            Monotone::Free => (leaf.bounds, leaf.bounds),
            Monotone::Increasing => ((low, middle), (middle, high)),
            Monotone::Decreasing => ((middle, high), (low, middle)),
        }
    }
}

fn most_gain(leaves: &[Leaf]) -> Option<(usize, Split)> {
    let mut most: Option<(usize, Split)> = None;
    for (at, leaf) in leaves.iter().enumerate() {
        if let Some(split) = leaf.best
            && most.is_none_or(|(_, best)| split.gain > best.gain)
        {
            most = Some((at, split));
        }
    }
    most
}

const fn goes_right(value: u8, threshold: u8, missing_right: bool) -> bool {
    if value == MISSING { missing_right } else { value > threshold }
}

#[derive(Debug)]
struct Branch {
    split: Split,
    parent: Option<(usize, bool)>,
}

/// A grown tree, still in bins.
#[derive(Debug)]
pub(super) struct Grown {
    branches: Vec<Branch>,
    children: Vec<(Child, Child)>,
    values: Vec<f64>,
    bounds: Vec<(f64, f64)>,
}

impl Grown {
    fn new(branches: Vec<Branch>, leaves: &[Leaf]) -> Self {
        let mut children = vec![(Child::Leaf(0), Child::Leaf(0)); branches.len()];
        let nodes = branches.iter().enumerate().map(|(at, b)| (b.parent, Child::Node(short(at))));
        let ends = leaves.iter().enumerate().map(|(at, l)| (l.parent, Child::Leaf(short(at))));
        for (parent, child) in nodes.chain(ends) {
            let Some((at, right)) = parent else { continue };
            if let Some(pair) = children.get_mut(at) {
                *(if right { &mut pair.1 } else { &mut pair.0 }) = child;
            }
        }
        Self {
            branches,
            children,
            values: leaves.iter().map(|leaf| leaf.value).collect(),
            bounds: leaves.iter().map(|leaf| leaf.bounds).collect(),
        }
    }

    /// The leaf of every row, sampled or not.
    pub(super) fn leaves(&self, binned: &Binned) -> Vec<u8> {
        let rows = binned.columns.first().map_or(0, Vec::len);
        (0..rows).map(|row| self.leaf(binned, row)).collect()
    }

    fn leaf(&self, binned: &Binned, row: usize) -> u8 {
        let mut at = if self.branches.is_empty() { Child::Leaf(0) } else { Child::Node(0) };
        loop {
            let node = match at {
                Child::Leaf(leaf) => return bin(index(leaf)),
                Child::Node(node) => index(node),
            };
            let found = (self.branches.get(node), self.children.get(node));
            let (Some(branch), Some((left, right))) = found else {
                return 0;
            };
            let column = binned.columns.get(branch.split.feature);
            let value = column.and_then(|c| c.get(row)).copied().unwrap_or(MISSING);
            let right_branch = goes_right(value, branch.split.bin, branch.split.missing_right);
            at = if right_branch { *right } else { *left };
        }
    }

    pub(super) fn value(&self, leaf: u8) -> f64 {
        self.values.get(usize::from(leaf)).copied().unwrap_or(0.0)
    }

    /// Replaces a leaf's value, held within its bounds.
    pub(super) fn set(&mut self, leaf: usize, value: f64) {
        if let (Some(slot), Some((low, high))) = (self.values.get_mut(leaf), self.bounds.get(leaf)) {
            *slot = value.clamp(*low, *high);
        }
    }

    pub(super) fn shrink(&mut self, rate: f64) {
        for value in &mut self.values {
            *value *= rate;
        }
    }

    pub(super) fn tree(&self, binned: &Binned, covers: &[f64]) -> Tree {
        let threshold = |branch: &Branch| {
            let edges = binned.edges.get(branch.split.feature);
            let edge = edges.and_then(|e| e.get(usize::from(branch.split.bin).saturating_sub(1)));
            // A split after the last bin parts missing values from all others.
            edge.copied().unwrap_or(f32::MAX)
        };
        let node = |(branch, (left, right)): (&Branch, &(Child, Child))| Node {
            feature: short(branch.split.feature),
            missing_right: branch.split.missing_right,
            left: *left,
            right: *right,
        };
        Tree {
            nodes: self.branches.iter().zip(&self.children).map(node).collect(),
            thresholds: self.branches.iter().map(threshold).collect(),
            gains: self.branches.iter().map(|b| b.split.gain / 2.0).collect(),
            values: self.values.clone(),
            covers: covers.iter().take(self.values.len()).copied().collect(),
        }
    }
}
