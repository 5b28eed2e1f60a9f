//! How teams are ranked, as `--config` says it; and what is known of metrics.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vesalius_stats::leaderboard::{self, Better, GammaWeights, RankOptions};

use crate::error::{Error, ErrorKind, Result};

/// How teams are ranked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RankConfig {
    /// Nominal coverage of intervals of ranks; default 0.95.
    pub level: f64,
    /// Bootstrap replicates; default 1000, each of which ranks all teams anew.
    pub replicates: u32,
    /// Seed of the bootstrap; default 0.
    pub seed: u64,
    /// Level of significance of pairwise tests; default 0.05.
    pub alpha: f64,
    /// What becomes of missing cases; default the rule of the scheme.
    pub missing: Option<Missing>,
    /// Metrics that are ranked by; default all that are measured case by case, or those that the scheme names.
    pub metrics: Vec<String>,
    /// What metrics are called in the files, and what they are called here, such as `nsd = "surface_dice"`.
    pub rename: BTreeMap<String, String>,
    /// Metrics that are not known here.
    pub rules: BTreeMap<String, MetricRule>,
    /// Weights of the GAMMA challenge.
    pub gamma: Gamma,
}

/// Which direction of a metric is better, and what a missing case has.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricRule {
    /// Whether more or less is better.
    pub better: Direction,
    /// The value of a missing case; default infinitely bad.
    #[serde(default)]
    pub worst: Option<f64>,
}

/// Which direction of a metric is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// More, as of Dice.
    Higher,
    /// Less, as of distances.
    Lower,
}

/// What becomes of cases that a team has no value for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// They have the worst value, and with it the worst rank.
    Worst,
    /// The team is judged by the cases that it has.
    LeaveOut,
    /// The team is not ranked.
    Disqualify,
}

/// Weights of the GAMMA challenge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gamma {
    /// Of the score of grading; default 0.4.
    pub grading: f64,
    /// Of the score of localization; default 0.3.
    pub localization: f64,
    /// Of the score of segmentation; default 0.3.
    pub segmentation: f64,
    /// Sets of cases with their weights, such as `preliminary = 0.3` and `final = 0.7`; default none.
    pub phases: BTreeMap<String, f64>,
}

/// Metrics by the names that `vesalius measure` gives them: better is more, with the worst value that is possible.
const HIGHER: &[(&str, f64)] = &[
    ("dice", 0.0),
    ("iou", 0.0),
    ("boundary_iou", 0.0),
    ("centerline_dice", 0.0),
    ("surface_dice", 0.0),
    ("panoptic_quality", 0.0),
    ("sensitivity", 0.0),
    ("specificity", 0.0),
    ("precision", 0.0),
    ("ppv", 0.0),
    ("npv", 0.0),
    ("f1", 0.0),
    ("correct", 0.0),
    ("accuracy", 0.0),
    ("balanced_accuracy", 0.0),
    ("auroc", 0.0),
    ("average_precision", 0.0),
    ("medmnist_auc", 0.0),
    ("medmnist_acc", 0.0),
    ("harrell_c", 0.0),
    ("kappa", -1.0),
    ("mcc", -1.0),
];

/// Better is less, with the worst value that is possible.
const LOWER: &[(&str, f64)] = &[
    ("hausdorff", f64::INFINITY),
    ("hausdorff95", f64::INFINITY),
    ("average_symmetric_surface_distance", f64::INFINITY),
    ("absolute_volume_difference_ml", f64::INFINITY),
    ("localization_error", f64::INFINITY),
    ("vcdr_error", f64::INFINITY),
    ("brier", 1.0),
    ("ece", 1.0),
];

impl Default for RankConfig {
    fn default() -> Self {
        let options = RankOptions::default();
        Self {
            level: options.level,
            replicates: options.replicates,
            seed: options.seed,
            alpha: options.alpha,
            missing: None,
            metrics: Vec::new(),
            rename: BTreeMap::new(),
            rules: BTreeMap::new(),
            gamma: Gamma::default(),
        }
    }
}

impl Default for Gamma {
    fn default() -> Self {
        let GammaWeights { grading, localization, segmentation, .. } = GammaWeights::default();
        Self { grading, localization, segmentation, phases: BTreeMap::new() }
    }
}

impl RankConfig {
    /// What a metric is called here.
    pub(super) fn renamed(&self, metric: &str) -> String {
        self.rename.get(metric).map_or_else(|| metric.to_owned(), Clone::clone)
    }

    /// What is known of a metric, if anything is.
    pub(super) fn known(&self, metric: &str) -> Option<MetricRule> {
        let of = |table: &[(&str, f64)], better| {
            let worst = table.iter().find(|(name, _)| *name == metric)?.1;
            Some(MetricRule { better, worst: Some(worst) })
        };
        let ours = || of(HIGHER, Direction::Higher).or_else(|| of(LOWER, Direction::Lower));
        self.rules.get(metric).copied().or_else(ours)
    }

    /// What is known of a metric; an error where nothing is.
    pub(super) fn rule(&self, metric: &str) -> Result<MetricRule> {
        self.known(metric).ok_or_else(|| {
            let message = format!(
                "nothing says whether more or less of {metric:?} is better; say it in the file of --config: \
                 [rules.{metric}] with better = \"higher\" or \"lower\""
            );
            Error::new(ErrorKind::Configuration, message)
        })
    }

    pub(super) fn options(&self) -> RankOptions {
        let Gamma { grading, localization, segmentation, phases } = &self.gamma;
        RankOptions {
            level: self.level,
            replicates: self.replicates,
            seed: self.seed,
            alpha: self.alpha,
            missing: self.missing.map(Into::into),
            gamma: GammaWeights {
                grading: *grading,
                localization: *localization,
                segmentation: *segmentation,
                phases: phases.iter().map(|(phase, weight)| (phase.clone(), *weight)).collect(),
            },
        }
    }
}

impl MetricRule {
    /// What a missing case has.
    pub(super) fn worst(self) -> f64 {
        self.worst.unwrap_or(match self.better {
            Direction::Higher => f64::NEG_INFINITY,
            Direction::Lower => f64::INFINITY,
        })
    }
}

impl From<Direction> for Better {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Higher => Self::Higher,
            Direction::Lower => Self::Lower,
        }
    }
}

impl From<Missing> for leaderboard::Missing {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Worst => Self::Worst,
            Missing::LeaveOut => Self::LeaveOut,
            Missing::Disqualify => Self::Disqualify,
        }
    }
}
