//! Results on stdout, progress and diagnostics on stderr.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the one place that writes to the terminal")]

use std::io::IsTerminal;

use comfy_table::{ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use kernel::Language;
use miette::{GraphicalReportHandler, GraphicalTheme};

use crate::cli::{Cli, Format, Lang};
use crate::failure::Failure;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    format: Format,
    pub language: Language,
    quiet: bool,
}

impl Console {
    pub(crate) fn new(cli: &Cli) -> Self {
        let language = match cli.language {
            Lang::Zh => Language::Zh,
            Lang::En => Language::En,
        };
        let piped = !std::io::stdout().is_terminal();
        let format = if cli.format == Format::Auto { if piped { Format::Json } else { Format::Table } } else { cli.format };
        Self { format, language, quiet: cli.quiet }
    }

    /// The text in the language of the run.
    pub(crate) fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    /// A result table; JSON lines use the header's words as keys.
    pub(crate) fn table(&self, title: &str, header: &[&str], rows: &[Vec<String>]) {
        match self.format {
            Format::Json => {
                for row in rows {
                    let object: serde_json::Map<String, serde_json::Value> =
                        header.iter().zip(row).map(|(name, cell)| ((*name).to_owned(), json_cell(cell))).collect();
                    println!("{}", serde_json::Value::Object(object));
                }
            }
            Format::Csv => {
                println!("{}", csv_line(header.iter().copied()));
                for row in rows {
                    println!("{}", csv_line(row.iter().map(String::as_str)));
                }
            }
            Format::Auto | Format::Table => {
                let mut table = Table::new();
                table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
                table.set_header(header.iter().copied());
                for row in rows {
                    table.add_row(row);
                }
                if !title.is_empty() {
                    println!("\n{title}");
                }
                println!("{table}");
            }
        }
    }

    /// Raw text that is the result itself (completions, CSV of features).
    pub(crate) fn raw(&self, text: &str) {
        print!("{text}");
    }

    /// A line for people, beside the results.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }

    /// Progress on a terminal, nothing otherwise; `total` 0 when it is not known.
    pub(crate) fn progress(&self, what: &str, total: u64) -> ProgressBar {
        if self.quiet || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = if total == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(total) };
        let template =
            if total == 0 { "{msg} {human_pos} · {elapsed}" } else { "{msg} {bar:30} {human_pos}/{human_len} · {elapsed} · {eta}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar
    }

    pub(crate) fn problems(&self, problems: &[programme::Problem]) {
        let theme = if std::io::stderr().is_terminal() { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(theme).with_context_lines(1);
        for problem in problems {
            let mut text = String::new();
            if handler.render_report(&mut text, problem).is_ok() {
                eprintln!("{text}");
            }
        }
    }

    pub(crate) fn findings(&self, findings: &[kernel::Finding], limit: usize) {
        for finding in findings.iter().take(limit) {
            eprintln!("{finding}");
        }
        if findings.len() > limit {
            eprintln!("… {} {}", findings.len() - limit, self.say("条更多", "more"));
        }
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        if let Failure::Definition(problems) | Failure::Analytics(analytics::Error::Definition(programme::Problems(problems))) = failure {
            self.problems(problems);
        }
        if let Failure::Config(problem) = failure {
            self.problems(std::slice::from_ref(problem));
        }
        eprintln!("{} {}: {failure}", self.say("错误", "error"), failure.code());
        if let Some(entry) = kernel::code_entry(failure.code()) {
            eprintln!("  {}", entry.remedy(self.language));
        }
    }
}

fn json_cell(cell: &str) -> serde_json::Value {
    let plain = cell.parse::<serde_json::Number>().ok().filter(|_| cell.len() < 16);
    plain.map_or_else(|| serde_json::Value::String(cell.to_owned()), serde_json::Value::Number)
}

/// One CSV line, quoted where needed.
pub(crate) fn csv_line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let quoted = cells
        .map(|cell| if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() });
    quoted.collect::<Vec<_>>().join(",")
}
