//! Youden's index: the best that sensitivity and specificity reach together, and the threshold at which they do.
//!
//! **Definition.** J = max over thresholds of sensitivity + specificity − 1, cases that score at least the threshold called
//! positive (Youden 1950, `doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3`); of equal maxima the highest
//! threshold. `youden_threshold` is that threshold, a score. Chosen on these very cases, J is if anything too good: for the
//! threshold in use read sensitivity and specificity. Simulated coverage of 95 % intervals of J is 0.85 to 0.90 for 150
//! to 180 cases (`tests/it/coverage_all.rs`): part of the optimism remains.
//! **Interval.** Percentile bootstrap over cases, the threshold chosen anew in every replicate; of J the ends are moved by
//! the optimism of a maximum, which resampling adds once more and so shows. Without spread the Newcombe limits of sensitivity and
//! specificity at the threshold; of the threshold no more than the neighboring scores, which are as good as it.
//! **Range** of J 0 to 1, 0 is chance; the threshold is any score. **Ties** are called together. **One class, nothing:**
//! undefined. **NaN** is refused before. **Cost** O(n log n).

use super::Metric;
use super::operating::{Point, at, points, sides};
use crate::estimate::{Estimate, Outcome};
use crate::interval::bootstrap;
use crate::interval::mover;
use crate::interval::wilson::wilson;
use crate::options::Options;
use crate::rank::ranking::Run;
use crate::target::{Study, Target};

pub(super) const INDEX: Metric = Metric {
    name: "youden",
    definition: "greatest sensitivity + specificity - 1 over all thresholds",
    range: (0.0, 1.0),
    others: "",
    compute: |study| each(study, &INDEX, index),
};

pub(super) const THRESHOLD: Metric = Metric {
    name: "youden_threshold",
    definition: "score from which cases are called positive at the greatest sensitivity + specificity - 1",
    range: (f64::NEG_INFINITY, f64::INFINITY),
    others: "",
    compute: |study| each(study, &THRESHOLD, threshold),
};

fn each(study: &Study<'_>, metric: &Metric, outcome: fn(&Target, &Options) -> Outcome) -> Vec<Estimate> {
    let options = study.options;
    let estimate = |target: &Target| {
        let outcome = match target.one_sided() {
            Some(why) => Outcome::undefined(target.n(), method(options), why),
            None => outcome(target, options),
        };
        outcome.named(metric.name, &target.name, options.level)
    };
    study.targets.iter().map(estimate).collect()
}

fn method(options: &Options) -> String {
    bootstrap::method(options, "cases drawn without strata")
}

/// The point and its index; the point that calls nothing has 0.
fn best(runs: &[Run]) -> (Point, f64) {
    let (n_positive, n_negative) = sides(runs);
    let index = |point: Point| point.n_true as f64 / n_positive as f64 - point.n_false as f64 / n_negative as f64;
    let nothing = Point { threshold: f64::INFINITY, n_true: 0, n_false: 0 };
    points(runs).fold((nothing, 0.0), |(best, greatest), point| {
        let index = index(point);
        if index > greatest { (point, index) } else { (best, greatest) }
    })
}

fn index(target: &Target, options: &Options) -> Outcome {
    let (point, value) = best(&target.ranking.runs);
    let distribution = target.ranking.distribution(options, |runs| Some(best(runs).1));
    let outcome = if distribution.is_degenerate() {
        let (m, n) = (target.ranking.n_positive, target.ranking.n_negative);
        let part = |n_hits: usize, n: usize| {
            let (low, high) = wilson(n_hits as u64, n as u64, options.level).unwrap_or((0.0, 1.0));
            (n_hits as f64 / n as f64, low, high)
        };
        let (low, high) = mover::sum(part(point.n_true, m), part(n - point.n_false, n));
        let ends = ((low - 1.0).max(0.0), (high - 1.0).min(1.0));
        Outcome::known(m + n, "Newcombe limits at the threshold, as the bootstrap has no spread here", value, ends)
    } else {
        let (low, high) = distribution.interval_of_maximum(options.level, value).unwrap_or((value, value));
        Outcome::known(target.n(), format!("{}, less bias", method(options)), value, (low.max(0.0), high.min(1.0)))
    };
    outcome.decided_by(&at(point))
}

fn threshold(target: &Target, options: &Options) -> Outcome {
    let runs = &target.ranking.runs;
    let (point, index) = best(runs);
    if !point.threshold.is_finite() {
        return Outcome::undefined(target.n(), method(options), "no threshold is better than chance");
    }
    let chosen = |runs: &[Run]| Some(best(runs).0.threshold).filter(|threshold| threshold.is_finite());
    let distribution = target.ranking.distribution(options, chosen);
    let outcome = match distribution.interval(options.level) {
        Some((low, high)) if !distribution.is_degenerate() => {
            let ends = (low.min(point.threshold), high.max(point.threshold));
            Outcome::known(target.n(), method(options), point.threshold, ends)
        }
        _ => {
            let at = target.ranking.run_of(point.threshold);
            let next = runs.get(at + 1).map_or(point.threshold, |run| run.score);
            let ends = (next, point.threshold);
            Outcome::known(
                target.n(),
                "up to the next score, as the bootstrap has no spread here",
                point.threshold,
                ends,
            )
        }
    };
    outcome.decided_by(&format!("where the index is {index}"))
}
