//! Public datasets from their official addresses, verified by the hash that the publisher states.
//!
//! A new source is a sibling file and one line in [`SOURCES`]; a name is `source/dataset`.

pub mod medmnist;

mod download;

use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::progress::Context;

pub use download::{Download, download};
pub use medmnist::medmnist;

/// A publisher whose datasets can be fetched by name.
pub struct Source {
    /// What it is called on the command line, before the slash.
    pub name: &'static str,
    /// What it publishes, in one line.
    pub summary: &'static str,
    /// The names of its datasets.
    pub datasets: fn() -> Vec<&'static str>,
    /// Fetches one of them into a folder.
    pub fetch: fn(&str, &FetchOptions, &Path, &Context<'_>) -> Result<PathBuf>,
}

/// What may be chosen about a download.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchOptions {
    /// The edge length of the images, where a dataset comes in several; the smallest if not given.
    pub size: Option<u32>,
    /// Another address in place of the official one, such as a mirror; files are looked for directly below it.
    pub base_url: Option<String>,
}

/// Every source there is.
pub static SOURCES: &[Source] = &[Source {
    name: "medmnist",
    summary: "the 18 sets of MedMNIST v2 in all their sizes, from Zenodo",
    datasets: medmnist::datasets,
    fetch: medmnist,
}];

/// Fetches `source/dataset` into a folder and gives the path of the verified file.
///
/// What has arrived is kept in `<file>.partial` when the connection breaks or the user stops, and the next call goes
/// on from there. A file is found under its own name only after its hash was verified.
pub fn fetch(name: &str, options: &FetchOptions, out: &Path, ctx: &Context<'_>) -> Result<PathBuf> {
    let (source, dataset) = name.split_once('/').unwrap_or((name, ""));
    let known = || SOURCES.iter().map(|source| source.name).collect::<Vec<_>>().join(", ");
    let Some(source) = SOURCES.iter().find(|known| known.name == source) else {
        return Err(Error::new(
            ErrorKind::Configuration,
            format!("no source is called `{source}`; there is: {}; a name looks like medmnist/breastmnist", known()),
        ));
    };
    (source.fetch)(dataset, options, out, ctx)
}
