//! Dwelling, services and wealth: what visitors see and what departments know.

use crate::codes::{CompanyRole, DwellingGrade, Fuel, Road, Structure, VehicleKind, WaterSource};
use crate::convert;
use crate::random::{self, Random};
use crate::village::{Terrain, Village};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Dwelling {
    pub(crate) m2: f64,
    pub(crate) structure: Structure,
    pub(crate) grade: DwellingGrade,
    pub(crate) rebuilt: Option<i32>,
    pub(crate) water_source: WaterSource,
    pub(crate) water_scarce: bool,
    pub(crate) water_safe: bool,
    pub(crate) electricity: bool,
    pub(crate) production_power: bool,
    pub(crate) broadcast: bool,
    pub(crate) toilet: bool,
    pub(crate) fuel: Fuel,
    pub(crate) road: Road,
    pub(crate) road_km: f64,
    /// Durable goods, pieces.
    pub(crate) assets: i32,
}

impl Dwelling {
    pub(crate) fn unsafe_(&self) -> bool {
        matches!(self.grade, DwellingGrade::C | DwellingGrade::D)
    }

    /// `wealth` is standard normal: lasting income against that of all households.
    pub(crate) fn new(random: &mut Random, village: &Village, wealth: f64, people: f64, as_of: i32) -> Self {
        let hill = match village.terrain {
            Terrain::Plain => 0.15,
            Terrain::Hill => 0.0,
            Terrain::Mountain => -0.25,
        };
        let house = 0.72 * wealth + hill + 0.62 * random.normal();
        let structure = match house {
            1.15.. => Structure::ReinforcedConcrete,
            -0.25..1.15 => Structure::BrickConcrete,
            -1.25..-0.25 => Structure::BrickWood,
            _ => random.choose(&[(0.04, Structure::Other)], Structure::Earth),
        };
        let decay = match structure {
            Structure::ReinforcedConcrete => 0.002,
            Structure::BrickConcrete => 0.010,
            Structure::BrickWood => 0.055,
            Structure::Earth | Structure::Other => 0.30,
        };
        let grade = random
            .choose(&[(decay * 0.35, DwellingGrade::D), (decay * 0.65, DwellingGrade::C), (0.22, DwellingGrade::B)], DwellingGrade::A);
        let safe = matches!(grade, DwellingGrade::A | DwellingGrade::B);
        let rebuilt = (safe && house < -0.2 && random.chance(0.3)).then(|| as_of - random.between(400, 3_400));
        let mut dwelling = Self {
            m2: (20.0 + 19.0 * people + 26.0 * house + 14.0 * random.normal()).clamp(14.0, 420.0).round(),
            structure,
            grade,
            rebuilt,
            water_source: WaterSource::TreatedTap,
            water_scarce: random.chance(if village.dry { 0.24 } else { 0.012 }),
            water_safe: true,
            electricity: random.chance(0.9985),
            production_power: random.chance(0.9),
            broadcast: random.chance(random::logistic(3.4 + 0.5 * wealth)),
            toilet: random.chance(random::logistic(0.75 + 0.95 * wealth + hill)),
            fuel: Fuel::Wood,
            road: Road::Earth,
            road_km: (village.road_km * random.lognormal(0.6) * 10.0).round() / 10.0,
            assets: convert::whole_small(5.2 + 1.9 * wealth + 1.3 * random.normal()).clamp(0, 14),
        };
        dwelling.services(random, village, wealth, hill);
        dwelling
    }

