//! Positions along a row of new voxels in fixed point: exact sums, and cheap to divide into whole and part.

use std::ops::Range;

use super::axis::RIM;
use super::map::VoxelMap;

/// Bits behind the point: steps rounded to them are off by less than 1e-9 voxels after a thousand.
pub(super) const BITS: u32 = 40;

/// Steps and starts are kept below these, so that no sum along a row of 2²⁰ voxels overflows.
const STEP_MAX: i64 = 1 << 42;
const START_MAX: i64 = 1 << 61;

pub(super) fn to_fixed(position: f64) -> i64 {
    (position * f64::from(BITS).exp2()).round() as i64
}

/// Old positions of one row of new voxels, axis order z, y, x.
#[derive(Clone, Copy)]
pub(super) struct Row {
    start: [i64; 3],
    step: [i64; 3],
}

impl Row {
    pub(super) fn new(map: &VoxelMap, z: usize, y: usize) -> Self {
        let start = std::array::from_fn(|axis| {
            let [by_z, by_y, _] = map.matrix[axis];
            to_fixed(map.offset[axis] + by_z * z as f64 + by_y * y as f64).clamp(-START_MAX, START_MAX)
        });
        let step = map.matrix.map(|row| to_fixed(row[2]).clamp(-STEP_MAX, STEP_MAX));
        Self { start, step }
    }

    #[inline]
    pub(super) fn at(&self, idx: usize) -> [i64; 3] {
        std::array::from_fn(|axis| self.start[axis].wrapping_add(self.step[axis].wrapping_mul(idx as i64)))
    }

    /// New voxels, of `n`, that lie in an image of `size`, its rim included.
    pub(super) fn inside(&self, size: [usize; 3], n: usize) -> Range<usize> {
        self.within(|axis| (to_fixed(-RIM), to_fixed(size[axis] as f64 - 1.0 + RIM) + 1), n)
    }

    /// New voxels, of `n`, with an old voxel on both sides along every axis.
    pub(super) fn between(&self, size: [usize; 3], n: usize) -> Range<usize> {
        self.within(|axis| (0, (size[axis] as i64 - 1) << BITS), n)
    }

    /// New voxels whose positions are at least the first and below the second bound along every axis.
    fn within(&self, bounds: impl Fn(usize) -> (i64, i64), n: usize) -> Range<usize> {
        let ranges = [0, 1, 2].map(|axis| {
            let (low, high) = bounds(axis);
            let (start, step) = (self.start[axis], self.step[axis]);
            let limit = |idx: i64| idx.clamp(0, n as i64) as usize;
            match step {
                0 if (low..high).contains(&start) => 0..n,
                0 => 0..0,
                1.. => limit(ceil_div(low - start, step))..limit(ceil_div(high - start, step)),
                _ => limit((start - high).div_euclid(-step) + 1)..limit((start - low).div_euclid(-step) + 1),
            }
        });
        let start = ranges.iter().map(|range| range.start).max().unwrap_or(0);
        start..ranges.iter().map(|range| range.end).min().unwrap_or(0).max(start)
    }
}

fn ceil_div(a: i64, b: i64) -> i64 {
    -(-a).div_euclid(b)
}
