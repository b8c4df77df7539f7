//! From a folder of files to a register.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, UInt32Array};
use datafusion::arrow::compute::{concat_batches, filter_record_batch, is_not_null, not, take};
use datafusion::arrow::datatypes::{Field, Int64Type, Schema, UInt32Type};
use datafusion::arrow::util::display::array_value_to_string;
use kernel::{AreaCode, AreaLevel, Finding, Severity};
use programme::definition::TableRole;
use programme::{Programme, Table};

use super::arrange::{Ranks, arrange, column, row_findings, whole, with_column, without};
use super::inputs::{PartitionFiles, fingerprint, partitions};
use super::write::recover;
use super::{BATCH, Manifest, Part, PartWriter, Register, RegisterWriter};
use crate::error::{Error, Result};
use crate::reading::files::file_finding;
use crate::reading::report::Findings;
use crate::reading::table::{Counts, ORIGIN};
use crate::reading::{InputFile, ReadTable, ReadingOptions, read_table};

/// Largest part, in households: a part is worked on in memory.
const PART_HOUSEHOLDS: usize = 250_000;

#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    pub reading: ReadingOptions,
    /// Read and report, write nothing.
    pub dry_run: bool,
}

/// What an import did.
#[derive(Debug, Clone)]
pub struct ImportReport {
    pub manifest: Manifest,
    pub findings: Vec<Finding>,
    /// The register already held exactly these inputs.
    pub unchanged: bool,
}

/// Imports `data` into the register `folder`; `tick` is told the rows read since its last call.
///
/// A data folder whose sub-folders each hold the base table is imported one sub-folder after the other, so that memory
/// is bounded by the largest of them.
pub fn import(
    programme: &Programme,
    data: &Path,
    folder: &Path,
    options: &ImportOptions,
    tick: &mut dyn FnMut(u64),
) -> Result<ImportReport> {
    if let Some(rejects) = options.reading.rejects.as_ref() {
        apart(data, rejects)?;
    }
    let partitions = partitions(programme, data)?;
    let fingerprint = fingerprint(programme, &partitions, &options.reading)?;
    if !options.dry_run
        && let Some(manifest) = same(folder, &fingerprint, &options.reading)?
    {
        return Ok(ImportReport { manifest, findings: Vec::new(), unchanged: true });
    }
    let mut manifest = Manifest {
        format: Manifest::FORMAT,
        programme: programme.meta.id.get_ref().clone(),
        programme_version: programme.meta.version.clone(),
        fingerprint,
        absent: BTreeMap::new(),
        counts: BTreeMap::new(),
        parts: Vec::new(),
    };
    let mut reading = options.reading.clone();
    if options.dry_run {
        reading.rejects = None;
    }
    let mut findings = Findings::default();
    let writer = if options.dry_run { None } else { Some(RegisterWriter::create(folder)?) };
    for partition in &partitions {
        findings.extend(partition.findings.iter().cloned());
        let mut work = Partition { programme, files: partition, reading: &reading, findings: &mut findings, manifest: &mut manifest };
        work.import(writer.as_ref(), tick)?;
    }
    // A delivery without any household must not replace a register that has some.
    if let Some(writer) = writer.filter(|_| !manifest.parts.is_empty()) {
        writer.finish(&manifest)?;
    }
    Ok(ImportReport { manifest, findings: findings.finish(), unchanged: false })
}

/// What the register holds, if that is these inputs and nothing more is asked for.
fn same(folder: &Path, fingerprint: &str, reading: &ReadingOptions) -> Result<Option<Manifest>> {
    recover(folder)?;
    if !Register::is_register(folder) {
        return Ok(None);
    }
    let manifest = Register::open(folder)?.manifest;
    let rejected = manifest.counts.values().any(|counts| counts.rejected > 0);
    // Rejected rows that were never written are only known to who reads again.
    let rejects_wanted = rejected && reading.rejects.as_ref().is_some_and(|rejects| !rejects.exists());
    Ok((manifest.fingerprint == fingerprint && !rejects_wanted).then_some(manifest))
}

