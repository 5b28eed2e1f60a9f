//! Surfaces of masks: where they are, and how large.
//!
//! There are two definitions, and they are named apart. Surface *elements* lie between the voxels: each cell of
//! 2×2×2 voxel centers that are not all of one side holds a piece of surface through the middles of its edges, with
//! its area (the cells of Lorensen and Cline 1987, doi:10.1145/37401.37422; what Nikolov et al. 2021,
//! doi:10.2196/26151, weigh surface distances with). *Boundary voxels* are those of the mask that have a face
//! outside of it. What lies beyond the edge of the grid is outside for both, so that every surface is closed.

mod apart;
mod cell;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::mask::{self, Extent, Mask};

pub use apart::{Apart, Definition, apart};

/// A piece of surface in a cell of voxel centers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Element {
    /// The number of its cell, in C order of [`Surface::cells`].
    pub cell: u32,
    /// Its area in mm²; in a contour its length in mm.
    pub size: f64,
}

/// The surface of a mask, or its contour in a slice, cell by cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    cells: Extent,
    elements: Vec<Element>,
}

impl Surface {
    /// The surface of a mask in three dimensions; a mask of one slice is a plate with two faces.
    ///
    /// An error where the cells, one more than the voxels along each axis, are 2³² - 1 or more.
    pub fn of(mask: &Mask) -> Result<Self> {
        let [n_z, n_y, n_x] = mask.extent().shape();
        let cells = Extent::new([n_z + 1, n_y + 1, n_x + 1], mask.extent().spacing_mm())?;
        let areas = cell::areas(mask.extent().spacing_mm());
        let planes = (0..=n_z).into_par_iter().map(|z| {
            let slices = [slice(mask, z.checked_sub(1)), slice(mask, Some(z))];
            let mut elements = Vec::new();
            for y in 0..=n_y {
                let rows = [0, 1, 2, 3].map(|idx: usize| row(slices[idx / 2], (y + idx % 2).checked_sub(1), n_x));
                sweep(rows, (z * (n_y + 1) + y) * (n_x + 1), &areas, &mut elements);
            }
            elements
        });
        Ok(Self { cells, elements: planes.collect::<Vec<_>>().concat() })
    }

    /// The contour of a mask of one slice, with cells of 2×2 voxels and elements in mm.
    ///
    /// An error where the mask has more than one slice.
    pub fn contour_of(mask: &Mask) -> Result<Self> {
        let [n_z, n_y, n_x] = mask.extent().shape();
        if n_z != 1 {
            return Err(Error::parameter(format!(
                "the mask has {n_z} slices; expected 1, take the contour slice by slice or the surface"
            )));
        }
        let [z_mm, y_mm, x_mm] = mask.extent().spacing_mm();
        let cells = Extent::new([1, n_y + 1, n_x + 1], [z_mm, y_mm, x_mm])?;
        let lengths = cell::lengths([y_mm, x_mm]);
        let lines = (0..=n_y).into_par_iter().map(|y| {
            let rows = [0, 1].map(|idx: usize| row(Some(mask.voxels()), (y + idx).checked_sub(1), n_x));
            let mut elements = Vec::new();
            sweep(rows, y * (n_x + 1), &lengths, &mut elements);
            elements
        });
        Ok(Self { cells, elements: lines.collect::<Vec<_>>().concat() })
    }

    /// The extent of cells: along each axis one more than there are voxels, at the same spacing.
    ///
    /// The center of cell (z, y, x) is half a voxel before the center of voxel (z, y, x). Only axes that the surface
    /// has count: cells of a contour are one slice.
    pub fn cells(&self) -> Extent {
        self.cells
    }

    /// All pieces in the order of their cells; none where the mask is empty.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// Area of the whole surface in mm², or length of the contour in mm.
    pub fn size(&self) -> f64 {
        self.elements.iter().map(|element| element.size).sum()
    }

    /// Which cells hold a piece, for [`crate::distance::to_mask`] on the grid of cells.
    pub fn in_cells(&self) -> Vec<bool> {
        let mut in_cells = vec![false; self.cells.n_voxels()];
        self.elements.iter().for_each(|element| in_cells[element.cell as usize] = true);
        in_cells
    }
}

/// Which voxels of a mask have a neighbor over a face that is not in it, or lie at the edge of the grid.
///
/// An axis of one voxel has no edge: the boundary of a 2-D image is that of its slice. An error where voxels do not
/// fill `shape`, `[z, y, x]`.
pub fn boundary(voxels: &[bool], shape: [usize; 3]) -> Result<Vec<bool>> {
    mask::check(voxels.len(), shape)?;
    let [n_z, n_y, n_x] = shape;
    let mut boundary = vec![false; voxels.len()];
    boundary.par_chunks_mut(n_x).enumerate().for_each(|(row_idx, boundary)| {
        let (z, y, start) = (row_idx / n_y, row_idx % n_y, row_idx * n_x);
        let own = &voxels[start..start + n_x];
        let mut mark = |inner: Option<&[bool]>| match inner {
            Some(other) => boundary.iter_mut().zip(other).for_each(|(mark, inside)| *mark |= !inside),
            None => boundary.fill(true),
        };
        if n_z > 1 {
            mark((z > 0).then(|| &voxels[start - n_y * n_x..]));
            mark((z + 1 < n_z).then(|| &voxels[start + n_y * n_x..]));
        }
        if n_y > 1 {
            mark((y > 0).then(|| &voxels[start - n_x..]));
            mark((y + 1 < n_y).then(|| &voxels[start + n_x..]));
        }
        if n_x > 1 {
            (boundary[0], boundary[n_x - 1]) = (true, true);
            boundary[1..].iter_mut().zip(own).for_each(|(mark, before)| *mark |= !before);
            boundary.iter_mut().zip(&own[1..]).for_each(|(mark, after)| *mark |= !after);
        }
        boundary.iter_mut().zip(own).for_each(|(mark, inside)| *mark &= inside);
    });
    Ok(boundary)
}

/// A slice of the mask; `None` beyond its edge.
fn slice<'a>(mask: &Mask<'a>, z: Option<usize>) -> Option<&'a [bool]> {
    let [n_z, n_y, n_x] = mask.extent().shape();
    z.filter(|z| *z < n_z).map(|z| &mask.voxels()[z * n_y * n_x..][..n_y * n_x])
}

/// A row of a slice; `None` beyond its edge.
fn row(slice: Option<&[bool]>, y: Option<usize>, n_x: usize) -> Option<&[bool]> {
    slice?.chunks_exact(n_x).nth(y?)
}

/// Appends the pieces of a row of cells: bit `i` of a code is row `i` before the cell, and the upper half behind it.
fn sweep<const N: usize>(rows: [Option<&[bool]>; N], first: usize, sizes: &[f64], elements: &mut Vec<Element>) {
    if !rows.iter().flatten().any(|row| row.contains(&true)) {
        return;
    }
    let n_x = rows.iter().flatten().map(|row| row.len()).max().unwrap_or(0);
    let mut columns = vec![0_u8; n_x + 1];
    for (bit, row) in rows.iter().enumerate() {
        for (column, inside) in columns.iter_mut().zip(row.unwrap_or(&[])) {
            *column |= u8::from(*inside) << bit;
        }
    }
    let full = (1_u8 << N) - 1;
    let mut before = 0;
    for (x, column) in columns.into_iter().enumerate() {
        if before != column || (column != 0 && column != full) {
            let code = usize::from(before) | usize::from(column) << N;
            // A grid of cells has less than 2^32 of them.
            elements.push(Element { cell: (first + x) as u32, size: sizes[code] });
        }
        before = column;
    }
}
