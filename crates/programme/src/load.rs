//! From the texts of a folder to one merged programme.

use std::ops::{Deref, Range};

use toml::Spanned;

use crate::calendar::CalendarDefinition;
use crate::column::ViewColumn;
use crate::definition::{
    Cause, Check, CodeList, Dimension, FileDefinition, Index, Indicator, LineDefinition, Meta, Model, Proposal, Retention, Search, Table,
    View, VisitSection,
};
use crate::problem::{Problem, Problems};
use crate::workflow::Procedure;

/// A definition file: name as shown to people, and its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    pub name: String,
    pub text: String,
}

/// A part together with the file it stands in.
#[derive(Debug, Clone)]
pub struct In<T> {
    pub file: usize,
    pub part: T,
}

impl<T> Deref for In<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.part
    }
}

/// A whole programme; see `docs/programme-format.md` for each part.
#[derive(Debug, Clone)]
pub struct Programme {
    pub sources: Vec<SourceFile>,
    pub meta: In<Meta>,
    pub code_lists: Vec<In<CodeList>>,
    pub tables: Vec<In<Table>>,
    pub view: View,
    pub view_columns: Vec<In<ViewColumn>>,
    pub lines: Vec<In<LineDefinition>>,
    pub index: Option<In<Index>>,
    pub dimensions: Vec<In<Dimension>>,
    pub indicators: Vec<In<Indicator>>,
    pub checks: Vec<In<Check>>,
    pub causes: Vec<In<Cause>>,
    pub models: Vec<In<Model>>,
    pub proposal: Option<In<Proposal>>,
    pub searches: Vec<In<Search>>,
    pub procedures: Vec<In<Procedure>>,
    pub calendar: Option<In<CalendarDefinition>>,
    pub retention: Option<In<Retention>>,
    pub visits: Vec<In<VisitSection>>,
}

impl Programme {
    /// Parses and validates; `sources` in the order in which they are to be reported.
    pub fn load(sources: Vec<SourceFile>) -> Result<Self, Problems> {
        let programme = merge(sources)?;
        let problems = crate::validate::validate(&programme);
        if problems.is_empty() { Ok(programme) } else { Err(Problems(problems)) }
    }

    #[must_use]
    pub fn table(&self, id: &str) -> Option<&In<Table>> {
        self.tables.iter().find(|table| table.name() == id)
    }

    #[must_use]
    pub fn code_list(&self, id: &str) -> Option<&In<CodeList>> {
        self.code_lists.iter().find(|list| list.id.get_ref() == id)
    }

    /// The name of the household key column.
    #[must_use]
    pub fn key(&self) -> &str {
        self.view.key.get_ref()
    }

    /// A problem that points at `span` of file number `file`.
    #[must_use]
    pub fn problem(&self, code: &'static str, file: usize, span: Range<usize>, message: String, help: Option<String>) -> Problem {
        problem_at(&self.sources, code, file, span, message, help)
    }

    /// A problem inside a text value: `inner` is a byte range of the parsed text, shifted to the file when the file holds the text unescaped.
    #[must_use]
    pub fn problem_in_text(
        &self,
        code: &'static str,
        file: usize,
        text: &Spanned<String>,
        inner: Option<Range<usize>>,
        message: (String, Option<String>),
    ) -> Problem {
        let span = text.span();
        let raw = self.sources.get(file).and_then(|source| source.text.get(span.clone())).unwrap_or_default();
        let place = inner.and_then(|inner| {
            let offset = raw.find(text.get_ref().as_str())?;
            Some(span.start + offset + inner.start..span.start + offset + inner.end.max(inner.start + 1))
        });
        self.problem(code, file, place.unwrap_or(span), message.0, message.1)
    }
}

pub(crate) fn problem_at(
    sources: &[SourceFile],
    code: &'static str,
    file: usize,
    span: Range<usize>,
    message: String,
    help: Option<String>,
) -> Problem {
    let (name, text) = sources.get(file).map_or_else(Default::default, |source| (source.name.as_str(), source.text.as_str()));
    Problem::at(code, (name, text), span, message, help)
}

