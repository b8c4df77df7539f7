//! From one database to another, on either engine: every table in order, in pages, verified at the end, whole or not at all.
//!
//! The source is read in one consistent state and not changed. The target gets its schema, must hold no rows, and takes everything in
//! one transaction: whatever breaks off has written nothing.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqliteConnectOptions;

use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::migrate::Migration;
use crate::row::Row;
use crate::value::Value;

/// Rows read and written at a time.
const PAGE: usize = 1_000;

/// What a table holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSum {
    pub table: String,
    pub rows: u64,
    /// SHA-256 over all values in the order of the key, in hexadecimal: the same on both engines.
    pub digest: String,
}

/// The types of our columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Long,
    Flag,
    Bytes,
}

/// A table as its database describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
    /// Positions of the key's columns, in the key's order.
    key: Vec<usize>,
}

const COLUMNS_SQLITE: &str = "select name, lower(type), cast(pk as integer) from pragma_table_info($1) order by cid";
const COLUMNS_POSTGRES: &str = "select c.column_name::text, c.data_type::text, coalesce(k.place, 0)::bigint
  from information_schema.columns c
  left join (select u.column_name, u.ordinal_position as place from information_schema.key_column_usage u
    join information_schema.table_constraints t
      on t.constraint_name = u.constraint_name and t.table_schema = u.table_schema and t.table_name = u.table_name
    where t.constraint_type = 'PRIMARY KEY' and t.table_schema = current_schema() and t.table_name = $1) k
    on k.column_name = c.column_name
  where c.table_schema = current_schema() and c.table_name = $1 order by c.ordinal_position";

/// The tables that migrations make, in their order: what others refer to comes first.
pub(crate) fn tables_of(migrations: &[Migration]) -> Vec<&'static str> {
    let mut steps: Vec<&Migration> = migrations.iter().collect();
    steps.sort_by_key(|step| step.version);
    let names = |sql: &'static str| sql.split("create table ").skip(1).filter_map(|rest| rest.split([' ', '(']).next());
    steps.into_iter().flat_map(|step| names(step.sql)).collect()
}

/// Copies everything. `seeded` names tables in which the migrations themselves leave rows. `tick` gets the number of rows done.
pub async fn copy(from: &Db, to: &Db, migrations: &[Migration], seeded: &[&str], tick: &(dyn Fn(u64) + Sync)) -> Result<Vec<TableSum>> {
    to.migrate(migrations).await?;
    let (mut source, mut target) = (from.read().await?, to.begin().await?);
    let mut tables = Vec::new();
    for name in tables_of(migrations) {
        let (theirs, ours) = (describe(&mut source, name).await?, describe(&mut target, name).await?);
        if theirs != ours {
            return Err(Error::Schema { table: name.to_owned() });
        }
        tables.push(ours);
    }
    empty(&mut target, &tables, seeded).await?;
    let mut sums = Vec::new();
    for table in &tables {
        let mut pages = Pages::new(table);
        let into = format!("{} ({})", table.name, names(table));
        while let Some(rows) = pages.next(&mut source).await? {
            target.insert_into(&into, &rows, "").await?;
            tick(u64::try_from(rows.len()).unwrap_or(0));
        }
        sums.push(pages.sum());
    }
    for (table, expected) in tables.iter().zip(&sums) {
        if sum(&mut target, table).await? != *expected {
            return Err(Error::Differs { table: table.name.clone() });
        }
    }
    drop(source);
    target.commit().await?;
    Ok(sums)
}

/// What these tables of a database hold, in one consistent state.
pub async fn sums_of(db: &Db, tables: &[String]) -> Result<Vec<TableSum>> {
    let mut tx = db.read().await?;
    let mut sums = Vec::new();
    for name in tables {
        // They become part of a statement.
        if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            return Err(Error::Schema { table: name.clone() });
        }
        let table = describe(&mut tx, name).await?;
        sums.push(sum(&mut tx, &table).await?);
    }
    Ok(sums)
}

/// Takes out what the migrations put in; refuses a target that holds anything else.
async fn empty(target: &mut Tx, tables: &[Table], seeded: &[&str]) -> Result<()> {
    for table in tables.iter().filter(|table| !seeded.contains(&table.name.as_str())) {
        if target.rows_built(format!("select 1 from {} limit 1", table.name), &[]).await?.is_empty() {
            continue;
        }
        return Err(Error::Occupied { table: table.name.clone() });
    }
    for table in tables.iter().filter(|table| seeded.contains(&table.name.as_str())) {
        target.execute_built(format!("delete from {}", table.name)).await?;
    }
    Ok(())
}

async fn sum(tx: &mut Tx, table: &Table) -> Result<TableSum> {
    let mut pages = Pages::new(table);
    while pages.next(tx).await?.is_some() {}
    Ok(pages.sum())
}

