//! AUROC of a million cases and its bootstrap; the same work, on the same numbers, as `benches/measure.py` does.

use std::time::Instant;

use vesalius::Result;
use vesalius_stats::classify::{Interval, Options, auroc_estimate};

use super::{Figures, broken, median};

/// Timed steps, after one that warms up; as many as the script has.
const N_STEPS: usize = 5;
const N_DELONG: u64 = 1_000_000;
const N_BOOTSTRAP: u64 = 10_000;

/// Seconds of each.
pub(super) fn measure() -> Result<Figures> {
    let delong = Options::default();
    let bootstrap = Options { interval: Interval::Percentile, ..Options::default() };
    Ok([
        ("auroc_delong_seconds", seconds(N_DELONG, &delong)?),
        ("auroc_bootstrap_seconds", seconds(N_BOOTSTRAP, &bootstrap)?),
    ]
    .into())
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
