//! Looks of many requests in one transaction: the chain has one end, and waiting for the disk once serves all who wait.

use std::sync::{Mutex, PoisonError};

use database::{Db, Keyring};
use tokio::sync::oneshot;

use super::{Entry, store};
use crate::error::Result;

/// Entries of one request and who waits for them.
struct Waiting {
    number: u64,
    entries: Vec<Entry>,
    written: oneshot::Sender<()>,
}

#[derive(Default)]
struct Queue {
    last: u64,
    waiting: Vec<Waiting>,
}

/// Requests that wait to be written down.
#[derive(Default)]
pub struct Group {
    queue: Mutex<Queue>,
    writing: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group").finish_non_exhaustive()
    }
}

impl Group {
    /// Writes entries down, perhaps together with those of other requests. They stand in the log when this returns without an error.
    pub async fn append(&self, db: &Db, keys: &Keyring, entries: Vec<Entry>) -> Result<()> {
        let (number, mut done) = self.join(entries.clone());
        let _one_at_a_time = self.writing.lock().await;
        if done.try_recv().is_ok() {
            return Ok(());
        }
        let all = std::mem::take(&mut self.lock().waiting);
        let mut together: Vec<Entry> = all.iter().flat_map(|waiting| waiting.entries.iter().cloned()).collect();
        // Whoever took ours along failed or went away before the end: they are not among these.
        if all.iter().all(|waiting| waiting.number != number) {
            together.extend(entries);
        }
        let mut tx = db.begin().await?;
        store::append(&mut tx, keys, &together).await?;
        tx.commit().await?;
        for waiting in all {
            // Who waits no more was written down all the same.
            let _gone = waiting.written.send(());
        }
        Ok(())
    }

    fn join(&self, entries: Vec<Entry>) -> (u64, oneshot::Receiver<()>) {
        let (written, done) = oneshot::channel();
        let mut queue = self.lock();
        queue.last += 1;
        let number = queue.last;
        queue.waiting.push(Waiting { number, entries, written });
        (number, done)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
