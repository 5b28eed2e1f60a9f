//! Methods that learn, fold by fold: what scores the cases of a fold has learned from all others.

use std::collections::BTreeMap;

use vesalius_stats::fuse::{Members, greedy, stack};

use super::scores::Aligned;
use super::{Ensembled, Weight, in_case, some_of};
use crate::cohort::{Label, Truth};
use crate::error::{Error, ErrorKind, Result};
use crate::measure::classify::TruthTable;

/// Cases that may be learned from where those of one fold are to be scored: those of other folds whose truth is known.
///
/// Only a fold makes one, so that a case cannot teach the method that scores it.
struct OutOfFold<'a> {
    aligned: &'a Aligned,
    truth: &'a BTreeMap<&'a str, &'a Truth>,
    cases: Vec<usize>,
}

impl<'a> OutOfFold<'a> {
    fn of(aligned: &'a Aligned, truth: &'a BTreeMap<&'a str, &'a Truth>, fold: &str) -> Self {
        let may_teach = |case: &usize| {
            let row = &aligned.rows[*case][0];
            row.fold != fold && truth.contains_key(row.case.as_str())
        };
        Self { aligned, truth, cases: (0..aligned.rows.len()).filter(may_teach).collect() }
    }

    fn members(&self) -> Result<Members> {
        self.aligned.members(&self.cases)
    }

    /// `[case, class]`; unknown stays unknown.
    fn truth(&self) -> Vec<Option<bool>> {
        let labels = |&case: &usize| {
            let truth = self.truth[self.aligned.rows[case][0].case.as_str()];
            (0..self.aligned.labels.len()).map(move |class| match truth.label(class) {
                Label::Present => Some(true),
                Label::Absent => Some(false),
                Label::Unknown => None,
            })
        };
        self.cases.iter().flat_map(labels).collect()
    }
}

/// Fused scores of all cases, `[case, class]`.
pub(super) fn fuse(
    aligned: &Aligned,
    truth: &TruthTable,
    method: &str,
    names: &[String],
    done: &mut Ensembled,
) -> Result<Vec<f64>> {
    let folds = folds(aligned)?;
    let truths: BTreeMap<&str, &Truth> = truth.cases.iter().map(|(case, truth)| (case.as_str(), truth)).collect();
    done.notes.extend(truth.notes.iter().cloned());
    let untold: Vec<String> = aligned
        .rows
        .iter()
        .map(|rows| &rows[0].case)
        .filter(|case| !truths.contains_key(case.as_str()))
        .cloned()
        .collect();
    if !untold.is_empty() {
        let n = untold.len();
        done.notes.push(format!("{n} cases that the truth does not name were not learned from: {}", some_of(&untold)));
    }
    let n_classes = aligned.labels.len();
    let mut fused = vec![0.0; aligned.rows.len() * n_classes];
    for (fold, cases) in folds {
        let others = OutOfFold::of(aligned, &truths, fold);
        let in_fold = in_case(format!("learning for fold {fold}"));
        let of_fold = aligned.members(&cases)?;
        let scores = if method == "stack" {
            let fitted = stack(&others.members()?, &others.truth()).map_err(&in_fold)?;
            for (class, coefficients) in aligned.labels.iter().zip(&fitted.coefficients) {
                let members = std::iter::once("intercept").chain(names.iter().map(String::as_str));
                done.weights.extend(members.zip(coefficients).map(|(member, &w)| weight(fold, class, member, w)));
            }
            fitted.apply(&of_fold)
        } else {
            let selected = greedy(&others.members()?, &others.truth()).map_err(&in_fold)?;
            done.weights.extend(names.iter().zip(&selected.weights).map(|(name, &w)| weight(fold, "all", name, w)));
            selected.apply(&of_fold)
        };
        let scores = scores.map_err(&in_fold)?;
        for (case, scores) in cases.iter().zip(scores.chunks_exact(n_classes)) {
            fused[case * n_classes..][..n_classes].copy_from_slice(scores);
        }
    }
    Ok(fused)
}

fn weight(fold: &str, class: &str, member: &str, weight: f64) -> Weight {
    let [fold, class, member] = [fold, class, member].map(str::to_owned);
    Weight { fold, class, member, weight }
}

/// The cases of each fold; an error where folds are not told, or members disagree about them.
fn folds(aligned: &Aligned) -> Result<BTreeMap<&str, Vec<usize>>> {
    let mut folds: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (case, rows) in aligned.rows.iter().enumerate() {
        let fold = rows[0].fold.as_str();
        if let Some(other) = rows.iter().find(|row| row.fold != fold) {
            let message = format!(
                "case {:?} is of fold {fold:?} for one member and of fold {:?} for another; expected members of one split, \
                 since who trained on a case of another fold has seen it",
                rows[0].case, other.fold
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        folds.entry(fold).or_default().push(case);
    }
    if folds.len() < 2 || folds.contains_key("") {
        let message = "the predictions do not say of which of several folds each case is; expected a column fold with the \
                       fold whose model scored the case without having trained on it; mean and logit-mean need none";
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(folds)
}