async fn describe(tx: &mut Tx, name: &str) -> Result<Table> {
    let rows = match tx {
        Tx::Sqlite(_) => tx.rows(COLUMNS_SQLITE, &[name.into()]).await?,
        Tx::Postgres(_) => tx.rows(COLUMNS_POSTGRES, &[name.into()]).await?,
    };
    let strange = || Error::Schema { table: name.to_owned() };
    let mut columns = Vec::new();
    let mut key = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let kind = match row.text(1)?.as_str() {
            "text" => Kind::Text,
            "bigint" => Kind::Long,
            "boolean" => Kind::Flag,
            "bytea" => Kind::Bytes,
            _ => return Err(strange()),
        };
        columns.push((row.text(0)?, kind));
        if row.long(2)? > 0 {
            key.push((row.long(2)?, place));
        }
    }
    key.sort_unstable();
    if key.is_empty() {
        return Err(strange());
    }
    Ok(Table { name: name.to_owned(), columns, key: key.into_iter().map(|(_, place)| place).collect() })
}

fn names(table: &Table) -> String {
    table.columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The rows of a table in the order of its key, with a digest of those that went by.
struct Pages<'a> {
    table: &'a Table,
    first: String,
    next: String,
    after: Option<Vec<Value>>,
    rows: u64,
    hash: Sha256,
}

impl<'a> Pages<'a> {
    fn new(table: &'a Table) -> Self {
        let key: Vec<&str> = table.key.iter().filter_map(|place| table.columns.get(*place)).map(|(name, _)| name.as_str()).collect();
        let key = key.join(", ");
        let places = (1..=table.key.len()).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
        let select = format!("select {} from {}", names(table), table.name);
        let first = format!("{select} order by {key} limit {PAGE}");
        let next = format!("{select} where ({key}) > ({places}) order by {key} limit {PAGE}");
        Self { table, first, next, after: None, rows: 0, hash: Sha256::new() }
    }

    async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<Vec<Value>>>> {
        let rows = match &self.after {
            None => tx.rows_built(self.first.clone(), &[]).await?,
            Some(key) => tx.rows_built(self.next.clone(), key).await?,
        };
        let rows = rows.iter().map(|row| self.values(row)).collect::<Result<Vec<_>>>()?;
        let Some(last) = rows.last() else { return Ok(None) };
        self.after = Some(self.table.key.iter().filter_map(|place| last.get(*place)).cloned().collect());
        self.rows += u64::try_from(rows.len()).unwrap_or(0);
        for value in rows.iter().flatten() {
            digest(&mut self.hash, value);
        }
        Ok(Some(rows))
    }

    fn values(&self, row: &Row) -> Result<Vec<Value>> {
        let value = |(place, (_, kind)): (usize, &(String, Kind))| {
            Ok(match kind {
                Kind::Text => Value::Text(row.text_or_none(place)?),
                Kind::Long => Value::Long(row.long_or_none(place)?),
                Kind::Flag => Value::Flag(row.flag_or_none(place)?),
                Kind::Bytes => Value::Bytes(row.bytes_or_none(place)?),
            })
        };
        self.table.columns.iter().enumerate().map(value).collect()
    }

    fn sum(self) -> TableSum {
        let digest = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        TableSum { table: self.table.name.clone(), rows: self.rows, digest }
    }
}

/// Each value with its length, so that no two rows give the same bytes; missing is not empty.
fn digest(hash: &mut Sha256, value: &Value) {
    let number = match value {
        Value::Long(number) => number.map(i64::to_be_bytes),
        Value::Flag(flag) => flag.map(|flag| i64::from(flag).to_be_bytes()),
        Value::Text(_) | Value::Bytes(_) => None,
    };
    let bytes = match value {
        Value::Text(text) => text.as_deref().map(str::as_bytes),
        Value::Bytes(bytes) => bytes.as_deref(),
        Value::Long(_) | Value::Flag(_) => number.as_ref().map(<[u8; 8]>::as_slice),
    };
    let length = bytes.map_or(-1, |bytes| i64::try_from(bytes.len()).unwrap_or(i64::MAX));
    hash.update(length.to_be_bytes());
    hash.update(bytes.unwrap_or_default());
}

impl Db {
    /// As [`Db::open`], but a SQLite file must be there already.
    pub async fn open_existing(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            let missing = |source| Error::Open { url: url.to_owned(), source };
            let options = SqliteConnectOptions::from_str(url).map_err(missing)?;
            if !options.get_filename().is_file() {
                let source = std::io::Error::from(std::io::ErrorKind::NotFound);
                return Err(Error::File { path: options.get_filename().to_path_buf(), source });
            }
        }
        Self::open(url).await
    }
}

impl Tx {
    /// Text of this module, made of names that a database of ours told.
    async fn rows_built(&mut self, sql: String, values: &[Value]) -> Result<Vec<Row>> {
        self.rows_of(AssertSqlSafe(sql), values).await
    }

    async fn execute_built(&mut self, sql: String) -> Result<()> {
        self.rows_of(AssertSqlSafe(sql), &[]).await.map(drop)
    }
}

#[cfg(test)]
mod tests;
