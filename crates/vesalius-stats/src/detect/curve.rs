//! Lesions found and false positives over all thresholds, for any weights of cases.
//!
//! Marks are kept as runs by score: a stretch of false positives only, or all marks of one score of which some found a
//! lesion. Between the ends of runs nothing turns, so that a curve has a point for each run, the same for every draw of
//! cases. Equal scores are one step: no order among them can be known.

use super::findings::{Detections, Role};
use super::matching::{Matches, Verdict};
use super::options::{Options, Repeats};

/// What marks of a class did, highest scores first.
#[derive(Default)]
pub(super) struct Events {
    runs: Vec<Run>,
    /// The cases of false positives, and of lesions found, run after run.
    false_cases: Vec<u32>,
    found_cases: Vec<u32>,
    /// The case of every lesion that counts.
    lesion_cases: Vec<u32>,
    n_cases: usize,
}

/// How many of either kind, and the lowest score.
struct Run {
    n_false: usize,
    n_found: usize,
    threshold: f64,
}

/// Sums of weights down to a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) n_found: f64,
    pub(super) n_false: f64,
}

/// Points from the strictest threshold, where nothing is called, to the laxest.
pub(super) struct Curve {
    pub(super) points: Vec<Point>,
    pub(super) n_lesions: f64,
    pub(super) n_cases: f64,
}

/// The curves of a class for one draw of cases.
pub(super) struct Curves {
    /// By the rule.
    pub(super) all: Curve,
    /// The same of marks above the threshold alone, where there is one.
    pub(super) called: Option<Curve>,
    /// By `IoU` of 0.50, 0.55 … 0.95, where the rule is one of `IoU`.
    pub(super) by_iou: Vec<Curve>,
}

impl Curves {
    /// Where marks are called.
    pub(super) fn operating(&self) -> (Point, &Curve) {
        let curve = self.called.as_ref().unwrap_or(&self.all);
        (curve.last(), curve)
    }
}

impl Events {
    /// The events of each class, from marks that score at least the threshold.
    pub(super) fn of_classes(
        detections: &Detections,
        matches: &Matches,
        options: &Options,
        threshold: Option<f64>,
    ) -> Vec<Self> {
        let mut scored: Vec<Vec<(f64, bool, u32)>> = vec![Vec::new(); detections.classes.len()];
        let mut events: Vec<Self> = detections.classes.iter().map(|_| Self::default()).collect();
        for (lesion, finder) in detections.lesions.iter().zip(&matches.lesions) {
            if lesion.role != Role::Counted {
                continue;
            }
            events[lesion.class].lesion_cases.push(lesion.case as u32);
            if let Some(finder) = finder {
                scored[lesion.class].push((detections.marks[finder.mark].score, true, lesion.case as u32));
            }
        }
        for (mark, verdict) in detections.marks.iter().zip(&matches.marks) {
            let is_false = match verdict {
                Verdict::FalsePositive => true,
                Verdict::Repeat => options.repeats == Repeats::FalsePositive,
                Verdict::Found | Verdict::Ignored | Verdict::Cut => false,
            };
            if is_false {
                scored[mark.class].push((mark.score, false, mark.case as u32));
            }
        }
        for (events, mut scored) in events.iter_mut().zip(scored) {
            scored.retain(|(score, ..)| threshold.is_none_or(|threshold| *score >= threshold));
            scored.sort_by(|a, b| b.0.total_cmp(&a.0));
            events.n_cases = detections.n_cases;
            events.add_runs(&scored);
        }
        events
    }

    fn add_runs(&mut self, scored: &[(f64, bool, u32)]) {
        // Sorted downwards: what is no lower is equal.
        for same in scored.chunk_by(|a, b| a.0 <= b.0) {
            let n_found = same.iter().filter(|(_, is_found, _)| *is_found).count();
            for (_, is_found, case) in same {
                if *is_found { &mut self.found_cases } else { &mut self.false_cases }.push(*case);
            }
            let (n_false, threshold) = (same.len() - n_found, same[0].0);
            match self.runs.last_mut() {
                Some(run) if run.n_found == 0 && n_found == 0 => {
                    run.n_false += n_false;
                    run.threshold = threshold;
                }
                _ => self.runs.push(Run { n_false, n_found, threshold }),
            }
        }
    }

    /// The lowest score of every point; infinite for the first.
    pub(super) fn thresholds(&self) -> Vec<f64> {
        std::iter::once(f64::INFINITY).chain(self.runs.iter().map(|run| run.threshold)).collect()
    }

    /// How many lesions there are.
    pub(super) fn n_lesions(&self) -> usize {
        self.lesion_cases.len()
    }

    /// How many lesions are found, and false positives.
    pub(super) fn n_calls(&self) -> usize {
        self.found_cases.len() + self.false_cases.len()
    }

    /// How many cases have a lesion.
    pub(super) fn n_cases_with_lesions(&self) -> usize {
        let mut cases = self.lesion_cases.clone();
        cases.sort_unstable();
        cases.dedup();
        cases.len()
    }

    /// The curve with a weight for each case.
    pub(super) fn curve(&self, weights: &[u32]) -> Curve {
        let sum = |cases: &[u32]| cases.iter().map(|case| u64::from(weights[*case as usize])).sum::<u64>() as f64;
        let mut points = Vec::with_capacity(self.runs.len() + 1);
        let mut point = Point { n_found: 0.0, n_false: 0.0 };
        points.push(point);
        let (mut at_false, mut at_found) = (0, 0);
        for run in &self.runs {
            let (next_false, next_found) = (at_false + run.n_false, at_found + run.n_found);
            point.n_false += sum(&self.false_cases[at_false..next_false]);
            point.n_found += sum(&self.found_cases[at_found..next_found]);
            (at_false, at_found) = (next_false, next_found);
            points.push(point);
        }
        Curve { points, n_lesions: sum(&self.lesion_cases), n_cases: self.n_cases as f64 }
    }
}

impl Point {
    /// The share of marks that found something; `None` where nothing was called.
    pub(super) fn precision(self) -> Option<f64> {
        let n = self.n_found + self.n_false;
        (n > 0.0).then(|| self.n_found / n)
    }
}

impl Curve {
    pub(super) fn last(&self) -> Point {
        self.points.last().copied().unwrap_or(Point { n_found: 0.0, n_false: 0.0 })
    }

    pub(super) fn has_lesions(&self) -> bool {
        self.n_lesions > 0.0
    }

    /// Precision at every point, and from each on the greatest that follows; 0 where nothing is called.
    pub(super) fn envelope(&self) -> Vec<f64> {
        let mut envelope: Vec<f64> = self.points.iter().map(|point| point.precision().unwrap_or(0.0)).collect();
        for at in (1..envelope.len()).rev() {
            envelope[at - 1] = envelope[at - 1].max(envelope[at]);
        }
        envelope
    }
}
