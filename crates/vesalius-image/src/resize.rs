//! Images to another number of voxels: linear when enlarging, area averages when shrinking.
//!
//! Voxel centers are at half positions, so that the field of view is the same before and after.

/// Resamples every channel to `size` `[z, y, x]`; `shape` is `[channel, z, y, x]`.
///
/// Enlarging interpolates linearly between voxel centers and repeats the outermost voxels.
/// Shrinking averages what lies below each new voxel, partly covered voxels by their part, which keeps the mean.
/// Each axis is done for itself.
///
/// # Panics
///
/// Where `image` does not fill `shape`, or a length is 0.
pub fn resize(image: &[f32], shape: [usize; 4], size: [usize; 3]) -> Vec<f32> {
    assert_eq!(image.len(), shape.iter().product::<usize>(), "samples must fill their shape");
    assert!(shape.iter().chain(&size).all(|n| *n > 0), "no axis may be empty");
    let mut shape = shape;
    let mut current = image.to_vec();
    // What shrinks most goes first, so that the others have less to do; of equal ones, those go first that leave
    // long rows to the others.
    let mut axes = [1, 2, 3];
    axes.sort_by(|a, b| {
        let ratio = |axis: usize| size[axis - 1] as f64 / shape[axis] as f64;
        let order = ratio(*a).total_cmp(&ratio(*b));
        order.then(if ratio(*a) < 1.0 { a.cmp(b) } else { b.cmp(a) })
    });
    for axis in axes {
        let (n_in, n_out) = (shape[axis], size[axis - 1]);
        if n_in != n_out {
            let n_inner = shape[axis + 1..].iter().product();
            current = along_axis(&current, n_in, &taps(n_in, n_out), n_inner);
            shape[axis] = n_out;
        }
    }
    current
}

/// What one new voxel is made of: neighboring voxels from `start` on and their weights, which sum to 1.
struct Taps {
    start: usize,
    weights: Vec<f64>,
}

fn taps(n_in: usize, n_out: usize) -> Vec<Taps> {
    let ratio = n_in as f64 / n_out as f64;
    (0..n_out).map(|idx| if ratio > 1.0 { area(idx, ratio, n_in) } else { linear(idx, ratio, n_in) }).collect()
}

/// New voxel `idx` covers old positions `idx × ratio` to `(idx + 1) × ratio`.
fn area(idx: usize, ratio: f64, n_in: usize) -> Taps {
    let (low, high) = (idx as f64 * ratio, (idx + 1) as f64 * ratio);
    let start = (low as usize).min(n_in - 1);
    let end = (high.ceil() as usize).clamp(start + 1, n_in);
    let covered = |voxel: usize| (high.min((voxel + 1) as f64) - low.max(voxel as f64)).max(0.0);
    let total: f64 = (start..end).map(covered).sum();
    Taps { start, weights: (start..end).map(|voxel| covered(voxel) / total).collect() }
}

fn linear(idx: usize, ratio: f64, n_in: usize) -> Taps {
    let position = ((idx as f64 + 0.5) * ratio - 0.5).clamp(0.0, (n_in - 1) as f64);
    let start = (position as usize).min(n_in.saturating_sub(2));
    let fraction = position - start as f64;
    Taps { start, weights: if n_in == 1 { vec![1.0] } else { vec![1.0 - fraction, fraction] } }
}

/// One axis of `n_in` voxels, each of `n_inner` samples in a row; `taps` has one entry for each new voxel.
fn along_axis(image: &[f32], n_in: usize, taps: &[Taps], n_inner: usize) -> Vec<f32> {
    let n_outer = image.len() / (n_in * n_inner);
    let mut resized = Vec::with_capacity(n_outer * taps.len() * n_inner);
    let mut sums = vec![0.0_f64; n_inner];
    for block in image.chunks_exact(n_in * n_inner) {
        for Taps { start, weights } in taps {
            if n_inner == 1 {
                let weighted = block[*start..].iter().zip(weights).map(|(value, weight)| weight * f64::from(*value));
                resized.push(weighted.sum::<f64>() as f32);
                continue;
            }
            sums.fill(0.0);
            for (row, weight) in block[start * n_inner..].chunks_exact(n_inner).zip(weights) {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * f64::from(*value));
            }
            resized.extend(sums.iter().map(|sum| *sum as f32));
        }
    }
    resized
}
