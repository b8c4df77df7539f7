//! What is generated, with defaults and where they come from.

use chrono::{Datelike, NaiveDate};

use crate::error::Error;

/// A county by its six digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct County {
    pub code: u32,
    pub name: String,
}

/// Everything that decides the bytes, and nothing else does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    pub seed: u64,
    /// Households in the register, over all counties; those never surveyed come in addition.
    pub households: u64,
    pub area: Vec<County>,
    pub as_of: NaiveDate,
    /// Poverty line of the year per head; [`line_fen`] unless told otherwise.
    pub line_fen: i64,
    /// Share of households that are truly poor. Default 0.12: a poor county.
    pub incidence: f64,
    /// Truly poor households that the list of today leaves out, of all truly poor. Default 0.33
    /// (Alatas et al. 2012 report error rates near 30 %; targeting.md §2.2).
    pub exclusion_error: f64,
    /// Households on the list of today that are not poor, of all on it. Default 0.33 (as above).
    pub inclusion_error: f64,
    /// Households per village. Default 400; 620,573 areas at village level (register.md §4.2).
    pub village_households: u32,
    /// Households never surveyed, per household of the register. Default 0.02.
    pub unsurveyed: f64,
    /// Members away for work whom the survey missed, of all away. Default 0.06.
    pub members_missed: f64,
    /// Households that declare less income or wealth than they have. Default 0.22.
    pub under_reporting: f64,
    /// Villages whose enumerators copy or invent answers, half each. Default 0.06.
    pub fraud_villages: f64,
    /// Facts that a department's extract shows, of all true ones. Default 0.87.
    pub coverage: f64,
    /// Rows of an extract that carry a wrong person's number. Default 0.015.
    pub false_match: f64,
    /// Every household is or was in the programme, and households are as small as the registered
    /// poor (89.62 M people in 29.48 M households): the national register. Default false.
    pub listed_only: bool,
    /// Only the columns that view, index and checks need most, and no names. Default false.
    pub minimal_columns: bool,
    /// Department extracts, measures, applications, ties, contradictions. Default true; the
    /// register and its truth come always.
    pub extracts: bool,
    /// Households of a batch at least (a batch ends with a village). Default 16,384.
    pub batch_households: usize,
    /// Households of a part at most. Default 500,000.
    pub part_households: u64,
}

/// Poverty lines in current prices (2,300 yuan of 2010; NBS) until 2020, lines of monitoring after
/// it (7,300 yuan in the scripts of December 2023, register.md §4.4; 2021 and 2022 between them).
const LINES: [(i32, i64); 14] = [
    (2010, 2_300),
    (2011, 2_536),
    (2012, 2_625),
    (2013, 2_736),
    (2014, 2_800),
    (2015, 2_855),
    (2016, 2_952),
    (2017, 2_952),
    (2018, 2_995),
    (2019, 3_218),
    (2020, 4_000),
    (2021, 6_000),
    (2022, 6_600),
    (2023, 7_300),
];

/// The line per head of a year in fen; the nearest year's outside 2010–2023.
pub fn line_fen(year: i32) -> i64 {
    let nearest = LINES.iter().min_by_key(|(of, _)| (of - year).abs());
    nearest.map_or(730_000, |(_, yuan)| yuan * 100)
}

/// Prefixes of the 31 province-level areas (GB/T 2260).
const PROVINCES: [u32; 31] =
    [11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65];
/// Counties a province of the national register: 31 × 92 = 2,852 (2,850 in targeting.md §6).
const PROVINCE_COUNTIES: u32 = 92;
/// 128,000 poor villages hold the national register (engine.md §2).
const NATIONAL_VILLAGE_HOUSEHOLDS: u32 = 234;

impl Settings {
    /// One fictional county: prefix 99 does not exist in GB/T 2260.
    pub fn county(seed: u64, households: u64) -> Self {
        let as_of = NaiveDate::from_ymd_opt(2023, 12, 31).unwrap_or_default();
        Self {
            seed,
            households,
            area: vec![County { code: 990_101, name: "云岭县（虚构）".to_owned() }],
            as_of,
            line_fen: line_fen(as_of.year()),
            incidence: 0.12,
            exclusion_error: 0.33,
            inclusion_error: 0.33,
            village_households: 400,
            unsurveyed: 0.02,
            members_missed: 0.06,
            under_reporting: 0.22,
            fraud_villages: 0.06,
            coverage: 0.87,
            false_match: 0.015,
            listed_only: false,
            minimal_columns: false,
            extracts: true,
            batch_households: 16_384,
            part_households: 500_000,
        }
    }

    /// The size and shape of the national register for benchmarks: 31 real province prefixes with
    /// made-up counties (prefectures 71–79 are not in use), minimal columns, no extracts.
    pub fn national(seed: u64, households: u64) -> Self {
        let mut area = Vec::new();
        for province in PROVINCES {
            for county in 0..PROVINCE_COUNTIES {
                let prefecture = 71 + county / 12;
                let code = province * 10_000 + prefecture * 100 + county % 12 + 1;
                area.push(County { code, name: format!("虚构县{code}") });
            }
        }
        Self {
            area,
            incidence: 0.30,
            village_households: NATIONAL_VILLAGE_HOUSEHOLDS,
            listed_only: true,
            minimal_columns: true,
            extracts: false,
            ..Self::county(seed, households)
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let wrong = |text: &str| Err(Error::Settings(text.to_owned()));
        if self.area.is_empty() {
            return wrong("no county");
        }
        if self.area.windows(2).any(|pair| match pair {
            [left, right] => left.code >= right.code,
            _ => false,
        }) {
            return wrong("counties are not in ascending order of their codes");
        }
        if self.area.iter().any(|county| !(110_000..=999_999).contains(&county.code)) {
            return wrong("a county code has six digits");
        }
        let shares = [
            self.exclusion_error,
            self.inclusion_error,
            self.unsurveyed,
            self.members_missed,
            self.under_reporting,
            self.fraud_villages,
            self.coverage,
            self.false_match,
        ];
        if !shares.iter().all(|share| (0.0..=1.0).contains(share)) {
            return wrong("a share lies outside 0 and 1");
        }
        if !(0.01..=0.6).contains(&self.incidence) {
            return wrong("incidence lies outside 0.01 and 0.6");
        }
        if self.line_fen <= 0 || self.village_households == 0 || self.part_households == 0 {
            return wrong("the line, villages and parts are larger than zero");
        }
        if !(1990..=2100).contains(&self.as_of.year()) {
            return wrong("the reference date lies outside 1990 and 2100");
        }
        Ok(())
    }
}
