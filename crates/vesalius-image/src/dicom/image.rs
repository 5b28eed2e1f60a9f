//! One DICOM file as a volume, for whoever has a single file and no series.

use dicom_dictionary_std::tags;

use super::file::{File, Set, looks_like_dicom};
use super::header::{Content, Header};
use super::pixels::{self, Frames};
use super::segmentation::Segmentation;
use super::stack::{Stack, stacks};
use super::values::{self, Rescale};
use crate::error::{Error, Result};
use crate::format::Format;
use crate::geometry::Geometry;
use crate::reading::{Problem, ReadOptions, Reading, Source, Values};
use crate::samples::Samples;
use crate::volume::Volume;

/// DICOM in the registry of formats.
pub const FORMAT: Format = Format {
    name: "dicom",
    title: "DICOM",
    endings: &["dcm", "dicom", "dcm.gz", "ima"],
    recognizes: looks_like_dicom,
    decode,
    encode: None,
};

/// Frames become slices; where the file says where they are, in the order of their places.
///
/// The frames of a segmentation are parts of masks, and become these, unless it is the stored values that are wanted.
fn decode(source: &Source<'_>, options: &ReadOptions) -> Result<Reading> {
    let file = File::parse(source.bytes, &options.limits)?;
    let header = Header::of(&file, 0, &options.limits)?;
    match header.content {
        Content::Directory => Err(Error::unsupported(
            "this is the list of files of a medium (DICOMDIR) and holds no image itself; open its folder or the list",
        )),
        Content::Structures => Err(Error::unsupported(
            "the file holds contours and no pixels; they are filled on the grid of the image they were drawn on: \
             name that image, or the folder that holds both",
        )),
        Content::Segmentation if options.values == Values::Real => {
            Segmentation::parse(source.bytes.to_vec(), options)?.read(None, options)
        }
        Content::Other => Err(Error::unsupported(
            "the file holds no pixels; it is a report, a plan or the like, or pixels were left out",
        )),
        Content::Slices(slices) => {
            let mut stacks = stacks(slices)?;
            let is_single = stacks.len() == 1 && stacks[0].obstacle().is_none();
            let stack = if is_single { stacks.pop() } else { None };
            read(&file, stack.as_ref(), options)
        }
        Content::Picture { .. } | Content::Segmentation | Content::Slide => read(&file, None, options),
    }
}

/// The frames of a file in the order of a stack, or as they come.
fn read(file: &File<'_>, stack: Option<&Stack>, options: &ReadOptions) -> Result<Reading> {
    let set = file.root();
    let frames = pixels::frames(file, &options.limits)?;
    let dtype = frames.dtype;
    let mut problems = file.problems().to_vec();
    let (samples, units) = match options.values {
        Values::Stored => (frames.samples.clone(), None),
        Values::Real => {
            problems.extend(values::problems(set)?);
            real(set, &frames)?
        }
    };
    let n_channels = samples.len() / frames.shape[1..].iter().product::<usize>().max(1);
    let [_, n_frames, n_rows, n_columns] = frames.shape;
    let n_plane = n_rows * n_columns;
    let (samples, shape, geometry) = match stack {
        Some(stack) => {
            problems.extend(stack.problems().iter().cloned());
            let order: Vec<usize> = stack.slices.iter().map(|slice| slice.frame_idx).collect();
            let n_times = stack.channels().len();
            let samples = crate::samples::map_samples!(samples, values => picked(&values, &order, [n_channels, n_frames, n_plane]));
            (
                samples,
                [n_channels * n_times, order.len() / n_times.max(1), n_rows, n_columns],
                stack.geometry().cloned(),
            )
        }
        None => (samples, [n_channels, n_frames, n_rows, n_columns], None),
    };
    let spacing_mm = geometry.as_ref().map(Geometry::spacing_mm).or(plane_spacing(set));
    if geometry.is_none() {
        problems.push(no_place());
    }
    let volume = Volume::new(samples, shape, geometry)?;
    Ok(Reading { volume, dtype, spacing_mm, units, problems })
}

/// Frames of each channel in another order.
fn picked<T: Copy>(values: &[T], order: &[usize], [n_channels, n_frames, n_plane]: [usize; 3]) -> Vec<T> {
    let frame = |channel: usize, frame: usize| &values[(channel * n_frames + frame) * n_plane..][..n_plane];
    (0..n_channels).flat_map(|channel| order.iter().map(move |idx| frame(channel, *idx))).flatten().copied().collect()
}

fn real(set: Set<'_>, frames: &Frames) -> Result<(Samples, Option<String>)> {
    let is_signed = matches!(frames.dtype, crate::Dtype::I8 | crate::Dtype::I16 | crate::Dtype::I32);
    if set.text(tags::PHOTOMETRIC_INTERPRETATION)?.as_deref() == Some("PALETTE COLOR")
        && let Some(colors) = values::through_palette(set, &frames.samples, is_signed)?
    {
        return Ok((colors, None));
    }
    if let Some(mapped) = values::through_table(set, &frames.samples, is_signed)? {
        return Ok((mapped, values::units(set)?));
    }
    let shared = set.item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
    let group =
        |groups: Option<Set<'_>>| match groups.and_then(|set| set.item(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE)) {
            Some(item) => Rescale::of(item),
            None => Ok(None),
        };
    let whole = match Rescale::of(set)? {
        Some(rescale) => Some(rescale),
        None => group(shared)?,
    };
    let mut by_frame = Vec::new();
    for item in set.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE) {
        by_frame.push(group(Some(item))?.or(whole).unwrap_or(Rescale::NONE));
    }
    let first = by_frame.first().copied().or(whole).unwrap_or(Rescale::NONE);
    if by_frame.iter().all(|other| *other == first) {
        return Ok((first.apply(frames.samples.clone()), values::units(set)?));
    }
    if by_frame.len() != frames.shape[1] {
        return Err(Error::format(format!(
            "{} frames are described and {} stored; the header is damaged; read the stored values instead",
            by_frame.len(),
            frames.shape[1]
        )));
    }
    let n_plane = frames.shape[2] * frames.shape[3];
    let stored = frames.samples.to_f64();
    let scaled = stored.chunks(n_plane).enumerate().flat_map(|(idx, plane)| {
        let rescale = by_frame[idx % by_frame.len()];
        plane.iter().map(move |value| (value * rescale.slope + rescale.intercept) as f32)
    });
    Ok((Samples::F32(scaled.collect()), values::units(set)?))
}

/// Distance of pixels within the plane where nothing says how far slices are apart.
fn plane_spacing(set: Set<'_>) -> Option<[f64; 3]> {
    let in_plane = [tags::PIXEL_SPACING, tags::IMAGER_PIXEL_SPACING]
        .into_iter()
        .find_map(|tag| set.vector::<2>(tag).ok().flatten())?;
    let across = [tags::SPACING_BETWEEN_SLICES, tags::SLICE_THICKNESS]
        .into_iter()
        .find_map(|tag| set.float(tag).ok().flatten())
        .filter(|mm| *mm > 0.0)?;
    let [y, x] = in_plane;
    (x > 0.0 && y > 0.0).then_some([x, y, across])
}

fn no_place() -> Problem {
    Problem::new(
        "no-orientation",
        "the file does not say where its pixels are in the patient",
        "compare it with others by its pixels alone, or give spacing and place when converting it",
    )
}
