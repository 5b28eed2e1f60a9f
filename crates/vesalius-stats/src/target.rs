//! One class against the rest: what every metric of a single class is computed on.

use rayon::prelude::*;

use crate::cases::{Cases, Truth};
use crate::options::Options;
use crate::rank::ranking::Ranking;

/// Cases, options, and every class that is measured against the rest.
pub(crate) struct Study<'a> {
    pub(crate) cases: &'a Cases,
    pub(crate) options: &'a Options,
    /// Of two classes that exclude each other only the last, otherwise all.
    pub(crate) targets: Vec<Target>,
}

/// One class against the rest.
pub(crate) struct Target {
    pub(crate) name: String,
    /// Which cases these are: all whose label is known.
    pub(crate) case: Vec<u32>,
    pub(crate) truth: Vec<bool>,
    pub(crate) score: Vec<f64>,
    pub(crate) called: Vec<bool>,
    pub(crate) counts: Counts,
    pub(crate) ranking: Ranking,
}

/// Cases by truth and call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) true_positive: usize,
    pub(crate) false_positive: usize,
    pub(crate) false_negative: usize,
    pub(crate) true_negative: usize,
}

impl<'a> Study<'a> {
    pub(crate) fn new(cases: &'a Cases, options: &'a Options) -> Self {
        let first = usize::from(cases.is_binary());
        let called: Option<Vec<usize>> = match cases.truth() {
            Truth::Exclusive(_) => {
                Some((0..cases.n_cases()).map(|case| cases.called_class(case, options.threshold)).collect())
            }
            Truth::Findings(_) => None,
        };
        let target = |class| Target::of(cases, class, called.as_deref(), options.threshold);
        Self { cases, options, targets: (first..cases.classes().len()).into_par_iter().map(target).collect() }
    }

    /// The one class of each case, where classes exclude each other.
    pub(crate) fn exclusive(&self) -> Option<&'a [usize]> {
        match self.cases.truth() {
            Truth::Exclusive(truth) => Some(truth),
            Truth::Findings(_) => None,
        }
    }

    /// What decides whether a case is called positive, for methods.
    pub(crate) fn rule(&self) -> String {
        match self.cases.truth() {
            Truth::Exclusive(_) if !self.cases.is_binary() => "highest score decides".to_owned(),
            _ => format!("positive if score > {}", self.options.threshold),
        }
    }
}

impl Target {
    fn of(cases: &Cases, class: usize, called: Option<&[usize]>, threshold: f64) -> Self {
        let (mut case_of, mut truths, mut scores, mut calls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut counts = Counts::default();
        for case in 0..cases.n_cases() {
            let label = match cases.truth() {
                Truth::Exclusive(truth) => Some(truth[case] == class),
                Truth::Findings(labels) => labels[case * cases.classes().len() + class],
            };
            let Some(truth) = label else { continue };
            let score = cases.row(case)[class];
            let is_called = called.map_or(score > threshold, |called| called[case] == class);
            case_of.push(case as u32);
            truths.push(truth);
            scores.push(score);
            calls.push(is_called);
            counts.add(truth, is_called);
        }
        let ranking = Ranking::of(&truths, &scores);
        let name = cases.classes()[class].clone();
        Self { name, case: case_of, truth: truths, score: scores, called: calls, counts, ranking }
    }

    /// The decisions of all targets as one; a case has as many of them as labels.
    pub(crate) fn pooled(targets: &[Self]) -> Self {
        let truth: Vec<bool> = targets.iter().flat_map(|target| target.truth.iter().copied()).collect();
        let score: Vec<f64> = targets.iter().flat_map(|target| target.score.iter().copied()).collect();
        let mut counts = Counts::default();
        for target in targets {
            counts += target.counts;
        }
        let ranking = Ranking::of(&truth, &score);
        Self {
            name: "any class".to_owned(),
            case: targets.iter().flat_map(|target| target.case.iter().copied()).collect(),
            called: targets.iter().flat_map(|target| target.called.iter().copied()).collect(),
            truth,
            score,
            counts,
            ranking,
        }
    }

    /// How many cases have a known label.
    pub(crate) fn n(&self) -> usize {
        self.truth.len()
    }

    /// Why scores cannot be taken for probabilities; `None` where they can.
    pub(crate) fn not_probabilities(&self) -> Option<String> {
        let stray = self.score.iter().find(|score| !(0.0..=1.0).contains(*score))?;
        Some(format!("scores are no probabilities: one of {} is {stray}, expected 0 to 1", self.name))
    }

    /// What is said where no label is known.
    pub(crate) fn no_known_case(&self) -> String {
        format!("there is no case with a known label of {}", self.name)
    }

    /// Which side has no case; `None` where both have.
    pub(crate) fn one_sided(&self) -> Option<String> {
        match (self.counts.n_positive(), self.counts.n_negative()) {
            (0, 0) => Some(self.no_known_case()),
            (0, _) => Some(format!("there is no positive case of {}", self.name)),
            (_, 0) => Some(format!("there is no negative case of {}", self.name)),
            _ => None,
        }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.true_positive += other.true_positive;
        self.false_positive += other.false_positive;
        self.false_negative += other.false_negative;
        self.true_negative += other.true_negative;
    }
}

impl Counts {
    fn add(&mut self, truth: bool, called: bool) {
        let count = match (truth, called) {
            (true, true) => &mut self.true_positive,
            (false, true) => &mut self.false_positive,
            (true, false) => &mut self.false_negative,
            (false, false) => &mut self.true_negative,
        };
        *count += 1;
    }

    pub(crate) fn n_positive(&self) -> usize {
        self.true_positive + self.false_negative
    }

    pub(crate) fn n_negative(&self) -> usize {
        self.false_positive + self.true_negative
    }

    pub(crate) fn n_called_positive(&self) -> usize {
        self.true_positive + self.false_positive
    }

    pub(crate) fn n_called_negative(&self) -> usize {
        self.false_negative + self.true_negative
    }
}

/// The mean over labels of the share of correct answers, as one value a case whose mean over cases it is.
///
/// Labels that are unknown count for nothing: a label's share is of its known cases. Undefined where a label has none.
pub(crate) fn mean_share<'t>(
    n_cases: usize,
    targets: &'t [Target],
    is_correct: impl Fn(&'t Target, usize) -> bool,
) -> Result<Vec<f64>, String> {
    if let Some(empty) = targets.iter().find(|target| target.n() == 0) {
        return Err(empty.no_known_case());
    }
    let mut values = vec![0.0; n_cases];
    for target in targets {
        let weight = n_cases as f64 / (targets.len() * target.n()) as f64;
        for (idx, &case) in target.case.iter().enumerate() {
            values[case as usize] += if is_correct(target, idx) { weight } else { 0.0 };
        }
    }
    Ok(values)
}
