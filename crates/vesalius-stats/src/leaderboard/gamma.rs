//! GAMMA: a weighted sum of scores for grading, localization and segmentation, over phases.
//!
//! **Definition.** Grading 10 κ; localization 1 / (d + 0.1), d the mean distance of the fovea as a share of the image;
//! segmentation 2.5 Dice of the cup + 3.5 Dice of the disc + 0.4 / (e + 0.1), e the mean error of the vertical
//! cup-to-disc ratio; 0.4, 0.3 and 0.3 of these; more is better. Phases (the sets of the board) have weights too, where
//! they are given. (Wu et al. 2023, doi:10.1016/j.media.2023.102938; the constants are as recalled, not verified, and
//! all weights are configuration.)
//! **Needs** `kappa`, `localization_error`, `dice` of `cup` and of `disc`, and `vcdr_error`; κ is one value for a set and
//! does not vary under the bootstrap of cases. **Missing cases** have the worst value.

use super::board::{Case, View};
use super::{Better, Missing, Points, Scheme};
use crate::error::{Error, Result};

pub(super) const SCHEME: Scheme = Scheme {
    name: "gamma",
    definition: "a weighted sum of 10 κ, of 1 / (localization error + 0.1), and of Dice and cup-to-disc ratio",
    source: "Wu et al. 2023, doi:10.1016/j.media.2023.102938",
    missing: Missing::Worst,
    others: "",
    points,
};

/// Weights of the GAMMA challenge.
#[derive(Clone, Debug, PartialEq)]
pub struct GammaWeights {
    /// Of the score of grading; default 0.4.
    pub grading: f64,
    /// Of the score of localization; default 0.3.
    pub localization: f64,
    /// Of the score of segmentation; default 0.3.
    pub segmentation: f64,
    /// Sets of cases with their weights, such as 0.3 for the preliminary and 0.7 for the final phase; without any, all
    /// cases count alike.
    pub phases: Vec<(String, f64)>,
}

impl Default for GammaWeights {
    fn default() -> Self {
        Self { grading: 0.4, localization: 0.3, segmentation: 0.3, phases: Vec::new() }
    }
}

impl GammaWeights {
    pub(super) fn check(&self) -> Result<()> {
        let tasks = [self.grading, self.localization, self.segmentation];
        let weights = tasks.into_iter().chain(self.phases.iter().map(|(_, weight)| *weight));
        match weights.into_iter().find(|weight| !(weight.is_finite() && *weight >= 0.0)) {
            Some(weight) => Err(Error::parameter(format!("a weight of gamma is {weight}; expected 0 or more"))),
            None => Ok(()),
        }
    }
}

fn points(view: &View<'_>) -> Result<Points> {
    let weights = &view.options.gamma;
    if weights.phases.is_empty() {
        return phase(view, "");
    }
    let mut all = Points { values: vec![0.0; view.n_teams()], better: Better::Higher, parts: Vec::new() };
    for (name, weight) in &weights.phases {
        let is_of_phase = |case: &usize| view.board.cases[*case].set == *name;
        let draw: Vec<usize> = view.draw.iter().copied().filter(is_of_phase).collect();
        if draw.is_empty() {
            let mut sets: Vec<&str> = view.board.cases.iter().map(|Case { set, .. }| set.as_str()).collect();
            sets.sort_unstable();
            sets.dedup();
            return Err(Error::value(format!(
                "no case is of phase {name:?}, which has a weight; the scores have the sets [{}]",
                sets.join(", ")
            )));
        }
        let found = phase(&View { board: view.board, draw: &draw, options: view.options }, &format!(" in {name}"))?;
        all.values.iter_mut().zip(&found.values).for_each(|(sum, points)| *sum += weight * points);
        all.parts.extend(found.parts);
    }
    Ok(all)
}

fn phase(view: &View<'_>, suffix: &str) -> Result<Points> {
    let means = |metric: &str, target: Option<&str>| Ok(view.means(view.column(SCHEME.name, metric, target)?));
    let kappa: Vec<f64> = means("kappa", None)?;
    let (distance, ratio) = (means("localization_error", None)?, means("vcdr_error", None)?);
    let (cup, disc) = (means("dice", Some("cup"))?, means("dice", Some("disc"))?);
    let of_teams = |score: &dyn Fn(usize) -> f64| (0..view.n_teams()).map(score).collect::<Vec<f64>>();
    let grading = of_teams(&|team| 10.0 * kappa[team]);
    let localization = of_teams(&|team| 1.0 / (distance[team] + 0.1));
    let segmentation = of_teams(&|team| 2.5 * cup[team] + 3.5 * disc[team] + 0.4 / (ratio[team] + 0.1));
    let weights = &view.options.gamma;
    let tasks =
        [(weights.grading, &grading), (weights.localization, &localization), (weights.segmentation, &segmentation)];
    let values = of_teams(&|team| tasks.iter().map(|(weight, scores)| weight * scores[team]).sum());
    let named = [("grading", grading), ("localization", localization), ("segmentation", segmentation)];
    let parts = named.map(|(name, scores)| (format!("{name} score{suffix}"), scores));
    Ok(Points { values, better: Better::Higher, parts: parts.into() })
}
