//! The road as one function: from a dataset to a report.

use std::path::{Path, PathBuf};

use crate::audit::{self, Evidence, Findings};
use crate::cohort;
use crate::error::Result;
use crate::explain;
use crate::measure::classify;
use crate::model::Model;
use crate::predict::{self, Said};
use crate::predictions::Predictions;
use crate::progress::Context;
use crate::provenance::RunRecord;
use crate::recipe::{Draft, Images};
use crate::report;
use crate::split::{self, Split};
use crate::train;

/// What a run of the road is asked.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// The recipe.
    pub recipe: &'a Draft,
    /// The dataset.
    pub data: &'a Path,
    /// The run folder.
    pub out: &'a Path,
    /// Where networks run.
    pub device: vesalius_nn::Device,
}

/// What a run of the road gives.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The report.
    pub report: PathBuf,
    /// What the audit found, in one sentence.
    pub verdict: String,
    /// Number of files and cases that could not be used, listed in `cohort/problems.csv`.
    pub n_problems: usize,
    /// What the audit found.
    pub findings: Findings,
    /// What was measured on the test cases.
    pub estimates: Vec<vesalius_stats::Estimate>,
}

/// Reads, audits, splits, trains, predicts, explains, measures and reports.
///
/// Every stage leaves its artefact in the run folder, and a stage whose artefact is there is not done again.
pub fn run(order: &Order<'_>, ctx: &Context<'_>) -> Result<Ended> {
    let dir = |stage: &str| order.out.join(stage);
    let reading = order.recipe.cohort()?;
    let (cohort, images, problems) = cohort::open(order.data, reading.layout, &reading.options, ctx)?;
    let recipe = order.recipe.settle(kind_of(&cohort, &images)?)?;
    let fingerprints = cohort::fingerprints(&cohort, &images, ctx)?;
    RunRecord::new(&recipe, &cohort, &fingerprints).claim(&dir("run.toml"))?;
    cohort.save(&dir("cohort"))?;
    cohort::save_problems(&dir("cohort").join("problems.csv"), &problems)?;

    let duplicates = audit::duplicates(&fingerprints);
    let split = unless(
        &dir("split.csv"),
        |path| Split::load(path, &cohort),
        || {
            let split = split::split(&cohort, &recipe.split, &duplicates)?;
            split.save(&cohort, &recipe.split, order.out)?;
            Ok(split)
        },
    )?;
    let findings = unless(&dir("audit/findings.json"), Findings::load, || {
        let evidence = Evidence { cohort: &cohort, images: &images, split: Some(&split), duplicates: &duplicates, ctx };
        let findings = Findings::new(audit::audit(&evidence)?);
        findings.save(&dir("audit/findings.json"))?;
        Ok(findings)
    })?;

    let stage = recipe.train_stage(order.device);
    train::train((&cohort, &images), &split, &stage, &dir("model"), ctx)?;
    let models = Model::load_all(&dir("model"), order.device)?;
    let predictions = unless(&dir("predictions/predictions.csv"), Predictions::load, || {
        let said: Said = predict::predict_test(&models, (&cohort, &images), &split, ctx)?;
        said.save(&dir("predictions"))?;
        Ok(said.mean)
    })?;
    unless(
        &dir("maps/maps.csv"),
        |_| Ok(()),
        || {
            let maps = (dir("maps"), ctx);
            explain::explain(&models, (&cohort, &images), &predictions, &recipe.explain, (&maps.0, ctx)).map(drop)
        },
    )?;
    let measured = classify::measure_cohort(&cohort, &predictions, &recipe.measure)?;
    measured.save(&dir("scores"))?;
    let report = report::write(order.out)?;
    Ok(Ended {
        report,
        verdict: audit::verdict(&findings.findings),
        n_problems: problems.len(),
        findings,
        estimates: measured.scores.estimates,
    })
}

/// What an earlier run left, or else what is made now.
fn unless<T>(path: &Path, load: impl FnOnce(&Path) -> Result<T>, make: impl FnOnce() -> Result<T>) -> Result<T> {
    if path.exists() { load(path) } else { make() }
}

/// Whether a cohort's images are slices or volumes, by its first one.
fn kind_of(cohort: &cohort::Cohort, images: &cohort::Images) -> Result<Images> {
    let [_, n_slices, _, _] = images.load(cohort, 0)?.shape();
    Ok(if n_slices > 1 { Images::Volumes } else { Images::Slices })
}
