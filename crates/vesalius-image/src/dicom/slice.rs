//! One slice, which is a frame of a file: where it is, and what tells it from others at the same place.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::samples::Dtype;

use super::values::Rescale;

/// How far two directions of one stack may differ, each component; writers round to four digits.
const DIRECTION_TOLERANCE: f64 = 2e-4;

/// How far two pixel spacings of one stack may differ, as a fraction.
const SPACING_TOLERANCE: f64 = 1e-4;

/// One frame of one file of a series.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    /// Which file of the index.
    pub(crate) file_idx: usize,
    /// Which frame of the file, from 0.
    pub(crate) frame_idx: usize,
    /// SOP instance UID; a copy of a file has the same.
    pub(crate) instance: String,
    pub(crate) kind: Kind,
    /// Where it is, if the file says.
    pub(crate) plane: Option<Plane>,
    /// What the file says of the extent across the plane; used only for a slice that stands alone.
    pub(crate) depth_mm: Option<f64>,
    pub(crate) marks: BTreeMap<Mark, Value>,
    pub(crate) stored: Stored,
}

/// How samples are stored, and what they mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) dtype: Dtype,
    pub(crate) meaning: Meaning,
}

/// How stored samples become real values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Meaning {
    /// By slope and intercept.
    Line(Rescale),
    /// Through the modality lookup table of the file.
    Table,
    /// Through the palette of the file, to red, green and blue.
    Palette,
    /// By a slope or intercept that is none; only stored values can be read.
    Damaged,
}

/// What slices of one volume must have in common besides their direction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) photometric: String,
    /// Samples of a pixel as they are stored.
    pub(crate) n_colors: usize,
    /// UID of the frame of reference: positions in different ones have nothing to do with each other.
    pub(crate) frame_of_reference: String,
    /// Whether the image type calls it a localizer.
    pub(crate) is_localizer: bool,
}

/// A plane in the patient: LPS, millimeters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plane {
    /// Center of the first pixel.
    pub(crate) position_mm: [f64; 3],
    /// Unit vector along a row, which is image x.
    pub(crate) row: [f64; 3],
    /// Unit vector down a column, which is image y.
    pub(crate) column: [f64; 3],
    /// Distance of pixel centers along x and y.
    pub(crate) spacing_mm: Option<[f64; 2]>,
}

/// What may tell slices at one place apart, in the order in which it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    ImageType,
    EchoTime,
    EchoNumber,
    BValue,
    Gradient,
    TemporalPosition,
    Acquisition,
    /// What an enhanced image counts besides places.
    Dimension,
    TriggerTime,
    Time,
}

impl Mark {
    /// Marks whose values are the same at every place of a volume.
    pub(crate) const BY_VALUE: [Self; 8] = [
        Self::ImageType,
        Self::EchoTime,
        Self::EchoNumber,
        Self::BValue,
        Self::Gradient,
        Self::TemporalPosition,
        Self::Acquisition,
        Self::Dimension,
    ];

    /// Marks that run on from slice to slice, so that only their order at a place counts.
    pub(crate) const BY_RANK: [Self; 2] = [Self::TriggerTime, Self::Time];

    /// A channel name of this mark and its value, such as `b=1000`.
    pub(crate) fn channel_name(self, value: &Value) -> String {
        match self {
            Self::ImageType => format!("{value}"),
            Self::EchoTime => format!("TE={value} ms"),
            Self::EchoNumber => format!("echo={value}"),
            Self::BValue => format!("b={value}"),
            Self::Gradient => format!("direction={value}"),
            Self::TemporalPosition => format!("phase={value}"),
            Self::Acquisition => format!("acquisition={value}"),
            Self::Dimension => format!("index={value}"),
            Self::TriggerTime => format!("trigger={value} ms"),
            Self::Time => format!("time={value} s"),
        }
    }
}

/// The value of a mark; numbers come before texts.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Number(f64),
    Text(String),
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(_), Self::Text(_)) => Ordering::Less,
            (Self::Text(_), Self::Number(_)) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Plane {
    /// A plane whose directions are unit vectors at right angles, as far as a header can say so.
    ///
    /// `None` where a number is not finite or the directions span no plane.
    pub(crate) fn new(position_mm: [f64; 3], orientation: [f64; 6], spacing_mm: Option<[f64; 2]>) -> Option<Self> {
        const TOLERANCE: f64 = 1e-3;
        let [a, b, c, d, e, f] = orientation;
        let is_unit = |v: [f64; 3]| (dot(v, v).sqrt() - 1.0).abs() <= TOLERANCE;
        let (row, column) = ([a, b, c], [d, e, f]);
        let is_plane = is_unit(row) && is_unit(column) && dot(row, column).abs() <= TOLERANCE;
        let is_placed = position_mm.iter().all(|v| v.is_finite());
        let spacing_mm = spacing_mm.filter(|s| s.iter().all(|v| v.is_finite() && *v > 0.0));
        (is_plane && is_placed).then(|| Self { position_mm, row: unit(row), column: unit(column), spacing_mm })
    }

    /// Unit vector across the plane: x, y and it are right-handed.
    pub(crate) fn normal(&self) -> [f64; 3] {
        unit(cross(self.row, self.column))
    }

    /// Whether two planes have the same directions and pixels, wherever they are.
    pub(crate) fn is_parallel(&self, other: &Self) -> bool {
        let near = |a: &[f64; 3], b: &[f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() <= DIRECTION_TOLERANCE);
        let same_spacing = match (self.spacing_mm, other.spacing_mm) {
            (Some(a), Some(b)) => a.iter().zip(b).all(|(a, b)| (a - b).abs() <= SPACING_TOLERANCE * a),
            (None, None) => true,
            _ => false,
        };
        same_spacing && near(&self.row, &other.row) && near(&self.column, &other.column)
    }
}

pub(crate) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|axis| a[axis] - b[axis])
}

/// `a` and `factor` times `b`.
pub(crate) fn plus_scaled(a: [f64; 3], b: [f64; 3], factor: f64) -> [f64; 3] {
    std::array::from_fn(|axis| a[axis] + factor * b[axis])
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

pub(crate) fn unit(v: [f64; 3]) -> [f64; 3] {
    let length = dot(v, v).sqrt();
    v.map(|component| component / length)
}
