//! Synthetic datasets in the exact layout of published ones, with a truth that is known.
//!
//! A phantom answers what no real dataset can: whether a heat map points at the lesion, whether an audit finds the
//! leak that is there, whether a training run learns what there is to learn. A new phantom is a sibling file and one
//! line in [`PHANTOMS`].

pub mod medmnist;
pub mod pointing;
pub mod truth;

mod anatomy;
mod draw;
mod lesion;
mod noise;
mod plan;

use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};

pub use medmnist::{ImageKind, PhantomConfig, medmnist};

/// A phantom that can be made by name.
pub struct Phantom {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it makes, in one line.
    pub summary: &'static str,
    /// The JSON schema of its settings.
    pub schema: fn() -> schemars::Schema,
    /// Makes it in a folder from a table of settings; what the table leaves out has its default.
    pub make: fn(toml::Table, &Path) -> Result<Made>,
}

/// What a phantom left in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The dataset, in the published layout.
    pub data: PathBuf,
    /// Where the lesions are: [`truth::Lesion`] rows.
    pub truth: PathBuf,
    /// Which copies were planted: [`truth::Planted`] rows.
    pub planted: PathBuf,
    /// How many cases it has.
    pub n_cases: usize,
}

/// Every phantom there is.
pub static PHANTOMS: &[Phantom] = &[Phantom {
    name: "medmnist",
    summary: "2-D gray, RGB or 3-D images in the .npz layout of MedMNIST, with lesions at known places",
    schema: || schemars::schema_for!(PhantomConfig),
    make: medmnist::make,
}];

/// The phantom of this name.
pub fn find(name: &str) -> Result<&'static Phantom> {
    PHANTOMS.iter().find(|phantom| phantom.name == name).ok_or_else(|| {
        let known: Vec<&str> = PHANTOMS.iter().map(|phantom| phantom.name).collect();
        Error::new(ErrorKind::Configuration, format!("no phantom is called `{name}`; there is: {}", known.join(", ")))
    })
}
