//! Where the frames of a segmentation lie on a grid.

use dicom_dictionary_std::tags;

use crate::error::{Error, Result};
use crate::geometry::{Geometry, Grid};
use crate::limits::Limits;
use crate::reading::Problem;
use crate::samples::{Dtype, Value, for_samples};

use super::super::file::{File, Set};
use super::super::header::{lenient, plane};
use super::super::pixels::{self, Frames};
use super::super::slice::{Plane, dot};
use super::offset;

/// How far a frame may stand from a whole number of steps, in steps.
const OFF_STEP: f64 = 0.05;

/// What a frame is of, and where.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    /// Number of its segment; `None` in a label map.
    pub(super) segment: Option<i64>,
    plane: Option<Plane>,
}

/// The frames of a file, and the distance of slices that it declares, else their thickness.
pub(super) fn parts(file: &File<'_>) -> Result<(Vec<Part>, Option<f64>)> {
    let set = file.root();
    let shared = set.item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
    let mut parts = Vec::new();
    let mut step_mm = None;
    for frame in set.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE) {
        let group = |tag| -> Option<Set<'_>> { frame.item(tag).or_else(|| shared?.item(tag)) };
        let measures = group(tags::PIXEL_MEASURES_SEQUENCE);
        let plane = plane(
            lenient(group(tags::PLANE_POSITION_SEQUENCE), tags::IMAGE_POSITION_PATIENT),
            lenient(group(tags::PLANE_ORIENTATION_SEQUENCE), tags::IMAGE_ORIENTATION_PATIENT),
            lenient(measures, tags::PIXEL_SPACING),
        );
        let length = |tag| measures?.float(tag).ok().flatten().filter(|length: &f64| *length > 0.0);
        let declared = length(tags::SPACING_BETWEEN_SLICES).or_else(|| length(tags::SLICE_THICKNESS));
        step_mm = step_mm.or(declared);
        let segment = group(tags::SEGMENT_IDENTIFICATION_SEQUENCE)
            .map_or(Ok(None), |segment| segment.int(tags::REFERENCED_SEGMENT_NUMBER))?;
        parts.push(Part { segment, plane });
    }
    Ok((parts, step_mm))
}

/// Decoded frames, and the grid on which they are wanted.
pub(super) struct Placed {
    frames: Frames,
    /// `None` where the frames do not say where they are: then each is the whole of its mask.
    grid: Option<Grid>,
    size: [usize; 3],
    /// The first voxel of each frame on the grid.
    offsets: Vec<[i64; 3]>,
}

impl Placed {
    pub(super) fn new(
        file: &File<'_>,
        parts: &[Part],
        onto: Option<&Grid>,
        step_mm: Option<f64>,
        limits: &Limits,
    ) -> Result<Self> {
        let frames = pixels::frames(file, limits)?;
        let [n_colors, n_frames, n_rows, n_columns] = frames.shape;
        if n_colors != 1 || n_frames != parts.len() {
            return Err(Error::format(format!(
                "the segmentation has {n_frames} frames of {n_colors} colors and describes {}; the file is damaged",
                parts.len()
            )));
        }
        let planes: Option<Vec<&Plane>> = parts.iter().map(|part| part.plane.as_ref()).collect();
        let Some(planes) = planes else {
            if onto.is_some() {
                return Err(Error::unsupported(
                    "the segmentation does not say where its frames are, so it cannot be put on a grid; read it alone",
                ));
            }
            let size = [n_columns, n_rows, 1];
            return Ok(Self { frames, grid: None, size, offsets: vec![[0; 3]; parts.len()] });
        };
        let grid = match onto {
            Some(grid) => grid.clone(),
            None => own_grid(&planes, [n_columns, n_rows], step_mm)?,
        };
        let offsets = planes.iter().map(|plane| place_of(&grid, plane)).collect::<Result<_>>()?;
        Ok(Self { frames, size: grid.size_xyz(), grid: Some(grid), offsets })
    }

    pub(super) fn geometry(&self) -> Option<&Geometry> {
        self.grid.as_ref().map(Grid::geometry)
    }

    pub(super) fn dtype(&self) -> Dtype {
        self.frames.dtype
    }

    /// Voxels of one channel.
    pub(super) fn n_volume(&self) -> usize {
        self.size.iter().product()
    }

    /// The shape of so many channels on the grid; an error where that passes a limit.
    pub(super) fn shape(&self, n_channels: usize, sample_bytes: u64, limits: &Limits) -> Result<[usize; 4]> {
        let [nx, ny, nz] = self.size;
        let shape = [n_channels, nz, ny, nx];
        limits.n_samples(&shape.map(|n| n as u64), sample_bytes)?;
        Ok(shape)
    }

