//! A phantom in the layout of MedMNIST: one `.npz` of six 8-bit arrays, `{train,val,test}_{images,labels}`.
//!
//! Each image is a body with two lungs; what tells the classes apart is a lesion in one of them, at a place that
//! `truth.csv` states in voxels. `planted.csv` lists the copies that an audit must find.
//!
//! | task | what a label means |
//! |---|---|
//! | binary | 0 healthy, 1 a bright nodule |
//! | multi-class | 0 healthy, k the k-th shape of lesion (nodule, cavity, cyst, streak, strand) |
//! | ordinal | k nodules |
//! | multi-label | label k: the k-th shape is there; any number of them |

use std::io::Cursor;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vesalius_image::Samples;
use vesalius_image::npz::write_npz;

use super::Made;
use super::draw::Images;
use super::lesion::KINDS;
use super::plan::{PARTS, Plan};
use super::truth;
use crate::artifact;
use crate::cohort::Task;
use crate::error::{Error, ErrorKind, Result};

/// The most bytes of pixels that a phantom may have; it is made in memory.
const BYTES_MAX: u64 = 2 << 30;

/// What the images of a phantom are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImageKind {
    /// Planes of one channel: `N×H×W`.
    Gray,
    /// Planes of three channels: `N×H×W×3`.
    Rgb,
    /// Volumes of one channel: `N×D×H×W`.
    Volume,
}

/// The settings of the MedMNIST phantom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PhantomConfig {
    /// The name of the dataset and of its file, without `.npz`; default `phantommnist`.
    pub name: String,
    /// How many training cases; default 400, enough for a small network.
    pub train: usize,
    /// How many validation cases; default 80.
    pub val: usize,
    /// How many test cases; default 120.
    pub test: usize,
    /// Pixels a side; default 28, the side of MedMNIST.
    pub side: usize,
    /// Gray planes, color planes or volumes; default gray.
    pub image: ImageKind,
    /// What is to be told; default binary.
    pub task: Task,
    /// How many classes (2 to 6) or, for multi-label, labels (1 to 5); default 2.
    pub classes: usize,
    /// The contrast of a lesion over the standard deviation of the background; default 4, plain to the eye.
    pub contrast_to_noise: f64,
    /// How many training images are copied into the test part and, in turn, the validation part; default 3.
    pub leaks: usize,
    /// How many training images are there twice; default 2.
    pub duplicates: usize,
    /// The seed of everything; default 1.
    pub seed: u64,
}

impl Default for PhantomConfig {
    fn default() -> Self {
        Self {
            name: "phantommnist".into(),
            train: 400,
            val: 80,
            test: 120,
            side: 28,
            image: ImageKind::Gray,
            task: Task::Binary,
            classes: 2,
            contrast_to_noise: 4.0,
            leaks: 3,
            duplicates: 2,
            seed: 1,
        }
    }
}

/// Makes the phantom in a folder: `<name>.npz`, `truth.csv`, `planted.csv` and its settings, `phantom.toml`.
///
/// The same settings give the same bytes on every machine and for every number of threads.
pub fn medmnist(config: &PhantomConfig, out: &Path) -> Result<Made> {
    config.check()?;
    let mut plan = Plan::new(config);
    let planted = plan.plant(config);
    let images = Images::draw(config, &plan);
    let made = Made {
        data: out.join(format!("{}.npz", config.name)),
        truth: out.join("truth.csv"),
        planted: out.join("planted.csv"),
        n_cases: plan.cases.len(),
    };
    truth::save_lesions(&made.truth, &images.lesions)?;
    truth::save_planted(&made.planted, &planted)?;
    artifact::write_toml(&out.join("phantom.toml"), config)?;
    artifact::write_bytes(&made.data, &archive(config, &plan, images.pixels, &made.data)?)?;
    Ok(made)
}

/// The same from a table of settings.
pub(crate) fn make(settings: toml::Table, out: &Path) -> Result<Made> {
    let config: PhantomConfig = settings.try_into().map_err(|error: toml::de::Error| {
        Error::new(ErrorKind::Configuration, format!("the settings of the phantom: {}", error.message()))
    })?;
    medmnist(&config, out)
}

