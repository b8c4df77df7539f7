//! Out-of-fold predictions of our models on given folds. Run by `bench/accuracy.py`.
//!
//! `accuracy FEATURES ROWS MONOTONE OUT`: features by household (CSV, empty is missing); rows
//! (CSV: household, outcome, weight, group, one column of folds a repeat); directions (CSV: feature,
//! direction). Writes a CSV: repeat, household, ours, scorecard, booster, lower, upper; prints CPU
//! seconds a fit and what won as JSON lines.
#![expect(clippy::print_stdout, clippy::indexing_slicing, reason = "a bench: it reports to whoever runs it and stops on bad input")]

use std::collections::BTreeMap;
use std::error::Error;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;

use targeting::boost::{Booster, BoosterSettings, Loss, Monotone};
use targeting::model::{Matrix, Sample, logistic};
use targeting::proxy_means::{Settings, Training, train};

type Anyhow<T> = Result<T, Box<dyn Error + Send + Sync>>;

struct Survey {
    matrix: Matrix,
    households: Vec<String>,
    outcome: Vec<bool>,
    weights: Vec<f64>,
    groups: Vec<u64>,
    keys: Vec<u64>,
    /// One list of folds a repeat.
    folds: Vec<Vec<usize>>,
    monotone: Vec<Monotone>,
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn cpu_seconds() -> Anyhow<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split_whitespace().next().unwrap_or("0").parse::<f64>()? / 1e9)
}

fn read(arguments: &[String]) -> Anyhow<Survey> {
    let mut reader = csv::Reader::from_path(&arguments[0])?;
    let names: Vec<String> = reader.headers()?.iter().skip(1).map(str::to_owned).collect();
    let mut features = BTreeMap::new();
    for record in reader.records() {
        let record = record?;
        let number = |text: &str| text.parse::<f32>().unwrap_or(f32::NAN);
        features.insert(record[0].to_owned(), record.iter().skip(1).map(number).collect::<Vec<f32>>());
    }
    let mut survey = Survey {
        matrix: Matrix::try_new(Vec::new(), Vec::new())?,
        households: Vec::new(),
        outcome: Vec::new(),
        weights: Vec::new(),
        groups: Vec::new(),
        keys: Vec::new(),
        folds: Vec::new(),
        monotone: Vec::new(),
    };
    let mut columns = vec![Vec::new(); names.len()];
    for record in csv::Reader::from_path(&arguments[1])?.records() {
        let record = record?;
        let row = features.get(&record[0]).ok_or("a household has no features")?;
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(*value);
        }
        survey.households.push(record[0].to_owned());
        survey.outcome.push(&record[1] == "1");
        survey.weights.push(record[2].parse()?);
        survey.groups.push(hash(&record[3]));
        survey.keys.push(hash(&record[0]));
        survey.folds.resize(record.len() - 4, Vec::new());
        for (folds, fold) in survey.folds.iter_mut().zip(record.iter().skip(4)) {
            folds.push(fold.parse()?);
        }
    }
    let mut directions = BTreeMap::new();
    for record in csv::Reader::from_path(&arguments[2])?.records() {
        let record = record?;
        let direction = match &record[1] {
            "increasing" => Monotone::Increasing,
            "decreasing" => Monotone::Decreasing,
            other => return Err(format!("{other:?} is no direction").into()),
        };
        directions.insert(record[0].to_owned(), direction);
    }
    let direction = |name| directions.get(name).copied().unwrap_or_default();
    survey.monotone = names.iter().map(direction).collect();
    survey.matrix = Matrix::try_new(names, columns)?;
    Ok(survey)
}

fn pick<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|&row| values[row]).collect()
}

/// What `bench/accuracy.py` gives `LightGBM` on surveys of this size.
fn rival_settings(rows: usize, monotone: &[Monotone]) -> BoosterSettings {
    let large = rows > 4000;
    BoosterSettings {
        rounds: if large { 400 } else { 260 },
        learning_rate: if large { 0.04 } else { 0.03 },
        max_leaves: if large { 15 } else { 8 },
        max_depth: 63,
        monotone: monotone.to_vec(),
        ..BoosterSettings::new(Loss::Logistic)
    }
}

/// Lines of the output for one held-out fold.
fn held_out(survey: &Survey, repeat: usize, fold: usize) -> Anyhow<Vec<String>> {
    let folds = &survey.folds[repeat];
    let (out, seen): (Vec<usize>, Vec<usize>) = (0..folds.len()).partition(|&row| folds[row] == fold);
    let matrix = survey.matrix.select(&seen);
    let (weights, keys) = (pick(&survey.weights, &seen), pick(&survey.keys, &seen));
    let outcome = pick(&survey.outcome, &seen);
    let training = Training {
        matrix: &matrix,
        outcome: &outcome,
        weights: &weights,
        groups: &pick(&survey.groups, &seen),
        keys: &keys,
        monotone: &survey.monotone,
        trained_on: "",
        fingerprint: "",
    };
    let settings = Settings { threads: 1, ..Settings::default() };
    let start = cpu_seconds()?;
    let model = train(&training, &settings)?;
    let trained = cpu_seconds()?;
    let target: Vec<f64> = outcome.iter().map(|&poor| f64::from(u8::from(poor))).collect();
    let sample = Sample { matrix: &matrix, target: &target, weights: &vec![1.0; seen.len()], keys: &keys };
    let single = rival_settings(seen.len(), &survey.monotone);
    let before = cpu_seconds()?;
    let booster = Booster::fit(&sample, &single)?;
    let boosted = cpu_seconds()? - before;
    println!(
        "{{\"repeat\":{repeat},\"fold\":{fold},\"ours\":{},\"booster\":{boosted},\"winner\":{},\"share\":{}}}",
        trained - start,
        serde_json::to_string(&model.card().candidates[model.card().winner])?,
        model.scorecard_share(),
    );
    let part = survey.matrix.select(&out);
    let columns = part.columns();
    let linear = model.scorecard().predict(&columns);
    let alone = booster.predict(&columns);
    let lines = out.iter().zip(model.predict(&columns)).zip(linear).zip(alone);
    let line = |(((row, ours), linear), alone): (((&usize, f64), f64), f64)| {
        let band = model.interval(ours);
        format!("{repeat},{},{ours},{},{},{},{}", survey.households[*row], logistic(linear), logistic(alone), band.lower, band.upper)
    };
    Ok(lines.map(line).collect())
}

fn main() -> Anyhow<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let survey = read(&arguments)?;
    let mut jobs = Vec::new();
    for (repeat, folds) in survey.folds.iter().enumerate() {
        let last = folds.iter().max().copied().unwrap_or(0);
        jobs.extend((0..=last).map(|fold| (repeat, fold)));
    }
    let queue = Mutex::new(jobs);
    let lines = Mutex::new(Vec::new());
    let work = || -> Anyhow<()> {
        loop {
            let job = queue.lock().map_err(|error| error.to_string())?.pop();
            let Some((repeat, fold)) = job else {
                return Ok(());
            };
            let done = held_out(&survey, repeat, fold)?;
            lines.lock().map_err(|error| error.to_string())?.extend(done);
        }
    };
    std::thread::scope(|scope| -> Anyhow<()> {
        let other = scope.spawn(work);
        work()?;
        other.join().map_err(|_panic| "a fit panicked")?
    })?;
    let mut lines = lines.into_inner()?;
    lines.sort_unstable();
    let header = "repeat,household,ours,scorecard,booster,lower,upper\n";
    std::fs::write(&arguments[3], header.to_owned() + &lines.join("\n") + "\n")?;
    Ok(())
}
