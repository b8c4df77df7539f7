//! The result as figures: what the console prints, `summary.json` holds and the report draws.

use std::collections::BTreeMap;

use analytics::assess::Assessor;
use kernel::{AreaCode, AreaLevel, Text};
use programme::Programme;
use serde::{Deserialize, Serialize};
use targeting::alkire_foster::{PatternCounts, Profile, Tally};

use super::part::{AreaFigures, PartSummary};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub programme: String,
    pub programme_version: String,
    pub title: Text,
    pub currency: String,
    pub as_of: String,
    pub total: AreaFigures,
    /// Minor units a year that households under the line lack.
    pub shortfall: i64,
    pub index: Option<IndexFigures>,
    pub areas: Vec<Area>,
    pub causes: Vec<Counted>,
    pub checks: Vec<CheckFigures>,
    /// Ids of checks that this register cannot determine for anybody.
    pub undeterminable: Vec<String>,
    pub model: Option<ModelFigures>,
    pub duplicates: Vec<super::detect::Duplicate>,
    pub signs: Vec<super::detect::VillageSign>,
    pub leads: Vec<super::detect::Lead>,
    pub findings: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Area {
    pub code: String,
    pub level: String,
    #[serde(flatten)]
    pub figures: AreaFigures,
    /// H and M0 of the index, for counties.
    pub headcount: Option<f64>,
    pub adjusted_headcount: Option<f64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Counted {
    pub id: String,
    pub title: Text,
    pub households: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CheckFigures {
    pub id: String,
    pub family: String,
    pub severity: String,
    pub title: Text,
    pub households: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IndexFigures {
    pub cutoff: String,
    pub headcount: f64,
    pub intensity: f64,
    pub adjusted_headcount: f64,
    pub vulnerable: f64,
    pub severe: f64,
    pub people: u64,
    pub not_assessed: u64,
    pub indicators: Vec<IndicatorFigures>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IndicatorFigures {
    pub id: String,
    pub dimension: String,
    pub title: Text,
    pub uncensored: f64,
    pub censored: f64,
    pub contribution: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ModelFigures {
    pub id: String,
    pub rows: usize,
    pub positives: usize,
    pub auc: f64,
    pub log_loss: f64,
    pub exclusion_error: f64,
    pub reason: String,
    pub importance: Vec<(String, f64)>,
}

/// Rolls villages up to every level and computes the index.
pub(crate) fn summarise(programme: &Programme, assessor: &Assessor, as_of: &str, whole: &PartSummary) -> Summary {
    let mut total = AreaFigures::default();
    let mut levels: BTreeMap<(AreaLevel, i64), AreaFigures> = BTreeMap::new();
    for (area, figures) in &whole.areas {
        total.add(figures);
        if programme.view.area.is_some() {
            for level in [AreaLevel::Province, AreaLevel::County, AreaLevel::Township, AreaLevel::Village] {
                levels.entry((level, AreaCode::from_padded(*area).at(level).padded())).or_default().add(figures);
            }
        }
    }
    let counties = counties(assessor, whole);
    let areas = levels.into_iter().map(|((level, code), figures)| {
        let profile = counties.get(&code).filter(|_| level == AreaLevel::County);
        Area {
            code: AreaCode::from_padded(code).to_string(),
            level: level.name().to_owned(),
            figures,
            headcount: profile.map(|p| p.headcount),
            adjusted_headcount: profile.map(|p| p.adjusted_headcount),
        }
    });
    let check = |(place, check): (usize, &programme::In<programme::Check>)| CheckFigures {
        id: check.part.id.get_ref().clone(),
        family: check.part.family.clone(),
        severity: format!("{:?}", check.part.severity).to_lowercase(),
        title: check.part.title.clone(),
        households: whole.checks.get(place).copied().unwrap_or(0),
    };
    let cause = |(place, cause): (usize, &programme::In<programme::Cause>)| Counted {
        id: cause.part.id.get_ref().clone(),
        title: cause.part.title.clone(),
        households: whole.causes.get(place).copied().unwrap_or(0),
    };
    let id_of = |place: &usize| programme.checks.get(*place).map(|check| check.part.id.get_ref().clone());
    Summary {
        programme: programme.meta.id.get_ref().clone(),
        programme_version: programme.meta.version.clone(),
        title: programme.meta.title.clone(),
        currency: programme.meta.currency.code().to_owned(),
        as_of: as_of.to_owned(),
        total,
        shortfall: whole.shortfall,
        index: index(programme, assessor, whole),
        areas: areas.collect(),
        causes: programme.causes.iter().enumerate().map(cause).collect(),
        checks: programme.checks.iter().enumerate().map(check).collect(),
        undeterminable: assessor.undeterminable.iter().filter_map(id_of).collect(),
        model: None,
        duplicates: Vec::new(),
        signs: Vec::new(),
        leads: Vec::new(),
        findings: 0,
    }
}

fn tally(assessor: &Assessor, patterns: &[(u32, u32, u64)]) -> Option<Tally> {
    let mut counts = PatternCounts::default();
    for (deprived, missing, people) in patterns {
        counts.add(*deprived, *missing, *people);
    }
    assessor.measure.as_ref().map(|measure| counts.tally(measure))
}

fn counties(assessor: &Assessor, whole: &PartSummary) -> BTreeMap<i64, Profile> {
    let Some(measure) = &assessor.measure else { return BTreeMap::new() };
    let profile = |patterns: &Vec<(u32, u32, u64)>| tally(assessor, patterns).map(|tally| Profile::new(measure, &tally));
    whole.patterns.iter().filter_map(|(county, patterns)| Some((*county, profile(patterns)?))).collect()
}

fn index(programme: &Programme, assessor: &Assessor, whole: &PartSummary) -> Option<IndexFigures> {
    let measure = assessor.measure.as_ref()?;
    let definition = programme.index.as_ref()?;
    let all: Vec<(u32, u32, u64)> = whole.patterns.values().flatten().copied().collect();
    let profile = Profile::new(measure, &tally(assessor, &all)?);
    let indicators = programme.indicators.iter().zip(&profile.indicators).map(|(indicator, figures)| IndicatorFigures {
        id: indicator.part.id.get_ref().clone(),
        dimension: indicator.part.dimension.get_ref().clone(),
        title: indicator.part.title.clone(),
        uncensored: figures.uncensored,
        censored: figures.censored,
        contribution: figures.contribution,
    });
    Some(IndexFigures {
        cutoff: definition.part.cutoff.get_ref().to_string(),
        headcount: profile.headcount,
        intensity: profile.intensity,
        adjusted_headcount: profile.adjusted_headcount,
        vulnerable: profile.vulnerable,
        severe: profile.severe,
        people: profile.population,
        not_assessed: profile.not_assessed,
        indicators: indicators.collect(),
    })
}
