//! From a programme and a register's contents to an [`Assessor`].

use kernel::Ratio;
use programme::{In, Index, MissingPolicy, Problem, Problems, Programme};
use targeting::alkire_foster::{Bands, Cutoff, Fraction, Measure, MissingPolicy as Policy};

use super::{Assessor, CheckPlan, Places};
use crate::definition::located;
use crate::error::{Error, Result};
use crate::language::{Compiled, Compiler, Expected, Scope};
use crate::register::Manifest;
use crate::view::ViewPlan;

/// What an assessment is to include beside the rules.
#[derive(Debug, Clone, Default)]
pub struct AssessorOptions {
    /// Id of the model whose features are wanted.
    pub model: Option<String>,
    /// Leave checks out (to train a model or to list features).
    pub without_checks: bool,
    /// View columns wanted as text.
    pub columns: Vec<String>,
}

impl Assessor {
    /// Compiles the rules of `programme` against what a register holds.
    pub fn new(programme: &Programme, compiler: &Compiler, manifest: Option<&Manifest>, options: &AssessorOptions) -> Result<Self> {
        let plan = ViewPlan::new(programme, compiler, manifest)?;
        let mut build = Build { programme, compiler, problems: Vec::new(), blind: plan.scope.blind() };
        let indicators: Vec<Compiled> = programme.indicators.iter().filter_map(|i| build.truth(i.file, &i.part.when, None)).collect();
        let proposal = programme.proposal.as_ref();
        let registered = proposal.and_then(|p| p.part.registered.as_ref().and_then(|text| build.truth(p.file, text, None)));
        let secured = proposal.and_then(|p| p.part.secured.as_ref().and_then(|text| build.truth(p.file, text, None)));
        let causes: Vec<(usize, u32, Compiled)> = programme
            .causes
            .iter()
            .enumerate()
            .filter_map(|(place, cause)| Some((place, *cause.part.strength.get_ref(), build.truth(cause.file, &cause.part.when, None)?)))
            .filter(|(_, _, rule)| !rule.undeterminable)
            .collect();
        let (checks, undeterminable) = if options.without_checks { (Vec::new(), Vec::new()) } else { build.checks(&plan) };
        if !build.problems.is_empty() {
            return Err(Problems(build.problems).into());
        }
        let places = places(programme, &plan, options)?;
        let features = places.features.iter().filter_map(|p| plan.scope.columns().get(*p)).map(|c| c.name.clone()).collect();
        let measure = programme.index.as_ref().map(|index| measure(programme, index)).transpose()?;
        let mut assessor = Self { plan, measure, checks, undeterminable, indicators, causes, registered, secured, places, features };
        assessor.prune();
        Ok(assessor)
    }

    /// Reads only what some rule or output looks at.
    fn prune(&mut self) {
        let places = &self.places;
        let single = [places.area, places.people, places.weight, places.income, places.line, places.outcome, places.group];
        let mut wanted: Vec<usize> = single.into_iter().flatten().chain([places.key]).collect();
        wanted.extend(places.features.iter().chain(&places.columns));
        let rules = self.indicators.iter().chain(&self.registered).chain(&self.secured);
        let rules = rules.chain(self.causes.iter().map(|(_, _, rule)| rule));
        let household = self.checks.iter().filter(|plan| plan.table.is_none()).map(|plan| &plan.rule);
        wanted.extend(rules.chain(household).flat_map(|rule| rule.columns.clone()));
        self.plan.require(&wanted);
        for plan in &self.checks {
            if let Some(table) = plan.table {
                self.plan.require_linked(table, &plan.rule.columns);
            }
        }
        self.plan.settle();
    }
}

struct Build<'a> {
    programme: &'a Programme,
    compiler: &'a Compiler,
    problems: Vec<Problem>,
    blind: Scope,
}

