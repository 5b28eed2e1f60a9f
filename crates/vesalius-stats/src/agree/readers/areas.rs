//! The AUROC of every reader in every arm, and how much each case moves it.
//!
//! Squares and products of the deviations sum to the variances and covariances of DeLong, DeLong and Clarke-Pearson 1988
//! (doi:10.2307/2531595), as all areas are of the same cases.

use rayon::prelude::*;

use super::study::ReaderStudy;
use crate::rank::{ascending, ties};

/// All areas of a study; empty where truth is one-sided.
pub(super) struct Areas<'a> {
    pub(super) study: &'a ReaderStudy,
    pub(super) n_positive: usize,
    pub(super) n_negative: usize,
    /// `[arm][reader]`.
    by_arm: Vec<Vec<Area>>,
}

/// One area.
pub(super) struct Area {
    pub(super) value: f64,
    /// Contributions of the cases, whose squares sum to the variance.
    pub(super) deviation: Vec<f64>,
}

impl<'a> Areas<'a> {
    pub(super) fn of(study: &'a ReaderStudy) -> Self {
        let n_positive = study.truth().iter().filter(|truth| **truth).count();
        let n_negative = study.n_cases() - n_positive;
        let of_arm = |arm: usize| {
            let readers = (0..study.readers().len()).into_par_iter();
            readers.map(|reader| area(study.truth(), study.scores(arm, reader), (n_positive, n_negative))).collect()
        };
        let has_areas = n_positive > 0 && n_negative > 0;
        let by_arm = if has_areas { (0..study.arms().len()).map(of_arm).collect() } else { Vec::new() };
        Self { study, n_positive, n_negative, by_arm }
    }

    /// Why there are no areas; `None` where there are.
    pub(super) fn one_sided(&self) -> Option<&'static str> {
        match (self.n_positive, self.n_negative) {
            (0, 0) => Some("there is no case"),
            (0, _) => Some("there is no positive case"),
            (_, 0) => Some("there is no negative case"),
            _ => None,
        }
    }

    /// The areas of the readers in an arm.
    pub(super) fn arm(&self, arm: usize) -> &[Area] {
        &self.by_arm[arm]
    }

    /// The arms that are compared with the first, each with the name of the difference.
    pub(super) fn contrasts(&self) -> impl Iterator<Item = (usize, String)> {
        let arms = self.study.arms();
        (1..arms.len()).map(move |arm| (arm, format!("{} - {}", arms[arm], arms[0])))
    }
}

fn area(truth: &[bool], score: &[f64], (n_positive, n_negative): (usize, usize)) -> Area {
    let mut placement = vec![0.0; truth.len()];
    let (mut positive_below, mut negative_below) = (0, 0);
    let mut value = 0.0;
    for run in ties(&ascending(score)) {
        let positive_tied = run.iter().filter(|ranked| truth[ranked.idx as usize]).count();
        let negative_tied = run.len() - positive_tied;
        let of_positive = (negative_below as f64 + 0.5 * negative_tied as f64) / n_negative as f64;
        let positive_above = n_positive - positive_below - positive_tied;
        let of_negative = (positive_above as f64 + 0.5 * positive_tied as f64) / n_positive as f64;
        for ranked in run {
            let case = ranked.idx as usize;
            placement[case] = if truth[case] { of_positive } else { of_negative };
        }
        value += of_positive * positive_tied as f64 / n_positive as f64;
        positive_below += positive_tied;
        negative_below += negative_tied;
    }
    // A single case on one side moves the area by an unknown amount; it is taken to move it not at all.
    let scale = |n: usize| if n > 1 { ((n * (n - 1)) as f64).sqrt().recip() } else { 0.0 };
    let (positive_scale, negative_scale) = (scale(n_positive), scale(n_negative));
    for (placement, &truth) in placement.iter_mut().zip(truth) {
        *placement = (*placement - value) * if truth { positive_scale } else { negative_scale };
    }
    Area { value, deviation: placement }
}

/// The covariance of two areas of the same cases.
pub(super) fn covariance(a: &Area, b: &Area) -> f64 {
    a.deviation.iter().zip(&b.deviation).map(|(a, b)| a * b).sum()
}
