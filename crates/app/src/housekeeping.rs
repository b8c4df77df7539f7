//! What is forgotten when its time is over: sessions, answers to repeated requests, codes, failed attempts, questions of partners.

use database::{Db, Tx};

use crate::error::Result;
use crate::{dci, household_access, request, session, throttle};

/// Between two rounds while the service runs.
pub const EVERY: std::time::Duration = std::time::Duration::from_secs(3_600);

/// Rows whose time is over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub sessions: u64,
    pub requests: u64,
    pub codes: u64,
    pub attempts: u64,
    pub questions: u64,
}

impl Swept {
    #[must_use]
    pub const fn all(self) -> u64 {
        self.sessions + self.requests + self.codes + self.attempts + self.questions
    }
}

/// Forgets what is due.
pub async fn sweep(db: &Db, now: i64) -> Result<Swept> {
    let mut tx = db.begin().await?;
    let swept = forget(&mut tx, now).await?;
    tx.commit().await?;
    Ok(swept)
}

/// What a round would forget now: it is done and not committed.
pub async fn due(db: &Db, now: i64) -> Result<Swept> {
    let mut tx = db.begin().await?;
    forget(&mut tx, now).await
}

async fn forget(tx: &mut Tx, now: i64) -> Result<Swept> {
    Ok(Swept {
        sessions: session::store::sweep(tx, now).await?,
        requests: request::store::sweep(tx, now).await?,
        codes: household_access::store::sweep(tx, now).await?,
        attempts: throttle::store::sweep(tx, now).await?,
        questions: dci::store::sweep(tx, now).await?,
    })
}

#[cfg(test)]
pub(crate) mod tests;