impl Build<'_> {
    fn truth(&mut self, file: usize, text: &toml::Spanned<String>, scope: Option<&Scope>) -> Option<Compiled> {
        match self.compiler.compile(text.get_ref(), scope.unwrap_or(&self.blind), Expected::Truth) {
            Ok(compiled) => Some(compiled),
            Err(fault) => {
                self.problems.push(located(self.programme, file, text, fault));
                None
            }
        }
    }

    /// Checks that can come out true here, and the positions of those that cannot be determined for anybody.
    fn checks(&mut self, plan: &ViewPlan) -> (Vec<CheckPlan>, Vec<usize>) {
        let (mut checks, mut undeterminable) = (Vec::new(), Vec::new());
        let scopes: Vec<Scope> = plan.tables.iter().map(|table| table.scope.blind()).collect();
        for (check, definition) in self.programme.checks.iter().enumerate() {
            let table = plan.table(definition.part.on.get_ref());
            let scope = table.and_then(|table| scopes.get(table));
            let Some(rule) = self.truth(definition.file, &definition.part.when, scope) else { continue };
            let absent = table.and_then(|table| plan.tables.get(table)).is_some_and(|table| table.absent);
            if rule.undeterminable || absent {
                undeterminable.push(check);
            } else {
                checks.push(CheckPlan { check, table, rule });
            }
        }
        (checks, undeterminable)
    }
}

fn places(programme: &Programme, plan: &ViewPlan, options: &AssessorOptions) -> Result<Places> {
    let position = |name: &str| plan.scope.position(name);
    let known = |name: &String| position(name).ok_or_else(|| Error::Invalid(format!("the view has no column `{name}`")));
    let of = |name: &Option<toml::Spanned<String>>| name.as_ref().and_then(|name| position(name.get_ref()));
    let model = match &options.model {
        Some(id) => programme.models.iter().find(|model| model.part.id.get_ref() == id),
        None => programme.models.first(),
    };
    let features = model.map(|model| &model.part.features);
    Ok(Places {
        key: position(&plan.key).unwrap_or(0),
        area: of(&programme.view.area),
        people: of(&programme.view.people),
        weight: model.and_then(|model| of(&model.part.weight)).or_else(|| of(&programme.view.weight)),
        income: programme.lines.first().and_then(|line| position(line.part.measure.get_ref())),
        line: position("line"),
        outcome: model.and_then(|model| position(model.part.outcome.get_ref())),
        group: model.and_then(|model| of(&model.part.group)),
        features: features.into_iter().flatten().map(|feature| known(feature.get_ref())).collect::<Result<_>>()?,
        columns: options.columns.iter().map(known).collect::<Result<_>>()?,
    })
}

/// The Alkire-Foster measure of a programme, exact to the last weight.
pub(crate) fn measure(programme: &Programme, index: &In<Index>) -> Result<Measure> {
    let wrong = |error: &dyn std::fmt::Display| Error::Measure(error.to_string());
    let fraction = |ratio: Ratio| -> Result<Fraction> {
        let part = |n: u64| u32::try_from(n).map_err(|e| wrong(&e));
        Ok(Fraction::new(part(ratio.numerator())?, part(ratio.denominator())?))
    };
    let mut weights = Vec::new();
    for indicator in &programme.indicators {
        let dimension = programme.dimensions.iter().find(|d| d.id.get_ref() == indicator.dimension.get_ref());
        let own = programme.indicators.iter().filter(|i| i.dimension.get_ref() == indicator.dimension.get_ref()).count();
        let equal = Ratio::try_new(1, u64::try_from(own).unwrap_or(1)).unwrap_or(Ratio::ONE);
        let share = indicator.weight.as_ref().map_or(equal, |weight| *weight.get_ref());
        let dimension = dimension.map_or(Ratio::ZERO, |d| *d.weight.get_ref());
        weights.push(fraction(share.times(dimension).map_err(|e| wrong(&e))?)?);
    }
    let policy = match index.part.missing {
        MissingPolicy::Drop => Policy::Drop,
        MissingPolicy::Redistribute => Policy::Redistribute,
        MissingPolicy::NotDeprived => Policy::NotDeprived,
    };
    let measure = Measure::try_new(&weights, Cutoff::Share(fraction(*index.part.cutoff.get_ref())?), policy).map_err(|e| wrong(&e))?;
    let limit = |ratio: &Option<toml::Spanned<Ratio>>, otherwise| ratio.as_ref().map_or(Ok(otherwise), |r| fraction(*r.get_ref()));
    let bands =
        Bands { vulnerable: limit(&index.part.vulnerable, Fraction::new(1, 5))?, severe: limit(&index.part.severe, Fraction::new(1, 2))? };
    measure.with_bands(bands).map_err(|e| wrong(&e))
}
