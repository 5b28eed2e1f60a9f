//! RT structure sets: contours of structures, filled on the grid of the series that they were drawn on.
//!
//! A voxel is inside where its center is enclosed by an odd number of contours of its slice. So a contour within
//! another is a hole, however the file declares it, and a keyhole, which runs in and out along one line, is one too.
//! A center exactly on a contour is inside on its left and upper sides (smaller x and y), and outside on the others,
//! so that structures that touch share no voxel.

use std::collections::BTreeMap;

use dicom_dictionary_std::{tags, uids};
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::geometry::Grid;
use crate::limits::Limits;
use crate::reading::{Problem, ReadOptions, Reading};
use crate::samples::{Dtype, Samples};
use crate::volume::Volume;

use super::file::{File, Set};

/// How far a contour may lie from the middle of a slice, in slices, before that is a problem.
const OFF_SLICE: f64 = 0.05;

/// The structures of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Structures {
    /// The structures, in the order of the file.
    pub structures: Vec<Structure>,
    /// UID of the series that they were drawn on, if the file says.
    pub series_uid: Option<String>,
    /// What is odd about the file.
    pub problems: Vec<Problem>,
}

/// One structure: a name, and contours that enclose it.
#[derive(Clone, Debug, PartialEq)]
pub struct Structure {
    /// Its number in the file.
    pub number: i64,
    /// Its name, such as `Heart`.
    pub name: String,
    /// Closed contours, each a list of points `[x, y, z]` in millimeters, LPS.
    pub contours: Vec<Vec<[f64; 3]>>,
}

impl Structures {
    /// The structures of the bytes of a file.
    ///
    /// Points and open lines enclose nothing; they are left out with a problem.
    pub fn parse(bytes: &[u8], options: &ReadOptions) -> Result<Self> {
        let file = File::parse(bytes, &options.limits)?;
        let set = file.root();
        if set.text(tags::SOP_CLASS_UID)?.is_none_or(|class| class != uids::RT_STRUCTURE_SET_STORAGE) {
            return Err(Error::parameter("this is no RT structure set (0008,0016); expected one with contours"));
        }
        let mut problems = file.problems().to_vec();
        let mut structures = Vec::new();
        for item in set.items(tags::STRUCTURE_SET_ROI_SEQUENCE) {
            let Some(number) = item.int(tags::ROI_NUMBER)? else { continue };
            let name = item.text(tags::ROI_NAME)?.unwrap_or_else(|| number.to_string());
            structures.push(Structure { number, name, contours: Vec::new() });
        }
        let mut n_open = 0;
        for item in set.items(tags::ROI_CONTOUR_SEQUENCE) {
            let number = item.int(tags::REFERENCED_ROI_NUMBER)?;
            let Some(structure) = structures.iter_mut().find(|structure| Some(structure.number) == number) else {
                problems.push(orphaned(number));
                continue;
            };
            for contour in item.items(tags::CONTOUR_SEQUENCE) {
                match points(contour)? {
                    Some(points) => structure.contours.push(points),
                    None => n_open += 1,
                }
            }
        }
        if n_open > 0 {
            problems.push(left_open(n_open));
        }
        Ok(Self { structures, series_uid: series_uid(set)?, problems })
    }

    /// All structures in one label map (`u8`, or `u16` above 255) where none overlap, else as [`Self::masks`].
    ///
    /// Labels count from 1 in the order of [`Self::structures`].
    pub fn read(&self, grid: &Grid, limits: &Limits) -> Result<Reading> {
        let masks = self.masks(grid, limits)?;
        let Some(labels) = flattened(&masks.volume) else { return Ok(masks) };
        let n_labels = self.structures.len();
        let samples = match u8::try_from(n_labels) {
            Ok(_) => Samples::U8(labels.into_iter().map(|label| label as u8).collect()),
            Err(_) => Samples::U16(labels),
        };
        let [_, shape @ ..] = masks.volume.shape();
        let [nz, ny, nx] = shape;
        let volume = Volume::new(samples, [1, nz, ny, nx], masks.volume.geometry().cloned())?;
        Ok(Reading { volume, ..masks })
    }

