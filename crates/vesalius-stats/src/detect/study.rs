//! One match, one bootstrap: every metric of every class, and their means, from the same draws of cases.
//!
//! A class without a lesion has no value, and the mean over classes is over those that have one, as COCO takes it; the
//! method says how many they are. Where all draws agree (nothing found, all found, one case), their spread says
//! nothing, and a closed interval takes its place: Wilson's of a share, with no more trials than there are cases that have
//! a lesion, or a call; Garwood's of a count over all cases.

use rand::RngExt;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::average_precision_coco_range::IOU_THRESHOLDS;
use super::curve::{Curves, Events};
use super::findings::Detections;
use super::froc::{self, FrocCurve};
use super::matching::{self, Group, Matches};
use super::options::{Options, Rule};
use super::precision_recall::{self, PrecisionRecallCurve};
use super::{Compute, METRICS, Metric, ShareOf, Statistic};
use crate::classify::MACRO;
use crate::error::Result;
use crate::estimate::{Estimate, Outcome};
use crate::interval::bootstrap::{self, Distribution};
use crate::interval::wilson::wilson;

/// Every point of a curve is drawn again with every replicate, which takes memory.
const POINTS_MAX: usize = 8000;
/// Fewest and most points of one curve.
const POINTS_OF_CURVE: (usize, usize) = (50, 200);

/// Detections with what became of them.
pub(super) struct Study<'a> {
    pub(super) detections: &'a Detections,
    pub(super) options: &'a Options,
    pub(super) matches: Matches,
    all: Vec<Events>,
    called: Option<Vec<Events>>,
    by_iou: Vec<Vec<Events>>,
}

/// A value with the draws around it.
pub(super) struct Drawn {
    pub(super) value: Option<f64>,
    pub(super) replicates: Distribution,
}

/// What is computed of every draw of cases.
struct Plan {
    statistics: Vec<(&'static Metric, Vec<Statistic>)>,
    /// Of each class.
    froc: Vec<Vec<froc::Place>>,
    precision: Vec<Vec<precision_recall::Place>>,
}

impl Plan {
    fn new(study: &Study<'_>) -> Self {
        let n_cases = study.detections.n_cases;
        let n_points = (POINTS_MAX / study.all.len().max(1)).clamp(POINTS_OF_CURVE.0, POINTS_OF_CURVE.1);
        Self {
            statistics: METRICS.iter().map(|metric| (metric, metric.statistics(study.options))).collect(),
            froc: study.all.iter().map(|events| froc::places(events, n_cases, n_points)).collect(),
            precision: study.all.iter().map(|events| precision_recall::places(events, n_cases, n_points)).collect(),
        }
    }

    /// Every statistic of every target, then both curves of every class.
    fn values(&self, study: &Study<'_>, weights: &[u32]) -> Vec<Option<f64>> {
        let curves: Vec<Curves> = (0..study.all.len()).map(|class| study.curves(class, weights)).collect();
        let statistics = self.statistics.iter().flat_map(|(_, statistics)| statistics);
        let mut values: Vec<Option<f64>> =
            statistics.flat_map(|statistic| of_targets(&curves, &statistic.value)).collect();
        for (class, curves) in curves.iter().enumerate() {
            values.extend(self.froc[class].iter().map(|place| place.value(&curves.all, study.options)));
            values.extend(self.precision[class].iter().map(|place| place.value(&curves.all)));
        }
        values
    }
}

impl<'a> Study<'a> {
    pub(super) fn new(detections: &'a Detections, options: &'a Options) -> Result<Self> {
        let (groups, untouched) = matching::groups(detections, options)?;
        let decided = |rule: Rule| decided(&groups, untouched.clone(), rule, options);
        let events = |matches: &Matches, threshold| Events::of_classes(detections, matches, options, threshold);
        let matches = decided(options.rule);
        let by_iou = match options.rule {
            Rule::Iou(_) => IOU_THRESHOLDS.iter().map(|least| events(&decided(Rule::Iou(*least)), None)).collect(),
            _ => Vec::new(),
        };
        let called = options.threshold.map(|threshold| events(&matches, Some(threshold)));
        Ok(Self { all: events(&matches, None), called, by_iou, detections, options, matches })
    }

