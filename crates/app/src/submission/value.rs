//! One answer as the records keep it.

use programme::{ColumnType, Programme, TableColumn};
use registry::Cell;

/// Why an answer is none: a code of the catalogue and what would be right.
type Wrong = (&'static str, String);

/// Reads what was typed or chosen for a column of the household table.
pub fn cell(programme: &Programme, column: &TableColumn, text: &str) -> Result<Cell, Wrong> {
    let text = kernel::text::fold(text).trim().to_owned();
    match column.column_type {
        ColumnType::Boolean => match text.as_str() {
            "yes" | "true" | "1" => Ok(Cell::Flag(true)),
            "no" | "false" | "0" => Ok(Cell::Flag(false)),
            _ => Err(("FP0111", "yes or no".to_owned())),
        },
        ColumnType::Money => {
            money(programme, &text).map(Cell::Number).ok_or_else(|| ("FP0103", "an amount such as 12600 or 12600.50".to_owned()))
        }
        ColumnType::Integer => {
            let value: i64 = text.parse().map_err(|_odd| ("FP0103", "a whole number".to_owned()))?;
            within(column, serde_json::Number::from(value).as_f64().unwrap_or(f64::NAN))?;
            Ok(Cell::Number(value))
        }
        ColumnType::Quantity => {
            let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
            within(column, value.ok_or_else(|| ("FP0103", "a number".to_owned()))?)?;
            Ok(Cell::Text(text))
        }
        ColumnType::Date => {
            let day = kernel::date::parse(&text).ok_or_else(|| ("FP0104", "a date such as 2014-01-05".to_owned()))?;
            Ok(Cell::Text(day.to_string()))
        }
        ColumnType::Code => code(programme, column, &text).map(|()| Cell::Text(text)),
        ColumnType::Codes => {
            let chosen: Vec<&str> = text.split([' ', ';', ',']).filter(|code| !code.is_empty()).collect();
            for one in &chosen {
                code(programme, column, one)?;
            }
            Ok(Cell::Text(chosen.join(";")))
        }
        ColumnType::Text
        | ColumnType::Area
        | ColumnType::Serial
        | ColumnType::Identity
        | ColumnType::DisabilityCertificate
        | ColumnType::Phone => {
            if text.chars().count() <= 2_000 && !text.chars().any(|c| c == '\0') {
                Ok(Cell::Text(text))
            } else {
                Err(("FP0106", "at most 2,000 characters".to_owned()))
            }
        }
    }
}

fn within(column: &TableColumn, value: f64) -> Result<(), Wrong> {
    match (column.min.filter(|min| value < *min), column.max.filter(|max| value > *max)) {
        (None, None) => Ok(()),
        (Some(min), _) => Err(("FP0106", format!("at least {min}"))),
        (None, Some(max)) => Err(("FP0106", format!("at most {max}"))),
    }
}

fn code(programme: &Programme, column: &TableColumn, text: &str) -> Result<(), Wrong> {
    let list = column.list.as_ref().and_then(|list| programme.code_list(list.get_ref()));
    let known = list.is_none_or(|list| list.part.codes.iter().any(|code| code.get_ref().code == text));
    if known {
        Ok(())
    } else {
        Err(("FP0107", column.list.as_ref().map_or_else(String::new, |list| format!("a code of {}", list.get_ref()))))
    }
}

/// Whole units with at most two decimals, in minor units.
fn money(programme: &Programme, text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let places = u32::try_from(part.len()).ok().filter(|places| *places <= 2 && part.bytes().all(|byte| byte.is_ascii_digit()))?;
    programme.meta.currency.minor(format!("{whole}{part}").parse().ok()?, places).ok()
}
