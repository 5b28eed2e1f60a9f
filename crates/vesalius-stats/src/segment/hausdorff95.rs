//! The Hausdorff distance without its farthest 5 %: the 95th percentile of distances, of each surface by itself, and
//! of both the larger (Huttenlocher et al. 1993, doi:10.1109/34.232073, who rank distances).
//!
//! The percentile is by size: the smallest distance within which at least 95 % of the surface lies.

use super::{Better, Distances, Facts, Metric, Needs};

pub(super) const METRIC: Metric = Metric {
    name: "hausdorff95",
    definition: "larger of the two distances in mm within which 95 % of each surface, by area, is near the other",
    others: "some tools take the percentile of both surfaces together, or over all voxels of the masks, or leave out what was missed: they differ by more than 100 mm on the same masks",
    range: (0.0, f64::INFINITY),
    better: Better::Nearer,
    needs: Needs::Surfaces,
    compute,
};

fn compute(facts: &Facts) -> Result<f64, String> {
    Ok(facts.surfaces()?.both().iter().filter_map(|side| percentile(side, 0.95)).fold(0.0, f64::max))
}

/// The smallest distance within which at least this share of a surface lies; `None` of an empty surface.
///
/// Parts around a middle element are exchanged until the share falls between two of them: O(n), without a sort.
pub fn percentile(side: &Distances, share: f64) -> Option<f64> {
    let mut pieces: Vec<(f32, f64)> = side.distance_mm.iter().copied().zip(side.size.iter().copied()).collect();
    let mut wanted = share * side.size.iter().sum::<f64>();
    let mut rest = &mut pieces[..];
    while rest.len() > 1 {
        let (below, middle, _) = rest.select_nth_unstable_by(rest.len() / 2, |a, b| a.0.total_cmp(&b.0));
        let (size_below, size_middle) = (below.iter().map(|piece| piece.1).sum::<f64>(), middle.1);
        let n_below = below.len();
        // Rounding of sums must not push the share past a piece that ends exactly there.
        if reaches(size_below, wanted) {
            rest = &mut rest[..n_below];
        } else if reaches(size_below + size_middle, wanted) || n_below + 1 == rest.len() {
            return Some(f64::from(rest[n_below].0));
        } else {
            wanted -= size_below + size_middle;
            rest = &mut rest[n_below + 1..];
        }
    }
    rest.first().map(|piece| f64::from(piece.0))
}

fn reaches(size: f64, wanted: f64) -> bool {
    size >= wanted * (1.0 - 1e-12)
}
