//! One table from all its files.

use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::array::{BooleanArray, RecordBatch, UInt32Array, new_null_array};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use kernel::{Finding, Place, Severity};
use programme::{Programme, Table};

use super::convert::{ColumnBuilder, ColumnRule};
use super::files::InputFile;
use super::header::{HeaderMap, map_header};
use super::rejects::Rejects;
use super::report::Findings;
use super::rows::{Cells, Next, Rows};
use crate::error::{Error, Result};

/// Rows a chunk.
const CHUNK: u64 = 8192;

/// How files are to be read where they do not say it themselves.
#[derive(Debug, Clone, Default)]
pub struct ReadingOptions {
    pub encoding: Option<String>,
    pub delimiter: Option<u8>,
    pub max_errors: Option<u64>,
    /// Rejected rows go to this folder; without it they are only counted (a dry run).
    pub rejects: Option<PathBuf>,
}

/// What became of a table's rows: `read = accepted + rejected` (REG-1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Counts {
    pub read: u64,
    pub accepted: u64,
    pub rejected: u64,
    /// Rows that repeat another row exactly; counted among the accepted, stored once.
    pub repeated: u64,
}

/// A table as read: batches of its read columns plus [`ORIGIN`] columns.
pub struct ReadTable {
    pub table: String,
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
    /// Columns that stand in no file.
    pub absent: Vec<String>,
    pub findings: Vec<Finding>,
    pub counts: Counts,
    /// File names that [`ORIGIN`] counts.
    pub files: Vec<String>,
}

/// Hidden columns that lead a row back to its file and row number.
pub const ORIGIN: [&str; 2] = ["\u{0}file", "\u{0}row"];

/// The rules by which a table's cells become values.
pub fn column_rules(programme: &Programme, table: &Table) -> Vec<ColumnRule> {
    let rule = |column: &programme::TableColumn| {
        let list = column.list.as_ref().and_then(|list| programme.code_list(list.get_ref()));
        let key = table.key.iter().any(|key| key.get_ref() == column.name());
        ColumnRule::new(column, list.map(|l| &l.part), &programme.meta.currency, column.required || key)
    };
    table.column.iter().filter(|column| !column.derived()).map(rule).collect()
}

/// The stored schema of a table's read columns.
#[must_use]
pub fn stored_schema(table: &Table) -> Schema {
    let fields = table.column.iter().filter(|column| !column.derived());
    Schema::new(fields.map(|c| Field::new(c.name(), crate::language::scope::data_type(c.column_type), true)).collect::<Vec<_>>())
}

/// Reads all files of one table. `tick` is called with the number of rows read since the last call.
pub fn read_table(
    programme: &Programme,
    table: &Table,
    files: &[InputFile],
    options: &ReadingOptions,
    tick: &mut dyn FnMut(u64),
) -> Result<ReadTable> {
    let rules = column_rules(programme, table);
    let mut fields: Vec<Field> = stored_schema(table).fields().iter().map(|f| f.as_ref().clone()).collect();
    fields.extend(ORIGIN.map(|name| Field::new(name, DataType::UInt32, false)));
    let mut reader = TableReader {
        table,
        rules,
        read: ReadTable {
            table: table.name().to_owned(),
            schema: Arc::new(Schema::new(fields)),
            batches: Vec::new(),
            absent: Vec::new(),
            findings: Vec::new(),
            counts: Counts::default(),
            files: Vec::new(),
        },
        options,
        findings: Findings::default(),
        errors: 0,
        present: vec![false; table.column.len()],
    };
    for file in files {
        reader.read_file(file, tick)?;
    }
    let names = reader.rules.iter().map(|rule| rule.name.clone());
    reader.read.absent = names.zip(&reader.present).filter(|(_, present)| !**present).map(|(name, _)| name).collect();
    reader.read.findings = reader.findings.finish();
    Ok(reader.read)
}

struct TableReader<'a> {
    table: &'a Table,
    rules: Vec<ColumnRule>,
    read: ReadTable,
    options: &'a ReadingOptions,
    findings: Findings,
    errors: u64,
    present: Vec<bool>,
}

struct Chunk {
    /// Of each read column; none where the file lacks it.
    builders: Vec<Option<(usize, ColumnBuilder)>>,
    accepted: Vec<bool>,
    rows: Vec<u32>,
}

