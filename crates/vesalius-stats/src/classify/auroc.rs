//! AUROC: the area under the receiver operating characteristic.
//!
//! **Definition.** The probability that a positive case scores higher than a negative one, ties counted half:
//! A = (Σ R₊ − m(m + 1)/2) / (m n), R₊ the midranks of the m positive cases among all (Mann and Whitney 1947,
//! doi:10.1214/aoms/1177730491; Bamber 1975, doi:10.1016/0022-2496(75)90001-2).
//! **Interval.** Variance of DeLong, DeLong and Clarke-Pearson 1988 (doi:10.2307/2531595) from placement values by
//! midranks (Sun and Xu 2014, doi:10.1109/LSP.2014.2337313), symmetric on the logit scale (Pepe 2003,
//! ISBN 978-0-19-856582-6) or, by option, on the plain one. Where the variance is zero or undefined (perfect
//! separation, all scores equal, one case on a side) the score interval of Newcombe takes its place.
//! Simulated coverage of 95 % intervals, logit and plain: 0.96 and 0.94 (area 0.70, 30 + 50 cases), 0.95 and 0.89 (0.95,
//! 50 + 50), 0.96 and 0.84 (0.95, 10 + 40), 0.93 and 0.85 (0.98, 40 + 200); `tests/it/coverage.rs` repeats it.
//! **Classes.** Each class against the rest; `macro` is their unweighted mean, its variance from the same placement
//! values with their covariance, as the classes are judged on the same cases. Scores enter by their order only.
//! **Range** 0 to 1, 0.5 is chance. **Ties** count half. **One class, nothing:** undefined, and with it the mean.
//! **NaN** is refused before. **Cost** O(n log n) for each class.

use super::{AurocScale, MACRO, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::{newcombe, z_of};
use crate::options::Options;
use crate::rank::{ascending, ties};
use crate::target::{Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "auroc",
    definition: "probability that a positive case scores higher than a negative one, ties counted half",
    range: (0.0, 1.0),
    compute,
};

/// A variance below this is rounding, not information.
const VARIANCE_MIN: f64 = 1e-20;

/// The area under the curve alone; `None` with one class, for NaN, and where lengths differ.
///
/// Fast enough to be asked after every epoch; what is reported has an interval and comes from [`super::measure`].
pub fn auroc(truth: &[bool], score: &[f64]) -> Option<f64> {
    if truth.len() != score.len() || score.iter().any(|score| score.is_nan()) || u32::try_from(truth.len()).is_err() {
        return None;
    }
    let n_positive = truth.iter().filter(|&&truth| truth).count();
    let n_negative = truth.len() - n_positive;
    let mut n_pairs_won = 0.0;
    let mut n_negative_below = 0;
    for run in ties(&ascending(score)) {
        let n_positive_tied = run.iter().filter(|ranked| truth[ranked.idx as usize]).count();
        let n_negative_tied = run.len() - n_positive_tied;
        n_pairs_won += n_positive_tied as f64 * (n_negative_below as f64 + 0.5 * n_negative_tied as f64);
        n_negative_below += n_negative_tied;
    }
    (n_positive > 0 && n_negative > 0).then(|| n_pairs_won / (n_positive as f64 * n_negative as f64))
}

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let options = study.options;
    let named = |outcome: Outcome, target: &str| outcome.named(METRIC.name, target, options.level);
    let mut estimates: Vec<Estimate> =
        study.targets.iter().map(|target| named(single(target, options), &target.name)).collect();
    if study.targets.len() > 1 {
        estimates.push(named(mean(study.cases.n_cases(), &study.targets, options), MACRO));
    }
    estimates
}

/// The area of one class with its interval.
pub(super) fn single(target: &Target, options: &Options) -> Outcome {
    let method = delong_name(options, "DeLong");
    match Area::of(target) {
        Ok(area) => area.outcome(method, options),
        Err(why) => Outcome::undefined(target.n(), method, why),
    }
}

