//! Keys of the records made new: a new master key, every data key and sealed column anew under it, and the old master destroyed.
//!
//! What broke off goes on where it stopped: data keys say which master sealed them. Nobody else may write meanwhile with the old master.

mod store;

use std::path::Path;

use database::{Db, Keyring};
use registry::sealing::store as sealing;

use crate::error::{Error, Result};

/// Records sealed anew in one transaction.
const BATCH: i64 = 500;

/// What a rotation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotated {
    /// The number of the new master key.
    pub master: u32,
    pub households: u64,
    pub declarations: u64,
    /// Secrets of accounts and subscriptions, questions of partners.
    pub secrets: u64,
}

/// Data keys by the master that sealed them, over all tables.
pub async fn masters(db: &Db) -> Result<Vec<(Option<u32>, i64)>> {
    let mut tx = db.read().await?;
    let mut found = sealing::masters(&mut tx).await?;
    found.extend(store::masters(&mut tx).await?);
    Ok(found)
}

/// Makes a new master current, or goes on with a rotation that broke off; `tick` gets the number of records done.
pub async fn rotate(db: &Db, keys: &mut Keyring, path: &Path, tick: &(dyn Fn(u64) + Sync)) -> Result<Rotated> {
    db.overwrite_deleted().await?;
    if !keys.rotating() {
        keys.rotate(path)?;
    }
    let mut rotated = Rotated { master: keys.current(), ..Rotated::default() };
    let mut after = Some(Default::default());
    while let Some(place) = &after {
        let mut tx = db.begin().await?;
        let (sealed, last) = sealing::households(&mut tx, keys, place, BATCH).await?;
        tx.commit().await?;
        rotated.households += sealed;
        tick(sealed);
        after = last;
    }
    let mut after = Some(Default::default());
    while let Some(place) = &after {
        let mut tx = db.begin().await?;
        let (sealed, last) = sealing::declarations(&mut tx, keys, place, BATCH).await?;
        tx.commit().await?;
        rotated.declarations += sealed;
        tick(sealed);
        after = last;
    }
    for sealed in store::SECRETS {
        let mut after = Some(String::new());
        while let Some(place) = &after {
            let mut tx = db.begin().await?;
            let (count, last) = sealed.anew(&mut tx, keys, place, BATCH).await?;
            tx.commit().await?;
            rotated.secrets += count;
            tick(count);
            after = last;
        }
    }
    // Never before nothing needs it any more.
    let older = masters(db).await?.into_iter().filter(|(master, _)| *master != Some(keys.current()));
    let count = older.map(|(_, count)| count).sum();
    if count > 0 {
        return Err(Error::Rotating { count });
    }
    keys.retire(path)?;
    db.settle().await?;
    Ok(rotated)
}

#[cfg(test)]
pub(crate) mod tests;
