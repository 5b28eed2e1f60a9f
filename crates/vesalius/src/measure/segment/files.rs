//! Which mask belongs to which: two files, or the files of two folders by the names of their cases.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use vesalius_image::format;

use super::super::classify::Missing;
use crate::error::{Error, ErrorKind, Result};
use crate::measure::wording::n_of;

/// Names that a note lists before it counts the rest.
const N_LISTED: usize = 5;

/// The masks of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The name of the case.
    pub case: String,
    /// What is true.
    pub truth: PathBuf,
    /// What was predicted, if there is such a file.
    pub pred: Option<PathBuf>,
}

/// The pairs in the order of their cases, and what has no partner.
pub(super) struct Matched {
    pub(super) pairs: Vec<Pair>,
    pub(super) notes: Vec<String>,
}

/// Brings truth and predictions together; both are files or both are folders.
pub(super) fn matched(truth: &Path, pred: &Path, missing: Missing) -> Result<Matched> {
    for path in [truth, pred] {
        std::fs::metadata(path).map_err(|error| Error::read(path, error))?;
    }
    match (truth.is_dir(), pred.is_dir()) {
        (false, false) => {
            let case = case_name(truth).unwrap_or_else(|| truth.display().to_string());
            let pair = Pair { case, truth: truth.to_owned(), pred: Some(pred.to_owned()) };
            Ok(Matched { pairs: vec![pair], notes: Vec::new() })
        }
        (true, true) => folders(truth, pred, missing),
        (is_folder, _) => {
            let (folder, file) = if is_folder { (truth, pred) } else { (pred, truth) };
            let message = format!(
                "{} is a folder and {} a file; expected two files, or two folders whose files are called alike",
                folder.display(),
                file.display()
            );
            Err(Error::new(ErrorKind::Configuration, message))
        }
    }
}

fn folders(truth: &Path, pred: &Path, rule: Missing) -> Result<Matched> {
    let (truths, mut preds) = (masks(truth)?, masks(pred)?);
    if truths.is_empty() {
        let message = format!(
            "{} holds no mask; expected files such as case.nii.gz, or a folder with one for each case",
            truth.display()
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    let pairs: Vec<Pair> =
        truths.into_iter().map(|(case, truth)| Pair { pred: preds.remove(&case), case, truth }).collect();
    let missing: Vec<&str> = pairs.iter().filter(|pair| pair.pred.is_none()).map(|pair| pair.case.as_str()).collect();
    if missing.len() == pairs.len() {
        let message = format!(
            "no case of {} has a prediction in {}: the truth has {}, and the predictions have {}; \
             expected files that are called alike, whatever their formats",
            truth.display(),
            pred.display(),
            listed(&missing),
            listed(&preds.keys().map(String::as_str).collect::<Vec<_>>())
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    let mut notes = Vec::new();
    if !missing.is_empty() {
        let what = format!("{} without a prediction", n_of(missing.len(), "case"));
        let becomes = match rule {
            Missing::Error => {
                let message = format!("{what}: {}; predict them, or choose another --missing", listed(&missing));
                return Err(Error::new(ErrorKind::Data, message));
            }
            Missing::Worst => "scored worst",
            Missing::LeaveOut => "left out",
        };
        notes.push(format!("{what}, {becomes}: {}", listed(&missing)));
    }
    if !preds.is_empty() {
        let extra: Vec<&str> = preds.keys().map(String::as_str).collect();
        notes.push(format!("{} without a truth, not measured: {}", n_of(extra.len(), "case"), listed(&extra)));
    }
    let pairs = pairs.into_iter().filter(|pair| pair.pred.is_some() || rule != Missing::LeaveOut).collect();
    Ok(Matched { pairs, notes })
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let more = names.len().saturating_sub(N_LISTED);
    let shown = names[..names.len() - more].join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// The masks in a folder by case: its images, or where it has none the one image of each of its folders; of a folder of
/// predictions of ours, what lies in `masks`.
fn masks(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let entries = sorted(folder)?;
    let images: Vec<&PathBuf> = entries.iter().filter(|path| path.is_file() && case_name(path).is_some()).collect();
    let inner = folder.join("masks");
    if images.is_empty() && inner.is_dir() {
        return masks(&inner);
    }
    let mut found = BTreeMap::new();
    if images.is_empty() {
        for inner in entries.iter().filter(|path| path.is_dir()) {
            let files = sorted(inner)?;
            let mut images = files.into_iter().filter(|path| path.is_file() && case_name(path).is_some());
            if let (Some(image), None) = (images.next(), images.next()) {
                let name = inner.file_name().unwrap_or_default().to_string_lossy().into_owned();
                found.insert(name, image);
            }
        }
        return Ok(found);
    }
    for image in images {
        let Some(case) = case_name(image) else { continue };
        if let Some(other) = found.insert(case.clone(), image.clone()) {
            let message = format!(
                "{} and {} are both case {case}; expected one mask for each case",
                other.display(),
                image.display()
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
    }
    Ok(found)
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::read(folder, error))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(|error| Error::read(folder, error)))
        .collect::<Result<_>>()?;
    paths.sort();
    Ok(paths)
}

/// The name of a file without what its format adds to it; `None` where the name is that of no image.
fn case_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy();
    format::stem(&name).map(str::to_owned)
}