    /// Calls for every voxel of every frame that lies on the grid: the frame, its place on the grid, its value.
    ///
    /// What lies outside of the grid and is not 0 is lost, with a problem.
    pub(super) fn each(&self, parts: &[Part], mut act: impl FnMut(&Part, usize, u32)) -> Vec<Problem> {
        let [nx, ny, nz] = self.size.map(|n| n as i64);
        let [_, _, n_rows, n_columns] = self.frames.shape;
        let mut n_lost = 0_u64;
        for_samples!(&self.frames.samples, values => {
            for (idx, (part, [x0, y0, z])) in parts.iter().zip(&self.offsets).enumerate() {
                let frame = &values[idx * n_rows * n_columns..][..n_rows * n_columns];
                for (at, value) in frame.iter().enumerate() {
                    let (x, y) = (x0 + (at % n_columns) as i64, y0 + (at / n_columns) as i64);
                    let value = value.as_f64() as u32;
                    if (0..nx).contains(&x) && (0..ny).contains(&y) && (0..nz).contains(z) {
                        act(part, ((z * ny + y) * nx + x) as usize, value);
                    } else {
                        n_lost += u64::from(value != 0);
                    }
                }
            }
        });
        if n_lost == 0 { Vec::new() } else { vec![lost(n_lost)] }
    }
}

/// The first voxel of a frame on a grid, whose third axis may run either way.
fn place_of(grid: &Grid, plane: &Plane) -> Result<[i64; 3]> {
    let normal = plane.normal();
    let across = grid.geometry().direction().map(|row| row[2]);
    let sign = if dot(normal, across) < 0.0 { -1.0 } else { 1.0 };
    let direction = std::array::from_fn(|axis| [plane.row[axis], plane.column[axis], sign * normal[axis]]);
    let [_, _, step_mm] = grid.geometry().spacing_mm();
    let [x_mm, y_mm] = plane.spacing_mm.ok_or_else(no_pixel_spacing)?;
    offset::offset(grid.geometry(), &Geometry::new([x_mm, y_mm, step_mm], plane.position_mm, direction)?)
}

/// The smallest grid that holds all frames.
fn own_grid(planes: &[&Plane], [nx, ny]: [usize; 2], step_mm: Option<f64>) -> Result<Grid> {
    let Some(first) = planes.first() else {
        return Err(Error::format("the segmentation has no frame; there is nothing to read"));
    };
    let normal = first.normal();
    let height = |plane: &Plane| dot(plane.position_mm, normal);
    let mut sorted = planes.to_vec();
    sorted.sort_by(|a, b| height(a).total_cmp(&height(b)));
    let gaps = sorted.windows(2).map(|pair| height(pair[1]) - height(pair[0]));
    let same_mm = 0.01 * first.spacing_mm.map_or(1.0, |[x, y]| x.min(y));
    let smallest = gaps.filter(|gap| *gap > same_mm).min_by(f64::total_cmp);
    let lowest = sorted[0];
    let is_even = |step: &f64| {
        let n_steps = |plane: &&Plane| (height(plane) - height(lowest)) / step;
        sorted.iter().map(n_steps).all(|n| (n - n.round()).abs() <= OFF_STEP)
    };
    let step_mm = step_mm.into_iter().chain(smallest).find(is_even).ok_or_else(|| {
        Error::unsupported(
            "the frames of the segmentation are not in even steps, or say nothing of their distance; \
             give the grid of the series that it belongs to",
        )
    })?;
    let n_steps = (height(sorted[sorted.len() - 1]) - height(lowest)) / step_mm;
    let nz = n_steps.round() as usize + 1;
    let [x_mm, y_mm] = lowest.spacing_mm.ok_or_else(no_pixel_spacing)?;
    let direction = std::array::from_fn(|axis| [lowest.row[axis], lowest.column[axis], normal[axis]]);
    Grid::new([nz, ny, nx], Geometry::new([x_mm, y_mm, step_mm], lowest.position_mm, direction)?)
}

fn no_pixel_spacing() -> Error {
    Error::format("the pixels of the segmentation have no size (0028,0030); it cannot be put on a grid")
}

fn lost(n: u64) -> Problem {
    Problem::new(
        "outside-grid",
        format!("{n} voxels of the segmentation lie outside of the grid and were left out"),
        "give the series that the segmentation belongs to",
    )
}
