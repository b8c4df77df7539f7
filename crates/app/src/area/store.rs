//! Names of areas in the database.

use database::{Migration, Tx, Value};
use kernel::AreaCode;

use super::AreaName;
use crate::error::Result;

pub(crate) const MIGRATION: Migration = Migration {
    version: 130,
    name: "area names",
    sql: "create table area_name (
              code bigint primary key,
              zh text not null,
              en text not null
          );",
};

/// All names.
pub async fn all(tx: &mut Tx) -> Result<Vec<AreaName>> {
    let rows = tx.rows("select code, zh, en from area_name order by code", &[]).await?;
    rows.iter().map(|row| Ok(AreaName { code: AreaCode::from_padded(row.long(0)?), zh: row.text(1)?, en: row.text(2)? })).collect()
}

/// Adds names; an area that had one gets the new one.
pub async fn put(tx: &mut Tx, names: &[AreaName]) -> Result<()> {
    let row = |name: &AreaName| -> Vec<Value> { vec![name.code.padded().into(), (&name.zh).into(), (&name.en).into()] };
    let rows: Vec<Vec<Value>> = names.iter().map(row).collect();
    tx.insert("area_name (code, zh, en)", &rows, "on conflict (code) do update set zh = excluded.zh, en = excluded.en").await?;
    Ok(())
}
