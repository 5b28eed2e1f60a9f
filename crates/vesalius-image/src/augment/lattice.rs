//! Flips, quarter turns and whole-voxel shifts: every new voxel is a copy of an old one.

use std::ops::Range;

use super::Border;
use super::affine::Affine;

/// A map of voxels to voxels whose axes do not mix: the old place is the sum of one term for each new axis.
pub(super) struct Lattice {
    /// For each new z, y and x, what it adds to the offset of the old voxel.
    offsets: [Vec<usize>; 3],
    /// New positions whose old ones are inside, along z, y and x; what is outside is zero.
    inside: [Range<usize>; 3],
}

impl Lattice {
    /// The map, if this is one.
    pub(super) fn of(affine: &Affine, size: [usize; 3], border: Border) -> Option<Self> {
        let (matrix, offset) = affine.whole()?;
        let strides = [size[1] * size[2], size[2], 1];
        let mut lattice = Self { offsets: [Vec::new(), Vec::new(), Vec::new()], inside: [0..0, 0..0, 0..0] };
        for new in 0..3 {
            // Each old axis is driven by one new axis.
            let old = (0..3).find(|old| matrix[*old][new] != 0)?;
            let (sign, start, n_old) = (matrix[old][new], offset[old], size[old] as i64);
            let position = |idx: usize| start + sign * idx as i64;
            let is_inside = |idx: &usize| border == Border::Edge || (0..n_old).contains(&position(*idx));
            let first = (0..size[new]).find(is_inside).unwrap_or(0);
            let n_inside = (first..size[new]).take_while(is_inside).count();
            lattice.inside[new] = first..first + n_inside;
            lattice.offsets[new] =
                (0..size[new]).map(|idx| position(idx).clamp(0, n_old - 1) as usize * strides[old]).collect();
        }
        Some(lattice)
    }

    /// Appends the moved image, channel by channel.
    pub(super) fn copy(&self, image: &[f32], out: &mut Vec<f32>) {
        let [offsets_z, offsets_y, offsets_x] = &self.offsets;
        let [inside_z, inside_y, inside_x] = &self.inside;
        let (n_y, n_x) = (offsets_y.len(), offsets_x.len());
        for channel in image.chunks_exact(offsets_z.len() * n_y * n_x) {
            for (z, offset_z) in offsets_z.iter().enumerate() {
                for (y, offset_y) in offsets_y.iter().enumerate() {
                    if !(inside_z.contains(&z) && inside_y.contains(&y)) {
                        out.resize(out.len() + n_x, 0.0);
                        continue;
                    }
                    let row = &channel[offset_z + offset_y..];
                    out.resize(out.len() + inside_x.start, 0.0);
                    out.extend(offsets_x[inside_x.clone()].iter().map(|offset| row[*offset]));
                    out.resize(out.len() + n_x - inside_x.end, 0.0);
                }
            }
        }
    }
}
