//! What is wrong with a programme definition, with the place it points at.

use std::ops::Range;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// One mistake in a definition file.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
    pub label: String,
    pub span: Range<usize>,
    pub source_code: NamedSource<String>,
}

impl Problem {
    /// A problem that points at `span` of a file's text.
    #[must_use]
    pub fn at(code: &'static str, (name, text): (&str, &str), span: Range<usize>, message: String, help: Option<String>) -> Self {
        let span = span.start.min(text.len())..span.end.min(text.len());
        Self {
            code,
            message,
            help,
            label: "here".to_owned(),
            span,
            source_code: NamedSource::new(name, text.to_owned()).with_language("toml"),
        }
    }

    /// What the parser of a TOML file found.
    #[must_use]
    pub fn in_toml(code: &'static str, name: &str, text: &str, error: &toml::de::Error) -> Self {
        let message = error.message();
        Self::at(code, (name, text), error.span().unwrap_or(0..0), message.to_owned(), nearest_help(message))
    }

    #[must_use]
    pub fn file(&self) -> &str {
        self.source_code.name()
    }

    /// Line and column (in characters) of the place, both from 1.
    #[must_use]
    pub fn line_and_column(&self) -> (usize, usize) {
        let before = self.source_code.inner().get(..self.span.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or_default().chars().count() + 1)
    }
}

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        let help: Box<dyn std::fmt::Display + 'a> = Box::new(self.help.as_ref()?);
        Some(help)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some(self.label.clone()), self.span.clone()))))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source_code)
    }
}

/// Everything that is wrong, in the order of files and places.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the programme definition has {} problem(s)", .0.len())]
pub struct Problems(pub Vec<Problem>);

/// For `unknown field `x`, expected one of …`: the nearest of those; likewise for a variant or a level.
fn nearest_help(message: &str) -> Option<String> {
    let rest = ["unknown field `", "unknown variant `", "unknown level `"].iter().find_map(|start| message.strip_prefix(start))?;
    let (unknown, rest) = rest.split_once('`')?;
    let known = rest.split('`').skip(1).step_by(2);
    kernel::text::nearest(unknown, known).map(|name| format!("did you mean `{name}`?"))
}
