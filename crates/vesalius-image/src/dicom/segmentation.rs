//! Segmentations (SEG): masks whose frames lie anywhere on a grid, and which leave out what is empty.
//!
//! Binary, fractional and label-map segmentations are read, on the grid of the series that they belong to or on
//! their own. Where there is no frame, there is nothing: 0.

mod frames;
mod offset;

use dicom_dictionary_std::tags;

use crate::error::{Error, Result};
use crate::geometry::Grid;
use crate::limits::Limits;
use crate::reading::{Problem, ReadOptions, Reading, Values};
use crate::samples::{Dtype, Samples};
use crate::volume::Volume;

use super::file::{File, Set};
use frames::{Part, Placed};

/// The problem of a label map that shows one of several segments.
const OVERLAPPING: &str = "overlapping-segments";

/// One segment: a number and a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its number, above 0, which is its value in a label map.
    pub number: u16,
    /// Its name, such as `Liver`.
    pub label: String,
}

/// How the voxels of a segmentation are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Inside or not.
    Binary,
    /// Probability or share of the voxel.
    Fractional,
    /// The number of the one segment at a voxel.
    LabelMap,
}

/// A segmentation, whose voxels are decoded when they are asked for.
#[derive(Clone, Debug)]
pub struct Segmentation {
    /// The segments in the order of their numbers; what is called number 0 is the background and no segment.
    pub segments: Vec<Segment>,
    /// How its voxels are stored.
    pub coding: Coding,
    /// UID of the series that it belongs to, if the file says.
    pub series_uid: Option<String>,
    /// What is odd about the file.
    pub problems: Vec<Problem>,
    file: File<'static>,
    parts: Vec<Part>,
    /// What the file says of the distance of its slices.
    step_mm: Option<f64>,
    /// The stored value that means 1, of fractions.
    whole: f64,
}

impl Segmentation {
    /// The segmentation in the bytes of a file.
    ///
    /// An error for the tiles of a slide, which are no volume.
    pub fn parse(bytes: Vec<u8>, options: &ReadOptions) -> Result<Self> {
        let file = File::parse(bytes, &options.limits)?;
        let set = file.root();
        let coding = coding(set)?;
        if set.has(tags::TOTAL_PIXEL_MATRIX_ROWS) {
            return Err(Error::unsupported(
                "the segmentation is of a slide, whose frames are tiles; expected slices of a volume; \
                 as stored values the tiles are read one behind the other",
            ));
        }
        let (parts, step_mm) = frames::parts(&file)?;
        let whole = set.float(tags::MAXIMUM_FRACTIONAL_VALUE)?.filter(|whole| *whole > 0.0).unwrap_or(1.0);
        Ok(Self {
            segments: segments(set)?,
            coding,
            series_uid: set
                .item(tags::REFERENCED_SERIES_SEQUENCE)
                .map_or(Ok(None), |series| series.text(tags::SERIES_INSTANCE_UID))?,
            problems: file.problems().to_vec(),
            parts,
            step_mm,
            whole,
            file,
        })
    }

    /// All segments in one label map where none overlap, else one channel each; fractions are channels always.
    ///
    /// An error where the voxels of grid and segmentation do not lie on each other.
    pub fn read(&self, onto: Option<&Grid>, options: &ReadOptions) -> Result<Reading> {
        if self.coding != Coding::Fractional {
            let labels = self.label_map(onto, options)?;
            if labels.problems.iter().all(|problem| problem.code != OVERLAPPING) {
                return Ok(labels);
            }
        }
        self.masks(onto, options)
    }

    /// Every segment as a mask, one channel each, in the order of [`Self::segments`].
    ///
    /// Masks are 0 and 1 (`u8`), or for fractions 0 to 1 (`f32`); as [`Values::Stored`], fractions are what the file
    /// stores. On the grid of `onto`, or on its own where that is `None`. An error where the voxels of grid and
    /// segmentation do not lie on each other.
    pub fn masks(&self, onto: Option<&Grid>, options: &ReadOptions) -> Result<Reading> {
        let placed = self.placed(onto, &options.limits)?;
        let n_volume = placed.n_volume();
        let sample_bytes = if self.coding == Coding::Fractional { 4 } else { 1 };
        let shape = placed.shape(self.segments.len(), sample_bytes, &options.limits)?;
        let mut masks = vec![0_u8; shape.iter().product()];
        let channels = self.channels();
        let problems = placed.each(&self.parts, |part, at, value| {
            let Some(channel) = self.number(part, value).and_then(|number| *channels.get(number)?) else { return };
            let mask = &mut masks[channel * n_volume + at];
            *mask = (*mask).max(if self.coding == Coding::Fractional { value as u8 } else { u8::from(value != 0) });
        });
        let samples = if self.coding == Coding::Fractional && options.values == Values::Real {
            Samples::F32(masks.iter().map(|stored| (f64::from(*stored) / self.whole) as f32).collect())
        } else {
            Samples::U8(masks)
        };
        self.reading(samples, shape, &placed, problems)
    }