    /// All structures as masks of 0 and 1 on a grid, one channel each, in the order of [`Self::structures`].
    ///
    /// An error where a contour does not lie in the plane of the slices of the grid.
    pub fn masks(&self, grid: &Grid, limits: &Limits) -> Result<Reading> {
        let n_channels = self.structures.len();
        if n_channels == 0 {
            return Err(Error::format("the structure set has no structure; there is nothing to read"));
        }
        let [nz, ny, nx] = grid.shape();
        limits.n_samples(&[n_channels, nz, ny, nx].map(|n| n as u64), 1)?;
        let mut samples = vec![0_u8; n_channels * nz * ny * nx];
        let channels = samples.par_chunks_mut(nz * ny * nx).zip(&self.structures);
        let found: Vec<Result<Vec<Problem>>> = channels.map(|(mask, structure)| structure.fill(grid, mask)).collect();
        let mut problems = self.problems.clone();
        for of_structure in found {
            problems.extend(of_structure?);
        }
        let volume = Volume::new(Samples::U8(samples), [n_channels, nz, ny, nx], Some(grid.geometry().clone()))?;
        Ok(Reading { problems, ..Reading::new(volume, Dtype::U8) })
    }
}

impl Structure {
    /// Fills a mask of zeros, and says what is odd.
    fn fill(&self, grid: &Grid, mask: &mut [u8]) -> Result<Vec<Problem>> {
        let [nz, ny, nx] = grid.shape();
        let (mut n_outside, mut n_off) = (0, 0);
        let mut by_slice: BTreeMap<usize, Vec<Vec<[f64; 2]>>> = BTreeMap::new();
        for contour in &self.contours {
            let points: Vec<[f64; 3]> = contour.iter().map(|point| grid.geometry().voxel(*point)).collect();
            let slice = self.slice_of(&points)?;
            n_off += usize::from((slice - slice.round()).abs() > OFF_SLICE);
            let slice = slice.round();
            if !(0.0..nz as f64).contains(&slice) {
                n_outside += 1;
                continue;
            }
            by_slice.entry(slice as usize).or_default().push(points.iter().map(|[x, y, _]| [*x, *y]).collect());
        }
        for (slice, contours) in &by_slice {
            fill_slice(contours, &mut mask[slice * ny * nx..(slice + 1) * ny * nx], [nx, ny]);
        }
        let mut problems = Vec::new();
        if n_outside > 0 {
            problems.push(self.outside(n_outside));
        }
        if n_off > 0 {
            problems.push(self.between(n_off));
        }
        let slices: Vec<usize> = by_slice.into_keys().collect();
        let n_skipped = slices.windows(2).filter(|pair| pair[1] - pair[0] > 1).count();
        if n_skipped > 0 {
            problems.push(self.skipping(n_skipped));
        }
        Ok(problems)
    }

    /// The slice in whose plane points in voxels lie, not rounded.
    fn slice_of(&self, points: &[[f64; 3]]) -> Result<f64> {
        let heights = points.iter().map(|[_, _, z]| *z);
        let (low, high) = heights.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), z| (low.min(z), high.max(z)));
        if high - low > 2.0 * OFF_SLICE {
            return Err(Error::unsupported(format!(
                "structure {:?} has a contour that runs through {:.2} slices of the grid; expected contours in the \
                 plane of its slices; give the series on which the structure was drawn",
                self.name,
                high - low
            )));
        }
        Ok(f64::midpoint(low, high))
    }

    fn outside(&self, n: usize) -> Problem {
        Problem::new(
            "contours-outside",
            format!("{n} contours of structure {:?} lie above or below the grid", self.name),
            "give the series on which the structure was drawn",
        )
    }

    fn between(&self, n: usize) -> Problem {
        Problem::new(
            "contours-between-slices",
            format!("{n} contours of structure {:?} lie between slices; each was filled in the nearest", self.name),
            "give the series on which the structure was drawn",
        )
    }

    fn skipping(&self, n: usize) -> Problem {
        Problem::new(
            "slices-without-contours",
            format!("structure {:?} has slices without contours between others, in {n} places", self.name),
            "nothing was filled there; draw the missing contours if the structure passes through",
        )
    }
}

