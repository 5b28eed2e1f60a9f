//! What tells slices at one place apart: echo, diffusion, time.

use std::collections::BTreeMap;

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use crate::samples::ByteOrder;

use super::super::clock;
use super::super::file::{File, Set};
use super::super::slice::{Mark, Value};
use super::frames::Groups;

type Marks = BTreeMap<Mark, Value>;

/// Private elements of diffusion, each with its creator.
const SIEMENS: (Tag, &str) = (Tag(0x0019, 0x0010), "SIEMENS MR HEADER");
const SIEMENS_B_VALUE: Tag = Tag(0x0019, 0x100c);
const SIEMENS_GRADIENT: Tag = Tag(0x0019, 0x100e);
const GE: (Tag, &str) = (Tag(0x0043, 0x0010), "GEMS_PARM_01");
const GE_B_VALUE: Tag = Tag(0x0043, 0x1039);

/// GE adds this to b-values of some software versions.
const GE_B_VALUE_OFFSET: f64 = 1e9;

/// A damaged mark is an absent one: it decides only among slices that stand at one place.
fn number(set: Set<'_>, tag: Tag) -> Option<f64> {
    set.float(tag).ok().flatten().filter(|number| number.is_finite())
}

fn text(set: Set<'_>, tag: Tag) -> Option<String> {
    set.text(tag).ok().flatten()
}

fn put(marks: &mut Marks, mark: Mark, number: Option<f64>) {
    if let Some(number) = number {
        marks.insert(mark, Value::Number(number));
    }
}

/// The marks of a plain image.
pub(super) fn plain(set: Set<'_>) -> Marks {
    let mut marks = Marks::new();
    if let Some(image_type) = text(set, tags::IMAGE_TYPE) {
        marks.insert(Mark::ImageType, Value::Text(image_type));
    }
    put(&mut marks, Mark::EchoTime, number(set, tags::ECHO_TIME));
    put(&mut marks, Mark::EchoNumber, number(set, tags::ECHO_NUMBERS));
    put(&mut marks, Mark::BValue, number(set, tags::DIFFUSION_B_VALUE).or_else(|| private_b_value(set)));
    let gradient = set.vector::<3>(tags::DIFFUSION_GRADIENT_ORIENTATION).ok().flatten();
    let gradient = gradient.or_else(|| is_of(set, SIEMENS).then(|| set.vector(SIEMENS_GRADIENT).ok().flatten())?);
    put_gradient(&mut marks, gradient);
    put(&mut marks, Mark::TemporalPosition, number(set, tags::TEMPORAL_POSITION_IDENTIFIER));
    put(&mut marks, Mark::Acquisition, number(set, tags::ACQUISITION_NUMBER));
    put(&mut marks, Mark::TriggerTime, number(set, tags::TRIGGER_TIME));
    put(&mut marks, Mark::Time, acquired_s(set));
    marks
}

fn is_of(set: Set<'_>, (tag, creator): (Tag, &str)) -> bool {
    text(set, tag).is_some_and(|text| text == creator)
}

fn private_b_value(set: Set<'_>) -> Option<f64> {
    if is_of(set, SIEMENS) {
        return number(set, SIEMENS_B_VALUE);
    }
    if !is_of(set, GE) {
        return None;
    }
    number(set, GE_B_VALUE).map(|b| if b >= GE_B_VALUE_OFFSET { b - GE_B_VALUE_OFFSET } else { b })
}

fn put_gradient(marks: &mut Marks, gradient: Option<[f64; 3]>) {
    if let Some([x, y, z]) = gradient {
        marks.insert(Mark::Gradient, Value::Text(format!("({x:.4}, {y:.4}, {z:.4})")));
    }
}

/// When a slice was acquired, in seconds; only the order of such times is used.
fn acquired_s(set: Set<'_>) -> Option<f64> {
    if let Some((moment_s, _)) = text(set, tags::ACQUISITION_DATE_TIME).and_then(|text| clock::moment(&text)) {
        return Some(moment_s);
    }
    let time_s = clock::seconds(&text(set, tags::ACQUISITION_TIME)?)?;
    let days = text(set, tags::ACQUISITION_DATE).and_then(|text| clock::days(&text)).unwrap_or_default();
    Some(days * clock::DAY_S + time_s)
}

