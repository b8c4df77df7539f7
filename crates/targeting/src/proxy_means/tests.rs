use super::*;
use crate::boost::random::draw;
use crate::model::logistic;
use crate::number::narrow;

struct Survey {
    matrix: Matrix,
    outcome: Vec<bool>,
    weights: Vec<f64>,
    groups: Vec<u64>,
    keys: Vec<u64>,
}

impl Survey {
    fn new(rows: u64) -> Self {
        let mut columns = vec![Vec::new(); 4];
        let mut survey = Self {
            matrix: Matrix::try_new(Vec::new(), Vec::new()).unwrap(),
            outcome: Vec::new(),
            weights: Vec::new(),
            groups: Vec::new(),
            keys: Vec::new(),
        };
        for row in 0..rows {
            let uniform = |purpose| {
                let bits = u32::try_from(draw(5, purpose, row) >> 40).unwrap();
                f64::from(bits) / 16_777_216.0
            };
            for (feature, column) in (0..).zip(&mut columns) {
                let missing = feature == 1 && uniform(20) < 0.1;
                column.push(if missing { f32::NAN } else { narrow(uniform(feature)) });
            }
            let score = 4.0 * uniform(0) - 3.0 * uniform(1) + 3.0 * uniform(2) * uniform(0) - 1.5;
            survey.outcome.push(uniform(9) < logistic(score));
            survey.weights.push(0.5 + uniform(11));
            survey.groups.push(row / 8);
            survey.keys.push(draw(1, 1, row));
        }
        let names = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        survey.matrix = Matrix::try_new(names, columns).unwrap();
        survey
    }

    fn training(&self) -> Training<'_> {
        Training {
            matrix: &self.matrix,
            outcome: &self.outcome,
            weights: &self.weights,
            groups: &self.groups,
            keys: &self.keys,
            monotone: &[],
            trained_on: "2020-02-13",
            fingerprint: "abc",
        }
    }

    fn select(&self, rows: &[usize]) -> Self {
        Self {
            matrix: self.matrix.select(rows),
            outcome: select(&self.outcome, rows),
            weights: select(&self.weights, rows),
            groups: select(&self.groups, rows),
            keys: select(&self.keys, rows),
        }
    }
}

fn quick() -> Settings {
    Settings { seeds: 2, penalties: vec![10.0, 100.0], leaves: vec![4], rounds: vec![20, 60], learning_rate: 0.1, ..Settings::default() }
}

#[test]
fn any_order_and_number_of_threads_give_the_same_model() {
    let survey = Survey::new(400);
    let mut order: Vec<usize> = (0..400).collect();
    order.sort_by_key(|&row| draw(9, 9, u64::try_from(row).unwrap()));
    let shuffled = survey.select(&order);
    let (model, probabilities) = train_with_out_of_fold(&survey.training(), &quick()).unwrap();
    for threads in [1, 3] {
        let settings = Settings { threads, ..quick() };
        let (other, others) = train_with_out_of_fold(&shuffled.training(), &settings).unwrap();
        assert_eq!(serde_json::to_string(&model).unwrap(), serde_json::to_string(&other).unwrap());
        assert_eq!(select(&probabilities, &order), others);
    }
}

#[test]
fn the_model_is_as_good_on_new_households_as_its_card_says() {
    let all = Survey::new(4000);
    let seen = all.select(&(0..1500).collect::<Vec<usize>>());
    let unseen = all.select(&(1500..4000).collect::<Vec<usize>>());
    let model = train(&seen.training(), &quick()).unwrap();
    let probabilities = model.predict(&unseen.matrix.columns());
    let outcome: Vec<f64> = unseen.outcome.iter().map(|poor| f64::from(u8::from(*poor))).collect();
    let found = Metrics::of(&probabilities, &outcome, &unseen.weights);
    let card = model.card();
    assert!((found.log_loss - card.metrics.log_loss).abs() < 0.03, "{found:?} {card:?}");
    assert!((found.auc - card.metrics.auc).abs() < 0.03, "{found:?} {card:?}");
    let rate: f64 = probabilities.iter().sum::<f64>() / float(probabilities.len());
    let true_rate = outcome.iter().sum::<f64>() / float(outcome.len());
    assert!((rate - true_rate).abs() < 0.04, "{rate} {true_rate}");
    assert_eq!((card.rows, card.groups, card.trained_on.as_str()), (1500, 188, "2020-02-13"));
    let best = card.candidates[card.winner].metrics.log_loss;
    assert!(card.candidates.iter().all(|candidate| candidate.metrics.log_loss >= best));
    assert_eq!(card.importance.len(), 4);
    assert!(card.importance[0].name != "d" && card.importance[3].name == "d", "{:?}", card.importance);
}

