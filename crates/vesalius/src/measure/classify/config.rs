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
    /// How intervals are made; default each metric's own.
    pub interval: Interval,
    /// The column whose cases belong together, such as `subject`: intervals are then made by drawing whole clusters.
    /// Default none, every case for itself.
    pub cluster: Option<String>,
    /// The column of groups that are measured by themselves and compared, such as `site`; default none.
    pub groups: Option<String>,
    /// The group that the others are compared with; default all others together.
    pub reference: Option<String>,
    /// The false positive rate up to which the partial area counts; default 0.1, a specificity of at least 0.9.
    pub false_positive_rate_max: f64,
    /// The specificity at which sensitivity is read off, and the other way round; default 0.95.
    pub fixed_rate: f64,
    /// How many classes of highest score may hold the true one in the top-k accuracy; default 2.
    pub top_k: usize,
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

/// How intervals are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Interval {
    /// The one that fits the metric: DeLong, Wilson, delta method or bootstrap.
    #[default]
    Own,
    /// The same, but proportions by Clopper and Pearson, who never cover less than the level.
    Exact,
    /// Percentile bootstrap of every metric.
    Percentile,
    /// BCa bootstrap of every metric.
    Bca,
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
            interval: Interval::Own,
            cluster: None,
            groups: None,
            reference: None,
            false_positive_rate_max: options.false_positive_rate_max,
            fixed_rate: options.fixed_rate,
            top_k: options.top_k,
            missing: Missing::Error,
            run: "vesalius".to_owned(),
        }
    }
}

impl MeasureConfig {
    /// Columns of the truth that are neither case nor label, and are needed all the same.
    pub(super) fn columns(&self) -> Vec<&str> {
        self.cluster.iter().chain(&self.groups).map(String::as_str).collect()
    }

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
            interval: match self.interval {
                Interval::Own => classify::Interval::Own,
                Interval::Exact => classify::Interval::Exact,
                Interval::Percentile => classify::Interval::Percentile,
                Interval::Bca => classify::Interval::Bca,
            },
            false_positive_rate_max: self.false_positive_rate_max,
            fixed_rate: self.fixed_rate,
            top_k: self.top_k,
            ..classify::Options::default()
        }
    }
}
