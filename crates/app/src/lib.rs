//! What people may do: who they are (accounts, sessions, codes, cards), what they may see and do (policies), and what they looked at.
//!
//! One file per process or noun, its SQL in its `store.rs`. Owns the tables of [`MIGRATIONS`].
//!
//! SEC-1: every action is behind role × area × purpose × consent ([`permission`]), and every read of personal data goes through
//! [`access_log::open_record`], which decides, writes the log, and only then lets the caller read.

pub mod access_log;
pub mod account;
pub mod area;
pub mod backup;
pub mod break_glass;
pub mod cases;
pub mod clock;
pub mod consent;
pub mod dci;
pub mod declaration;
pub mod delivery;
pub mod demo;
pub mod doctor;
pub mod erasure;
pub mod error;
pub mod export;
pub mod household_access;
pub mod housekeeping;
pub mod identification;
pub mod import;
pub mod import_batch;
pub mod job;
pub mod metrics;
pub mod own;
pub mod permission;
pub mod questionnaire;
pub mod request;
pub mod role;
pub mod rotation;
pub mod rule_test;
pub mod saved_list;
pub mod service;
pub mod session;
pub mod spreadsheet;
pub mod submission;
pub mod throttle;
mod token;
pub mod visiting;
pub mod webhook;

pub use access_log::open_record;
pub use account::{Account, SignIn, sign_in};
pub use clock::{AheadClock, Clock, FixedClock, SystemClock};
pub use database::{Db, Keyring, Shortage, Tx, test_db};
pub use error::{Error, Kind, Result};
pub use permission::{Action, Context, Decision, Policies, Purpose, Resource};
pub use role::{HouseholdKey, Principal, Role};
pub use service::{Service, civil, end_of, migrations, purpose};
pub use session::Session;
pub use token::{Token, new_id, new_password, same_secret};

use database::Migration;

/// The tables of this crate; versions 100 to 199 are ours.
pub const MIGRATIONS: &[Migration] = &[
    account::store::MIGRATION,
    throttle::store::MIGRATION,
    session::store::MIGRATION,
    request::store::MIGRATION,
    household_access::store::MIGRATION,
    access_log::store::MIGRATION,
    consent::store::MIGRATION,
    break_glass::store::MIGRATION,
    dci::store::MIGRATION,
    submission::store::MIGRATION,
    webhook::store::MIGRATION,
    area::store::MIGRATION,
    saved_list::store::MIGRATION,
    import_batch::store::MIGRATION,
    account::store::EVENTS,
];

/// Tables in which the migrations themselves leave rows.
pub const SEEDED: [&str; 1] = ["access_log_head"];
