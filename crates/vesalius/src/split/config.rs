//! What a split is asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

/// How cases are dealt to the parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// The publisher's parts, kept as they are; a missing validation or test part is carved from train.
    #[default]
    Published,
    /// At random by `fractions`.
    Random,
    /// `folds` folds; a published test part stays the test part of every fold.
    Folds,
    /// Each site is the test part once.
    Site,
}

/// What must not cross the parts, besides identical images, which never do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// All cases of a subject stay together.
    #[default]
    Subject,
}

/// What should be equally frequent in all parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stratify {
    /// The classes, or each finding.
    #[default]
    Label,
    /// The sites.
    Site,
    /// Nothing.
    None,
}

/// How to split; the defaults keep a publisher's split and complete it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SplitConfig {
    /// How cases are dealt; default `published`.
    pub method: Method,
    /// Shares of train, validation and test for `random`; they add up to 1; default 0.7, 0.1, 0.2.
    pub fractions: [f64; 3],
    /// Number of folds for `folds`; default 5.
    pub folds: usize,
    /// What must not cross the parts; default `subject`.
    pub group: Group,
    /// What should be equally frequent in all parts; default `label`.
    pub stratify: Stratify,
    /// Share of the published train part that becomes the test part where the publisher has none; default 0.15.
    pub test_fraction: f64,
    /// Share of what trains that becomes the validation part where there is none; default 0.1.
    pub val_fraction: f64,
    /// Seed of the order in which equal choices are made; default 0.
    pub seed: u64,
}

impl Default for SplitConfig {
    fn default() -> Self {
        Self {
            method: Method::default(),
            fractions: [0.7, 0.1, 0.2],
            folds: 5,
            group: Group::default(),
            stratify: Stratify::default(),
            test_fraction: 0.15,
            val_fraction: 0.1,
            seed: 0,
        }
    }
}

impl SplitConfig {
    /// Whether the values make sense together.
    pub fn check(&self) -> Result<()> {
        let total: f64 = self.fractions.iter().sum();
        if self.fractions.iter().any(|share| !(0.0..=1.0).contains(share)) || (total - 1.0).abs() > 1e-6 {
            return Err(refuse(format!(
                "split fractions are {:?}; expected train, val and test between 0 and 1 that add up to 1, such as 0.7, 0.1, 0.2",
                self.fractions
            )));
        }
        if self.fractions[0] <= 0.0 {
            return Err(refuse("the train fraction of the split is 0; give train a share to fit on".to_owned()));
        }
        for (name, share) in [("test_fraction", self.test_fraction), ("val_fraction", self.val_fraction)] {
            if !(share > 0.0 && share < 1.0) {
                return Err(refuse(format!(
                    "split {name} is {share}; expected a share above 0 and below 1, such as 0.15"
                )));
            }
        }
        if self.folds < 2 {
            return Err(refuse(format!("split folds is {}; expected at least 2", self.folds)));
        }
        Ok(())
    }
}

fn refuse(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
