//! How scores are measured, as recipes and commands say it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vesalius_stats::classify;

/// How scores are measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MeasureConfig {
    /// Nominal coverage of intervals, between 0 and 1; default 0.95.
    pub level: f64,
    /// Bootstrap replicates; default 2000, from which the ends of a 95 % interval are known to about two digits.
    pub replicates: u32,
    /// Seed of the bootstrap; default 0.
    pub seed: u64,
    /// A case or finding is called positive when its score is greater; default 0.5. Three or more classes that exclude
    /// each other are decided by the highest score instead.
    pub threshold: f64,
    /// How scores are put into bins for calibration; default of equal width.
    pub bins: Bins,
    /// How many bins; default 15.
    pub n_bins: usize,
    /// What becomes of cases of the truth that have no prediction; default an error.
    pub missing: Missing,
    /// Name of the run in the file names of benchmark results; default `vesalius`.
    pub run: String,
}

/// How scores are put into bins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Bins {
    /// Of equal width between 0 and 1.
    #[default]
    EqualWidth,
    /// With equally many cases.
    EqualMass,
}

/// What becomes of cases that have no prediction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// An error that counts and names them.
    #[default]
    Error,
    /// They are as wrong as can be: scored against their truth.
    Worst,
    /// They are left out, and the count is noted.
    LeaveOut,
}

impl Default for MeasureConfig {
    fn default() -> Self {
        let options = classify::Options::default();
        Self {
            level: options.level,
            replicates: options.replicates,
            seed: options.seed,
            threshold: options.threshold,
            bins: Bins::EqualWidth,
            n_bins: 15,
            missing: Missing::Error,
            run: "vesalius".to_owned(),
        }
    }
}

impl MeasureConfig {
    pub(super) fn options(&self) -> classify::Options {
        classify::Options {
            level: self.level,
            replicates: self.replicates,
            seed: self.seed,
            threshold: self.threshold,
            bins: match self.bins {
                Bins::EqualWidth => classify::Bins::EqualWidth(self.n_bins),
                Bins::EqualMass => classify::Bins::EqualMass(self.n_bins),
            },
            ..classify::Options::default()
        }
    }
}
