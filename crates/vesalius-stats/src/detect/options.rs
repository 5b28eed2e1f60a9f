//! How detections are measured: what a hit is, what becomes of repeated ones, at which rates, how intervals are made.

use super::shape::{Over, Shape, distance, overlap, squared_distance};
use super::{Lesion, Mark, Role};
use crate::error::{Error, Result};
use crate::options::Options as Sampling;

/// The false positives per case of the CPM (Niemeijer et al. 2011, doi:10.1109/TMI.2010.2072789).
pub const CPM_RATES: [f64; 7] = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0];

/// More rates than this are a curve, which there is anyway.
const RATES_MAX: usize = 100;
/// Intersections that differ from 1 by rounding are 1.
const ROUNDING: f64 = 1e-10;

/// When a mark hits a lesion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// Their boxes have at least this intersection over union.
    Iou(f64),
    /// The middle of the mark lies in the lesion's box or sphere, edges included.
    Center,
    /// Their middles are at most this far apart.
    Distance(f64),
    /// The middle of the mark is nearer to that of the lesion than the lesion's radius (Setio et al. 2017,
    /// doi:10.1016/j.media.2017.06.015).
    Luna,
    /// Their regions overlap by at least this much, as given with the detections.
    Overlap(f64),
}

/// Which lesion a mark finds of those that it hits; marks come in the order of their scores, highest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// All of them: LUNA16.
    All,
    /// The nearest, found before or not: Pascal VOC.
    Best,
    /// The nearest that no mark has found before: COCO.
    BestFree,
    /// That by which most lesions are found, and then with the greatest overlap, whatever the scores: PI-CAI.
    Most,
}

/// What becomes of a mark that hits nothing but lesions which other marks find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// It counts neither way: LUNA16, PI-CAI.
    Ignored,
    /// It is a false positive: Pascal VOC, COCO.
    FalsePositive,
}

/// The sensitivity at a rate of false positives that no threshold gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// On the line between the next two thresholds: LUNA16.
    Line,
    /// That of the laxest threshold which stays within the rate: PI-CAI.
    Step,
}

/// How detections are measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// When a mark hits a lesion.
    pub rule: Rule,
    /// Which lesion a mark finds of those that it hits.
    pub matching: Matching,
    /// What becomes of marks on lesions that others find.
    pub repeats: Repeats,
    /// How the curve goes between thresholds.
    pub between: Between,
    /// False positives per case at which the sensitivity is read; default those of the CPM.
    pub rates: Vec<f64>,
    /// Marks that score less are not called, for sensitivity, precision, F1 and false positives per case; default all are.
    pub threshold: Option<f64>,
    /// Of each case and class, at most so many marks, the highest scores first; default all. COCO takes 100.
    pub marks_max: Option<usize>,
    /// Nominal coverage of intervals, between 0 and 1; default 0.95.
    pub level: f64,
    /// Bootstrap replicates over cases; default 2000.
    pub replicates: u32,
    /// Seed of the bootstrap; default 0.
    pub seed: u64,
}

impl Options {
    /// What those who made a rule go with it: LUNA16, COCO for boxes and points, PI-CAI for regions.
    pub fn of(rule: Rule) -> Self {
        let (matching, repeats, between) = match rule {
            Rule::Luna => (Matching::All, Repeats::Ignored, Between::Line),
            Rule::Overlap(_) => (Matching::Most, Repeats::Ignored, Between::Step),
            Rule::Iou(_) | Rule::Center | Rule::Distance(_) => {
                (Matching::BestFree, Repeats::FalsePositive, Between::Line)
            }
        };
        let sampling = Sampling::default();
        Self {
            rule,
            matching,
            repeats,
            between,
            rates: CPM_RATES.to_vec(),
            threshold: None,
            marks_max: None,
            level: sampling.level,
            replicates: sampling.replicates,
            seed: sampling.seed,
        }
    }

    /// An error that names the option outside its range.
    pub fn check(&self) -> Result<()> {
        self.sampling().check()?;
        let refuse = |what: &str, value: String, expected: &str| {
            Err(Error::parameter(format!("{what} is {value}; expected {expected}")))
        };
        match self.rule {
            Rule::Iou(least) | Rule::Overlap(least) if !(least > 0.0 && least <= 1.0) => {
                refuse("the least overlap of a hit", least.to_string(), "a number above 0 and at most 1, such as 0.5")
            }
            Rule::Distance(most) if !(most >= 0.0 && most.is_finite()) => {
                refuse("the greatest distance of a hit", most.to_string(), "a finite number of 0 or more")
            }
            _ if self.rates.len() > RATES_MAX => {
                refuse("the number of rates", self.rates.len().to_string(), &format!("at most {RATES_MAX}"))
            }
            _ => match self.rates.iter().find(|rate| !(rate.is_finite() && **rate >= 0.0)) {
                Some(rate) => refuse("a rate of false positives", rate.to_string(), "a finite number of 0 or more"),
                None if self.threshold.is_some_and(|threshold| !threshold.is_finite()) => {
                    refuse("the threshold", format!("{:?}", self.threshold), "a finite number")
                }
                None => Ok(()),
            },
        }
    }

