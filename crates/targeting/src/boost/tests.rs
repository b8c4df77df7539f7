use proptest::prelude::*;

use super::*;
use crate::model::Matrix;
use fixture::Survey;

mod fixture;

fn settings(loss: Loss) -> BoosterSettings {
    BoosterSettings { rounds: 40, learning_rate: 0.1, l2: 1.0, column_share: 0.8, ..BoosterSettings::new(loss) }
}

#[test]
fn loss_falls_on_seen_and_unseen_rows() {
    let (seen, unseen) = (Survey::new(2000, 1), Survey::new(2000, 2));
    let booster = Booster::fit(&seen.sample(), &settings(Loss::Logistic)).unwrap();
    let constant = booster.first_rounds(0).unwrap();
    let half = booster.first_rounds(20).unwrap();
    for survey in [&seen, &unseen] {
        let losses = [&constant, &half, &booster].map(|b| survey.log_loss(b));
        assert!(losses[0] > losses[1] + 0.02 && losses[1] > losses[2], "{losses:?}");
    }
}

#[test]
fn row_order_changes_nothing() {
    let survey = Survey::new(700, 3);
    let mut order: Vec<usize> = (0..700).collect();
    order.sort_by_key(|&row| random::mix(u64::try_from(row).unwrap() ^ 77));
    for loss in [Loss::Logistic, Loss::Squared, Loss::Multinomial { classes: 2 }] {
        let fit = |survey: &Survey| Booster::fit(&survey.sample(), &settings(loss)).unwrap();
        assert_eq!(fit(&survey), fit(&survey.select(&order)));
    }
    let other = BoosterSettings { seed: 1, ..settings(Loss::Logistic) };
    let first = Booster::fit(&survey.sample(), &settings(Loss::Logistic)).unwrap();
    assert_ne!(first, Booster::fit(&survey.sample(), &other).unwrap());
}

#[test]
fn a_weight_of_two_is_two_rows() {
    let mut survey = Survey::new(400, 4);
    // Few enough values that bins do not depend on weights.
    let coarse = |column: &[f32]| column.iter().map(|value| (value * 40.0).round()).collect();
    let columns = survey.matrix.columns().into_iter().map(coarse).collect();
    survey.matrix = Matrix::try_new(survey.matrix.names().to_vec(), columns).unwrap();
    survey.weights = (0..400).map(|row| if row % 3 == 0 { 2.0 } else { 1.0 }).collect();
    let mut twice: Vec<usize> = (0..400).collect();
    twice.extend((0..400).step_by(3));
    let mut doubled = survey.select(&twice);
    doubled.weights = vec![1.0; twice.len()];
    // Weights are relative to their mean, so a penalty would weigh differently on more rows.
    let free = BoosterSettings { min_rows: 1, l2: 0.0, min_hessian: 1e-9, max_leaves: 6, ..settings(Loss::Logistic) };
    let scores = |fitted: &Survey| {
        let booster = Booster::fit(&fitted.sample(), &free).unwrap();
        booster.predict(&survey.matrix.columns())
    };
    for (weighted, repeated) in scores(&survey).into_iter().zip(scores(&doubled)) {
        assert!((weighted - repeated).abs() < 1e-6, "{weighted} {repeated}");
    }
}

