//! Scores of cases become estimates: means with intervals, and sums that are divided once.

use rayon::prelude::*;

use super::{BothEmpty, Facts, Metric, Options, POOLED, Pooled, Score};
use crate::error::Result;
use crate::estimate::{Estimate, Outcome};
use crate::interval::bootstrap::{Distribution, method};
use crate::interval::resample::GroupedValues;

/// What is kept of a region in a case: its scores, and shares that are pooled.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    scores: Vec<Score>,
    shares: Vec<Option<(f64, f64)>>,
}

impl Scored {
    /// Scores a region by some metrics.
    pub fn of(facts: &Facts, metrics: &[&Metric], options: &Options) -> Self {
        Self {
            scores: metrics.iter().map(|metric| metric.score(facts, options)).collect(),
            shares: POOLED.iter().map(|pooled| (pooled.share)(facts)).collect(),
        }
    }

    /// One score for each metric, in the order in which they were given.
    pub fn scores(&self) -> &[Score] {
        &self.scores
    }
}

/// Estimates of every region and of the mean over regions, `macro`; `cases` hold one value for each region.
///
/// A mean is over the cases with a score. Its interval is a percentile bootstrap over cases; a single case has none.
/// The mean over regions is made in each case first, of those that have a score there.
pub fn summarize(
    cases: &[Vec<Scored>],
    regions: &[String],
    metrics: &[&Metric],
    options: &Options,
) -> Result<Vec<Estimate>> {
    options.intervals().check()?;
    let of_metric = |(at, metric): (usize, &&Metric)| {
        let score = |case: &Vec<Scored>, region: usize| case[region].scores[at].clone();
        let mut estimates: Vec<Estimate> = regions
            .iter()
            .enumerate()
            .map(|(region, name)| {
                let scores: Vec<Score> = cases.iter().map(|case| score(case, region)).collect();
                mean(&scores, options).named(metric.name, name, options.level)
            })
            .collect();
        if regions.len() > 1 {
            let scores: Vec<Score> = cases.iter().map(|case| mean_of_regions(case, at)).collect();
            estimates.push(mean(&scores, options).named(metric.name, crate::classify::MACRO, options.level));
        }
        estimates
    };
    let mut estimates: Vec<Estimate> = metrics.par_iter().enumerate().flat_map_iter(of_metric).collect();
    for (at, metric) in POOLED.iter().enumerate() {
        for (region, name) in regions.iter().enumerate() {
            let shares: Vec<(f64, f64)> = cases.iter().filter_map(|case| case[region].shares[at]).collect();
            if !(metric.on_request && shares.is_empty()) {
                estimates.push(pooled(metric, &shares, options).named(metric.name, name, options.level));
            }
        }
    }
    Ok(estimates)
}

/// The mean over cases of the errors of a ratio of two regions.
pub fn ratio_error(scores: &[Score], options: &Options) -> Estimate {
    mean(scores, options).named(super::RATIO.0, crate::classify::ALL, options.level)
}

/// The mean of what has a score, and how it came about.
fn mean(scores: &[Score], options: &Options) -> Outcome {
    let values: Vec<f64> = scores.iter().filter_map(Score::value).collect();
    let how = how(scores, options);
    let Some(first) = values.first() else {
        let why =
            scores.iter().find_map(|score| if let Score::Undefined(why) = score { Some(why.as_str()) } else { None });
        return Outcome::undefined(0, how, why.unwrap_or("there is no case"));
    };
    if values.len() == 1 {
        return Outcome::single(how, *first);
    }
    let n = values.len();
    let sum: f64 = values.iter().sum();
    let grouped = GroupedValues::ungrouped(values.into_iter());
    let settings = options.intervals();
    let replicates = Distribution::of(&settings, |rng| Some(grouped.resampled_sums(rng)[0] / n as f64));
    let value = sum / n as f64;
    let method = format!("mean over cases; {}; {how}", method(&settings, "cases"));
    Outcome::known(
        n,
        method.trim_end_matches("; "),
        value,
        replicates.interval(options.level).unwrap_or((value, value)),
    )
}

/// What the mean does not say of itself: how many scores are worst ones, and how many there are none of.
fn how(scores: &[Score], options: &Options) -> String {
    let n_worst = scores.iter().filter(|score| matches!(score, Score::Worst(_))).count();
    let n_undefined = scores.iter().filter(|score| matches!(score, Score::Undefined(_))).count();
    let mut parts = Vec::new();
    if n_worst > 0 {
        parts.push(format!("{n_worst} with the worst score, as there is nothing to measure"));
    }
    if n_undefined > 0 {
        parts.push(format!("{n_undefined} without a score left out"));
    }
    if options.both_empty == BothEmpty::Best {
        parts.push("two empty masks have the best score".to_owned());
    }
    parts.join("; ")
}

fn mean_of_regions(case: &[Scored], at: usize) -> Score {
    let values: Vec<f64> = case.iter().filter_map(|scored| scored.scores[at].value()).collect();
    if values.is_empty() {
        return Score::Undefined("no region has a score".into());
    }
    Score::Known(values.iter().sum::<f64>() / values.len() as f64)
}

/// A ratio of sums over cases.
fn pooled(metric: &Pooled, shares: &[(f64, f64)], options: &Options) -> Outcome {
    let settings = options.intervals();
    let ratio = |[part, whole]: [f64; 2]| (whole > 0.0).then(|| part / whole);
    let add = |[a, b]: [f64; 2], (part, whole): (f64, f64)| [a + part, b + whole];
    let Some(value) = ratio(shares.iter().copied().fold([0.0; 2], add)) else {
        return Outcome::undefined(shares.len(), "", format!("{} is of nothing: no case has the region", metric.name));
    };
    if shares.len() == 1 {
        return Outcome::single("", value);
    }
    let replicates = Distribution::of(&settings, |rng| {
        use rand::RngExt;
        let drawn = (0..shares.len()).map(|_| shares[rng.random_range(0..shares.len())]);
        ratio(drawn.fold([0.0; 2], add))
    });
    let interval = replicates.interval(options.level).unwrap_or((value, value));
    Outcome::known(shares.len(), format!("ratio of sums; {}", method(&settings, "cases")), value, interval)
}
