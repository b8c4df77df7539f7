//! From records to the register's files: the way back of [`crate::import`], a folder for each county, only where something changed.
//!
//! Each county's folder is whole at any moment and says in its own `manifest.json` what it was made from; the one above lists them.
//! Without a reason nothing personal leaves: people go out under the numbers of household and member.

mod column;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use analytics::output::{FileSum, TableFolder};
use chrono::NaiveDate;
use database::{Db, Keyring, Tx};
use kernel::AreaCode;
use programme::{Programme, TableRole};
use registry::Household;
use registry::county::{State, store as counties};
use registry::household::store::Identities;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::access_log::{Entry, store as log};
use crate::error::{Error, Result};
use crate::permission::{Action, Purpose};
use crate::role::{HouseholdKey, OPERATOR};
use crate::service::end_of;
use column::{Layout, Seen};

/// Households read and written at a time.
const PAGE: usize = 1_000;
/// The manifest of a county and of the whole.
pub const MANIFEST: &str = "manifest.json";
const FORMAT: u32 = 1;
const LOCK: &str = ".lock";

/// What is to be exported.
#[derive(Debug, Clone, Copy)]
pub struct Exporting<'a> {
    pub to: &'a Path,
    /// As the records knew it at the end of this day; now, if none.
    pub as_of: Option<NaiveDate>,
    /// Why names and numbers are needed; without it they stay where they are.
    pub personal: Option<&'a str>,
    /// Microseconds UTC.
    pub at: i64,
}

/// What an export did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExportCounts {
    pub households: u64,
    pub people: u64,
    /// Counties written.
    pub written: u64,
    /// Counties that stand as they were.
    pub kept: u64,
}

/// What a folder was made from: where this is the same, its files are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    pub format: u32,
    pub programme: String,
    pub programme_version: String,
    /// SHA-256 of the columns that the programme asks for.
    pub columns: String,
    pub as_of: Option<String>,
    pub personal: bool,
}

/// `manifest.json` of a county.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountyManifest {
    #[serde(flatten)]
    pub basis: Basis,
    pub county: String,
    pub state: State,
    pub households: u64,
    pub people: u64,
    pub files: BTreeMap<String, FileSum>,
}

/// `manifest.json` of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    #[serde(flatten)]
    pub basis: Basis,
    pub counties: BTreeMap<String, CountyManifest>,
}

/// Brings the files of a folder up to date with the records. `tick` gets the number of households done.
pub async fn records(
    db: &Db,
    keys: &Keyring,
    programme: &Programme,
    exporting: Exporting<'_>,
    tick: &(dyn Fn(u64) + Sync),
) -> Result<ExportCounts> {
    let layouts = Layouts::new(programme, exporting.personal.is_some());
    let basis = Basis {
        format: FORMAT,
        programme: programme.meta.id.get_ref().clone(),
        programme_version: programme.meta.version.clone(),
        columns: layouts.digest(),
        as_of: exporting.as_of.map(|day| day.to_string()),
        personal: exporting.personal.is_some(),
    };
    let _lock = claim(exporting.to, &basis)?;
    let mut tx = db.read().await?;
    let known = counties::list(&mut tx).await?;
    drop(tx);
    let mut whole = Manifest { basis, counties: BTreeMap::new() };
    let mut counts = ExportCounts::default();
    for county in known {
        let mut work = County { db, keys, exporting, layouts: &layouts, basis: &whole.basis, county: &county, tick };
        let Some((manifest, fresh)) = work.bring().await? else { continue };
        counts.households += manifest.households;
        counts.people += manifest.people;
        *(if fresh { &mut counts.written } else { &mut counts.kept }) += 1;
        whole.counties.insert(county, manifest);
    }
    discard_others(exporting.to, &whole)?;
    save(&exporting.to.join(MANIFEST), &whole)?;
    Ok(counts)
}

/// What goes into the two tables.
struct Layouts {
    household: Option<Layout>,
    person: Option<Layout>,
}