#[test]
fn constraints_hold() {
    let survey = Survey::new(1500, 5);
    // Against what the data say of `a`, with it of `b`.
    let monotone = vec![Monotone::Decreasing, Monotone::Decreasing, Monotone::Free, Monotone::Increasing];
    for loss in [Loss::Logistic, Loss::Quantile { level: 0.7 }] {
        let settings = BoosterSettings { monotone: monotone.clone(), ..settings(loss) };
        let booster = Booster::fit(&survey.sample(), &settings).unwrap();
        for row in 0..100 {
            let start = survey.matrix.row(row);
            for (feature, direction) in monotone.iter().enumerate() {
                let grid: Vec<Vec<f32>> = (0_u8..=50)
                    .map(|step| {
                        let mut row = start.clone();
                        row[feature] = f32::from(step) / 50.0;
                        row
                    })
                    .collect();
                let columns: Vec<Vec<f32>> = (0..4).map(|f| grid.iter().map(|row| row[f]).collect()).collect();
                let columns: Vec<&[f32]> = columns.iter().map(Vec::as_slice).collect();
                let scores = booster.predict(&columns);
                let holds = |pair: &[f64]| match direction {
                    Monotone::Free => true,
                    Monotone::Increasing => pair[0] <= pair[1],
                    Monotone::Decreasing => pair[0] >= pair[1],
                };
                assert!(scores.windows(2).all(holds), "{loss:?} {feature} {scores:?}");
            }
        }
    }
}

#[test]
fn regression_finds_means_and_quantiles() {
    let mut survey = Survey::new(3000, 6);
    let column = survey.matrix.columns()[0].to_vec();
    let noise = survey.matrix.columns()[3].to_vec();
    survey.target = column.iter().zip(&noise).map(|(x, e)| f64::from(3.0 * x + e)).collect();
    let check = |loss, expected: f64| {
        let settings = BoosterSettings { rounds: 200, column_share: 1.0, ..settings(loss) };
        // The noise itself is hidden from the fit.
        let matrix = survey.matrix.features(&[0, 1, 2]);
        let sample = Sample { matrix: &matrix, ..survey.sample() };
        let booster = Booster::fit(&sample, &settings).unwrap();
        let columns = [vec![0.5_f32], vec![0.5], vec![0.5]];
        let columns: Vec<&[f32]> = columns.iter().map(Vec::as_slice).collect();
        let found = booster.predict(&columns)[0];
        assert!((found - expected).abs() < 0.15, "{loss:?}: {found}, expected {expected}");
    };
    check(Loss::Squared, 2.0);
    check(Loss::Quantile { level: 0.1 }, 1.6);
    check(Loss::Quantile { level: 0.9 }, 2.4);
}

#[test]
fn classes_get_their_own_scores() {
    let mut survey = Survey::new(2000, 7);
    let columns = survey.matrix.columns();
    let class = |(a, c): (&f32, &f32)| f64::from(u8::from(*a > 0.5)) + f64::from(u8::from(*c > 0.5));
    survey.target = columns[0].iter().zip(columns[2]).map(class).collect();
    let loss = Loss::Multinomial { classes: 3 };
    let booster = Booster::fit(&survey.sample(), &settings(loss)).unwrap();
    assert_eq!(booster.scores(), 3);
    let scores = booster.predict(&survey.matrix.columns());
    let hits = scores.chunks_exact(3).zip(&survey.target).filter(|(scores, y)| {
        let best = (0_u8..3).max_by(|a, b| scores[usize::from(*a)].total_cmp(&scores[usize::from(*b)]));
        (f64::from(best.unwrap()) - **y).abs() < 0.5
    });
    assert!(hits.count() > 1900);
    let row = survey.matrix.row(11);
    for (class, parts) in booster.contributions(&row).iter().enumerate() {
        assert!((parts.total() - scores[33 + class]).abs() < 1e-9);
    }
}

#[test]
fn a_row_scores_the_same_in_any_company() {
    for max_leaves in [4, 16, 20, 40, 64] {
        let survey = Survey::new(1500, 8);
        let settings = BoosterSettings { max_leaves, max_depth: 30, min_rows: 2, ..settings(Loss::Logistic) };
        let booster = Booster::fit(&survey.sample(), &settings).unwrap();
        let columns = survey.matrix.columns();
        let all = booster.predict(&columns);
        for size in [1, 31, 32, 33, 257] {
            for from in (0..1500).step_by(size * 7) {
                let to = (from + size).min(1500);
                let part: Vec<&[f32]> = columns.iter().map(|column| &column[from..to]).collect();
                assert_eq!(booster.predict(&part), all[from..to], "{max_leaves} {size}");
            }
        }
        // The mask layout agrees with walking the trees.
        for (row, score) in all.iter().enumerate() {
            let walked = walk(&booster, &survey.matrix.row(row));
            assert_eq!(walked.to_bits(), score.to_bits(), "{max_leaves} row {row}");
        }
    }
}

