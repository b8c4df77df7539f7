//! A programme definition from its folder.

use std::path::{Path, PathBuf};

use programme::{Programme, SourceFile};

use crate::failure::{Failure, Result};

/// Reads all `*.toml` of a folder and its sub-folders.
pub(crate) fn load(folder: &Path) -> Result<Programme> {
    let mut paths = Vec::new();
    list(folder, &mut paths)?;
    paths.sort();
    if paths.is_empty() {
        return Err(Failure::Usage(format!("{} holds no programme: no *.toml", folder.display())));
    }
    let mut sources = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).map_err(Failure::file(&path))?;
        sources.push(SourceFile { name: path.to_string_lossy().into_owned(), text });
    }
    Programme::load(sources).map_err(|problems| Failure::Definition(problems.0))
}

fn list(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(Failure::file(folder))? {
        let path = entry.map_err(Failure::file(folder))?.path();
        if path.is_dir() {
            list(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            into.push(path);
        }
    }
    Ok(())
}