impl Layouts {
    fn new(programme: &Programme, personal: bool) -> Self {
        let of = |role| programme.tables.iter().find(|table| table.role == role).map(|table| Layout::new(programme, &table.part, personal));
        Self { household: of(TableRole::Household), person: of(TableRole::Person) }
    }

    fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for layout in self.household.iter().chain(&self.person) {
            hash.update(layout.describe().as_bytes());
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The personal columns, as the access log names them.
    fn personal(&self) -> String {
        let mut fields: Vec<&str> = self.household.iter().chain(&self.person).flat_map(Layout::personal).collect();
        fields.sort_unstable();
        fields.dedup();
        fields.join(",")
    }
}

/// One county on its way into a folder.
struct County<'a> {
    db: &'a Db,
    keys: &'a Keyring,
    exporting: Exporting<'a>,
    layouts: &'a Layouts,
    basis: &'a Basis,
    county: &'a str,
    tick: &'a (dyn Fn(u64) + Sync),
}

impl County<'_> {
    /// The county's manifest, and whether its files were written; nothing if it had no households then.
    async fn bring(&mut self) -> Result<Option<(CountyManifest, bool)>> {
        // One consistent state for the whole county; who serves goes on meanwhile.
        let mut tx = self.db.read().await?;
        let mut state = counties::state(&mut tx, self.county, self.instant()).await?;
        if !self.basis.personal {
            state.identified_at = 0;
        }
        if state.households == 0 {
            return Ok(None);
        }
        let folder = self.exporting.to.join(self.county);
        if let Some(standing) = standing(&folder, self.basis, self.county, state) {
            (self.tick)(standing.households);
            return Ok(Some((standing, false)));
        }
        let seen = self.look(&mut tx).await?;
        let mut files = TableFolder::create(&folder)?;
        let (mut after, mut households, mut people) = (String::new(), 0, 0);
        loop {
            let (page, identities) = self.page(&mut tx, &after).await?;
            let Some(last) = page.last() else { break };
            after.clone_from(&last.id.0);
            if let Some(layout) = &self.layouts.household {
                files.write(&layout.table, layout.households(&page, &identities, &seen.0)?)?;
            }
            if let Some(layout) = &self.layouts.person {
                let (columns, rows) = layout.people(&page, &identities, &seen.1)?;
                people += rows;
                files.write(&layout.table, columns)?;
            }
            let done = u64::try_from(page.len()).unwrap_or(0);
            households += done;
            (self.tick)(done);
        }
        let files_held = files.close()?;
        let (basis, county) = (self.basis.clone(), self.county.to_owned());
        let manifest = CountyManifest { basis, county, state, households, people, files: files_held };
        files.publish(MANIFEST, &text(&manifest)?)?;
        Ok(Some((manifest, true)))
    }

    fn instant(&self) -> Option<i64> {
        self.exporting.as_of.map(end_of)
    }

    /// Which columns hold anything: what nobody delivered is left out, as in the files that came in. Every household that will be opened
    /// is written into the access log here, before.
    async fn look(&self, tx: &mut Tx) -> Result<(Seen, Seen)> {
        let mut seen = (Seen::default(), Seen::default());
        let mut after = String::new();
        loop {
            let page = counties::page(tx, self.county, self.instant(), &after, i64::try_from(PAGE).unwrap_or(i64::MAX)).await?;
            let Some(last) = page.last() else { return Ok(seen) };
            after.clone_from(&last.id.0);
            if let Some(reason) = self.exporting.personal {
                self.note(&page, reason).await?;
            }
            let identities = self.identities(tx, &page).await?;
            for household in &page {
                seen.0.cells(&household.cells);
                household.present().for_each(|member| seen.1.cells(&member.cells));
                for (person, field) in identities.get(&household.id.0).into_iter().flat_map(Identities::keys) {
                    if person.is_empty() { seen.0.column(field) } else { seen.1.column(field) }
                }
            }
        }
    }

    /// SEC-1: written down and committed before anything is opened.
    async fn note(&self, page: &[Household], reason: &str) -> Result<()> {
        let county = AreaCode::parse(self.county).ok_or_else(|| registry::Error::Area(self.county.to_owned()))?;
        let fields = self.layouts.personal();
        let entry = |household: &Household| Entry {
            at: self.exporting.at,
            principal: OPERATOR.to_owned(),
            role: OPERATOR.to_owned(),
            action: Action::ExportList,
            household: HouseholdKey::new(county, &household.id.0),
            purpose: Purpose::Administration,
            fields: fields.clone(),
            reason: reason.to_owned(),
            allowed: true,
            policy: "command".to_owned(),
        };
        let entries: Vec<Entry> = page.iter().map(entry).collect();
        let mut tx = self.db.begin().await?;
        log::append(&mut tx, self.keys, &entries).await?;
        Ok(tx.commit().await?)
    }

    async fn page(&self, tx: &mut Tx, after: &str) -> Result<(Vec<Household>, BTreeMap<String, Identities>)> {
        let page = counties::page(tx, self.county, self.instant(), after, i64::try_from(PAGE).unwrap_or(i64::MAX)).await?;
        let identities = self.identities(tx, &page).await?;
        Ok((page, identities))
    }

    async fn identities(&self, tx: &mut Tx, page: &[Household]) -> Result<BTreeMap<String, Identities>> {
        let (Some(first), Some(last), true) = (page.first(), page.last(), self.basis.personal) else { return Ok(BTreeMap::new()) };
        Ok(counties::identities(tx, self.keys, self.county, (&first.id.0, &last.id.0)).await?)
    }
}

