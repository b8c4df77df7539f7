//! Compiles the view of a programme against what a register holds.

use std::ops::Range;
use std::sync::Arc;

use chrono::Datelike;
use kernel::AreaCode;
use programme::column::Aggregate;
use programme::definition::TableRole;
use programme::line::LineTable;
use programme::{ColumnType, In, Problem, Problems, Programme, Table, ViewColumn};

use super::order::topological;
use super::segment::AggregateColumn;
use crate::language::scope::{data_type, kind_of};
use crate::language::{Compiled, Compiler, Expected, ExpressionFault, Scope, ScopeColumn};
use crate::register::Manifest;

/// Where a view column's values come from.
#[derive(Debug, Clone)]
pub(super) enum Column {
    Base(String),
    Aggregate {
        table: usize,
        aggregate: Box<AggregateColumn>,
    },
    /// Lines by area, the finest first, and the position of the area column.
    Line(Vec<(AreaCode, i64)>, Option<usize>),
    Derived(Box<Compiled>),
}

/// A linked table: which columns are read and which are derived.
#[derive(Debug, Clone)]
pub struct TablePlan {
    pub name: String,
    pub key: String,
    /// The column that tells rows of one household apart in findings (the person number), if it has one.
    pub row_key: Option<String>,
    pub scope: Scope,
    /// Names of stored columns to read.
    pub read: Vec<String>,
    /// Those of `read` that the view reads as dictionaries.
    pub(super) coded: Vec<String>,
    pub(super) derived: Vec<Option<Compiled>>,
    /// Columns that something needs.
    pub(super) uses: Vec<bool>,
    /// No file was delivered for it.
    pub absent: bool,
}

impl TablePlan {
    pub(super) fn needed(&self) -> bool {
        !self.absent && self.uses.iter().any(|used| *used)
    }

    /// Marks the columns an expression reads.
    fn require(&mut self, columns: &[usize]) {
        let mut open: Vec<usize> = columns.to_vec();
        while let Some(place) = open.pop() {
            let Some(flag) = self.uses.get_mut(place) else { continue };
            if std::mem::replace(flag, true) {
                continue;
            }
            open.extend(self.derived.get(place).and_then(Option::as_ref).map(|c| c.columns.clone()).unwrap_or_default());
        }
    }

    fn settle(&mut self) {
        let uses = &self.uses;
        let stored = self.scope.columns().iter().enumerate().zip(&self.derived);
        let wanted = stored.filter(|((place, column), derived)| {
            let used = uses.get(*place).copied().unwrap_or(false) || column.name == self.key;
            used && derived.is_none() && !column.absent
        });
        self.read = wanted.map(|((_, column), _)| column.name.clone()).collect();
        self.coded = self.read.iter().filter(|name| self.scope.get(name).is_some_and(ScopeColumn::coded)).cloned().collect();
    }
}

/// A compiled household view; compiling takes longer than reading a county, so that detectors share one and clone it.
#[derive(Debug, Clone)]
pub struct ViewPlan {
    pub key: String,
    pub base_table: String,
    pub scope: Scope,
    pub tables: Vec<TablePlan>,
    pub(super) base_read: Vec<String>,
    /// Those of `base_read` that are read as dictionaries.
    pub(super) base_coded: Vec<String>,
    pub(super) columns: Vec<Column>,
    pub(super) needed: Vec<bool>,
    /// Why each column is there, for pruning: positions it reads.
    reads: Vec<Vec<usize>>,
}

impl ViewPlan {
    /// `manifest`: what the register holds; without it everything counts as present (to check a definition).
    pub fn new(programme: &Programme, compiler: &Compiler, manifest: Option<&Manifest>) -> Result<Self, Problems> {
        let mut builder = Builder { programme, compiler, manifest, problems: Vec::new() };
        let plan = builder.build();
        if builder.problems.is_empty() { Ok(plan) } else { Err(Problems(builder.problems)) }
    }

