use std::collections::BTreeMap;

use super::*;
use crate::alkire_foster::{Cutoff, Fraction, MissingPolicy, Profile, Tally};
use crate::survey::{LonelyUnit, Sample};
use crate::testing::{Table, close};

const INDICATORS: [&str; 10] = ["d_nutr", "d_cm", "d_satt", "d_educ", "d_elct", "d_sani", "d_wtr", "d_hsg", "d_ckfl", "d_asst"];

fn global(cutoff: Fraction) -> Measure {
    let weights: Vec<Fraction> = (0..10).map(|j| if j < 4 { Fraction::new(1, 6) } else { Fraction::new(1, 18) }).collect();
    Measure::try_new(&weights, Cutoff::Share(cutoff), MissingPolicy::Drop).unwrap()
}

/// The published k = 33 is one third.
fn cutoff(percent: &str) -> Fraction {
    match percent {
        "20" => Fraction::new(1, 5),
        "33" => Fraction::new(1, 3),
        "50" => Fraction::new(1, 2),
        other => panic!("cutoff {other}"),
    }
}

struct Survey {
    patterns: Vec<u32>,
    weights: Vec<f64>,
    groups: BTreeMap<&'static str, Vec<String>>,
    design: Design,
}

/// R writes a round identifier such as 500000 as 5e+05.
fn identifier(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| {
        let (digits, zeros) = text.split_once("e+").unwrap();
        digits.parse::<u64>().unwrap() * 10_u64.pow(zeros.parse().unwrap())
    })
}

/// Rows with all indicators known, optionally of one period.
fn complete(path: &str, stratum: &str, period: Option<&str>) -> Survey {
    let table = Table::open(path);
    let indicators: Vec<Vec<Option<f64>>> = INDICATORS.iter().map(|name| table.optional(name)).collect();
    let keep: Vec<usize> = (0..table.rows())
        .filter(|row| indicators.iter().all(|column| column[*row].is_some()))
        .filter(|row| period.is_none_or(|t| table.text("t")[*row] == t))
        .collect();
    let pick = |column: &str| keep.iter().map(|row| table.text(column)[*row].clone()).collect::<Vec<_>>();
    let ids = |column: &str| pick(column).iter().map(|id| identifier(id)).collect::<Vec<u64>>();
    let patterns = keep.iter().map(|row| (0..10).fold(0, |bits, j| bits | (u32::from(indicators[j][*row] == Some(1.0)) << j))).collect();
    let weights: Vec<f64> = pick("weight").iter().map(|weight| weight.parse().unwrap()).collect();
    let (strata, units) = (ids(stratum), ids("psu"));
    let sample = Sample { rows: keep.len(), strata: Some(&strata), units: Some(&units), weights: Some(&weights) };
    let design = Design::try_new(sample, LonelyUnit::Refuse).unwrap();
    Survey { patterns, weights, groups: BTreeMap::from([("area", pick("area")), ("region", pick("region"))]), design }
}

/// The mean that R's `svyglm` with a logit link reports: its iterated fit of the intercept stops when the deviance
/// changes by less than 1e-8 of itself, up to 1.7e-8 away from the ratio that it converges to.
/// Source: R 4.2.2, `stats::glm.fit` (start values of the binomial family, default control) on weights of mean one.
fn fitted_by_r(values: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let (rows, total) = values.clone().fold((0.0, 0.0), |(n, sum), (_, weight)| (n + 1.0, sum + weight));
    let values = values.map(|(y, weight)| (y, weight * rows / total));
    let entropy = |share: f64| if share > 0.0 { share * share.ln() } else { 0.0 };
    let (mut steps, mut weights, mut deviance, mut own, mut sum) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (y, weight) in values {
        let start = weight.mul_add(y, 0.5) / (weight + 1.0);
        let slope = start * (1.0 - start);
        steps += weight * slope * ((start / (1.0 - start)).ln() + (y - start) / slope);
        weights += weight * slope;
        own += weight * (entropy(y) + entropy(1.0 - y));
        deviance -= 2.0 * weight * y.mul_add(start.ln(), (1.0 - y) * (1.0 - start).ln());
        sum += weight * y;
    }
    deviance += 2.0 * own;
    let mut intercept = steps / weights;
    // From the second step on, every row has the same fitted value.
    for _ in 0..25 {
        let fitted = 1.0 / (1.0 + (-intercept).exp());
        let now = 2.0 * (own - sum.mul_add(fitted.ln(), (rows - sum) * (1.0 - fitted).ln()));
        if (now - deviance).abs() / (now.abs() + 0.1) < 1e-8 {
            return fitted;
        }
        deviance = now;
        intercept += (sum / rows - fitted) / (fitted * (1.0 - fitted));
    }
    panic!("R's fit does not converge")
}

