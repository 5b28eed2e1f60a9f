//! How far two surfaces are apart: from every piece of each to the nearest piece of the other.

use super::{Surface, boundary};
use crate::distance::squared_to_mask;
use crate::error::{Error, Result};
use crate::mask::Mask;

/// Distances from the pieces of one surface to another, and the sizes of the pieces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Apart {
    /// Millimeters to the nearest piece of the other surface.
    pub distance_mm: Vec<f32>,
    /// Area in mm² (length in mm of a contour) of each piece; 1 for boundary voxels.
    pub size: Vec<f64>,
}

/// What a surface is made of; the two definitions are named apart wherever a distance is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Definition {
    /// Pieces of surface between the voxels, weighed by their areas; contours of single slices.
    #[default]
    Elements,
    /// Centers of the voxels that have a face outside of the mask, each counted once.
    Voxels,
}

/// From the first surface to the second, and from the second to the first.
///
/// Masks of one slice have contours. An error where the masks have different extents or where one is empty, since
/// there is no distance to nothing.
pub fn apart(a: &Mask, b: &Mask, definition: Definition) -> Result<[Apart; 2]> {
    if a.extent() != b.extent() {
        return Err(Error::parameter("two masks have different extents; bring one onto the grid of the other"));
    }
    let [a, b] = match definition {
        Definition::Elements => [elements(a)?, elements(b)?],
        Definition::Voxels => [voxels(a)?, voxels(b)?],
    };
    let (to_b, to_a) = rayon::join(|| a.to(&b), || b.to(&a));
    Ok([to_b?, to_a?])
}

/// Places on a grid that hold something of a size.
struct Pieces {
    extent: crate::mask::Extent,
    is_place: Vec<bool>,
    place: Vec<u32>,
    size: Vec<f64>,
}

fn elements(mask: &Mask) -> Result<Pieces> {
    let surface = if mask.extent().shape()[0] == 1 { Surface::contour_of(mask)? } else { Surface::of(mask)? };
    let (place, size) = surface.elements().iter().map(|element| (element.cell, element.size)).unzip();
    Ok(Pieces { extent: surface.cells(), is_place: surface.in_cells(), place, size })
}

fn voxels(mask: &Mask) -> Result<Pieces> {
    let is_place = boundary(mask.voxels(), mask.extent().shape())?;
    // Numbers of voxels fit, by the check of the extent.
    let place: Vec<u32> = (0..is_place.len() as u32).filter(|at| is_place[*at as usize]).collect();
    let size = vec![1.0; place.len()];
    Ok(Pieces { extent: mask.extent(), is_place, place, size })
}

impl Pieces {
    fn to(&self, other: &Self) -> Result<Apart> {
        let squared_mm2 = squared_to_mask(&Mask::new(&other.is_place, other.extent)?)
            .ok_or_else(|| Error::parameter("a mask is empty; there is no distance to nothing"))?;
        let distance_mm = self.place.iter().map(|place| squared_mm2[*place as usize].sqrt()).collect();
        Ok(Apart { distance_mm, size: self.size.clone() })
    }
}
