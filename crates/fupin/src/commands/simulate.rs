//! `fupin simulate`: a county as departments and cadres would deliver it, its truth in a folder of its own.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use analytics::output::{self, ParquetFile, record_batch};
use analytics::register::{Manifest, PartWriter, RegisterWriter};
use programme::{ColumnType, Programme};
use synthetic::{Column, Settings, Sink, Values, plan};

use crate::cli::SimulateArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};

/// Tables that no department and no cadre delivers.
const HIDDEN: [&str; 4] = ["truth", "contradiction", "tie", "unsurveyed"];

pub(crate) fn run(args: &SimulateArgs, console: &Console) -> Result<()> {
    let programme = crate::definition::load(&args.programme)?;
    let settings =
        if args.national { Settings::national(args.seed, args.households) } else { Settings::county(args.seed, args.households) };
    let plan = plan(&settings).map_err(|e| Failure::Usage(e.to_string()))?;
    if args.out.exists() && std::fs::read_dir(&args.out).map_err(Failure::file(&args.out))?.next().is_some() {
        let ours = args.out.join(MARK).is_file();
        if !ours {
            return Err(Failure::Occupied { path: args.out.clone() });
        }
        std::fs::remove_dir_all(&args.out).map_err(Failure::file(&args.out))?;
    }
    std::fs::create_dir_all(&args.out).map_err(Failure::file(&args.out))?;
    let bar = console.progress(console.say("生成", "simulating"), u64::try_from(plan.parts()).unwrap_or(0));
    let mut rows: BTreeMap<String, u64> = BTreeMap::new();
    if args.national {
        national(args, &programme, &plan, &bar, &mut rows)?;
    } else {
        county(args, &programme, &plan, &bar, &mut rows)?;
    }
    bar.finish_and_clear();
    let mark = args.out.join(MARK);
    let about = format!("{{\"seed\":{},\"households\":{},\"national\":{}}}\n", args.seed, args.households, args.national);
    std::fs::write(&mark, about).map_err(Failure::file(&mark))?;
    let table: Vec<Vec<String>> = rows.iter().map(|(table, n)| vec![table.clone(), n.to_string()]).collect();
    console.table(console.say("模拟数据", "simulated"), &["table", "rows"], &table);
    Ok(())
}

const MARK: &str = "simulation.json";

fn county(
    args: &SimulateArgs,
    programme: &Programme,
    plan: &synthetic::Plan,
    bar: &indicatif::ProgressBar,
    rows: &mut BTreeMap<String, u64>,
) -> Result<()> {
    let (data, truth) = (args.out.join("data"), args.out.join("truth"));
    for folder in [&data, &truth] {
        std::fs::create_dir_all(folder).map_err(Failure::file(folder))?;
    }
    let share = args.households.checked_div(args.verified.max(1)).unwrap_or(1).max(1);
    let mut sink = CsvSink { programme, data, truth, files: HashMap::new(), rows, share, failure: None };
    for part in 0..plan.parts() {
        let outcome = plan.generate(part, &mut sink);
        if let Some(failure) = sink.failure.take() {
            return Err(failure);
        }
        outcome.map_err(|e| Failure::Usage(e.to_string()))?;
        bar.inc(1);
    }
    sink.finish()?;
    let path = args.out.join("areas.csv");
    let mut areas = csv_file::CsvFile::create(&path, &["code", "name", "name_en"].map(str::to_owned))?;
    for place in plan.places() {
        areas.row(&[place.code.to_string(), place.zh, place.en])?;
    }
    areas.finish()
}

/// Writes tables as CSV with the programme's Chinese headers, codes and units, as an official export has them.
struct CsvSink<'a> {
    programme: &'a Programme,
    data: PathBuf,
    truth: PathBuf,
    files: HashMap<String, csv_file::CsvFile>,
    rows: &'a mut BTreeMap<String, u64>,
    /// One household in so many is verified by a visit and becomes part of the data.
    share: u64,
    failure: Option<Failure>,
}

mod csv_file {
    use super::{BufWriter, Failure, File, Path, PathBuf, Result};
    use std::io::Write;

    pub(super) struct CsvFile {
        path: PathBuf,
        writer: BufWriter<File>,
    }

    impl CsvFile {
        pub(super) fn create(path: &Path, header: &[String]) -> Result<Self> {
            let file = File::create(path).map_err(Failure::file(path))?;
            let mut created = Self { path: path.to_path_buf(), writer: BufWriter::with_capacity(1 << 18, file) };
            created.row(header)?;
            Ok(created)
        }

        pub(super) fn row(&mut self, cells: &[String]) -> Result<()> {
            let line = crate::console::csv_line(cells.iter().map(String::as_str));
            self.writer.write_all(line.as_bytes()).and_then(|()| self.writer.write_all(b"\n")).map_err(Failure::file(&self.path))
        }

