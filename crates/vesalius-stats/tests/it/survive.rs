//! Survival: golden values, what is undefined and refused, invariances, coverage, published tables.

mod coverage;
mod golden;
mod invariance;
mod published;
mod undefined;

use std::collections::BTreeSet;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vesalius_stats::Estimate;
use vesalius_stats::survive::{CURVES, Cases, Direction, METRICS, Options, SurviveScores, measure};

fn estimate<'s>(scores: &'s SurviveScores, metric: &str, target: &str) -> &'s Estimate {
    let found = scores.estimates.iter().find(|e| e.metric == metric && e.target == target);
    found.unwrap_or_else(|| panic!("no estimate {metric} of {target}"))
}

fn measured(cases: &Cases) -> SurviveScores {
    measure(cases, &Options::default()).unwrap()
}

/// A number from the exponential distribution with this mean.
fn exponential(mean: f64, rng: &mut ChaCha8Rng) -> f64 {
    -mean * (1.0 - rng.random::<f64>()).ln()
}

/// Follow-up with a risk that tells somewhat: times, events, risks; times and risks are rounded to these many levels.
fn random_follow_up(n: usize, seed: u64, n_levels: f64) -> (Vec<f64>, Vec<bool>, Vec<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let round = |value: f64| (value * n_levels).round() / n_levels;
    let (mut time, mut event, mut risk) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        let hazard = 0.5 + rng.random::<f64>();
        let (real, end) = (exponential(1.0 / hazard, &mut rng), exponential(2.0, &mut rng));
        time.push(round(real.min(end)));
        event.push(real <= end);
        risk.push(round(hazard + 0.5 * rng.random::<f64>()));
    }
    (time, event, risk)
}

fn ranked(time: &[f64], event: &[bool], risk: &[f64]) -> Cases {
    Cases::new(time, event).unwrap().with_ranking(Direction::Risk, risk).unwrap()
}

#[test]
fn every_metric_has_a_golden_value_and_stays_within_its_range() {
    let (time, event, risk) = random_follow_up(200, 3, 20.0);
    let survival = |horizon: f64| risk.iter().map(|risk| (-horizon * risk).exp()).collect::<Vec<_>>();
    let mut cases = ranked(&time, &event, &risk);
    for horizon in [0.3, 0.6, 1.0] {
        cases = cases.with_survival(horizon, &survival(horizon)).unwrap();
    }
    let scores = measured(&cases);
    let measured: BTreeSet<&str> = scores.estimates.iter().map(|estimate| estimate.metric.as_str()).collect();
    assert_eq!(measured, METRICS.iter().map(|metric| metric.name).collect());
    let golden = include_str!("survive/golden.rs");
    for metric in METRICS {
        assert!(!metric.definition.is_empty());
        assert!(golden.contains(&format!("\"{}\"", metric.name)), "golden.rs does not compare {}", metric.name);
        for found in scores.estimates.iter().filter(|estimate| estimate.metric == metric.name) {
            for number in [found.low, found.value, found.high] {
                let number = number.unwrap_or_else(|| panic!("{found:?}"));
                assert!(metric.range.0 <= number && number <= metric.range.1, "{found:?}");
            }
            assert_eq!((found.group.as_str(), found.level), ("all", 0.95));
        }
    }
    let curves: Vec<&str> = CURVES.iter().map(|curve| curve.0).collect();
    assert_eq!(curves, ["kaplan_meier", "time_auc", "calibration", "log_rank"]);
    assert_eq!((scores.time_auc.len(), scores.calibration.len()), (3, 30));
}
