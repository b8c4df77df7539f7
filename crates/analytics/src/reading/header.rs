//! Which column of a file is which column of its table.

use kernel::text::header_key;
use kernel::{Finding, Place, Severity};
use programme::Table;

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
        Finding::new(code, severity, Place { file: file.to_owned(), row: 1, column: column.to_owned() }, found, expected)
    };
    let keys: Vec<String> = header.iter().map(|name| header_key(name)).collect();
    let mut used = vec![false; header.len()];
    let mut positions = Vec::new();
    let mut fatal = false;
    for column in table.column.iter().filter(|column| !column.derived()) {
        let names = [column.name(), &column.title.zh, &column.title.en].map(header_key);
        let accepted = names.into_iter().chain(column.names.iter().map(|name| header_key(name)));
        let accepted: Vec<String> = accepted.collect();
        let found: Vec<usize> = keys.iter().enumerate().filter(|(_, key)| accepted.contains(key)).map(|(at, _)| at).collect();
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
        if found.is_empty() && (column.required || table.key.iter().any(|key| key.get_ref() == column.name())) {
            let near = kernel::text::nearest(&column.title.zh, header.iter().map(String::as_str))
                .or_else(|| kernel::text::nearest(column.name(), header.iter().map(String::as_str)));
            let expected = near.map_or_else(
                || format!("a column `{}` or `{}`", column.title.zh, column.name()),
                |near| format!("a column `{}`; is it `{near}`?", column.title.zh),
            );
            findings.push(finding("FP0113", Severity::Error, column.name(), "the column is missing", &expected));
            fatal = true;
        }
        positions.push((column.name().to_owned(), found.first().copied()));
    }
    for (name, used) in header.iter().zip(used) {
        if !used && !name.trim().is_empty() && name != REASON_COLUMN {
            findings.push(finding("FP0115", Severity::Notice, name, "the column is not known and was not read", ""));
        }
    }
    if fatal { Err(findings) } else { Ok((HeaderMap { positions }, findings)) }
}
