//! Cells of the register's tables as the records keep them.

use programme::definition::Table;
use programme::{ColumnType, TableColumn};
use registry::Cell;
use registry::household::Cells;
use registry::household::store::Identities;

/// One row as texts; empty is missing.
pub(super) struct TextRow(pub Vec<String>);

struct Column {
    name: String,
    kind: ColumnType,
    personal: bool,
}

/// Whether a column names somebody: it is sealed, and leaves the records only for a reason.
pub(crate) const fn personal(column: &TableColumn) -> bool {
    column.personal || matches!(column.column_type, ColumnType::Identity | ColumnType::DisabilityCertificate | ColumnType::Phone)
}

/// What the columns of a table are.
pub(super) struct Columns {
    columns: Vec<Column>,
    key: usize,
    person: Option<usize>,
}

impl Columns {
    /// `names` in the order of the rows; `key` is the household's.
    pub(super) fn new(table: &Table, names: &[String], key: &str) -> Self {
        let of = |name: &String| {
            let known = table.column(name);
            let kind = known.map_or(ColumnType::Text, |column| column.column_type);
            Column { name: name.clone(), kind, personal: known.is_some_and(personal) }
        };
        let position = |wanted: &str| names.iter().position(|name| name == wanted);
        let other_key = table.key.iter().map(|key| key.get_ref().as_str()).find(|part| *part != key);
        Self { columns: names.iter().map(of).collect(), key: position(key).unwrap_or(0), person: other_key.and_then(position) }
    }

    pub(super) fn key(&self, row: &TextRow) -> i64 {
        row.0.get(self.key).and_then(|cell| cell.parse().ok()).unwrap_or(i64::MIN)
    }

    pub(super) fn person(&self, row: &TextRow) -> Option<String> {
        row.0.get(self.person?).filter(|cell| !cell.is_empty()).cloned()
    }

    /// Sorts a row's cells into plain and personal ones.
    pub(super) fn sort(&self, person: &str, row: &TextRow, cells: &mut Cells, identities: &mut Identities) {
        for (place, (column, text)) in self.columns.iter().zip(&row.0).enumerate() {
            if text.is_empty() || place == self.key || Some(place) == self.person {
                continue;
            }
            if column.personal {
                identities.insert((person.to_owned(), column.name.clone()), text.clone());
            } else {
                cells.insert(column.name.clone(), cell(column.kind, text));
            }
        }
    }
}

fn cell(kind: ColumnType, text: &str) -> Cell {
    let plain = || Cell::Text(text.to_owned());
    match kind {
        ColumnType::Boolean => text.parse().map_or_else(|_odd| plain(), Cell::Flag),
        ColumnType::Integer | ColumnType::Money | ColumnType::Serial | ColumnType::Area => {
            text.parse().map_or_else(|_odd| plain(), Cell::Number)
        }
        ColumnType::Text
        | ColumnType::Code
        | ColumnType::Codes
        | ColumnType::Quantity
        | ColumnType::Date
        | ColumnType::Identity
        | ColumnType::DisabilityCertificate
        | ColumnType::Phone => plain(),
    }
}
