//! The plan: which villages there are, and how they are cut into parts.

use chrono::{Datelike, NaiveDate};

use crate::batch::Batch;
use crate::column::Sink;
use crate::convert;
use crate::error::Error;
use crate::extract::Departments;
use crate::household::Context;
use crate::pilot;
use crate::place::{Place, place};
use crate::settings::{self, Settings};
use crate::summary::PartSummary;
use crate::survey::{self, Rules};
use crate::village::{Site, Village};

/// Villages of a county have own shares of the 500 sequence numbers of each sex.
const COUNTY_VILLAGES: u64 = 499;
/// More households would not leave each person an own birthday in the village's share.
const VILLAGE_HOUSEHOLDS: u64 = 3_000;
/// Villages of a township.
const TOWNSHIP_VILLAGES: u32 = 5;

/// A run of villages of one province that is generated as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Two digits of the province.
    pub province: u32,
    /// Six digits of the first and last county in it.
    pub counties: (u32, u32),
    pub households: u64,
    sites: std::ops::Range<usize>,
}

/// Everything that is decided before the first household is made.
#[derive(Clone, Debug)]
pub struct Plan {
    rules: Rules,
    sites: Vec<Site>,
    parts: Vec<Part>,
    fraud_villages: f64,
    minimal: bool,
    batch_households: usize,
}

/// Lays out villages and parts, and finds by a pilot the level of incomes that gives the incidence
/// asked for.
pub fn plan(settings: &Settings) -> Result<Plan, Error> {
    settings.check()?;
    let sites = sites(settings)?;
    let parts = parts(settings, &sites);
    let epoch = NaiveDate::default();
    let as_of = i32::try_from((settings.as_of - epoch).num_days()).unwrap_or(i32::MAX);
    let context = Context {
        seed: settings.seed,
        as_of,
        line: settings.line_fen,
        prices: convert::float(settings.line_fen) / convert::float(settings::line_fen(2023)),
        scale: 1.0,
        listed_only: settings.listed_only,
        under_reporting: settings.under_reporting,
    };
    let (scale, norms) = pilot::run(&context, settings);
    Ok(Plan {
        rules: Rules {
            context: Context { scale, ..context },
            norms,
            departments: Departments {
                as_of,
                year: settings.as_of.year(),
                prices: context.prices,
                coverage: settings.coverage,
                false_match: settings.false_match,
            },
            extracts: settings.extracts,
            unsurveyed: settings.unsurveyed,
            members_missed: settings.members_missed,
        },
        sites,
        parts,
        fraud_villages: settings.fraud_villages,
        minimal: settings.minimal_columns,
        batch_households: settings.batch_households.max(1),
    })
}

/// `total` cut into `count` nearly equal shares, the larger first.
fn shares(total: u64, count: u64) -> impl Iterator<Item = u64> {
    let (each, rest) = (total / count.max(1), total % count.max(1));
    (0..count).map(move |at| each + u64::from(at < rest))
}

fn sites(settings: &Settings) -> Result<Vec<Site>, Error> {
    let mut sites = Vec::new();
    let counties = u64::try_from(settings.area.len()).unwrap_or(1);
    for (county, households) in settings.area.iter().zip(shares(settings.households, counties)) {
        let usual = u64::from(settings.village_households);
        let villages = households.div_ceil(usual).min(COUNTY_VILLAGES);
        for (slice, households) in (0_u32..).zip(shares(households, villages)) {
            if households > VILLAGE_HOUSEHOLDS {
                return Err(Error::Settings(format!(
                    "county {} would need villages of more than {VILLAGE_HOUSEHOLDS} households",
                    county.code
                )));
            }
            let township = 100 + slice / TOWNSHIP_VILLAGES;
            let village = 200 + slice % TOWNSHIP_VILLAGES;
            let code = u64::from(county.code) * 1_000_000 + u64::from(township * 1_000 + village);
            sites.push(Site {
                code: i64::try_from(code).unwrap_or(i64::MAX),
                slice,
                position: u32::try_from(sites.len()).unwrap_or(u32::MAX),
                households: u32::try_from(households).unwrap_or(u32::MAX),
            });
        }
    }
    Ok(sites)
}

fn parts(settings: &Settings, sites: &[Site]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (at, site) in sites.iter().enumerate() {
        let county = u32::try_from(site.code / 1_000_000).unwrap_or(0);
        let (province, households) = (county / 10_000, u64::from(site.households));
        match parts.last_mut() {
            Some(part) if part.province == province && part.households + households <= settings.part_households => {
                part.counties.1 = county;
                part.households += households;
                part.sites.end = at + 1;
            }
            Some(_) | None => parts.push(Part { province, counties: (county, county), households, sites: at..at + 1 }),
        }
    }
    parts
}

impl Plan {
    /// How many parts there are; they can be generated in any order and at the same time.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    /// What a part covers.
    pub fn part(&self, part: usize) -> Option<&Part> {
        self.parts.get(part)
    }

    /// The counties, townships and villages with their names, in the order of their codes.
    pub fn places(&self) -> Vec<Place> {
        let codes = self.sites.iter().flat_map(|site| [site.code / 1_000_000, site.code / 1000, site.code]);
        let codes: std::collections::BTreeSet<i64> = codes.collect();
        codes.into_iter().map(place).collect()
    }

    #[must_use]
    pub fn villages(&self) -> usize {
        self.sites.len()
    }

    pub fn households(&self) -> u64 {
        self.parts.iter().map(|part| part.households).sum()
    }

    /// Makes one part and hands it to the sink, batch by batch.
    pub fn generate(&self, part: usize, sink: &mut dyn Sink) -> Result<PartSummary, Error> {
        let parts = self.parts.len();
        let chosen = self.parts.get(part).ok_or(Error::Part { part, parts })?;
        let mut batch = Batch::default();
        let mut summary = PartSummary::default();
        for site in self.sites.get(chosen.sites.clone()).unwrap_or_default() {
            let village = Village::new(self.rules.context.seed, *site, self.fraud_villages);
            survey::survey(&self.rules, &village, &mut batch);
            if batch.households.len() >= self.batch_households {
                batch.flush(self.minimal, sink, &mut summary)?;
            }
        }
        batch.flush(self.minimal, sink, &mut summary)?;
        Ok(summary)
    }
}
