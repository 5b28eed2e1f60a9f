//! Partial AUROC: the area under the ROC curve where few negative cases are called, plain and standardized.
//!
//! **Definition.** A(u) = ∫₀ᵘ sensitivity d(1 − specificity), the curve with straight lines through ties; u is an option,
//! 0.1 unless told otherwise. Standardized: ½ (1 + (A(u) − u²/2) / (u − u²/2)), which is 0.5 for chance and 1 for
//! perfection whatever u is (McClish 1989, doi:10.1177/0272989X8900900307).
//! **Interval.** Delta method, with the threshold at u as part of what varies (the placement values cut at u; Dodd and
//! Pepe 2003, doi:10.1111/1541-0420.00071), symmetric on the logit scale of A(u) / u. Where that has no spread (no negative
//! case in the region scores as high as a positive one, or none lower) the Newcombe interval of A(u) / u for the positive
//! cases and the share u of the negative ones.
//! **Range** 0 to u, standardized up to 1 (below 0.5 for worse than chance). **Ties** are a slope. **One class, nothing:**
//! undefined. **NaN** is refused before. **Cost** O(n log n).

use super::Metric;
use crate::estimate::{Estimate, Outcome};
use crate::interval::delta::{self, Scale};
use crate::interval::newcombe;
use crate::options::Options;
use crate::rank::moved::Moved;
use crate::rank::ranking::Ranking;
use crate::target::{Study, Target};

pub(super) const PLAIN: Metric = Metric {
    name: "partial_auroc",
    definition: "area under the ROC curve up to a false positive rate",
    range: (0.0, 1.0),
    others: "pROC's auc with partial.auc is the same; scikit-learn gives only the standardized one",
    compute: |study| compute(study, &PLAIN, |area, _| area),
};

pub(super) const STANDARDIZED: Metric = Metric {
    name: "standardized_partial_auroc",
    definition: "partial area scaled so that chance is 0.5 and perfection 1 (McClish)",
    range: (0.0, 1.0),
    others: "scikit-learn's roc_auc_score with max_fpr is the same",
    compute: |study| compute(study, &STANDARDIZED, standardized),
};

fn standardized(area: f64, limit: f64) -> f64 {
    let chance = limit * limit / 2.0;
    f64::midpoint(1.0, (area - chance) / (limit - chance))
}

fn compute(study: &Study<'_>, metric: &Metric, scaled: fn(f64, f64) -> f64) -> Vec<Estimate> {
    let options = study.options;
    let limit = options.false_positive_rate_max;
    let estimate = |target: &Target| {
        let rule = format!("false positive rate up to {limit}");
        single(target, options, |share| scaled(share * limit, limit)).decided_by(&rule).named(
            metric.name,
            &target.name,
            options.level,
        )
    };
    study.targets.iter().map(estimate).collect()
}

/// `scaled` takes the share A(u) / u to what is reported.
fn single(target: &Target, options: &Options, scaled: impl Fn(f64) -> f64) -> Outcome {
    if let Some(why) = target.one_sided() {
        return Outcome::undefined(target.n(), "delta method, logit scale", why);
    }
    let ranking = &target.ranking;
    let moved = share(ranking, options.false_positive_rate_max);
    let ends = moved.error(ranking).and_then(|error| delta::interval(moved.value, error, options.level, Scale::Logit));
    let (method, (low, high)) = ends.map_or_else(
        || {
            let n_negative = (options.false_positive_rate_max * ranking.n_negative as f64).floor().max(1.0) as usize;
            let ends = newcombe::interval(moved.value, ranking.n_positive, n_negative, options.level);
            ("Newcombe score interval, as the delta method has no spread here", ends)
        },
        |ends| ("delta method, logit scale", ends),
    );
    Outcome::known(target.n(), method, scaled(moved.value), (scaled(low), scaled(high)))
}

/// A(u) / u: the mean over positive cases of the part of \[0, u\] that lies to the right of them; both sides have cases.
///
/// A positive case lies anywhere between the false positive rates before and behind its run.
fn share(ranking: &Ranking, limit: f64) -> Moved {
    let (m, n) = (ranking.n_positive as f64, ranking.n_negative as f64);
    let mut by_run = Vec::with_capacity(ranking.runs.len());
    let mut inside = Vec::with_capacity(ranking.runs.len());
    let (mut sum, mut rate, mut before) = (0.0, 0.0, 0.0);
    for run in &ranking.runs {
        let [negative, positive] = run.n.map(f64::from);
        let step = negative / n;
        let share =
            if step > 0.0 { ((limit - before) / step).clamp(0.0, 1.0) } else { (limit - before).signum().max(0.0) };
        let part = share * (limit - before) - share * share * step / 2.0;
        sum += positive * part;
        rate += positive * (share * before + share * share * step / 2.0);
        before += step;
        by_run.push([positive * share * share / 2.0, part]);
        inside.push(share);
    }
    let (mean, rate) = (sum / m, rate / m);
    let scale = |n: f64| (n * (n - 1.0)).sqrt().recip() / limit;
    let scales = [scale(n), scale(m)];
    // A negative case takes away from the positive ones below it that are inside, and half from those beside it.
    let mut below = 0.0;
    for ((of_run, inside), run) in by_run.iter_mut().zip(inside).zip(&ranking.runs).rev() {
        let taken = (below + of_run[0]) / m;
        below += f64::from(run.n[1]) * inside;
        *of_run = [(rate - taken) * scales[0], (of_run[1] - mean) * scales[1]];
    }
    Moved { value: mean / limit, by_run }
}
