//! The smooth field: a cubic B-spline on a lattice of control points, fitted to the voxels of a regular grid.

use rayon::prelude::*;

use crate::resample::cubic;

/// Control points over an image, `[z, y, x]`; an axis of m points has m − 3 equal spans from its first voxel center to
/// its last.
#[derive(Clone, Debug)]
pub(super) struct Lattice {
    pub(super) shape: [usize; 3],
    values: Vec<f64>,
}

/// For each voxel along an axis: the first of the four control points that it belongs to, and their weights.
pub(super) type Spans = Vec<(usize, [f64; 4])>;

/// The voxels that a field is fitted to: every so many of an image.
#[derive(Clone)]
pub(super) struct Sites {
    /// Positions along z, y and x in an image of `size`.
    pub(super) positions: [Vec<usize>; 3],
    pub(super) size: [usize; 3],
}

impl Sites {
    pub(super) fn shape(&self) -> [usize; 3] {
        [0, 1, 2].map(|axis| self.positions[axis].len())
    }

    /// Where the sites of an axis are in a lattice of `n_points` control points.
    fn spans(&self, axis: usize, n_points: usize) -> Spans {
        let n_spans = n_points - 3;
        let steps = (self.size[axis].max(2) - 1) as f64;
        let span = |at: &usize| {
            let position = *at as f64 / steps * n_spans as f64;
            // The last voxel is the end of the last span, not the start of another.
            let first = (position as usize).min(n_spans - 1);
            (first, cubic(position - first as f64))
        };
        self.positions[axis].iter().map(span).collect()
    }
}

/// The fit of one lattice to the sites of a mask: what stays the same while residuals change.
pub(super) struct Fit {
    shape: [usize; 3],
    size: [usize; 3],
    spans: [Spans; 3],
    /// For each control point the sum over sites of its squared weight.
    squares: Vec<f64>,
}

impl Lattice {
    pub(super) fn zero(shape: [usize; 3]) -> Self {
        Self { shape, values: vec![0.0; shape.iter().product()] }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.values.iter_mut().zip(&other.values).for_each(|(sum, value)| *sum += value);
    }

    /// The same field with every span halved.
    pub(super) fn refined(&self) -> Self {
        let mut field = self.clone();
        for axis in 0..3 {
            field = field.refined_along(axis);
        }
        field
    }

    fn refined_along(&self, axis: usize) -> Self {
        let mut shape = self.shape;
        shape[axis] = 2 * (shape[axis] - 3) + 3;
        let n_inner: usize = self.shape[axis + 1..].iter().product();
        let n_outer: usize = self.shape[..axis].iter().product();
        let mut values = Vec::with_capacity(shape.iter().product());
        for outer in 0..n_outer {
            for point in 0..shape[axis] {
                for inner in 0..n_inner {
                    let old = |at: usize| self.values[(outer * self.shape[axis] + at) * n_inner + inner];
                    let at = point / 2;
                    // Every other new point lies between two old ones, the rest on one.
                    values.push(match point % 2 {
                        0 => f64::midpoint(old(at), old(at + 1)),
                        _ => (old(at) + 6.0 * old(at + 1) + old(at + 2)) / 8.0,
                    });
                }
            }
        }
        Self { shape, values }
    }

    /// Calls `visit` with the values of the field and the matching part of `out`, slice by slice of the sites.
    pub(super) fn each_slice<T: Send, R: Send>(
        &self,
        sites: &Sites,
        out: &mut [T],
        visit: impl Fn(usize, &[f64], &mut [T]) -> R + Sync,
    ) -> Vec<R> {
        let [_, m_y, m_x] = self.shape;
        let [_, n_y, n_x] = sites.shape();
        let [along_z, along_y, along_x] = [0, 1, 2].map(|axis| sites.spans(axis, self.shape[axis]));
        let buffers = || (vec![0.0; m_y * m_x], vec![0.0; m_x], vec![0.0; n_y * n_x]);
        let slices = out.par_chunks_exact_mut(n_y * n_x).enumerate();
        slices
            .map_init(buffers, |(plane, line, field), (z, out)| {
                mixed(&self.values, along_z[z], plane);
                for (row, span) in field.chunks_exact_mut(n_x).zip(&along_y) {
                    mixed(plane, *span, line);
                    for (value, (first, weights)) in row.iter_mut().zip(&along_x) {
                        let points = line[*first..].iter().zip(weights);
                        *value = points.map(|(point, weight)| point * weight).sum();
                    }
                }
                visit(z, field, out)
            })
            .collect()
    }
}

/// Four neighbors of as many values as `out` has, weighted.
fn mixed(points: &[f64], (first, weights): (usize, [f64; 4]), out: &mut [f64]) {
    out.fill(0.0);
    for (points, weight) in points.chunks_exact(out.len()).skip(first).zip(weights) {
        out.iter_mut().zip(points).for_each(|(sum, point)| *sum += weight * point);
    }
}

