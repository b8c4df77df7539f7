//! Cells as people write them: full-width characters, thousands separators, 万, stray blanks.

use std::borrow::Cow;

/// Trims and folds full-width ASCII (`１２３，Ａ　`) to plain characters; borrows when there is nothing to fold.
#[must_use]
pub fn fold(cell: &str) -> Cow<'_, str> {
    let cell = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if cell.is_ascii() || !cell.chars().any(|c| matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{3000}')) {
        return Cow::Borrowed(cell);
    }
    let folded: String = cell
        .chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .collect();
    Cow::Owned(folded.trim().to_owned())
}

/// Header or name without blanks, brackets, punctuation and case, so that `户编号（国家）` meets `户编号(国家)`.
#[must_use]
pub fn header_key(name: &str) -> String {
    fold(name).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// An exact decimal: `digits` × 10^−`places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    pub digits: i128,
    pub places: u32,
}

impl Decimal {
    /// The whole number, if it is one.
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        let scale = 10_i128.checked_pow(self.places)?;
        (self.digits % scale == 0).then(|| i64::try_from(self.digits / scale).ok()).flatten()
    }

    /// The nearest float: quantities are measurements.
    #[must_use]
    #[expect(clippy::as_conversions, reason = "a measured quantity is a float; the division by a power of ten rounds once")]
    pub fn quantity(self) -> f64 {
        self.digits as f64 / 10_f64.powi(i32::try_from(self.places).unwrap_or(0))
    }
}

/// Reads `12600`, `-3.5`, `1,234,567.80`, `12.3万`, `1.2亿`, `3,900元`, `￥3900`; `None` where the reading would be a guess
/// (separators that do not stand every three digits, exponents, several points).
#[must_use]
pub fn parse_decimal(cell: &str) -> Option<Decimal> {
    let cell = cell.trim_start_matches(['¥', '￥']).trim_end_matches(['元', '亩']).trim();
    let (cell, power) = if let Some(rest) = cell.strip_suffix('万') {
        (rest, 4)
    } else if let Some(rest) = cell.strip_suffix('亿') {
        (rest, 8)
    } else {
        (cell, 0)
    };
    let (negative, cell) = match cell.as_bytes().first()? {
        b'-' => (true, cell.get(1..)?),
        b'+' => (false, cell.get(1..)?),
        _ => (false, cell),
    };
    let (whole, part) = cell.split_once('.').unwrap_or((cell, ""));
    if !part.bytes().all(|b| b.is_ascii_digit()) || (whole.is_empty() && part.is_empty()) || !grouped(whole) {
        return None;
    }
    let mut digits: i128 = 0;
    let mut length = 0;
    for b in whole.bytes().chain(part.bytes()).filter(|b| *b != b',') {
        digits = digits * 10 + i128::from(b - b'0');
        length += 1;
    }
    if length == 0 || length > 27 {
        return None;
    }
    let mut places = u32::try_from(part.len()).ok()?;
    let absorbed = places.min(power);
    places -= absorbed;
    digits *= 10_i128.pow(power - absorbed);
    Some(Decimal { digits: if negative { -digits } else { digits }, places })
}

/// Digits only, or groups of three behind the first comma.
fn grouped(whole: &str) -> bool {
    if !whole.contains(',') {
        return whole.bytes().all(|b| b.is_ascii_digit());
    }
    whole.split(',').enumerate().all(|(place, group)| {
        group.bytes().all(|b| b.is_ascii_digit()) && if place == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 }
    })
}

/// 是/否, 有/无, yes/no, true/false, 1/0.
#[must_use]
pub fn parse_boolean(cell: &str) -> Option<bool> {
    match cell {
        "是" | "有" | "1" | "1.0" | "对" | "√" => Some(true),
        "否" | "无" | "0" | "0.0" | "错" | "×" => Some(false),
        _ => {
            let matches = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
            if matches(&["yes", "true", "y", "t"]) {
                Some(true)
            } else if matches(&["no", "false", "n", "f"]) {
                Some(false)
            } else {
                None
            }
        }
    }
}

/// The candidate most like `name`, if any is near enough to be meant.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance * 5 <= candidate.chars().count().max(name.chars().count()) * 2)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(cell: &str) -> Option<(i128, u32)> {
        parse_decimal(&fold(cell)).map(|d| (d.digits, d.places))
    }

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(decimal("１２，６００．５"), Some((126_005, 1)));
        assert_eq!(decimal("1.25万"), Some((12_500, 0)));
        assert_eq!(decimal("1.23456万"), Some((123_456, 1)));
        assert_eq!(decimal("-3,900元"), Some((-3_900, 0)));
        assert_eq!(decimal(".5"), Some((5, 1)));
        for ambiguous in ["1,26,00", "12,60", "1e5", "一万二", "1.2.3", "", "-", "12,", ",123", "3 900"] {
            assert_eq!(decimal(ambiguous), None, "{ambiguous}");
        }
        assert_eq!(parse_decimal("1.50").unwrap().integer(), None);
        assert_eq!(parse_decimal("15.0").unwrap().integer(), Some(15));
    }

    #[test]
    fn headers_meet_across_brackets_and_case() {
        assert_eq!(header_key(" 户编号（国家） "), header_key("户编号(国家)"));
        assert_eq!(header_key("Household ID"), header_key("household_id"));
    }

    #[test]
    fn nearest_is_near() {
        assert_eq!(nearest("incom_per_head", ["income_per_head", "size"]), Some("income_per_head"));
        assert_eq!(nearest("xyz", ["income_per_head", "size"]), None);
    }
}
