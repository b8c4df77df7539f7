//! Times the register path: bitmaps to patterns, patterns to tallies by county.
//!
//! `cargo run --release -p targeting --example tally_register -- 30000000`

use std::time::Instant;

use targeting::alkire_foster::pattern::{BitColumn, patterns};
use targeting::alkire_foster::{Batch, Cutoff, Fraction, GroupTally, Measure, MissingPolicy};

const GROUPS: usize = 2_850;
const INDICATORS: usize = 12;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows: usize = std::env::args().nth(1).map_or(Ok(30_000_000), |text| text.parse())?;
    let mut state = 20_200_213_u64;
    let mut draw = move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed ^ (mixed >> 27)
    };
    // each bit set with probability 1/8
    let columns: Vec<Vec<u64>> = (0..INDICATORS).map(|_| (0..rows.div_ceil(64)).map(|_| draw() & draw() & draw()).collect()).collect();
    let columns: Vec<BitColumn<'_>> = columns.iter().map(|values| BitColumn { values, validity: None }).collect();
    let weights = vec![Fraction::new(1, 12); INDICATORS];
    let measure = Measure::try_new(&weights, Cutoff::Share(Fraction::new(1, 3)), MissingPolicy::Drop)?;

    let start = Instant::now();
    let found = patterns(&columns, rows)?;
    report("bitmaps to patterns", start, rows);

    let sorted = (0..rows).map(|row| u32::try_from(row * GROUPS / rows)).collect::<Result<Vec<u32>, _>>()?;
    let scattered = (0..rows).map(|row| u32::try_from(row * 7_919 % GROUPS)).collect::<Result<Vec<u32>, _>>()?;
    for (name, groups) in [("tally, sorted by county", &sorted), ("tally, scattered", &scattered)] {
        let start = Instant::now();
        let mut tallies = GroupTally::new(&measure, GROUPS);
        for (groups, deprived) in groups.chunks(8_192).zip(found.deprived.chunks(8_192)) {
            tallies.add(Batch { groups, deprived, missing: None, weights: None })?;
        }
        let poor: u64 = tallies.finish().iter().map(targeting::alkire_foster::Tally::poor).sum();
        report(&format!("{name} ({poor} poor)"), start, rows);
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its timings")]
fn report(what: &str, start: Instant, rows: usize) {
    println!("{what}: {rows} rows in {:.3} s", start.elapsed().as_secs_f64());
}
