//! AUROC: the area under the receiver operating characteristic.
//!
//! **Definition.** The probability that a positive case scores higher than a negative one, ties counted half:
//! A = (Σ R₊ − m(m + 1)/2) / (m n), R₊ the midranks of the m positive cases among all (Mann and Whitney 1947,
//! doi:10.1214/aoms/1177730491; Bamber 1975, doi:10.1016/0022-2496(75)90001-2).
//! **Interval.** Variance of DeLong, DeLong and Clarke-Pearson 1988 (doi:10.2307/2531595) from placement values by
//! ranks (Sun and Xu 2014, doi:10.1109/LSP.2014.2337313), symmetric on the logit scale (Pepe 2003,
//! ISBN 978-0-19-856582-6) or, by option, on the plain one. Where the variance is zero or undefined (perfect
//! separation, all scores equal, one case on a side) the score interval of Newcombe takes its place.
//! Simulated coverage of 95 % intervals, logit and plain: 0.96 and 0.94 (area 0.70, 30 + 50 cases), 0.95 and 0.89 (0.95,
//! 50 + 50), 0.96 and 0.84 (0.95, 10 + 40), 0.93 and 0.85 (0.98, 40 + 200); `tests/it/coverage.rs` repeats it.
//! **Classes.** Each class against the rest. `macro` is their unweighted mean and `weighted` that by positive cases, the
//! variance from the same placement values with their covariance, as the classes are judged on the same cases; `micro` is
//! the area of all decisions of all cases at once, its variance summed within cases (Obuchowski 1997,
//! doi:10.2307/2533958). Scores enter by their order only.
//! **Range** 0 to 1, 0.5 is chance. **Ties** count half. **One class, nothing:** undefined, and with it the means.
//! **NaN** is refused before. **Cost** O(n log n) for each class.

use super::{AurocScale, MACRO, MICRO, Metric, WEIGHTED};
use crate::estimate::{Estimate, Outcome};
use crate::interval::bootstrap::{self, acceleration};
use crate::interval::delta::{self, Scale};
use crate::interval::newcombe;
use crate::options::{Interval, Options};
use crate::rank::moved::Moved;
use crate::rank::ranking::{Ranking, Run, Sides};
use crate::target::{Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "auroc",
    definition: "probability that a positive case scores higher than a negative one, ties counted half",
    range: (0.0, 1.0),
    others: "scikit-learn, R's pROC and others agree on the area; few give an interval, and those on the plain scale",
    compute,
};

/// The area under the curve alone; `None` with one class, for NaN, and where lengths differ.
///
/// Fast enough to be asked after every epoch; what is reported has an interval and comes from [`super::measure`].
pub fn auroc(truth: &[bool], score: &[f64]) -> Option<f64> {
    sides(truth, score).and_then(|sides| area(sides.runs()))
}

/// The area under the curve with its interval, by DeLong or by bootstrap as the options say, and nothing else.
///
/// O(n log n): a million cases by DeLong, or 2000 replicates of ten thousand, in less than a tenth of a second.
/// Undefined where [`auroc`] is `None`.
pub fn auroc_estimate(truth: &[bool], score: &[f64], options: &Options) -> Estimate {
    let n = truth.len();
    let outcome = match sides(truth, score) {
        None => Outcome::undefined(n, "DeLong", "truth and scores differ in length, or a score is not a number"),
        Some(sides) => match (delong(sides.runs()), options.interval) {
            (None, _) => Outcome::undefined(n, "DeLong", "there is no positive or no negative case"),
            (Some(found), Interval::Own | Interval::Exact) => found.outcome(options),
            (Some(found), _) => by_bootstrap(&Ranking::of(truth, score), &found, options),
        },
    };
    outcome.named(METRIC.name, super::ALL, options.level)
}

fn sides(truth: &[bool], score: &[f64]) -> Option<Sides> {
    let is_wrong = truth.len() != score.len() || u32::try_from(truth.len()).is_err();
    (!is_wrong && score.iter().all(|score| !score.is_nan())).then(|| Sides::of(truth, score))
}

/// The area of counted cases; `None` without one side.
fn area(runs: impl Iterator<Item = Run>) -> Option<f64> {
    // Twice the pairs that the negative wins, so that all sums are whole numbers; they fit, as n is below 2³².
    let (mut n_positive, mut n_negative, mut lost) = (0, 0, 0);
    for run in runs {
        let [negative, positive] = run.n.map(u64::from);
        lost += positive * (2 * n_negative + negative);
        n_positive += positive;
        n_negative += negative;
    }
    let n_pairs = n_positive as f64 * n_negative as f64;
    (n_pairs > 0.0).then(|| 1.0 - lost as f64 / (2.0 * n_pairs))
}

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let options = study.options;
    let named = |outcome: Outcome, target: &str| outcome.named(METRIC.name, target, options.level);
    let mut estimates: Vec<Estimate> =
        study.targets.iter().map(|target| named(single(target, options), &target.name)).collect();
    if study.targets.len() > 1 {
        let n = study.cases.n_cases();
        estimates.push(named(mean(n, &study.targets, options), MACRO));
        estimates.push(named(weighted(n, &study.targets, options), WEIGHTED));
        estimates.push(named(micro(n, &study.targets, options), MICRO));
    }
    estimates
}

