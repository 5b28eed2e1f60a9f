//! Bias-field correction of MR by N4 (Tustison et al. 2010, doi:10.1109/TMI.2010.2046908).
//!
//! An image is taken to be the true one times a smooth field. In logarithms, the field blurs the histogram; each step
//! takes some of the blur out, asks what that would have to change at every voxel, and adds the smooth part of it, a
//! cubic B-spline, to the field. Levels go from few control points to many.

mod fourier;
mod lattice;
mod sharpen;

use rayon::prelude::*;

use crate::crop::check_mask;
use crate::error::{Error, Result};
use crate::histogram::{Within, otsu_threshold};
use crate::samples::{Samples, Value, for_samples, zeros};
use crate::volume::Volume;

use lattice::{Fit, Lattice, Sites};
use sharpen::Sharpening;

/// Bins of the histogram from which the mask is made where none is given.
const OTSU_BINS: usize = 200;

/// Control points of one level that are taken; more would follow anatomy, not bias.
const POINTS_MAX: usize = 1 << 16;

/// How the field is found; defaults are those of SimpleITK's filter.
#[derive(Clone, Debug, PartialEq)]
pub struct BiasOptions {
    /// The most steps of each level; default four levels of 50.
    pub iterations: Vec<usize>,
    /// A level ends when the ratio of two successive fields varies by less than this (standard deviation over mean);
    /// default 0.001.
    pub convergence_threshold: f64,
    /// Bins of the histogram; default 200.
    pub n_bins: usize,
    /// Full width at half maximum of the blur that each step takes out, in log intensity; default 0.15.
    pub width: f64,
    /// Noise of the Wiener filter; default 0.01.
    pub wiener_noise: f64,
    /// Control points along `[z, y, x]` at the first level, at least 4; every level halves the spans; default 4.
    pub n_control_points: [usize; 3],
    /// Every so many voxels along each axis are looked at to find the field; default 1, all. 4 is common and fast.
    pub shrink_factor: usize,
}

impl Default for BiasOptions {
    fn default() -> Self {
        Self {
            iterations: vec![50; 4],
            convergence_threshold: 0.001,
            n_bins: 200,
            width: 0.15,
            wiener_noise: 0.01,
            n_control_points: [4; 3],
            shrink_factor: 1,
        }
    }
}

/// An image without its bias.
#[derive(Clone, Debug, PartialEq)]
pub struct Unbiased {
    /// The image over its field, as `f32`.
    pub volume: Volume,
    /// The field, as `f32`, everywhere and not in the mask alone; as in ITK, its mean is not set to 1.
    pub field: Volume,
    /// Steps that each level took.
    pub n_steps: Vec<usize>,
}

/// Estimates the bias field in a mask and divides the image by it.
///
/// Only voxels of the mask (not 0, one channel, same grid) with a finite value above 0 are looked at; without a mask,
/// those above Otsu's threshold, where SimpleITK takes all. An error where the image has several channels, fewer than two different values are
/// left, or an option is impossible.
pub fn correct_bias(volume: &Volume, mask: Option<&Volume>, options: &BiasOptions) -> Result<Unbiased> {
    check(volume, options)?;
    let [_, size @ ..] = volume.shape();
    let positions = size.map(|n| (0..n).step_by(options.shrink_factor).collect());
    let sites = Sites { positions, size };
    let logs = logarithms(volume, mask, &sites)?;
    let (field, n_steps) = estimate(&logs, &sites, options)?;

    let every = Sites { positions: size.map(|n| (0..n).collect()), size };
    let mut bias: Vec<f32> = zeros(volume.samples().len())?;
    field.each_slice(&every, &mut bias, |_, field, out| {
        out.iter_mut().zip(field).for_each(|(out, value)| *out = value.exp() as f32);
    });
    let mut unbiased: Vec<f32> = zeros(bias.len())?;
    for_samples!(volume.samples(), values => {
        unbiased.par_iter_mut().zip(values).zip(&bias).for_each(|((out, value), bias)| {
            *out = (value.as_f64() / f64::from(*bias)) as f32;
        });
    });
    let with = |values| Volume::new(Samples::F32(values), volume.shape(), volume.geometry().cloned());
    Ok(Unbiased { volume: with(unbiased)?, field: with(bias)?, n_steps })
}

fn check(volume: &Volume, options: &BiasOptions) -> Result<()> {
    let wrong = |what: String| Err(Error::parameter(what));
    if volume.shape()[0] != 1 {
        let n_channels = volume.shape()[0];
        return wrong(format!(
            "the image has {n_channels} channels, each with a bias of its own; correct them one by one"
        ));
    }
    let is_positive = |value: f64| value.is_finite() && value > 0.0;
    if !is_positive(options.width) || !is_positive(options.wiener_noise) || options.convergence_threshold.is_nan() {
        return wrong(format!(
            "width {}, noise {} and convergence threshold {} are impossible; expected numbers, the first two above 0",
            options.width, options.wiener_noise, options.convergence_threshold
        ));
    }
    if !(2..=1 << 16).contains(&options.n_bins) || options.shrink_factor == 0 || options.iterations.is_empty() {
        return wrong(format!(
            "{} bins, shrink factor {} and {} levels are impossible; expected 2 to 65536 bins, a factor and a level",
            options.n_bins,
            options.shrink_factor,
            options.iterations.len()
        ));
    }
    let n_halvings = u32::try_from(options.iterations.len() - 1).unwrap_or(u32::MAX);
    let last = |n: usize| {
        2_usize.checked_pow(n_halvings).and_then(|parts| n.checked_sub(3)?.checked_mul(parts)?.checked_add(3))
    };
    let n_points = options.n_control_points.iter().try_fold(1_usize, |product, n| product.checked_mul(last(*n)?));
    if options.n_control_points.iter().any(|n| *n < 4) || n_points.is_none_or(|n| n > POINTS_MAX) {
        return wrong(format!(
            "{:?} control points (z, y, x) over {} levels are impossible; expected at least 4 along every axis, \
             and at most {POINTS_MAX} at the last level",
            options.n_control_points,
            options.iterations.len()
        ));
    }
    Ok(())
}

