//! The layout `medmnist`: one `.npz` file with images and labels of any of the parts train, val and test.
//!
//! Images are N×H×W, N×H×W×3, N×D×H×W or N×D×H×W×3; labels N, N×1, or N×L for findings.
//! Counts are never taken from a list: subsets and later versions of a set are as good as the official file.

mod flag;
mod labels;
mod sets;

use std::path::{Path, PathBuf};

use vesalius_image::npz::{NpyHeader, Npz};

use crate::cohort::{Case, Cohort, Header, Part, Problem, ReadOptions};
use crate::error::{Error, ErrorKind, Result};

pub use flag::guess as guess_flag;
use labels::{LabelTable, Reading};
pub use sets::{BASE_URL, SETS, Set, SetFile};

/// The set with this flag.
pub fn set(flag: &str) -> Option<&'static Set> {
    SETS.iter().find(|set| set.flag == flag)
}

impl Set {
    /// The publisher's file name for this size: `pneumoniamnist.npz`, `pneumoniamnist_64.npz`.
    pub fn file_name(&self, size: u32) -> String {
        format!("{}{}.npz", self.flag, size_suffix(size as usize))
    }
}

/// The publisher marks every size but 28.
fn size_suffix(size: usize) -> String {
    if size == 28 { String::new() } else { format!("_{size}") }
}

pub(super) fn fits(source: &Path) -> bool {
    is_npz(source) || (source.is_dir() && npz_files(source).len() == 1)
}

pub(super) fn read(source: &Path, options: &ReadOptions) -> Result<(Cohort, Vec<Problem>)> {
    let file = the_file(source)?;
    let npz = Npz::open(&file, &options.limits).map_err(unreadable)?;
    let mut parts = Vec::new();
    for part in Part::ALL {
        parts.extend(PartArrays::read(&npz, &file, part)?);
    }
    let Some(first) = parts.first() else {
        return Err(no_parts(&file, &npz.names()));
    };
    let set = flag::known_set(&file, options, n_axes(&first.shape))?;
    let edge = first.shape[first.shape.len() - 1 - usize::from(has_channel_axis(&first.shape))];
    let reading = labels::reading(&file, &parts, options, set)?;
    let header = header(&file, edge, options, set, &reading);
    let mut problems = strangers(&npz, &file);
    let cases = read_cases(&file, &parts, &reading, &mut problems);
    let root = file.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok((Cohort { header, cases, root }, problems))
}

/// What one part of the file holds.
struct PartArrays {
    part: Part,
    /// Shape of the images, cases first.
    shape: Vec<usize>,
    /// `None` where a part has images and no labels.
    labels: Option<LabelTable>,
}

impl PartArrays {
    /// The arrays of a part, `None` where the file does not have it.
    fn read(npz: &Npz, file: &Path, part: Part) -> Result<Option<Self>> {
        let (images_name, labels_name) = (format!("{part}_images"), format!("{part}_labels"));
        let names = npz.names();
        let has = |name: &String| names.contains(name);
        if !has(&images_name) {
            if has(&labels_name) {
                let message = format!(
                    "{} has {labels_name} without {images_name}; expected both; add the images or leave the labels out",
                    file.display()
                );
                return Err(Error::new(ErrorKind::Data, message));
            }
            return Ok(None);
        }
        let NpyHeader { shape, .. } = npz.header(&images_name).map_err(unreadable)?;
        check_shape(file, &images_name, &shape)?;
        let labels = if has(&labels_name) { Some(LabelTable::read(npz, file, &labels_name, shape[0])?) } else { None };
        Ok(Some(Self { part, shape, labels }))
    }
}

fn check_shape(file: &Path, name: &str, shape: &[usize]) -> Result<()> {
    let n_axes_expected = 3..=5;
    if n_axes_expected.contains(&shape.len()) && shape[1..].iter().all(|&n| n > 0) {
        let is_channel = matches!(shape.last(), Some(1 | 3));
        if shape.len() < 5 || is_channel {
            return Ok(());
        }
    }
    let message = format!(
        "{name} of {} has shape {shape:?}; expected cases × height × width, with 3 channels behind or depth between; \
         save the array in one of these shapes",
        file.display()
    );
    Err(Error::new(ErrorKind::Data, message))
}

