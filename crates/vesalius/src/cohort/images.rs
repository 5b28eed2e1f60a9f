//! The images of a cohort: arrays of `.npz` files decoded once and shared, files decoded when they are asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use vesalius_image::format::FORMATS;
use vesalius_image::npz::{NpyArray, Npz};
use vesalius_image::{Limits, Samples, Volume};

use crate::cohort::{Cohort, medmnist};
use crate::error::{Error, ErrorKind, Result};
use crate::open::{self, Choice};

/// Name endings of the files that are read as images: those of every format.
pub(super) fn extensions() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().flat_map(|format| format.endings).copied()
}

/// Whether a file is an image by its name.
pub(super) fn is_image_name(path: &Path) -> bool {
    path.file_name().is_some_and(|name| without_extension(&name.to_string_lossy()).len() < name.len())
}

/// A path without the ending of an image file; other endings stay.
pub(super) fn without_extension(path: &str) -> &str {
    let lower = path.to_ascii_lowercase();
    let endings = extensions()
        .filter(|ending| lower.strip_suffix(ending).is_some_and(|stem| stem.ends_with('.') && stem.len() > 1));
    let longest = endings.map(|ending| ending.len() + 1).max().unwrap_or(0);
    &path[..path.len() - longest]
}

/// What a reference of a cohort points to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    /// A file of its own, or a DICOM folder.
    File(PathBuf),
    /// An entry of an array: file, name of the array, index.
    Entry(PathBuf, String, usize),
}

impl Target {
    fn parse(root: &Path, reference: &str) -> Result<Self> {
        let Some((path, fragment)) = split_reference(reference) else {
            return Ok(Target::File(root.join(reference)));
        };
        let entry = fragment.split_once('/').and_then(|(name, idx)| Some((name.to_owned(), idx.parse().ok()?)));
        let (name, idx) = entry.ok_or_else(|| {
            let message =
                format!("reference {reference:?} is malformed; expected file.npz#array/index, such as a.npz#train/17");
            Error::new(ErrorKind::Format, message)
        })?;
        Ok(Target::Entry(root.join(path), name, idx))
    }
}

/// File and fragment of a reference into an `.npz` file.
pub(super) fn split_reference(reference: &str) -> Option<(&str, &str)> {
    let (path, fragment) = reference.rsplit_once('#')?;
    path.to_ascii_lowercase().ends_with(".npz").then_some((path, fragment))
}

/// The images of a cohort, for any number of threads at once.
pub struct Images {
    /// By file and name in the reference; why not, where an array cannot be had.
    arrays: BTreeMap<(PathBuf, String), std::result::Result<NpyArray, String>>,
    limits: Limits,
}

impl Images {
    /// Decodes every array that the cohort refers to; an error where none of them can be had.
    pub fn open(cohort: &Cohort, limits: &Limits) -> Result<Self> {
        let mut wanted: BTreeSet<(PathBuf, String)> = BTreeSet::new();
        let references = cohort.cases.iter().flat_map(|case| &case.images);
        for (_, reference) in references {
            if let Ok(Target::Entry(path, name, _)) = Target::parse(&cohort.root, reference) {
                wanted.insert((path, name));
            }
        }
        let n_wanted = wanted.len();
        let wanted: Vec<_> = wanted.into_iter().collect();
        let arrays: BTreeMap<_, _> = wanted
            .into_par_iter()
            .map(|(path, name)| {
                let array = read_array(&path, &name, limits);
                ((path, name), array)
            })
            .collect();
        let mut broken = arrays.values().filter_map(|array| array.as_ref().err());
        if let (Some(first), true) = (broken.next(), broken.count() + 1 == n_wanted) {
            return Err(Error::new(ErrorKind::Format, first.clone()));
        }
        Ok(Self { arrays, limits: limits.clone() })
    }

    /// The image of one case, its channels stacked; an error where it cannot be had or is not finite.
    pub fn load(&self, cohort: &Cohort, idx: usize) -> Result<Volume> {
        let case = cohort.cases.get(idx).ok_or_else(|| {
            let message = format!("cohort {} has {} cases and no index {idx}", cohort.header.name, cohort.n_cases());
            Error::new(ErrorKind::Data, message)
        })?;
        let mut whole: Option<Volume> = None;
        for (_, reference) in &case.images {
            let channel = self.load_reference(&cohort.root, reference)?;
            whole = Some(match whole {
                None => channel,
                Some(whole) => stack(&whole, &channel, &case.case)?,
            });
        }
        let volume = whole.ok_or_else(|| {
            Error::new(ErrorKind::Data, format!("case {} has no image; expected a path in the column image", case.case))
        })?;
        match volume.n_nonfinite() {
            0 => Ok(volume),
            n_nonfinite => {
                let message = format!(
                    "case {} has {n_nonfinite} of {} samples that are not finite (NaN or infinite); \
                     expected finite numbers; repair the image or leave the case out",
                    case.case,
                    volume.shape().iter().product::<usize>()
                );
                Err(Error::new(ErrorKind::Data, message))
            }
        }
    }

