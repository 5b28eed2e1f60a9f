//! Truth and scores of the same cases, checked once: lengths agree, scores are finite, classes exist.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// Truth and scores of cases.
///
/// Scores are row-major, `[case, class]`; a score is any finite number, a probability where calibration is measured.
#[derive(Clone, Debug)]
pub struct Cases {
    classes: Vec<String>,
    truth: Truth,
    scores: Vec<f64>,
    n: usize,
    /// The cluster of each case, counted from 0; `None` where every case stands for itself.
    clusters: Option<Vec<u32>>,
}

/// What is true.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Truth {
    /// The one class of each case.
    Exclusive(Vec<usize>),
    /// Row-major, `[case, class]`; `None` is unknown and counts for nothing.
    Findings(Vec<Option<bool>>),
}

impl Cases {
    /// Cases with one of several classes each; of two, the last is the positive one.
    pub fn exclusive(classes: &[String], truth: &[usize], scores: &[f64]) -> Result<Self> {
        if classes.len() < 2 {
            let n = classes.len();
            return Err(Error::length(format!("there are {n} classes; expected at least 2 that exclude each other")));
        }
        check_scores(classes, truth.len(), scores)?;
        if let Some(case) = truth.iter().position(|&class| class >= classes.len()) {
            return Err(Error::value(format!(
                "case {case} (counted from 0) has class {}; expected 0 to {} for the classes [{}]",
                truth[case],
                classes.len() - 1,
                classes.join(", ")
            )));
        }
        Ok(Self {
            classes: classes.to_vec(),
            truth: Truth::Exclusive(truth.to_vec()),
            scores: scores.to_vec(),
            n: truth.len(),
            clusters: None,
        })
    }

    /// Cases with findings that may be present together; truth is row-major, `[case, class]`.
    pub fn findings(classes: &[String], truth: &[Option<bool>], scores: &[f64]) -> Result<Self> {
        if classes.is_empty() || !truth.len().is_multiple_of(classes.len()) {
            return Err(Error::length(format!(
                "there are {} labels for {} findings; expected one for each case and finding, and at least one finding",
                truth.len(),
                classes.len()
            )));
        }
        let n_cases = truth.len() / classes.len();
        check_scores(classes, n_cases, scores)?;
        Ok(Self {
            classes: classes.to_vec(),
            truth: Truth::Findings(truth.to_vec()),
            scores: scores.to_vec(),
            n: n_cases,
            clusters: None,
        })
    }

    /// The same cases, those of the same number belonging together, as several films of one patient do.
    ///
    /// Intervals are then made by drawing whole clusters, since cases of a cluster tell less than as many alone.
    pub fn clustered(mut self, cluster_of: &[usize]) -> Result<Self> {
        if cluster_of.len() != self.n {
            let n = cluster_of.len();
            let message = format!("there are {n} clusters for {} cases; expected one for each case", self.n);
            return Err(Error::length(message));
        }
        let mut number_of = BTreeMap::new();
        let mut number = |cluster: &usize| {
            let next = number_of.len() as u32;
            *number_of.entry(*cluster).or_insert(next)
        };
        self.clusters = Some(cluster_of.iter().map(&mut number).collect());
        Ok(self)
    }

    /// Some of the cases, in this order and as often as they are named; all of them exist.
    pub(crate) fn select(&self, cases: &[u32]) -> Self {
        let n_classes = self.classes.len();
        let truth = match &self.truth {
            Truth::Exclusive(truth) => Truth::Exclusive(cases.iter().map(|&case| truth[case as usize]).collect()),
            Truth::Findings(labels) => {
                let row = |&case: &u32| &labels[case as usize * n_classes..][..n_classes];
                Truth::Findings(cases.iter().flat_map(row).copied().collect())
            }
        };
        let clusters = self.clusters.as_ref();
        Self {
            classes: self.classes.clone(),
            truth,
            scores: cases.iter().flat_map(|&case| self.row(case as usize)).copied().collect(),
            n: cases.len(),
            clusters: clusters.map(|clusters| cases.iter().map(|&case| clusters[case as usize]).collect()),
        }
    }

    /// The cases of each cluster.
    pub(crate) fn clusters(&self) -> Option<Vec<Vec<u32>>> {
        let clusters = self.clusters.as_ref()?;
        let mut members = vec![Vec::new(); clusters.iter().max().map_or(0, |last| *last as usize + 1)];
        for (case, &cluster) in (0..).zip(clusters) {
            members[cluster as usize].push(case);
        }
        // Of selected cases some clusters may have none.
        members.retain(|members| !members.is_empty());
        Some(members)
    }

    /// How many cases there are.
    pub fn n_cases(&self) -> usize {
        self.n
    }

    /// The classes or findings, in the order of the scores.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// What is called positive of each case: one class index, or every finding whose score exceeds the threshold.
    pub fn called(&self, threshold: f64) -> Vec<Vec<usize>> {
        (0..self.n).map(|case| self.called_classes(case, threshold)).collect()
    }

    /// Whether only the scores tell these cases from others.
    pub(crate) fn is_same_but_for_scores(&self, other: &Self) -> bool {
        self.classes == other.classes && self.truth == other.truth && self.clusters == other.clusters
    }

    /// Whether these are two classes that exclude each other.
    pub(crate) fn is_binary(&self) -> bool {
        matches!(self.truth, Truth::Exclusive(_)) && self.classes.len() == 2
    }

    pub(crate) fn truth(&self) -> &Truth {
        &self.truth
    }

    /// The scores of one case.
    pub(crate) fn row(&self, case: usize) -> &[f64] {
        let n_classes = self.classes.len();
        &self.scores[case * n_classes..(case + 1) * n_classes]
    }

    /// The class that a case is given, where classes exclude each other; the first of equal scores.
    pub(crate) fn called_class(&self, case: usize, threshold: f64) -> usize {
        let row = self.row(case);
        if row.len() == 2 {
            return usize::from(row[1] > threshold);
        }
        (1..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best })
    }

    fn called_classes(&self, case: usize, threshold: f64) -> Vec<usize> {
        match self.truth {
            Truth::Exclusive(_) => vec![self.called_class(case, threshold)],
            Truth::Findings(_) => {
                let row = self.row(case);
                (0..row.len()).filter(|&class| row[class] > threshold).collect()
            }
        }
    }
}

fn check_scores(classes: &[String], n_cases: usize, scores: &[f64]) -> Result<()> {
    if u32::try_from(n_cases).is_err() {
        return Err(Error::length(format!("there are {n_cases} cases; expected fewer than {}", u32::MAX)));
    }
    let n_expected = n_cases.checked_mul(classes.len());
    if n_expected != Some(scores.len()) {
        return Err(Error::length(format!(
            "there are {} scores for {n_cases} cases and {} classes; expected one for each case and class",
            scores.len(),
            classes.len()
        )));
    }
    if let Some(at) = scores.iter().position(|score| !score.is_finite()) {
        return Err(Error::value(format!(
            "the score of class {} in case {} (counted from 0) is {}; expected a finite number; \
             leave the case out, or find out why its model failed",
            classes[at % classes.len()],
            at / classes.len(),
            scores[at]
        )));
    }
    Ok(())
}
