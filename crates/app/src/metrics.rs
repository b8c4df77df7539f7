//! What the running process counts about itself, as Prometheus reads it: how much and how fast, never who or which.
//!
//! Every label takes one of a fixed set of words, or the pattern of a route. No name, number, area or address is ever one.

use std::sync::LazyLock;
use std::time::Duration;

use database::Shortage;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use registry::case::ActKind;

use crate::account::SignIn;
use crate::service::Service;

/// Upper bounds in seconds: most pages take a few milliseconds, a request is given up after thirty seconds.
const BOUNDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// The counters of this process.
pub static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    class: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    with: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

/// Counters and histograms; cheap to add to from anywhere.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Route, Histogram>,
    sign_ins: Family<Outcome, Counter>,
    acts: Family<Kind, Counter>,
    failures: Family<Kind, Counter>,
    deliveries: Family<Outcome, Counter>,
    looks: Gauge,
    up: Gauge,
}

/// What signing in was tried with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInWith {
    Password,
    Code,
    Card,
}

impl SignInWith {
    const fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::Card => "card",
        }
    }
}

/// How signing in went, for the counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInOutcome {
    Accepted,
    /// The password was right, the one-time password is still to come.
    Half,
    Failed,
    /// Nothing was looked at: too many failures before.
    Throttled,
}

impl SignInOutcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Half => "half",
            Self::Failed => "failed",
            Self::Throttled => "throttled",
        }
    }
}

impl From<&SignIn> for SignInOutcome {
    fn from(outcome: &SignIn) -> Self {
        match outcome {
            SignIn::Accepted { .. } => Self::Accepted,
            SignIn::CodeWanted => Self::Half,
            SignIn::Refused => Self::Failed,
            SignIn::Wait { .. } => Self::Throttled,
        }
    }
}

/// What is sent to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// An event of a case, to a webhook.
    Event,
    /// The answer to a partner's question.
    Answer,
}

/// How sending went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    Done,
    /// To be tried again.
    Failed,
    /// Tried for the last time.
    GivenUp,
}

impl Metrics {
    fn new() -> Self {
        let mut all = Self {
            registry: Registry::with_prefix("fupin"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            sign_ins: Family::default(),
            acts: Family::default(),
            failures: Family::default(),
            deliveries: Family::default(),
            looks: Gauge::default(),
            up: Gauge::default(),
        };
        let registry = &mut all.registry;
        registry.register("requests", "Requests answered, by pattern of the route", all.requests.clone());
        registry.register_with_unit("request", "Time until an answer began", Unit::Seconds, all.seconds.clone());
        registry.register("sign_ins", "Attempts to sign in", all.sign_ins.clone());
        registry.register("case_acts", "Acts on cases that were carried out", all.acts.clone());
        registry.register("database_failures", "Requests that failed because the database was busy, full or away", all.failures.clone());
        registry.register("deliveries", "Attempts to send events and answers to others", all.deliveries.clone());
        registry.register("access_log_entries", "Looks written down since the records began", all.looks.clone());
        registry.register("database_up", "Whether the records could be read just now", all.up.clone());
        all
    }

    /// One request: the method (a word of HTTP), the pattern of its route, its status and how long it took.
    pub fn answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let class = match status / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        self.requests.get_or_create(&Answered { method, route: route.to_owned(), class }).inc();
        self.seconds.get_or_create(&Route { method, route: route.to_owned() }).observe(took.as_secs_f64());
    }

    pub fn signed_in(&self, with: SignInWith, outcome: SignInOutcome) {
        self.sign_ins.get_or_create(&Outcome { with: with.word(), outcome: outcome.word() }).inc();
    }

    /// An act that was committed.
    pub fn acted(&self, kind: ActKind) {
        self.acts.get_or_create(&Kind { kind: kind.name() }).inc();
    }

    pub fn database_failed(&self, shortage: Shortage) {
        self.failures.get_or_create(&Kind { kind: shortage.word() }).inc();
    }

    pub fn delivered(&self, sent: Sent, delivery: Delivery) {
        let with = match sent {
            Sent::Event => "event",
            Sent::Answer => "answer",
        };
        let outcome = match delivery {
            Delivery::Done => "done",
            Delivery::Failed => "failed",
            Delivery::GivenUp => "given_up",
        };
        self.deliveries.get_or_create(&Outcome { with, outcome }).inc();
    }

    /// All of it as text; what only the records know is read now.
    pub async fn render(&self, service: &Service) -> String {
        let known = async {
            let mut tx = service.db.read().await.map_err(crate::Error::from)?;
            crate::access_log::store::head(&mut tx).await
        };
        match known.await {
            Ok((looks, _)) => {
                self.up.set(1);
                self.looks.set(looks);
            }
            Err(_) => drop(self.up.set(0)),
        }
        let mut out = String::new();
        // Writing to a text cannot fail.
        text::encode(&mut out, &self.registry).unwrap_or_default();
        out
    }
}
