//! What the service does by itself while it runs: handing over what is due to others.

use std::sync::Arc;
use std::time::Duration;

use crate::site::Site;

/// Between two looks at what is due.
const PAUSE: Duration = Duration::from_secs(1);
/// Messages handed over in one go; between two goes the service can stop.
const BATCH: i64 = 20;

/// Runs until it is dropped. What was under way then is due again after a while.
pub(crate) async fn work(site: Arc<Site>) {
    let mut ticks = tokio::time::interval(PAUSE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        tokio::join!(answers(&site), events(&site));
    }
}

/// Throws away, now and every hour, what was brought in and never finished.
pub(crate) async fn tidy(site: Arc<Site>) {
    let mut rounds = tokio::time::interval(app::housekeeping::EVERY);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        match app::import_batch::sweep(&site.service).await {
            Ok(0) => {}
            Ok(imports) => tracing::info!(imports, "thrown_away"),
            Err(error) => failed("imports", &error),
        }
    }
}

async fn answers(site: &Site) {
    let Some(exchange) = &site.dci else { return };
    if let Err(error) = exchange.answer_due(&site.service, BATCH).await {
        failed("answers", &error);
    }
}

async fn events(site: &Site) {
    let Some(client) = &site.client else { return };
    if let Err(error) = app::webhook::deliver_due(&site.service, client, BATCH).await {
        failed("events", &error);
    }
}

/// What is due stays due.
fn failed(what: &'static str, error: &app::Error) {
    if let Some(shortage) = error.shortage() {
        app::metrics::METRICS.database_failed(shortage);
    }
    tracing::error!(what, code = error.code(), cause = %error, "work_failed");
}
