//! AUROC of a million cases and its bootstrap, and masks of fifteen organs; the same work, on the same numbers and files,
//! as `benches/measure.py` does.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use vesalius::Result;
use vesalius::measure::segment::{SegmentConfig, measure_segment};
use vesalius::progress::{Context, Silent};
use vesalius_image::{Geometry, Samples, Volume, format};
use vesalius_stats::classify::{Interval, Options, auroc_estimate};

use super::{Figures, broken, median};

/// Timed steps, after one that warms up; as many as the script has.
const N_STEPS: usize = 5;
const N_DELONG: u64 = 1_000_000;
const N_BOOTSTRAP: u64 = 10_000;
/// Voxels along z, y and x.
const SHAPE: [usize; 3] = [160, 256, 256];
/// Along x, y and z.
const SPACING_MM: [f64; 3] = [1.0, 1.0, 1.5];
const N_ORGANS: u64 = 15;

/// Seconds of each.
pub(super) fn measure() -> Result<Figures> {
    let delong = Options::default();
    let bootstrap = Options { interval: Interval::Percentile, ..Options::default() };
    Ok([
        ("auroc_delong_seconds", seconds(N_DELONG, &delong)?),
        ("auroc_bootstrap_seconds", seconds(N_BOOTSTRAP, &bootstrap)?),
        ("segment_seconds", segment_seconds()?),
    ]
    .into())
}

/// Reading two label maps included, as whoever measures masks has to.
fn segment_seconds() -> Result<f64> {
    let scratch = tempfile::tempdir().map_err(|error| broken(&error))?;
    let folder = std::env::var_os("VESALIUS_BENCH_INPUTS").map_or_else(|| scratch.path().to_owned(), PathBuf::from);
    let [truth, pred] =
        [("organs-truth.nii", 0.0), ("organs-pred.nii", 1.0)].map(|(name, moved)| (folder.join(name), moved));
    for (path, moved) in [&truth, &pred] {
        write(path, organs(*moved))?;
    }
    let metrics = ["dice", "surface_dice", "hausdorff95", "average_symmetric_surface_distance"].map(str::to_owned);
    let config = SegmentConfig { metrics: Some(metrics.into()), tolerance_mm: Some(2.0), ..SegmentConfig::default() };
    let stop = AtomicBool::new(false);
    let ctx = Context { progress: &Silent, stop: &stop };
    let mut seconds = Vec::new();
    for _ in 0..=N_STEPS {
        let start = Instant::now();
        measure_segment(&truth.0, &pred.0, &config, &ctx)?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    Ok(median(&seconds[1..]))
}

/// Fifteen ellipsoids of different sizes, in four by four places side by side, moved by so much of three voxels.
fn organs(moved: f64) -> Vec<u8> {
    let mut labels = vec![0; SHAPE.iter().product()];
    let [_, n_y, n_x] = SHAPE;
    for organ in 0..N_ORGANS {
        let (column, row) = (organ % 4, organ / 4);
        let radii =
            [0, 1, 2].map(|axis| [52.0, 26.0, 26.0][axis] * (0.6 + 0.4 * uniform(1000 + 3 * organ + axis as u64)));
        let center = [80.0, 32.0 + 64.0 * row as f64, 32.0 + 64.0 * column as f64];
        for (at, label) in labels.iter_mut().enumerate() {
            let voxel = [at / (n_y * n_x), at / n_x % n_y, at % n_x].map(|n| n as f64);
            let away =
                |axis: usize| ((voxel[axis] - center[axis] - [1.0, -1.0, 2.0][axis] * moved) / radii[axis]).powi(2);
            if away(2) < 1.0 && away(1) + away(2) < 1.0 && away(0) + away(1) + away(2) < 1.0 {
                *label = organ as u8 + 1;
            }
        }
    }
    labels
}

fn write(path: &Path, labels: Vec<u8>) -> Result<()> {
    let place = Geometry::new(SPACING_MM, [0.0; 3], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])?;
    let volume = Volume::new(Samples::U8(labels), [1, SHAPE[0], SHAPE[1], SHAPE[2]], Some(place))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let encode = format::of_name(&name).and_then(|format| format.encode).ok_or_else(|| broken(&"no such format"))?;
    for file in encode(&volume, &name)? {
        std::fs::write(path.with_file_name(&file.name), &file.bytes).map_err(|error| broken(&error))?;
    }
    Ok(())
}

fn seconds(n: u64, options: &Options) -> Result<f64> {
    let (truth, score): (Vec<bool>, Vec<f64>) = (0..n).map(case).unzip();
    let mut seconds = Vec::new();
    for _ in 0..=N_STEPS {
        let start = Instant::now();
        let found = auroc_estimate(&truth, &score, options);
        seconds.push(start.elapsed().as_secs_f64());
        if found.value.is_none() {
            return Err(broken(&found.undefined.unwrap_or_default()));
        }
    }
    Ok(median(&seconds[1..]))
}

/// Three positive cases of ten, whose scores are somewhat higher.
fn case(idx: u64) -> (bool, f64) {
    let [truth, a, b, c] = [0, 1, 2, 3].map(|at| uniform(4 * idx + at));
    let is_positive = truth < 0.3;
    (is_positive, a + b + c + if is_positive { 0.5 } else { 0.0 })
}

/// A number in \[0, 1) by the mixing steps of `SplitMix64` (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195).
fn uniform(at: u64) -> f64 {
    let mut word = at.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((word ^ (word >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