fn walk(booster: &Booster, row: &[f32]) -> f64 {
    let mut score = booster.base[0];
    for tree in &booster.trees {
        let mut at = tree.root();
        while let tree::Child::Node(node) = at {
            let (node, threshold) = tree.node(node).unwrap();
            let value = row[crate::number::index(node.feature)];
            at = if Tree::goes_right(node, threshold, value) { node.right } else { node.left };
        }
        if let tree::Child::Leaf(leaf) = at {
            score += tree.value(leaf);
        }
    }
    score
}

/// Mean score of a tree when only the features of a set are known (the path-dependent expectation).
fn known(tree: &Tree, at: tree::Child, row: &[f32], set: u32) -> f64 {
    let node = match at {
        tree::Child::Leaf(leaf) => return tree.value(leaf),
        tree::Child::Node(node) => node,
    };
    let (node, threshold) = tree.node(node).unwrap();
    let [left, right] = [node.left, node.right].map(|child| known(tree, child, row, set));
    if set & (1 << node.feature) != 0 {
        let value = row[crate::number::index(node.feature)];
        return if Tree::goes_right(node, threshold, value) { right } else { left };
    }
    let [left_cover, right_cover] = [node.left, node.right].map(|child| tree.cover(child));
    (left * left_cover + right * right_cover) / (left_cover + right_cover)
}

#[test]
fn contributions_are_shapley_values() {
    let survey = Survey::new(900, 9);
    let settings = BoosterSettings { rounds: 12, min_rows: 5, column_share: 1.0, ..settings(Loss::Logistic) };
    let booster = Booster::fit(&survey.sample(), &settings).unwrap();
    // |S|! (3 - |S|)! / 4!
    let weight = [0.25, 1.0 / 12.0, 1.0 / 12.0, 0.25];
    for row in 0..40 {
        let row = survey.matrix.row(row);
        let parts = &booster.contributions(&row)[0];
        assert!((parts.total() - walk(&booster, &row)).abs() < 1e-9);
        let value = |set| booster.trees.iter().map(|tree| known(tree, tree.root(), &row, set)).sum::<f64>();
        for feature in 0_u32..4 {
            let bit = 1 << feature;
            let sets = (0_u32..16).filter(|set| set & bit == 0);
            let shapley: f64 = sets.map(|set| weight[crate::number::index(set.count_ones())] * (value(set | bit) - value(set))).sum();
            let found = parts.features[crate::number::index(feature)];
            assert!((found - shapley).abs() < 1e-9, "{feature}: {found}, by enumeration {shapley}");
        }
    }
}

