//! Totals for everybody, small cells suppressed.

use chrono::NaiveDate;
use maud::{Markup, html};

use crate::view::layout::{Frame, Head, public};
use crate::view::part::Link;
use crate::view::public_count::PublicCount;
use crate::view::table::{Column, Row, table};

/// Counts by place.
#[derive(Debug, Clone)]
pub struct Totals {
    pub title: String,
    pub as_of: NaiveDate,
    pub trail: Vec<Link>,
    /// Titles of the counts.
    pub counts: Vec<String>,
    pub rows: Vec<TotalRow>,
    pub csv_href: String,
    /// Where the figures come from.
    pub source: String,
}

/// A place with one count for each title.
#[derive(Debug, Clone)]
pub struct TotalRow {
    pub area: String,
    pub code: String,
    /// The page of the next level, if there is one.
    pub href: Option<String>,
    pub counts: Vec<PublicCount>,
}

#[must_use]
pub fn page(frame: &Frame, view: &Totals) -> Markup {
    let w = frame.words();
    let mut columns = vec![Column::new("area", w.get("overview.area"))];
    columns.extend(view.counts.iter().map(|title| Column::numeric("", title)));
    let rows: Vec<Row> = view
        .rows
        .iter()
        .map(|row| {
            let mut cells = vec![html! { @match &row.href { Some(href) => a href=(href) { (row.area) }, None => (row.area) } }];
            cells.extend(row.counts.iter().map(|count| count.show(w)));
            Row::new(cells)
        })
        .collect();
    let body = html! {
        p.note { (w.fill("overview.as_of", &[("date", &w.date(view.as_of))])) " " (view.source) }
        (table(w, &view.title, &columns, &rows))
        p.note { (w.get("public.withheld_note")) }
        p { a.button href=(view.csv_href) download { (w.get("public.csv")) } }
    };
    public(frame, &Head::new(&view.title).under(view.trail.clone()), &body)
}

/// The same table as a file.
#[must_use]
pub fn csv(view: &Totals, area_title: &str) -> String {
    let mut out = String::from("\u{feff}");
    let header: Vec<&str> = [area_title, "code"].into_iter().chain(view.counts.iter().map(String::as_str)).collect();
    push_line(&mut out, &header);
    for row in &view.rows {
        let counts: Vec<String> = row.counts.iter().map(|count| count.csv()).collect();
        let cells: Vec<&str> = [row.area.as_str(), row.code.as_str()].into_iter().chain(counts.iter().map(String::as_str)).collect();
        push_line(&mut out, &cells);
    }
    out
}

fn push_line(out: &mut String, cells: &[&str]) {
    let quoted: Vec<String> = cells.iter().map(|cell| quote(cell)).collect();
    out.push_str(&quoted.join(","));
    out.push_str("\r\n");
}

/// Quotes what would break the line; a leading sign would be a formula in a spreadsheet.
fn quote(cell: &str) -> String {
    let safe = if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell.to_owned() };
    if safe.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_keeps_small_counts_empty() {
        let rows = vec![TotalRow {
            area: "=A,\"B\"".to_owned(),
            code: "52".to_owned(),
            href: None,
            counts: vec![PublicCount::new(3), PublicCount::new(12)],
        }];
        let view = Totals {
            title: String::new(),
            as_of: NaiveDate::default(),
            trail: vec![],
            counts: vec!["x".to_owned(), "y".to_owned()],
            rows,
            csv_href: String::new(),
            source: String::new(),
        };
        assert_eq!(csv(&view, "area"), "\u{feff}area,code,x,y\r\n\"'=A,\"\"B\"\"\",52,,12\r\n");
    }
}
