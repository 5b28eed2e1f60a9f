//! Which way the axes of an image run, and turning them to run another way without touching a value.
//!
//! A code such as `RAS` names for x, y and z the direction toward which the axis grows: here right, anterior, superior.
//! That is how nibabel's `aff2axcodes` and the words "RAS+" and "LPS" in general use it; ITK-SNAP and some old headers
//! name the direction from which an axis comes, and write `LPI` for the same image.

use std::fmt;
use std::str::FromStr;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::geometry::{Geometry, Grid};
use crate::samples::{map_samples, zeros};
use crate::volume::Volume;

/// Columns that are turned together, so that what one row touches is still in the cache for the next.
const TILE: usize = 64;

/// Letters by world axis (x, y, z of LPS): toward its growing end, and toward the other.
const LETTERS: [[char; 2]; 3] = [['L', 'R'], ['P', 'A'], ['S', 'I']];

const PERMUTATIONS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// Where image x, y and z grow to, as three letters of L or R, P or A, S or I.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AxisCode {
    /// The world axis of image x, y and z.
    world: [usize; 3],
    /// Whether each grows against its world axis.
    reversed: [bool; 3],
}

impl AxisCode {
    /// The code of a geometry.
    ///
    /// Of an oblique image, each axis gets the direction of the patient that it runs along, such that all three are
    /// different and the sum of their cosines is largest.
    pub fn of(geometry: &Geometry) -> Self {
        let direction = geometry.direction();
        let fit = |world: &[usize; 3]| -> f64 { (0..3).map(|axis| direction[world[axis]][axis].abs()).sum() };
        let world = PERMUTATIONS.into_iter().fold(PERMUTATIONS[0], |best, other| {
            // What rounding makes of equal sums must not choose.
            if fit(&other) > fit(&best) + 1e-9 { other } else { best }
        });
        Self { world, reversed: std::array::from_fn(|axis| direction[world[axis]][axis] < 0.0) }
    }
}

impl AxisCode {
    /// `[row][column]`: column j is the unit vector of the world axis (LPS) along which image axis j grows.
    pub fn direction(self) -> [[f64; 3]; 3] {
        let mut direction = [[0.0; 3]; 3];
        for axis in 0..3 {
            direction[self.world[axis]][axis] = if self.reversed[axis] { -1.0 } else { 1.0 };
        }
        direction
    }
}

impl fmt::Display for AxisCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |axis: usize| LETTERS[self.world[axis]][usize::from(self.reversed[axis])];
        write!(f, "{}{}{}", letter(0), letter(1), letter(2))
    }
}

impl FromStr for AxisCode {
    type Err = Error;

    /// Reads a code such as `RAS`, in capitals or not.
    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::parameter(format!(
                "{text:?} is no orientation; expected three letters, one each of L or R, P or A, S or I, such as RAS, \
                 which name where x, y and z grow to"
            ))
        };
        let places = text.chars().map(|letter| {
            let is_it = |known: char| known.eq_ignore_ascii_case(&letter);
            let world = LETTERS.iter().position(|pair| pair.iter().any(|known| is_it(*known)))?;
            Some((world, is_it(LETTERS[world][1])))
        });
        let places: Option<Vec<(usize, bool)>> = places.collect();
        let [x, y, z] = places.ok_or_else(wrong)?.try_into().map_err(|_| wrong())?;
        let world = [x.0, y.0, z.0];
        if PERMUTATIONS.contains(&world) { Ok(Self { world, reversed: [x.1, y.1, z.1] }) } else { Err(wrong()) }
    }
}

/// The image with its axes in another order and direction; every value keeps its place in the world.
///
/// Oblique axes stay oblique: they are permuted and reversed, nothing is interpolated. An error where the volume has
/// no geometry.
pub fn orient(volume: &Volume, code: AxisCode) -> Result<Volume> {
    let grid = Grid::of(volume)?;
    let old = grid.geometry();
    let have = AxisCode::of(old);
    // For each new axis the old one, and whether it is reversed; x, y, z.
    let source: [usize; 3] =
        std::array::from_fn(|new| (0..3).find(|old| have.world[*old] == code.world[new]).unwrap_or(new));
    let flips: [bool; 3] = std::array::from_fn(|new| have.reversed[source[new]] != code.reversed[new]);

    let size = grid.size_xyz();
    let strides = [1, size[0], size[0] * size[1]];
    let mut corner = [0.0; 3];
    let mut first = 0;
    for (new, old) in source.into_iter().enumerate() {
        if flips[new] {
            corner[old] = (size[old] - 1) as f64;
            first += strides[old] * (size[old] - 1);
        }
    }
    let geometry = Geometry::new(
        source.map(|axis| old.spacing_mm()[axis]),
        old.world_mm(corner),
        old.direction().map(|row| std::array::from_fn(|new| row[source[new]] * if flips[new] { -1.0 } else { 1.0 })),
    )?;
    let walk = Walk {
        first,
        // From x, y, z to z, y, x.
        size: [2, 1, 0].map(|new: usize| size[source[new]]),
        steps: [2, 1, 0].map(|new: usize| (strides[source[new]], flips[new])),
    };
    let samples = map_samples!(volume.samples(), values => walk.collect(values)?);
    let [z, y, x] = walk.size;
    Volume::new(samples, [volume.shape()[0], z, y, x], Some(geometry))
}

/// The order in which old samples of a channel become new ones, axis order z, y, x.
struct Walk {
    /// Where the first new sample is in the old channel.
    first: usize,
    size: [usize; 3],
    /// How far apart neighbors are in the old channel, and whether the way goes back.
    steps: [(usize, bool); 3],
}

impl Walk {
    fn collect<T: Copy + Default + Send + Sync>(&self, old: &[T]) -> Result<Vec<T>> {
        let [n_z, n_y, n_x] = self.size;
        let n_channel = n_z * n_y * n_x;
        let mut new: Vec<T> = zeros(old.len())?;
        new.par_chunks_exact_mut(n_y * n_x).enumerate().for_each(|(slice_idx, slice)| {
            let channel = &old[slice_idx / n_z * n_channel..][..n_channel];
            let start = self.moved(self.first, 0, slice_idx % n_z);
            self.slice(channel, start, slice);
        });
        Ok(new)
    }

    fn slice<T: Copy>(&self, channel: &[T], start: usize, slice: &mut [T]) {
        let n_x = self.size[2];
        for tile in (0..n_x).step_by(TILE) {
            let width = TILE.min(n_x - tile);
            for (y, row) in slice.chunks_exact_mut(n_x).enumerate() {
                let from = self.moved(self.moved(start, 1, y), 2, tile);
                let out = &mut row[tile..tile + width];
                match self.steps[2] {
                    (1, false) => out.copy_from_slice(&channel[from..from + width]),
                    (step, false) => {
                        out.iter_mut().zip(channel[from..].iter().step_by(step)).for_each(|(out, value)| *out = *value);
                    }
                    (step, true) => {
                        let back = channel[..=from].iter().rev().step_by(step);
                        out.iter_mut().zip(back).for_each(|(out, value)| *out = *value);
                    }
                }
            }
        }
    }

    /// `n` steps along an axis from a place in the old channel.
    fn moved(&self, from: usize, axis: usize, n: usize) -> usize {
        let (step, is_back) = self.steps[axis];
        if is_back { from - step * n } else { from + step * n }
    }
}
