//! Morphology of masks: dilation, erosion, opening and closing by a radius in millimeters, and the filling of holes.
//!
//! What lies beyond the edge of the grid is not known. It is no part of the mask when the mask grows, and none of
//! the background when it shrinks. So an organ that is cut by the edge is not eaten from there, a closed mask holds
//! all of the mask, and an opened one nothing else. ITK's filters behave so by default; those of `scipy.ndimage`
//! erode from the edge unless told otherwise.

mod slide;

use rayon::prelude::*;

use crate::components::{Component, Components, Connectivity};
use crate::distance;
use crate::error::{Error, Result};
use crate::mask::{self, Extent, Mask};

/// Distances that pass a radius by this part of its square still count as within it, as far as `f32` rounds.
const TOLERANCE: f64 = 1e-6;

/// What a mask grows or shrinks by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Element {
    /// All voxels whose centers are within so many millimeters.
    Ball {
        /// In millimeters, 0 or more.
        radius_mm: f64,
    },
    /// All voxels that are within so many voxels along each of z, y and x.
    Block {
        /// Along z, y and x.
        radius_voxels: [usize; 3],
    },
}

/// Where a hole has to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holes {
    /// On all sides in the volume.
    Volume,
    /// Within its slice of constant z, whatever the slices above and below are.
    Slices,
}

/// The mask and all voxels that the element reaches from one of its voxels.
pub fn dilate(mask: &Mask, element: Element) -> Result<Vec<bool>> {
    match element {
        Element::Ball { radius_mm } => {
            let square = square_of(radius_mm)?;
            let near = distance::squared_to_mask(mask).map(|squares| within(&squares, square));
            // Nothing grows to nothing.
            Ok(near.unwrap_or_else(|| mask.voxels().to_vec()))
        }
        Element::Block { radius_voxels } => Ok(slide::dilate(mask.voxels(), mask.extent().shape(), radius_voxels)),
    }
}

/// The voxels of the mask from which the element reaches no voxel outside.
pub fn erode(mask: &Mask, element: Element) -> Result<Vec<bool>> {
    inverted(mask.voxels(), mask.extent(), |outside| dilate(outside, element))
}

/// Eroded, then dilated: what is narrower than the element is gone.
pub fn open(mask: &Mask, element: Element) -> Result<Vec<bool>> {
    dilate(&Mask::new(&erode(mask, element)?, mask.extent())?, element)
}

/// Dilated, then eroded: gaps that are narrower than the element are filled.
pub fn close(mask: &Mask, element: Element) -> Result<Vec<bool>> {
    erode(&Mask::new(&dilate(mask, element)?, mask.extent())?, element)
}

/// The mask with its holes: background from which no way over the faces of voxels leads to the edge of the grid.
///
/// An axis of one voxel has no edge, so that a 2-D image has holes. An error where voxels do not fill `shape`,
/// `[z, y, x]`.
pub fn fill_holes(voxels: &[bool], shape: [usize; 3], holes: Holes) -> Result<Vec<bool>> {
    mask::check(voxels.len(), shape)?;
    let [n_z, n_y, n_x] = shape;
    match holes {
        Holes::Volume => filled(voxels, shape),
        Holes::Slices => {
            let slices = (0..n_z).into_par_iter().map(|z| filled(&voxels[z * n_y * n_x..][..n_y * n_x], [1, n_y, n_x]));
            Ok(slices.collect::<Result<Vec<_>>>()?.concat())
        }
    }
}

fn filled(voxels: &[bool], shape: [usize; 3]) -> Result<Vec<bool>> {
    let outside: Vec<bool> = voxels.iter().map(|inside| !inside).collect();
    let is_hole =
        |part: &Component| (0..3).all(|axis| shape[axis] == 1 || (part.low[axis] > 0 && part.high[axis] < shape[axis]));
    // Where no axis is longer than one voxel there is nothing around a hole.
    let has_edge = shape.iter().any(|n| *n > 1);
    let mut filled = Components::find(&outside, shape, Connectivity::Faces)?.keep(|part| has_edge && is_hole(part));
    filled.par_iter_mut().zip(voxels).for_each(|(filled, inside)| *filled |= inside);
    Ok(filled)
}

/// Does something to the background and gives what then is no background.
fn inverted(voxels: &[bool], extent: Extent, change: impl Fn(&Mask) -> Result<Vec<bool>>) -> Result<Vec<bool>> {
    let outside: Vec<bool> = voxels.iter().map(|inside| !inside).collect();
    let mut changed = change(&Mask::new(&outside, extent)?)?;
    for outside in &mut changed {
        *outside = !*outside;
    }
    Ok(changed)
}

fn square_of(radius_mm: f64) -> Result<f32> {
    if !(radius_mm.is_finite() && radius_mm >= 0.0) {
        return Err(Error::parameter(format!("radius {radius_mm} mm is impossible; expected a number from 0 on")));
    }
    Ok((radius_mm * radius_mm * (1.0 + TOLERANCE)) as f32)
}

fn within(squares: &[f32], square: f32) -> Vec<bool> {
    squares.par_iter().map(|value| *value <= square).collect()
}
