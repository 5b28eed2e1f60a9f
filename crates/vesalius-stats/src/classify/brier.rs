//! Brier score: the mean squared distance between scores and truth.
//!
//! **Definition.** For one class against the rest (1 / n) Σ (s − y)², y being 1 or 0; for three or more classes that
//! exclude each other also `all`, (1 / n) Σ over cases Σ over classes (s − y)² (Brier 1950,
//! doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2). Note that `all` reaches 2 where a single class reaches 1.
//! **Interval.** Percentile bootstrap over cases; where every case has the same error, so that it has no spread, the
//! interval ends at 3 / n beyond the value, which that many cases cannot exclude (Hanley and Lippman-Hand 1983,
//! doi:10.1001/jama.1983.03330370053031).
//! **Range** 0 (perfect) to 1, `all` to 2. **Scores outside 0 to 1, nothing:** undefined. **One class:** defined.
//! **Ties** have no meaning here. **NaN** is refused before. **Cost** O(n log n).

use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::bootstrap::{self, Distribution};
use crate::interval::resample::GroupedValues;
use crate::options::Options;
use crate::target::{Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "brier",
    definition: "mean squared distance between scores and truth",
    range: (0.0, 2.0),
    others: "for several classes some halve the sum, and others average over classes; here it is the sum, as Brier has it",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let options = study.options;
    let named = |outcome: Outcome, target: &str| outcome.named(METRIC.name, target, options.level);
    let single = |target: &Target| {
        let errors = target.score.iter().zip(&target.truth).map(|(score, &truth)| squared(*score, truth)).collect();
        let why = target.not_probabilities().or_else(|| (target.n() == 0).then(|| target.no_known_case()));
        named(mean(errors, why, (1.0, options)), &target.name)
    };
    let mut estimates: Vec<Estimate> = study.targets.iter().map(single).collect();
    if let (Some(truth), true) = (study.exclusive(), study.targets.len() > 1) {
        let error = |(case, &class): (usize, &usize)| {
            study.cases.row(case).iter().enumerate().map(|(at, score)| squared(*score, at == class)).sum()
        };
        let why = study.targets.iter().find_map(Target::not_probabilities);
        let why = why.or_else(|| truth.is_empty().then(|| "there are no cases".to_owned()));
        estimates.push(named(mean(truth.iter().enumerate().map(error).collect(), why, (2.0, options)), ALL));
    }
    estimates
}

fn squared(score: f64, truth: bool) -> f64 {
    (score - f64::from(u8::from(truth))).powi(2)
}

fn mean(errors: Vec<f64>, why: Option<String>, (worst, options): (f64, &Options)) -> Outcome {
    let n = errors.len();
    let method = bootstrap::method(options, "cases drawn without strata");
    if let Some(why) = why {
        return Outcome::undefined(n, method, why);
    }
    let grouped = GroupedValues::ungrouped(errors.into_iter());
    let value = grouped.sums()[0] / n as f64;
    let distribution = Distribution::of(options, |rng| Some(grouped.resampled_sums(rng)[0] / n as f64));
    match distribution.interval(options.level) {
        Some(interval) if !distribution.is_degenerate() => Outcome::known(n, method, value, interval),
        _ => {
            let reach = 3.0 / n as f64;
            let interval = ((value - reach).max(0.0), (value + reach).min(worst));
            Outcome::known(n, "rule of three, as the bootstrap has no spread here", value, interval)
        }
    }
}
