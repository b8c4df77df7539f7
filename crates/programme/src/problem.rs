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