        pub(super) fn finish(mut self) -> Result<()> {
            self.writer.flush().map_err(Failure::file(&self.path))
        }
    }
}

impl CsvSink<'_> {
    fn write(&mut self, table: &str, columns: Vec<Column>) -> Result<()> {
        let names: Vec<String> = columns.iter().map(|column| column.name.to_owned()).collect();
        let texts: Vec<Vec<String>> = columns.into_iter().map(|column| self.cells(table, column)).collect();
        let count = texts.first().map_or(0, Vec::len);
        let hidden = HIDDEN.contains(&table);
        let folder = if hidden { self.truth.clone() } else { self.data.clone() };
        self.append(&folder.join(format!("{table}.csv")), table, &names, &texts, |_| true)?;
        if table == "truth" {
            let share = self.share;
            let path = self.data.join("verified.csv");
            let key = texts.first().cloned().unwrap_or_default();
            // A systematic sample over a hash of the household number: no visible pattern, the same on every run.
            let chosen = move |row: usize| key.get(row).is_some_and(|key| analytics::assess::stable_hash(key).is_multiple_of(share));
            self.append(&path, table, &names, &texts, chosen)?;
        }
        *self.rows.entry(table.to_owned()).or_default() += u64::try_from(count).unwrap_or(0);
        Ok(())
    }

    fn append(&mut self, path: &Path, table: &str, names: &[String], texts: &[Vec<String>], keep: impl Fn(usize) -> bool) -> Result<()> {
        let key = path.to_string_lossy().into_owned();
        if !self.files.contains_key(&key) {
            let header: Vec<String> = names.iter().map(|name| self.title(table, name)).collect();
            self.files.insert(key.clone(), csv_file::CsvFile::create(path, &header)?);
        }
        let Some(file) = self.files.get_mut(&key) else { return Ok(()) };
        for row in (0..texts.first().map_or(0, Vec::len)).filter(|row| keep(*row)) {
            let cells: Vec<String> = texts.iter().map(|column| column.get(row).cloned().unwrap_or_default()).collect();
            file.row(&cells)?;
        }
        Ok(())
    }

    fn title(&self, table: &str, column: &str) -> String {
        let known = self.programme.table(table).and_then(|t| t.part.column(column));
        known.map_or_else(|| column.to_owned(), |column| column.title.zh.clone())
    }

    /// A column as an official file shows it.
    fn cells(&self, table: &str, column: Column) -> Vec<String> {
        let known = self.programme.table(table).and_then(|t| t.part.column(column.name));
        let words: HashMap<String, String> = known
            .and_then(|column| self.programme.code_list(column.list.as_ref()?.get_ref()))
            .map(|list| list.part.codes.iter().map(|c| (c.get_ref().code.clone(), c.get_ref().zh.clone())).collect())
            .unwrap_or_default();
        let area = known.is_some_and(|column| column.column_type == ColumnType::Area);
        let word = |codes: &str| codes.split('|').map(|code| words.get(code).map_or(code, String::as_str)).collect::<Vec<_>>().join("、");
        let number = |n: Option<String>| n.unwrap_or_default();
        let padded = |n: i64| if area { format!("{n:012}") } else { n.to_string() };
        let currency = &self.programme.meta.currency;
        match column.values {
            Values::Serial(values) | Values::Area(values) => values.into_iter().map(padded).collect(),
            Values::Reference(values) => values.into_iter().map(|v| number(v.map(padded))).collect(),
            Values::Integer(values) => values.into_iter().map(|v| number(v.map(|n| n.to_string()))).collect(),
            Values::Quantity(values) => values.into_iter().map(|v| number(v.map(|n| n.to_string()))).collect(),
            Values::Money(values) => values.into_iter().map(|v| number(v.map(|n| currency.plain(n)))).collect(),
            Values::Boolean(values) => values.into_iter().map(|v| number(v.map(|b| if b { "是" } else { "否" }.to_owned()))).collect(),
            Values::Date(values) => {
                values.into_iter().map(|v| number(v.and_then(kernel::date::from_days).map(|d| d.to_string()))).collect()
            }
            Values::Code(buffer) => {
                buffer.keys.iter().map(|key| buffer.list.get(usize::from(*key)).map_or_else(String::new, |code| word(code))).collect()
            }
            Values::Text(buffer) => (0..buffer.len()).map(|row| buffer.get(row).unwrap_or_default().to_owned()).collect(),
        }
    }

    fn finish(self) -> Result<()> {
        for (_, file) in self.files.into_iter().collect::<BTreeMap<_, _>>() {
            file.finish()?;
        }
        Ok(())
    }
}

