//! How a measurement is made: level of intervals, bootstrap, threshold, bins.

use crate::error::{Error, Result};

/// More replicates change no printed digit.
const REPLICATES_MAX: u32 = 1_000_000;
/// More bins than this hold single cases.
const BINS_MAX: usize = 1000;

/// How scores are put into bins for calibration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bins {
    /// Bins of equal width on \[0, 1\]; a score of 1 belongs to the last.
    EqualWidth(usize),
    /// Bins that hold equally many cases, as far as equal scores, which stay together, allow.
    EqualMass(usize),
}

impl Bins {
    pub(crate) fn n_bins(self) -> usize {
        match self {
            Bins::EqualWidth(n_bins) | Bins::EqualMass(n_bins) => n_bins,
        }
    }

    /// As it is named in methods.
    pub(crate) fn name(self) -> String {
        match self {
            Bins::EqualWidth(n_bins) => format!("{n_bins} bins of equal width"),
            Bins::EqualMass(n_bins) => format!("{n_bins} bins of equal mass"),
        }
    }
}

/// The scale on which the interval of an AUROC is symmetric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AurocScale {
    /// Logit: stays within (0, 1) and keeps its coverage near 1, where models are.
    Logit,
    /// As the area is, cut at 0 and 1: what most other software prints.
    Plain,
}

/// How intervals are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// The one that fits the metric: DeLong, Wilson, delta method or bootstrap, as its method says.
    Own,
    /// As `Own`, but proportions by Clopper and Pearson, who never cover less than the level.
    Exact,
    /// Percentile bootstrap of every metric.
    Percentile,
    /// BCa bootstrap of every metric.
    Bca,
}

/// How a measurement is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Nominal coverage of intervals, between 0 and 1; default 0.95.
    pub level: f64,
    /// Bootstrap replicates; default 2000, from which the ends of a 95 % interval are known to about two digits.
    pub replicates: u32,
    /// Seed of the bootstrap; default 0.
    pub seed: u64,
    /// A case is called positive when its score is greater; default 0.5. Without meaning for three or more
    /// classes that exclude each other, where the highest score decides.
    pub threshold: f64,
    /// Bins of the reliability curve and of the ECE; default 15 of equal width.
    pub bins: Bins,
    /// Scale of the AUROC's interval; default logit.
    pub auroc_scale: AurocScale,
    /// How intervals are made; default each metric's own.
    pub interval: Interval,
    /// The false positive rate up to which the partial area counts; default 0.1, a specificity of at least 0.9.
    pub false_positive_rate_max: f64,
    /// The specificity at which sensitivity is read off, and the other way round; default 0.95.
    pub fixed_rate: f64,
    /// How many classes of highest score may hold the true one in the top-k accuracy; default 2.
    pub top_k: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            level: 0.95,
            replicates: 2000,
            seed: 0,
            threshold: 0.5,
            bins: Bins::EqualWidth(15),
            auroc_scale: AurocScale::Logit,
            interval: Interval::Own,
            false_positive_rate_max: 0.1,
            fixed_rate: 0.95,
            top_k: 2,
        }
    }
}

impl Options {
    /// An error that names the option outside its range.
    pub fn check(&self) -> Result<()> {
        let refuse = |what: &str, value: String, expected: &str| {
            Err(Error::parameter(format!("{what} is {value}; expected {expected}")))
        };
        if !(self.level > 0.0 && self.level < 1.0) {
            return refuse("the level of intervals", self.level.to_string(), "a number between 0 and 1, such as 0.95");
        }
        if !(1..=REPLICATES_MAX).contains(&self.replicates) {
            let expected = format!("1 to {REPLICATES_MAX}, such as 2000");
            return refuse("the number of bootstrap replicates", self.replicates.to_string(), &expected);
        }
        if !self.threshold.is_finite() {
            return refuse("the threshold", self.threshold.to_string(), "a finite number, such as 0.5");
        }
        if !(1..=BINS_MAX).contains(&self.bins.n_bins()) {
            let expected = format!("1 to {BINS_MAX}, such as 15");
            return refuse("the number of bins", self.bins.n_bins().to_string(), &expected);
        }
        let limit = self.false_positive_rate_max;
        if !(limit > 0.0 && limit <= 1.0) {
            let expected = "a number above 0, up to 1, such as 0.1";
            return refuse("the false positive rate of the partial area", limit.to_string(), expected);
        }
        if !(self.fixed_rate > 0.0 && self.fixed_rate <= 1.0) {
            let expected = "a number above 0, up to 1, such as 0.95";
            return refuse("the fixed sensitivity or specificity", self.fixed_rate.to_string(), expected);
        }
        if self.top_k == 0 {
            return refuse("the number of classes of the top-k accuracy", "0".to_owned(), "1 or more, such as 2");
        }
        Ok(())
    }
}