/// The logarithm at every site, NaN where nothing is looked at.
fn logarithms(volume: &Volume, mask: Option<&Volume>, sites: &Sites) -> Result<Vec<f32>> {
    let threshold = match mask {
        Some(mask) => {
            check_mask(volume, mask)?;
            0.0
        }
        None => otsu_threshold(volume, OTSU_BINS, Within::All)?,
    };
    let [_, _, size_y, size_x] = volume.shape();
    let [along_z, along_y, along_x] = &sites.positions;
    let [_, n_y, n_x] = sites.shape();
    let mut logs: Vec<f32> = zeros(along_z.len() * n_y * n_x)?;
    for_samples!(volume.samples(), values => {
        logs.par_chunks_exact_mut(n_x).enumerate().for_each(|(row_idx, row)| {
            let first = (along_z[row_idx / n_y] * size_y + along_y[row_idx % n_y]) * size_x;
            for (log, x) in row.iter_mut().zip(along_x) {
                let value = values[first + x].as_f64();
                let is_in_mask = mask.is_none_or(|mask| mask.samples().get(first + x).abs() > 0.0);
                let counts = is_in_mask && value.is_finite() && value > threshold.max(0.0);
                *log = if counts { value.ln() as f32 } else { f32::NAN };
            }
        });
    });
    Ok(logs)
}

/// The logarithm of the field, and how many steps each level took.
fn estimate(logs: &[f32], sites: &Sites, options: &BiasOptions) -> Result<(Lattice, Vec<usize>)> {
    let [_, n_y, n_x] = sites.shape();
    let sharpening = Sharpening { n_bins: options.n_bins, width: options.width, noise: options.wiener_noise };
    let mut field = Lattice::zero(options.n_control_points);
    // What is left of the logarithms without the field.
    let mut rest = logs.to_vec();
    let mut n_steps = Vec::new();
    let (low, high) = range(&rest, n_y * n_x);
    if low >= high {
        return Err(Error::parameter(
            "fewer than two different values are looked at, so no bias can be told from the image; \
             check mask and image",
        ));
    }
    for (level, n_most) in options.iterations.iter().enumerate() {
        if level > 0 {
            field = field.refined();
        }
        let fit = Fit::new(field.shape, sites, |idx| !logs[idx].is_nan());
        let mut n = 0;
        while n < *n_most {
            let (low, high) = range(&rest, n_y * n_x);
            if low >= high {
                // Nothing is left to sharpen.
                break;
            }
            n += 1;
            let slices = rest.par_chunks_exact(n_y * n_x);
            let counted = slices.map(|slice| sharpening.bin((low, high), finite(slice)));
            let expected = sharpening.expectation((low, high), &summed(counted.collect(), options.n_bins));
            field.add(&fit.lattice(|first, row| {
                for (residual, value) in row.iter_mut().zip(&rest[first..]) {
                    let value = f64::from(*value);
                    *residual = if value.is_nan() { 0.0 } else { value - expected.of(value) };
                }
            }));
            if apply(&field, sites, logs, &mut rest) < options.convergence_threshold {
                break;
            }
        }
        n_steps.push(n);
    }
    Ok((field, n_steps))
}

/// Takes the field from the logarithms, and gives by how much its ratio to the field before varies over the sites.
fn apply(field: &Lattice, sites: &Sites, logs: &[f32], rest: &mut [f32]) -> f64 {
    let slices = field.each_slice(sites, rest, |z, field, rest| {
        let (mut n, mut sum, mut squares) = (0.0, 0.0, 0.0);
        let logs = &logs[z * field.len()..];
        for ((rest, log), value) in rest.iter_mut().zip(logs).zip(field) {
            let new = (f64::from(*log) - value) as f32;
            // The old field over the new one; about 1, so squares lose few digits without it.
            let change = f64::from(new - *rest).exp() - 1.0;
            if !change.is_nan() {
                (n, sum, squares) = (n + 1.0, sum + change, squares + change * change);
            }
            *rest = new;
        }
        [n, sum, squares]
    });
    let [n, sum, squares] = summed(slices, 3)[..] else { return 0.0 };
    let variance = (squares - sum * sum / n).max(0.0) / (n - 1.0).max(1.0);
    variance.sqrt() / (1.0 + sum / n)
}

/// Sums place by place, in the order of the slices.
fn summed<A: AsRef<[f64]>>(slices: Vec<A>, n: usize) -> Vec<f64> {
    let mut sums = vec![0.0; n];
    for slice in slices {
        sums.iter_mut().zip(slice.as_ref()).for_each(|(sum, value)| *sum += value);
    }
    sums
}

fn finite(slice: &[f32]) -> impl Iterator<Item = f64> {
    slice.iter().filter(|value| !value.is_nan()).map(|value| f64::from(*value))
}

fn range(values: &[f32], n_slice: usize) -> (f64, f64) {
    let none = (f64::INFINITY, f64::NEG_INFINITY);
    let wider = |(low, high): (f64, f64), (a, b): (f64, f64)| (low.min(a), high.max(b));
    let slices = values.par_chunks_exact(n_slice);
    slices.map(|slice| finite(slice).map(|v| (v, v)).fold(none, wider)).reduce(|| none, wider)
}
