//! `vesalius fetch NAME`: a public dataset by its official address, verified.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::json;
use vesalius::fetch::{FetchOptions, SOURCES, fetch};

use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// Download a public dataset by its official address and check its hash
#[derive(Args)]
pub(crate) struct Fetch {
    /// source/dataset, such as medmnist/pneumoniamnist; without one, all names are listed
    name: Option<String>,
    /// The edge length of the images, where there are several; the smallest if not given
    #[arg(long, value_name = "PIXELS")]
    size: Option<u32>,
    /// Another address to fetch from, such as a mirror; the hash is checked all the same
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

impl Fetch {
    /// Fetches into `--out`, or into the folder where the program runs.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let Some(name) = &self.name else { return list() };
        let options = FetchOptions { size: self.size, base_url: self.base_url.clone() };
        let path = fetch(name, &options, session.out().unwrap_or(Path::new(".")), &session.context())?;
        Outcome::new(Exit::Done, path.display().to_string(), &json!({ "schema": 1, "path": path }))
    }
}

fn list() -> Result<Outcome> {
    let names: Vec<String> = SOURCES
        .iter()
        .flat_map(|source| (source.datasets)().into_iter().map(move |dataset| format!("{}/{dataset}", source.name)))
        .collect();
    Outcome::new(Exit::Done, names.join("\n"), &json!({ "schema": 1, "names": names }))
}