impl Fit {
    /// A fit of a lattice of `shape` to the sites at which `is_site` says so, by their index.
    pub(super) fn new(shape: [usize; 3], sites: &Sites, is_site: impl Fn(usize) -> bool + Sync) -> Self {
        let spans = [0, 1, 2].map(|axis| sites.spans(axis, shape[axis]));
        let mut fit = Self { shape, size: sites.shape(), spans, squares: Vec::new() };
        fit.squares = fit.gathered(2, |slice, row| {
            row.iter_mut().enumerate().for_each(|(x, value)| *value = f64::from(u8::from(is_site(slice + x))));
        });
        fit
    }

    /// The lattice nearest to residuals (Lee et al. 1997, doi:10.1109/2945.620490).
    ///
    /// Every site alone would have its residual r from the points φ = w r / Σ w² around it; a point takes the mean of
    /// what its sites want, weighted by w². Weights are products along the axes, and so are these sums, which lets
    /// them be taken axis by axis. `fill` writes the residuals of a row that begins at a site index, 0 off the mask.
    pub(super) fn lattice(&self, fill: impl Fn(usize, &mut [f64]) + Sync) -> Lattice {
        let sums = self.gathered(3, fill);
        let point = |(sum, square): (f64, &f64)| if *square > 0.0 { sum / square } else { 0.0 };
        Lattice { shape: self.shape, values: sums.into_iter().zip(&self.squares).map(point).collect() }
    }

    /// For each control point the sum of values times weights to a power; cubes are over the site's sum of squares.
    fn gathered(&self, power: i32, fill: impl Fn(usize, &mut [f64]) + Sync) -> Vec<f64> {
        let powers = self.spans.each_ref().map(|spans| {
            let raised = |(first, weights): &(usize, [f64; 4])| {
                let squares: f64 = weights.iter().map(|w| w * w).sum();
                (*first, weights.map(|w| w.powi(power) / if power == 3 { squares } else { 1.0 }))
            };
            spans.iter().map(raised).collect::<Spans>()
        });
        let [along_z, along_y, along_x] = &powers;
        let [_, m_y, m_x] = self.shape;
        let [n_z, n_y, n_x] = self.size;
        let plane_of = |z: usize| {
            let (mut plane, mut line, mut row) = (vec![0.0; m_y * m_x], vec![0.0; m_x], vec![0.0; n_x]);
            for (y, span) in along_y.iter().enumerate() {
                fill((z * n_y + y) * n_x, &mut row);
                line.fill(0.0);
                for (value, (first, weights)) in row.iter().zip(along_x) {
                    line[*first..].iter_mut().zip(weights).for_each(|(sum, weight)| *sum += weight * value);
                }
                spread(&line, *span, &mut plane);
            }
            plane
        };
        let planes: Vec<Vec<f64>> = (0..n_z).into_par_iter().map(plane_of).collect();
        let mut points = vec![0.0; self.shape.iter().product()];
        for (plane, span) in planes.iter().zip(along_z) {
            spread(plane, *span, &mut points);
        }
        points
    }
}

/// Adds values to four neighbors in `points`, weighted; the reverse of [`mixed`].
fn spread(values: &[f64], (first, weights): (usize, [f64; 4]), points: &mut [f64]) {
    for (points, weight) in points.chunks_exact_mut(values.len()).skip(first).zip(weights) {
        points.iter_mut().zip(values).for_each(|(sum, value)| *sum += weight * value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(lattice: &Lattice, sites: &Sites) -> Vec<f64> {
        let mut out = vec![0.0; sites.shape().iter().product()];
        lattice.each_slice(sites, &mut out, |_, field, out| out.copy_from_slice(field));
        out
    }

    #[test]
    fn halving_the_spans_leaves_the_field() {
        let sites = Sites { positions: [(0..5).collect(), (0..7).collect(), (0..9).collect()], size: [5, 7, 9] };
        let mut lattice = Lattice::zero([4, 5, 4]);
        lattice.values.iter_mut().enumerate().for_each(|(idx, value)| *value = ((idx * 37) % 23) as f64);
        let (coarse, fine) = (values(&lattice, &sites), values(&lattice.refined(), &sites));
        assert_eq!(lattice.refined().shape, [5, 7, 5]);
        assert!(coarse.iter().zip(&fine).all(|(a, b)| (a - b).abs() < 1e-10));
    }

    #[test]
    fn one_site_gets_its_residual() {
        let sites = Sites { positions: [vec![1], vec![2], vec![3]], size: [5, 7, 9] };
        let fit = Fit::new([4, 4, 4], &sites, |_| true);
        let lattice = fit.lattice(|_, row| row.fill(2.5));
        assert!((values(&lattice, &sites)[0] - 2.5).abs() < 1e-12);
    }
}
