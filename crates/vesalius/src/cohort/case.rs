//! The types of a cohort: cases, what is true of them, and the header that names the classes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};

/// What is to be told of an image; all but [`Task::MultiLabel`] have classes that exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Two classes; the second one is the finding.
    Binary,
    /// Several classes without an order.
    MultiClass,
    /// Several classes in ascending order.
    Ordinal,
    /// Findings that may be present together.
    MultiLabel,
}

impl Task {
    /// Whether a case has exactly one of the classes.
    pub fn is_exclusive(self) -> bool {
        self != Task::MultiLabel
    }
}

/// What is known of one finding in one case; unknown never becomes absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// The finding is there.
    Present,
    /// The finding is not there.
    Absent,
    /// Nobody said.
    Unknown,
}

/// What is true of a case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// The one class, as an index into [`Header::classes`]; `None` where it is unknown.
    Class(Option<usize>),
    /// One label for each of [`Header::classes`].
    Findings(Vec<Label>),
}

impl Truth {
    /// Whether nothing at all is known.
    pub fn is_unknown(&self) -> bool {
        match self {
            Truth::Class(class) => class.is_none(),
            Truth::Findings(labels) => labels.iter().all(|label| *label == Label::Unknown),
        }
    }

    /// The label of one class: for exclusive classes, all but the one are absent.
    pub fn label(&self, class_idx: usize) -> Label {
        match self {
            Truth::Class(None) => Label::Unknown,
            Truth::Class(Some(class)) if *class == class_idx => Label::Present,
            Truth::Class(Some(_)) => Label::Absent,
            Truth::Findings(labels) => labels.get(class_idx).copied().unwrap_or(Label::Unknown),
        }
    }
}

/// The part of a split that a case belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What models are fitted on.
    Train,
    /// What chooses between models.
    Val,
    /// What nobody looks at before the end.
    Test,
}

impl Part {
    /// All parts, in the order in which they are used.
    pub const ALL: [Part; 3] = [Part::Train, Part::Val, Part::Test];

    /// The word in tables: `train`, `val` or `test`.
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Train => "train",
            Part::Val => "val",
            Part::Test => "test",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Part {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Part::ALL.into_iter().find(|part| part.as_str() == text).ok_or_else(|| {
            Error::new(ErrorKind::Format, format!("{text:?} is not a part of a split; expected train, val or test"))
        })
    }
}

/// What holds for the whole cohort; `cohort.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The name of the dataset; for a MedMNIST set its flag and size, as in `adrenalmnist3d_64`.
    pub name: String,
    /// What is to be told.
    pub task: Task,
    /// The classes or findings, in the order of scores.
    pub classes: Vec<String>,
    /// The licence of the data; empty where it is not known.
    #[serde(default)]
    pub licence: String,
    /// Where the data come from.
    #[serde(default)]
    pub source: String,
    /// How the labels were made.
    #[serde(default)]
    pub label_protocol: String,
}

/// One case: a row of `cohort.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Unique in the cohort.
    pub case: String,
    /// The patient; the case itself where nothing else is known.
    pub subject: String,
    /// Hospital, scanner or source.
    pub site: Option<String>,
    /// The part that the publisher put it in.
    pub split: Option<Part>,
    /// Channel name (empty for the plain `image` column) and reference: a path, or `file.npz#train/17`.
    pub images: Vec<(String, String)>,
    /// What is true of it.
    pub truth: Truth,
    /// Every other column of the table, by its full name.
    pub extra: BTreeMap<String, String>,
}

/// One row a case, and a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cohort {
    /// What holds for all cases.
    pub header: Header,
    /// The cases, in a fixed order.
    pub cases: Vec<Case>,
    /// The folder that relative references start from.
    pub root: PathBuf,
}

impl Cohort {
    /// How many cases there are.
    pub fn n_cases(&self) -> usize {
        self.cases.len()
    }

    /// The same cohort without the cases that problems name.
    #[must_use]
    pub fn without(mut self, problems: &[Problem]) -> Self {
        let bad: BTreeSet<&str> = problems.iter().map(|problem| problem.case.as_str()).collect();
        self.cases.retain(|case| !bad.contains(case.case.as_str()));
        self
    }
}

/// One thing that could not be used; a row of `problems.csv`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The case it belongs to; empty where it belongs to none.
    pub case: String,
    /// The file, as a reference of the cohort.
    pub path: String,
    /// What is wrong, what was expected, what to do.
    pub message: String,
}
