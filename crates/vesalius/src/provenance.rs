//! What made a run: recipe, versions and hashes of the inputs; no clock, no host, no path of a machine.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use vesalius_image::Fingerprint;

use crate::artifact;
use crate::cohort::Cohort;
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
    /// BLAKE3 of what was read: of the decoded images, and of cases and labels.
    pub inputs: BTreeMap<String, String>,
    /// The recipe with every value in place.
    pub recipe: Recipe,
}

impl RunRecord {
    /// The record of a run of this recipe on these cases; `fingerprints` are those of their decoded images.
    pub fn new(recipe: &Recipe, cohort: &Cohort, fingerprints: &[Option<Fingerprint>]) -> Self {
        let versions = [("vesalius", env!("CARGO_PKG_VERSION")), vesalius_nn::BACKEND];
        let (mut images, mut labels) = (blake3::Hasher::new(), blake3::Hasher::new());
        for (case, fingerprint) in cohort.cases.iter().zip(fingerprints) {
            images.update(fingerprint.as_ref().map_or(&[0; 32][..], |fingerprint| fingerprint.as_bytes()));
            labels.update(format!("{} {} {:?} {:?}\n", case.case, case.subject, case.split, case.truth).as_bytes());
        }
        let inputs = [("images", images), ("cases and labels", labels)];
        Self {
            schema: 1,
            versions: versions.map(|(name, version)| (name.to_owned(), version.to_owned())).into(),
            inputs: inputs.map(|(name, hasher)| (name.to_owned(), hasher.finalize().to_hex().to_string())).into(),
            recipe: recipe.clone(),
        }
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
            path.parent().map(artifact::sweep);
            return Ok(());
        }
        let message = format!(
            "{} is of another run: the recipe, the data or the version differs; choose another --out, or delete the folder",
            path.display()
        );
        Err(Error::new(ErrorKind::Configuration, message))
    }
}
