//! Studies and their series: what a folder, an archive or the list of a medium holds, and which volumes.

use std::collections::BTreeMap;
use std::path::Path;

use dicom_dictionary_std::tags;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::reading::{Problem, ReadOptions, Reading};

use super::assemble;
use super::collect::{self, PassedOver, Store};
use super::file::{File, looks_like_dicom};
use super::header::{Content, Header, holds_pixels};
use super::segmentation::Segmentation;
use super::stack::{Stack, stacks};
use super::structures::Structures;
use super::suv::{self, Normalization};

/// What was found in a folder, an archive, the list of a medium (`DICOMDIR`), or one file.
#[derive(Clone)]
pub struct Index {
    /// Series by the UIDs of study and series.
    pub series: Vec<Series>,
    /// What is odd about the whole.
    pub problems: Vec<Problem>,
    /// Files that were not read, in the order of their names: other formats, damaged files, links.
    pub passed_over: Vec<PassedOver>,
    pub(crate) store: Store,
}

/// A series; what could tell who the patient is stays in the files.
#[derive(Clone, Debug)]
pub struct Series {
    /// UID of the study that it belongs to.
    pub study_uid: String,
    /// UID of the series.
    pub uid: String,
    /// Modality, such as `CT`.
    pub modality: String,
    /// What the device or the user called it.
    pub description: Option<String>,
    /// Its volumes, the largest first; several where slices differ in direction, size or extent.
    pub volumes: Vec<Stack>,
    /// Segmentations and structure sets, which are read as masks.
    pub derived: Vec<Derived>,
}

/// A file that holds masks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// What kind of masks.
    pub kind: DerivedKind,
    /// Path of the file, from what was opened.
    pub name: String,
    pub(crate) file_idx: usize,
}

/// How a file holds masks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DerivedKind {
    /// As voxels: see [`super::segmentation`].
    Segmentation,
    /// As contours: see [`super::structures`].
    Structures,
}

/// Finds the series of a folder with its folders, a zip archive, a `DICOMDIR`, or one file, and their volumes.
///
/// Only headers are read. An error where there is no DICOM file at all, or more files or bytes than limits allow.
pub fn open(path: &Path, options: &ReadOptions) -> Result<Index> {
    let limits = &options.limits;
    let (store, passed_over) = Store::open(path, limits)?;
    let mut index = Index { series: Vec::new(), problems: Vec::new(), passed_over, store };
    if index.store.len() == 1 && path.is_file() {
        let bytes = index.store.bytes(0, limits)?;
        let file = File::parse(&bytes[..], limits).map_err(|error| error.in_file(path))?;
        if let Content::Directory = Header::of(&file, 0, limits).map_err(|error| error.in_file(path))?.content {
            let folder = path.parent().unwrap_or(Path::new(""));
            let (store, missing) = collect::listed(folder, &references(&file)?);
            index.problems.extend(not_there(missing.len()));
            index.passed_over.extend(missing);
            index.store = store;
        }
    }
    index.scan(limits);
    if index.series.is_empty() {
        let message = format!(
            "there is no DICOM image among {} files; check the path, or what the files are",
            index.store.len() + index.passed_over.len()
        );
        return Err(Error::format(message).in_file(path));
    }
    Ok(index)
}

impl Index {
    /// Reads the volume of a stack of this index.
    ///
    /// Samples keep their type where all slices are of one and none is rescaled; whole numbers of up to 16 bits with
    /// whole slope and intercept become `i16`, or `i32` where one does not fit; everything else becomes `f32`, or
    /// `f64` where stored samples have more than 24 bits. Slope and intercept are those of each slice.
    /// An error where there is an [obstacle](Stack::obstacle), where a slice that was left out as a copy is none, or
    /// where a file cannot be read.
    pub fn read(&self, stack: &Stack, options: &ReadOptions) -> Result<Reading> {
        assemble::read(&self.store, stack, options)
    }

    /// Reads the volume of a stack of PET slices as standardized uptake values.
    ///
    /// An error where the files do not say what is needed, which names the missing element.
    pub fn uptake(&self, stack: &Stack, normalization: Normalization, options: &ReadOptions) -> Result<Reading> {
        suv::read(&self.store, stack, normalization, options)
    }

    /// Reads a segmentation of this index.
    pub fn segmentation(&self, derived: &Derived, options: &ReadOptions) -> Result<Segmentation> {
        let bytes = self.store.bytes(derived.file_idx, &options.limits)?;
        Segmentation::parse(bytes, options).map_err(|error| error.in_file(Path::new(&derived.name)))
    }

    /// Reads a structure set of this index.
    pub fn structures(&self, derived: &Derived, options: &ReadOptions) -> Result<Structures> {
        let bytes = self.store.bytes(derived.file_idx, &options.limits)?;
        Structures::parse(&bytes, options).map_err(|error| error.in_file(Path::new(&derived.name)))
    }

