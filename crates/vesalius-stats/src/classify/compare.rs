//! Two models on the same cases: how far apart they are, with intervals and tests that know that the cases are the same.
//!
//! **AUROC.** Difference of the areas, its variance from the differences of placement values (DeLong, DeLong and
//! Clarke-Pearson 1988, doi:10.2307/2531595) in O(n log n), with the normal test of it; the mean over several classes
//! likewise. **Accuracy, sensitivity, specificity.** Difference of the shares called right, percentile bootstrap of the
//! pairs; two-sided exact test of McNemar. Where the models do not differ in any case, the rule of three: a true difference
//! beyond 3 / n would have shown (Hanley and Lippman-Hand 1983, doi:10.1001/jama.1983.03330370053031).
//! **Clusters.** Contributions are summed, and pairs drawn, by cluster; McNemar's test is then left out, as it takes every
//! case for independent. Every difference is first minus second.

use rand::RngExt;
use serde::Serialize;

use super::auroc::placements;
use super::{ALL, MACRO};
use crate::cases::Cases;
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Outcome};
use crate::hypothesis::{Pairs, Test};
use crate::interval::bootstrap::Distribution;
use crate::interval::delta::{self, Scale};
use crate::interval::mover;
use crate::interval::newcombe;
use crate::interval::normal_cdf;
use crate::interval::resample::multinomial;
use crate::options::Options;
use crate::target::{Study, Target};

/// What is compared: name of the estimate and its definition.
pub const DIFFERENCES: &[(&str, &str)] = &[
    ("auroc_difference", "AUROC of the first model less that of the second, on the same cases"),
    ("accuracy_difference", "accuracy of the first model less that of the second, on the same cases"),
    ("sensitivity_difference", "sensitivity of the first model less that of the second, on the same cases"),
    ("specificity_difference", "specificity of the first model less that of the second, on the same cases"),
];

/// How two models differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Differences, in the order of [`DIFFERENCES`].
    pub estimates: Vec<Estimate>,
    /// DeLong's test of every difference of areas, then McNemar's of every table.
    pub tests: Vec<Test>,
    /// Right and wrong answers of both, over the classes that exclude each other or for each finding.
    pub pairs: Vec<(String, Pairs)>,
}

/// Compares two models whose cases are the same, in the same order.
pub fn compare(first: &Cases, second: &Cases, options: &Options) -> Result<Comparison> {
    options.check()?;
    if !first.is_same_but_for_scores(second) {
        return Err(Error::length(
            "the two models do not have the same cases; expected the same truth in the same order",
        ));
    }
    let models = Both { first: Study::new(first, options), second: Study::new(second, options), options };
    let clusters = first.clusters();
    let (mut estimates, mut tests) = models.areas(clusters.as_deref());
    let (shares, pairs) = models.shares(clusters.as_deref());
    estimates.extend(shares);
    if clusters.is_none() {
        tests.extend(
            pairs.iter().flat_map(|(target, pairs)| [pairs.exact(), pairs.asymptotic()].map(|t| t.about(target))),
        );
    }
    Ok(Comparison { estimates, tests, pairs })
}

struct Both<'a> {
    first: Study<'a>,
    second: Study<'a>,
    options: &'a Options,
}

