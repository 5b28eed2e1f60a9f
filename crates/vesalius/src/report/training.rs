//! The section of the training: every model of the run, its curves, and the epoch that was kept.

use serde::Deserialize;

use super::chart::{Curves, Line, LineStyle, Size, Svg, curves};
use super::page::{Block, Cell, Column, Figure, Section, Table};
use super::run_folder::RunFolder;
use super::{settings, text};
use crate::error::Result;

/// Models whose curves are drawn.
const MODELS_MAX: usize = 12;
/// Models that are drawn with large panels.
const LARGE_MAX: usize = 3;
/// Where `model.toml` says these facts.
const NETWORK: &str = "network.architecture";
const PARAMETERS: &str = "n_parameters";
const KEPT_EPOCH: &str = "epoch";

/// One epoch; a value that was not measured is empty.
#[derive(Clone, Debug, Deserialize)]
struct Epoch {
    #[serde(rename = "epoch")]
    number: u64,
    train_loss: Option<f64>,
    #[serde(default)]
    val_loss: Option<f64>,
    #[serde(default)]
    val_auroc: Option<f64>,
    #[serde(default)]
    val_accuracy: Option<f64>,
}

/// One model of the run.
struct Model {
    name: String,
    /// Dotted names and values of `model.toml`, then those of `provenance.json` below `provenance`.
    settings: Vec<(String, String)>,
    history: Vec<Epoch>,
}

/// The section.
pub(super) fn section(run: &RunFolder<'_>) -> Result<Section> {
    let models = read(run)?;
    let mut blocks = Vec::new();
    if models.is_empty() {
        let message = "This run folder holds no models. `vesalius train` makes them; for scores of other software there are none.";
        blocks.push(Block::Absent(message.to_owned()));
        return Ok(Section { id: "training", title: "Training", blocks });
    }
    let with_history: Vec<&Model> = models.iter().filter(|model| !model.history.is_empty()).collect();
    if with_history.is_empty() {
        let message = "No model has a history.csv, so its training cannot be shown. `vesalius train` writes one beside the weights.";
        blocks.push(Block::Absent(message.to_owned()));
    } else {
        blocks.push(Block::Figures(vec![curve_figure(&with_history)]));
    }
    blocks.push(Block::Table(model_table(&models)));
    Ok(Section { id: "training", title: "Training", blocks })
}

fn read(run: &RunFolder<'_>) -> Result<Vec<Model>> {
    let mut models = Vec::new();
    for name in run.folders("model")? {
        let folder = format!("model/{name}");
        let all = settings::of_model(run, &name)?;
        let history: Vec<Epoch> = run.table(&format!("{folder}/history.csv"))?.unwrap_or_default();
        if !all.is_empty() || !history.is_empty() {
            models.push(Model { name, settings: all, history });
        }
    }
    Ok(models)
}

impl Model {
    fn setting(&self, key: &str) -> Option<&str> {
        self.settings.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The epoch that the model says was kept; else the first of the best validation AUROC, else of the lowest loss.
    fn kept_epoch(&self) -> Option<u64> {
        let stated = self.setting(KEPT_EPOCH).and_then(|epoch| epoch.parse().ok());
        let best = |score: fn(&Epoch) -> Option<f64>| {
            let scored =
                self.history.iter().filter_map(|epoch| Some((epoch.number, score(epoch).filter(|s| s.is_finite())?)));
            scored.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(epoch, _)| epoch)
        };
        stated.or_else(|| best(|epoch| epoch.val_auroc)).or_else(|| best(|epoch| Some(-epoch.val_loss?)))
    }

    fn line(&self, name: &'static str, style: LineStyle, value: fn(&Epoch) -> Option<f64>) -> Line {
        let point = |epoch: &Epoch| (epoch.number as f64, value(epoch).unwrap_or(f64::NAN));
        Line { name, style, points: self.history.iter().map(point).collect() }
    }
}