/// The number from 1 of the channel that each voxel is in; `None` where one is in several, or there are too many.
fn flattened(masks: &Volume) -> Option<Vec<u16>> {
    let Samples::U8(values) = masks.samples() else { return None };
    let [n_channels, shape @ ..] = masks.shape();
    let n_voxels: usize = shape.iter().product();
    u16::try_from(n_channels).ok()?;
    let mut labels = vec![0_u16; n_voxels];
    for (channel, mask) in values.chunks_exact(n_voxels).enumerate() {
        for (label, value) in labels.iter_mut().zip(mask) {
            if *value != 0 {
                if *label != 0 {
                    return None;
                }
                *label = channel as u16 + 1;
            }
        }
    }
    Some(labels)
}

/// Fills polygons of points `[x, y]` in voxels into one slice.
///
/// Every edge flips the voxels from where it crosses a row to the end of the row. Only the first of them is noted,
/// and the flips are summed along the row in the end, so that neither memory nor order depends on the polygons.
fn fill_slice(polygons: &[Vec<[f64; 2]>], mask: &mut [u8], [nx, ny]: [usize; 2]) {
    for polygon in polygons {
        let nexts = polygon.iter().cycle().skip(1);
        for ([x0, y0], [x1, y1]) in polygon.iter().zip(nexts) {
            let (low, high) = (y0.min(*y1).ceil().max(0.0), y0.max(*y1).ceil().min(ny as f64));
            let mut row = low;
            while row < high {
                let crossing = (x0 + (row - y0) / (y1 - y0) * (x1 - x0)).ceil().max(0.0);
                if crossing < nx as f64 {
                    mask[row as usize * nx + crossing as usize] ^= 1;
                }
                row += 1.0;
            }
        }
    }
    for row in mask.chunks_exact_mut(nx) {
        let mut is_inside = 0;
        for voxel in row {
            is_inside ^= *voxel;
            *voxel = is_inside;
        }
    }
}

/// The points of a contour; `None` where it is not closed.
fn points(contour: Set<'_>) -> Result<Option<Vec<[f64; 3]>>> {
    let kind = contour.text(tags::CONTOUR_GEOMETRIC_TYPE)?.unwrap_or_default();
    if !matches!(kind.as_str(), "CLOSED_PLANAR" | "CLOSEDPLANAR_XOR") {
        return Ok(None);
    }
    let numbers = contour.floats(tags::CONTOUR_DATA)?;
    let (points, rest) = numbers.as_chunks::<3>();
    let is_whole = rest.is_empty() && !points.is_empty() && numbers.iter().all(|number| number.is_finite());
    if !is_whole {
        return Err(Error::format(format!(
            "a contour has {} numbers (3006,0050); expected three finite ones for each point; the file is damaged",
            numbers.len()
        )));
    }
    Ok(Some(points.to_vec()))
}

fn series_uid(set: Set<'_>) -> Result<Option<String>> {
    let series = set
        .item(tags::REFERENCED_FRAME_OF_REFERENCE_SEQUENCE)
        .and_then(|frame| frame.item(tags::RT_REFERENCED_STUDY_SEQUENCE))
        .and_then(|study| study.item(tags::RT_REFERENCED_SERIES_SEQUENCE));
    series.map_or(Ok(None), |series| series.text(tags::SERIES_INSTANCE_UID))
}

fn orphaned(number: Option<i64>) -> Problem {
    let which = number.map_or_else(|| "no structure".to_owned(), |number| format!("structure {number}"));
    Problem::new(
        "unknown-structure",
        format!("contours belong to {which}, which the file does not list; they are left out"),
        "export the structure set again",
    )
}

fn left_open(n: usize) -> Problem {
    Problem::new(
        "open-contours",
        format!("{n} contours are points or open lines, which enclose nothing; they are left out"),
        "none is needed unless a structure is missing",
    )
}