#[test]
fn json_keeps_every_bit() {
    let survey = Survey::new(800, 10);
    let booster = Booster::fit(&survey.sample(), &settings(Loss::Logistic)).unwrap();
    let text = serde_json::to_string(&booster).unwrap();
    let read: Booster = serde_json::from_str(&text).unwrap();
    assert_eq!(read, booster);
    let columns = survey.matrix.columns();
    assert_eq!(read.predict(&columns), booster.predict(&columns));
    let check = |from: &str, to: &str, said: &str| {
        assert!(text.contains(from), "the stored shape has no {from}");
        let error = serde_json::from_str::<Booster>(&text.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    };
    check("\"version\":1", "\"version\":9", "version is 9");
    check("\"left\":{\"node\":1}", "\"left\":{\"node\":0}", "do not form a tree");
    check("\"names\":[\"a\",\"b\",\"c\",\"d\"]", "\"names\":[\"a\"]", "unknown feature");
}

#[test]
fn an_average_is_the_mean_of_its_parts() {
    let survey = Survey::new(600, 11);
    let fit = |seed| Booster::fit(&survey.sample(), &BoosterSettings { seed, ..settings(Loss::Logistic) }).unwrap();
    let parts: Vec<Booster> = (0..3).map(fit).collect();
    let bag = Booster::average(&parts).unwrap();
    let columns = survey.matrix.columns();
    let scores: Vec<Vec<f64>> = parts.iter().map(|part| part.predict(&columns)).collect();
    for (row, score) in bag.predict(&columns).into_iter().enumerate() {
        let mean = scores.iter().map(|part| part[row]).sum::<f64>() / 3.0;
        assert!((score - mean).abs() < 1e-12);
    }
    let other = Booster::fit(&survey.sample(), &settings(Loss::Squared)).unwrap();
    let refused = Booster::average(&[parts[0].clone(), other]).unwrap_err();
    assert_eq!(refused.code(), "targeting.model.stored");
}

#[test]
fn bad_input_is_refused() {
    let check = |spoil: &dyn Fn(&mut Survey, &mut BoosterSettings), code: &str| {
        let mut survey = Survey::new(100, 12);
        let mut settings = settings(Loss::Logistic);
        spoil(&mut survey, &mut settings);
        let refused = Booster::fit(&survey.sample(), &settings).unwrap_err();
        assert_eq!(refused.code(), code);
    };
    check(&|survey, _| survey.weights[3] = f64::NAN, "targeting.model.weight");
    check(&|survey, _| survey.weights[3] = 0.0, "targeting.model.weight");
    check(&|survey, _| survey.target[3] = 0.5, "targeting.model.outcome");
    check(&|survey, _| survey.target[3] = f64::NAN, "targeting.model.outcome");
    check(&|survey, _| survey.keys.truncate(5), "targeting.model.length");
    check(&|_, settings| settings.max_leaves = 65, "targeting.model.setting");
    check(&|_, settings| settings.learning_rate = 0.0, "targeting.model.setting");
    check(&|_, settings| settings.monotone = vec![Monotone::Free], "targeting.model.length");
    let infinite = Matrix::try_new(vec!["a".to_owned()], vec![vec![f32::INFINITY]]).unwrap_err();
    assert_eq!(infinite.code(), "targeting.model.infinite");
}

#[test]
fn missing_values_find_their_side() {
    let mut survey = Survey::new(1000, 13);
    let missing = survey.matrix.columns()[1].iter().map(|value| f64::from(u8::from(value.is_nan())));
    survey.target = missing.collect();
    let settings = BoosterSettings { column_share: 1.0, ..settings(Loss::Logistic) };
    let booster = Booster::fit(&survey.sample(), &settings).unwrap();
    let scores = booster.predict(&survey.matrix.columns());
    for (score, y) in scores.iter().zip(&survey.target) {
        assert_eq!(*score > 0.0, *y > 0.5);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_values_are_scored_alike_alone_and_together(
        values in proptest::collection::vec((any::<f32>(), -2.0_f32..2.0), 1..80),
        seed in 0_u64..5,
    ) {
        let survey = Survey::new(300, seed);
        let booster = Booster::fit(&survey.sample(), &settings(Loss::Logistic)).unwrap();
        let columns: Vec<Vec<f32>> = vec![
            values.iter().map(|v| v.0).collect(),
            values.iter().map(|v| v.1).collect(),
            values.iter().map(|v| v.1 * v.1).collect(),
            values.iter().map(|_| f32::NAN).collect(),
        ];
        let slices: Vec<&[f32]> = columns.iter().map(Vec::as_slice).collect();
        let together = booster.predict(&slices);
        for row in 0..values.len() {
            let alone: Vec<&[f32]> = columns.iter().map(|column| &column[row..=row]).collect();
            prop_assert_eq!(booster.predict(&alone)[0].to_bits(), together[row].to_bits());
            let values: Vec<f32> = columns.iter().map(|column| column[row]).collect();
            prop_assert_eq!(walk(&booster, &values).to_bits(), together[row].to_bits());
        }
    }
}
