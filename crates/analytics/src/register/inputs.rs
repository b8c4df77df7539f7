//! Which files an import reads, and what tells one set of them from another.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use kernel::Finding;
use programme::Programme;
use sha2::{Digest, Sha256};

use super::Manifest;
use crate::error::{Error, Result};
use crate::reading::files::{Listed, inspect, listed};
use crate::reading::{InputFile, ReadingOptions};

/// The files of one delivery, imported together.
pub(super) struct PartitionFiles {
    /// The sub-folder; empty when the data folder is the only delivery.
    pub name: String,
    pub files: Vec<InputFile>,
    pub findings: Vec<Finding>,
}

/// The deliveries of a data folder.
///
/// It is *partitioned* when no file of a table stands in it directly and every sub-folder with files of tables has a file
/// whose own name says that it is of the base table; the sub-folder's name alone does not count, since `household/1.csv`
/// is a table in several files.
pub(super) fn partitions(programme: &Programme, data: &Path) -> Result<Vec<PartitionFiles>> {
    let all = listed(programme, data)?;
    let mut partitions = Vec::new();
    for name in partition_folders(programme, &all) {
        let (files, findings) = inspect(programme, listed(programme, &data.join(&name))?, &format!("{name}/"))?;
        partitions.push(PartitionFiles { name, files, findings });
    }
    if !partitions.is_empty() {
        return Ok(partitions);
    }
    let (files, findings) = inspect(programme, all, "")?;
    if files.is_empty() {
        let names: Vec<String> = findings.iter().map(ToString::to_string).collect();
        let reason = if names.is_empty() { "no table of the programme is in it".to_owned() } else { names.join("; ") };
        return Err(Error::Register { path: data.to_path_buf(), reason });
    }
    Ok(vec![PartitionFiles { name: String::new(), files, findings }])
}

/// The sub-folders that are deliveries of their own; none when the folder is not partitioned.
fn partition_folders(programme: &Programme, all: &[Listed]) -> Vec<String> {
    let base = programme.view.base.get_ref();
    let mut folders: BTreeMap<&str, bool> = BTreeMap::new();
    for file in all.iter().filter(|file| file.table.is_some()) {
        let Some((folder, _)) = file.name.split_once('/') else { return Vec::new() };
        *folders.entry(folder).or_default() |= file.by_stem && file.table.as_ref() == Some(base);
    }
    if folders.values().all(|has_base| *has_base) { folders.into_keys().map(str::to_owned).collect() } else { Vec::new() }
}

/// SHA-256 over all that decides what a register holds: program, definition, how files are read, and the files.
pub(super) fn fingerprint(programme: &Programme, partitions: &[PartitionFiles], options: &ReadingOptions) -> Result<String> {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(bytes);
    };
    part(env!("CARGO_PKG_VERSION").as_bytes());
    part(&Manifest::FORMAT.to_le_bytes());
    part(options.encoding.as_deref().unwrap_or_default().as_bytes());
    part(options.delimiter.as_slice());
    for source in &programme.sources {
        part(source.text.as_bytes());
    }
    for file in partitions.iter().flat_map(|partition| &partition.files) {
        part(file.name.as_bytes());
        part(file.table.as_bytes());
        part(&content(&file.path)?);
    }
    Ok(hex(hash))
}

fn content(path: &Path) -> Result<Vec<u8>> {
    let mut hash = Sha256::new();
    let mut file = std::fs::File::open(path).map_err(Error::file(path))?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let length = file.read(&mut buffer).map_err(Error::file(path))?;
        if length == 0 {
            return Ok(hash.finalize().to_vec());
        }
        hash.update(buffer.get(..length).unwrap_or_default());
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