/// The dimensions along which an enhanced image counts its frames, apart from place.
pub(super) struct Dimensions {
    /// Which of the index values of a frame are of such dimensions.
    kept: Vec<usize>,
}

impl Dimensions {
    pub(super) fn of(file: &File<'_>) -> Self {
        const OF_PLACE: [Tag; 3] = [tags::IMAGE_POSITION_PATIENT, tags::IN_STACK_POSITION_NUMBER, tags::STACK_ID];
        let pointers = file.root().items(tags::DIMENSION_INDEX_SEQUENCE).map(|item| pointer(file, item)).enumerate();
        let kept = pointers.filter(|(_, tag)| tag.is_some_and(|tag| !OF_PLACE.contains(&tag))).map(|(idx, _)| idx);
        Self { kept: kept.collect() }
    }

    fn value(&self, content: Set<'_>) -> Option<Value> {
        let indices = content.ints(tags::DIMENSION_INDEX_VALUES).ok()?;
        let kept: Vec<i64> = self.kept.iter().filter_map(|idx| indices.get(*idx).copied()).collect();
        match kept.as_slice() {
            [] => None,
            [one] => Some(Value::Number(*one as f64)),
            many => Some(Value::Text(many.iter().map(i64::to_string).collect::<Vec<_>>().join("-"))),
        }
    }
}

/// The tag to which a dimension points.
fn pointer(file: &File<'_>, dimension: Set<'_>) -> Option<Tag> {
    let bytes = dimension.bytes(tags::DIMENSION_INDEX_POINTER).ok()??;
    let part = |at: usize| -> Option<u16> {
        let bytes: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
        Some(match file.order() {
            ByteOrder::LowFirst => u16::from_le_bytes(bytes),
            ByteOrder::HighFirst => u16::from_be_bytes(bytes),
        })
    };
    Some(Tag(part(0)?, part(2)?))
}

/// The marks of a frame of an enhanced image.
pub(super) fn enhanced(groups: Groups<'_>, dimensions: &Dimensions) -> Marks {
    let mut marks = Marks::new();
    let of_group = |sequence: Tag, tag: Tag| groups.group(sequence).and_then(|group| number(group, tag));
    let frame_types =
        [tags::MR_IMAGE_FRAME_TYPE_SEQUENCE, tags::CT_IMAGE_FRAME_TYPE_SEQUENCE, tags::PET_FRAME_TYPE_SEQUENCE];
    let frame_type = frame_types.into_iter().find_map(|sequence| text(groups.group(sequence)?, tags::FRAME_TYPE));
    if let Some(frame_type) = frame_type {
        marks.insert(Mark::ImageType, Value::Text(frame_type));
    }
    put(&mut marks, Mark::EchoTime, of_group(tags::MR_ECHO_SEQUENCE, tags::EFFECTIVE_ECHO_TIME));
    if let Some(diffusion) = groups.group(tags::MR_DIFFUSION_SEQUENCE) {
        put(&mut marks, Mark::BValue, number(diffusion, tags::DIFFUSION_B_VALUE));
        let direction = diffusion.item(tags::DIFFUSION_GRADIENT_DIRECTION_SEQUENCE);
        put_gradient(
            &mut marks,
            direction.and_then(|direction| direction.vector(tags::DIFFUSION_GRADIENT_ORIENTATION).ok().flatten()),
        );
    }
    let trigger_ms = of_group(tags::CARDIAC_SYNCHRONIZATION_SEQUENCE, tags::NOMINAL_CARDIAC_TRIGGER_DELAY_TIME);
    put(&mut marks, Mark::TriggerTime, trigger_ms);
    if let Some(content) = groups.group(tags::FRAME_CONTENT_SEQUENCE) {
        put(&mut marks, Mark::TemporalPosition, number(content, tags::TEMPORAL_POSITION_INDEX));
        put(&mut marks, Mark::Acquisition, number(content, tags::FRAME_ACQUISITION_NUMBER));
        if let Some(value) = dimensions.value(content) {
            marks.insert(Mark::Dimension, value);
        }
        let time = text(content, tags::FRAME_ACQUISITION_DATE_TIME).and_then(|text| clock::moment(&text));
        put(&mut marks, Mark::Time, time.map(|(moment_s, _)| moment_s));
    }
    marks
}