fn curve_figure(models: &[&Model]) -> Figure {
    let shown = &models[..models.len().min(MODELS_MAX)];
    let size = if models.len() <= LARGE_MAX { Size::Large } else { Size::Tiny };
    let values = |value: fn(&Epoch) -> Option<f64>| {
        shown.iter().flat_map(|model| &model.history).filter_map(value).filter(|value| value.is_finite())
    };
    let loss_max = values(|epoch| epoch.train_loss).chain(values(|epoch| epoch.val_loss)).fold(0.0, f64::max);
    let auroc_min = values(|epoch| epoch.val_auroc).fold(1.0, f64::min);
    // Rounded outward to tenths, so that models differ by their lines and not by their axes.
    let (loss, auroc) = ((0.0, (loss_max * 10.0).ceil().max(1.0) / 10.0), ((auroc_min * 10.0).floor() / 10.0, 1.0));
    let auroc = if auroc.0 < auroc.1 { auroc } else { (0.9, 1.0) };
    let panels = shown.iter().flat_map(|model| [loss_panel(model, loss, size), auroc_panel(model, auroc, size)]);
    Figure::new(panels.collect(), size.n_columns(), caption(models, shown.len()))
}

fn loss_panel(model: &Model, domain: (f64, f64), size: Size) -> Svg {
    let lines = [
        model.line("training", LineStyle::Dashed, |epoch| epoch.train_loss),
        model.line("validation", LineStyle::Solid, |epoch| epoch.val_loss),
    ];
    let panel = Curves { title: &model.name, quantity: "Loss", lines: &lines, domain, kept_epoch: model.kept_epoch() };
    curves(&panel, size)
}

fn auroc_panel(model: &Model, domain: (f64, f64), size: Size) -> Svg {
    let lines = [model.line("validation", LineStyle::Solid, |epoch| epoch.val_auroc)];
    let title = if size == Size::Tiny { "" } else { model.name.as_str() };
    let quantity = "AUROC";
    curves(&Curves { title, quantity, lines: &lines, domain, kept_epoch: model.kept_epoch() }, size)
}

fn caption(models: &[&Model], n_shown: usize) -> String {
    let n = text::counted(models.len() as u64, "model", "models");
    let shown = if n_shown < models.len() { format!("; the first {n_shown} are shown") } else { String::new() };
    format!(
        "Training of {n}{shown}: loss (dashed, training part; solid, validation part) and AUROC on the validation part, by epoch. The dotted line marks the epoch that was kept. The test part took no part in it. Descriptive, no interval."
    )
}

fn model_table(models: &[Model]) -> Table {
    let columns = vec![
        Column::text("Model"),
        Column::text("Network"),
        Column::number("Parameters"),
        Column::number("Epochs"),
        Column::number("Kept epoch"),
        Column::number("Validation loss"),
        Column::number("Validation AUROC"),
        Column::number("Validation accuracy"),
    ];
    let mut table = Table::new("Models and their validation results at the epoch that was kept.", columns);
    for model in models {
        let kept = model.kept_epoch();
        let at = model.history.iter().find(|epoch| Some(epoch.number) == kept);
        let value = |value: fn(&Epoch) -> Option<f64>| {
            Cell::from(at.and_then(value).filter(|value| value.is_finite()).map_or("–".to_owned(), text::decimal))
        };
        let parameters = model.setting(PARAMETERS).and_then(|n| n.parse().ok()).map_or("–".to_owned(), text::count);
        table.rows.push(vec![
            model.name.as_str().into(),
            model.setting(NETWORK).unwrap_or("–").into(),
            parameters.into(),
            text::count(model.history.len() as u64).into(),
            kept.map_or("–".to_owned(), |epoch| epoch.to_string()).into(),
            value(|epoch| epoch.val_loss),
            value(|epoch| epoch.val_auroc),
            value(|epoch| epoch.val_accuracy),
        ]);
    }
    table.note = Some(
        "The epoch was chosen on these validation cases, so the values are optimistic; the test results are below."
            .to_owned(),
    );
    table
}
