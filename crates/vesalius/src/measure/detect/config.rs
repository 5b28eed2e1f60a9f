//! How detections are measured, as commands and configurations say it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vesalius_stats::detect::{self, CPM_RATES, Options, Rule, Shape};

use super::align::Aligned;
use crate::error::{Error, ErrorKind, Result};

/// Least overlap of boxes, where nothing is said.
const IOU_OF_BOXES: f64 = 0.5;
/// Least overlap of regions, where nothing is said: that of PI-CAI.
const OVERLAP_OF_REGIONS: f64 = 0.1;

/// How detections are measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DetectConfig {
    /// When a mark hits a finding; default by what there is: `iou` for boxes, `luna` for points with a diameter,
    /// `overlap` for maps.
    pub rule: Option<RuleName>,
    /// Least overlap of a hit, above 0 and at most 1; default 0.5 for boxes and 0.1 for maps.
    pub iou: Option<f64>,
    /// Greatest distance of a hit by the rule `distance`, in the unit of the coordinates.
    pub distance: Option<f64>,
    /// How the overlap of maps is taken; default intersection over union.
    pub overlap: OverlapBy,
    /// Which finding a mark finds of those that it hits; default that of the rule.
    pub matching: Option<Matching>,
    /// What becomes of marks on findings that others found; default that of the rule.
    pub repeats: Option<Repeats>,
    /// How the curve goes between thresholds; default that of the rule.
    pub between: Option<Between>,
    /// False positives per case at which the sensitivity is read; default 1/8, 1/4, 1/2, 1, 2, 4, 8.
    pub fp_rates: Vec<f64>,
    /// Marks that score less are not called, for sensitivity, precision, F1 and false positives per case; default all are.
    pub threshold: Option<f64>,
    /// Of each case and class, at most so many marks, the highest scores first; default all. COCO takes 100.
    pub marks_max: Option<usize>,
    /// Where boxes end; default at their greatest coordinates.
    pub edges: Edges,
    /// Nominal coverage of intervals, between 0 and 1; default 0.95.
    pub level: f64,
    /// Bootstrap replicates over cases; default 2000.
    pub replicates: u32,
    /// Seed of the bootstrap; default 0.
    pub seed: u64,
}

/// When a mark hits a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleName {
    /// Boxes overlap enough.
    Iou,
    /// The middle of the mark lies in the finding.
    Center,
    /// Middles are near enough.
    Distance,
    /// The mark lies within the radius of the finding.
    Luna,
    /// Regions of maps overlap enough.
    Overlap,
}

/// How the overlap of regions is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OverlapBy {
    /// Intersection over union.
    #[default]
    Iou,
    /// Twice the intersection over the sum.
    Dice,
}

/// Which finding a mark finds of those that it hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Matching {
    /// All of them: LUNA16.
    All,
    /// The nearest, found before or not: Pascal VOC.
    Best,
    /// The nearest that no mark has found before: COCO.
    BestFree,
    /// That by which most findings are found: PI-CAI.
    Most,
}

/// What becomes of marks on findings that others found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Repeats {
    /// They count neither way.
    Ignored,
    /// They are false positives.
    FalsePositive,
}

/// The sensitivity at a rate of false positives that no threshold gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Between {
    /// On the line between thresholds.
    Line,
    /// That of the laxest threshold within the rate.
    Step,
}

/// Where boxes end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Edges {
    /// At their greatest coordinates.
    #[default]
    Exclusive,
    /// A pixel after them: the greatest coordinates are those of the last pixel, as Pascal VOC counts.
    Inclusive,
}

impl Default for DetectConfig {
    fn default() -> Self {
        let options = Options::of(Rule::Luna);
        Self {
            rule: None,
            iou: None,
            distance: None,
            overlap: OverlapBy::default(),
            matching: None,
            repeats: None,
            between: None,
            fp_rates: CPM_RATES.to_vec(),
            threshold: None,
            marks_max: None,
            edges: Edges::default(),
            level: options.level,
            replicates: options.replicates,
            seed: options.seed,
        }
    }
}

impl DetectConfig {
    /// What it means for these findings.
    pub(super) fn options(&self, aligned: &Aligned) -> Result<Options> {
        let mut options = Options::of(self.rule(aligned)?);
        if let Some(matching) = self.matching {
            options.matching = match matching {
                Matching::All => detect::Matching::All,
                Matching::Best => detect::Matching::Best,
                Matching::BestFree => detect::Matching::BestFree,
                Matching::Most => detect::Matching::Most,
            };
        }
        if let Some(repeats) = self.repeats {
            options.repeats = match repeats {
                Repeats::Ignored => detect::Repeats::Ignored,
                Repeats::FalsePositive => detect::Repeats::FalsePositive,
            };
        }
        if let Some(between) = self.between {
            options.between = match between {
                Between::Line => detect::Between::Line,
                Between::Step => detect::Between::Step,
            };
        }
        let rates = self.fp_rates.clone();
        let Self { threshold, marks_max, level, replicates, seed, .. } = *self;
        Ok(Options { rates, threshold, marks_max, level, replicates, seed, ..options })
    }

    fn rule(&self, aligned: &Aligned) -> Result<Rule> {
        let lesions = aligned.detections.lesions();
        let shapes = || lesions.iter().map(|lesion| lesion.shape);
        let marks = || aligned.detections.marks().iter().map(|mark| mark.shape);
        let rule = self.rule.or_else(|| match shapes().chain(marks()).next()? {
            Shape::Box { .. } => Some(RuleName::Iou),
            Shape::Sphere { .. } => Some(RuleName::Luna),
            Shape::Region => Some(RuleName::Overlap),
            Shape::Point(_) => None,
        });
        let missing = |message: &str| Err(Error::new(ErrorKind::Configuration, message));
        match rule {
            Some(RuleName::Iou) => Ok(Rule::Iou(self.iou.unwrap_or(IOU_OF_BOXES))),
            Some(RuleName::Center) => Ok(Rule::Center),
            Some(RuleName::Luna) => Ok(Rule::Luna),
            Some(RuleName::Overlap) => Ok(Rule::Overlap(self.iou.unwrap_or(OVERLAP_OF_REGIONS))),
            Some(RuleName::Distance) => match self.distance {
                Some(most) => Ok(Rule::Distance(most)),
                None => missing("the rule distance needs the greatest distance of a hit; give it by --distance"),
            },
            None => missing(
                "the findings are points without a diameter, and nothing says when a mark hits one; choose --rule distance \
                 with --distance, or give a column diameter_mm",
            ),
        }
    }
}
