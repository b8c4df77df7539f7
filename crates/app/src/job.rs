//! Long work that somebody started on a page and watches from there: how far it is, and that it runs once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

type Running = Mutex<BTreeMap<String, Arc<AtomicU64>>>;

/// Work of this process by the id of what it works on. One takes place at a time; the others wait for their turn.
#[derive(Clone, Default)]
pub struct Jobs {
    running: Arc<Running>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// Work that waits for its turn, and then runs; over when it is dropped, however it ended.
pub struct Job {
    jobs: Jobs,
    id: String,
    done: Arc<AtomicU64>,
    turn: Option<OwnedMutexGuard<()>>,
}

/// Counts what is done, on whichever thread.
#[derive(Clone)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    pub fn add(&self, done: u64) {
        self.0.fetch_add(done, Ordering::Relaxed);
    }
}

impl Jobs {
    /// From now on it is under way; `None` if it was already.
    #[must_use]
    pub fn enter(&self, id: &str) -> Option<Job> {
        let mut running = self.lock();
        if running.contains_key(id) {
            return None;
        }
        let done = Arc::new(AtomicU64::new(0));
        running.insert(id.to_owned(), Arc::clone(&done));
        drop(running);
        Some(Job { jobs: self.clone(), id: id.to_owned(), done, turn: None })
    }

    /// How much of it is done; `None` if it neither runs nor waits in this process.
    #[must_use]
    pub fn done(&self, id: &str) -> Option<u64> {
        self.lock().get(id).map(|done| done.load(Ordering::Relaxed))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<AtomicU64>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    /// Waits until no other runs.
    pub async fn begin(&mut self) {
        if self.turn.is_none() {
            self.turn = Some(Arc::clone(&self.jobs.turn).lock_owned().await);
        }
    }

    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress(Arc::clone(&self.done))
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.jobs.lock().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::Jobs;

    #[tokio::test]
    async fn the_same_runs_once_and_others_take_turns() {
        let jobs = Jobs::default();
        let mut first = jobs.enter("a").unwrap();
        first.begin().await;
        first.progress().add(7);
        assert_eq!(jobs.done("a"), Some(7));
        assert!(jobs.enter("a").is_none(), "under way");
        let mut second = jobs.enter("b").unwrap();
        assert!(futures::poll!(Box::pin(second.begin())).is_pending(), "waits for its turn");
        assert_eq!(jobs.done("b"), Some(0));
        drop(first);
        assert!(jobs.done("a").is_none());
        second.begin().await;
        let mut third = jobs.enter("c").unwrap();
        assert!(futures::poll!(Box::pin(third.begin())).is_pending());
        drop(third);
        assert!(jobs.done("c").is_none(), "who goes away before its turn is forgotten");
        drop(second);
        jobs.enter("a").unwrap().begin().await;
    }
}