    /// Estimates in the order of the registry, and the curves of classes that have lesions.
    pub(super) fn measure(&self) -> (Vec<Estimate>, Vec<FrocCurve>, Vec<PrecisionRecallCurve>) {
        let plan = Plan::new(self);
        let mut drawn = self.drawn(&plan).into_iter();
        let mut estimates = Vec::new();
        for (metric, statistics) in &plan.statistics {
            for statistic in statistics {
                let of_targets = self.targets().zip(drawn.by_ref());
                estimates.extend(of_targets.map(|(target, drawn)| self.estimate(statistic, target, &drawn)));
            }
            if let Compute::Cases(of_class) = metric.compute {
                let named = |(class, name): (usize, &String)| {
                    of_class(self, class).named(metric.name, name, self.options.level)
                };
                estimates.extend(self.detections.classes.iter().enumerate().map(named));
            }
        }
        let (mut froc, mut precision_recall) = (Vec::new(), Vec::new());
        for (class, name) in self.detections.classes.iter().enumerate() {
            let n_trials = self.n_trials(class, ShareOf::Lesions);
            let bands: Vec<Drawn> = drawn.by_ref().take(plan.froc[class].len()).collect();
            froc.extend(FrocCurve::of(name, &plan.froc[class], &bands, |drawn| self.interval(drawn, n_trials)));
            let bands: Vec<Drawn> = drawn.by_ref().take(plan.precision[class].len()).collect();
            precision_recall.extend(PrecisionRecallCurve::of(
                name,
                &plan.precision[class],
                &bands,
                |drawn, n_calls| self.interval(drawn, n_calls.min(self.detections.n_cases)),
            ));
        }
        (estimates, froc, precision_recall)
    }

    /// All numbers of the plan, of all cases and of every draw of them.
    fn drawn(&self, plan: &Plan) -> Vec<Drawn> {
        let n_cases = self.detections.n_cases;
        let values = plan.values(self, &vec![1; n_cases]);
        let replicates = Distribution::of_each(&self.options.sampling(), values.len(), |rng| {
            let mut weights = vec![0; n_cases];
            for _ in 0..n_cases {
                weights[rng.random_range(0..n_cases)] += 1;
            }
            plan.values(self, &weights).into_iter().map(|value| value.unwrap_or(f64::NAN)).collect()
        });
        values.into_iter().zip(replicates).map(|(value, replicates)| Drawn { value, replicates }).collect()
    }

    fn curves(&self, class: usize, weights: &[u32]) -> Curves {
        Curves {
            all: self.all[class].curve(weights),
            called: self.called.as_ref().map(|called| called[class].curve(weights)),
            by_iou: self.by_iou.iter().map(|events| events[class].curve(weights)).collect(),
        }
    }

    /// Every class, and `None` for their mean where there are several.
    fn targets(&self) -> impl Iterator<Item = Option<usize>> {
        let n = self.all.len();
        (0..n).map(Some).chain((n > 1).then_some(None))
    }

