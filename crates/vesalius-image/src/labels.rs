//! Label maps: images whose values name regions.
//!
//! A label map is read once, checked, and asked for the box and the mask of any region; a region may be several labels.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::mask::{Extent, run_length};
use crate::samples::{Samples, Value, for_samples};
use crate::volume::Volume;

/// Labels `[z, y, x]` of one image; 0 is no region.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelMap {
    voxels: Voxels,
    shape: [usize; 3],
}

/// Most label maps come in bytes, and stay in them.
#[derive(Clone, Debug, PartialEq)]
enum Voxels {
    Narrow(Vec<u8>),
    Wide(Vec<u16>),
}

/// A box of voxels: the first and one more than the last along z, y and x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The lowest z, y and x.
    pub low: [usize; 3],
    /// One more than the highest z, y and x.
    pub high: [usize; 3],
}

impl LabelMap {
    /// The labels of a volume of one channel; an error where a value is no whole number from 0 to 65535.
    ///
    /// Bytes move into the map and are not held twice.
    pub fn of(volume: Volume) -> Result<Self> {
        let [n_channels, shape @ ..] = volume.shape();
        if n_channels != 1 {
            return Err(Error::parameter(format!(
                "the mask has {n_channels} channels; expected 1 whose values are labels, pick or merge them first"
            )));
        }
        crate::mask::check(volume.samples().len(), shape)?;
        let voxels = match volume.into_samples() {
            Samples::U8(values) => Voxels::Narrow(values),
            Samples::U16(values) => Voxels::Wide(values),
            other => Voxels::Wide(for_samples!(&other, values => {
                values.par_iter().map(|value| whole(value.as_f64())).collect::<Result<Vec<u16>>>()?
            })),
        };
        Ok(Self { voxels, shape })
    }

    /// `[z, y, x]`.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Every label but 0, and the box around its voxels.
    pub fn boxes(&self) -> BTreeMap<u16, Part> {
        match &self.voxels {
            Voxels::Narrow(voxels) => boxes(voxels, self.shape),
            Voxels::Wide(voxels) => boxes(voxels, self.shape),
        }
    }

    /// A value for every voxel of a part, made from its label, in C order of the part.
    pub fn map_part<T>(&self, part: Part, value: impl Fn(u16) -> T) -> Vec<T> {
        match &self.voxels {
            Voxels::Narrow(voxels) => map_part(voxels, self.shape, part, value),
            Voxels::Wide(voxels) => map_part(voxels, self.shape, part, value),
        }
    }
}

fn boxes<L: Copy + Default + PartialEq + Into<u16> + Sync>(voxels: &[L], shape: [usize; 3]) -> BTreeMap<u16, Part> {
    let [_, n_y, n_x] = shape;
    let of_slice = |(z, slice): (usize, &[L])| {
        let mut boxes = BTreeMap::new();
        for (y, row) in slice.chunks_exact(n_x).enumerate() {
            let mut start = 0;
            while let Some(label) = row.get(start) {
                let end = start + run_length(&row[start..], label);
                if *label != L::default() {
                    widen(&mut boxes, (*label).into(), Part { low: [z, y, start], high: [z + 1, y + 1, end] });
                }
                start = end;
            }
        }
        boxes
    };
    let merge = |mut all: BTreeMap<u16, Part>, boxes: BTreeMap<u16, Part>| {
        for (label, part) in boxes {
            widen(&mut all, label, part);
        }
        all
    };
    voxels.par_chunks(n_y * n_x).enumerate().map(of_slice).reduce(BTreeMap::new, merge)
}

fn map_part<L: Copy + Into<u16>, T>(voxels: &[L], shape: [usize; 3], part: Part, value: impl Fn(u16) -> T) -> Vec<T> {
    let [_, n_y, n_x] = shape;
    let mut values = Vec::with_capacity(part.n_voxels());
    for z in part.low[0]..part.high[0] {
        for y in part.low[1]..part.high[1] {
            let row = &voxels[(z * n_y + y) * n_x..][part.low[2]..part.high[2]];
            values.extend(row.iter().map(|label| value((*label).into())));
        }
    }
    values
}

impl Part {
    /// The whole of an image of this shape, `[z, y, x]`.
    pub fn whole(shape: [usize; 3]) -> Self {
        Self { low: [0; 3], high: shape }
    }

    /// The smallest box around both.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        Self {
            low: std::array::from_fn(|axis| self.low[axis].min(other.low[axis])),
            high: std::array::from_fn(|axis| self.high[axis].max(other.high[axis])),
        }
    }

    /// Voxels along z, y and x.
    pub fn shape(&self) -> [usize; 3] {
        std::array::from_fn(|axis| self.high[axis].saturating_sub(self.low[axis]))
    }

    /// How many voxels it has.
    pub fn n_voxels(&self) -> usize {
        self.shape().iter().product()
    }

    /// Its shape with this spacing along z, y and x; an error where it is empty.
    pub fn extent(&self, spacing_mm: [f64; 3]) -> Result<Extent> {
        Extent::new(self.shape(), spacing_mm)
    }
}

fn widen(boxes: &mut BTreeMap<u16, Part>, label: u16, part: Part) {
    boxes.entry(label).and_modify(|all| *all = all.around(part)).or_insert(part);
}

#[inline]
fn whole(value: f64) -> Result<u16> {
    let label = value as u16;
    // The same number, not a near one: labels are names.
    if f64::from(label).total_cmp(&(value + 0.0)).is_eq() {
        return Ok(label);
    }
    Err(Error::format(format!(
        "a value is {value}, which is no label; expected whole numbers from 0 to 65535; \
         binarize the image, or bring it onto its grid by nearest neighbors"
    )))
}