impl Both<'_> {
    fn targets(&self) -> impl Iterator<Item = (&Target, &Target)> {
        self.first.targets.iter().zip(&self.second.targets)
    }

    /// Every class, and the mean of several.
    fn areas(&self, clusters: Option<&[Vec<u32>]>) -> (Vec<Estimate>, Vec<Test>) {
        let n_cases = self.first.cases.n_cases();
        let n_targets = self.first.targets.len();
        let mut mean = Area { n: n_cases, ..Area::default() };
        mean.deviations = vec![0.0; n_cases];
        let mut results = Vec::new();
        let mut undefined = None;
        for (first, second) in self.targets() {
            let found = match first.one_sided() {
                Some(why) => Err(why),
                None => Ok(Area::of(first, second, n_cases)),
            };
            match &found {
                Ok(area) => mean.add(area, 1.0 / n_targets as f64),
                Err(why) => undefined = Some(why.clone()),
            }
            results.push((first.name.clone(), found));
        }
        if n_targets > 1 {
            results.push((MACRO.to_owned(), undefined.map_or(Ok(mean), Err)));
        }
        let report = |(target, found): (String, std::result::Result<Area, String>)| {
            let (outcome, test) = match found {
                Ok(area) => area.report(clusters, self.options.level),
                Err(why) => {
                    let test = Test::undefined("auroc_difference", n_cases, DELONG, why.clone());
                    (Outcome::undefined(n_cases, DELONG, why), test)
                }
            };
            (outcome.named("auroc_difference", &target, self.options.level), test.about(&target))
        };
        results.into_iter().map(report).unzip()
    }

    /// Accuracy over the classes or for each finding, then sensitivity and specificity of each target.
    fn shares(&self, clusters: Option<&[Vec<u32>]>) -> (Vec<Estimate>, Vec<(String, Pairs)>) {
        let level = self.options.level;
        let rule = self.first.rule();
        let mut pairs: Vec<(String, Vec<Pair>)> = Vec::new();
        match self.first.exclusive() {
            Some(truth) => {
                let right = |study: &Study<'_>, case: usize| {
                    study.cases.called_class(case, self.options.threshold) == truth[case]
                };
                let pair = |case: usize| (case as u32, right(&self.first, case), right(&self.second, case));
                pairs.push((ALL.to_owned(), (0..truth.len()).map(pair).collect()));
            }
            None => pairs.extend(self.targets().map(|(a, b)| (a.name.clone(), pairs_of(a, b, |_| true)))),
        }
        let estimate = |metric: &str, target: &str, pairs: &[Pair], none: &str| {
            difference(pairs, clusters, self.options, none).decided_by(&rule).named(metric, target, level)
        };
        let mut estimates: Vec<Estimate> = pairs
            .iter()
            .map(|(target, pairs)| estimate("accuracy_difference", target, pairs, "there are no cases"))
            .collect();
        for (metric, side, none) in [
            ("sensitivity_difference", true, "there is no positive case"),
            ("specificity_difference", false, "there is no negative case"),
        ] {
            let of_side =
                |(a, b): (&Target, &Target)| estimate(metric, &a.name, &pairs_of(a, b, |truth| truth == side), none);
            estimates.extend(self.targets().map(of_side));
        }
        let tables = pairs
            .into_iter()
            .map(|(target, pairs)| (target, Pairs::count(pairs.into_iter().map(|(_, first, second)| (first, second)))));
        (estimates, tables.collect())
    }
}

const DELONG: &str = "paired DeLong";

/// Areas of both models, and how much each case moves their difference.
#[derive(Default)]
struct Area {
    first: f64,
    second: f64,
    deviations: Vec<f64>,
    /// Fewest positive and negative cases of any class.
    n_sides: Option<(usize, usize)>,
    n: usize,
}

impl Area {
    fn of(first: &Target, second: &Target, n_cases: usize) -> Self {
        let (a, b) = (placements(&first.ranking), placements(&second.ranking));
        let mut deviations = vec![0.0; n_cases];
        a.add_to(&mut deviations, first, 1.0);
        b.add_to(&mut deviations, second, -1.0);
        let n_sides = Some((first.counts.n_positive(), first.counts.n_negative()));
        Self { first: a.value, second: b.value, deviations, n_sides, n: first.n() }
    }

    fn add(&mut self, other: &Self, share: f64) {
        self.first += share * other.first;
        self.second += share * other.second;
        for (deviation, more) in self.deviations.iter_mut().zip(&other.deviations) {
            *deviation += share * more;
        }
        let fewest = |sides: &(usize, usize)| sides.0.min(sides.1);
        self.n_sides = [self.n_sides, other.n_sides].into_iter().flatten().min_by_key(fewest);
    }

