//! What every process of the service needs, opened once.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use database::{Db, Keyring, Migration};
use programme::Programme;
use registry::case::Moment;

use crate::access_log::{Group, Look, decided};
use crate::area::{self, Areas};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::household_access::SmsGateway;
use crate::job::Jobs;
use crate::permission::{Action, Context, Decision, Policies, Purpose, Resource};
use crate::role::{Principal, Role};

/// Hours that the civil day of the programme is ahead of UTC: one time zone for the whole country.
const AHEAD: i64 = 8;

/// The running service.
pub struct Service {
    pub db: Db,
    pub keys: Keyring,
    pub policies: Policies,
    pub programme: Arc<Programme>,
    pub clock: Arc<dyn Clock>,
    pub sms: Arc<dyn SmsGateway>,
    pub areas: Areas,
    /// The register that runs of the identification read, if the service has one beside it.
    pub register: Option<std::path::PathBuf>,
    /// Where files wait that somebody brings in on the page; without it nobody can.
    pub imports: Option<std::path::PathBuf>,
    pub jobs: Jobs,
    looks: Group,
}

/// All tables of the records, in one sequence.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    [registry::MIGRATIONS, crate::MIGRATIONS].concat()
}

impl Service {
    pub fn new(db: Db, keys: Keyring, programme: Programme, clock: Arc<dyn Clock>, sms: Arc<dyn SmsGateway>) -> Result<Self> {
        Ok(Self {
            db,
            keys,
            policies: Policies::load()?,
            programme: Arc::new(programme),
            clock,
            sms,
            areas: Areas::default(),
            register: None,
            imports: None,
            jobs: Jobs::default(),
            looks: Group::default(),
        })
    }

    /// Reads the names of areas anew.
    pub async fn load_areas(&self) -> Result<()> {
        let mut tx = self.db.read().await?;
        self.areas.replace(area::store::all(&mut tx).await?);
        Ok(())
    }

    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// The civil day and the instant.
    #[must_use]
    pub fn moment(&self) -> Moment {
        let at = self.now();
        Moment { on: civil(at).date(), at }
    }

    /// SEC-1 for pages that change nothing: as [`crate::access_log::open_records`], in one transaction with the looks of other requests.
    /// Read only what is allowed, and only after this.
    pub async fn look(&self, looks: &[Look<'_>]) -> Result<Vec<Decision>> {
        let (entries, decisions) = decided(&self.policies, looks)?;
        self.looks.append(&self.db, &self.keys, entries).await?;
        Ok(decisions)
    }

    /// Refuses what no policy permits.
    pub fn permit(&self, who: &Principal, action: Action, resource: &Resource, purpose: Purpose) -> Result<()> {
        let decision = self.policies.allows(who, action, resource, &Context::new(purpose, self.now()));
        if decision.allowed { Ok(()) } else { Err(Error::Denied { action: action.name() }) }
    }
}

/// Date and time of the clock on the wall.
#[must_use]
pub fn civil(at: i64) -> NaiveDateTime {
    let utc = DateTime::from_timestamp_micros(at).unwrap_or_default().naive_utc();
    utc.checked_add_signed(TimeDelta::hours(AHEAD)).unwrap_or(utc)
}

/// The last instant of a civil day.
#[must_use]
pub fn end_of(day: NaiveDate) -> i64 {
    let midnight = later(day, 1).and_time(NaiveTime::MIN).and_utc().timestamp_micros();
    midnight - AHEAD * crate::clock::HOUR - 1
}

/// The day so many days later.
#[must_use]
pub fn later(on: NaiveDate, days: u64) -> NaiveDate {
    on.checked_add_days(Days::new(days)).unwrap_or(on)
}

/// For what somebody of a role works with records, unless a page says otherwise.
#[must_use]
pub const fn purpose(who: &Principal) -> Purpose {
    match who {
        Principal::Staff { role, .. } => match role {
            Role::Admin => Purpose::Administration,
            Role::CountyOfficer | Role::TownshipOfficer | Role::VillageCadre | Role::VillageRepresentative | Role::DepartmentOfficer => {
                Purpose::Identification
            }
            Role::AppealsOfficer => Purpose::Appeal,
            Role::BankOfficer => Purpose::Lending,
            Role::Auditor => Purpose::Audit,
        },
        Principal::Household(_) => Purpose::OwnAffairs,
        Principal::Public => Purpose::PublicInformation,
    }
}
