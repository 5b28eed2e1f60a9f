//! What a path holds: a file of any format, or the volumes of DICOM series in a folder, an archive or a `DICOMDIR`.

mod choose;
mod masks;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use vesalius_image::dicom::suv::Normalization;
use vesalius_image::dicom::{self, Derived, DerivedKind, Index, Stack};
use vesalius_image::format::{self, Format};
use vesalius_image::{Problem, ReadOptions, Reading, Values};

pub(crate) use choose::read;
pub use masks::Region;

/// Folders within folders that are looked into; deeper ones are a mistake or a trap.
const DEPTH_MAX: usize = 32;

/// The name of DICOM in the registry of formats.
const DICOM: &str = "dicom";

/// A DICOM series, without anything that could tell who the patient is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Series {
    /// UID of the study.
    pub study_uid: String,
    /// UID of the series, as `--series` takes it.
    pub uid: String,
    /// Modality, such as `CT`.
    pub modality: String,
    /// What the device or the user called it.
    pub description: Option<String>,
    /// Which volume of the series this is, from 1, as `--volume` takes it.
    pub volume: usize,
    /// How many volumes the series has.
    pub n_volumes: usize,
    /// Slices of the volume, of all channels; 0 for masks, which are no slices of their own.
    pub n_slices: usize,
    /// What each channel is, such as `b=1000`; empty where the volume is not repeated.
    pub channels: Vec<String>,
}

/// Which volume of a folder, an archive or a `DICOMDIR` is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// UID of the series; may be left out where there is one.
    pub series_uid: Option<String>,
    /// Which volume of the series, from 1; may be left out where there is one.
    pub volume: Option<usize>,
    /// What becomes of slices that are missing or not in even steps.
    pub gaps: Gaps,
    /// What standardized uptake values are measured against, where these are wanted of a PET series.
    pub uptake: Option<Normalization>,
}

/// What becomes of slices that are missing or not in even steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaps {
    /// They are an error.
    #[default]
    Refuse,
    /// The slices are taken as if they were in even steps, with a problem that says so.
    Spread,
}

/// One image that a path holds.
pub(crate) struct Holding {
    path: PathBuf,
    what: What,
    /// What is odd about where it was found.
    problems: Vec<Problem>,
}

enum What {
    /// A file, of this format if it is of any.
    File(Option<&'static Format>),
    /// A volume of a DICOM series.
    Stack(Arc<Index>, Series, Box<Stack>),
    /// A DICOM file of masks.
    Masks(Arc<Index>, Series, Derived),
    /// A file that is no image, and that nobody named.
    Foreign,
    /// Nothing that can be read; the problems say why.
    Nothing,
}

/// An image, and the regions that its file names if it is a mask.
pub(crate) struct Opened {
    pub(crate) reading: Reading,
    pub(crate) regions: Vec<Region>,
}

/// Every image of a path; what cannot be opened is there too, with its problem.
pub(crate) fn holdings(path: &Path, options: &ReadOptions) -> Vec<Holding> {
    if !is_medium(path) {
        return match masks_of(path, options) {
            Some(index) => of_index(path, index),
            None => vec![Holding::file(path)],
        };
    }
    match dicom::open(path, options) {
        Ok(index) => of_index(path, index),
        Err(_) if path.is_dir() => of_folder(path),
        Err(error) => vec![Holding { path: path.to_owned(), what: What::Nothing, problems: vec![unopened(&error)] }],
    }
}

impl Series {
    /// The facts of a series, with so many volumes or files of masks, of which none is chosen yet.
    fn of(series: &dicom::Series, n_volumes: usize) -> Self {
        Self {
            study_uid: series.study_uid.clone(),
            uid: series.uid.clone(),
            modality: series.modality.clone(),
            description: series.description.clone(),
            volume: 0,
            n_volumes,
            n_slices: 0,
            channels: Vec::new(),
        }
    }
}

impl Holding {
    fn file(path: &Path) -> Self {
        Self { path: path.to_owned(), what: What::File(format_of(path)), problems: Vec::new() }
    }

