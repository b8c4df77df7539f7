//! The records of a data folder: database and keys.

use std::fs::File;
use std::path::Path;

use analytics::register::Register;
use app::import::Importing;
use app::{Clock, SystemClock};
use database::{Db, Keyring};
use programme::Programme;
use registry::household::store::ImportCounts;

use crate::console::Console;
use crate::failure::{Failure, Result};

const LOCK: &str = ".lock";

/// An opened data folder.
pub(crate) struct Records {
    pub db: Db,
    pub keys: Keyring,
    /// Held as long as the folder is used: who makes keys new is alone.
    lock: File,
}

impl Records {
    /// Opens records that are there; a wrong folder must not become a new one with new keys.
    pub(crate) async fn existing(folder: &Path, database: Option<&str>) -> Result<Self> {
        let keys = folder.join(app::backup::KEYS);
        if !keys.is_file() {
            return Err(Failure::Usage(format!("{} holds no records: {} is missing; check --data", folder.display(), keys.display())));
        }
        Self::open(folder, database).await
    }

    /// As [`Self::existing`], while nobody else uses the folder on this machine.
    pub(crate) async fn alone(folder: &Path, database: Option<&str>) -> Result<Self> {
        let records = Self::existing(folder, database).await?;
        records.lock.unlock().map_err(Failure::file(folder))?;
        records.lock.try_lock().map_err(|_held| Failure::Busy { path: folder.to_path_buf() })?;
        // Made new by somebody between the two locks?
        let keys = Keyring::open(&folder.join(app::backup::KEYS)).map_err(app::Error::from)?;
        Ok(Self { keys, ..records })
    }

    /// Makes what is missing: the folder, its keys, the database and its tables.
    pub(crate) async fn open(folder: &Path, database: Option<&str>) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(Failure::file(folder))?;
        let path = folder.join(LOCK);
        let lock = File::create(&path).map_err(Failure::file(&path))?;
        lock.try_lock_shared().map_err(|_held| Failure::Busy { path: folder.to_path_buf() })?;
        let keys = Keyring::open(&folder.join(app::backup::KEYS)).map_err(app::Error::from)?;
        let url = database.map_or_else(|| format!("sqlite:{}", folder.join(app::backup::RECORDS).display()), str::to_owned);
        let db = Db::open(&url).await.map_err(app::Error::from)?;
        db.migrate(&app::migrations()).await.map_err(app::Error::from)?;
        Ok(Self { db, keys, lock })
    }

    /// Brings a register in, with a bar on the way.
    pub(crate) async fn import(&self, programme: &Programme, register: &Register, console: &Console) -> Result<ImportCounts> {
        let bar = console.progress(console.say("写入档案", "recording"), register.manifest.households());
        let importing = Importing { actor: "import", at: SystemClock.now(), within: None, preview: false };
        let imported = app::import::records(&self.db, &self.keys, programme, register, importing, &|n| bar.inc(n)).await?;
        bar.finish_and_clear();
        Ok(imported.counts)
    }
}

/// The runtime of the commands that wait for a database or for people.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::file("the runtime"))
}
