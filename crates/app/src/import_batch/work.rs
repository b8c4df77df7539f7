//! What is done with an import while its bringer watches: looking through its files, and bringing them into the records.

use std::sync::Arc;

use analytics::register::Register;

use super::files::{self, REGISTER};
use super::{Batch, Failure, KEPT, State, Tally, folder, store};
use crate::clock::DAY;
use crate::error::{Error, Result};
use crate::import::{Importing, records};
use crate::job::{Job, Progress};
use crate::service::Service;

/// Does what is due on an import; what broke off before goes on, and what is in the records stays there once.
pub async fn work(service: &Service, batch: Batch, mut job: Job) -> Result<()> {
    job.begin().await;
    // It may have gone on while this waited for its turn.
    let mut tx = service.db.read().await?;
    let batch = store::find(&mut tx, &batch.id, &batch.account).await?;
    drop(tx);
    match batch.state {
        State::Checking => check(service, &job, batch).await,
        State::Recording => record(service, &job, batch).await,
        State::Checked | State::Failed | State::Recorded | State::Discarded => Ok(()),
    }
}

async fn check(service: &Service, job: &Job, mut batch: Batch) -> Result<()> {
    let folder = folder(service, &batch.id)?;
    let (programme, progress, place) = (Arc::clone(&service.programme), job.progress(), folder.clone());
    let looked = tokio::task::spawn_blocking(move || files::look(&programme, &place, &progress)).await;
    let looked = looked.map_err(|stopped| Error::file(&folder)(std::io::Error::other(stopped)))??;
    let result = match looked {
        Err(failure) => Err(failure),
        Ok(report) => {
            let sum = |of: fn(&analytics::reading::table::Counts) -> u64| report.manifest.counts.values().map(of).sum();
            batch.tally = Tally {
                rows: sum(|counts| counts.read),
                accepted: sum(|counts| counts.accepted),
                refused: sum(|counts| counts.rejected),
                findings: u64::try_from(report.findings.len()).unwrap_or(u64::MAX),
                households: report.manifest.households(),
                ..Tally::default()
            };
            if report.manifest.parts.is_empty() { Err(Failure::NoHouseholds) } else { Ok(()) }
        }
    };
    match result {
        Ok(()) => {
            bring(service, &mut batch, true, &job.progress()).await?;
            batch.state = State::Checked;
        }
        Err(failure) => {
            batch.failure = Some(failure);
            batch.state = State::Failed;
        }
    }
    moved(service, State::Checking, &batch).await
}

async fn record(service: &Service, job: &Job, mut batch: Batch) -> Result<()> {
    bring(service, &mut batch, false, &job.progress()).await?;
    batch.state = State::Recorded;
    moved(service, State::Recording, &batch).await?;
    files::forget_sources(&folder(service, &batch.id)?)
}

async fn bring(service: &Service, batch: &mut Batch, preview: bool, progress: &Progress) -> Result<()> {
    let register = Register::open(&folder(service, &batch.id)?.join(REGISTER))?;
    let importing = Importing { actor: &batch.account, at: service.now(), within: Some(batch.area), preview };
    let tick = |done| progress.add(done);
    let imported = records(&service.db, &service.keys, &service.programme, &register, importing, &tick).await?;
    let before = batch.tally;
    let counts = imported.counts;
    batch.tally = Tally { new: counts.new, changed: counts.changed, same: counts.same, outside: imported.outside, ..before };
    // What an attempt before this one brought in is the same to this one, and was new all the same.
    if !preview && counts.new + counts.changed < before.new + before.changed {
        batch.tally = before;
    }
    Ok(())
}

async fn moved(service: &Service, from: State, batch: &Batch) -> Result<()> {
    let mut tx = service.db.begin().await?;
    store::move_on(&mut tx, from, batch).await?;
    Ok(tx.commit().await?)
}

/// Throws an import away that is not in the records, or what is left of one that is.
pub async fn discard(service: &Service, mut batch: Batch) -> Result<()> {
    let from = batch.state;
    batch.state = State::Discarded;
    moved(service, from, &batch).await?;
    files::remove(&folder(service, &batch.id)?)
}

/// Throws away what nobody finished in [`KEPT`] days, and what is left of the files of older imports; how many.
pub async fn sweep(service: &Service) -> Result<usize> {
    let Some(imports) = &service.imports else { return Ok(0) };
    let until = service.now() - KEPT * DAY;
    let mut tx = service.db.read().await?;
    let old = store::unfinished(&mut tx, until).await?;
    drop(tx);
    let mut swept = 0;
    for batch in old.into_iter().filter(|batch| service.jobs.done(&batch.id).is_none()) {
        discard(service, batch).await?;
        swept += 1;
    }
    Ok(swept + files::sweep(imports, until)?)
}
