//! Do intervals cover what they claim? By simulation, with `VESALIUS_SLOW=1`; and a million cases in seconds.

use crate::kit::{binary, estimate, measured, random_binary};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vesalius_stats::classify::{AurocScale, Cases, Options, auroc, measure};
use vesalius_stats::wilson;

const N_SIMULATIONS: usize = 2000;

pub(crate) fn is_slow_run() -> bool {
    let is_slow = std::env::var_os("VESALIUS_SLOW").is_some_and(|value| value == "1");
    if !is_slow {
        eprintln!("skipped: set VESALIUS_SLOW=1 to simulate");
    }
    is_slow
}

/// A standard normal number.
pub(crate) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (radius, angle) = (1.0 - rng.random::<f64>(), rng.random::<f64>());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

fn normal_pair(shift: f64, sizes: (usize, usize), rng: &mut ChaCha8Rng) -> Cases {
    let truth: Vec<bool> = (0..sizes.0 + sizes.1).map(|case| case < sizes.0).collect();
    let score: Vec<f64> = truth.iter().map(|&truth| normal(rng) + if truth { shift } else { 0.0 }).collect();
    binary(&truth, &score)
}

/// The share of simulated intervals that hold the area, on either scale; both see the same data.
fn coverage_of(scale: AurocScale, (shift, area, sizes): (f64, f64, (usize, usize))) -> f64 {
    let options = Options { replicates: 1, auroc_scale: scale, ..Options::default() };
    let mut rng = ChaCha8Rng::seed_from_u64(42);
    let covers = |_: &usize| {
        let scores = measure(&normal_pair(shift, sizes, &mut rng), &options).unwrap();
        let found = estimate(&scores, "auroc", "class 1");
        found.low.unwrap() <= area && area <= found.high.unwrap()
    };
    (0..N_SIMULATIONS).filter(covers).count() as f64 / N_SIMULATIONS as f64
}

/// Normal scores a distance apart have the area Φ(shift / √2), given here.
#[test]
fn delong_covers() {
    if !is_slow_run() {
        return;
    }
    for case in [
        (0.741_614, 0.70, (30, 50)),
        (1.812_388, 0.90, (25, 75)),
        (2.326_174, 0.95, (50, 50)),
        (2.326_174, 0.95, (10, 40)),
        (2.904_440, 0.98, (40, 200)),
    ] {
        let [logit, plain] = [AurocScale::Logit, AurocScale::Plain].map(|scale| coverage_of(scale, case));
        eprintln!("DeLong of (shift, area, sizes) {case:?}: logit {logit}, plain {plain}");
        assert!((0.92..=0.985).contains(&logit), "{logit} of 0.95 for {case:?}");
        assert!((logit - 0.95).abs() <= (plain - 0.95).abs() + 0.01, "the plain scale is better for {case:?}");
    }
}

/// Three classes: the mean area, its true value from a large sample.
#[test]
fn delong_with_covariance_covers() {
    if !is_slow_run() {
        return;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(43);
    let classes: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
    let options = Options { replicates: 1, ..Options::default() };
    let mut sample = |n: usize| {
        let truth: Vec<usize> = (0..n).map(|_| [0, 0, 0, 1, 1, 2][rng.random_range(0..6)]).collect();
        let score = truth.iter().flat_map(|&class| [0, 1, 2].map(|at| (class == at, at))).collect::<Vec<_>>();
        let score: Vec<f64> = score.iter().map(|(own, _)| normal(&mut rng) + if *own { 1.2 } else { 0.0 }).collect();
        let scores = measure(&Cases::exclusive(&classes, &truth, &score).unwrap(), &options).unwrap();
        let found = estimate(&scores, "auroc", "macro");
        (found.value.unwrap(), found.low.unwrap(), found.high.unwrap())
    };
    let (area, ..) = sample(400_000);
    let covers = |_: &usize| {
        let (_, low, high) = sample(90);
        low <= area && area <= high
    };
    let share = (0..N_SIMULATIONS).filter(covers).count() as f64 / N_SIMULATIONS as f64;
    eprintln!("DeLong with covariance, mean area {area}: {share}");
    assert!((0.93..=0.98).contains(&share), "{share} of 0.95");
}

/// Exact coverage, by the binomial distribution: Wilson oscillates about its level.
#[test]
fn wilson_covers() {
    for (n, share) in [(20_u64, 0.5_f64), (50, 0.9), (100, 0.95), (500, 0.99)] {
        let (mut coverage, mut log_choose) = (0.0, 0.0);
        for hits in 0..=n {
            let (low, high) = wilson(hits, n, 0.95).unwrap();
            if low <= share && share <= high {
                let log_mass = log_choose + hits as f64 * share.ln() + (n - hits) as f64 * (1.0 - share).ln();
                coverage += f64::exp(log_mass);
            }
            log_choose += (((n - hits) as f64) / ((hits + 1) as f64)).ln();
        }
        assert!((0.92..=0.98).contains(&coverage), "{coverage} of 0.95 for {share} of {n}");
    }
}

/// F1 by bootstrap: the true value from the rates that make the cases.
#[test]
fn f1_covers() {
    if !is_slow_run() {
        return;
    }
    let (prevalence, sensitivity, false_alarm) = (0.3, 0.8, 0.1);
    let hits = prevalence * sensitivity;
    let truth_f1 = 2.0 * hits / (hits + prevalence * 1.0 + (1.0 - prevalence) * false_alarm);
    let mut rng = ChaCha8Rng::seed_from_u64(44);
    let options = Options { replicates: 400, ..Options::default() };
    let covers = |_: &usize| {
        let truth: Vec<bool> = (0..200).map(|case| case < 60).collect();
        let rate = |truth: bool| if truth { sensitivity } else { false_alarm };
        let score: Vec<f64> =
            truth.iter().map(|&truth| if rng.random::<f64>() < rate(truth) { 0.9 } else { 0.1 }).collect();
        let scores = measure(&binary(&truth, &score), &options).unwrap();
        let found = estimate(&scores, "f1", "class 1");
        found.low.unwrap() <= truth_f1 && truth_f1 <= found.high.unwrap()
    };
    let share = (0..N_SIMULATIONS).filter(covers).count() as f64 / N_SIMULATIONS as f64;
    eprintln!("F1 by bootstrap: {share}");
    assert!((0.92..=0.98).contains(&share), "{share} of 0.95");
}

/// Not timed, as tests know no clock: whoever runs it sees whether it is O(n log n).
#[test]
fn a_million_cases() {
    if !is_slow_run() {
        return;
    }
    let (truth, score) = random_binary(1_000_000, 12, 1e9);
    assert!(auroc(&truth, &score).is_some());
    let scores = measured(&binary(&truth, &score));
    let found = estimate(&scores, "auroc", "class 1");
    assert!(found.high.unwrap() - found.low.unwrap() < 0.003);
    assert!(scores.roc[0].points.len() <= 1000);
}
