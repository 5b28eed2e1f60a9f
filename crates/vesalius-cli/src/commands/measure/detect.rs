//! `vesalius measure detect --truth T --pred P`: marks against findings, whoever's software made them.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use vesalius::measure::detect::{
    Between, DetectConfig, DetectFiles, Edges, Matching, OverlapBy, Repeats, RuleName, measure_detect,
};

use super::summary;
use crate::commands::source::by_name;
use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// Marks of lesions, as boxes, points or maps
#[derive(Args)]
pub(crate) struct Detect {
    /// What is there: a table of boxes or points (LUNA16's too), a COCO file, a folder of Pascal VOC or of lesion masks
    #[arg(long, value_name = "PATH")]
    truth: PathBuf,
    /// What was marked: the same with scores, COCO results, or a folder of detection maps
    #[arg(long, value_name = "PATH")]
    pred: PathBuf,
    /// What need not be found and absorbs marks, as a table like the truth
    #[arg(long, value_name = "FILE")]
    ignore: Option<PathBuf>,
    /// All cases, with findings or without; default those that the other files name
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
    #[command(flatten)]
    hits: Hits,
    #[command(flatten)]
    method: Method,
}

/// What is right and what is wrong; defaults are those of whoever made the rule.
#[derive(Args)]
#[command(next_help_heading = "What counts as found")]
struct Hits {
    /// When a mark hits: iou, center, distance, luna or overlap [default: by what the truth is]
    #[arg(long, value_name = "RULE", value_parser = by_name::<RuleName>)]
    rule: Option<RuleName>,
    /// Least overlap of a hit [default: 0.5 for boxes, 0.1 for maps]
    #[arg(long, value_name = "SHARE")]
    iou: Option<f64>,
    /// Greatest distance of a hit, in the unit of the coordinates
    #[arg(long, value_name = "D")]
    distance: Option<f64>,
    /// How maps overlap: iou or dice [default: iou]
    #[arg(long, value_name = "HOW", value_parser = by_name::<OverlapBy>)]
    overlap: Option<OverlapBy>,
    /// What a mark finds of what it hits: all (LUNA16), best (VOC), best-free (COCO) or most (PI-CAI)
    #[arg(long, value_name = "HOW", value_parser = by_name::<Matching>)]
    matching: Option<Matching>,
    /// What becomes of marks on what others found: ignored (LUNA16, PI-CAI) or false-positive (VOC, COCO)
    #[arg(long, value_name = "WHAT", value_parser = by_name::<Repeats>)]
    repeats: Option<Repeats>,
    /// Marks of each case and class that count, the highest scores first; COCO takes 100 [default: all]
    #[arg(long, value_name = "N")]
    marks_max: Option<usize>,
    /// Where boxes end: exclusive, at their greatest coordinates, or inclusive, a pixel on, as VOC counts [default: exclusive]
    #[arg(long, value_name = "HOW", value_parser = by_name::<Edges>)]
    edges: Option<Edges>,
}

/// How scores are measured.
#[derive(Args)]
#[command(next_help_heading = "How to measure")]
struct Method {
    /// False positives per case at which the sensitivity is read [default: 0.125,0.25,0.5,1,2,4,8]
    #[arg(long, value_name = "R,…", value_delimiter = ',')]
    fp_rates: Option<Vec<f64>>,
    /// The sensitivity between thresholds: line (LUNA16) or step (PI-CAI)
    #[arg(long, value_name = "HOW", value_parser = by_name::<Between>)]
    between: Option<Between>,
    /// Marks that score less are not called, for sensitivity, precision, F1 and false positives [default: all are]
    #[arg(long, value_name = "SCORE")]
    threshold: Option<f64>,
    /// Nominal coverage of intervals, between 0 and 1 [default: 0.95]
    #[arg(long, value_name = "SHARE")]
    level: Option<f64>,
    /// Bootstrap replicates [default: 2000]
    #[arg(long, value_name = "N")]
    replicates: Option<u32>,
}

impl Detect {
    /// Shows the scores, and writes them with curves and matches where `--out` says.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let files = DetectFiles {
            truth: self.truth.clone(),
            predictions: self.pred.clone(),
            ignored: self.ignore.clone(),
            cases: self.cases.clone(),
        };
        let measured = measure_detect(&files, &self.config(session.seed))?;
        if let Some(out) = session.out() {
            measured.save(out)?;
        }
        let summary = summary(measured.cases.len(), &measured.scores.estimates, &measured.notes);
        Ok(Outcome { exit: Exit::Done, summary, artifact: measured.to_json()? })
    }

    fn config(&self, seed: Option<u64>) -> DetectConfig {
        let (hits, method, default) = (&self.hits, &self.method, DetectConfig::default());
        DetectConfig {
            rule: hits.rule,
            iou: hits.iou,
            distance: hits.distance,
            overlap: hits.overlap.unwrap_or(default.overlap),
            matching: hits.matching,
            repeats: hits.repeats,
            between: method.between,
            fp_rates: method.fp_rates.clone().unwrap_or(default.fp_rates),
            threshold: method.threshold,
            marks_max: hits.marks_max,
            edges: hits.edges.unwrap_or(default.edges),
            level: method.level.unwrap_or(default.level),
            replicates: method.replicates.unwrap_or(default.replicates),
            seed: seed.unwrap_or(default.seed),
        }
    }
}
