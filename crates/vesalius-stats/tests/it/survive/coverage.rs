//! Do intervals cover what they claim? By simulation, with `VESALIUS_SLOW=1`; and a million cases in a second.

use super::{estimate, exponential, random_follow_up, ranked};
use crate::coverage::is_slow_run;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vesalius_stats::survive::{Cases, Direction, Options, SurviveScores, measure};

const N_SIMULATIONS: usize = 1000;
const HORIZONS: [f64; 3] = [0.3, 0.7, 1.2];

/// Exponential times whose rate the prediction knows but for a factor; `censoring` is the mean time of dropping out.
fn simulated(n: usize, censoring: f64, rng: &mut ChaCha8Rng) -> Cases {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        let rate = (2.0 * rng.random::<f64>() - 1.0).exp();
        let (real, end) = (exponential(1.0 / rate, rng), exponential(censoring, rng).min(2.5));
        columns.0.push(real.min(end));
        columns.1.push(real <= end);
        columns.2.push(rate);
    }
    let (time, event, rate) = columns;
    let mut cases = Cases::new(&time, &event).unwrap().with_ranking(Direction::Risk, &rate).unwrap();
    for horizon in HORIZONS {
        let survival: Vec<f64> = rate.iter().map(|rate| (-1.2 * rate * horizon).exp()).collect();
        cases = cases.with_survival(horizon, &survival).unwrap();
    }
    cases
}

fn scores(cases: &Cases) -> SurviveScores {
    measure(cases, &Options { tau: Some(2.0), ..Options::default() }).unwrap()
}

/// What each metric is of half a million uncensored cases, or of censored ones where it depends on censoring.
fn truth(metric: &str, target: &str, large: &[SurviveScores; 2]) -> f64 {
    let which = usize::from(metric == "harrell_c");
    estimate(&large[which], metric, target).value.unwrap()
}

#[test]
fn intervals_cover() {
    if !is_slow_run() {
        return;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(71);
    let large = [1e9, 1.5].map(|censoring| scores(&simulated(500_000, censoring, &mut rng)));
    for n in [60, 200] {
        let runs: Vec<SurviveScores> = (0..N_SIMULATIONS).map(|_| scores(&simulated(n, 1.5, &mut rng))).collect();
        for first in &runs[0].estimates {
            let expected = truth(&first.metric, &first.target, &large);
            let found = runs.iter().map(|run| estimate(run, &first.metric, &first.target));
            let ends: Vec<(f64, f64)> = found.filter_map(|found| Some((found.low?, found.high?))).collect();
            let share = ends.iter().filter(|(low, high)| *low <= expected && expected <= *high).count() as f64
                / ends.len() as f64;
            eprintln!("{} {} with {n} cases, value {expected:.3}: {share:.3}", first.metric, first.target);
            let least = if n == 60 { 0.90 } else { 0.92 };
            assert!((least..=0.985).contains(&share), "{share} of 0.95 for {}", first.metric);
        }
    }
}

/// Not timed, as tests know no clock: whoever runs it sees whether it is O(n log n).
#[test]
fn a_million_cases() {
    if !is_slow_run() {
        return;
    }
    let (time, event, risk) = random_follow_up(1_000_000, 12, 1e5);
    let scores = measure(&ranked(&time, &event, &risk), &Options::default()).unwrap();
    let found = estimate(&scores, "harrell_c", "all");
    assert!(found.high.unwrap() - found.low.unwrap() < 0.003);
    assert!(scores.time_auc.len() <= 50);
}