/// The area of one class with its interval.
pub(super) fn single(target: &Target, options: &Options) -> Outcome {
    match target.one_sided() {
        Some(why) => Outcome::undefined(target.n(), name(options, "DeLong"), why),
        None => delong(target.ranking.runs.iter().copied()).map_or_else(
            || Outcome::undefined(target.n(), name(options, "DeLong"), target.no_known_case()),
            |found| found.outcome(options),
        ),
    }
}

/// The unweighted mean of the areas of all classes with its interval.
pub(super) fn mean(n_cases: usize, targets: &[Target], options: &Options) -> Outcome {
    let shares = vec![1.0 / targets.len() as f64; targets.len()];
    match Average::of(n_cases, targets, &shares) {
        Ok(average) => average.outcome("DeLong with covariance of classes", options),
        Err(why) => Outcome::undefined(n_cases, name(options, "DeLong with covariance of classes"), why),
    }
}

/// The mean by positive cases, whose numbers are part of what varies.
fn weighted(n_cases: usize, targets: &[Target], options: &Options) -> Outcome {
    let method = "DeLong with covariance of classes";
    let n_positive: usize = targets.iter().map(|target| target.counts.n_positive()).sum();
    let share = |target: &Target| target.counts.n_positive() as f64 / n_positive as f64;
    let mut average = match Average::of(n_cases, targets, &targets.iter().map(share).collect::<Vec<_>>()) {
        Ok(average) => average,
        Err(why) => return Outcome::undefined(n_cases, name(options, method), why),
    };
    for (target, area) in targets.iter().zip(&average.areas) {
        let pull = (area - average.value) / n_positive as f64;
        for (&case, _) in target.case.iter().zip(&target.truth).filter(|(_, truth)| **truth) {
            average.deviation[case as usize] += pull;
        }
    }
    average.outcome(method, options)
}

/// The area of all decisions at once; those of a case vary together.
fn micro(n_cases: usize, targets: &[Target], options: &Options) -> Outcome {
    let method = "DeLong, decisions summed within cases";
    let all = Target::pooled(targets);
    if let Some(why) = all.one_sided() {
        return Outcome::undefined(n_cases, name(options, method), why);
    }
    let moved = placements(&all.ranking);
    let mut deviation = vec![0.0; n_cases];
    moved.add_to(&mut deviation, &all, 1.0);
    let n_sides = (all.counts.n_positive().min(n_cases), all.counts.n_negative().min(n_cases));
    Average { value: moved.value, areas: Vec::new(), deviation, n_sides }.outcome(method, options)
}

fn scale(options: &Options) -> Scale {
    match options.auroc_scale {
        AurocScale::Logit => Scale::Logit,
        AurocScale::Plain => Scale::Plain(0, 1),
    }
}

fn name(options: &Options, method: &str) -> String {
    format!("{method}, {}", scale(options).name())
}

/// A mean of areas, and how much each case moves it.
struct Average {
    value: f64,
    areas: Vec<f64>,
    deviation: Vec<f64>,
    /// Positive and negative cases of the class that has fewest on a side; it stands for all where there is no variance.
    n_sides: (usize, usize),
}

impl Average {
    fn of(n_cases: usize, targets: &[Target], shares: &[f64]) -> Result<Self, String> {
        if let Some(why) = targets.iter().find_map(Target::one_sided) {
            return Err(why);
        }
        let mut average =
            Self { value: 0.0, areas: Vec::new(), deviation: vec![0.0; n_cases], n_sides: (usize::MAX, usize::MAX) };
        for (target, share) in targets.iter().zip(shares) {
            let moved = placements(&target.ranking);
            average.value += share * moved.value;
            average.areas.push(moved.value);
            moved.add_to(&mut average.deviation, target, *share);
            let n_sides = (target.ranking.n_positive, target.ranking.n_negative);
            average.n_sides = std::cmp::min_by_key(average.n_sides, n_sides, |sides| sides.0.min(sides.1));
        }
        Ok(average)
    }

    fn outcome(&self, method: &str, options: &Options) -> Outcome {
        let variance: f64 = self.deviation.iter().map(|deviation| deviation * deviation).sum();
        let error = delta::error_of_variance(variance);
        with_error((self.value, error), self.deviation.len(), self.n_sides, (name(options, method), options))
    }
}