/// Rejected rows among the data would be read while they are written, and again by the next import.
fn apart(data: &Path, rejects: &Path) -> Result<()> {
    let absolute = |path: &Path| std::fs::canonicalize(path).or_else(|_missing| std::path::absolute(path)).map_err(Error::file(path));
    if absolute(rejects)?.starts_with(absolute(data)?) {
        let reason = format!("the folder for rejected rows, {}, lies in the data folder; choose another", rejects.display());
        return Err(Error::Invalid(reason));
    }
    Ok(())
}

struct Partition<'a> {
    programme: &'a Programme,
    files: &'a PartitionFiles,
    reading: &'a ReadingOptions,
    findings: &'a mut Findings,
    manifest: &'a mut Manifest,
}

/// A table in the order of the households: rows and the rank of each.
struct Ordered {
    table: String,
    batch: RecordBatch,
    ranks: Vec<u32>,
    /// Rows of a linked extract that found no person of the register.
    unmatched: Option<RecordBatch>,
}

impl Partition<'_> {
    fn import(&mut self, writer: Option<&RegisterWriter>, tick: &mut dyn FnMut(u64)) -> Result<()> {
        let base_name = self.programme.view.base.get_ref().clone();
        let Some(base) = self.programme.table(&base_name) else { return Ok(()) };
        let Some(read) = self.read(base, tick)? else {
            let place = if self.files.name.is_empty() { "the data folder" } else { &self.files.name };
            let expected = format!("files named {}", base.files.join(", "));
            self.findings.push(file_finding("FP0117", Severity::Error, place, &format!("table `{base_name}` is missing"), &expected));
            return Ok(());
        };
        let key = self.programme.key().to_owned();
        let (households, mut ordered) = if base.role == TableRole::Household {
            (self.order_base(base, &read, &key)?, Vec::new())
        } else {
            let batch = distinct_keys(&whole(&read)?, &key)?;
            let ranks = Ranks::new(&column(&batch, &key)?);
            (batch, vec![self.order_keyed(base, &read, &ranks, &key)?])
        };
        drop(read);
        let ranks = Ranks::new(&column(&households, &key)?);
        let mut persons: Option<HashMap<String, u32>> = None;
        let mut later: Vec<&Table> = self.programme.tables.iter().map(|t| &t.part).filter(|t| t.name() != base_name).collect();
        later.sort_by_key(|table| (table.link.is_some(), table.role != TableRole::Person));
        for table in later {
            let Some(read) = self.read(table, tick)? else { continue };
            let rows = match &table.link {
                None => self.order_keyed(table, &read, &ranks, &key)?,
                Some(link) => {
                    let persons = persons.get_or_insert_with(|| self.person_ranks(&ordered, link.get_ref()));
                    let households_key = column(&households, &key)?;
                    self.order_linked(table, &read, persons, link.get_ref(), &households_key)?
                }
            };
            ordered.push(rows);
        }
        self.empty_households(&households, &ordered, &ranks, &key)?;
        match writer {
            Some(writer) => self.write(writer, &households, &ordered),
            None => Ok(()),
        }
    }

    fn read(&mut self, table: &Table, tick: &mut dyn FnMut(u64)) -> Result<Option<ReadTable>> {
        let files: Vec<InputFile> = self.files.files.iter().filter(|file| file.table == table.name()).cloned().collect();
        if files.is_empty() {
            return Ok(None);
        }
        let mut read = read_table(self.programme, table, &files, self.reading, tick)?;
        self.findings.extend(std::mem::take(&mut read.findings));
        if read.files.is_empty() {
            return Ok(None);
        }
        let absent = self.manifest.absent.entry(table.name().to_owned()).or_insert_with(|| read.absent.clone());
        absent.retain(|column| read.absent.contains(column));
        let counts = self.manifest.counts.entry(table.name().to_owned()).or_default();
        *counts = Counts {
            read: counts.read + read.counts.read,
            accepted: counts.accepted + read.counts.accepted,
            rejected: counts.rejected + read.counts.rejected,
            repeated: counts.repeated + read.counts.repeated,
        };
        Ok(Some(read))
    }

    fn order_base(&mut self, table: &Table, read: &ReadTable, key: &str) -> Result<RecordBatch> {
        let batch = whole(read)?;
        let arranged = arrange(&batch, None, &[key])?;
        self.conflicts(table, read, &arranged.conflicting, arranged.repeated)?;
        // Area first, so that a part is a place.
        match &self.programme.view.area {
            Some(area) if arranged.batch.column_by_name(area.get_ref()).is_some() => {
                Ok(arrange(&arranged.batch, None, &[area.get_ref(), key])?.batch)
            }
            _ => Ok(arranged.batch),
        }
    }

    fn order_keyed(&mut self, table: &Table, read: &ReadTable, ranks: &Ranks, key: &str) -> Result<Ordered> {
        let batch = whole(read)?;
        let rank: ArrayRef = Arc::new(ranks.of(&column(&batch, key)?));
        let known = is_not_null(&rank)?;
        let orphans = filter_record_batch(&batch, &not(&known)?)?;
        if orphans.num_rows() > 0 {
            let texts = ("the household does not exist", "a household of the register");
            self.findings.extend(row_findings(&orphans, &read.files, "FP0130", key, texts)?);
            self.reject(table.name(), &orphans, "FP0130 the household does not exist")?;
        }
        let batch = filter_record_batch(&batch, &known)?;
        let rank = datafusion::arrow::compute::filter(&rank, &known)?;
        self.order(table, read, &batch, rank, None)
    }

    /// Sorts by household and the table's key and takes repeated rows out.
    fn order(
        &mut self,
        table: &Table,
        read: &ReadTable,
        batch: &RecordBatch,
        rank: ArrayRef,
        unmatched: Option<RecordBatch>,
    ) -> Result<Ordered> {
        const RANK: &str = "\u{0}rank";
        let keys: Vec<&str> = table.key.iter().map(|key| key.get_ref().as_str()).collect();
        let ranked = with_column(batch, RANK, rank)?;
        let mut by = vec![RANK];
        by.extend(keys);
        let arranged = arrange(&ranked, None, &by)?;
        self.conflicts(table, read, &without(&arranged.conflicting, &[RANK])?, arranged.repeated)?;
        let ranks = column(&arranged.batch, RANK)?.as_primitive::<UInt32Type>().values().to_vec();
        let batch = without(&arranged.batch, &[RANK, ORIGIN[0], ORIGIN[1]])?;
        Ok(Ordered { table: table.name().to_owned(), batch, ranks, unmatched })
    }

    fn order_linked(
        &mut self,
        table: &Table,
        read: &ReadTable,
        persons: &HashMap<String, u32>,
        link: &str,
        households: &ArrayRef,
    ) -> Result<Ordered> {
        let batch = whole(read)?;
        let identities = column(&batch, link)?;
        let rank: UInt32Array = identities.as_string::<i32>().iter().map(|identity| persons.get(identity?).copied()).collect();
        let keys = take(households, &rank, None)?;
        let batch = with_column(&batch, self.programme.key(), keys)?;
        let known = is_not_null(&rank)?;
        let unmatched = without(&filter_record_batch(&batch, &not(&known)?)?, &[ORIGIN[0], ORIGIN[1]])?;
        let matched = filter_record_batch(&batch, &known)?;
        let rank: ArrayRef = Arc::new(rank);
        let rank = datafusion::arrow::compute::filter(&rank, &known)?;
        self.order(table, read, &matched, rank, Some(unmatched))
    }

    /// Identity number → rank of the household; a number that stands in several households leads to the first.
    fn person_ranks(&self, ordered: &[Ordered], link: &str) -> HashMap<String, u32> {
        let mut map = HashMap::new();
        let persons = self.programme.tables.iter().filter(|table| table.role == TableRole::Person);
        for table in persons {
            let Some(rows) = ordered.iter().find(|rows| rows.table == table.name()) else { continue };
            let Some(identities) = rows.batch.column_by_name(link) else { continue };
            for (identity, rank) in identities.as_string::<i32>().iter().zip(&rows.ranks) {
                if let Some(identity) = identity {
                    map.entry(identity.to_owned()).or_insert(*rank);
                }
            }
        }
        map
    }

    fn conflicts(&mut self, table: &Table, read: &ReadTable, conflicting: &RecordBatch, repeated: u64) -> Result<()> {
        let count = u64::try_from(conflicting.num_rows()).unwrap_or(0);
        if let Some(counts) = self.manifest.counts.get_mut(table.name()) {
            counts.repeated += repeated;
        }
        if count == 0 {
            return Ok(());
        }
        let key = table.key.last().map_or("", |key| key.get_ref().as_str());
        let texts = ("a row with this key stands before, with other content", "one row a key");
        self.findings.extend(row_findings(conflicting, &read.files, "FP0112", key, texts)?);
        self.reject(table.name(), conflicting, "FP0112 a row with this key stands before, with other content")
    }

    /// Moves rows from the accepted to the rejected, under the programme's own column names.
    fn reject(&mut self, table: &str, rows: &RecordBatch, reason: &str) -> Result<()> {
        let count = u64::try_from(rows.num_rows()).unwrap_or(0);
        if let Some(counts) = self.manifest.counts.get_mut(table) {
            counts.accepted = counts.accepted.saturating_sub(count);
            counts.rejected += count;
        }
        let Some(folder) = self.reading.rejects.as_ref() else { return Ok(()) };
        let rows = without(rows, &ORIGIN)?;
        let code = reason.split(' ').next().unwrap_or_default();
        let path = folder.join(table).join(if self.files.name.is_empty() {
            format!("{code}.csv")
        } else {
            format!("{}_{code}.csv", self.files.name)
        });
        write_rows(&path, &self.in_major_units(table, &rows)?, reason)
    }

    /// Stored amounts as a file holds them, so that a corrected row can be imported again.
    fn in_major_units(&self, table: &str, rows: &RecordBatch) -> Result<RecordBatch> {
        let currency = &self.programme.meta.currency;
        let mut batch = rows.clone();
        let columns = self.programme.table(table).map(|t| t.part.column.as_slice()).unwrap_or_default();
        for column in columns.iter().filter(|c| c.column_type == programme::ColumnType::Money && c.unit.as_deref() != Some("fen")) {
            let Ok(place) = rows.schema().index_of(column.name()) else { continue };
            let amounts = rows.column(place).as_primitive::<Int64Type>().iter();
            let texts: datafusion::arrow::array::StringArray = amounts.map(|amount| amount.map(|a| currency.plain(a))).collect();
            let mut fields: Vec<Field> = batch.schema().fields().iter().map(|f| f.as_ref().clone()).collect();
            let mut arrays = batch.columns().to_vec();
            if let (Some(field), Some(array)) = (fields.get_mut(place), arrays.get_mut(place)) {
                *field = Field::new(column.name(), datafusion::arrow::datatypes::DataType::Utf8, true);
                *array = Arc::new(texts);
            }
            batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?;
        }
        Ok(batch)
    }

    fn empty_households(&mut self, households: &RecordBatch, ordered: &[Ordered], ranks: &Ranks, key: &str) -> Result<()> {
        let persons = ordered.iter().find(|rows| self.programme.table(&rows.table).is_some_and(|t| t.role == TableRole::Person));
        let Some(persons) = persons else { return Ok(()) };
        let mut inhabited = vec![false; ranks.len()];
        for rank in &persons.ranks {
            if let Some(flag) = inhabited.get_mut(kernel::number::index(*rank)) {
                *flag = true;
            }
        }
        let keys = column(households, key)?;
        for (row, _) in inhabited.iter().enumerate().filter(|(_, inhabited)| !**inhabited) {
            let household = array_value_to_string(&keys, row).unwrap_or_default();
            let mut finding =
                file_finding("FP0131", Severity::Warning, &persons.table, &format!("household {household} has no members"), "its members");
            finding.place.column = key.to_owned();
            self.findings.push(finding);
        }
        Ok(())
    }

    fn write(&mut self, writer: &RegisterWriter, households: &RecordBatch, ordered: &[Ordered]) -> Result<()> {
        let cuts = self.cuts(households)?;
        let stored = without(households, &ORIGIN)?;
        let base_is_household = self.programme.table(self.programme.view.base.get_ref()).is_some_and(|t| t.role == TableRole::Household);
        for (number, (name, start, end)) in cuts.iter().enumerate() {
            let mut part = writer.part(name)?;
            let table = if base_is_household { self.programme.view.base.get_ref().as_str() } else { "household" };
            write_slices(&mut part, table, &stored.slice(*start, end - start))?;
            for rows in ordered {
                let from = rows.ranks.partition_point(|rank| kernel::number::index(*rank) < *start);
                let to = rows.ranks.partition_point(|rank| kernel::number::index(*rank) < *end);
                write_slices(&mut part, &rows.table, &rows.batch.slice(from, to - from))?;
                // Records of people who are not in the register stand in the first part of the delivery.
                if let Some(unmatched) = rows.unmatched.as_ref().filter(|unmatched| number == 0 && unmatched.num_rows() > 0) {
                    write_slices(&mut part, &unmatched_table(&rows.table), unmatched)?;
                }
            }
            let entry: Part = part.finish(u64::try_from(end - start).unwrap_or(0))?;
            self.manifest.parts.push(entry);
        }
        Ok(())
    }

    /// Where a part ends: at the border of a county, or at the largest size.
    fn cuts(&self, households: &RecordBatch) -> Result<Vec<(String, usize, usize)>> {
        let rows = households.num_rows();
        let area = self.programme.view.area.as_ref().and_then(|area| households.column_by_name(area.get_ref()));
        let county = |row: usize| {
            let code = area.map(|area| area.as_primitive::<Int64Type>().value(row));
            code.map(|code| AreaCode::from_padded(code).at(AreaLevel::County))
        };
        let mut cuts = Vec::new();
        let mut start = 0;
        while start < rows {
            let place = county(start);
            let mut end = start + 1;
            while end < rows && end - start < PART_HOUSEHOLDS && county(end) == place {
                end += 1;
            }
            let name = place.map_or_else(|| "all".to_owned(), |place| place.to_string());
            let prefix = if self.files.name.is_empty() { String::new() } else { format!("{}-", self.files.name) };
            cuts.push((format!("{prefix}{name}-{}", cuts.len() + 1), start, end));
            start = end;
        }
        Ok(cuts)
    }
}

