//! Which column of a file is which column of its table.

use kernel::text::header_key;
use kernel::{Finding, Place, Severity};
use programme::{Table, TableColumn};

/// Written behind the columns of rejected rows; ignored when such a file comes back.
pub const REASON_COLUMN: &str = "fupin_reason";

/// For each read column of the table its position in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderMap {
    pub positions: Vec<(String, Option<usize>)>,
}

/// Maps a header; `Err` when no row of the file can be used.
pub fn map_header(table: &Table, file: &str, header: &[String]) -> Result<(HeaderMap, Vec<Finding>), Vec<Finding>> {
    let mut findings = Vec::new();
    let finding = |code, severity, column: &str, found: &str, expected: &str| {
        // The first line of junk can be megabytes long.
        let column = column.chars().take(80).collect();
        Finding::new(code, severity, Place { file: file.to_owned(), row: 1, column }, found, expected)
    };
    let keys: Vec<String> = header.iter().map(|name| header_key(name)).collect();
    let mut used = vec![false; header.len()];
    let mut positions = Vec::new();
    let mut fatal = false;
    for column in table.column.iter().filter(|column| !column.derived()) {
        let found = places(column, &keys);
        for at in &found {
            if let Some(flag) = used.get_mut(*at) {
                *flag = true;
            }
        }
        let name = header.get(found.first().copied().unwrap_or(usize::MAX)).map_or(column.name(), String::as_str);
        if found.len() > 1 {
            findings.push(finding("FP0114", Severity::Error, name, &format!("{} columns are `{name}`", found.len()), "one column"));
            fatal = true;
        }
        positions.push((column.name().to_owned(), found.first().copied()));
    }
    let free = || {
        header.iter().zip(&used).filter(|(name, used)| !**used && !name.is_empty() && *name != REASON_COLUMN).map(|(name, _)| name.as_str())
    };
    for column in table.column.iter().filter(|column| !column.derived()) {
        let needed = column.required || table.key.iter().any(|key| key.get_ref() == column.name());
        let absent = positions.iter().any(|(name, position)| name == column.name() && position.is_none());
        if needed && absent {
            let near = names(column).find_map(|name| kernel::text::nearest(name, free()));
            let expected = near.map_or_else(
                || format!("a column `{}` or `{}`", column.title.zh, column.name()),
                |near| format!("a column `{}`; is it `{near}`?", column.title.zh),
            );
            findings.push(finding("FP0113", Severity::Error, column.name(), "the column is missing", &expected));
            fatal = true;
        }
    }
    findings.extend(free().map(|name| finding("FP0115", Severity::Notice, name, "the column is not known and was not read", "")));
    if fatal { Err(findings) } else { Ok((HeaderMap { positions }, findings)) }
}

/// What a column's header may say, the best first.
fn names(column: &TableColumn) -> impl Iterator<Item = &str> {
    [column.title.zh.as_str(), column.name(), &column.title.en].into_iter().chain(column.names.iter().map(String::as_str))
}

/// Where a column stands: at the header that is its best name; more than one place if that header is repeated.
fn places(column: &TableColumn, keys: &[String]) -> Vec<usize> {
    let found = |name: &str| {
        let name = header_key(name);
        keys.iter().enumerate().filter(|(_, key)| **key == name).map(|(at, _)| at).collect::<Vec<_>>()
    };
    names(column).map(found).find(|found| !found.is_empty()).unwrap_or_default()
}
