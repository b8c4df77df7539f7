//! Prediction speed: fits an ensemble on the first rows of a matrix and scores all of it, once, on
//! one thread. Run by `bench/trees.py`.
//!
//! `trees MATRIX ROWS FEATURES FIT_ROWS TREES LEAVES`: the matrix is little-endian f32, column by
//! column, its last column the 0/1 outcome.
#![expect(clippy::print_stdout, clippy::indexing_slicing, reason = "a bench: it reports to whoever runs it and stops on bad input")]

use std::error::Error;
use std::hint::black_box;

use targeting::boost::{Booster, BoosterSettings, Loss};
use targeting::model::{Matrix, Sample};

/// CPU seconds of this thread.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let first = text.split_whitespace().next().unwrap_or("0");
    Ok(first.parse::<f64>()? / 1e9)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| -> Result<usize, Box<dyn Error>> { Ok(arguments[at].parse()?) };
    let bytes = std::fs::read(&arguments[0])?;
    let (rows, features, fit_rows) = (number(1)?, number(2)?, number(3)?);
    let values: Vec<f32> = bytes.chunks_exact(4).map(|chunk| f32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]])).collect();
    let columns: Vec<&[f32]> = values.chunks_exact(rows).collect();
    let (outcome, columns) = columns.split_last().ok_or("the matrix is empty")?;
    let target: Vec<f64> = outcome[..fit_rows].iter().map(|&y| f64::from(y)).collect();
    let names = (0..features).map(|feature| format!("x{feature}")).collect();
    let part = columns.iter().map(|column| column[..fit_rows].to_vec());
    let matrix = Matrix::try_new(names, part.collect())?;
    let keys: Vec<u64> = (0_u64..).take(fit_rows).collect();
    let sample = Sample { matrix: &matrix, target: &target, weights: &vec![1.0; fit_rows], keys: &keys };
    let settings = BoosterSettings {
        rounds: u32::try_from(number(4)?)?,
        max_leaves: u32::try_from(number(5)?)?,
        max_depth: 63,
        learning_rate: 0.05,
        column_share: 1.0,
        row_share: 1.0,
        l2: 0.0,
        ..BoosterSettings::new(Loss::Logistic)
    };
    let start = cpu_seconds()?;
    let booster = Booster::fit(&sample, &settings)?;
    let fitted = cpu_seconds()?;
    let mut best = f64::INFINITY;
    let mut scores = Vec::new();
    for _ in 0..3 {
        let before = cpu_seconds()?;
        scores = black_box(booster.predict(black_box(columns)));
        best = best.min(cpu_seconds()? - before);
    }
    let before = cpu_seconds()?;
    for row in 0..100 {
        let values: Vec<f32> = columns.iter().map(|column| column[row]).collect();
        black_box(booster.contributions(&values));
    }
    let explained = (cpu_seconds()? - before) / 100.0;
    let mean = scores.iter().sum::<f64>() / f64::from(u32::try_from(rows)?);
    println!("{{\"fit\":{},\"predict\":{best},\"explain\":{explained},\"trees\":{},\"mean\":{mean}}}", fitted - start, booster.trees());
    Ok(())
}