impl Sink for CsvSink<'_> {
    fn batch(&mut self, table: &'static str, columns: Vec<Column>) -> std::result::Result<(), synthetic::Error> {
        self.write(table, columns).map_err(|failure| {
            let error = synthetic::Error::sink(table, std::io::Error::other(failure.to_string()));
            self.failure = Some(failure);
            error
        })
    }
}

/// A national register and its truth beside it, part by part, in bounded memory.
fn national(
    args: &SimulateArgs,
    programme: &Programme,
    plan: &synthetic::Plan,
    bar: &indicatif::ProgressBar,
    rows: &mut BTreeMap<String, u64>,
) -> Result<()> {
    let writer = RegisterWriter::create(&args.out.join("register"))?;
    let truth = args.out.join("truth");
    std::fs::create_dir_all(&truth).map_err(Failure::file(&truth))?;
    let mut manifest = Manifest {
        format: Manifest::FORMAT,
        programme: programme.meta.id.get_ref().clone(),
        programme_version: programme.meta.version.clone(),
        fingerprint: format!("simulation-{}-{}", args.seed, args.households),
        absent: BTreeMap::new(),
        counts: BTreeMap::new(),
        parts: Vec::new(),
    };
    for part in 0..plan.parts() {
        let province = plan.part(part).map(|p| p.province.to_string()).unwrap_or_default();
        let name = format!("{province}-{part:03}");
        let sink_part = writer.part(&name)?;
        let truth_file = ParquetFile::create(&truth.join(format!("{name}.parquet")));
        let mut sink =
            RegisterSink { programme, part: sink_part, truth: truth_file, households: 0, manifest: &mut manifest, rows, failure: None };
        let outcome = plan.generate(part, &mut sink);
        if let Some(failure) = sink.failure.take() {
            return Err(failure);
        }
        outcome.map_err(|e| Failure::Usage(e.to_string()))?;
        let (part, households, truth) = (sink.part, sink.households, sink.truth);
        truth.finish()?;
        manifest.parts.push(part.finish(households)?);
        bar.inc(1);
    }
    Ok(writer.finish(&manifest)?)
}

struct RegisterSink<'a> {
    programme: &'a Programme,
    part: PartWriter,
    truth: ParquetFile,
    households: u64,
    manifest: &'a mut Manifest,
    rows: &'a mut BTreeMap<String, u64>,
    failure: Option<Failure>,
}

impl RegisterSink<'_> {
    fn write(&mut self, table: &str, columns: Vec<Column>) -> Result<()> {
        let present: Vec<&str> = columns.iter().map(|column| column.name).collect();
        if let Some(definition) = self.programme.table(table).filter(|_| !HIDDEN.contains(&table)) {
            let stored = definition.part.column.iter().filter(|column| !column.derived());
            let absent = stored.map(|c| c.name().to_owned()).filter(|name| !present.contains(&name.as_str())).collect();
            self.manifest.absent.entry(table.to_owned()).or_insert(absent);
        }
        let columns: Vec<(String, output::Values)> = columns.into_iter().map(|c| (c.name.to_owned(), plain(c.values))).collect();
        let batch = record_batch(columns)?;
        let count = u64::try_from(batch.num_rows()).unwrap_or(0);
        *self.rows.entry(table.to_owned()).or_default() += count;
        if table == "truth" {
            return Ok(self.truth.write(&batch)?);
        }
        if HIDDEN.contains(&table) {
            return Ok(());
        }
        if table == "household" {
            self.households += count;
        }
        Ok(self.part.write(table, &batch)?)
    }
}

impl Sink for RegisterSink<'_> {
    fn batch(&mut self, table: &'static str, columns: Vec<Column>) -> std::result::Result<(), synthetic::Error> {
        self.write(table, columns).map_err(|failure| {
            let error = synthetic::Error::sink(table, std::io::Error::other(failure.to_string()));
            self.failure = Some(failure);
            error
        })
    }
}

fn plain(values: Values) -> output::Values {
    match values {
        Values::Serial(values) | Values::Area(values) => output::Values::Long(values.into_iter().map(Some).collect()),
        Values::Reference(values) | Values::Money(values) => output::Values::Long(values),
        Values::Integer(values) => output::Values::Integer(values),
        Values::Quantity(values) => output::Values::Quantity(values),
        Values::Boolean(values) => output::Values::Boolean(values),
        Values::Date(values) => output::Values::Date(values),
        Values::Code(buffer) => output::Values::Words { list: buffer.list, keys: buffer.keys },
        Values::Text(buffer) => output::Values::Packed { offsets: buffer.offsets, text: buffer.text },
    }
}