    /// All segments in one label map, whose values are their numbers (`u8`, or `u16` above 255).
    ///
    /// Where segments overlap, the one of the highest number stays, with a problem. An error for fractions, which
    /// have no border.
    pub fn label_map(&self, onto: Option<&Grid>, options: &ReadOptions) -> Result<Reading> {
        if self.coding == Coding::Fractional {
            return Err(Error::unsupported(
                "the segmentation holds fractions, of which no label map can be made; read its masks and set a threshold",
            ));
        }
        let placed = self.placed(onto, &options.limits)?;
        let shape = placed.shape(1, 2, &options.limits)?;
        let mut labels = vec![0_u16; shape.iter().product()];
        let mut n_overlapping = 0_u64;
        let channels = self.channels();
        let mut problems = placed.each(&self.parts, |part, at, value| {
            let number = self.number(part, value).filter(|number| channels.get(*number).is_some_and(Option::is_some));
            if let (Some(number), true) = (number, value != 0) {
                let label = &mut labels[at];
                n_overlapping += u64::from(*label != 0 && usize::from(*label) != number);
                *label = (*label).max(number as u16);
            }
        });
        if n_overlapping > 0 {
            problems.push(overlapping(n_overlapping));
        }
        let is_small = self.segments.iter().all(|segment| segment.number <= 255);
        let samples = if is_small {
            Samples::U8(labels.into_iter().map(|label| label as u8).collect())
        } else {
            Samples::U16(labels)
        };
        self.reading(samples, shape, &placed, problems)
    }

    /// The channel of every segment number.
    fn channels(&self) -> Vec<Option<usize>> {
        let n_numbers = self.segments.last().map_or(0, |segment| usize::from(segment.number) + 1);
        let mut channels = vec![None; n_numbers];
        for (channel, segment) in self.segments.iter().enumerate() {
            channels[usize::from(segment.number)] = Some(channel);
        }
        channels
    }

    /// The segment that a voxel of a frame is of.
    fn number(&self, part: &Part, value: u32) -> Option<usize> {
        match self.coding {
            Coding::LabelMap => usize::try_from(value).ok(),
            Coding::Binary | Coding::Fractional => usize::try_from(part.segment?).ok(),
        }
    }

    fn placed(&self, onto: Option<&Grid>, limits: &Limits) -> Result<Placed> {
        Placed::new(&self.file, &self.parts, onto, self.step_mm, limits)
    }

    fn reading(&self, samples: Samples, shape: [usize; 4], placed: &Placed, found: Vec<Problem>) -> Result<Reading> {
        let volume = Volume::new(samples, shape, placed.geometry().cloned())?;
        let dtype = if self.coding == Coding::Binary { Dtype::Bool } else { placed.dtype() };
        let problems = self.problems.iter().cloned().chain(found).collect();
        Ok(Reading { problems, ..Reading::new(volume, dtype) })
    }
}

fn coding(set: Set<'_>) -> Result<Coding> {
    match set.text(tags::SEGMENTATION_TYPE)?.as_deref() {
        Some("BINARY") => Ok(Coding::Binary),
        Some("FRACTIONAL") => Ok(Coding::Fractional),
        Some("LABELMAP") => Ok(Coding::LabelMap),
        Some(other) => Err(Error::unsupported(format!(
            "the segmentation is of type {other:?} (0062,0001); expected BINARY, FRACTIONAL or LABELMAP"
        ))),
        None => Err(Error::parameter("this is no segmentation: it has no type (0062,0001)")),
    }
}

fn segments(set: Set<'_>) -> Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for item in set.items(tags::SEGMENT_SEQUENCE) {
        let Some(number) = item.int(tags::SEGMENT_NUMBER)?.and_then(|number| u16::try_from(number).ok()) else {
            return Err(Error::format("a segment has no number (0062,0004) of 16 bits; the file is damaged"));
        };
        let label = item.text(tags::SEGMENT_LABEL)?.unwrap_or_else(|| number.to_string());
        segments.push(Segment { number, label });
    }
    segments.retain(|segment| segment.number > 0);
    segments.sort_by_key(|segment| segment.number);
    if segments.windows(2).any(|pair| pair[0].number == pair[1].number) {
        return Err(Error::format("two segments have the same number (0062,0004); the file is damaged"));
    }
    if segments.is_empty() {
        return Err(Error::format("the segmentation names no segment (0062,0002); there is nothing to read"));
    }
    Ok(segments)
}

fn overlapping(n: u64) -> Problem {
    Problem::new(
        OVERLAPPING,
        format!("segments overlap in {n} voxels; the highest number was kept there"),
        "read the masks in place of a label map",
    )
}
