//! Folds that keep groups whole and spread the poor evenly.

use std::collections::BTreeMap;

use crate::boost::random::draw;
use crate::number::wide;

const FOLDS: u64 = 3;

/// The fold of each row, from 0. Groups are dealt in an order drawn from their keys, the larger
/// first, each to the fold that has the fewest poor so far, then the fewest rows.
pub(super) fn folds(groups: &[u64], outcome: &[bool], count: usize, seed: u64) -> Vec<usize> {
    let mut sizes: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
    for (group, poor) in groups.iter().zip(outcome) {
        let size = sizes.entry(*group).or_default();
        size.0 += usize::from(*poor);
        size.1 += 1;
    }
    let mut order: Vec<(u64, (usize, usize))> = sizes.into_iter().collect();
    order.sort_by_key(|&(group, (poor, rows))| (std::cmp::Reverse((poor, rows)), draw(seed, FOLDS, group), group));
    let mut loads = vec![(0_usize, 0_usize); count.max(1)];
    let mut places = BTreeMap::new();
    for (group, (poor, rows)) in order {
        // Ties go to a drawn fold, so that repeats differ.
        let lightest = loads.iter().enumerate().min_by_key(|(fold, (poor_sum, row_sum))| {
            let tie = draw(seed ^ group, FOLDS, wide(*fold));
            if poor > 0 { (*poor_sum, *row_sum, tie) } else { (*row_sum, *poor_sum, tie) }
        });
        let fold = lightest.map_or(0, |(fold, _)| fold);
        if let Some(load) = loads.get_mut(fold) {
            load.0 += poor;
            load.1 += rows;
        }
        places.insert(group, fold);
    }
    let fold = |group: &u64| places.get(group).copied().unwrap_or(0);
    groups.iter().map(fold).collect()
}

/// Number of distinct groups.
pub(super) fn distinct(groups: &[u64]) -> usize {
    let mut groups = groups.to_vec();
    groups.sort_unstable();
    groups.dedup();
    groups.len()
}