/// A row of the published file, `k` of rows without a cutoff as the file's authors set it.
struct Published {
    k: String,
    level: String,
    group: String,
    measure: String,
    indicator: Option<usize>,
    figures: [Option<f64>; 4],
}

fn published() -> Vec<Published> {
    let file = Table::open("benin_dhs_mpi/expected_mpitbR_ben_dhs06.csv");
    let figures = ["b", "se", "ll", "ul"].map(|name| file.optional(name));
    let row = |row: usize| {
        let cell = |column: &str| file.text(column)[row].clone();
        let k = if cell("k") == "NA" { "33".into() } else { cell("k") };
        let indicator = INDICATORS.iter().position(|name| *name == cell("indicator"));
        let figures = [0, 1, 2, 3].map(|place| figures[place][row]);
        Published { k, level: cell("loa"), group: cell("subg"), measure: cell("measure"), indicator, figures }
    };
    (0..file.rows()).map(row).collect()
}

impl Published {
    fn estimate(&self, group: &Estimates) -> Estimate {
        let at = || group.indicators[self.indicator.unwrap()];
        match self.measure.as_str() {
            "M0" => group.adjusted_headcount,
            "H" => group.headcount,
            "A" => group.intensity.unwrap(),
            "hd" => at().uncensored,
            "hdk" => at().censored,
            "actb" => at().absolute,
            "pctb" => at().relative.unwrap(),
            other => panic!("measure {other}"),
        }
    }

    /// The same figure as R computes it: contributions from the fitted censored headcount.
    fn by_r(&self, people: &[(u32, f64)]) -> f64 {
        let share = |j: usize| if j < 4 { 1.0 / 6.0 } else { 1.0 / 18.0 };
        let score = |bits: u32| (0..10).filter(|j| bits >> j & 1 == 1).map(share).sum::<f64>();
        let line = match self.k.as_str() {
            "20" => 0.2,
            "50" => 0.5,
            _ => 1.0 / 3.0,
        };
        let poor = move |bits: u32| score(bits) >= line - 1e-9;
        let one = |yes: bool| if yes { 1.0 } else { 0.0 };
        let has = |bits: u32| self.indicator.is_some_and(|j| bits >> j & 1 == 1);
        let fit = |of: &dyn Fn(u32) -> f64| fitted_by_r(people.iter().map(|(bits, weight)| (of(*bits), *weight)));
        let censored = || fit(&|bits| one(has(bits) && poor(bits)));
        let adjusted = || fit(&|bits| if poor(bits) { score(bits) } else { 0.0 });
        match self.measure.as_str() {
            "M0" => adjusted(),
            "H" => fit(&|bits| one(poor(bits))),
            "A" => fitted_by_r(people.iter().filter(|(bits, _)| poor(*bits)).map(|(bits, weight)| (score(*bits), *weight))),
            "hd" => fit(&|bits| one(has(bits))),
            "hdk" => censored(),
            "actb" => censored() * share(self.indicator.unwrap()),
            "pctb" => censored() * share(self.indicator.unwrap()) / adjusted(),
            other => panic!("measure {other}"),
        }
    }
}