    /// What the bootstrap goes by.
    pub(super) fn sampling(&self) -> Sampling {
        Sampling { level: self.level, replicates: self.replicates, seed: self.seed, ..Sampling::default() }
    }

    /// All that decides, for methods.
    pub(super) fn decided_by(&self) -> String {
        let matching = match self.matching {
            Matching::All => "a mark finds every lesion that it hits",
            Matching::Best => "a mark finds the nearest",
            Matching::BestFree => "a mark finds the nearest that is left",
            Matching::Most => "one to one, as many as possible",
        };
        let repeats = match self.repeats {
            Repeats::Ignored => "repeats ignored",
            Repeats::FalsePositive => "repeats are false positives",
        };
        let cut = self.marks_max.map_or_else(String::new, |n| format!(", at most {n} marks a case"));
        format!("hit by {}, {matching}, {repeats}{cut}", self.rule.name())
    }
}

impl Rule {
    /// As it is named in methods.
    pub(super) fn name(self) -> String {
        match self {
            Self::Iou(least) => format!("IoU >= {least}"),
            Self::Center => "center inside".to_owned(),
            Self::Distance(most) => format!("distance <= {most}"),
            Self::Luna => "distance < radius (LUNA16)".to_owned(),
            Self::Overlap(least) => format!("overlap >= {least}"),
        }
    }

    pub(super) fn takes_lesion(self, shape: Shape) -> bool {
        match self {
            Self::Iou(_) => matches!(shape, Shape::Box { .. }),
            Self::Center => matches!(shape, Shape::Box { .. } | Shape::Sphere { .. }),
            Self::Distance(_) => shape != Shape::Region,
            Self::Luna => matches!(shape, Shape::Sphere { .. }),
            Self::Overlap(_) => shape == Shape::Region,
        }
    }

    pub(super) fn takes_mark(self, shape: Shape) -> bool {
        match self {
            Self::Iou(_) => matches!(shape, Shape::Box { .. }),
            Self::Center | Self::Distance(_) | Self::Luna => shape != Shape::Region,
            Self::Overlap(_) => shape == Shape::Region,
        }
    }

    pub(super) fn expects(self) -> &'static str {
        match self {
            Self::Iou(_) => "boxes on both sides",
            Self::Center => "lesions with a box or a radius",
            Self::Distance(_) => "points or boxes",
            Self::Luna => "lesions with a radius",
            Self::Overlap(_) => "regions of voxels on both sides",
        }
    }

    /// How near a mark is to a lesion: a share of overlap, or a distance; `None` where it is no hit whatever the least
    /// overlap, and for regions.
    pub(super) fn nearness(self, mark: &Mark, lesion: &Lesion) -> Option<Nearness> {
        let centers = mark.shape.center().zip(lesion.shape.center());
        let apart = |is_hit: bool| {
            let (a, b) = centers.filter(|_| is_hit)?;
            Some(Nearness { value: distance(a, b), rank: -squared_distance(a, b) })
        };
        match self {
            Self::Iou(_) => {
                let over = if lesion.role == Role::Crowd { Over::First } else { Over::Union };
                let value = overlap(mark.shape, lesion.shape, over);
                (value > 0.0).then_some(Nearness { value, rank: value })
            }
            Self::Center => apart(centers.is_some_and(|(place, _)| lesion.shape.contains(place))),
            Self::Distance(most) => apart(centers.is_some_and(|(a, b)| distance(a, b) <= most)),
            Self::Luna => {
                let Shape::Sphere { center, radius } = lesion.shape else { return None };
                apart(mark.shape.center().is_some_and(|place| squared_distance(center, place) < radius * radius))
            }
            Self::Overlap(_) => None,
        }
    }

    /// The least rank of a hit among what is near.
    pub(super) fn least(self) -> f64 {
        match self {
            Self::Iou(least) | Self::Overlap(least) => least.min(1.0 - ROUNDING),
            Self::Center | Self::Distance(_) | Self::Luna => f64::NEG_INFINITY,
        }
    }
}

/// How near a mark is to a lesion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Nearness {
    /// Share of overlap, or distance.
    pub(super) value: f64,
    /// The nearer the greater.
    pub(super) rank: f64,
}