    fn services(&mut self, random: &mut Random, village: &Village, wealth: f64, hill: f64) {
        let tap = random::logistic(0.9 + 0.5 * wealth + 2.0 * hill - if village.dry { 0.9 } else { 0.0 });
        self.water_source = if random.chance(tap) {
            WaterSource::TreatedTap
        } else {
            random.choose(
                &[
                    (0.62, WaterSource::ProtectedWell),
                    (0.20, WaterSource::UnprotectedWell),
                    (if village.dry { 0.12 } else { 0.02 }, WaterSource::Rain),
                    (0.03, WaterSource::River),
                    (0.01, WaterSource::Bottled),
                ],
                WaterSource::Other,
            )
        };
        let doubtful = match self.water_source {
            WaterSource::TreatedTap | WaterSource::Bottled => 0.004,
            WaterSource::ProtectedWell => 0.03,
            WaterSource::UnprotectedWell | WaterSource::Other => 0.34,
            WaterSource::River | WaterSource::Rain => 0.48,
        };
        self.water_safe = !random.chance(doubtful);
        let wood = random::logistic(-0.45 - 0.85 * wealth - 2.5 * hill);
        self.fuel = if random.chance(wood) {
            Fuel::Wood
        } else {
            random.choose(
                &[(0.47, Fuel::Electricity), (0.33, Fuel::Gas), (0.14, Fuel::Coal), (0.04, Fuel::Biogas), (0.005, Fuel::Oil)],
                Fuel::Other,
            )
        };
        let paved = random::logistic(1.6 + 0.35 * wealth - 0.4 * village.road_km);
        self.road = if random.chance(paved) {
            random.choose(&[(0.86, Road::Cement)], Road::Asphalt)
        } else {
            random.choose(&[(0.6, Road::Earth)], Road::Gravel)
        };
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Vehicle {
    pub(crate) kind: VehicleKind,
    /// Yuan.
    pub(crate) price: f64,
    pub(crate) since: i32,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct House {
    pub(crate) m2: f64,
    pub(crate) bought: i32,
    pub(crate) shop: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Company {
    pub(crate) role: CompanyRole,
    /// Yuan.
    pub(crate) capital: f64,
    pub(crate) founded: i32,
    pub(crate) active: bool,
    pub(crate) key: u32,
}

/// What a household owns besides its dwelling.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wealth {
    /// Car, van or truck.
    pub(crate) vehicle: Option<Vehicle>,
    /// Motorcycle or tractor.
    pub(crate) machine: Option<Vehicle>,
    pub(crate) house: Option<House>,
    pub(crate) company: Option<Company>,
    /// Fen.
    pub(crate) debt: i64,
    pub(crate) microloan: i64,
}

impl Wealth {
    /// `current`: standard normal of this year's income, `wealth`: of lasting income.
    pub(crate) fn new(random: &mut Random, current: f64, wealth: f64, prices: f64, trades: bool, as_of: i32) -> Self {
        let ease = 0.55 * current + 0.45 * wealth;
        let mut owned = Self::default();
        if random.chance(random::logistic(-1.75 + 1.75 * ease)) {
            let kind = random.choose(&[(0.70, VehicleKind::Car), (0.16, VehicleKind::Van)], VehicleKind::Truck);
            owned.vehicle =
                Some(Vehicle { kind, price: 52_000.0 * prices * random.lognormal(0.5), since: as_of - random.between(60, 3_600) });
        }
        if random.chance(0.30) {
            let kind = random.choose(&[(0.8, VehicleKind::Motorcycle), (0.17, VehicleKind::Tractor)], VehicleKind::Other);
            owned.machine =
                Some(Vehicle { kind, price: 5_500.0 * prices * random.lognormal(0.4), since: as_of - random.between(60, 4_500) });
        }
        if random.chance(random::logistic(-3.4 + 1.7 * ease)) {
            owned.house = Some(House {
                m2: random.within(58.0, 140.0).round(),
                bought: as_of - random.between(90, 4_500),
                shop: random.chance(0.07),
            });
        }
        if trades || random.chance(0.05) {
            let role = random.choose(
                &[
                    (if trades { 0.62 } else { 0.08 }, CompanyRole::LegalRepresentative),
                    (0.12, CompanyRole::Shareholder),
                    (0.04, CompanyRole::Supervisor),
                ],
                CompanyRole::CooperativeMember,
            );
            owned.company = Some(Company {
                role,
                capital: 100_000.0 * prices * random.lognormal(1.0),
                founded: as_of - random.between(90, 4_000),
                active: random.chance(0.86),
                key: random.below(600),
            });
        }
        owned
    }

    /// Own business, not mere membership of a cooperative.
    pub(crate) fn business(&self) -> Option<Company> {
        self.company.filter(|company| company.active && !matches!(company.role, CompanyRole::CooperativeMember))
    }
}