#[test]
fn json_keeps_every_bit_and_parts_add_up() {
    let survey = Survey::new(300);
    let model = train(&survey.training(), &quick()).unwrap();
    let text = serde_json::to_string(&model).unwrap();
    let read: ProxyMeansModel = serde_json::from_str(&text).unwrap();
    let columns = survey.matrix.columns();
    assert_eq!(read.predict(&columns), model.predict(&columns));
    assert!(serde_json::to_string(&read).unwrap() == text);
    let scores = model.scores(&columns);
    for (row, probability) in model.predict(&columns).into_iter().enumerate() {
        assert!((model.contributions(&survey.matrix.row(row)).total() - scores[row]).abs() < 1e-9);
        let interval = read.interval(probability);
        assert!(interval.lower <= probability && probability <= interval.upper);
        assert!(interval.upper - interval.lower < 0.6);
    }
    let spoilt = text.replacen("\"share\":\"", "\"share\":\"7", 1);
    let error = serde_json::from_str::<ProxyMeansModel>(&spoilt).unwrap_err();
    assert!(error.to_string().contains("train it again"), "{error}");
}

#[test]
fn what_cannot_be_learnt_from_is_refused() {
    let check = |rows: u64, spoil: &dyn Fn(&mut Survey), code: &str| {
        let mut survey = Survey::new(rows);
        spoil(&mut survey);
        let refused = train(&survey.training(), &quick()).unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
        assert!(refused.to_string().len() > 30, "says what to do");
    };
    check(0, &|_| {}, "targeting.model.no_outcome");
    check(100, &|survey| survey.outcome.clear(), "targeting.model.no_outcome");
    check(100, &|survey| survey.outcome.fill(true), "targeting.model.one_class");
    check(100, &|survey| survey.outcome.fill(false), "targeting.model.one_class");
    check(40, &|_| {}, "targeting.model.few_rows");
    let nine = |survey: &mut Survey| {
        survey.outcome.fill(false);
        survey.outcome[..9].fill(true);
    };
    check(100, &nine, "targeting.model.few_positives");
    check(100, &|survey| survey.weights[1] = f64::NAN, "targeting.model.weight");
    check(100, &|survey| survey.weights[1] = -1.0, "targeting.model.weight");
    check(100, &|survey| survey.groups.fill(1), "targeting.model.few_groups");
    check(100, &|survey| survey.groups.truncate(7), "targeting.model.length");
}

#[test]
fn folds_keep_groups_whole_and_spread_the_poor() {
    let survey = Survey::new(1000);
    let folds = folds::folds(&survey.groups, &survey.outcome, 5, 1);
    let mut poor = [0; 5];
    let mut rows = [0; 5];
    for (row, fold) in folds.iter().enumerate() {
        assert_eq!(*fold, folds[row / 8 * 8], "row {row} is parted from its group");
        poor[*fold] += usize::from(survey.outcome[row]);
        rows[*fold] += 1;
    }
    assert!(poor.iter().max().unwrap() - poor.iter().min().unwrap() <= 8, "{poor:?}");
    assert!(rows.iter().max().unwrap() - rows.iter().min().unwrap() <= 40, "{rows:?}");
    assert_ne!(folds, folds::folds(&survey.groups, &survey.outcome, 5, 2));
}

#[test]
fn metrics_match_a_count_by_hand() {
    // Pairs (poor, not): 0.9 beats both, 0.5 ties with one and beats the other; of two chosen
    // with weight 2, the second place is shared by a poor and another.
    let found = Metrics::of(&[0.9, 0.5, 0.5, 0.1], &[1.0, 1.0, 0.0, 0.0], &[1.0; 4]);
    assert!((found.auc - 3.5 / 4.0).abs() < 1e-12);
    assert!((found.exclusion_error - 0.25).abs() < 1e-12);
    let loss = -(0.9_f64.ln() + 2.0 * 0.5_f64.ln() + 0.9_f64.ln()) / 4.0;
    assert!((found.log_loss - loss).abs() < 1e-12);
    // A weight of two is two rows.
    let twice = Metrics::of(&[0.9, 0.5, 0.5, 0.1, 0.1], &[1.0, 1.0, 0.0, 0.0, 0.0], &[1.0; 5]);
    let weighted = Metrics::of(&[0.9, 0.5, 0.5, 0.1], &[1.0, 1.0, 0.0, 0.0], &[1.0, 1.0, 1.0, 2.0]);
    assert!((twice.auc - weighted.auc).abs() < 1e-12);
}
