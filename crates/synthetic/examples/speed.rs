//! Generates a register and only counts: `speed [households] [full]`.
#![expect(clippy::print_stdout, reason = "an example speaks")]

use std::time::Instant;

use synthetic::{Column, Error, Settings, Sink, plan};

#[derive(Default)]
struct Count {
    rows: u64,
    cells: u64,
}

impl Sink for Count {
    fn batch(&mut self, _table: &'static str, columns: Vec<Column>) -> Result<(), Error> {
        let rows = columns.first().map_or(0, |column| column.values.len());
        let rows = u64::try_from(rows).unwrap_or(0);
        self.rows += rows;
        self.cells += rows * u64::try_from(columns.len()).unwrap_or(0);
        Ok(())
    }
}

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let households = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let mut settings = Settings::national(1, households);
    if arguments.next().as_deref() == Some("full") {
        settings.minimal_columns = false;
        settings.extracts = true;
    }
    let start = Instant::now();
    let plan = plan(&settings)?;
    println!("{} villages in {} parts planned in {:?}", plan.villages(), plan.parts(), start.elapsed());
    let start = Instant::now();
    let mut count = Count::default();
    let mut persons = 0;
    for part in 0..plan.parts() {
        persons += plan.generate(part, &mut count)?.of("person");
    }
    let took = start.elapsed();
    let each = took.as_secs_f64() * 1e6 / f64::from(u32::try_from(households).unwrap_or(u32::MAX));
    println!("{households} households, {persons} persons, {} rows, {} cells: {took:?}, {each:.2} µs a household", count.rows, count.cells);
    Ok(())
}
