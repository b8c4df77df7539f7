//! Whether the names, weights and figures of a programme hold together; expressions are checked by `analytics`.

mod workflow;

use std::collections::BTreeMap;
use std::ops::Range;

use kernel::text::nearest;
use kernel::{AreaCode, Ratio};
use toml::Spanned;

use crate::column::{Aggregate, ColumnType};
use crate::load::Programme;
use crate::problem::Problem;

pub(crate) fn validate(programme: &Programme) -> Vec<Problem> {
    let mut checker = Checker { programme, problems: Vec::new() };
    checker.unique_ids();
    checker.code_lists();
    checker.tables();
    checker.view();
    checker.lines();
    checker.weights();
    checker.rules();
    checker.models();
    checker.workflow();
    checker.visits();
    checker.problems.sort_by(|a, b| (a.file(), a.span.start).cmp(&(b.file(), b.span.start)));
    checker.problems
}

struct Checker<'a> {
    programme: &'a Programme,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(&mut self, code: &'static str, file: usize, span: Range<usize>, message: String, help: Option<String>) {
        self.problems.push(self.programme.problem(code, file, span, message, help));
    }

    /// Reports a name that is not among `known`, with the nearest that is.
    fn reference<'n>(&mut self, what: &str, file: usize, name: &Spanned<String>, known: impl Iterator<Item = &'n str>) {
        let known: Vec<&str> = known.collect();
        if known.contains(&name.get_ref().as_str()) {
            return;
        }
        let help = nearest(name.get_ref(), known.iter().copied()).map_or_else(
            || format!("known: {}", known.iter().take(12).copied().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        self.report("FP0203", file, name.span(), format!("there is no {what} `{}`", name.get_ref()), Some(help));
    }

    /// What is asked on a visit stands in the record of the household.
    fn visits(&mut self) {
        let programme = self.programme;
        self.unique("part of the visit", programme.visits.iter().map(|section| (section.file, &section.part.id)));
        let base = programme.view.base.get_ref();
        let known: Vec<&str> = programme.table(base).map_or_else(Vec::new, |table| table.part.column.iter().map(|c| c.name()).collect());
        for section in &programme.visits {
            for column in &section.part.columns {
                self.reference("column to look at on a visit", section.file, column, known.iter().copied());
            }
        }
    }

    fn unique<'n>(&mut self, what: &str, ids: impl Iterator<Item = (usize, &'n Spanned<String>)>) {
        let mut seen = BTreeMap::new();
        for (file, id) in ids {
            if seen.insert(id.get_ref().clone(), file).is_some() {
                self.report(
                    "FP0202",
                    file,
                    id.span(),
                    format!("the {what} `{}` is defined twice", id.get_ref()),
                    Some("choose another id".to_owned()),
                );
            }
            let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
            if id.get_ref().is_empty() || !id.get_ref().chars().all(|c| fine(c) || c.is_ascii_uppercase()) {
                let help = "use letters, digits, `_` and `-`".to_owned();
                self.report("FP0201", file, id.span(), format!("`{}` cannot be an id", id.get_ref()), Some(help));
            }
        }
    }

    fn unique_ids(&mut self) {
        let p = self.programme;
        self.unique("code list", p.code_lists.iter().map(|x| (x.file, &x.part.id)));
        self.unique("table", p.tables.iter().map(|x| (x.file, &x.part.id)));
        self.unique("view column", p.view_columns.iter().map(|x| (x.file, &x.part.id)));
        self.unique("line", p.lines.iter().map(|x| (x.file, &x.part.id)));
        self.unique("dimension", p.dimensions.iter().map(|x| (x.file, &x.part.id)));
        self.unique("indicator", p.indicators.iter().map(|x| (x.file, &x.part.id)));
        self.unique("check", p.checks.iter().map(|x| (x.file, &x.part.id)));
        self.unique("cause", p.causes.iter().map(|x| (x.file, &x.part.id)));
        self.unique("model", p.models.iter().map(|x| (x.file, &x.part.id)));
        self.unique("search", p.searches.iter().map(|x| (x.file, &x.part.id)));
        for table in &p.tables {
            self.unique("column", table.part.column.iter().map(|column| (table.file, &column.id)));
        }
    }

    fn code_lists(&mut self) {
        for list in &self.programme.code_lists {
            let mut words: BTreeMap<String, String> = BTreeMap::new();
            for value in &list.part.codes {
                let code = value.get_ref();
                let spellings = [&code.code, &code.zh, &code.en].into_iter().chain(&code.aliases);
                for word in spellings.map(|word| kernel::text::fold(word).to_lowercase()) {
                    match words.insert(word.clone(), code.code.clone()) {
                        Some(other) if other != code.code => {
                            let message = format!("`{word}` stands for both `{other}` and `{}` in list `{}`", code.code, list.id.get_ref());
                            self.report("FP0202", list.file, value.span(), message, Some("remove one alias".to_owned()));
                        }
                        Some(_) | None => {}
                    }
                }
            }
        }
    }

    fn tables(&mut self) {
        let p = self.programme;
        for table in &p.tables {
            for key in &table.part.key {
                self.reference("column", table.file, key, table.part.column.iter().map(|c| c.id.get_ref().as_str()));
            }
            if let Some(link) = &table.part.link {
                self.reference("column", table.file, link, table.part.column.iter().map(|c| c.id.get_ref().as_str()));
            } else if table.column(p.key()).is_none() {
                let message = format!("table `{}` has neither the household key `{}` nor a `link`", table.name(), p.key());
                self.report("FP0203", table.file, table.id.span(), message, Some("add the column or `link = \"…\"`".to_owned()));
            }
            for column in &table.part.column {
                self.list_reference(table.file, column.column_type, column.list.as_ref(), &column.id);
            }
        }
    }

    fn list_reference(&mut self, file: usize, kind: ColumnType, list: Option<&Spanned<String>>, id: &Spanned<String>) {
        match (matches!(kind, ColumnType::Code | ColumnType::Codes), list) {
            (true, None) => {
                let message = format!("code column `{}` names no list", id.get_ref());
                self.report("FP0203", file, id.span(), message, Some("add `list = \"…\"`".to_owned()));
            }
            (_, Some(list)) => {
                let p = self.programme;
                self.reference("code list", file, list, p.code_lists.iter().map(|l| l.id.get_ref().as_str()));
            }
            (false, None) => {}
        }
    }

    fn view(&mut self) {
        let p = self.programme;
        let tables = || p.tables.iter().map(|table| table.name());
        self.reference("table", p.view.file, &p.view.base, tables());
        if let Some(base) = p.table(p.view.base.get_ref()) {
            self.reference("column", p.view.file, &p.view.key, base.column.iter().map(|c| c.id.get_ref().as_str()));
        }
        let scalars = [&p.view.area, &p.view.people, &p.view.weight, &p.view.cluster, &p.view.strata];
        for name in scalars.into_iter().flatten() {
            self.reference("view column", p.view.file, name, self.programme.view_names().into_iter());
        }
        for column in &p.view_columns {
            if let Some(from) = &column.part.from {
                self.reference("table", column.file, from, tables());
            }
            let aggregate = column.part.aggregate.as_ref().map(|a| *a.get_ref());
            let help = match (column.part.from.is_some(), aggregate, column.part.value.is_some()) {
                (true, None, _) => Some("add `aggregate = \"…\"`"),
                (false, Some(_), _) => Some("add `from = \"…\"`"),
                (false, None, false) => Some("add `value` (derived) or `from` and `aggregate`"),
                (true, Some(kind), false) if kind != Aggregate::Count => Some("add `value`: what is aggregated"),
                _ => None,
            };
            if let Some(help) = help {
                let message = format!("view column `{}` is incomplete", column.name());
                self.report("FP0201", column.file, column.id.span(), message, Some(help.to_owned()));
            }
        }
    }

    fn lines(&mut self) {
        for line in &self.programme.lines {
            for value in &line.part.values {
                if AreaCode::parse(value.area.get_ref()).is_none() {
                    let help = Some("2 to 12 digits; \"00\" is everywhere".to_owned());
                    self.report("FP0203", line.file, value.area.span(), format!("`{}` is not an area code", value.area.get_ref()), help);
                }
                let amount = kernel::text::parse_decimal(value.amount.get_ref());
                let minor = amount.and_then(|d| self.programme.meta.currency.minor(d.digits, d.places).ok());
                if minor.is_none_or(|amount| amount <= 0) {
                    let help = Some("write the amount a year in major units, for example \"4000\"".to_owned());
                    self.report("FP0201", line.file, value.amount.span(), format!("`{}` is not an amount", value.amount.get_ref()), help);
                }
            }
        }
    }

    fn weights(&mut self) {
        let p = self.programme;
        let Some(index) = &p.index else { return };
        for cutoff in [Some(&index.part.cutoff), index.part.vulnerable.as_ref(), index.part.severe.as_ref()].into_iter().flatten() {
            if *cutoff.get_ref() == Ratio::ZERO || *cutoff.get_ref() > Ratio::ONE {
                let message = format!("the cutoff {} is out of range", cutoff.get_ref());
                self.report("FP0205", index.file, cutoff.span(), message, Some("above 0 and at most 1".to_owned()));
            }
        }
        let total = p.dimensions.iter().try_fold(Ratio::ZERO, |sum, d| sum.plus(*d.weight.get_ref()));
        if total != Ok(Ratio::ONE) {
            let message =
                format!("the weights of the dimensions sum to {}, not to 1", total.map_or_else(|e| e.to_string(), |t| t.to_string()));
            self.report("FP0204", index.file, index.id.span(), message, Some("adjust the weights of [[dimension]]".to_owned()));
        }
        for indicator in &p.indicators {
            self.reference("dimension", indicator.file, &indicator.part.dimension, p.dimensions.iter().map(|d| d.id.get_ref().as_str()));
        }
        if p.indicators.len() > 32 {
            self.report("FP0205", index.file, index.id.span(), "an index has at most 32 indicators".to_owned(), None);
        }
        for dimension in &p.dimensions {
            let own: Vec<_> = p.indicators.iter().filter(|i| i.dimension.get_ref() == dimension.id.get_ref()).collect();
            let given: Vec<Ratio> = own.iter().filter_map(|i| i.weight.as_ref().map(|w| *w.get_ref())).collect();
            let sum = given.iter().try_fold(Ratio::ZERO, |sum, weight| sum.plus(*weight));
            let complete = given.len() == own.len();
            let wrong = own.is_empty() || (!given.is_empty() && (!complete || sum != Ok(Ratio::ONE)));
            if wrong {
                let sum = sum.map_or_else(|e| e.to_string(), |s| s.to_string());
                let message = format!("the indicators of dimension `{}` sum to {sum} of it, not to 1", dimension.id.get_ref());
                let help = "give every indicator of the dimension a share that sums to 1, or none".to_owned();
                self.report("FP0204", dimension.file, dimension.id.span(), message, Some(help));
            }
        }
    }

    fn rules(&mut self) {
        let p = self.programme;
        for check in &p.checks {
            let scopes = std::iter::once("household").chain(p.tables.iter().map(|table| table.name()));
            self.reference("table", check.file, &check.part.on, scopes);
            self.examples(check.file, &check.part.id, check.part.fires.is_empty() || check.part.passes.is_empty());
            if !(1..=5).contains(check.part.weight.get_ref()) {
                self.report("FP0205", check.file, check.part.weight.span(), "a check weighs 1 to 5".to_owned(), None);
            }
        }
        for cause in &p.causes {
            self.examples(cause.file, &cause.part.id, cause.part.fires.is_empty() || cause.part.passes.is_empty());
            if !(1..=5).contains(cause.part.strength.get_ref()) {
                self.report("FP0205", cause.file, cause.part.strength.span(), "a strength is 1 to 5".to_owned(), None);
            }
        }
        for search in &p.searches {
            self.reference("table", search.file, &search.part.from, p.tables.iter().map(|table| table.name()));
        }
    }

    fn examples(&mut self, file: usize, id: &Spanned<String>, missing: bool) {
        if missing {
            let message = format!("`{}` has no example that fires or none that passes", id.get_ref());
            self.report("FP0208", file, id.span(), message, Some("add `fires = [ { … } ]` and `passes = [ { … } ]`".to_owned()));
        }
    }

    fn models(&mut self) {
        let p = self.programme;
        for model in &p.models {
            let part = &model.part;
            let names = [Some(&part.outcome), part.weight.as_ref(), part.group.as_ref()];
            for name in names.into_iter().flatten().chain(&part.features) {
                self.reference("view column", model.file, name, self.programme.view_names().into_iter());
            }
            for (feature, direction) in &part.monotone {
                if !part.features.iter().any(|f| f.get_ref() == feature) {
                    let message = format!("`{feature}` has a direction but is not a feature");
                    self.report("FP0203", model.file, direction.span(), message, None);
                }
            }
        }
        let Some(proposal) = &p.proposal else { return };
        if proposal.remove_at.get_ref() >= proposal.admit_at.get_ref() || *proposal.admit_at.get_ref() > Ratio::ONE {
            let message = "`remove_at` must be below `admit_at`, and both at most 1".to_owned();
            self.report("FP0205", proposal.file, proposal.admit_at.span(), message, None);
        }
    }
}

impl Programme {
    /// Every column of the household view: those of the base table, the declared ones, and `line`.
    #[must_use]
    pub fn view_names(&self) -> Vec<&str> {
        let household_base = self.table(self.view.base.get_ref()).filter(|t| t.role == crate::definition::TableRole::Household);
        let base = household_base.into_iter().flat_map(|table| table.part.column.iter().map(|c| c.id.get_ref().as_str()));
        let own = self.view_columns.iter().map(|column| column.part.id.get_ref().as_str());
        let line = (!self.lines.is_empty()).then_some("line");
        std::iter::once(self.key()).chain(base.filter(|name| *name != self.key())).chain(own).chain(line).collect()
    }
}
