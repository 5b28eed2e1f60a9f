//! The predict stage: scores of any cohort by any models, averaged over those that may speak of a case.

use std::path::Path;

use vesalius_image::augment::Axis;

use crate::cohort::{Cohort, Images, Part};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Model;
use crate::predictions::{Predictions, Row};
use crate::progress::Context;
use crate::split::Split;

/// Images that go through a network at once.
const BATCH: usize = 64;

/// What every member said, and what they said together.
#[derive(Clone, Debug)]
pub struct Said {
    /// One row for each case: the mean over members.
    pub mean: Predictions,
    /// One table for each member, under its name.
    pub members: Vec<(String, Predictions)>,
}

impl Said {
    /// Writes `predictions.csv` and `members/<member>.csv`.
    pub fn save(&self, dir: &Path) -> Result<()> {
        for (name, member) in &self.members {
            member.save(&dir.join("members").join(format!("{name}.csv")))?;
        }
        self.mean.save(&dir.join("predictions.csv"))
    }
}

/// The scores of these cases by all models.
pub fn predict(
    models: &[Model],
    (cohort, images): (&Cohort, &Images),
    indices: &[usize],
    ctx: &Context<'_>,
) -> Result<Said> {
    let members = models
        .iter()
        .map(|model| Ok((model.card.name.clone(), scores_of(model, (cohort, images), indices, ctx)?)))
        .collect::<Result<Vec<_>>>()?;
    together(members)
}

/// The scores of the test cases of a split, each by the models that did not see it: those of its fold.
pub fn predict_test(
    models: &[Model],
    (cohort, images): (&Cohort, &Images),
    split: &Split,
    ctx: &Context<'_>,
) -> Result<Said> {
    let members = models
        .iter()
        .map(|model| {
            let indices = split.indices(model.card.fold, Part::Test);
            Ok((model.card.name.clone(), scores_of(model, (cohort, images), &indices, ctx)?))
        })
        .collect::<Result<Vec<_>>>()?;
    together(members)
}

fn together(members: Vec<(String, Predictions)>) -> Result<Said> {
    let mean = Predictions::average(members.iter().map(|(_, member)| member))?;
    Ok(Said { mean, members })
}

fn scores_of(
    model: &Model,
    (cohort, images): (&Cohort, &Images),
    indices: &[usize],
    ctx: &Context<'_>,
) -> Result<Predictions> {
    let card = &model.card;
    ctx.progress.start(&format!("predicting with {}", card.name), indices.len() as u64);
    let mut rows = Vec::with_capacity(indices.len());
    for batch in indices.chunks(BATCH) {
        ctx.check()?;
        let inputs = inputs(model, (cohort, images), batch)?;
        let scores = scores(model, &inputs)?;
        for (&idx, scores) in batch.iter().zip(scores.chunks_exact(card.classes.len())) {
            let case = &cohort.cases[idx];
            rows.push(Row {
                case: case.case.clone(),
                subject: case.subject.clone(),
                fold: card.fold.to_string(),
                member: card.name.clone(),
                scores: scores.iter().map(|&score| f64::from(score)).collect(),
            });
        }
        ctx.progress.update(rows.len() as u64, "");
    }
    ctx.progress.finish(&format!("predicted {} cases with {}", rows.len(), card.name));
    Ok(Predictions { labels: card.classes.clone(), rows })
}

/// The images of these cases as the model wants them, one after the other.
pub(crate) fn inputs(model: &Model, (cohort, images): (&Cohort, &Images), cases: &[usize]) -> Result<Vec<f32>> {
    use rayon::prelude::*;
    let preprocess = &model.card.preprocess;
    let mut inputs = vec![0.0; preprocess.size() * cases.len()];
    inputs.par_chunks_exact_mut(preprocess.size()).zip(cases).try_for_each(|(input, &idx)| {
        preprocess.apply_to(&images.load(cohort, idx)?, &cohort.cases[idx].case, input)
    })?;
    Ok(inputs)
}

/// Scores of images as the model wants them: calibrated logits made into shares.
fn scores(model: &Model, inputs: &[f32]) -> Result<Vec<f32>> {
    let mut logits = mirrored_logits(model, inputs)?;
    for logit in &mut logits {
        *logit = (f64::from(*logit) / model.card.temperature) as f32;
    }
    let scores = model.card.objective().scores(&logits, model.card.classes.len());
    if scores.iter().any(|score| !score.is_finite()) {
        let message = format!("model {} gives scores that are no numbers; train it again", model.card.name);
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(scores)
}

/// Logits averaged over the image and its mirror images along every axis that the model names.
fn mirrored_logits(model: &Model, inputs: &[f32]) -> Result<Vec<f32>> {
    let ask = |images: &[f32]| model.network.logits(images).map_err(|error| failed(model, error));
    let mut mean = ask(inputs)?;
    for axis in &model.card.mirror {
        let mirrored = ask(&mirror(inputs, model.card.preprocess.shape, *axis))?;
        mean.iter_mut().zip(mirrored).for_each(|(mean, other)| *mean += other);
    }
    let n = (1 + model.card.mirror.len()) as f32;
    for logit in &mut mean {
        *logit /= n;
    }
    Ok(mean)
}

/// The logits of these cases, before calibration, `[case, class]`.
pub(crate) fn logits(model: &Model, data: (&Cohort, &Images), cases: &[usize]) -> Result<Vec<f32>> {
    let batches = cases.chunks(BATCH).map(|batch| mirrored_logits(model, &inputs(model, data, batch)?));
    Ok(batches.collect::<Result<Vec<_>>>()?.concat())
}

/// Every image mirrored along one axis.
fn mirror(images: &[f32], [_, z, y, x]: [usize; 4], axis: Axis) -> Vec<f32> {
    // Reversing an axis is reversing blocks: of samples along x, of rows along y, of slices along z.
    let (block, run) = match axis {
        Axis::X => (1, x),
        Axis::Y => (x, y),
        Axis::Z => (x * y, z),
    };
    images.chunks_exact(block * run).flat_map(|run| run.chunks_exact(block).rev().flatten().copied()).collect()
}

pub(crate) fn failed(model: &Model, error: vesalius_nn::Error) -> Error {
    Error::new(ErrorKind::Data, format!("model {} could not be asked", model.card.name)).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirroring_reverses_one_axis() {
        let image: Vec<f32> = (0..12).map(|value| value as f32).collect();
        let shape = [1, 2, 2, 3];
        let check = |axis, expected: [i32; 12]| {
            assert_eq!(mirror(&image, shape, axis), expected.map(|value| value as f32));
        };
        check(Axis::X, [2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9]);
        check(Axis::Y, [3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8]);
        check(Axis::Z, [6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5]);
    }
}
