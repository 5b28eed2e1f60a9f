//! How agreement is measured: level of intervals, and the bootstrap of reader studies.

use crate::error::Result;
use crate::options;

/// How agreement is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Nominal coverage of intervals, between 0 and 1; default 0.95.
    pub level: f64,
    /// Bootstrap replicates of reader studies; default 2000.
    pub replicates: u32,
    /// Seed of the bootstrap; default 0.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { level: 0.95, replicates: 2000, seed: 0 }
    }
}

impl Options {
    /// An error that names the option outside its range.
    pub fn check(&self) -> Result<()> {
        self.bootstrap().check()
    }

    /// The same for the bootstrap.
    pub(super) fn bootstrap(&self) -> options::Options {
        let Self { level, replicates, seed } = *self;
        options::Options { level, replicates, seed, ..options::Options::default() }
    }
}
