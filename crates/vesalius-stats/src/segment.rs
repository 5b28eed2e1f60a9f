//! How well masks agree: the registry of metrics for each case, and their means over cases with intervals.
//!
//! A metric is one file with its definition and one line of [`METRICS`]; what is summed over cases before it is divided
//! stands in [`POOLED`]. Masks themselves are not seen here: [`Facts`] are what was counted and measured of a case.

mod average_symmetric_surface_distance;
mod boundary_iou;
mod centerline_dice;
mod dice;
mod facts;
mod hausdorff;
mod hausdorff95;
mod iou;
mod lesion_dice;
mod lesion_f1;
mod panoptic_quality;
mod pooled_dice;
mod pooled_lesion_f1;
mod precision;
mod relative_volume_difference;
mod root_mean_square_surface_distance;
mod sensitivity;
mod summary;
mod surface_dice;
mod vertical_cup_to_disc_ratio;
mod volume_difference_absolute_ml;
mod volume_difference_ml;

use crate::error::{Error, Result};

pub use facts::{Distances, Facts, Lesions, Overlap, Surfaces};
pub use hausdorff95::percentile;
pub use summary::{Scored, ratio_error, summarize};
pub use vertical_cup_to_disc_ratio::{Cupping, vertical_cup_to_disc_ratio};

/// One metric of one region in one case.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name in estimates and columns.
    pub name: &'static str,
    /// What it is, in a line.
    pub definition: &'static str,
    /// Where and why other tools differ; empty where none does.
    pub others: &'static str,
    /// Least and greatest value.
    pub range: (f64, f64),
    /// Which values are good.
    pub better: Better,
    /// What of a case has to be measured for it.
    pub needs: Needs,
    compute: fn(&Facts) -> std::result::Result<f64, String>,
}

/// A metric whose numerator and denominator are summed over cases.
#[derive(Clone, Copy, Debug)]
pub struct Pooled {
    /// Its name in estimates.
    pub name: &'static str,
    /// What it is, in a line.
    pub definition: &'static str,
    /// Whether it is asked for by name only.
    pub on_request: bool,
    share: fn(&Facts) -> Option<(f64, f64)>,
}

/// What of a case has to be measured for a metric, beside its voxels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Voxels,
    /// Distances between the surfaces.
    Surfaces,
    /// What is near the boundary of each mask, which takes long.
    Boundary,
    /// The centerline of each mask, which takes long.
    Centerline,
    /// Lesions, which need a rule by which they are matched.
    Lesions,
}

/// Which values of a metric are good, from which best and worst follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// 1 is best and 0 worst.
    Higher,
    /// 0 is best and the diagonal of the image is worst.
    Nearer,
    /// 0 is best, and nothing is worst: it is defined wherever anything is counted.
    Zero,
}

/// All metrics of a case, in the order of columns and estimates.
pub const METRICS: &[Metric] = &[
    dice::METRIC,
    iou::METRIC,
    sensitivity::METRIC,
    precision::METRIC,
    volume_difference_ml::METRIC,
    volume_difference_absolute_ml::METRIC,
    relative_volume_difference::METRIC,
    surface_dice::METRIC,
    hausdorff95::METRIC,
    hausdorff::METRIC,
    average_symmetric_surface_distance::METRIC,
    root_mean_square_surface_distance::METRIC,
    boundary_iou::METRIC,
    centerline_dice::METRIC,
    lesion_f1::METRIC,
    lesion_dice::METRIC,
    panoptic_quality::METRIC,
];

/// All metrics that are summed over cases.
pub const POOLED: &[Pooled] = &[pooled_dice::METRIC, pooled_lesion_f1::METRIC];

/// Name and definition of what compares two regions of one case.
pub const RATIO: (&str, &str) = vertical_cup_to_disc_ratio::METRIC;

/// What a region scores in a case that has too little of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BothEmpty {
    /// No score: there was nothing to find, and nothing was found.
    #[default]
    LeaveOut,
    /// The best score.
    Best,
}

/// What a distance is where only one of the masks has the region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OneEmpty {
    /// The diagonal of the image: no two points of it are farther apart.
    #[default]
    Worst,
    /// No score.
    LeaveOut,
}

/// How regions are scored.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What a region scores that neither mask has; default nothing.
    pub both_empty: BothEmpty,
    /// What a distance is where only one mask has the region; default the diagonal of the image.
    pub one_empty: OneEmpty,
    /// Nominal coverage of intervals; default 0.95.
    pub level: f64,
    /// Bootstrap replicates; default 2000.
    pub replicates: u32,
    /// Seed of the bootstrap; default 0.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        let crate::options::Options { level, replicates, seed, .. } = crate::options::Options::default();
        Self { both_empty: BothEmpty::default(), one_empty: OneEmpty::default(), level, replicates, seed }
    }
}

impl Options {
    fn intervals(&self) -> crate::options::Options {
        let Self { level, replicates, seed, .. } = *self;
        crate::options::Options { level, replicates, seed, ..crate::options::Options::default() }
    }
}

/// The score of a region in a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Score {
    /// As it was measured.
    Known(f64),
    /// The worst there is, because there was nothing to measure.
    Worst(f64),
    /// None, and why.
    Undefined(String),
}

impl Score {
    /// The number, if there is one.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Known(value) | Self::Worst(value) => Some(*value),
            Self::Undefined(_) => None,
        }
    }
}

/// The metrics of these names in the order of the registry; an error that lists all names where one is unknown.
pub fn metrics_named(names: &[String]) -> Result<Vec<&'static Metric>> {
    let known = METRICS.iter().map(|metric| metric.name).chain(POOLED.iter().map(|metric| metric.name));
    let known: Vec<&str> = known.collect();
    if let Some(stray) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(Error::parameter(format!("there is no metric {stray}; expected some of {}", known.join(", "))));
    }
    Ok(METRICS.iter().filter(|metric| names.iter().any(|name| name == metric.name)).collect())
}

impl Metric {
    /// Whether it is computed only where it is asked for, because it takes long or needs a rule.
    pub fn is_on_request(&self) -> bool {
        !matches!(self.needs, Needs::Voxels | Needs::Surfaces)
    }

    /// The score of a region in a case, by the rules for what is empty.
    pub fn score(&self, facts: &Facts, options: &Options) -> Score {
        let Overlap { truth, pred, .. } = facts.overlap;
        match (truth > 0, pred > 0) {
            (true, true) => self.measured(facts),
            _ if self.better == Better::Zero => self.measured(facts),
            (false, false) if facts.is_missing => self.worst(facts),
            (false, false) => match options.both_empty {
                BothEmpty::LeaveOut => Score::Undefined("neither mask has the region".into()),
                BothEmpty::Best => Score::Known(self.best()),
            },
            _ if self.better == Better::Higher => self.measured(facts),
            _ if facts.is_missing || options.one_empty == OneEmpty::Worst => self.worst(facts),
            _ => Score::Undefined("only one mask has the region".into()),
        }
    }

    fn measured(&self, facts: &Facts) -> Score {
        (self.compute)(facts).map_or_else(Score::Undefined, Score::Known)
    }

    fn best(&self) -> f64 {
        if self.better == Better::Higher { 1.0 } else { 0.0 }
    }

    fn worst(&self, facts: &Facts) -> Score {
        match (self.better, facts.diagonal_mm) {
            (Better::Higher, _) => Score::Worst(0.0),
            (_, Some(diagonal_mm)) => Score::Worst(diagonal_mm),
            (_, None) => Score::Undefined(facts::NO_SPACING.into()),
        }
    }
}