/// Makes the folder ours, or refuses one that is somebody else's; the file stays locked as long as it lives.
fn claim(folder: &Path, basis: &Basis) -> Result<File> {
    let file = |path: &Path| {
        let path: PathBuf = path.to_path_buf();
        move |source| Error::from(database::Error::File { path, source })
    };
    std::fs::create_dir_all(folder).map_err(file(folder))?;
    let manifest = folder.join(MANIFEST);
    if !manifest.exists() {
        let mut others = std::fs::read_dir(folder).map_err(file(folder))?.filter_map(std::result::Result::ok);
        if others.any(|entry| entry.file_name() != LOCK) {
            return Err(analytics::Error::Occupied { path: folder.to_path_buf() }.into());
        }
    }
    let path = folder.join(LOCK);
    let lock = File::create(&path).map_err(file(&path))?;
    lock.try_lock().map_err(|_held| Error::Underway)?;
    if !manifest.exists() {
        save(&manifest, &Manifest { basis: basis.clone(), counties: BTreeMap::new() })?;
    }
    Ok(lock)
}

/// The manifest of a county whose files are already what they would become.
fn standing(folder: &Path, basis: &Basis, county: &str, state: State) -> Option<CountyManifest> {
    let manifest: CountyManifest = serde_json::from_str(&std::fs::read_to_string(folder.join(MANIFEST)).ok()?).ok()?;
    let whole = |(name, sum): (&String, &FileSum)| std::fs::metadata(folder.join(name)).is_ok_and(|file| file.len() == sum.bytes);
    let same = manifest.basis == *basis && manifest.county == county && manifest.state == state;
    (same && manifest.files.iter().all(whole)).then_some(manifest)
}

/// Removes folders of counties that are not in the records, or were not yet on that day.
fn discard_others(folder: &Path, whole: &Manifest) -> Result<()> {
    let fail = |source| Error::from(database::Error::File { path: folder.to_path_buf(), source });
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = std::fs::read_to_string(entry.path().join(MANIFEST)).is_ok_and(|t| serde_json::from_str::<CountyManifest>(&t).is_ok());
        if ours && !whole.counties.contains_key(&name) {
            std::fs::remove_dir_all(entry.path()).map_err(fail)?;
        }
    }
    Ok(())
}

fn text(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string_pretty(value).map_err(registry::Error::from)?)
}

/// Whole or as it was before.
fn save(path: &Path, manifest: &Manifest) -> Result<()> {
    use std::io::Write;
    let aside = path.with_extension("new");
    let text = text(manifest)?;
    let write = || {
        let mut file = File::create(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&aside, path)
    };
    write().map_err(|source| database::Error::File { path: path.to_path_buf(), source }.into())
}