/// The unweighted mean of the areas of all classes with its interval.
pub(super) fn mean(n_cases: usize, targets: &[Target], options: &Options) -> Outcome {
    let method = delong_name(options, "DeLong with covariance of classes");
    let share = 1.0 / targets.len() as f64;
    let mut mean = Area { value: 0.0, deviation: vec![0.0; n_cases], n: n_cases, n_sides: (usize::MAX, usize::MAX) };
    for target in targets {
        let area = match Area::of(target) {
            Ok(area) => area,
            Err(why) => return Outcome::undefined(n_cases, method, why),
        };
        mean.value += share * area.value;
        for (&case, deviation) in target.case.iter().zip(&area.deviation) {
            mean.deviation[case as usize] += share * deviation;
        }
        // The class with fewest positive or negative cases stands for all where there is no variance: never too narrow.
        if area.n_sides.0.min(area.n_sides.1) < mean.n_sides.0.min(mean.n_sides.1) {
            mean.n_sides = area.n_sides;
        }
    }
    mean.outcome(method, options)
}

fn delong_name(options: &Options, name: &str) -> String {
    match options.auroc_scale {
        AurocScale::Logit => format!("{name}, logit scale"),
        AurocScale::Plain => format!("{name}, plain scale"),
    }
}

/// An area and how much each case moves it.
struct Area {
    value: f64,
    /// Signed contributions whose squares sum to DeLong's variance; NaN where a side has a single case.
    deviation: Vec<f64>,
    n: usize,
    /// Positive and negative cases.
    n_sides: (usize, usize),
}

impl Area {
    fn of(target: &Target) -> Result<Self, String> {
        if let Some(why) = target.one_sided() {
            return Err(why);
        }
        let n_sides = (target.counts.n_positive(), target.counts.n_negative());
        let mut placement = placements(target, n_sides);
        let positive = placement.iter().zip(&target.truth).filter(|(_, truth)| **truth);
        let value = positive.map(|(placement, _)| placement).sum::<f64>() / n_sides.0 as f64;
        let scale = |n: usize| ((n * (n - 1)) as f64).sqrt().recip();
        let (positive_scale, negative_scale) = (scale(n_sides.0), scale(n_sides.1));
        for (placement, &truth) in placement.iter_mut().zip(&target.truth) {
            *placement = (*placement - value) * if truth { positive_scale } else { negative_scale };
        }
        Ok(Self { value, deviation: placement, n: target.n(), n_sides })
    }

    fn outcome(&self, method: String, options: &Options) -> Outcome {
        let variance: f64 = self.deviation.iter().map(|deviation| deviation * deviation).sum();
        if variance > VARIANCE_MIN && variance.is_finite() {
            let interval = delong(self.value, variance.sqrt(), options);
            return Outcome::known(self.n, method, self.value, interval);
        }
        let interval = newcombe::interval(self.value, self.n_sides.0, self.n_sides.1, options.level);
        let method = "Newcombe score interval, as DeLong has no variance here";
        Outcome::known(self.n, method, self.value, interval)
    }
}

/// For each positive case the share of negative ones below it, for each negative case that of positive ones above.
fn placements(target: &Target, (n_positive, n_negative): (usize, usize)) -> Vec<f64> {
    let mut placement = vec![0.0; target.n()];
    let (mut positive_below, mut negative_below) = (0, 0);
    for run in ties(&ascending(&target.score)) {
        let positive_tied = run.iter().filter(|ranked| target.truth[ranked.idx as usize]).count();
        let negative_tied = run.len() - positive_tied;
        let of_positive = (negative_below as f64 + 0.5 * negative_tied as f64) / n_negative as f64;
        let positive_above = n_positive - positive_below - positive_tied;
        let of_negative = (positive_above as f64 + 0.5 * positive_tied as f64) / n_positive as f64;
        for ranked in run {
            let idx = ranked.idx as usize;
            placement[idx] = if target.truth[idx] { of_positive } else { of_negative };
        }
        positive_below += positive_tied;
        negative_below += negative_tied;
    }
    placement
}

/// Ends of the interval; an area strictly between 0 and 1 has a positive variance and a finite logit.
fn delong(value: f64, error: f64, options: &Options) -> (f64, f64) {
    let z = z_of(options.level);
    match options.auroc_scale {
        AurocScale::Plain => ((value - z * error).max(0.0), (value + z * error).min(1.0)),
        AurocScale::Logit => {
            let (center, half) = ((value / (1.0 - value)).ln(), z * error / (value * (1.0 - value)));
            let expit = |logit: f64| 1.0 / (1.0 + (-logit).exp());
            (expit(center - half), expit(center + half))
        }
    }
}
