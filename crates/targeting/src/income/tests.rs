use proptest::prelude::*;

use super::*;
use crate::testing::{Table, close};

#[test]
fn published_laeken_figures_of_synthetic_austria() {
    let table = Table::open("eusilc_synthetic/eusilc.csv.gz");
    let (incomes, weights) = (table.numbers("eqIncome"), table.numbers("rb050"));
    let all = Distribution::try_new(&incomes, Some(&weights)).unwrap();
    let line = all.relative_line(0.6);
    // published figures, to their last digit
    assert_eq!(format!("{line:.3}"), "10859.236");
    assert_eq!(format!("{:.8}", 100.0 * all.fgt(line).headcount), "14.44421817");
    assert_eq!(format!("{:.8}", 100.0 * all.gini()), "26.48961921");
    assert_eq!(format!("{:.9}", all.quintile_ratio().unwrap()), "3.970004326");
    assert_eq!(format!("{:.8}", 100.0 * all.median_gap(line).unwrap()), "18.92859682");
    for (region, expected) in [
        ("Burgenland", "19.53983651"),
        ("Carinthia", "13.08626775"),
        ("Lower Austria", "13.84362281"),
        ("Salzburg", "13.78734321"),
        ("Styria", "14.37463728"),
        ("Tyrol", "15.30819049"),
        ("Upper Austria", "10.88977339"),
        ("Vienna", "17.23468321"),
        ("Vorarlberg", "16.53731017"),
    ] {
        let inside = |row: &usize| table.text("db040")[*row] == region;
        let pick = |column: &[f64]| (0..table.rows()).filter(inside).map(|row| column[row]).collect::<Vec<_>>();
        let part = Distribution::try_new(&pick(&incomes), Some(&pick(&weights))).unwrap();
        assert_eq!(format!("{:.8}", 100.0 * part.fgt(line).headcount), expected, "{region}");
    }
}

/// Gini against its definition as mean absolute difference over twice the mean, Sen against
/// its definition by ranks; both are quadratic or rank sums independent of the code.
#[test]
fn published_ilocos_against_definitions() {
    let table = Table::open("ilocos_1997/Ilocos.csv.gz");
    let incomes = table.numbers("income");
    let n = crate::convert::float_len(incomes.len());
    let all = Distribution::try_new(&incomes, None).unwrap();
    let differences: f64 = incomes.iter().flat_map(|a| incomes.iter().map(move |b| (a - b).abs())).sum();
    close(all.gini(), differences / (2.0 * n * n * all.mean()), 1e-12);
    let weights = table.numbers("AP.weight");
    let weighted = Distribution::try_new(&incomes, Some(&weights)).unwrap();
    let pairs = |f: &dyn Fn(usize, usize) -> f64| -> f64 {
        (0..incomes.len()).flat_map(|a| (0..incomes.len()).map(move |b| (a, b))).map(|(a, b)| f(a, b)).sum()
    };
    let spread = pairs(&|a, b| weights[a] * weights[b] * (incomes[a] - incomes[b]).abs());
    close(weighted.gini(), spread / (2.0 * weighted.population().powi(2) * weighted.mean()), 1e-12);

    let line = 60_000.0;
    let mut poor: Vec<f64> = incomes.iter().copied().filter(|income| *income < line).collect();
    poor.sort_by(|left, right| right.total_cmp(left));
    let q = crate::convert::float_len(poor.len());
    // Sen 1976: 2 / ((q + 1) n z) · Σ (z − y_i)(q + 1 − rank from poorest); the large-number form
    // replaces q + 1 by q with half a rank less, which is what is compared here.
    let ranked: f64 = (1..).zip(&poor).map(|(rank, income)| (line - income) * (f64::from(rank) - 0.5)).sum();
    close(all.sen(line), 2.0 * ranked / (q * n * line), 1e-12);
    let fgt = all.fgt(line);
    close(fgt.headcount, q / n, 1e-15);
    close(fgt.gap, poor.iter().map(|y| (line - y) / line).sum::<f64>() / n, 1e-13);
    close(fgt.severity, poor.iter().map(|y| ((line - y) / line).powi(2)).sum::<f64>() / n, 1e-13);
}

