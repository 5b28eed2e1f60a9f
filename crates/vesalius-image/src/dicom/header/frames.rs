//! The frames of a file as slices: one of a plain image, many of an enhanced image, a nuclear image or a dose.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use crate::error::Result;

use super::super::file::{File, Set};
use super::super::pixels::Layout;
use super::super::slice::{Kind, Meaning, Plane, Slice, Stored, plus_scaled};
use super::super::values::Rescale;
use super::{lenient, marks, plane};

/// The slices of a file; `None` where it does not say where its frames are.
pub(super) fn slices(file: &File<'_>, kind: &Kind, file_idx: usize, layout: &Layout) -> Result<Option<Vec<Slice>>> {
    let set = file.root();
    let n_frames = layout.n_frames;
    let whole = meaning(set);
    let instance = set.text(tags::SOP_INSTANCE_UID)?.unwrap_or_default();
    let slice = |frame_idx: usize, plane: Plane| Slice {
        file_idx,
        frame_idx,
        instance: instance.clone(),
        kind: kind.clone(),
        plane: Some(plane),
        depth_mm: None,
        marks: std::collections::BTreeMap::new(),
        stored: Stored { dtype: layout.dtype(), meaning: whole },
    };
    if set.has(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE) {
        return Ok(enhanced(file, n_frames, &slice));
    }
    if n_frames > 1 {
        return Ok(spaced(set, n_frames, &slice));
    }
    let Some(plane) = plane_of_root(set) else { return Ok(None) };
    let mut slice = slice(0, plane);
    slice.depth_mm = depth_mm(Some(set));
    slice.marks = marks::plain(set);
    Ok(Some(vec![slice]))
}

/// What the values of a whole file mean.
fn meaning(set: Set<'_>) -> Meaning {
    let is_palette =
        set.text(tags::PHOTOMETRIC_INTERPRETATION).is_ok_and(|text| text.as_deref() == Some("PALETTE COLOR"));
    if is_palette && set.has(tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA) {
        return Meaning::Palette;
    }
    if set.item(tags::MODALITY_LUT_SEQUENCE).is_some() { Meaning::Table } else { line(set) }
}

fn line(set: Set<'_>) -> Meaning {
    Rescale::of(set).map_or(Meaning::Damaged, |rescale| Meaning::Line(rescale.unwrap_or(Rescale::NONE)))
}

fn plane_of_root(set: Set<'_>) -> Option<Plane> {
    plane(
        lenient(Some(set), tags::IMAGE_POSITION_PATIENT),
        lenient(Some(set), tags::IMAGE_ORIENTATION_PATIENT),
        lenient(Some(set), tags::PIXEL_SPACING),
    )
}

/// Spacing of slices, else their thickness.
fn depth_mm(set: Option<Set<'_>>) -> Option<f64> {
    let number = |tag: Tag| set?.float(tag).ok().flatten().map(f64::abs).filter(|depth| *depth > 0.0);
    number(tags::SPACING_BETWEEN_SLICES).or_else(|| number(tags::SLICE_THICKNESS))
}

/// Frames that functional groups describe; every frame must be placed, and as many described as there are.
fn enhanced(file: &File<'_>, n_frames: usize, slice: &dyn Fn(usize, Plane) -> Slice) -> Option<Vec<Slice>> {
    let set = file.root();
    let shared = set.item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
    let dimensions = marks::Dimensions::of(file);
    let mut slices = Vec::new();
    for frame in set.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE) {
        let groups = Groups { frame, shared };
        let measures = groups.group(tags::PIXEL_MEASURES_SEQUENCE);
        let plane = plane(
            lenient(groups.group(tags::PLANE_POSITION_SEQUENCE), tags::IMAGE_POSITION_PATIENT),
            lenient(groups.group(tags::PLANE_ORIENTATION_SEQUENCE), tags::IMAGE_ORIENTATION_PATIENT),
            lenient(measures, tags::PIXEL_SPACING),
        )?;
        let mut slice = slice(slices.len(), plane);
        slice.depth_mm = depth_mm(measures);
        slice.marks = marks::enhanced(groups, &dimensions);
        if let Some(transformation) = groups.group(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE) {
            slice.stored.meaning = line(transformation);
        }
        slices.push(slice);
    }
    (slices.len() == n_frames).then_some(slices)
}

/// The functional groups of a frame: its own, else those that all frames share.
#[derive(Clone, Copy)]
pub(super) struct Groups<'f> {
    frame: Set<'f>,
    shared: Option<Set<'f>>,
}

impl<'f> Groups<'f> {
    /// The one item of a functional group.
    pub(super) fn group(self, tag: Tag) -> Option<Set<'f>> {
        self.frame.item(tag).or_else(|| self.shared?.item(tag))
    }
}

/// Frames that lie behind each other by offsets or a spacing: a dose (offsets), a nuclear tomogram (slice numbers).
fn spaced(set: Set<'_>, n_frames: usize, slice: &dyn Fn(usize, Plane) -> Slice) -> Option<Vec<Slice>> {
    let offsets_mm = dose_offsets_mm(set, n_frames).or_else(|| nuclear_offsets_mm(set, n_frames))?;
    let first = plane_of_root(set).or_else(|| plane_of_detector(set))?;
    let normal = first.normal();
    let moved =
        |offset_mm: f64| Plane { position_mm: plus_scaled(first.position_mm, normal, offset_mm), ..first.clone() };
    let frames = offsets_mm.into_iter().enumerate();
    Some(frames.map(|(frame_idx, offset_mm)| slice(frame_idx, moved(offset_mm))).collect())
}

/// Offsets of the planes of a dose grid along the normal, from the first.
fn dose_offsets_mm(set: Set<'_>, n_frames: usize) -> Option<Vec<f64>> {
    let offsets = set.floats(tags::GRID_FRAME_OFFSET_VECTOR).ok()?;
    let is_whole = offsets.len() == n_frames && offsets.iter().all(|offset| offset.is_finite());
    // A first offset above 0 means heights in the patient; only their differences count.
    is_whole.then(|| offsets.iter().map(|offset| offset - offsets[0]).collect())
}

/// Offsets of the slices of a nuclear tomogram of one detector, window and time; the sign of the spacing counts.
fn nuclear_offsets_mm(set: Set<'_>, n_frames: usize) -> Option<Vec<f64>> {
    let image_type = set.texts(tags::IMAGE_TYPE).ok()?;
    let is_tomogram = image_type.get(2).is_some_and(|value| value == "RECON TOMO");
    let spacing_mm = set.float(tags::SPACING_BETWEEN_SLICES).ok()??;
    let numbers = set.ints(tags::SLICE_VECTOR).ok()?;
    let is_plain = is_tomogram && numbers.len() == n_frames && spacing_mm.is_finite();
    is_plain.then(|| numbers.iter().map(|number| (number - 1) as f64 * spacing_mm).collect())
}

/// Where the first slice of a nuclear tomogram is, which it says of its detector.
fn plane_of_detector(set: Set<'_>) -> Option<Plane> {
    let detector = set.item(tags::DETECTOR_INFORMATION_SEQUENCE);
    plane(
        lenient(detector, tags::IMAGE_POSITION_PATIENT),
        lenient(detector, tags::IMAGE_ORIENTATION_PATIENT),
        lenient(Some(set), tags::PIXEL_SPACING),
    )
}
