//! Average precision: the area under the precision-recall curve, by steps.
//!
//! **Definition.** Σ over distinct scores from high to low (Rₖ − Rₖ₋₁) Pₖ, recall R and precision P of the cases that score
//! at least so much: the mean over positive cases of the precision at their own score. No interpolation between points,
//! which is too good: between them precision is no straight line (Davis and Goadrich 2006, doi:10.1145/1143844.1143874);
//! the trapezoidal rule would add ½ Σ (Rₖ − Rₖ₋₁)(Pₖ₋₁ − Pₖ).
//! **Interval.** Delta method by the influence of every case, symmetric on the logit scale (Boyd, Eng and Page 2013,
//! doi:10.1007/978-3-642-40994-3_29, for the scale). Without spread (perfect separation, all scores equal) the Wilson
//! interval of that share of the positive cases.
//! **Classes.** Each against the rest; `macro` is their unweighted mean, with their covariance.
//! **Range** 0 to 1; chance is the prevalence, so compare it only where that is the same. **Ties** are one step. **No
//! positive case, nothing:** undefined, and with it the mean. **NaN** is refused before. **Cost** O(n log n).

use super::{MACRO, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::delta::{self, Scale};
use crate::interval::wilson::wilson;
use crate::rank::moved::Moved;
use crate::rank::ranking::Ranking;
use crate::target::{Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "average_precision",
    definition: "area under the precision-recall curve, by steps",
    range: (0.0, 1.0),
    others: "scikit-learn's average_precision_score is the same; the trapezoidal auc of its curve, and interpolated variants \
         such as VOC's, are larger",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let level = study.options.level;
    let named = |outcome: Outcome, target: &str| outcome.named(METRIC.name, target, level);
    let single = |target: &Target| {
        if let Some(why) = why_undefined(target) {
            return Outcome::undefined(target.n(), "delta method, logit scale", why);
        }
        let moved = by_steps(&target.ranking);
        let n = target.n() as f64;
        let error = moved.error(&target.ranking).map(|error| error * (n / (n - 1.0)).sqrt());
        interval((moved.value, error), target.n(), target.ranking.n_positive, level)
    };
    let mut estimates: Vec<Estimate> = study.targets.iter().map(|target| named(single(target), &target.name)).collect();
    if study.targets.len() > 1 {
        estimates.push(named(mean(study), MACRO));
    }
    estimates
}

fn why_undefined(target: &Target) -> Option<String> {
    (target.counts.n_positive() == 0).then(|| format!("there is no positive case of {}", target.name))
}

fn mean(study: &Study<'_>) -> Outcome {
    let n_cases = study.cases.n_cases();
    if let Some(why) = study.targets.iter().find_map(why_undefined) {
        return Outcome::undefined(n_cases, "delta method, logit scale", why);
    }
    let share = 1.0 / study.targets.len() as f64;
    let (mut value, mut deviations) = (0.0, vec![0.0; n_cases]);
    for target in &study.targets {
        let moved = by_steps(&target.ranking);
        value += share * moved.value;
        moved.add_to(&mut deviations, target, share);
    }
    let n_fewest = study.targets.iter().map(|target| target.ranking.n_positive).min().unwrap_or(0);
    interval((value, delta::error_of(&deviations)), n_cases, n_fewest, study.options.level)
}

fn interval(found: (f64, Option<f64>), n: usize, n_positive: usize, level: f64) -> Outcome {
    delta::outcome(found, n, (level, Scale::Logit), || {
        let hits = (found.0 * n_positive as f64).round() as u64;
        let (low, high) = wilson(hits, n_positive as u64, level).unwrap_or((0.0, 1.0));
        let ends = (low.min(found.0), high.max(found.0));
        ("Wilson of the positive cases, as the delta method has no spread here", ends)
    })
}

/// The sum and its derivatives by the weight of each case; there are positive cases.
///
/// A case moves the precision at its own score and at all lower ones, so derivatives are sums from the lowest score up.
fn by_steps(ranking: &Ranking) -> Moved {
    let m = ranking.n_positive as f64;
    let (mut n_true, mut n_called) = (0.0, 0.0);
    let mut by_run = Vec::with_capacity(ranking.runs.len());
    let mut sum = 0.0;
    for run in &ranking.runs {
        let positive = f64::from(run.n[1]);
        n_true += positive;
        n_called += positive + f64::from(run.n[0]);
        sum += positive * n_true / n_called;
        // For now what one case of either side does to the steps of this very run.
        by_run.push([positive * -n_true, positive * (n_called - n_true)].map(|slope| slope / (n_called * n_called)));
    }
    let value = sum / m;
    let mut below = [0.0; 2];
    for (of_run, run) in by_run.iter_mut().zip(&ranking.runs).rev() {
        below = [below[0] + of_run[0], below[1] + of_run[1]];
        let precision = n_true / n_called;
        n_true -= f64::from(run.n[1]);
        n_called -= f64::from(run.n[0]) + f64::from(run.n[1]);
        *of_run = [below[0] / m, (below[1] + precision - value) / m];
    }
    Moved { value, by_run }
}
