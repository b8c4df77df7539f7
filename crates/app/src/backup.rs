//! Backups of a data folder while it is served, and the way back.
//!
//! A backup is one file: every table, and the key files of the folder, without which names and numbers cannot be read. It is written
//! aside and renamed when it is whole; only its owner may read it.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use database::Db;
use database::backup::{About, Attached, seal, tables, unseal, url};
use database::copy::copy;

use crate::error::{Error, Result};
use crate::{SEEDED, migrations};

/// The key file of the records.
pub const KEYS: &str = "keys.json";
/// The records of a folder, unless they are in a database of their own.
pub const RECORDS: &str = "records.db";
/// Times a backup begins anew because keys changed while it was taken.
const ATTEMPTS: usize = 3;

/// What is to be backed up.
#[derive(Debug, Clone, Copy)]
pub struct BackingUp<'a> {
    pub data: &'a Path,
    pub to: &'a Path,
    pub with_keys: bool,
    /// Microseconds UTC.
    pub at: i64,
}

/// Writes a backup; everything acknowledged before it began is in it. `tick` gets the number of rows done, where they are counted.
pub async fn back_up(db: &Db, what: BackingUp<'_>, tick: &(dyn Fn(u64) + Sync)) -> Result<About> {
    if what.to.exists() {
        return Err(Error::Exists(what.to.to_path_buf()));
    }
    let aside = Aside::new(what.to);
    for _ in 0..ATTEMPTS {
        aside.make()?;
        let before = key_files(what.data)?;
        tables(db, &aside.0, &migrations(), &SEEDED, tick).await?;
        // Keys that were made or retired meanwhile may not fit the tables.
        if key_files(what.data)? != before {
            continue;
        }
        let files = if what.with_keys { before } else { Vec::new() };
        let about = seal(&aside.0, &migrations(), &files, what.at, db.engine()).await?;
        File::open(&aside.0).and_then(|file| file.sync_all()).map_err(failed(&aside.0))?;
        std::fs::rename(&aside.0, what.to).map_err(failed(what.to))?;
        return Ok(about);
    }
    Err(Error::Underway)
}

/// Where a backup goes.
#[derive(Debug, Clone, Copy)]
pub struct Restoring<'a> {
    pub from: &'a Path,
    pub data: &'a Path,
    /// An empty database; none for a file in the folder.
    pub database: Option<&'a str>,
    /// The folder with the key files of a backup that has none.
    pub keys: Option<&'a Path>,
}

/// Makes an empty data folder what the backup holds, table by table verified; whatever fails leaves the folder empty.
pub async fn restore(what: Restoring<'_>, tick: &(dyn Fn(u64) + Sync)) -> Result<About> {
    if what.data.exists() && std::fs::read_dir(what.data).map_err(failed(what.data))?.next().is_some() {
        return Err(Error::Exists(what.data.to_path_buf()));
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(what.data).map_err(failed(what.data))?;
    let restored = fill(what, tick).await;
    if restored.is_err() {
        clear(what.data)?;
    }
    restored
}

async fn fill(what: Restoring<'_>, tick: &(dyn Fn(u64) + Sync)) -> Result<About> {
    let aside = Aside::new(&what.data.join(RECORDS));
    let mut own = aside.make()?;
    let mut backup = File::open(what.from).map_err(failed(what.from))?;
    std::io::copy(&mut backup, &mut own).map_err(failed(&aside.0))?;
    drop(own);
    let (about, mut files) = unseal(&aside.0).await?;
    if let Some(folder) = what.keys {
        files = key_files(folder)?;
    }
    if !files.iter().any(|file| file.name == KEYS) {
        return Err(Error::NoKeys);
    }
    for file in &files {
        write_key(what.data, file)?;
    }
    let db = Db::open(&url(&aside.0)).await?;
    db.migrate(&migrations()).await?;
    if let Some(url) = what.database {
        let target = Db::open(url).await?;
        let copied = copy(&db, &target, &migrations(), &SEEDED, tick).await;
        target.close().await;
        copied?;
    }
    db.close().await;
    if what.database.is_none() {
        let records = what.data.join(RECORDS);
        std::fs::rename(&aside.0, &records).map_err(failed(&records))?;
    }
    Ok(about)
}

/// The key files of a data folder, by name.
fn key_files(folder: &Path) -> Result<Vec<Attached>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == KEYS || path.extension().is_some_and(|ending| ending == "key") {
            files.push(Attached { name, bytes: std::fs::read(&path).map_err(failed(&path))? });
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn write_key(folder: &Path, file: &Attached) -> Result<()> {
    use std::io::Write;
    // A name out of a file must not lead out of the folder.
    let name = Path::new(&file.name).file_name().filter(|name| *name == file.name.as_str());
    let path = folder.join(name.ok_or(database::Error::Backup("a file in it has no plain name"))?);
    let write = || {
        let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        out.write_all(&file.bytes)?;
        out.sync_all()
    };
    write().map_err(failed(&path))
}

/// A SQLite file that is not in its place yet; gone with whoever gives up.
struct Aside(PathBuf);

impl Aside {
    fn new(path: &Path) -> Self {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        Self(path.with_file_name(name))
    }

    /// Anew, empty, and for its owner only before anything is in it.
    fn make(&self) -> Result<File> {
        self.remove();
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.0).map_err(failed(&self.0))
    }

    fn remove(&self) {
        for ending in ["", "-wal", "-shm", "-journal"] {
            let mut path = self.0.clone().into_os_string();
            path.push(ending);
            // What is not there need not be removed; what stays is refused by `make`.
            let _absent = std::fs::remove_file(path);
        }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Empties a folder that this process has filled.
fn clear(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        std::fs::remove_file(&path).map_err(failed(&path))?;
    }
    Ok(())
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_path_buf();
    move |source| database::Error::File { path, source }.into()
}

#[cfg(test)]
mod tests;