fn with_error(
    (value, error): (f64, Option<f64>),
    n: usize,
    n_sides: (usize, usize),
    (method, options): (String, &Options),
) -> Outcome {
    if let Some(ends) = error.and_then(|error| delta::interval(value, error, options.level, scale(options))) {
        return Outcome::known(n, method, value, ends);
    }
    let ends = newcombe::interval(value, n_sides.0, n_sides.1, options.level);
    Outcome::known(n, "Newcombe score interval, as DeLong has no variance here", value, ends)
}

/// An area with DeLong's standard error and the cases of either side.
struct Delong {
    value: f64,
    error: Option<f64>,
    n_sides: (usize, usize),
}

impl Delong {
    fn outcome(&self, options: &Options) -> Outcome {
        let n = self.n_sides.0 + self.n_sides.1;
        with_error((self.value, self.error), n, self.n_sides, (name(options, "DeLong"), options))
    }
}

/// The area and its variance from whole numbers, which cannot cancel: twice the negative cases above a positive one, and
/// twice the positive cases above a negative one. `None` without one side.
fn delong(runs: impl Iterator<Item = Run>) -> Option<Delong> {
    let mut above = [0_u64; 2];
    // Sums of those numbers and of their squares, over negative and over positive cases; they fit, as n is below 2³².
    let (mut sums, mut squares) = ([0_u64; 2], [0_u128; 2]);
    for run in runs {
        let n = run.n.map(u64::from);
        let of_negative = 2 * above[1] + n[1];
        let of_positive = 2 * above[0] + n[0];
        for (side, number) in [of_negative, of_positive].into_iter().enumerate() {
            let weighted = n[side] * number;
            sums[side] += weighted;
            squares[side] += u128::from(weighted) * u128::from(number);
            above[side] += n[side];
        }
    }
    let [n_negative, n_positive] = above;
    let n_pairs = n_positive as f64 * n_negative as f64;
    // Sample variance of the shares on one side, over its number of cases.
    let variance = |side: usize| {
        let (n, others) = (above[side], above[1 - side] as f64);
        let spread = u128::from(n) * squares[side] - u128::from(sums[side]) * u128::from(sums[side]);
        let n = n as f64;
        spread as f64 / (n * n * (n - 1.0) * 4.0 * others * others)
    };
    (n_pairs > 0.0).then(|| Delong {
        value: 1.0 - sums[1] as f64 / (2.0 * n_pairs),
        error: delta::error_of_variance(variance(0) + variance(1)),
        n_sides: (n_positive as usize, n_negative as usize),
    })
}

fn by_bootstrap(ranking: &Ranking, found: &Delong, options: &Options) -> Outcome {
    let distribution = ranking.distribution(options, |runs| area(runs.iter().copied()));
    let interval = match options.interval {
        _ if distribution.is_degenerate() => None,
        Interval::Bca => {
            let deviations = (ranking.runs.iter().zip(placements(ranking).by_run))
                .flat_map(|(run, by_run)| (0..2).flat_map(move |side| (0..run.n[side]).map(move |_| by_run[side])));
            let acceleration = acceleration(&deviations.collect::<Vec<f64>>());
            distribution.accelerated_interval(options.level, found.value, acceleration)
        }
        _ => distribution.interval(options.level),
    };
    let n = found.n_sides.0 + found.n_sides.1;
    let method = bootstrap::method(options, "cases drawn without strata");
    interval.map_or_else(|| found.outcome(options), |ends| Outcome::known(n, method, found.value, ends))
}

/// The area from placement values: for a positive case the share of negative ones below it, for a negative case that of
/// positive ones above. Contributions are not finite where a side has a single case. Both sides have cases.
pub(crate) fn placements(ranking: &Ranking) -> Moved {
    let (m, n) = (ranking.n_positive as f64, ranking.n_negative as f64);
    let mut above = [0.0; 2];
    let mut by_run = Vec::with_capacity(ranking.runs.len());
    let mut lost = 0.0;
    for run in &ranking.runs {
        let [negative, positive] = run.n.map(f64::from);
        let negative_above = above[0] + 0.5 * negative;
        by_run.push([(above[1] + 0.5 * positive) / m, (n - negative_above) / n]);
        lost += positive * negative_above;
        above = [above[0] + negative, above[1] + positive];
    }
    let value = 1.0 - lost / (m * n);
    let scale = |n: f64| (n * (n - 1.0)).sqrt().recip();
    let scales = [scale(n), scale(m)];
    for of_run in &mut by_run {
        *of_run = [(of_run[0] - value) * scales[0], (of_run[1] - value) * scales[1]];
    }
    Moved { value, by_run }
}
