//! The registry of layouts: in which ways a dataset may lie on the disk.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vesalius_image::Limits;

use crate::cohort::{Cohort, Problem, Task, class_folders, medmnist, table};
use crate::error::{Error, ErrorKind, Result};

/// How a dataset lies on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// One `.npz` file with images and labels of any of the parts train, val and test.
    Medmnist,
    /// A folder a class, with or without a level of train, val and test above.
    ClassFolders,
    /// Our own table: `cohort.csv`, and `cohort.toml` beside it where there is one.
    Csv,
}

type Reader = fn(&Path, &ReadOptions) -> Result<(Cohort, Vec<Problem>)>;

/// One way to read a dataset.
#[derive(Clone, Copy, Debug)]
pub struct LayoutEntry {
    /// The layout.
    pub layout: Layout,
    /// Its name on the command line and in recipes.
    pub name: &'static str,
    /// What it reads, in a clause.
    pub what: &'static str,
    fits: fn(&Path) -> bool,
    read: Reader,
}

/// All layouts, in the order in which they are guessed.
pub const LAYOUTS: &[LayoutEntry] = &[
    LayoutEntry {
        layout: Layout::Csv,
        name: "csv",
        what: "a table cohort.csv, one row a case",
        fits: table::fits,
        read: table::read,
    },
    LayoutEntry {
        layout: Layout::Medmnist,
        name: "medmnist",
        what: "one .npz file with {train,val,test}_{images,labels}, any of the parts",
        fits: medmnist::fits,
        read: medmnist::read,
    },
    LayoutEntry {
        layout: Layout::ClassFolders,
        name: "class-folders",
        what: "a folder a class, with or without a train/val/test level",
        fits: class_folders::fits,
        read: class_folders::read,
    },
];

/// What a source does not say of itself; everything is optional.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// Name of the cohort; default from the source.
    pub name: Option<String>,
    /// MedMNIST set, such as `pneumoniamnist`; default from the name of the file or its folder.
    pub flag: Option<String>,
    /// What is to be told; default from the labels.
    pub task: Option<Task>,
    /// Class names in the order of the label numbers; for class folders their order. Default from the source.
    pub classes: Option<Vec<String>>,
    /// Licence of the data; default from the source.
    pub licence: Option<String>,
    /// How large files may be.
    #[serde(skip)]
    pub limits: Limits,
}

impl Layout {
    /// The layout that a source has by the look of it.
    pub fn guess(source: &Path) -> Result<Self> {
        if !source.exists() {
            return Err(not_there(source));
        }
        LAYOUTS.iter().find(|entry| (entry.fits)(source)).map(|entry| entry.layout).ok_or_else(|| {
            let known: Vec<String> = LAYOUTS.iter().map(|entry| format!("{} ({})", entry.name, entry.what)).collect();
            let message = format!(
                "{} has no layout that is known; expected one of {}; name one with --layout",
                source.display(),
                known.join(", ")
            );
            Error::new(ErrorKind::Format, message)
        })
    }

    /// Its name on the command line and in recipes.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    fn entry(self) -> &'static LayoutEntry {
        LAYOUTS.iter().find(|entry| entry.layout == self).expect("every layout stands in the registry")
    }
}

impl std::str::FromStr for Layout {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        LAYOUTS.iter().find(|entry| entry.name == text).map(|entry| entry.layout).ok_or_else(|| {
            let names: Vec<&str> = LAYOUTS.iter().map(|entry| entry.name).collect();
            let message = format!("no layout is called {text:?}; expected one of {}", names.join(", "));
            Error::new(ErrorKind::Configuration, message)
        })
    }
}

/// Reads a dataset as published; what cannot be used is listed and the rest goes on.
///
/// Images are not decoded here; [`crate::cohort::verify`] does that.
pub fn read_source(source: &Path, layout: Layout, options: &ReadOptions) -> Result<(Cohort, Vec<Problem>)> {
    if !source.exists() {
        return Err(not_there(source));
    }
    let (cohort, mut problems) = (layout.entry().read)(source, options)?;
    problems.sort();
    if cohort.cases.is_empty() {
        let first = problems.first().map_or("it is empty", |problem| problem.message.as_str());
        let message = format!(
            "{} holds no case that can be used ({} problems, the first: {first}); expected {}",
            source.display(),
            problems.len(),
            layout.entry().what
        );
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok((cohort, problems))
}

fn not_there(source: &Path) -> Error {
    Error::new(ErrorKind::Read, format!("{} does not exist; check the path", source.display()))
}