/// Whether the last axis counts channels; a volume of 1 or 3 columns is taken for an image, as none is that narrow.
pub(super) fn has_channel_axis(shape: &[usize]) -> bool {
    shape.len() >= 4 && matches!(shape.last(), Some(1 | 3))
}

fn n_axes(shape: &[usize]) -> usize {
    shape.len() - 1 - usize::from(has_channel_axis(shape))
}

fn header(file: &Path, edge: usize, options: &ReadOptions, set: Option<&Set>, reading: &Reading) -> Header {
    let file_name = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let name = set.map_or(stem.into_owned(), |set| format!("{}{}", set.flag, size_suffix(edge)));
    let licence = set.map_or("", |set| set.licence).to_owned();
    let (source, label_protocol) = match set {
        Some(set) => (
            format!("MedMNIST v2, {}, doi:10.5281/zenodo.10519652; file {file_name}", set.name),
            "as published by MedMNIST v2, doi:10.1038/s41597-022-01721-8".to_owned(),
        ),
        None => (format!("file {file_name} in the layout of MedMNIST"), reading.protocol.clone()),
    };
    Header {
        name: options.name.clone().unwrap_or(name),
        task: reading.task,
        classes: reading.classes.clone(),
        licence: options.licence.clone().unwrap_or(licence),
        source,
        label_protocol,
    }
}

fn read_cases(file: &Path, parts: &[PartArrays], reading: &Reading, problems: &mut Vec<Problem>) -> Vec<Case> {
    let file_name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut cases = Vec::with_capacity(parts.iter().map(|part| part.shape[0]).sum());
    for arrays in parts {
        for idx in 0..arrays.shape[0] {
            let case = format!("{}-{idx:05}", arrays.part);
            let reference = format!("{file_name}#{}/{idx}", arrays.part);
            match reading.truth(arrays.labels.as_ref(), idx) {
                Ok(truth) => cases.push(Case {
                    subject: case.clone(),
                    case,
                    site: None,
                    split: Some(arrays.part),
                    images: vec![(String::new(), reference)],
                    truth,
                    extra: std::collections::BTreeMap::new(),
                }),
                Err(message) => problems.push(Problem { case, path: reference, message }),
            }
        }
    }
    cases
}

/// Arrays that the layout does not know are not passed over in silence.
fn strangers(npz: &Npz, file: &Path) -> Vec<Problem> {
    let file_name = file.file_name().unwrap_or_default().to_string_lossy();
    let known: Vec<String> =
        Part::ALL.iter().flat_map(|part| [format!("{part}_images"), format!("{part}_labels")]).collect();
    let strangers = npz.names().into_iter().filter(|name| !known.contains(name));
    strangers
        .map(|name| Problem {
            case: String::new(),
            path: format!("{file_name}#{name}"),
            message: format!("the layout medmnist has no array {name}; expected {}; it was not read", known.join(", ")),
        })
        .collect()
}

fn is_npz(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npz"))
}

fn npz_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| is_npz(path)).collect();
    files.sort();
    files
}

/// A folder with a single `.npz` file means that file.
fn the_file(source: &Path) -> Result<PathBuf> {
    if !source.is_dir() {
        return Ok(source.to_path_buf());
    }
    let mut files = npz_files(source);
    if files.len() == 1 {
        return Ok(files.remove(0));
    }
    let names: Vec<_> =
        files.iter().map(|file| file.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect();
    let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let message = format!(
        "folder {} should hold one .npz file for the layout medmnist, but has {found}; name the file itself",
        source.display()
    );
    Err(Error::new(ErrorKind::Data, message))
}

fn no_parts(file: &Path, names: &[String]) -> Error {
    let message = format!(
        "{} holds the arrays [{}] and no images of a part; expected train_images, val_images or test_images, \
         each with its labels",
        file.display(),
        names.join(", ")
    );
    Error::new(ErrorKind::Data, message)
}

/// The text of the reader names the file, what was expected and what to do.
fn unreadable(error: vesalius_image::Error) -> Error {
    Error::new(ErrorKind::Format, error.to_string()).with_source(error)
}
