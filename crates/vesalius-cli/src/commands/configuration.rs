//! A recipe as it was chosen on the command line: its name or file, `--set`, and `--seed`.

use anyhow::{Context as _, Result};
use clap::Args;
use toml::{Table, Value};
use vesalius::recipe::{Draft, Images, Recipe};

use super::settings::{self, Setting};

/// Changes to a recipe.
#[derive(Args)]
pub(crate) struct Changes {
    /// A setting in place of the recipe's, such as train.epochs=5; repeatable
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    settings: Vec<Setting>,
}

impl Changes {
    /// Reads a recipe, by its file or by its name, and lays what was typed over it.
    pub(crate) fn draft(&self, recipe: &str, seed: Option<u64>) -> Result<Draft> {
        let mut draft = Draft::read(recipe)?;
        let table = draft.table_mut();
        if let Some(seed) = seed {
            let seeds = seed_settings(table, seed)?;
            settings::apply_to_recipe(table, &seeds)?;
        }
        settings::apply_to_recipe(table, &self.settings)?;
        // A mistyped field is told before any image is read.
        draft.settle(Images::Slices)?;
        Ok(draft)
    }
}

/// Every seed of a recipe follows from the one that was typed; as many models are trained as before.
fn seed_settings(table: &Table, seed: u64) -> Result<Vec<Setting>> {
    let too_large = "--seed is too large for a recipe; take one far below 2^63";
    let first = i64::try_from(seed).context(too_large)?;
    let n_members = table.get("members").and_then(|members| members.get("seeds")).and_then(Value::as_array);
    let n_members = n_members.map_or(1, Vec::len).max(1) as i64;
    let last = first.checked_add(n_members).context(too_large)?;
    let seeds = (first..last).map(Value::Integer).collect();
    Ok(vec![
        Setting::new(["split", "seed"], Value::Integer(first)),
        Setting::new(["measure", "seed"], Value::Integer(first)),
        Setting::new(["members", "seeds"], Value::Array(seeds)),
    ])
}

/// The recipe for the images that a cohort has.
pub(crate) fn settle(draft: &Draft, opened: &super::source::Opened) -> Result<Recipe> {
    let [_, n_slices, _, _] = opened.images.load(&opened.cohort, 0)?.shape();
    let images = if n_slices > 1 { Images::Volumes } else { Images::Slices };
    Ok(draft.settle(images)?)
}
