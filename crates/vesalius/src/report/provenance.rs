//! The section of the provenance: what must be known to make this run again.

use super::page::{Block, Cell, Column, Section, Table};
use super::run_folder::RunFolder;
use super::settings;
use crate::error::{Error, ErrorKind, Result};

/// Models whose own settings are printed.
const MODELS_MAX: usize = 24;
/// Settings that are printed of one model.
const LINES_MAX: usize = 40;

/// The section.
pub(super) fn section(run: &RunFolder<'_>) -> Result<Section> {
    let mut blocks = Vec::new();
    let table: Option<toml::Table> = run.toml("run.toml")?;
    match table {
        None => blocks.push(Block::Absent(
            "This run folder holds no run.toml, so configuration, versions, seed and inputs are not known. `vesalius run` makes it."
                .to_owned(),
        )),
        Some(mut table) => {
            let recipe = table.remove("recipe");
            if let Some(seed) = table.remove("seed") {
                blocks.push(Block::Paragraph(format!("Seed: {seed}. The same inputs, configuration and seed give the same bytes.")));
            }
            for (name, caption) in [("versions", "Versions."), ("inputs", "Inputs and their BLAKE3 hashes.")] {
                if let Some(toml::Value::Table(rows)) = table.remove(name) {
                    blocks.push(Block::Table(settings::table(caption, &settings::from_toml(&rows))));
                }
            }
            if !table.is_empty() {
                blocks.push(Block::Table(settings::table("Further settings of run.toml.", &settings::from_toml(&table))));
            }
            blocks.extend(recipe_blocks(recipe)?);
        }
    }
    blocks.extend(model_blocks(run)?);
    Ok(Section { id: "provenance", title: "Configuration and provenance", blocks })
}

fn recipe_blocks(recipe: Option<toml::Value>) -> Result<Vec<Block>> {
    let Some(recipe) = recipe else {
        return Ok(vec![Block::Absent("run.toml holds no recipe, so the configuration is not known.".to_owned())]);
    };
    let text = toml::to_string(&recipe)
        .map_err(|error| Error::new(ErrorKind::Format, format!("the recipe in run.toml cannot be printed: {error}")))?;
    Ok(vec![Block::Paragraph("The recipe with every value that was in force:".to_owned()), Block::Verbatim(text)])
}

/// What the models have in common, told once, and what each has of its own.
fn model_blocks(run: &RunFolder<'_>) -> Result<Vec<Block>> {
    let mut models = Vec::new();
    for name in run.folders("model")? {
        let rows = settings::of_model(run, &name)?;
        if !rows.is_empty() {
            models.push((name, rows));
        }
    }
    let Some((_, first)) = models.first() else { return Ok(Vec::new()) };
    let is_common = |row: &(String, String)| models.iter().all(|(_, rows)| rows.contains(row));
    let common: Vec<_> = first.iter().filter(|row| is_common(row)).cloned().collect();
    let caption =
        if models.len() == 1 { "Description and provenance of the model." } else { "What all models have in common." };
    let mut blocks = vec![Block::Table(settings::table(caption, &common))];
    let mut own = Table::new("What each model has of its own.", vec![Column::text("Model"), Column::code("Settings")]);
    for (name, rows) in models.iter().take(MODELS_MAX) {
        let lines = rows.iter().filter(|row| !is_common(row)).take(LINES_MAX);
        let lines: Vec<String> = lines.map(|(name, value)| format!("{name} = {}", settings::cut(value))).collect();
        if !lines.is_empty() {
            own.rows.push(vec![name.as_str().into(), Cell { lines, ..Cell::default() }]);
        }
    }
    if models.len() > MODELS_MAX {
        own.note = Some(format!("The other {} models are described in the folder model.", models.len() - MODELS_MAX));
    }
    if !own.rows.is_empty() {
        blocks.push(Block::Table(own));
    }
    Ok(blocks)
}