    fn report(&self, clusters: Option<&[Vec<u32>]>, level: f64) -> (Outcome, Test) {
        let difference = self.first - self.second;
        let variance = match clusters {
            None => self.deviations.iter().map(|deviation| deviation * deviation).sum(),
            Some(clusters) => {
                let sum = |members: &Vec<u32>| members.iter().map(|&case| self.deviations[case as usize]).sum::<f64>();
                let n = clusters.len() as f64;
                clusters.iter().map(|members| sum(members).powi(2)).sum::<f64>() * n / (n - 1.0)
            }
        };
        let method = if clusters.is_some() { "paired DeLong, summed within clusters" } else { DELONG };
        let error = delta::error_of_variance(variance);
        let ends = error.and_then(|error| delta::interval(difference, error, level, Scale::Plain(-1, 1)));
        if let (Some(error), Some(ends)) = (error, ends) {
            let z = difference / error;
            let test = Test::found("auroc_difference", (z, 2.0 * normal_cdf(-z.abs())), self.n, method);
            return (Outcome::known(self.n, method, difference, ends), test);
        }
        let (m, n) = self.n_sides.unwrap_or((1, 1));
        let part = |area: f64| {
            let (low, high) = newcombe::interval(area, m, n, level);
            (area, low, high)
        };
        let ends = mover::difference(part(self.first), part(self.second), 0.0);
        let without = "Newcombe score intervals combined, as DeLong has no variance here";
        let why = "the models rank the cases in ways whose difference has no variance";
        (Outcome::known(self.n, without, difference, ends), Test::undefined("auroc_difference", self.n, method, why))
    }
}

/// A case, and whether each model is right about it.
type Pair = (u32, bool, bool);

fn pairs_of(first: &Target, second: &Target, counts: impl Fn(bool) -> bool) -> Vec<Pair> {
    let cases = (0..first.n()).filter(|&idx| counts(first.truth[idx]));
    let is_right = |target: &Target, idx: usize| target.called[idx] == target.truth[idx];
    cases.map(|idx| (first.case[idx], is_right(first, idx), is_right(second, idx))).collect()
}

/// The difference of the shares called right.
fn difference(pairs: &[Pair], clusters: Option<&[Vec<u32>]>, options: &Options, none: &str) -> Outcome {
    let n = pairs.len();
    let what = clusters.map_or("pairs".to_owned(), |clusters| format!("{} clusters", clusters.len()));
    let method = format!("percentile bootstrap, {} replicates of {what}", options.replicates);
    if n == 0 {
        return Outcome::undefined(0, method, none);
    }
    let table = Pairs::count(pairs.iter().map(|&(_, first, second)| (first, second)));
    let value = (table.only_first as f64 - table.only_second as f64) / n as f64;
    let distribution = match clusters {
        None => Distribution::of(options, |rng| {
            let counts = [table.only_first, table.only_second, table.both + table.neither];
            let mut drawn = [0; 3];
            multinomial(rng, n as u64, counts.into_iter(), |idx, count| drawn[idx] = count);
            Some((drawn[0] as f64 - drawn[1] as f64) / n as f64)
        }),
        Some(clusters) => {
            let sums = cluster_sums(pairs, clusters);
            Distribution::of(options, |rng| {
                let draw = |_| sums[rng.random_range(0..sums.len())];
                let (gain, n) = (0..sums.len()).map(draw).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
                (n > 0).then(|| f64::from(gain) / f64::from(n))
            })
        }
    };
    match distribution.interval(options.level) {
        Some(ends) if !distribution.is_degenerate() => Outcome::known(n, method, value, ends),
        _ => {
            let reach = 3.0 / n as f64;
            let ends = ((value - reach).max(-1.0), (value + reach).min(1.0));
            Outcome::known(n, "rule of three, as the bootstrap has no spread here", value, ends)
        }
    }
}

/// Of each cluster how many more cases the first model has right, and its cases.
fn cluster_sums(pairs: &[Pair], clusters: &[Vec<u32>]) -> Vec<(i32, i32)> {
    let n_cases = clusters.iter().flatten().max().map_or(0, |last| *last as usize + 1);
    let mut of_case = vec![(0, 0); n_cases];
    for &(case, first, second) in pairs {
        of_case[case as usize] = (i32::from(first) - i32::from(second), 1);
    }
    let sum = |members: &Vec<u32>| {
        let cases = members.iter().map(|&case| of_case[case as usize]);
        cases.fold((0, 0), |all: (i32, i32), one| (all.0 + one.0, all.1 + one.1))
    };
    clusters.iter().map(sum).collect()
}
