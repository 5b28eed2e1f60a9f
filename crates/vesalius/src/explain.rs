//! The explain stage: heat maps exactly as large as the image, as overlay and as volume.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vesalius_image::overlay::{Picture, overlay};
use vesalius_image::resize::resize;
use vesalius_image::{Samples, Volume, nifti, raster};
use vesalius_nn::explain::grad_cam;

use crate::artifact;
use crate::cohort::{Cohort, Images, Label, Truth};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Model;
use crate::predict::{failed, inputs};
use crate::predictions::{Predictions, Row};
use crate::progress::Context;

/// Which cases are explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExplainConfig {
    /// How many of the most confident right cases, and as many of the most confident wrong ones.
    pub cases: usize,
}

impl Default for ExplainConfig {
    fn default() -> Self {
        Self { cases: 8 }
    }
}

/// Opacity of the heat where it is strongest.
const OPACITY: f32 = 0.55;

/// One explained case; a row of `maps.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The case.
    pub case: String,
    /// The class whose score is explained: the one with the highest score.
    pub label: String,
    /// The true class or findings, empty where there is none or it is unknown.
    pub truth: String,
    /// What was predicted: `label`, or that it is absent where findings may be absent.
    pub predicted: String,
    /// Score of what was predicted.
    pub score: f64,
    /// Whether the prediction is right; `None` where the truth is unknown.
    pub correct: Option<bool>,
    /// Place among the right or the wrong cases by falling score, from one.
    pub rank: usize,
    /// Name of its files without their ending.
    pub file: String,
    /// Fold of the models that spoke of it, as in the predictions.
    fold: String,
}

/// A finding is called present when its score is above this.
const THRESHOLD: f64 = 0.5;

/// A heat map of one case on the grid of its image.
#[derive(Clone, Debug)]
pub struct Heat {
    /// `[z, y, x]` of the image.
    pub shape: [usize; 3],
    /// 0 to 1, in the order of `shape`; all zero where nothing speaks for the class.
    pub values: Vec<f32>,
}