fn merge(sources: Vec<SourceFile>) -> Result<Programme, Problems> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    for (file, source) in sources.iter().enumerate() {
        match toml::from_str::<FileDefinition>(&source.text) {
            Ok(definition) => files.push((file, definition)),
            Err(error) => {
                problems.extend(sources.get(file).map(|source| Problem::in_toml("FP0201", &source.name, &source.text, &error)));
            }
        }
    }
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    Merge::default().all(files, sources)
}

#[derive(Default)]
struct Merge {
    problems: Vec<Problem>,
}

impl Merge {
    fn all(mut self, files: Vec<(usize, FileDefinition)>, sources: Vec<SourceFile>) -> Result<Programme, Problems> {
        let (mut meta, mut index, mut proposal, mut view, mut calendar, mut retention) = (None, None, None, None, None, None);
        let (mut view_columns, mut procedures, mut visits) = (Vec::new(), Vec::new(), Vec::new());
        let (mut code_lists, mut tables, mut lines, mut dimensions) = (vec![], vec![], vec![], vec![]);
        let (mut indicators, mut checks, mut causes, mut models, mut searches) = (vec![], vec![], vec![], vec![], vec![]);
        for (file, definition) in files {
            self.once(&mut meta, definition.programme, file, "[programme]", &sources);
            self.once(&mut index, definition.index, file, "[index]", &sources);
            self.once(&mut proposal, definition.proposal, file, "[proposal]", &sources);
            if let Some(mut part) = definition.view {
                extend(&mut view_columns, std::mem::take(&mut part.column), file);
                if part.base.is_some() {
                    self.once(&mut view, Some(part), file, "[view]", &sources);
                }
            }
            extend(&mut code_lists, definition.code_list, file);
            extend(&mut tables, definition.table, file);
            extend(&mut lines, definition.line, file);
            extend(&mut dimensions, definition.dimension, file);
            extend(&mut indicators, definition.indicator, file);
            extend(&mut checks, definition.check, file);
            extend(&mut causes, definition.cause, file);
            extend(&mut models, definition.model, file);
            extend(&mut searches, definition.search, file);
            extend(&mut procedures, definition.procedure, file);
            extend(&mut visits, definition.visit, file);
            self.once(&mut calendar, definition.calendar, file, "[calendar]", &sources);
            self.once(&mut retention, definition.retention, file, "[retention]", &sources);
        }
        let view = view.and_then(|In { file, part }: In<crate::definition::ViewPart>| {
            let (base, key) = (part.base?, part.key?);
            let (area, people, weight) = (part.area, part.people, part.weight);
            Some(View { base, key, area, people, weight, cluster: part.cluster, strata: part.strata, file })
        });
        let (Some(meta), Some(view)) = (meta, view) else {
            let missing = "a programme needs one [programme] and one [view] with `base` and `key`".to_owned();
            self.problems.push(problem_at(&sources, "FP0201", 0, 0..0, missing, None));
            return Err(Problems(self.problems));
        };
        if !self.problems.is_empty() {
            return Err(Problems(self.problems));
        }
        Ok(Programme {
            sources,
            meta,
            code_lists,
            tables,
            view,
            view_columns,
            lines,
            index,
            dimensions,
            indicators,
            checks,
            causes,
            models,
            proposal,
            searches,
            procedures,
            calendar,
            retention,
            visits,
        })
    }

    fn once<T>(&mut self, slot: &mut Option<In<T>>, part: Option<T>, file: usize, what: &str, sources: &[SourceFile]) {
        let Some(part) = part else { return };
        if slot.is_some() {
            self.problems.push(problem_at(sources, "FP0202", file, 0..0, format!("{what} stands twice"), Some("keep one".to_owned())));
            return;
        }
        *slot = Some(In { file, part });
    }
}

fn extend<T>(all: &mut Vec<In<T>>, parts: Vec<T>, file: usize) {
    all.extend(parts.into_iter().map(|part| In { file, part }));
}
