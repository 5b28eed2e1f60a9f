//! DICOM files with known truth, written by `dicom-object` and not by anything of this crate.

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

/// The name of a structure and its contours.
type Contoured<'a> = (&'a str, Vec<Vec<[f64; 3]>>);

/// A data set in the making.
#[derive(Clone)]
pub(crate) struct Set(InMemDicomObject);

impl Default for Set {
    fn default() -> Self {
        Self(InMemDicomObject::new_empty())
    }
}

impl Set {
    /// Puts an element of text, or of numbers written as text.
    pub(crate) fn text(mut self, tag: Tag, vr: VR, value: &str) -> Self {
        self.0.put(DataElement::new(tag, vr, PrimitiveValue::from(value)));
        self
    }

    /// Puts an element of decimal strings.
    pub(crate) fn decimals(self, tag: Tag, values: &[f64]) -> Self {
        let text: Vec<String> = values.iter().map(f64::to_string).collect();
        self.text(tag, VR::DS, &text.join("\\"))
    }

    /// Puts an element of 16 bits without sign.
    pub(crate) fn short(mut self, tag: Tag, value: u16) -> Self {
        self.0.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
        self
    }

    /// Puts a double.
    pub(crate) fn double(mut self, tag: Tag, value: f64) -> Self {
        self.0.put(DataElement::new(tag, VR::FD, PrimitiveValue::from(value)));
        self
    }

    /// Puts a sequence.
    pub(crate) fn sequence(mut self, tag: Tag, items: Vec<Self>) -> Self {
        let items: Vec<InMemDicomObject> = items.into_iter().map(|item| item.0).collect();
        self.0.put(DataElement::new(tag, VR::SQ, DataSetSequence::from(items)));
        self
    }

    /// Puts bytes.
    pub(crate) fn bytes(mut self, tag: Tag, vr: VR, values: Vec<u8>) -> Self {
        self.0.put(DataElement::new(tag, vr, PrimitiveValue::U8(values.into())));
        self
    }

    /// Removes an element.
    pub(crate) fn without(mut self, tag: Tag) -> Self {
        self.0.remove_element(tag);
        self
    }

    /// The bytes of a file of this data set.
    pub(crate) fn file(self) -> Vec<u8> {
        let uid =
            |tag| self.0.element(tag).map_or_else(|_| "1.2".to_owned(), |found| found.to_str().unwrap().into_owned());
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
            .media_storage_sop_class_uid(uid(tags::SOP_CLASS_UID))
            .media_storage_sop_instance_uid(uid(tags::SOP_INSTANCE_UID));
        let mut bytes = Vec::new();
        self.0.with_meta(meta).unwrap().write_all(&mut bytes).unwrap();
        bytes
    }
}

/// One slice of 16-bit values.
#[derive(Clone)]
pub(crate) struct Slice {
    pub(crate) series: &'static str,
    pub(crate) instance: String,
    /// What it shows: columns, rows, and stored values.
    pub(crate) size: [usize; 2],
    pub(crate) values: Vec<i16>,
    pub(crate) position_mm: [f64; 3],
    pub(crate) orientation: [f64; 6],
    /// Between rows (y) and between columns (x), as in the file.
    pub(crate) spacing_mm: [f64; 2],
    pub(crate) slope: f64,
    pub(crate) intercept: f64,
    /// More elements.
    pub(crate) more: Set,
}

impl Slice {
    /// An axial slice of 4 × 3 pixels at a height, which shows the numbers from `first` on.
    pub(crate) fn axial(height_mm: f64, first: i16) -> Self {
        Self {
            series: "1.2.3",
            instance: format!("1.2.3.{}", first.unsigned_abs()),
            size: [4, 3],
            values: (first..first + 12).collect(),
            position_mm: [-10.0, 20.0, height_mm],
            orientation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
            spacing_mm: [0.5, 0.75],
            slope: 1.0,
            intercept: 0.0,
            more: Set::default(),
        }
    }

