//! Writes a county as CSV: `dump FOLDER [households] [seed]`.
#![expect(clippy::print_stdout, reason = "an example speaks")]

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use synthetic::{Column, Error, Settings, Sink, Values, plan};

struct Folder(PathBuf);

fn cell(values: &Values, row: usize) -> String {
    match values {
        Values::Serial(all) | Values::Area(all) => all.get(row).map(i64::to_string),
        Values::Reference(all) => all
            .get(row)
            .copied()
            .flatten()
            .map(|value| value.to_string()),
        Values::Money(all) => all.get(row).copied().flatten().map(|fen| {
            let sign = if fen < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", fen.abs() / 100, fen.abs() % 100)
        }),
        Values::Integer(all) => all
            .get(row)
            .copied()
            .flatten()
            .map(|value| value.to_string()),
        Values::Date(all) => all.get(row).copied().flatten().and_then(|days| {
            chrono::NaiveDate::default()
                .checked_add_signed(chrono::TimeDelta::days(days.into()))
                .map(|date| date.to_string())
        }),
        Values::Quantity(all) => all
            .get(row)
            .copied()
            .flatten()
            .map(|value| value.to_string()),
        Values::Boolean(all) => all
            .get(row)
            .copied()
            .flatten()
            .map(|value| value.to_string()),
        Values::Code(buffer) => buffer.get(row).map(str::to_owned),
        Values::Text(buffer) => buffer.get(row).map(str::to_owned),
        _ => None,
    }
    .unwrap_or_default()
}

impl Folder {
    fn write(&self, table: &str, columns: &[Column]) -> std::io::Result<()> {
        let path = self.0.join(format!("{table}.csv"));
        let fresh = !path.exists();
        let file: File = OpenOptions::new().create(true).append(true).open(path)?;
        let mut out = BufWriter::new(file);
        if fresh {
            let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
            writeln!(out, "{}", names.join(","))?;
        }
        for row in 0..columns.first().map_or(0, |column| column.values.len()) {
            let cells: Vec<String> = columns
                .iter()
                .map(|column| cell(&column.values, row))
                .collect();
            writeln!(out, "{}", cells.join(","))?;
        }
        out.flush()
    }
}

impl Sink for Folder {
    fn batch(&mut self, table: &'static str, columns: Vec<Column>) -> Result<(), Error> {
        self.write(table, &columns)
            .map_err(|source| Error::sink(table, source))
    }
}

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "county".to_owned()));
    let households = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(20_000);
    let seed = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    std::fs::create_dir_all(&folder).map_err(|source| Error::sink("folder", source))?;
    let plan = plan(&Settings::county(seed, households))?;
    let mut sink = Folder(folder);
    for part in 0..plan.parts() {
        for (table, rows) in plan.generate(part, &mut sink)?.rows {
            println!("{table} {rows}");
        }
    }
    Ok(())
}