    /// The linked table of that name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|table| table.name == name)
    }

    /// Takes back every [`Self::require`].
    pub(crate) fn forget(&mut self) {
        self.needed.fill(false);
        self.tables.iter_mut().for_each(|table| table.uses.fill(false));
    }

    /// Declares that the named view columns will be looked at.
    pub fn require(&mut self, positions: &[usize]) {
        let mut open: Vec<usize> = positions.to_vec();
        while let Some(place) = open.pop() {
            let Some(flag) = self.needed.get_mut(place) else { continue };
            if std::mem::replace(flag, true) {
                continue;
            }
            open.extend(self.reads.get(place).cloned().unwrap_or_default());
            if let Some(Column::Aggregate { table, aggregate }) = self.columns.get(place) {
                let used: Vec<usize> =
                    [&aggregate.filter, &aggregate.value].into_iter().flatten().flat_map(|c| c.columns.clone()).collect();
                if let Some(plan) = self.tables.get_mut(*table) {
                    plan.require(&used);
                    let key = plan.scope.position(&plan.key);
                    plan.require(&key.into_iter().collect::<Vec<_>>());
                }
            }
        }
    }

    /// Declares that columns of a linked table will be looked at.
    pub fn require_linked(&mut self, table: usize, positions: &[usize]) {
        if let Some(plan) = self.tables.get_mut(table) {
            plan.require(positions);
            let also: Vec<usize> =
                [Some(&plan.key), plan.row_key.as_ref()].into_iter().flatten().filter_map(|n| plan.scope.position(n)).collect();
            plan.require(&also);
        }
    }

    /// Fixes what is read, after all [`Self::require`].
    pub fn settle(&mut self) {
        let key = self.key.clone();
        let needed = |place: usize| self.needed.get(place).copied().unwrap_or(false);
        let joins = self.tables.iter().any(TablePlan::needed);
        let base = self.columns.iter().enumerate().filter_map(|(place, column)| match column {
            Column::Base(name) if needed(place) || (joins && *name == key) => Some(name.clone()),
            Column::Base(_) | Column::Aggregate { .. } | Column::Line(..) | Column::Derived(_) => None,
        });
        self.base_read = base.collect();
        let coded = self.base_read.iter().filter(|name| self.scope.get(name).is_some_and(ScopeColumn::coded));
        self.base_coded = coded.cloned().collect();
        self.tables.iter_mut().for_each(TablePlan::settle);
    }
}

struct Builder<'a> {
    programme: &'a Programme,
    compiler: &'a Compiler,
    manifest: Option<&'a Manifest>,
    problems: Vec<Problem>,
}