impl PhantomConfig {
    fn check(&self) -> Result<()> {
        let wrong = |text: String| Err(Error::new(ErrorKind::Configuration, format!("phantom: {text}")));
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if self.name.is_empty() || !self.name.chars().all(plain) {
            return wrong(format!("name must be letters, digits, `-` and `_`, got `{}`", self.name));
        }
        if !(8..=512).contains(&self.side) {
            return wrong(format!("side must be 8 to 512 pixels, got {}", self.side));
        }
        let classes = match self.task {
            Task::Binary => 2..=2,
            Task::MultiClass | Task::Ordinal => 2..=KINDS.len() + 1,
            Task::MultiLabel => 1..=KINDS.len(),
        };
        if !classes.contains(&self.classes) {
            let (low, high) = classes.into_inner();
            return wrong(format!("classes must be {low} to {high} for this task, got {}", self.classes));
        }
        if !(0.0..=20.0).contains(&self.contrast_to_noise) {
            return wrong(format!("contrast_to_noise must be 0 to 20, got {}", self.contrast_to_noise));
        }
        if self.n_bytes().is_none_or(|n| n > u128::from(BYTES_MAX)) {
            return wrong(format!("more than {BYTES_MAX} bytes of pixels; make it smaller or ask for fewer cases"));
        }
        self.check_copies().or_else(wrong)
    }

    fn check_copies(&self) -> std::result::Result<(), String> {
        let targets = self.test + self.val;
        if self.leaks > targets || self.leaks > self.train {
            return Err(format!("{} leaks need as many training cases and as many others", self.leaks));
        }
        if self.leaks + 2 * self.duplicates > self.train {
            return Err(format!("{} leaks and {} duplicates need more training cases", self.leaks, self.duplicates));
        }
        Ok(())
    }

    pub(super) fn sizes(&self) -> [usize; 3] {
        [self.train, self.val, self.test]
    }

    /// `[z, y, x]`.
    pub(super) fn shape(&self) -> [usize; 3] {
        [if self.is_flat() { 1 } else { self.side }, self.side, self.side]
    }

    pub(super) fn is_flat(&self) -> bool {
        self.image != ImageKind::Volume
    }

    pub(super) fn n_channels(&self) -> usize {
        if self.image == ImageKind::Rgb { 3 } else { 1 }
    }

    pub(super) fn n_bytes_image(&self) -> usize {
        self.shape().iter().product::<usize>() * self.n_channels()
    }

    fn n_bytes(&self) -> Option<u128> {
        let n_cases = self.train.checked_add(self.val)?.checked_add(self.test)?;
        (n_cases as u128).checked_mul(self.n_bytes_image() as u128)
    }
}

/// The bytes of the `.npz`: for each part its images and its labels, in the order of the publisher.
fn archive(config: &PhantomConfig, plan: &Plan, mut pixels: Vec<u8>, path: &Path) -> Result<Vec<u8>> {
    let mut arrays = Vec::new();
    let mut first = 0;
    for (part, size) in PARTS.iter().zip(config.sizes()) {
        let rest = pixels.split_off(size * config.n_bytes_image());
        let labels: Vec<u8> = plan.cases[first..first + size].iter().flat_map(|case| case.labels.clone()).collect();
        let label_shape = vec![size, labels.len().checked_div(size).unwrap_or(1)];
        arrays.push((format!("{part}_images"), array_shape(config, size), Samples::U8(pixels)));
        arrays.push((format!("{part}_labels"), label_shape, Samples::U8(labels)));
        pixels = rest;
        first += size;
    }
    let mut bytes = Cursor::new(Vec::new());
    write_npz(&mut bytes, &arrays).map_err(|error| Error::write(path, error))?;
    Ok(bytes.into_inner())
}

fn array_shape(config: &PhantomConfig, n_cases: usize) -> Vec<usize> {
    let side = config.side;
    match config.image {
        ImageKind::Gray => vec![n_cases, side, side],
        ImageKind::Rgb => vec![n_cases, side, side, 3],
        ImageKind::Volume => vec![n_cases, side, side, side],
    }
}
