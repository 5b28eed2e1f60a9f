//! `split.csv` (`case`, `fold`, `split`) and `split.toml` beside it (how the split came about).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Split, SplitConfig};
use crate::artifact;
use crate::cohort::{Cohort, Part};
use crate::error::{Error, ErrorKind, Result};

/// More folds than anyone makes; a larger number in a file is a mistake, and would cost memory.
const N_FOLDS_MAX: usize = 1000;

/// `split.toml`.
#[derive(Serialize, Deserialize)]
struct Sidecar {
    note: String,
    config: SplitConfig,
}

impl Split {
    /// Writes `split.csv` and `split.toml` into a folder; cases that are not used have no row.
    pub fn save(&self, cohort: &Cohort, config: &SplitConfig, folder: &Path) -> Result<()> {
        let path = folder.join("split.csv");
        let mut writer = csv::Writer::from_writer(Vec::new());
        let write = |row: [&str; 3], writer: &mut csv::Writer<Vec<u8>>| {
            writer.write_record(row).map_err(|error| Error::write(&path, error))
        };
        write(["case", "fold", "split"], &mut writer)?;
        for (fold, parts) in self.folds.iter().enumerate() {
            for (case, part) in cohort.cases.iter().zip(parts) {
                if let Some(part) = part {
                    write([&case.case, &fold.to_string(), part.as_str()], &mut writer)?;
                }
            }
        }
        let bytes = writer.into_inner().map_err(|error| Error::write(&path, error.into_error()))?;
        // The table goes last: whoever finds it finds the note beside it too.
        artifact::write_toml(&folder.join("split.toml"), &Sidecar { note: self.note.clone(), config: config.clone() })?;
        artifact::write_bytes(&path, &bytes)
    }

    /// Reads a `split.csv`, or the one in a folder, for this cohort; cases that it does not name are not used.
    pub fn load(path: &Path, cohort: &Cohort) -> Result<Self> {
        let file = if path.is_dir() { path.join("split.csv") } else { path.to_path_buf() };
        let malformed = |what: String| {
            let message = format!("{} {what}; expected the columns case, fold, split", file.display());
            Error::new(ErrorKind::Format, message)
        };
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_path(&file)
            .map_err(|error| Error::read(&file, error))?;
        let names = reader.headers().map_err(|error| malformed(format!("is no table ({error})")))?.clone();
        let column = |wanted: &str| {
            names.iter().position(|name| name == wanted).ok_or_else(|| malformed(format!("has no column {wanted}")))
        };
        let [case, fold, part] = [column("case")?, column("fold")?, column("split")?];
        let idx_of: BTreeMap<&str, usize> =
            cohort.cases.iter().enumerate().map(|(idx, case)| (case.case.as_str(), idx)).collect();
        let mut split = Split { folds: Vec::new(), note: note_beside(&file)? };
        for record in reader.records() {
            let record = record.map_err(|error| malformed(format!("is no table ({error})")))?;
            let cell = |idx: usize| record.get(idx).unwrap_or("");
            let idx = *idx_of.get(cell(case)).ok_or_else(|| {
                let name = &cohort.header.name;
                malformed(format!(
                    "names case {:?}, which cohort {name} does not have; use the split of this cohort",
                    cell(case)
                ))
            })?;
            let fold = cell(fold).parse().ok().filter(|fold| *fold < N_FOLDS_MAX);
            let fold: usize = fold
                .ok_or_else(|| malformed(format!("has a fold that is no number from 0 for case {:?}", cell(case))))?;
            let part: Part = cell(part)
                .parse()
                .map_err(|error: Error| malformed(format!("is wrong at case {:?}: {error}", cell(case))))?;
            if split.folds.len() <= fold {
                split.folds.resize_with(fold + 1, || vec![None; cohort.n_cases()]);
            }
            if split.folds[fold][idx].replace(part).is_some() {
                return Err(malformed(format!("has case {:?} twice in fold {fold}", cell(case))));
            }
        }
        split.complete(&file)
    }

    fn complete(self, file: &Path) -> Result<Self> {
        let empty = self.folds.iter().position(|parts| parts.iter().all(Option::is_none));
        let what = match (self.folds.is_empty(), empty) {
            (true, _) => "has no rows".to_owned(),
            (false, Some(fold)) => format!("has no case in fold {fold}, but later folds"),
            (false, None) => return Ok(self),
        };
        let message =
            format!("{} {what}; expected one row for each case and fold, folds counted from 0", file.display());
        Err(Error::new(ErrorKind::Format, message))
    }
}

/// A split that somebody else made has no `split.toml`.
fn note_beside(file: &Path) -> Result<String> {
    let sidecar: PathBuf = file.with_file_name("split.toml");
    if sidecar.is_file() {
        return Ok(artifact::read_toml::<Sidecar>(&sidecar)?.note);
    }
    Ok(format!("split as given in {}", file.file_name().unwrap_or_default().to_string_lossy()))
}