    fn load_reference(&self, root: &Path, reference: &str) -> Result<Volume> {
        match Target::parse(root, reference)? {
            Target::File(path) => {
                let options = vesalius_image::ReadOptions { limits: self.limits.clone(), ..Default::default() };
                Ok(open::read(&path, &Choice::default(), None, &options)?.reading.volume)
            }
            Target::Entry(path, name, idx) => {
                let array = self.arrays.get(&(path, name)).ok_or_else(|| {
                    let message =
                        format!("{reference} was not opened; open the images of this cohort before loading them");
                    Error::new(ErrorKind::Data, message)
                })?;
                let array = array.as_ref().map_err(|why| Error::new(ErrorKind::Format, why.clone()))?;
                entry(array, idx).map_err(|why| Error::new(ErrorKind::Data, format!("{reference} {why}")))
            }
        }
    }
}

/// The array of this name, or `<name>_images`, which is how the publisher calls the images of a part.
fn read_array(path: &Path, name: &str, limits: &Limits) -> std::result::Result<NpyArray, String> {
    let wrong = |error: vesalius_image::Error| error.to_string();
    let npz = Npz::open(path, limits).map_err(wrong)?;
    let names = npz.names();
    let full = format!("{name}_images");
    let found = [full.as_str(), name].into_iter().find(|candidate| names.iter().any(|other| other == candidate));
    let found = found.ok_or_else(|| {
        format!(
            "{} has no array {full} or {name}; it has [{}]; correct the reference",
            path.display(),
            names.join(", ")
        )
    })?;
    let array = npz.array(found).map_err(wrong)?;
    if matches!(array.shape.len(), 3..=5) {
        return Ok(array);
    }
    Err(format!(
        "{found} of {} has shape {:?}; expected cases × height × width, with channels behind or depth between",
        path.display(),
        array.shape
    ))
}

/// One entry of an array as a volume: the channel axis, if any, goes from the last place to the first.
fn entry(array: &NpyArray, idx: usize) -> std::result::Result<Volume, String> {
    let n_entries = array.shape[0];
    if idx >= n_entries {
        return Err(format!("is out of range: the array has {n_entries} entries; correct the reference"));
    }
    let (space, n_channels) = match (&array.shape[1..], medmnist::has_channel_axis(&array.shape)) {
        ([space @ .., n_channels], true) => (space, *n_channels),
        (space, _) => (space, 1),
    };
    let shape = match *space {
        [y, x] => [n_channels, 1, y, x],
        [z, y, x] => [n_channels, z, y, x],
        _ => return Err(format!("has shape {:?}, which is no image", &array.shape[1..])),
    };
    let n_samples: usize = shape.iter().product();
    let samples = slice(&array.samples, idx * n_samples..(idx + 1) * n_samples, n_channels);
    Volume::new(samples, shape, None).map_err(|error| error.to_string())
}

/// These samples, with interleaved channels dealt into planes.
fn slice(samples: &Samples, range: std::ops::Range<usize>, n_channels: usize) -> Samples {
    fn planes<T: Copy>(interleaved: &[T], n_channels: usize) -> Vec<T> {
        if n_channels == 1 {
            return interleaved.to_vec();
        }
        (0..n_channels).flat_map(|channel| interleaved.iter().skip(channel).step_by(n_channels).copied()).collect()
    }
    match samples {
        Samples::U8(all) => Samples::U8(planes(&all[range], n_channels)),
        Samples::I8(all) => Samples::I8(planes(&all[range], n_channels)),
        Samples::U16(all) => Samples::U16(planes(&all[range], n_channels)),
        Samples::I16(all) => Samples::I16(planes(&all[range], n_channels)),
        Samples::U32(all) => Samples::U32(planes(&all[range], n_channels)),
        Samples::I32(all) => Samples::I32(planes(&all[range], n_channels)),
        Samples::F32(all) => Samples::F32(planes(&all[range], n_channels)),
        Samples::F64(all) => Samples::F64(planes(&all[range], n_channels)),
    }
}

/// One volume with the channels of both; samples become `f32` where their types differ.
fn stack(first: &Volume, second: &Volume, case: &str) -> Result<Volume> {
    let (a, b) = (first.shape(), second.shape());
    if a[1..] != b[1..] {
        let message = format!(
            "the channels of case {case} have shapes {:?} and {:?} (z, y, x); expected equal ones; resample them to one grid",
            &a[1..],
            &b[1..]
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    let samples = match (first.samples(), second.samples()) {
        (Samples::U8(a), Samples::U8(b)) => Samples::U8([&a[..], b].concat()),
        (Samples::U16(a), Samples::U16(b)) => Samples::U16([&a[..], b].concat()),
        (Samples::I16(a), Samples::I16(b)) => Samples::I16([&a[..], b].concat()),
        _ => Samples::F32([first.to_f32(), second.to_f32()].concat()),
    };
    let geometry = first.geometry().cloned();
    let shape = [a[0] + b[0], a[1], a[2], a[3]];
    Volume::new(samples, shape, geometry).map_err(|error| {
        Error::new(ErrorKind::Data, format!("the channels of case {case} do not fit together: {error}"))
    })
}
