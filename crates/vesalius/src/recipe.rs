//! A recipe: one configuration for the whole road, of values only.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::artifact;
use crate::cohort::{Layout, ReadOptions};
use crate::error::{Error, ErrorKind, Result};
use crate::explain::ExplainConfig;
use crate::measure::classify::MeasureConfig;
use crate::split::SplitConfig;
use crate::train::{Members, TrainStage};
use vesalius_image::augment::Augment;
use vesalius_nn::network::NetworkConfig;
use vesalius_nn::train::TrainConfig;

use crate::preprocess::PreprocessConfig;

/// The recipes that are part of the program: name and text.
pub const RECIPES: &[(&str, &str)] = &[
    ("class-folders", include_str!("../../../recipes/class-folders.toml")),
    ("demo", include_str!("../../../recipes/demo.toml")),
    ("medmnist", include_str!("../../../recipes/medmnist.toml")),
    ("medmnist-resnet18", include_str!("../../../recipes/medmnist-resnet18.toml")),
    ("medmnist-resnet50", include_str!("../../../recipes/medmnist-resnet50.toml")),
];

/// Name of the table that holds what is different for volumes.
const VOLUMES: &str = "volumes";

/// How the data are read.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CohortConfig {
    /// How the dataset lies on the disk; left out, it is told by its look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// What the dataset does not say of itself.
    pub options: ReadOptions,
}

/// The whole road as values. Every table may be left out; its defaults are documented field by field.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    /// Name of the recipe.
    pub name: String,
    /// What it is for, in a sentence.
    pub description: String,
    /// How the data are read.
    pub cohort: CohortConfig,
    /// How cases are split.
    pub split: SplitConfig,
    /// What happens to images before a network sees them.
    pub preprocess: PreprocessConfig,
    /// How images are varied while training.
    pub augment: Augment,
    /// Which network.
    pub network: NetworkConfig,
    /// How it is trained.
    pub train: TrainConfig,
    /// Which models are trained and averaged.
    pub members: Members,
    /// Which cases are explained.
    pub explain: ExplainConfig,
    /// How scores are measured.
    pub measure: MeasureConfig,
}

/// A recipe as it was written, before it is known whether images are slices or volumes.
#[derive(Clone, Debug)]
pub struct Draft {
    table: Table,
    origin: String,
}

impl Draft {
    /// Reads a recipe file, or one of [`RECIPES`] by its name.
    pub fn read(path_or_name: &str) -> Result<Self> {
        let path = Path::new(path_or_name);
        let built_in = RECIPES.iter().find(|(name, _)| *name == path_or_name);
        let text = match built_in {
            Some((_, text)) if !path.is_file() => (*text).to_owned(),
            _ if path.exists() => artifact::read_text(path)?,
            _ => {
                let names: Vec<&str> = RECIPES.iter().map(|(name, _)| *name).collect();
                let message =
                    format!("there is no recipe {path_or_name}; expected a TOML file or one of {}", names.join(", "));
                return Err(Error::new(ErrorKind::Configuration, message));
            }
        };
        let table = text.parse().map_err(|error: toml::de::Error| {
            Error::new(ErrorKind::Format, format!("{path_or_name} is not TOML: {}", error.to_string().trim_end()))
        })?;
        Ok(Self { table, origin: path_or_name.to_owned() })
    }

    /// The text of the recipe as a table, to change values in.
    pub fn table_mut(&mut self) -> &mut Table {
        &mut self.table
    }

    /// The recipe for slices, or for volumes, for which the table `volumes` lays itself over the rest.
    pub fn settle(&self, volumes: Images) -> Result<Recipe> {
        let mut table = self.table.clone();
        let overlay = table.remove(VOLUMES);
        match overlay {
            Some(Value::Table(overlay)) => {
                // What is laid over is checked even where it is not used, so that a mistake in it is not found late.
                let mut merged = table.clone();
                merge(&mut merged, overlay);
                let for_volumes = self.parse(merged)?;
                if volumes == Images::Volumes { Ok(for_volumes) } else { self.parse(table) }
            }
            Some(_) => Err(self.refuse("`volumes` must be a table")),
            None => self.parse(table),
        }
    }

    /// Only how the data are read, which must be known before anything else is.
    pub fn cohort(&self) -> Result<CohortConfig> {
        Ok(self.settle(Images::Slices)?.cohort)
    }

    fn parse(&self, table: Table) -> Result<Recipe> {
        let recipe: Recipe =
            table.try_into().map_err(|error: toml::de::Error| self.refuse(error.to_string().trim_end()))?;
        recipe.train.check().map_err(|error| self.refuse(&error.to_string()))?;
        recipe.augment.check().map_err(|error| self.refuse(&error.to_string()))?;
        recipe.split.check()?;
        Ok(recipe)
    }

    fn refuse(&self, why: &str) -> Error {
        let message = format!("recipe {} cannot be used: {why}; `vesalius schema` lists every field", self.origin);
        Error::new(ErrorKind::Configuration, message)
    }
}

/// What kind of images a cohort has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Images {
    /// One slice each.
    Slices,
    /// More than one slice.
    Volumes,
}

/// Lays one table over another: tables merge, values replace.
fn merge(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => merge(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

impl Recipe {
    /// The part that models follow from.
    pub fn train_stage(&self, device: vesalius_nn::Device) -> TrainStage {
        TrainStage {
            preprocess: self.preprocess.clone(),
            augment: self.augment.clone(),
            network: self.network.clone(),
            train: self.train.clone(),
            members: self.members.clone(),
            device,
        }
    }

    /// The JSON schema of recipes.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Recipe).to_value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recipe_can_be_used_for_slices_and_for_volumes() {
        for (name, _) in RECIPES {
            let draft = Draft::read(name).expect(name);
            for images in [Images::Slices, Images::Volumes] {
                let recipe = draft.settle(images).expect(name);
                assert_eq!(recipe.name, *name);
                assert!(!recipe.description.is_empty(), "{name} says what it is for");
                recipe.train.check().expect(name);
                recipe.augment.check().expect(name);
                recipe.split.check().expect(name);
            }
        }
    }

    #[test]
    fn an_unknown_key_is_named() {
        let mut draft = Draft::read("demo").expect("a recipe of ours");
        draft.table_mut().insert("epochs".into(), Value::Integer(3));
        let error = draft.settle(Images::Slices).expect_err("an unknown key").to_string();
        assert!(error.contains("epochs") && error.contains("vesalius schema"), "{error}");
    }

    #[test]
    fn volumes_lie_over_the_rest() {
        let mut base: Table = "a = 1\n[t]\nx = 1\ny = 2".parse().unwrap();
        merge(&mut base, "b = 2\n[t]\ny = 3".parse().unwrap());
        assert_eq!(base, "a = 1\nb = 2\n[t]\nx = 1\ny = 3".parse().unwrap());
    }
}