/// Writes overlays, images, volumes and `maps.csv` of the most confident right and wrong predictions.
pub fn explain(
    models: &[Model],
    (cohort, images): (&Cohort, &Images),
    predictions: &Predictions,
    config: &ExplainConfig,
    (dir, ctx): (&Path, &Context<'_>),
) -> Result<Vec<Explained>> {
    check_labels(models, cohort, predictions)?;
    let chosen = choose(cohort, predictions, config.cases)?;
    ctx.progress.start("explaining", chosen.len() as u64);
    for (done, (idx, class, explained)) in chosen.iter().enumerate() {
        ctx.check()?;
        // A case is explained by the models that made its score: those of the folds in which it was tested.
        let speakers: Vec<&Model> = models.iter().filter(|model| explained.is_by(model)).collect();
        let heat = heat(&speakers, (cohort, images), (*idx, *class))?;
        save_case(dir, explained, &images.load(cohort, *idx)?, &heat)?;
        ctx.progress.update(done as u64 + 1, "");
    }
    let explained: Vec<Explained> = chosen.into_iter().map(|(_, _, explained)| explained).collect();
    save_table(&dir.join("maps.csv"), &explained)?;
    ctx.progress.finish(&format!("explained {} cases", explained.len()));
    Ok(explained)
}

/// The mean Grad-CAM of all models for one class of one case, as large as the image and scaled to 0 … 1.
pub fn heat(models: &[&Model], (cohort, images): (&Cohort, &Images), (idx, class): (usize, usize)) -> Result<Heat> {
    let [_, z, y, x] = images.load(cohort, idx)?.shape();
    let mut values = vec![0.0_f32; z * y * x];
    for model in models {
        let input = inputs(model, (cohort, images), &[idx])?;
        let map = grad_cam(&model.network, &input, &[class]).map_err(|error| failed(model, error))?.remove(0);
        let [mz, my, mx] = map.shape;
        let full = resize(&scaled(map.values), [1, mz, my, mx], [z, y, x]);
        values.iter_mut().zip(full).for_each(|(sum, value)| *sum += value / models.len() as f32);
    }
    Ok(Heat { shape: [z, y, x], values: scaled(values) })
}

/// Divided by the largest value; a map of zeros stays one.
fn scaled(mut values: Vec<f32>) -> Vec<f32> {
    let largest = values.iter().copied().fold(0.0, f32::max);
    if largest > 0.0 {
        for value in &mut values {
            *value /= largest;
        }
    }
    values
}

/// Refuses models or predictions that tell other classes than the cohort: a map would carry the wrong name.
fn check_labels(models: &[Model], cohort: &Cohort, predictions: &Predictions) -> Result<()> {
    let expected = &cohort.header.classes;
    let others = models.iter().map(|model| (&model.card.classes, format!("model {}", model.card.name)));
    let mut others = others.chain([(&predictions.labels, "the table of predictions".to_owned())]);
    if let Some((classes, whose)) = others.find(|(classes, _)| *classes != expected) {
        let message = format!(
            "{whose} tells [{}] and cohort {} has [{}]; expected the same classes in the same order",
            classes.join(", "),
            cohort.header.name,
            expected.join(", ")
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(())
}

impl Explained {
    /// Whether a model is one of those whose scores made the prediction; all are where no fold is named.
    fn is_by(&self, model: &Model) -> bool {
        self.fold.is_empty() || self.fold.split('+').any(|fold| fold == model.card.fold.to_string())
    }
}

/// The most confident right cases and the most confident wrong ones: index, explained class, and the row of the table.
fn choose(cohort: &Cohort, predictions: &Predictions, n: usize) -> Result<Vec<(usize, usize, Explained)>> {
    let by_name: std::collections::BTreeMap<&str, usize> =
        cohort.cases.iter().enumerate().map(|(idx, case)| (case.case.as_str(), idx)).collect();
    let mut all = Vec::with_capacity(predictions.rows.len());
    for row in &predictions.rows {
        let idx = *by_name.get(row.case.as_str()).ok_or_else(|| {
            let message = format!("case {} of the predictions is not in cohort {}", row.case, cohort.header.name);
            Error::new(ErrorKind::Data, message)
        })?;
        all.push(describe(cohort, idx, row));
    }
    all.sort_by(|a, b| b.2.score.total_cmp(&a.2.score).then_with(|| a.2.case.cmp(&b.2.case)));
    let mut chosen = Vec::new();
    for correct in [Some(true), Some(false), None] {
        let group = all.iter().filter(|(_, _, explained)| explained.correct == correct).take(n);
        chosen.extend(
            group
                .cloned()
                .enumerate()
                .map(|(place, (idx, class, explained))| (idx, class, Explained { rank: place + 1, ..explained })),
        );
    }
    Ok(chosen)
}

fn describe(cohort: &Cohort, idx: usize, row: &Row) -> (usize, usize, Explained) {
    let best = |a: &usize, b: &usize| row.scores[*a].total_cmp(&row.scores[*b]).then(b.cmp(a));
    let class = (0..row.scores.len()).max_by(best).unwrap_or(0);
    let classes = &cohort.header.classes;
    let truth = &cohort.cases[idx].truth;
    let score = row.scores.get(class).copied().unwrap_or(0.0);
    // Of classes one is always meant; a finding may be called absent, and then its complement is what is predicted.
    let called = matches!(truth, Truth::Class(_)) || score > THRESHOLD;
    let correct = match truth.label(class) {
        Label::Unknown => None,
        label => Some(called == (label == Label::Present)),
    };
    let present = (0..classes.len()).filter(|&class| truth.label(class) == Label::Present);
    let explained = Explained {
        case: row.case.clone(),
        label: classes[class].clone(),
        truth: present.map(|class| classes[class].as_str()).collect::<Vec<_>>().join(", "),
        predicted: if called { classes[class].clone() } else { format!("no {}", classes[class]) },
        score: if called { score } else { 1.0 - score },
        correct,
        rank: 0,
        file: file_name(&row.case),
        fold: row.fold.clone(),
    };
    (idx, class, explained)
}

/// Name of a case as a file: what could leave the folder or upset a file system becomes an underscore,
/// and then a few digits of a hash keep two cases apart.
fn file_name(case: &str) -> String {
    let name: String =
        case.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') { c } else { '_' }).collect();
    if name == case && !name.starts_with('.') {
        return name;
    }
    format!("{name}_{}", &blake3::hash(case.as_bytes()).to_hex()[..8])
}

/// Writes the overlay and the image of the hottest slice, and of volumes the whole map.
fn save_case(dir: &Path, explained: &Explained, volume: &Volume, heat: &Heat) -> Result<()> {
    let (case, name) = (&explained.case, &explained.file);
    let wrong = |error: vesalius_image::Error| {
        Error::new(ErrorKind::Data, format!("case {case} could not be drawn")).with_source(error)
    };
    let [channels, z, y, x] = volume.shape();
    let hottest = (0..z)
        .max_by(|&a, &b| {
            let warmth = |slice: usize| heat.values[slice * y * x..(slice + 1) * y * x].iter().sum::<f32>();
            warmth(a).total_cmp(&warmth(b)).then(b.cmp(&a))
        })
        .unwrap_or(0);
    let samples = volume.to_f32();
    // Pictures show gray or color; of other channel counts the first is shown.
    let shown = if channels == 3 { 3 } else { 1 };
    let planes: Vec<f32> = (0..shown)
        .flat_map(|channel| {
            let start = (channel * z + hottest) * y * x;
            samples[start..start + y * x].iter().copied()
        })
        .collect();
    let window = planes.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)));
    let picture = Picture::new(&planes, [x, y], window).map_err(wrong)?;
    let slice = &heat.values[hottest * y * x..(hottest + 1) * y * x];
    let drawn = overlay(&picture, slice, OPACITY).map_err(wrong)?;
    let png = |pixels: &[u8]| raster::encode_png_rgb(pixels, x, y).map_err(wrong);
    artifact::write_bytes(&dir.join(format!("{name}.png")), &png(&drawn)?)?;
    artifact::write_bytes(&dir.join(format!("{name}_image.png")), &png(&picture.to_rgb())?)?;
    let [hz, hy, hx] = heat.shape;
    let map = Volume::new(Samples::F32(heat.values.clone()), [1, hz, hy, hx], volume.geometry().cloned());
    let bytes = map.and_then(|map| nifti::encode(&map)).map_err(wrong)?;
    artifact::write_bytes(&dir.join(format!("{name}.nii.gz")), &bytes)
}

fn save_table(path: &Path, explained: &[Explained]) -> Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["case", "label", "truth", "predicted", "score", "correct", "rank", "overlay", "image", "volume"];
    writer.write_record(header).map_err(|error| Error::write(path, error))?;
    for row in explained {
        let name = &row.file;
        let correct = row.correct.map_or("", |correct| if correct { "1" } else { "0" });
        let (score, rank) = (row.score.to_string(), row.rank.to_string());
        let files = [format!("{name}.png"), format!("{name}_image.png"), format!("{name}.nii.gz")];
        let fields = [&row.case, &row.label, &row.truth, &row.predicted, &score, correct, &rank];
        let fields = fields.into_iter().chain(files.iter().map(String::as_str));
        writer.write_record(fields).map_err(|error| Error::write(path, error))?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::write(path, error.into_error()))?;
    artifact::write_bytes(path, &bytes)
}