/// Every row that R's mpitbR wrote for Benin 2006: seven figures, 15 groups, three cutoffs.
/// R gives no standard error for contributions; those columns are NA there.
///
/// The values of R come from iterated fits. Ours is the ratio that they converge to (equal to the independent figures of
/// `expected_af.json` to 1e-11, next test), so each published value is reached twice: to 2e-8 by ours, and to every
/// published digit but the last two by [`fitted_by_r`] over the same people. Intervals are compared around R's own value.
#[test]
fn published_benin_2006_matches_every_row_of_mpitbr() {
    let survey = complete("benin_dhs_mpi/ben_dhs06.csv.gz", "strata", None);
    let mut estimates: BTreeMap<(String, String, String), Estimates> = BTreeMap::new();
    let mut groups: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    groups.insert(("nat".into(), "nat".into()), (0..survey.patterns.len()).collect());
    for (level, column) in &survey.groups {
        for (row, name) in column.iter().enumerate() {
            groups.entry(((*level).into(), name.clone())).or_default().push(row);
        }
    }
    for k in ["20", "33", "50"] {
        let measure = global(cutoff(k));
        let sample = ScoredSample::new(&measure, &survey.design, |row| (survey.patterns[row], 0));
        for ((level, name), members) in &groups {
            let found = sample.estimate(|row| members.binary_search(&row).is_ok()).unwrap();
            estimates.insert((k.into(), level.clone(), name.clone()), found);
        }
    }
    let rows = published();
    let mut with_error = 0;
    for row in &rows {
        let found = row.estimate(&estimates[&(row.k.clone(), row.level.clone(), row.group.clone())]);
        let [value, error, low, high] = row.figures;
        let value = value.unwrap();
        let people: Vec<(u32, f64)> =
            groups[&(row.level.clone(), row.group.clone())].iter().map(|at| (survey.patterns[*at], survey.weights[*at])).collect();
        close(row.by_r(&people), value, 1e-12);
        close(found.value, value, 2e-8);
        let Some(error) = error else { continue };
        close(found.standard_error, error, 1e-12);
        let interval = Estimate { value, ..found }.logit_interval(0.95);
        close(interval.0, low.unwrap(), 1e-9);
        close(interval.1, high.unwrap(), 1e-9);
        with_error += 1;
    }
    assert_eq!((rows.len(), with_error), (1_635, 735));
}

fn check_figures(expected: &serde_json::Value, found: &Estimates) -> usize {
    let mut compared = 0;
    for (name, figure) in expected.as_object().unwrap() {
        let (kind, rest) = name.split_once('_').unwrap_or((name, ""));
        let indicator = || found.indicators[INDICATORS.iter().position(|known| *known == rest).unwrap()];
        let (estimate, has_error) = match kind {
            "M0" => (found.adjusted_headcount, true),
            "H" => (found.headcount, true),
            "A" => (found.intensity.unwrap(), true),
            "share" => (found.share, false),
            "hd" => (indicator().uncensored, true),
            "hdk" => (indicator().censored, true),
            "contrib" | "pctb" => (indicator().relative.unwrap(), false),
            other => panic!("figure {other}: {figure}"),
        };
        let (value, error, interval) = if let Some(number) = figure.as_f64() {
            (number, None, None)
        } else if let Some(pair) = figure.as_array() {
            (pair[0].as_f64().unwrap(), pair[1].as_f64(), None)
        } else {
            (figure["b"].as_f64().unwrap(), figure["se"].as_f64(), figure.get("ci95_logit"))
        };
        close(estimate.value, value, 1e-11);
        compared += 1;
        if let (true, Some(error)) = (has_error, error) {
            close(estimate.standard_error, error, 1e-10);
            compared += 1;
        }
        if let Some(bounds) = interval {
            let found = estimate.logit_interval(0.95);
            close(found.0, bounds[0].as_f64().unwrap(), 1e-11);
            close(found.1, bounds[1].as_f64().unwrap(), 1e-11);
            compared += 2;
        }
    }
    compared
}

