//! `vesalius schema`: the JSON schema of what can be configured.

use anyhow::{Result, bail};
use clap::Args;
use serde_json::Value;
use vesalius::phantom::PHANTOMS;
use vesalius::recipe::Recipe;

use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// The JSON schema of recipes, or of a phantom's settings
#[derive(Args)]
pub(crate) struct Schema {
    /// recipe, or phantom-NAME
    #[arg(default_value = "recipe")]
    name: String,
}

impl Schema {
    /// Shows the schema; it is JSON with and without `--json`.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let Some(schema) = find(&self.name) else {
            bail!("there is no schema `{}`; there is: {}", self.name, names().join(", "));
        };
        let mut outcome = Outcome::new(Exit::Done, "", &schema)?;
        if let Some(out) = session.out() {
            let path = out.join(format!("{}.schema.json", self.name));
            vesalius::artifact::write_json(&path, &schema)?;
        }
        outcome.summary.clone_from(&outcome.artifact);
        Ok(outcome)
    }
}

fn find(name: &str) -> Option<Value> {
    if name == "recipe" {
        return Some(Recipe::schema());
    }
    let phantom = name.strip_prefix("phantom-")?;
    let phantom = PHANTOMS.iter().find(|known| known.name == phantom)?;
    Some((phantom.schema)().to_value())
}

fn names() -> Vec<String> {
    let phantoms = PHANTOMS.iter().map(|phantom| format!("phantom-{}", phantom.name));
    std::iter::once("recipe".to_owned()).chain(phantoms).collect()
}