    /// Reads the header of every file and sorts them into series.
    fn scan(&mut self, limits: &Limits) {
        let store = &self.store;
        let headers: Vec<Result<Option<Header>>> =
            (0..store.len()).into_par_iter().map(|file_idx| header_of(store, file_idx, limits)).collect();
        let mut by_series: BTreeMap<(String, String), Collected> = BTreeMap::new();
        let mut n_damaged = 0;
        for (file_idx, header) in headers.into_iter().enumerate() {
            let name = self.store.name(file_idx);
            match header {
                Ok(Some(Header { content: Content::Directory | Content::Other, .. })) => {
                    self.passed_over.push(PassedOver::new(name, "it is DICOM, but holds no image"));
                }
                Ok(Some(Header { content: Content::Slide, .. })) => {
                    let reason = "it holds the tiles of a slide, which are a pyramid and no volume";
                    self.passed_over.push(PassedOver::new(name, reason));
                    self.problems.push(Problem::new(
                        "pyramid",
                        format!("{name}: {reason}"),
                        "read its levels as tiles",
                    ));
                }
                Ok(Some(header)) => {
                    let key = (header.study_uid.clone(), header.series_uid.clone());
                    by_series.entry(key).or_default().add(header, file_idx, name);
                }
                Ok(None) => self.passed_over.push(PassedOver::new(name, "it is no DICOM file")),
                Err(error) => {
                    n_damaged += 1;
                    self.passed_over.push(PassedOver::new(name, error.to_string()));
                }
            }
        }
        if n_damaged > 0 {
            self.problems.push(Problem::new(
                "damaged-files",
                format!("{n_damaged} files are DICOM, but their headers cannot be read"),
                "see why each was passed over",
            ));
        }
        self.passed_over.sort_by(|a, b| a.name.cmp(&b.name));
        for ((study_uid, uid), collected) in by_series {
            match collected.series(study_uid, uid) {
                Ok(series) => self.series.push(series),
                Err(error) => self.problems.push(Problem::new(
                    "impossible-geometry",
                    format!("the places of a series are impossible: {error}"),
                    "read its files one by one",
                )),
            }
        }
    }
}

/// The header of a file, of which as little is read as holds it; `None` where it is no DICOM.
fn header_of(store: &Store, file_idx: usize, limits: &Limits) -> Result<Option<Header>> {
    let head = store.head(file_idx, limits)?;
    // One file alone may be gzipped; in a folder, what is gzipped is of another format.
    if !looks_like_dicom(&head) && store.len() > 1 {
        return Ok(None);
    }
    if Store::is_cut(&head) {
        let whole_header = File::parse(&head[..], limits).ok().filter(|file| holds_pixels(file.root()));
        if let Some(file) = whole_header {
            return Header::of(&file, file_idx, limits).map(Some);
        }
    }
    let bytes = if Store::is_cut(&head) { store.bytes(file_idx, limits)? } else { head };
    Header::of(&File::parse(bytes, limits)?, file_idx, limits).map(Some)
}

/// The files that the list of a medium names, each as the parts of its path.
fn references(file: &File<'_>) -> Result<Vec<Vec<String>>> {
    let records = file.root().items(tags::DIRECTORY_RECORD_SEQUENCE);
    let paths: Result<Vec<Vec<String>>> = records.map(|record| record.texts(tags::REFERENCED_FILE_ID)).collect();
    Ok(paths?.into_iter().filter(|parts| !parts.is_empty()).collect())
}

fn not_there(n: usize) -> Option<Problem> {
    (n > 0).then(|| {
        Problem::new(
            "missing-files",
            format!("{n} files that the list of the medium names are not there, or cannot be trusted"),
            "copy the whole medium, or open its folder in place of the list",
        )
    })
}

/// What was read of one series.
#[derive(Default)]
struct Collected {
    modality: String,
    description: Option<String>,
    slices: Vec<super::slice::Slice>,
    pictures: Vec<Stack>,
    derived: Vec<Derived>,
}

impl Collected {
    fn add(&mut self, header: Header, file_idx: usize, name: &str) {
        if self.modality.is_empty() {
            self.modality = header.modality;
        }
        self.description = self.description.take().or(header.description);
        let derived = |kind| Derived { kind, name: name.to_owned(), file_idx };
        match header.content {
            Content::Slices(slices) => self.slices.extend(slices),
            Content::Picture { size } => self.pictures.push(Stack::of_picture(size, file_idx)),
            Content::Segmentation => self.derived.push(derived(DerivedKind::Segmentation)),
            Content::Structures => self.derived.push(derived(DerivedKind::Structures)),
            Content::Slide | Content::Directory | Content::Other => {}
        }
    }

    fn series(self, study_uid: String, uid: String) -> Result<Series> {
        let mut volumes = stacks(self.slices)?;
        volumes.extend(self.pictures);
        let Self { modality, description, derived, .. } = self;
        Ok(Series { study_uid, uid, modality, description, volumes, derived })
    }
}
