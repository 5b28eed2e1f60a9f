//! The checks, and what they look at.

use super::finding::Finding;
use super::{classes, exact_duplicates, split_sizes, subject_overlap};
use crate::cohort::{Cohort, Images};
use crate::error::Result;
use crate::progress::Context;
use crate::split::Split;

/// What every check may look at; what several need is found once.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    /// The cases.
    pub cohort: &'a Cohort,
    /// Their images.
    pub images: &'a Images,
    /// The split in use, if one is made already.
    pub split: Option<&'a Split>,
    /// Groups of case indices whose images are identical.
    pub duplicates: &'a [Vec<usize>],
    /// Where progress is shown and when to stop.
    pub ctx: &'a Context<'a>,
}

/// One check.
#[derive(Clone, Copy)]
pub struct Check {
    /// Its name in findings.
    pub name: &'static str,
    /// What its statistic counts or measures.
    pub statistic: &'static str,
    run: fn(&Evidence<'_>) -> Finding,
}

/// All checks, in the order of the report.
pub const CHECKS: &[Check] = &[
    Check {
        name: "exact-duplicates",
        statistic: "groups of cases with identical images",
        run: exact_duplicates::exact_duplicates,
    },
    Check {
        name: "duplicates-across-splits",
        statistic: "groups of identical images in more than one part of the published split or the split in use",
        run: exact_duplicates::across_splits,
    },
    Check {
        name: "duplicate-label-conflict",
        statistic: "groups of identical images whose labels contradict each other",
        run: exact_duplicates::label_conflict,
    },
    Check {
        name: "subject-across-splits",
        statistic: "subjects in more than one part of the published split or the split in use; none where subjects are not known",
        run: subject_overlap::subject_across_splits,
    },
    Check {
        name: "class-missing",
        statistic: "pairs of a part of a fold and a class that it does not have",
        run: classes::missing,
    },
    Check {
        name: "class-balance",
        statistic: "cases of the most frequent class for one of the rarest; for findings, the worst ratio of absent to present or the reverse",
        run: classes::balance,
    },
    Check { name: "split-sizes", statistic: "cases in the smallest test part", run: split_sizes::split_sizes },
];

/// Runs every check, those that find nothing included, in the order of [`CHECKS`].
pub fn audit(evidence: &Evidence<'_>) -> Result<Vec<Finding>> {
    let run = |check: &Check| {
        evidence.ctx.check()?;
        Ok((check.run)(evidence))
    };
    CHECKS.iter().map(run).collect()
}

impl Evidence<'_> {
    /// The names of these cases.
    pub(super) fn names(&self, indices: &[usize]) -> Vec<String> {
        indices.iter().map(|&idx| self.cohort.cases[idx].case.clone()).collect()
    }

    /// The folds of the split in use, or the published parts as one fold; empty where there is neither.
    pub(super) fn folds(&self) -> Vec<Vec<Option<crate::cohort::Part>>> {
        if let Some(split) = self.split {
            return split.folds.clone();
        }
        let published: Vec<_> = self.cohort.cases.iter().map(|case| case.split).collect();
        if published.iter().all(Option::is_none) { Vec::new() } else { vec![published] }
    }
}