    fn estimate(&self, statistic: &Statistic, target: Option<usize>, drawn: &Drawn) -> Estimate {
        let name = target.map_or(MACRO, |class| &self.detections.classes[class]);
        let with_lesions: Vec<usize> = (0..self.all.len()).filter(|class| self.all[*class].n_lesions() > 0).collect();
        let of_class = |class: usize| self.size(class, statistic.share_of);
        let n = match (statistic.share_of, target) {
            (ShareOf::Cases, _) => self.detections.n_cases,
            (_, Some(class)) => of_class(class),
            (_, None) => (0..self.all.len()).map(of_class).sum(),
        };
        let mut rule = self.options.decided_by();
        if target.is_none() {
            rule = format!("{rule}; mean of {} of {} classes", with_lesions.len(), self.all.len());
        }
        let method = bootstrap::method(&self.options.sampling(), "over cases");
        let fewest = || with_lesions.iter().copied().min_by_key(|class| self.all[*class].n_cases_with_lesions());
        let outcome = match (drawn.value, target.or_else(fewest)) {
            (Some(value), _) if statistic.share_of == ShareOf::Cases && drawn.replicates.is_degenerate() => {
                Outcome::known(n, "Garwood, as the bootstrap has no spread here", value, self.garwood(value))
            }
            (Some(value), Some(class)) => {
                let (low, high) = self.interval(drawn, self.n_trials(class, statistic.share_of)).unwrap_or((0.0, 1.0));
                let closed = "Wilson, as the bootstrap has no spread here";
                let method = if drawn.replicates.is_degenerate() { closed.to_owned() } else { method };
                Outcome::known(n, method, value, (low, high))
            }
            _ => Outcome::undefined(n, method, format!("{} of {name}", statistic.undefined)),
        };
        outcome.decided_by(&rule).named(&statistic.name, name, self.options.level)
    }

    /// What a share of a class is over.
    fn size(&self, class: usize, share_of: ShareOf) -> usize {
        match share_of {
            ShareOf::Lesions => self.all[class].n_lesions(),
            ShareOf::Calls => self.called.as_ref().unwrap_or(&self.all)[class].n_calls(),
            ShareOf::Cases => self.detections.n_cases,
        }
    }

    /// How many independent trials a share is worth at most: what is in one case is no more than one.
    fn n_trials(&self, class: usize, share_of: ShareOf) -> usize {
        match share_of {
            ShareOf::Lesions => self.all[class].n_cases_with_lesions(),
            ShareOf::Calls | ShareOf::Cases => self.size(class, share_of).min(self.detections.n_cases),
        }
    }

    /// The interval by the draws, or by Wilson where they have no spread.
    fn interval(&self, drawn: &Drawn, n_trials: usize) -> Option<(f64, f64)> {
        let value = drawn.value?;
        if !drawn.replicates.is_degenerate() {
            return drawn.replicates.interval(self.options.level);
        }
        let n = n_trials.max(1) as u64;
        let (low, high) = wilson((value * n as f64).round() as u64, n, self.options.level)?;
        Some((low.min(value), high.max(value)))
    }

    /// The exact interval of a Poisson rate (Garwood 1936, doi:10.1093/biomet/28.3-4.437).
    fn garwood(&self, rate: f64) -> (f64, f64) {
        let (n, tail) = (self.detections.n_cases.max(1) as f64, (1.0 - self.options.level) / 2.0);
        let count = (rate * n).round();
        let half_quantile = |freedom: f64, share: f64| {
            ChiSquared::new(freedom).map_or(0.0, |distribution| 0.5 * distribution.inverse_cdf(share))
        };
        let low = if count < 0.5 { 0.0 } else { half_quantile(2.0 * count, tail) };
        (low / n, half_quantile(2.0 * count + 2.0, 1.0 - tail) / n)
    }
}

impl Metric {
    fn statistics(&self, options: &Options) -> Vec<Statistic> {
        match self.compute {
            Compute::Curves(statistics) => statistics(options),
            Compute::Cases(_) => Vec::new(),
        }
    }
}

fn decided(groups: &[Group], mut matches: Matches, rule: Rule, options: &Options) -> Matches {
    for group in groups {
        group.decide(rule.least(), options.matching, &mut matches);
    }
    matches
}

/// The value of every class, and of several their mean over those that have one.
fn of_targets(curves: &[Curves], value: impl Fn(&Curves) -> Option<f64>) -> Vec<Option<f64>> {
    let mut values: Vec<Option<f64>> = curves.iter().map(value).collect();
    if curves.len() > 1 {
        let known: Vec<f64> = values.iter().copied().flatten().collect();
        values.push((!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64));
    }
    values
}