impl Builder<'_> {
    fn build(&mut self) -> ViewPlan {
        let p = self.programme;
        let linked: Vec<&In<Table>> = p.tables.iter().filter(|table| self.linked(table)).collect();
        let tables: Vec<TablePlan> = linked.into_iter().map(|table| self.table(table)).collect();
        let base_is_household = p.table(p.view.base.get_ref()).is_some_and(|t| t.role == TableRole::Household);
        let base_table = if base_is_household { p.view.base.get_ref().clone() } else { "household".to_owned() };
        let mut plan = ViewPlan {
            key: p.key().to_owned(),
            base_table,
            scope: Scope::default(),
            tables,
            base_read: Vec::new(),
            base_coded: Vec::new(),
            columns: Vec::new(),
            needed: Vec::new(),
            reads: Vec::new(),
        };
        self.base_columns(&mut plan, base_is_household);
        let (aggregates, derived): (Vec<_>, Vec<_>) = p.view_columns.iter().partition(|column| column.from.is_some());
        for column in aggregates {
            self.aggregate(&mut plan, column);
        }
        self.line(&mut plan);
        self.derived(&mut plan, &derived);
        plan.needed = vec![false; plan.columns.len()];
        plan
    }

    /// Every table but a household base table is linked to households.
    fn linked(&self, table: &In<Table>) -> bool {
        !(table.role == TableRole::Household && table.name() == self.programme.view.base.get_ref())
    }

    fn codes(&self, list: Option<&toml::Spanned<String>>) -> Option<Arc<Vec<String>>> {
        let list = self.programme.code_list(list?.get_ref())?;
        Some(Arc::new(list.part.codes.iter().map(|code| code.get_ref().code.clone()).collect()))
    }

    /// A stored column, absent if no file of the register had it.
    fn stored(&self, table: &Table, column: &programme::TableColumn) -> ScopeColumn {
        let mut scope = ScopeColumn::new(column.name(), column.column_type);
        scope.codes = self.codes(column.list.as_ref());
        scope.truth = column.truth || table.role == TableRole::Truth;
        scope.absent =
            self.manifest.is_some_and(|m| m.absent.get(table.name()).is_none_or(|absent| absent.iter().any(|n| n == column.name())));
        scope
    }

    fn key_column(&self) -> ScopeColumn {
        let key = self.programme.key();
        let declared = self.programme.table(self.programme.view.base.get_ref()).and_then(|table| table.part.column(key));
        ScopeColumn::new(key, declared.map_or(ColumnType::Text, |column| column.column_type))
    }

    fn table(&mut self, table: &In<Table>) -> TablePlan {
        let absent = self.manifest.is_some_and(|m| !m.has_table(table.name()));
        let mut scope = Scope::default();
        if table.column(self.programme.key()).is_none() {
            let mut key = self.key_column();
            key.absent = absent;
            scope.push(key);
        }
        let mut derived = vec![None; scope.columns().len()];
        for column in table.part.column.iter().filter(|column| !column.derived()) {
            scope.push(self.stored(&table.part, column));
            derived.push(None);
        }
        let computed: Vec<_> = table.part.column.iter().filter(|column| column.derived()).collect();
        let texts: Vec<(&str, &str)> = computed.iter().map(|c| (c.name(), c.value.as_ref().map_or("", |v| v.get_ref()))).collect();
        for place in self.in_order(&texts, table.file, |place| computed.get(place).map(|c| c.id.span())) {
            let Some(column) = computed.get(place) else { continue };
            let Some(text) = &column.value else { continue };
            match self.compiler.compile(text.get_ref(), &scope, Expected::Typed(column.column_type)) {
                Ok(compiled) => {
                    let mut entry = ScopeColumn::new(column.name(), column.column_type);
                    entry.data_type = compiled.data_type.clone();
                    entry.codes = self.codes(column.list.as_ref());
                    entry.absent = compiled.undeterminable;
                    scope.push(entry);
                    derived.push(Some(compiled));
                }
                Err(fault) => self.fault(table.file, text, fault),
            }
        }
        let row_key = table.part.key.iter().map(|key| key.get_ref().clone()).find(|key| key != self.programme.key());
        let uses = vec![false; scope.columns().len()];
        TablePlan {
            name: table.name().to_owned(),
            key: self.programme.key().to_owned(),
            row_key,
            scope,
            read: Vec::new(),
            coded: Vec::new(),
            derived,
            uses,
            absent,
        }
    }

    /// An order for derived columns; a circle is a problem.
    fn in_order(&mut self, texts: &[(&str, &str)], file: usize, span: impl Fn(usize) -> Option<Range<usize>>) -> Vec<usize> {
        match topological(texts) {
            Ok(order) => order,
            Err(circle) => {
                let place = circle.first().and_then(|name| texts.iter().position(|(n, _)| n == name)).unwrap_or(0);
                let message = format!("the columns refer to each other in a circle: {}", circle.join(" → "));
                let help = Some("compute one of them from other columns".to_owned());
                self.problems.push(self.programme.problem("FP0206", file, span(place).unwrap_or(0..0), message, help));
                Vec::new()
            }
        }
    }

    fn fault(&mut self, file: usize, text: &toml::Spanned<String>, fault: ExpressionFault) {
        self.problems.push(self.programme.problem_in_text(fault.code, file, text, fault.span, (fault.message, fault.help)));
    }

    fn push(plan: &mut ViewPlan, column: Column, scope: ScopeColumn, reads: Vec<usize>) {
        plan.scope.push(scope);
        plan.columns.push(column);
        plan.reads.push(reads);
    }

    fn base_columns(&mut self, plan: &mut ViewPlan, base_is_household: bool) {
        let key = self.key_column();
        let name = key.name.clone();
        Self::push(plan, Column::Base(name.clone()), key, Vec::new());
        let Some(table) = self.programme.table(self.programme.view.base.get_ref()).filter(|_| base_is_household) else { return };
        for column in table.part.column.iter().filter(|column| !column.derived() && column.name() != name) {
            let scope = self.stored(&table.part, column);
            Self::push(plan, Column::Base(column.name().to_owned()), scope, Vec::new());
        }
    }

    fn aggregate(&mut self, plan: &mut ViewPlan, column: &In<ViewColumn>) {
        let (Some(from), Some(aggregate)) = (&column.from, &column.aggregate) else { return };
        let Some(table) = plan.table(from.get_ref()) else { return };
        let Some(linked) = plan.tables.get(table) else { return };
        let aggregate = *aggregate.get_ref();
        let truth_value = matches!(aggregate, Aggregate::Any | Aggregate::All);
        let mut compile = |text: &Option<toml::Spanned<String>>, expected| match text {
            None => Some(None),
            Some(text) => match self.compiler.compile(text.get_ref(), &linked.scope, expected) {
                Ok(compiled) => Some(Some(compiled)),
                Err(fault) => {
                    self.fault(column.file, text, fault);
                    None
                }
            },
        };
        let filter = compile(&column.filter, Expected::Truth);
        let value = compile(&column.value, if truth_value { Expected::Truth } else { Expected::Any });
        let (Some(filter), Some(value)) = (filter, value) else { return };
        let given = value.as_ref().map_or(datafusion::arrow::datatypes::DataType::Int32, |v| v.data_type.clone());
        let source = column.value.as_ref().and_then(|text| linked.scope.get(text.get_ref().trim()));
        let same = source.map_or_else(|| kind_of(&given), |column| column.kind);
        let (kind, out) = match aggregate {
            Aggregate::Count | Aggregate::CountDistinct => (ColumnType::Integer, data_type(ColumnType::Integer)),
            Aggregate::Any | Aggregate::All => (ColumnType::Boolean, data_type(ColumnType::Boolean)),
            Aggregate::Mean => (ColumnType::Quantity, data_type(ColumnType::Quantity)),
            Aggregate::Sum if given == datafusion::arrow::datatypes::DataType::Float64 => (ColumnType::Quantity, given),
            Aggregate::Sum => (column.column_type.unwrap_or(same), datafusion::arrow::datatypes::DataType::Int64),
            Aggregate::Min | Aggregate::Max | Aggregate::First => (column.column_type.unwrap_or(same), given),
        };
        let mut scope = ScopeColumn::new(column.name(), kind);
        scope.data_type = out;
        scope.codes = self.codes(column.list.as_ref()).or_else(|| source.and_then(|s| s.codes.clone()));
        scope.truth = column.truth
            || linked.scope.columns().iter().any(|c| c.truth && column.value.as_ref().is_some_and(|v| v.get_ref().contains(&c.name)));
        let undeterminable = [&filter, &value].into_iter().flatten().any(|compiled| compiled.undeterminable);
        scope.absent = linked.absent || undeterminable;
        let aggregate = AggregateColumn { aggregate, filter, value };
        Self::push(plan, Column::Aggregate { table, aggregate: Box::new(aggregate) }, scope, Vec::new());
    }

    fn line(&mut self, plan: &mut ViewPlan) {
        let Some(line) = self.programme.lines.first() else { return };
        let values = LineTable::new(&line.part, &self.programme.meta.currency).in_year(self.compiler.as_of().year());
        let area = self.programme.view.area.as_ref().and_then(|area| plan.scope.position(area.get_ref()));
        let mut scope = ScopeColumn::new("line", ColumnType::Money);
        scope.absent = values.is_empty();
        Self::push(plan, Column::Line(values, area), scope, area.into_iter().collect());
    }

    fn derived(&mut self, plan: &mut ViewPlan, columns: &[&In<ViewColumn>]) {
        let texts: Vec<(&str, &str)> = columns.iter().map(|c| (c.name(), c.value.as_ref().map_or("", |v| v.get_ref()))).collect();
        let file = columns.first().map_or(0, |column| column.file);
        for place in self.in_order(&texts, file, |place| columns.get(place).map(|c| c.id.span())) {
            let Some(column) = columns.get(place) else { continue };
            let Some(text) = &column.value else { continue };
            let expected = column.column_type.map_or(Expected::Any, Expected::Typed);
            match self.compiler.compile(text.get_ref(), &plan.scope, expected) {
                Ok(compiled) => {
                    let same = plan.scope.get(text.get_ref().trim()).map(|column| (column.kind, column.codes.clone()));
                    let kind = column.column_type.or(same.as_ref().map(|s| s.0)).unwrap_or_else(|| kind_of(&compiled.data_type));
                    let mut scope = ScopeColumn::new(column.name(), kind);
                    scope.data_type = compiled.data_type.clone();
                    scope.codes = self.codes(column.list.as_ref()).or_else(|| same.and_then(|s| s.1));
                    scope.absent = compiled.undeterminable;
                    let from_truth = compiled.columns.iter().any(|place| plan.scope.columns().get(*place).is_some_and(|c| c.truth));
                    scope.truth = column.truth || from_truth;
                    let reads = compiled.columns.clone();
                    Self::push(plan, Column::Derived(Box::new(compiled)), scope, reads);
                }
                Err(fault) => self.fault(column.file, text, fault),
            }
        }
    }
}