impl TableReader<'_> {
    fn read_file(&mut self, file: &InputFile, tick: &mut dyn FnMut(u64)) -> Result<()> {
        let mut rows = match Rows::open(file, self.table.sheet.as_deref(), self.options) {
            Ok(rows) => rows,
            Err(finding) => return self.report(*finding),
        };
        let map = match map_header(self.table, &file.name, &rows.header) {
            Ok((map, findings)) => {
                self.findings.extend(findings);
                map
            }
            Err(findings) => return findings.into_iter().try_for_each(|finding| self.report(finding)),
        };
        for (flag, (_, position)) in self.present.iter_mut().zip(&map.positions) {
            *flag |= position.is_some();
        }
        let number = u32::try_from(self.read.files.len()).unwrap_or(u32::MAX);
        self.read.files.push(file.name.clone());
        let mut rejects = Rejects::new(self.options.rejects.as_deref(), file, &rows.header);
        let width = rows.header.len();
        let mut chunk = self.chunk(&map);
        let mut told = self.read.counts.read;
        loop {
            match rows.next(file) {
                Next::End => break,
                Next::Broken(finding) => {
                    self.report(finding)?;
                    break;
                }
                Next::Unusable { finding, cells } => {
                    self.read.counts.read += 1;
                    self.read.counts.rejected += 1;
                    rejects.write(cells, &finding.to_string())?;
                    self.report(finding)?;
                }
                Next::Row { number: row, cells } => {
                    self.read.counts.read += 1;
                    if let Some(reason) = self.push_row(&mut chunk, file, row, cells)?
                        && rejects.wanted()
                    {
                        rejects.write(cells.texts(width), &reason)?;
                    }
                }
            }
            if self.read.counts.read - told >= CHUNK {
                tick(self.read.counts.read - told);
                told = self.read.counts.read;
                self.flush(&mut chunk, number)?;
            }
        }
        tick(self.read.counts.read - told);
        self.flush(&mut chunk, number)?;
        rejects.finish()
    }

    fn chunk(&self, map: &HeaderMap) -> Chunk {
        let builder =
            |(rule, (_, position)): (&ColumnRule, &(String, Option<usize>))| position.map(|at| (at, ColumnBuilder::new(rule.clone())));
        Chunk { builders: self.rules.iter().zip(&map.positions).map(builder).collect(), accepted: Vec::new(), rows: Vec::new() }
    }

    /// Converts one row; the reason if it is rejected.
    fn push_row(&mut self, chunk: &mut Chunk, file: &InputFile, row: u64, cells: Cells<'_>) -> Result<Option<String>> {
        let mut reasons: Vec<String> = Vec::new();
        let mut faults: Vec<Finding> = Vec::new();
        for (at, builder) in chunk.builders.iter_mut().flatten() {
            if let Err(fault) = builder.push(&cells.get(*at)) {
                let name = &builder.rule().name;
                let fatal = builder.rule().required && !fault.kept;
                let severity = if fatal { Severity::Error } else { Severity::Warning };
                let place = Place { file: file.name.clone(), row, column: name.clone() };
                let found = if builder.rule().personal { crate::duplicates::masked(&fault.found) } else { fault.found };
                let finding = Finding::new(fault.code, severity, place, &found, &fault.expected);
                if fatal {
                    reasons.push(format!("{} {name}: {}; {}", fault.code, finding.found, finding.expected));
                }
                faults.push(finding);
            }
        }
        chunk.accepted.push(reasons.is_empty());
        chunk.rows.push(u32::try_from(row).unwrap_or(u32::MAX));
        for finding in faults {
            self.report(finding)?;
        }
        let rejected = !reasons.is_empty();
        if rejected {
            self.read.counts.rejected += 1;
        } else {
            self.read.counts.accepted += 1;
        }
        Ok(rejected.then(|| reasons.join(" / ")))
    }

    fn flush(&mut self, chunk: &mut Chunk, file: u32) -> Result<()> {
        if chunk.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut chunk.rows);
        let column = |(builder, field): (&mut Option<(usize, ColumnBuilder)>, &Arc<Field>)| match builder {
            Some((_, builder)) => builder.finish(),
            None => new_null_array(field.data_type(), rows.len()),
        };
        let mut columns: Vec<_> = chunk.builders.iter_mut().zip(self.read.schema.fields()).map(column).collect();
        columns.push(Arc::new(UInt32Array::from(vec![file; rows.len()])));
        columns.push(Arc::new(UInt32Array::from(rows)));
        let batch = RecordBatch::try_new(Arc::clone(&self.read.schema), columns)?;
        let accepted = BooleanArray::from(std::mem::take(&mut chunk.accepted));
        let batch = if accepted.true_count() == accepted.len() { batch } else { filter_record_batch(&batch, &accepted)? };
        self.read.batches.push(batch);
        Ok(())
    }

    fn report(&mut self, finding: Finding) -> Result<()> {
        if finding.severity == Severity::Error {
            self.errors += 1;
        }
        self.findings.push(finding);
        match self.options.max_errors {
            Some(limit) if self.errors > limit => Err(Error::TooManyErrors { limit }),
            _ => Ok(()),
        }
    }
}