    /// The data set of a plain CT or other image.
    pub(crate) fn set(&self) -> Set {
        let set = pixels(identity(self.more.clone(), self.series, &self.instance), self.size, &self.values);
        set.text(tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE)
            .decimals(tags::IMAGE_POSITION_PATIENT, &self.position_mm)
            .decimals(tags::IMAGE_ORIENTATION_PATIENT, &self.orientation)
            .decimals(tags::PIXEL_SPACING, &self.spacing_mm)
            .decimals(tags::RESCALE_SLOPE, &[self.slope])
            .decimals(tags::RESCALE_INTERCEPT, &[self.intercept])
    }

    /// The functional groups of this slice as a frame, with others.
    pub(crate) fn groups(&self, more: Set) -> Set {
        more.sequence(
            tags::PLANE_POSITION_SEQUENCE,
            vec![Set::default().decimals(tags::IMAGE_POSITION_PATIENT, &self.position_mm)],
        )
        .sequence(
            tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
            vec![
                Set::default()
                    .decimals(tags::RESCALE_SLOPE, &[self.slope])
                    .decimals(tags::RESCALE_INTERCEPT, &[self.intercept])
                    .text(tags::RESCALE_TYPE, VR::LO, "HU"),
            ],
        )
    }
}

fn identity(set: Set, series: &str, instance: &str) -> Set {
    let set = set
        .text(tags::STUDY_INSTANCE_UID, VR::UI, "1.2")
        .text(tags::SERIES_INSTANCE_UID, VR::UI, series)
        .text(tags::SOP_INSTANCE_UID, VR::UI, instance)
        .text(tags::PATIENT_NAME, VR::PN, "Doe^Jane");
    if set.0.get(tags::MODALITY).is_some() { set } else { set.text(tags::MODALITY, VR::CS, "CT") }
}

fn pixels(set: Set, [columns, rows]: [usize; 2], values: &[i16]) -> Set {
    set.short(tags::ROWS, rows as u16)
        .short(tags::COLUMNS, columns as u16)
        .short(tags::SAMPLES_PER_PIXEL, 1)
        .text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2")
        .short(tags::BITS_ALLOCATED, 16)
        .short(tags::BITS_STORED, 16)
        .short(tags::HIGH_BIT, 15)
        .short(tags::PIXEL_REPRESENTATION, 1)
        .bytes(tags::PIXEL_DATA, VR::OW, values.iter().flat_map(|value| value.to_le_bytes()).collect())
}

/// An enhanced image of slices, each with functional groups of its own besides its place.
pub(crate) fn enhanced(slices: &[(Slice, Set)]) -> Set {
    let (first, _) = &slices[0];
    let values: Vec<i16> = slices.iter().flat_map(|(slice, _)| slice.values.iter().copied()).collect();
    let shared = Set::default()
        .sequence(
            tags::PLANE_ORIENTATION_SEQUENCE,
            vec![Set::default().decimals(tags::IMAGE_ORIENTATION_PATIENT, &first.orientation)],
        )
        .sequence(
            tags::PIXEL_MEASURES_SEQUENCE,
            vec![
                Set::default().decimals(tags::PIXEL_SPACING, &first.spacing_mm).decimals(tags::SLICE_THICKNESS, &[2.0]),
            ],
        );
    pixels(identity(first.more.clone(), first.series, &first.instance), first.size, &values)
        .text(tags::SOP_CLASS_UID, VR::UI, uids::ENHANCED_MR_IMAGE_STORAGE)
        .text(tags::NUMBER_OF_FRAMES, VR::IS, &slices.len().to_string())
        .sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared])
        .sequence(
            tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
            slices.iter().map(|(slice, more)| slice.groups(more.clone())).collect(),
        )
}

