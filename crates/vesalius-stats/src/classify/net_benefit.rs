//! Net benefit: true positives less false ones at the price that a threshold stands for, as a share of all cases.
//!
//! **Definition.** NB(t) = TP / n − FP / n · t / (1 − t), a case called positive when its score exceeds the threshold
//! probability t: whoever acts from a risk of t on holds one missed case for (1 − t) / t needless ones (Vickers and Elkin
//! 2006, doi:10.1177/0272989X06295361). The estimate is at the threshold of the options; the decision curve holds every
//! hundredth, beside acting on all (prevalence − (1 − prevalence) · t / (1 − t)) and on none (0).
//! **Interval.** From the Wilson limits of TP / n and FP / n by variance recovery, with the correlation that shares of the
//! same cases have; on the curve pointwise.
//! **Range** −∞ to 1; the prevalence is the most that can be reached. **Scores that are no probabilities, a threshold outside
//! 0 to 1, nothing:** undefined. **One class:** defined. **NaN** is refused before. **Cost** O(n log n) for the curve.

use serde::Serialize;

use super::Metric;
use crate::estimate::{Estimate, Outcome};
use crate::interval::mover;
use crate::interval::wilson::wilson;
use crate::options::Options;
use crate::target::{Study, Target};

pub(super) const METRIC: Metric = Metric {
    name: "net_benefit",
    definition: "true less false positives, weighed by the odds of the threshold, over all cases",
    range: (f64::NEG_INFINITY, 1.0),
    others: "",
    compute,
};

pub(super) const DEFINITION: &str = "net benefit over threshold probabilities, beside acting on all and on none";

/// The decision curve of one class against the rest.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionCurve {
    /// The class.
    pub target: String,
    /// Thresholds 0.01, 0.02 to 0.99.
    pub points: Vec<DecisionPoint>,
}

/// One threshold probability.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DecisionPoint {
    /// The least risk that is acted on.
    pub threshold: f64,
    /// Net benefit of acting on the scores.
    pub net_benefit: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Net benefit of acting on every case; that of acting on none is 0.
    pub all: f64,
}

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let options = study.options;
    let estimate = |target: &Target| {
        let rule = format!("positive if score > {}", options.threshold);
        single(target, options).decided_by(&rule).named(METRIC.name, &target.name, options.level)
    };
    study.targets.iter().map(estimate).collect()
}

fn single(target: &Target, options: &Options) -> Outcome {
    const METHOD: &str = "Wilson limits of both shares combined";
    let threshold = options.threshold;
    let why = (!(threshold > 0.0 && threshold < 1.0))
        .then(|| format!("the threshold {threshold} is no probability between 0 and 1"))
        .or_else(|| why_undefined(target));
    if let Some(why) = why {
        return Outcome::undefined(target.n(), METHOD, why);
    }
    let [n_false, n_true] = called_above(target, threshold);
    let (value, ends) = weighed(n_true, n_false, target.n(), (threshold, options.level));
    Outcome::known(target.n(), METHOD, value, ends)
}

fn why_undefined(target: &Target) -> Option<String> {
    target.not_probabilities().or_else(|| (target.n() == 0).then(|| target.no_known_case()))
}

/// Negative and positive cases above the threshold; the highest score does not decide here, even among several classes.
fn called_above(target: &Target, threshold: f64) -> [usize; 2] {
    let above = target.ranking.runs.iter().take_while(|run| run.score > threshold);
    above.fold([0, 0], |n, run| [n[0] + run.n_negative(), n[1] + run.n_positive()])
}

fn weighed(n_true: usize, n_false: usize, n: usize, (threshold, level): (f64, f64)) -> (f64, (f64, f64)) {
    let odds = threshold / (1.0 - threshold);
    let share = |n_hits: usize| n_hits as f64 / n as f64;
    let limits = |n_hits: usize| wilson(n_hits as u64, n as u64, level).unwrap_or((0.0, 1.0));
    let (hits, alarms) = (share(n_true), share(n_false));
    let rest = (1.0 - hits) * (1.0 - alarms);
    let correlation = if rest > 0.0 { -(hits * alarms / rest).sqrt() } else { 0.0 };
    let ((hits_low, hits_high), (alarms_low, alarms_high)) = (limits(n_true), limits(n_false));
    let priced = (odds * alarms, odds * alarms_low, odds * alarms_high);
    let ends = mover::difference((hits, hits_low, hits_high), priced, correlation);
    (hits - odds * alarms, (ends.0, ends.1.min(1.0)))
}

/// The curve of a class; `None` where scores are no probabilities or there is no case.
pub(super) fn curve(target: &Target, options: &Options) -> Option<DecisionCurve> {
    if why_undefined(target).is_some() {
        return None;
    }
    let n = target.n();
    let point = |hundredth: u32| {
        let threshold = f64::from(hundredth) / 100.0;
        let [n_false, n_true] = called_above(target, threshold);
        let (net_benefit, (low, high)) = weighed(n_true, n_false, n, (threshold, options.level));
        let prevalence = target.counts.n_positive() as f64 / n as f64;
        let all = prevalence - (1.0 - prevalence) * threshold / (1.0 - threshold);
        DecisionPoint { threshold, net_benefit, low, high, all }
    };
    Some(DecisionCurve { target: target.name.clone(), points: (1..100).map(point).collect() })
}
