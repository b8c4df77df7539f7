//! Dense tables: caption, pages by key, choice of columns, export, marking of rows.

use maud::{Markup, html};

use crate::text::Words;

/// A column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name in URLs.
    pub name: String,
    pub title: String,
    pub numeric: bool,
    /// Whether the visitor wants to see it.
    pub shown: bool,
}

impl Column {
    #[must_use]
    pub fn new(name: &str, title: &str) -> Self {
        Self { name: name.to_owned(), title: title.to_owned(), numeric: false, shown: true }
    }

    #[must_use]
    pub fn numeric(name: &str, title: &str) -> Self {
        Self { numeric: true, ..Self::new(name, title) }
    }
}

/// A row: one cell for each column, shown or not.
#[derive(Debug, Clone)]
pub struct Row {
    /// What a mark on this row is called; no box without it.
    pub select: Option<Select>,
    pub cells: Vec<Markup>,
}

/// The box in front of a row.
#[derive(Debug, Clone)]
pub struct Select {
    pub value: String,
    /// Whom it marks, for those who do not see the row.
    pub label: String,
    /// The row cannot be marked yet.
    pub blocked: bool,
}

impl Row {
    #[must_use]
    pub fn new(cells: Vec<Markup>) -> Self {
        Self { select: None, cells }
    }
}

/// Where the pages before and after begin. Cursors are opaque and already fit for a URL.
#[derive(Debug, Clone, Default)]
pub struct Paging {
    /// Path and query of the list without cursor.
    pub base: String,
    pub previous: Option<String>,
    pub next: Option<String>,
    /// How many rows there are on all pages, if that was counted.
    pub total: Option<u64>,
}

impl Paging {
    fn link(&self, name: &str, cursor: &str) -> String {
        let mark = if self.base.contains('?') { '&' } else { '?' };
        format!("{}{mark}{name}={cursor}", self.base)
    }
}

/// A table with its caption. An empty one is a sentence instead.
#[must_use]
pub fn table(w: Words, caption: &str, columns: &[Column], rows: &[Row]) -> Markup {
    let select = rows.iter().any(|row| row.select.is_some());
    html! {
        @if rows.is_empty() { p.empty { strong { (caption) } " – " (w.get("table.empty")) } }
        @else {
            div.scroll tabindex="0" role="region" aria-label=(caption) {
                table.dense data-filter="" {
                    caption { (caption) }
                    thead {
                        tr {
                            @if select { td.mark data-all=(w.get("table.mark_all")) { span.hidden { (w.get("table.mark")) } } }
                            @for column in columns.iter().filter(|column| column.shown) {
                                th.n[column.numeric] scope="col" { (column.title) }
                            }
                        }
                    }
                    tbody { @for row in rows { (line(columns, row, select)) } }
                }
            }
        }
    }
}

fn line(columns: &[Column], row: &Row, select: bool) -> Markup {
    let cells = columns.iter().zip(&row.cells).filter(|(column, _)| column.shown);
    html! {
        tr {
            @if select {
                td.mark {
                    @if let Some(select) = &row.select {
                        input type="checkbox" name="row" value=(select.value) aria-label=(select.label) disabled[select.blocked];
                    }
                }
            }
            @for (place, (column, cell)) in cells.enumerate() {
                @if place == 0 { th.n[column.numeric] scope="row" { (cell) } }
                @else { td.n[column.numeric] { (cell) } }
            }
        }
    }
}

/// Links to the page before and the page after.
#[must_use]
pub fn paging(w: Words, paging: &Paging) -> Markup {
    html! {
        nav.paging aria-label=(w.get("table.pages")) {
            @if let Some(total) = paging.total { span.soft { (w.fill_count("table.total", total)) } }
            @if let Some(cursor) = &paging.previous { a rel="prev" href=(paging.link("before", cursor)) { (w.get("table.previous")) } }
            @if let Some(cursor) = &paging.next { a rel="next" href=(paging.link("after", cursor)) { (w.get("table.next")) } }
        }
    }
}

/// The form in which a visitor chooses columns; `kept` are the other parameters of the list.
#[must_use]
pub fn choose_columns(w: Words, action: &str, columns: &[Column], kept: &[(String, String)]) -> Markup {
    html! {
        details.columns-choice {
            summary { (w.get("table.columns")) }
            form action=(action) method="get" {
                @for (name, value) in kept { input type="hidden" name=(name) value=(value); }
                fieldset {
                    legend { (w.get("table.columns_shown")) }
                    @for column in columns {
                        label.choice { input type="checkbox" name="column" value=(column.name) checked[column.shown]; span { (column.title) } }
                    }
                }
                button type="submit" { (w.get("table.apply")) }
            }
        }
    }
}

/// A plain table from texts: the first column names the row, the others are numbers if `numeric`.
#[must_use]
pub fn plain(w: Words, caption: &str, titles: &[&str], rows: &[Vec<String>], numeric: bool) -> Markup {
    let columns: Vec<Column> = titles
        .iter()
        .enumerate()
        .map(|(place, title)| if numeric && place > 0 { Column::numeric("", title) } else { Column::new("", title) })
        .collect();
    let rows: Vec<Row> = rows
        .iter()
        .map(|row| Row::new(row.iter().map(|cell| html! { @if is_short(cell) { span.nowrap { (cell) } } @else { (cell) } }).collect()))
        .collect();
    table(w, caption, &columns, &rows)
}

/// Dates, amounts and numbers: a browser would break them at their hyphens.
fn is_short(cell: &str) -> bool {
    cell.len() <= 20 && cell.is_ascii() && cell.contains(|c: char| c.is_ascii_digit())
}
