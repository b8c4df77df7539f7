use proptest::prelude::*;

use super::*;

fn pack(bits: &[bool]) -> Vec<u64> {
    bits.chunks(64).map(|chunk| chunk.iter().enumerate().fold(0, |word, (at, bit)| word | (u64::from(*bit) << at))).collect()
}

fn check(columns: &[Vec<(bool, bool)>], rows: usize) {
    let values: Vec<Vec<u64>> = columns.iter().map(|column| pack(&column.iter().map(|cell| cell.0).collect::<Vec<_>>())).collect();
    let known: Vec<Vec<u64>> = columns.iter().map(|column| pack(&column.iter().map(|cell| cell.1).collect::<Vec<_>>())).collect();
    let input: Vec<BitColumn<'_>> = values.iter().zip(&known).map(|(values, known)| BitColumn { values, validity: Some(known) }).collect();
    let found = patterns(&input, rows).unwrap();
    for row in 0..rows {
        let bit = |test: &dyn Fn((bool, bool)) -> bool| {
            columns.iter().enumerate().fold(0_u32, |bits, (j, column)| bits | (u32::from(test(column[row])) << j))
        };
        assert_eq!(found.deprived[row], bit(&|(value, known)| value && known));
        assert_eq!(found.missing.as_ref().unwrap()[row], bit(&|(_, known)| !known));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn patterns_are_the_columns_transposed(seed: u64, columns in 1_usize..=32, rows in 0_usize..200) {
        let mut draws = crate::testing::Draws(seed);
        let cells: Vec<Vec<(bool, bool)>> = (0..columns)
            .map(|_| (0..rows).map(|_| (draws.below(3) == 0, draws.below(5) != 0)).collect())
            .collect();
        check(&cells, rows);
    }
}

#[test]
fn no_validity_means_nothing_missing() {
    let found = patterns(&[BitColumn { values: &[0b101], validity: None }], 3).unwrap();
    assert_eq!(found, Patterns { deprived: vec![1, 0, 1], missing: None });
}

#[test]
fn wrong_shapes_are_refused() {
    let column = BitColumn { values: &[0], validity: None };
    assert_eq!(patterns(&[column], 65).unwrap_err().code(), "targeting.pattern.column_too_short");
    assert_eq!(patterns(&[column; 33], 1).unwrap_err().code(), "targeting.pattern.too_many_columns");
}