    /// A file that somebody found, not one that somebody named: it may be anything.
    fn found(path: &Path) -> Self {
        match Self::file(path) {
            Self { path, what: What::File(None), problems } => Self { path, what: What::Foreign, problems },
            file => file,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn format(&self) -> Option<&'static str> {
        match &self.what {
            What::File(format) => format.map(|format| format.name),
            What::Stack(..) | What::Masks(..) => Some(DICOM),
            What::Foreign | What::Nothing => None,
        }
    }

    /// Voxels along x, y and z, where they are known before anything is read.
    pub(crate) fn size(&self) -> Option<[usize; 3]> {
        if let What::Stack(_, _, stack) = &self.what { Some(stack.size()) } else { None }
    }

    pub(crate) fn series(&self) -> Option<&Series> {
        match &self.what {
            What::Stack(_, series, _) | What::Masks(_, series, _) => Some(series),
            _ => None,
        }
    }

    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether it is a file beside the images that nobody named, such as a read-me.
    pub(crate) fn is_foreign(&self) -> bool {
        matches!(self.what, What::Foreign)
    }

    /// Whether the problems say already why it cannot be read.
    pub(crate) fn is_refused(&self) -> bool {
        match &self.what {
            What::Nothing => true,
            What::Stack(_, _, stack) => stack.obstacle().is_some(),
            _ => false,
        }
    }

    /// How it holds masks, if it does.
    pub(crate) fn masks(&self) -> Option<DerivedKind> {
        if let What::Masks(_, _, derived) = &self.what { Some(derived.kind) } else { None }
    }

    /// The image; contours without the image that they were drawn on are their regions and nothing more.
    pub(crate) fn read(&self, options: &ReadOptions) -> vesalius_image::Result<(Option<Reading>, Vec<Region>)> {
        let reading = match &self.what {
            What::Masks(index, _, derived) => return masks::found(index, derived, None, options),
            What::Stack(index, _, stack) => index.read(stack, options),
            _ => format::read(&self.path, options),
        };
        Ok((Some(reading?), Vec::new()))
    }
}

/// Whether a path may hold several images: a folder, a zip that is no array archive, or the list of a medium.
fn is_medium(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_zip = || format::of_name(&name).is_none() && head(path).starts_with(b"PK\x03\x04");
    path.is_dir() || name.eq_ignore_ascii_case("DICOMDIR") || is_zip()
}

/// The index of one DICOM file that holds masks, unless it is the stored values that are wanted.
fn masks_of(path: &Path, options: &ReadOptions) -> Option<Index> {
    let is_dicom = || format_of(path).is_some_and(|format| format.name == DICOM);
    let index = (options.values == Values::Real && is_dicom()).then(|| dicom::open(path, options))?.ok()?;
    index.series.iter().any(|series| !series.derived.is_empty()).then_some(index)
}

fn of_index(path: &Path, index: Index) -> Vec<Holding> {
    let index = Arc::new(index);
    let mut holdings = Vec::new();
    for series in &index.series {
        for (idx, stack) in series.volumes.iter().enumerate() {
            let channels = stack.channels().iter().filter(|name| !name.is_empty()).cloned().collect();
            let n_slices = stack.n_slices();
            let facts = Series { volume: idx + 1, n_slices, channels, ..Series::of(series, series.volumes.len()) };
            let problems = stack.obstacle().into_iter().cloned().collect();
            let what = What::Stack(Arc::clone(&index), facts, Box::new(stack.clone()));
            holdings.push(Holding { path: path.to_owned(), what, problems });
        }
        for (idx, derived) in series.derived.iter().enumerate() {
            let facts = Series { volume: idx + 1, ..Series::of(series, series.derived.len()) };
            let what = What::Masks(Arc::clone(&index), facts, derived.clone());
            // What lies in an archive cannot be named as a file.
            let path = if path.is_dir() { path.join(&derived.name) } else { path.to_owned() };
            holdings.push(Holding { path, what, problems: Vec::new() });
        }
    }
    if let Some(first) = holdings.first_mut() {
        first.problems.extend(index.problems.iter().cloned());
    }
    // What an archive passes over cannot be named as a file.
    if path.is_dir() {
        let beside = index.passed_over.iter().map(|other| path.join(&other.name));
        holdings.extend(beside.filter(|path| path.is_file()).map(|path| Holding::found(&path)));
    }
    holdings
}

fn of_folder(folder: &Path) -> Vec<Holding> {
    let mut files = Vec::new();
    walk(folder, 0, &mut files);
    if files.is_empty() {
        let problem = Problem::new("unreadable", "the folder holds no file that can be opened", "check the path");
        return vec![Holding { path: folder.to_owned(), what: What::Nothing, problems: vec![problem] }];
    }
    files.sort();
    files.iter().map(|path| Holding::found(path)).collect()
}

/// Plain files below a folder; links are not followed, since they may lead in circles.
fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth < DEPTH_MAX => walk(&entry.path(), depth + 1, files),
            Ok(kind) if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
}

fn unopened(error: &vesalius_image::Error) -> Problem {
    Problem::new("unreadable", error.to_string(), "check the file, or unpack it and inspect the folder")
}

/// The format of a file by its first bytes, and by its name where they cannot tell.
fn format_of(path: &Path) -> Option<&'static Format> {
    format::of_bytes(&head(path), &path.file_name()?.to_string_lossy())
}

/// The first bytes of a file; none where it cannot be opened, which reading it will tell.
fn head(path: &Path) -> Vec<u8> {
    use std::io::Read as _;
    let mut head = Vec::new();
    if let Ok(file) = std::fs::File::open(path) {
        // What is read before an error is as good as a shorter file.
        let _ = file.take(1 << 12).read_to_end(&mut head);
    }
    head
}

/// The start of a command that converts an image, with its series where the path may hold several.
pub(crate) fn convert_command(path: &Path, series: Option<&Series>) -> String {
    let chosen = series.filter(|_| is_medium(path)).map_or_else(String::new, |series| {
        let volume = if series.n_volumes > 1 { format!(" --volume {}", series.volume) } else { String::new() };
        format!(" --series {}{volume}", series.uid)
    });
    format!("vesalius convert {} OUT{chosen}", quoted(path))
}

/// A path as a shell takes it.
pub(crate) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '=' | '@' | ':' | ',');
    if !text.is_empty() && text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_where_a_shell_would_split_it() {
        let check = |path: &str, expected: &str| assert_eq!(quoted(Path::new(path)), expected);
        check("a/b-1.nii.gz", "a/b-1.nii.gz");
        check("two words.nii", "'two words.nii'");
        check("it's", r"'it'\''s'");
    }
}
