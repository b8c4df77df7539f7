//! Villages: what all households of one share.

use crate::calendar;
use crate::codes::{Risks, Sex};
use crate::identity::Number;
use crate::name;
use crate::random::{Random, Stream};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Terrain {
    Plain,
    Hill,
    Mountain,
}

/// How the enumerators of a village betrayed their work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fraud {
    None,
    /// Answers taken over from the house before.
    Copied,
    /// Numbers made up at the desk.
    Invented,
}

/// Where a village stands in the plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    pub(crate) code: i64,
    /// Position in its county, below 500: its share of the sequence numbers of identities.
    pub(crate) slice: u32,
    /// Position in the plan: its share of the telephone numbers.
    pub(crate) position: u32,
    pub(crate) households: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Village {
    pub(crate) site: Site,
    pub(crate) county: u32,
    pub(crate) terrain: Terrain,
    /// Kilometres to the main road of the village.
    pub(crate) road_km: f64,
    /// Yield of land, 1 = usual.
    pub(crate) land_quality: f64,
    pub(crate) dry: bool,
    pub(crate) disaster: Option<Risks>,
    /// Effect of place on the logarithm of income.
    pub(crate) level: f64,
    pub(crate) clans: [u8; 3],
    pub(crate) ethnicity: u8,
    pub(crate) fraud: Fraud,
}

impl Village {
    pub(crate) fn new(seed: u64, site: Site, fraud_villages: f64) -> Self {
        let random = &mut Random::keyed(seed, site.code, Stream::Village);
        // shares of terrain: a county of hills and mountains, where poverty was concentrated
        // and spread evenly over the villages of each county, so that small counties keep it
        let start = Random::keyed(seed, site.code / 1_000_000, Stream::Village).unit();
        let turn = (start + f64::from(site.slice) * 0.618_033_988_749_895).fract();
        let terrain = match turn {
            ..0.25 => Terrain::Plain,
            0.25..0.65 => Terrain::Hill,
            _ => Terrain::Mountain,
        };
        let (usual_km, quality, effect, dry) = match terrain {
            Terrain::Plain => (0.4, 1.15, 0.14, 0.04),
            Terrain::Hill => (0.9, 1.0, 0.0, 0.09),
            Terrain::Mountain => (2.2, 0.82, -0.18, 0.16),
        };
        let road_km = usual_km * random.lognormal(0.5);
        let disaster = random
            .chance(0.06)
            .then(|| random.choose(&[(0.4, Risks::Flood), (0.2, Risks::Geological), (0.25, Risks::Drought)], Risks::Weather));
        let level = effect - 0.04 * (road_km - usual_km) + 0.08 * random.normal();
        let minority = random.chance(0.2);
        // spread evenly as well: every county of some 40 villages has both kinds
        let at = (start + f64::from(site.slice) * 0.754_877_666_246_693).fract();
        let fraud = if at < fraud_villages / 2.0 {
            Fraud::Copied
        } else if at < fraud_villages {
            Fraud::Invented
        } else {
            Fraud::None
        };
        Self {
            site,
            county: u32::try_from(site.code / 1_000_000).unwrap_or(0),
            terrain,
            road_km,
            land_quality: quality * random.lognormal(0.15),
            dry: random.chance(dry),
            disaster,
            level,
            clans: [name::surname(random), name::surname(random), name::surname(random)],
            ethnicity: if minority { 1 + u8::try_from(random.below(5)).unwrap_or(0) } else { 0 },
            fraud,
        }
    }

    /// Serial of a household: village code and four digits.
    pub(crate) fn serial(&self, number: u32) -> i64 {
        self.site.code * 10_000 + i64::from(number)
    }

    /// The clan of a household decides its surname; found without making the household.
    pub(crate) fn surname(&self, seed: u64, number: u32) -> u8 {
        let random = &mut Random::keyed(seed ^ 0xC1A9, self.serial(number), Stream::Village);
        let [first, second, third] = self.clans;
        let stranger = name::surname(random);
        random.choose(&[(0.34, first), (0.20, second), (0.12, third)], stranger)
    }

    /// Eleven digits beginning with 10 or 11, which no telephone of China does; no two households share one
    /// by chance (up to 200,000 villages).
    pub(crate) fn phone(&self, number: u32) -> u64 {
        let place = u64::from(self.site.position) * 10_000 + u64::from(number);
        10_000_000_000 + place.wrapping_mul(1_103_515_247) % 2_000_000_000
    }
}

/// Hands out birthdays and sequence numbers so that no two identities of a county are equal.
#[derive(Debug)]
pub(crate) struct Births {
    taken: Vec<u32>,
    year: i32,
    as_of: i32,
}

/// Ages up to this have own counters.
const OLDEST: i32 = 119;

impl Births {
    pub(crate) fn new(as_of: i32) -> Self {
        let (year, _, _) = calendar::civil_of(as_of);
        Self { taken: vec![0; 2 * 121], year, as_of }
    }

    fn turn(&mut self, age: i32, sex: Sex) -> u32 {
        let row = usize::try_from(age.clamp(0, OLDEST + 1)).unwrap_or(0) * 2 + usize::from(sex == Sex::Male);
        self.taken.get_mut(row).map_or(0, |count| {
            *count += 1;
            *count - 1
        })
    }

    /// Day of birth of the next person of this age and sex in the village. The k-th gets the k-th
    /// element of a permutation of the days of the year: 149 and 365 have no common divisor.
    pub(crate) fn next(&mut self, village: &Village, age: i32, sex: Sex) -> (i32, Number) {
        let age = age.clamp(0, OLDEST);
        let mut born = self.day(village, age, sex);
        if born > self.as_of {
            born = self.day(village, age + 1, sex);
        }
        let sequence = village.site.slice * 2 + u32::from(sex == Sex::Male);
        (born, Number::person(village.county, born, sequence))
    }

    fn day(&mut self, village: &Village, age: i32, sex: Sex) -> i32 {
        let shift = village.site.slice * 53 + u32::try_from(age).unwrap_or(0) * 97;
        let of_year = (self.turn(age, sex) * 149 + shift) % 365;
        calendar::days_of((self.year - age, 1, 1)) + i32::try_from(of_year).unwrap_or(0)
    }
}
