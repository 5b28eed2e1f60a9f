//! `vesalius demo`: the main job on a phantom that is made on the spot.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use vesalius::phantom::pointing::pointing_game;
use vesalius::phantom::truth::{load_lesions, load_planted};
use vesalius::phantom::{self, Made, PhantomConfig};
use vesalius::pipeline::{self, Order};

use super::configuration::Changes;
use super::{estimates, run};
use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// Where the demo goes if `--out` does not say.
const OUT: &str = "vesalius-demo";
/// How far beside a lesion a heat map may be hottest, in pixels: its own grid is coarser than the image.
const SLACK: f64 = 2.0;

/// The whole road on a phantom that is made on the spot
#[derive(Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    changes: Changes,
}

impl Demo {
    /// Makes the phantom in `DIR/phantom`, walks the road in `DIR`, and says what was found and what was there.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let out = session.out().unwrap_or(Path::new(OUT));
        let recipe = self.changes.draft("demo", session.seed)?;
        let mut config = PhantomConfig::default();
        config.seed = session.seed.unwrap_or(config.seed);
        let made = phantom::medmnist(&config, &out.join("phantom"))?;
        let order = Order { recipe: &recipe, data: &made.data, out, device: session.device };
        let ended = pipeline::run(&order, &session.context())?;
        let pointing = pointing_game(&out.join("maps"), &load_lesions(&made.truth)?, SLACK)?;
        let mut told = ended.estimates.clone();
        told.push(pointing.clone());
        let summary = format!(
            "{}\n{}heat maps that point at the lesion:\n{}{}",
            planted(&made)?,
            run::found(&ended),
            estimates::lines([&pointing]),
            run::report(&ended)
        );
        Outcome::new(Exit::from_problems(ended.n_problems), summary, &json!({ "schema": 1, "estimates": told }))
    }
}

/// What the audit has to find.
fn planted(made: &Made) -> Result<String> {
    let n = load_planted(&made.planted)?.len();
    Ok(format!("a phantom of {} cases, in which {n} images were planted twice", made.n_cases))
}