#[test]
fn quantiles_average_where_the_share_is_met() {
    let even = Distribution::try_new(&[4.0, 1.0, 3.0, 2.0], None).unwrap();
    close(even.quantile(0.5), 2.5, 0.0);
    close(even.quantile(0.6), 3.0, 0.0);
    close(even.quantile(1.0), 4.0, 0.0);
    let heavy = Distribution::try_new(&[1.0, 2.0], Some(&[1.0, 3.0])).unwrap();
    close(heavy.quantile(0.25), 1.5, 0.0);
}

#[test]
fn fgt_by_hand_and_refusals() {
    let four = Distribution::try_new(&[50.0, 75.0, 100.0, 200.0], None).unwrap();
    let fgt = four.fgt(100.0);
    close(fgt.headcount, 0.5, 0.0);
    close(fgt.gap, 0.1875, 1e-15);
    close(fgt.severity, 0.078_125, 1e-15);
    assert_eq!(four.fgt(0.0), Fgt::default());
    assert!(four.median_gap(10.0).is_none());
    let code = |incomes: &[f64], weights: Option<&[f64]>| Distribution::try_new(incomes, weights).unwrap_err().code();
    assert_eq!(code(&[], None), "targeting.income.empty");
    assert_eq!(code(&[1.0], Some(&[])), "targeting.income.length_mismatch");
    assert_eq!(code(&[f64::NAN], None), "targeting.income.value");
    assert_eq!(code(&[1.0], Some(&[-1.0])), "targeting.income.value");
    assert_eq!(code(&[1.0], Some(&[0.0])), "targeting.income.no_weight");
    let mut tally = IncomeTally::default();
    assert_eq!(tally.add(1, 0, 1).unwrap_err().code(), "targeting.income.line");
    assert_eq!(tally.add(i64::MIN, i64::MAX, u32::MAX).unwrap_err().code(), "targeting.income.range");
    assert_eq!(tally, IncomeTally::default());
}

#[test]
fn equivalence_scales_by_hand() {
    // two adults, two children: 4, 1 + 0.5 + 0.6, 2
    close(EquivalenceScale::PerHead.units(2, 2), 4.0, 0.0);
    close(EquivalenceScale::OecdModified.units(2, 2), 2.1, 1e-15);
    close(EquivalenceScale::SquareRoot.units(2, 2), 2.0, 0.0);
    close(EquivalenceScale::OecdModified.units(0, 2), 1.3, 1e-15);
    let below = |scale: EquivalenceScale, income| scale.below_line(income, 100, 2, 2);
    for (scale, line) in [(EquivalenceScale::PerHead, 400), (EquivalenceScale::OecdModified, 210), (EquivalenceScale::SquareRoot, 200)] {
        assert!(below(scale, line - 1) && !below(scale, line) && below(scale, -5));
        assert!(!scale.below_line(0, 100, 0, 0));
    }
}

proptest! {
    #[test]
    fn tally_is_exact_and_splits(
        rows in proptest::collection::vec((-500_i64..3_000, 1_u32..9, 0_usize..3), 1..80),
        cut in 0_usize..80,
    ) {
        let lines = [800, 1_000, 1_200];
        let mut whole = IncomeTally::default();
        let mut parts = [IncomeTally::default(), IncomeTally::default()];
        for (at, (income, people, line)) in rows.iter().enumerate() {
            whole.add(*income, lines[*line], *people).unwrap();
            parts[usize::from(at < cut)].add(*income, lines[*line], *people).unwrap();
        }
        let [mut first, second] = parts;
        first.merge(&second).unwrap();
        prop_assert_eq!(&first, &whole);
        let people: f64 = rows.iter().map(|row| f64::from(row.1)).sum();
        let gap: f64 = rows.iter()
            .map(|(income, people, line)| {
                let line = crate::convert::float_signed(lines[*line]);
                ((line - crate::convert::float_signed(*income)) / line).max(0.0) * f64::from(*people)
            })
            .sum();
        prop_assert!((whole.fgt().gap - gap / people).abs() < 1e-12);
    }

    #[test]
    fn gini_is_scale_free_and_bounded(incomes in proptest::collection::vec(0.0..1e6_f64, 1..60), factor in 0.1..50.0_f64) {
        let gini = |scale: f64| {
            let scaled: Vec<f64> = incomes.iter().map(|income| income * scale).collect();
            Distribution::try_new(&scaled, None).unwrap().gini()
        };
        prop_assert!((gini(1.0) - gini(factor)).abs() < 1e-9);
        prop_assert!((-1e-12..=1.0).contains(&gini(1.0)));
    }
}