fn check_reference(name: &str, survey: &Survey) -> usize {
    let text = std::fs::read_to_string(crate::testing::shared("benin_dhs_mpi/expected_af.json")).unwrap();
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    let expected = &all[name];
    let count = |key: &str| usize::try_from(expected[key].as_u64().unwrap()).unwrap();
    assert_eq!(survey.patterns.len(), count("rows_complete"));
    assert_eq!(survey.design.units(), count("psu"));
    assert_eq!(survey.design.strata(), count("strata"));
    close(survey.design.degrees_of_freedom(), expected["df"].as_f64().unwrap(), 0.0);
    let mut compared = 4;
    for (k, figures) in expected["k"].as_object().unwrap() {
        let measure = global(cutoff(k));
        let sample = ScoredSample::new(&measure, &survey.design, |row| (survey.patterns[row], 0));
        compared += check_figures(figures, &sample.estimate(|_| true).unwrap());
    }
    let measure = global(cutoff("33"));
    let sample = ScoredSample::new(&measure, &survey.design, |row| (survey.patterns[row], 0));
    for (level, key) in [("area", "area_k33"), ("region", "region_k33")] {
        let column = &survey.groups[level];
        for (group, figures) in expected[key].as_object().unwrap() {
            let found = sample.estimate(|row| &column[row] == group).unwrap();
            compared += check_figures(figures, &found);
        }
    }
    compared
}

#[test]
fn published_figures_match_for_benin_and_both_synthetic_years() {
    let benin = complete("benin_dhs_mpi/ben_dhs06.csv.gz", "strata", None);
    let first = complete("benin_dhs_mpi/syn_cdta.csv.gz", "stratum", Some("1"));
    let second = complete("benin_dhs_mpi/syn_cdta.csv.gz", "stratum", Some("2"));
    let compared =
        check_reference("ben_dhs06", &benin) + check_reference("syn_cdta t=1", &first) + check_reference("syn_cdta t=2", &second);
    assert_eq!(compared, 1_345);
}

/// Four persons, simple random sample: standard errors computed by hand in the reference.
#[test]
fn textbook_standard_errors() {
    let weights = [Fraction::new(1, 4); 4];
    let measure = Measure::try_new(&weights, Cutoff::Share(Fraction::new(1, 2)), MissingPolicy::Drop).unwrap();
    let design = Design::simple(4, None).unwrap();
    let sample = ScoredSample::new(&measure, &design, |row| ([0b0000, 0b1001, 0b1111, 0b0010][row], 0));
    let found = sample.estimate(|_| true).unwrap();
    close(found.headcount.standard_error, 0.288_675_134_6, 1e-9);
    close(found.adjusted_headcount.standard_error, 0.239_356_776_9, 1e-9);
    close(found.intensity.unwrap().standard_error, 0.204_124_145_2, 1e-9);
    let second_half = sample.estimate(|row| row >= 2).unwrap();
    close(second_half.share.value, 0.5, 0.0);
    close(second_half.adjusted_headcount.value, 0.5, 0.0);
    let nobody = sample.estimate(|row| row == 0).unwrap();
    assert!(nobody.intensity.is_none() && nobody.indicators[0].relative.is_none());
    assert!(sample.estimate(|_| false).is_none());
}

/// With equal weights the sample's figures are those of the exact tally.
#[test]
fn published_survey_agrees_with_the_exact_profile() {
    let survey = complete("benin_dhs_mpi/syn_cdta.csv.gz", "stratum", Some("1"));
    let measure = global(cutoff("33"));
    let design = Design::simple(survey.patterns.len(), None).unwrap();
    let found = ScoredSample::new(&measure, &design, |row| (survey.patterns[row], 0)).estimate(|_| true).unwrap();
    let mut tally = Tally::new(&measure);
    for pattern in &survey.patterns {
        tally.add(&measure, *pattern, 0, 1);
    }
    let profile = Profile::new(&measure, &tally);
    close(found.headcount.value, profile.headcount, 1e-12);
    close(found.adjusted_headcount.value, profile.adjusted_headcount, 1e-12);
    for (sampled, exact) in found.indicators.iter().zip(&profile.indicators) {
        close(sampled.uncensored.value, exact.uncensored, 1e-12);
        close(sampled.censored.value, exact.censored, 1e-12);
        close(sampled.relative.unwrap().value, exact.contribution, 1e-12);
    }
}
