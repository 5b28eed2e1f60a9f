//! Masks against masks: a file or a folder of each, case by case, region by region.
//!
//! Cases are matched by name, geometry is compared before any voxel is, and what does not match is listed. What is left
//! is `scores.json`, `cases.csv` (one row a case and region) and `problems.csv` where something could not be used.

mod case;
mod config;
mod files;
mod lesions;
mod regions;
mod saved;

use std::path::Path;

use rayon::prelude::*;
use vesalius_stats::segment::{
    METRICS, Metric, Needs, Score, Scored, metrics_named, ratio_error, summarize, vertical_cup_to_disc_ratio,
};

use super::classify::Missing;
use crate::cohort::Problem;
use crate::error::{Error, ErrorKind, Result};
use crate::progress::Context;
use case::Loaded;
use regions::Names;

pub use config::{Axial, Cupped, LesionRule, RegionConfig, RegionTable, SegmentConfig};
pub use files::Pair;
pub use saved::{Measured, MeasuredCase};
pub use vesalius_image::surface::Definition;
pub use vesalius_stats::segment::{BothEmpty, OneEmpty, Options};

/// What is scored where nobody names metrics.
fn usual_metrics(config: &SegmentConfig) -> Vec<&'static Metric> {
    let has_lesions = config.lesions.is_some();
    METRICS.iter().filter(|metric| !metric.is_on_request() || (has_lesions && metric.needs == Needs::Lesions)).collect()
}

/// Measures the masks at one path against those at another.
///
/// A pair of files is an error where they cannot be compared; of two folders such a case is a problem, and scored as if
/// there were no prediction.
pub fn measure_segment(truth: &Path, pred: &Path, config: &SegmentConfig, ctx: &Context<'_>) -> Result<Measured> {
    let metrics = match &config.metrics {
        Some(names) => metrics_named(names).map_err(|error| Error::new(ErrorKind::Configuration, error.to_string()))?,
        None => usual_metrics(config),
    };
    let matched = files::matched(truth, pred, config.missing.unwrap_or(Missing::Worst))?;
    let names = Names::find(truth, config)?;
    let n_pairs = matched.pairs.len();
    ctx.progress.start("measuring masks", n_pairs as u64);
    let n_done = std::sync::atomic::AtomicU64::new(0);
    let task = case::Task { config, names: &names, metrics: &metrics };
    let measured = matched.pairs.par_iter().with_max_len(1).map(|pair| {
        ctx.check()?;
        let loaded = task.measure(pair);
        ctx.progress.update(n_done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, &pair.case);
        Ok(loaded)
    });
    let results: Vec<Result<Loaded>> = measured.collect::<Result<_>>()?;
    let plural = if n_pairs == 1 { "" } else { "s" };
    ctx.progress.finish(&format!("measured {n_pairs} pair{plural} of masks"));
    let mut cases = Vec::new();
    let mut problems = Vec::new();
    for (pair, result) in matched.pairs.iter().zip(results) {
        match result {
            Ok(Loaded { problem: Some(problem), .. }) if n_pairs == 1 => {
                return Err(Error::new(ErrorKind::Data, problem));
            }
            Ok(loaded) => cases.push((pair.case.clone(), loaded)),
            Err(error) if n_pairs == 1 => return Err(error),
            Err(error) => {
                problems.push(Problem {
                    case: pair.case.clone(),
                    path: pair.truth.display().to_string(),
                    message: error.to_string(),
                });
            }
        }
    }
    problems.extend(cases.iter().filter_map(|(case, loaded)| {
        let message = loaded.problem.clone()?;
        Some(Problem { case: case.clone(), path: pred.display().to_string(), message })
    }));
    if cases.is_empty() {
        let message =
            format!("no mask of {} could be read; see what the first says: {}", truth.display(), problems[0].message);
        return Err(Error::new(ErrorKind::Data, message));
    }
    let notes = matched.notes;
    assemble(cases, &task, Findings { problems, notes })
}

/// What was odd.
struct Findings {
    problems: Vec<Problem>,
    notes: Vec<String>,
}

/// Brings the regions of all cases together: a region that a case has not is empty there in both masks.
fn assemble(cases: Vec<(String, Loaded)>, task: &case::Task<'_>, findings: Findings) -> Result<Measured> {
    let regions = task.names.regions_of(cases.iter().flat_map(|(_, loaded)| loaded.labels.iter().copied()));
    let options = &task.config.scoring;
    let rows: Vec<Vec<Scored>> = cases.iter().map(|(_, loaded)| loaded.row(&regions, task)).collect();
    let region_names: Vec<String> = regions.iter().map(|region| region.name.clone()).collect();
    let mut estimates = summarize(&rows, &region_names, task.metrics, options)
        .map_err(|error| Error::new(ErrorKind::Configuration, format!("masks cannot be measured: {error}")))?;
    let ratios: Vec<Option<Score>> = cases
        .iter()
        .map(|(_, loaded)| loaded.cupping.map(|[truth, pred]| vertical_cup_to_disc_ratio(truth, pred)))
        .collect();
    if let Some(scores) = ratios.iter().cloned().collect::<Option<Vec<_>>>() {
        estimates.push(ratio_error(&scores, options));
    }
    let mut measured = Vec::new();
    for (at, ((case, loaded), row)) in cases.into_iter().zip(rows).enumerate() {
        for (region, scored) in regions.iter().zip(row) {
            let (overlap, lesions) = loaded.counts(region);
            measured.push(MeasuredCase {
                case: case.clone(),
                region: region.name.clone(),
                overlap: Some(overlap),
                lesions,
                voxel_ml: loaded.voxel_ml,
                scores: scored.scores().to_vec(),
            });
        }
        if let (Some(score), Some(cupped)) = (&ratios[at], &task.config.cupped) {
            let region = format!("{}/{}", cupped.cup, cupped.disc);
            measured.push(MeasuredCase {
                case,
                region,
                overlap: None,
                lesions: None,
                voxel_ml: None,
                scores: vec![score.clone()],
            });
        }
    }
    let columns = task.metrics.iter().map(|metric| metric.name.to_owned()).collect();
    Ok(Measured { estimates, columns, cases: measured, problems: findings.problems, notes: findings.notes })
}