/// A segmentation on the pixels of slices as [`Slice::axial`] makes them: of each frame its segment, height and mask.
pub(crate) fn segmentation(coding: &str, labels: &[(u16, &str)], frames: &[(u16, f64, Vec<u8>)]) -> Set {
    let template = Slice::axial(0.0, 0);
    let stored: Vec<u8> = frames.iter().flat_map(|(_, _, mask)| mask.iter().copied()).collect();
    let (bits, bytes) = match coding {
        "BINARY" => (1, stored.chunks(8).map(|bits| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit)).collect()),
        _ => (8, stored),
    };
    let frame = |(number, height_mm, _): &(u16, f64, Vec<u8>)| {
        let place = Slice { position_mm: [-10.0, 20.0, *height_mm], ..template.clone() };
        let segment = Set::default().short(tags::REFERENCED_SEGMENT_NUMBER, *number);
        let groups = place.groups(Set::default()).without(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE);
        groups.sequence(tags::SEGMENT_IDENTIFICATION_SEQUENCE, vec![segment])
    };
    let label = |(number, label): &(u16, &str)| {
        Set::default().short(tags::SEGMENT_NUMBER, *number).text(tags::SEGMENT_LABEL, VR::LO, label)
    };
    let set = enhanced(&[(template.clone(), Set::default())])
        .text(tags::SOP_CLASS_UID, VR::UI, uids::SEGMENTATION_STORAGE)
        .text(tags::MODALITY, VR::CS, "SEG")
        .text(tags::SERIES_INSTANCE_UID, VR::UI, "1.2.9")
        .text(tags::SEGMENTATION_TYPE, VR::CS, coding)
        .text(tags::NUMBER_OF_FRAMES, VR::IS, &frames.len().to_string())
        .short(tags::BITS_ALLOCATED, bits)
        .short(tags::BITS_STORED, bits)
        .short(tags::HIGH_BIT, bits - 1)
        .short(tags::PIXEL_REPRESENTATION, 0)
        .short(tags::MAXIMUM_FRACTIONAL_VALUE, 200)
        .bytes(tags::PIXEL_DATA, VR::OB, bytes);
    set.sequence(tags::SEGMENT_SEQUENCE, labels.iter().map(label).collect())
        .sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frames.iter().map(frame).collect())
        .sequence(
            tags::REFERENCED_SERIES_SEQUENCE,
            vec![Set::default().text(tags::SERIES_INSTANCE_UID, VR::UI, "1.2.3")],
        )
}

/// A structure set: of each structure its name and its closed contours.
pub(crate) fn structures(named: &[(&str, Vec<Vec<[f64; 3]>>)]) -> Set {
    let name = |(idx, (name, _)): (usize, &Contoured<'_>)| {
        Set::default().text(tags::ROI_NUMBER, VR::IS, &(idx + 1).to_string()).text(tags::ROI_NAME, VR::LO, name)
    };
    let contour = |points: &Vec<[f64; 3]>| {
        Set::default()
            .text(tags::CONTOUR_GEOMETRIC_TYPE, VR::CS, "CLOSED_PLANAR")
            .decimals(tags::CONTOUR_DATA, points.as_flattened())
    };
    let contours = |(idx, (_, contours)): (usize, &Contoured<'_>)| {
        Set::default()
            .text(tags::REFERENCED_ROI_NUMBER, VR::IS, &(idx + 1).to_string())
            .sequence(tags::CONTOUR_SEQUENCE, contours.iter().map(contour).collect())
    };
    identity(Set::default(), "1.2.8", "1.2.8.1")
        .text(tags::SOP_CLASS_UID, VR::UI, uids::RT_STRUCTURE_SET_STORAGE)
        .text(tags::MODALITY, VR::CS, "RTSTRUCT")
        .sequence(tags::STRUCTURE_SET_ROI_SEQUENCE, named.iter().enumerate().map(name).collect())
        .sequence(tags::ROI_CONTOUR_SEQUENCE, named.iter().enumerate().map(contours).collect())
}

/// Writes files into a folder under names whose order says nothing.
pub(crate) fn shuffled(folder: &std::path::Path, files: impl IntoIterator<Item = Vec<u8>>) {
    for (idx, bytes) in files.into_iter().enumerate() {
        std::fs::write(folder.join(format!("{:03}.dcm", (idx * 37 + 11) % 101)), bytes).unwrap();
    }
}