/// The file of an extract's records that belong to nobody in the register.
#[must_use]
pub(crate) fn unmatched_table(table: &str) -> String {
    format!("{table}.unmatched")
}

fn write_slices(part: &mut PartWriter, table: &str, batch: &RecordBatch) -> Result<()> {
    let mut start = 0;
    loop {
        let length = BATCH.min(batch.num_rows() - start);
        part.write(table, &batch.slice(start, length))?;
        start += length;
        if start >= batch.num_rows() {
            return Ok(());
        }
    }
}

/// The distinct keys of a person table, ascending, as the households.
fn distinct_keys(batch: &RecordBatch, key: &str) -> Result<RecordBatch> {
    let keys: Vec<usize> = [key, ORIGIN[0], ORIGIN[1]].iter().filter_map(|name| batch.schema().index_of(name).ok()).collect();
    let only = batch.project(&keys)?;
    let sorted = arrange(&only, None, &[key])?.batch;
    let valid: BooleanArray = is_not_null(&column(&sorted, key)?)?;
    Ok(concat_batches(&sorted.schema(), [&filter_record_batch(&sorted, &valid)?])?)
}

fn write_rows(path: &Path, rows: &RecordBatch, reason: &str) -> Result<()> {
    let fail = |e: csv::Error| Error::file(path)(e.into());
    let mut writer = crate::reading::csv_writer(path)?;
    let schema = rows.schema();
    let names = schema.fields().iter().map(|field| field.name().as_str());
    writer.write_record(names.chain([crate::reading::header::REASON_COLUMN])).map_err(fail)?;
    for row in 0..rows.num_rows() {
        let mut cells = Vec::new();
        for array in rows.columns() {
            cells.push(if array.is_null(row) { String::new() } else { array_value_to_string(array, row)? });
        }
        cells.push(reason.to_owned());
        writer.write_record(&cells).map_err(fail)?;
    }
    writer.flush().map_err(Error::file(path))
}
