//! The folder of an import: what came in, the register made of it, what was found and what was refused.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{BufReader, Cursor, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use analytics::reading::ReadingOptions;
use analytics::register::{ImportOptions, ImportReport, import};
use kernel::Finding;
use programme::Programme;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{Batch, Failure, folder};
use crate::error::{Error, Result};
use crate::job::Progress;
use crate::service::Service;

/// What may come in: what Excel and other programs write.
const ENDINGS: [&str; 5] = ["csv", "tsv", "txt", "xlsx", "xlsm"];
/// Letters that are kept of a file's name.
const NAME: usize = 80;
/// Bytes to which a workbook may unpack.
const UNPACKED: u64 = 300 << 20;
/// How files begin that hold others, packed: gzip, Zstandard, Parquet.
const PACKED: [&[u8]; 3] = [b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"];
/// Faults after which it is another kind of file.
const MOST_ERRORS: u64 = 1_000_000;

const IN: &str = "in";
pub(super) const REGISTER: &str = "register";
const REFUSED: &str = "refused";
const FINDINGS: &str = "findings.json";

/// Where the files of a new import are put; gone with it unless they are kept, so that an upload that breaks off leaves nothing.
pub struct Inbox {
    folder: PathBuf,
    files: Vec<String>,
    kept: bool,
}

impl Drop for Inbox {
    fn drop(&mut self) {
        if !self.kept {
            // What cannot be removed now is swept later.
            let _left = remove(&self.folder);
        }
    }
}

impl Inbox {
    /// A folder that nobody but the service can open.
    pub fn create(service: &Service, id: &str) -> Result<Self> {
        let folder = folder(service, id)?;
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(Error::file(&folder))?;
        Ok(Self { folder, files: Vec::new(), kept: false })
    }

    /// A new file of a table; `None` if its name does not end like that of a table.
    pub fn file(&mut self, table: &str, name: &str) -> Result<Option<File>> {
        let Some(name) = tame(name) else { return Ok(None) };
        let folder = self.folder.join(IN).join(table);
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(Error::file(&folder))?;
        let path = folder.join(&name);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(Error::file(&path))?;
        self.files.push(name);
        Ok(Some(file))
    }

    /// Keeps what came in; the names of the files.
    #[must_use]
    pub fn keep(mut self) -> Vec<String> {
        self.kept = true;
        std::mem::take(&mut self.files)
    }
}

/// A file's name without anything that leads elsewhere.
pub(super) fn tame(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next()?;
    let (stem, ending) = last.rsplit_once('.')?;
    let ending = ENDINGS.into_iter().find(|known| ending.eq_ignore_ascii_case(known))?;
    let kept: String = stem.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).take(NAME).collect();
    (!kept.is_empty()).then(|| format!("{kept}.{ending}"))
}

/// Looks through the files of an import and makes a register of what can be used.
pub(super) fn look(programme: &Programme, folder: &Path, progress: &Progress) -> Result<Result<ImportReport, Failure>> {
    if let Some(failure) = bomb(&folder.join(IN))? {
        return Ok(Err(failure));
    }
    let options = ImportOptions {
        reading: ReadingOptions { rejects: Some(folder.join(REFUSED)), max_errors: Some(MOST_ERRORS), ..ReadingOptions::default() },
        dry_run: false,
    };
    let report = match import(programme, &folder.join(IN), &folder.join(REGISTER), &options, &mut |rows| progress.add(rows)) {
        Ok(report) => report,
        Err(error @ (analytics::Error::File { .. } | analytics::Error::Parquet { .. })) => return Err(error.into()),
        Err(analytics::Error::Register { reason, .. }) => return Ok(Err(Failure::Unreadable(reason))),
        Err(error) => return Ok(Err(Failure::Unreadable(error.to_string()))),
    };
    let path = folder.join(FINDINGS);
    let text = serde_json::to_string(&report.findings).map_err(registry::Error::from)?;
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path).map_err(Error::file(&path))?;
    file.write_all(text.as_bytes()).map_err(Error::file(&path))?;
    Ok(Ok(report))
}

