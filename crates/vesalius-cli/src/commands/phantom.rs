//! `vesalius phantom NAME`: a synthetic dataset in the layout of a published one, with known truth.

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::json;
use toml::{Table, Value};
use vesalius::phantom;

use super::settings::{self, Setting};
use crate::outcome::{Exit, Outcome};
use crate::session::Session;

const PHANTOMS: &str = "\
Phantoms:
  medmnist  images in the .npz layout of MedMNIST; `vesalius schema phantom-medmnist` lists its settings";

/// A synthetic dataset in the exact layout of a published one, with known truth
#[derive(Args)]
#[command(after_help = PHANTOMS)]
pub(crate) struct Phantom {
    /// Which one
    name: String,
    /// A setting of the phantom, such as train=200 or image=volume; repeatable
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    settings: Vec<Setting>,
}

impl Phantom {
    /// Makes the phantom in `--out`.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let phantom = phantom::find(&self.name)?;
        let out = session.out_needed("the phantom")?;
        let mut table = Table::new();
        settings::apply(&mut table, &self.settings)?;
        if let Some(seed) = session.seed {
            let seed = i64::try_from(seed).context("--seed is too large for a phantom; take one below 2^63")?;
            table.insert("seed".into(), Value::Integer(seed));
        }
        let made = (phantom.make)(table, out)?;
        let summary = format!(
            "{} cases in {}\nwhere the lesions are: {}\nwhich copies were planted: {}",
            made.n_cases,
            made.data.display(),
            made.truth.display(),
            made.planted.display()
        );
        let artifact = json!({
            "schema": 1, "data": made.data, "truth": made.truth, "planted": made.planted, "n_cases": made.n_cases,
        });
        Outcome::new(Exit::Done, summary, &artifact)
    }
}
