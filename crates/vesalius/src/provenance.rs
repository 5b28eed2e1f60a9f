//! What made a run: recipe, versions and hashes of the inputs; no clock, no host, no path of a machine.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::artifact;
use crate::error::{Error, ErrorKind, Result};
use crate::recipe::Recipe;

/// `run.toml`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// Version of this file's format.
    pub schema: u32,
    /// Versions of what computed it.
    pub versions: BTreeMap<String, String>,
    /// BLAKE3 of every input file, or of the table of the cohort where the input is a folder.
    pub inputs: BTreeMap<String, String>,
    /// The recipe with every value in place.
    pub recipe: Recipe,
}

impl RunRecord {
    /// The record of a run of this recipe on this source.
    pub fn new(recipe: &Recipe, source: &Path) -> Result<Self> {
        let versions = [("vesalius", env!("CARGO_PKG_VERSION")), ("burn", "0.22.1")];
        let name = source.file_name().map_or("data".into(), |name| name.to_string_lossy().into_owned());
        Ok(Self {
            schema: 1,
            versions: versions.map(|(name, version)| (name.to_owned(), version.to_owned())).into(),
            inputs: [(name, hash_of(source)?)].into(),
            recipe: recipe.clone(),
        })
    }

    /// Claims a folder for this run, or confirms that it is this run's.
    ///
    /// # Errors
    /// When the folder holds another run: what is there must not be mixed with what is to come.
    pub fn claim(&self, path: &Path) -> Result<()> {
        let mine = toml::to_string_pretty(self).map_err(|error| Error::write(path, error))?;
        if !path.exists() {
            return artifact::write_bytes(path, mine.as_bytes());
        }
        if artifact::read_text(path)? == mine {
            return Ok(());
        }
        let message = format!(
            "{} is of another run: the recipe, the data or the version differs; choose another --out, or delete the folder",
            path.display()
        );
        Err(Error::new(ErrorKind::Configuration, message))
    }
}

/// BLAKE3 of a file, or of all files of a folder with their paths, in the order of their names.
fn hash_of(path: &Path) -> Result<String> {
    let mut hasher = blake3::Hasher::new();
    add(path, "", &mut hasher)?;
    Ok(hasher.finalize().to_hex().to_string())
}

fn add(path: &Path, name: &str, hasher: &mut blake3::Hasher) -> Result<()> {
    if !path.is_dir() {
        let file = File::open(path).map_err(|error| Error::read(path, error))?;
        hasher.update(name.as_bytes());
        hasher.update_reader(file).map_err(|error| Error::read(path, error))?;
        return Ok(());
    }
    let entries = std::fs::read_dir(path).map_err(|error| Error::read(path, error))?;
    let mut entries = entries
        .map(|entry| entry.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())))
        .collect::<std::io::Result<Vec<_>>>()
        .map_err(|error| Error::read(path, error))?;
    entries.sort();
    entries.into_iter().try_for_each(|(entry, path)| add(&path, &format!("{name}/{entry}"), hasher))
}