/// A file that unpacks to more than is read, whatever it says of itself.
fn bomb(folder: &Path) -> Result<Option<Failure>> {
    for (name, path) in listed(folder)? {
        let name = name.rsplit('/').next().unwrap_or(&name).to_owned();
        let mut head = Vec::new();
        let file = File::open(&path).map_err(Error::file(&path))?;
        (&file).take(8).read_to_end(&mut head).map_err(Error::file(&path))?;
        if PACKED.iter().any(|packed| head.starts_with(packed)) {
            return Ok(Some(Failure::OtherKind(name)));
        }
        // What is no archive is read as text, or told to be neither.
        let Ok(mut archive) = ZipArchive::new(BufReader::new(file)) else { continue };
        let mut left = UNPACKED;
        for index in 0..archive.len() {
            let Ok(entry) = archive.by_index(index) else { continue };
            // What breaks off here breaks off for the reader too, and is told then.
            left -= std::io::copy(&mut entry.take(left), &mut std::io::sink()).unwrap_or(0);
            if left == 0 {
                return Ok(Some(Failure::TooLarge(name)));
            }
        }
    }
    Ok(None)
}

/// What was found in the files of an import; nothing once they are gone.
pub fn findings(service: &Service, batch: &Batch) -> Result<Vec<Finding>> {
    let path = folder(service, &batch.id)?.join(FINDINGS);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(serde_json::from_str(&text).map_err(registry::Error::from)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::file(&path)(error)),
    }
}

/// The refused rows with their reasons, a file for each table and kind of fault, as a ZIP file; `None` once they are gone.
pub fn refused(service: &Service, batch: &Batch) -> Result<Option<Vec<u8>>> {
    let root = folder(service, &batch.id)?.join(REFUSED);
    let packed = |error: zip::result::ZipError| Error::file(&root)(std::io::Error::other(error));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut some = false;
    for (name, path) in listed(&root)? {
        let bytes = std::fs::read(&path).map_err(Error::file(&path))?;
        writer.start_file(name, SimpleFileOptions::default()).map_err(packed)?;
        writer.write_all(&bytes).map_err(Error::file(&path))?;
        some = true;
    }
    let bytes = writer.finish().map_err(packed)?.into_inner();
    Ok(some.then_some(bytes))
}

/// The files of the folders in a folder, as `folder/file`, in order.
fn listed(root: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    if !root.is_dir() {
        return Ok(files);
    }
    for table in std::fs::read_dir(root).map_err(Error::file(root))? {
        let table = table.map_err(Error::file(root))?;
        for file in std::fs::read_dir(table.path()).map_err(Error::file(root))? {
            let file = file.map_err(Error::file(root))?;
            let name = format!("{}/{}", table.file_name().to_string_lossy(), file.file_name().to_string_lossy());
            files.push((name, file.path()));
        }
    }
    files.sort();
    Ok(files)
}

/// The files themselves, when the records hold what was in them.
pub(super) fn forget_sources(folder: &Path) -> Result<()> {
    remove(&folder.join(IN))?;
    remove(&folder.join(REGISTER))
}

pub(super) fn remove(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file(folder)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Removes folders that nobody wrote to since an instant (microseconds UTC); also of imports that never came as far as the records.
pub(super) fn sweep(imports: &Path, until: i64) -> Result<usize> {
    let mut swept = 0;
    if !imports.is_dir() {
        return Ok(0);
    }
    for entry in std::fs::read_dir(imports).map_err(Error::file(imports))? {
        let entry = entry.map_err(Error::file(imports))?;
        let changed = entry.metadata().and_then(|known| known.modified()).map_err(Error::file(imports))?;
        let since = changed.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_micros());
        if i64::try_from(since).unwrap_or(i64::MAX) < until {
            remove(&entry.path())?;
            swept += 1;
        }
    }
    Ok(swept)
}
