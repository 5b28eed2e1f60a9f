//! `vesalius split COHORT`: which case trains, which chooses and which tests.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;
use vesalius::cohort::Part;
use vesalius::split::{self, Group, Method, SplitConfig, Stratify};

use super::source::{Source, by_name};
use crate::outcome::Outcome;
use crate::session::Session;

/// Train, validation and test parts that no subject and no duplicate crosses
#[derive(Args)]
pub(crate) struct Split {
    /// published, random, folds or site; follows from --folds and --fractions, else published
    #[arg(long, value_name = "METHOD", value_parser = by_name::<Method>)]
    method: Option<Method>,
    /// This many folds
    #[arg(long, value_name = "K", conflicts_with = "fractions")]
    folds: Option<usize>,
    /// Shares of train, validation and test, such as 0.7,0.1,0.2
    #[arg(long, value_name = "A,B,C", value_delimiter = ',')]
    fractions: Option<Vec<f64>>,
    /// What must stay together: subject
    #[arg(long, value_name = "NAME", value_parser = by_name::<Group>)]
    group: Option<Group>,
    /// What should be equally frequent in all parts: label, site or none
    #[arg(long, value_name = "NAME", value_parser = by_name::<Stratify>)]
    stratify: Option<Stratify>,
    #[command(flatten)]
    source: Source,
}

impl Split {
    /// Writes `split.csv` and `split.toml`.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let out = session.out_needed("split.csv")?;
        let config = self.config(session)?;
        let opened = self.source.open(session)?;
        let duplicates = opened.duplicates(session)?;
        let split = split::split(&opened.cohort, &config, &duplicates)?;
        split.save(&opened.cohort, &config, out)?;
        let path = out.join("split.csv");
        let exit = opened.save_problems(out)?;
        Outcome::table(exit, summary(&split, &path) + &opened.remark(), &path)
    }

    /// What the options mean.
    fn config(&self, session: &Session) -> Result<SplitConfig> {
        let mut config = SplitConfig::default();
        config.method = match (self.method, self.folds, &self.fractions) {
            (Some(method), _, _) => method,
            (None, Some(_), _) => Method::Folds,
            (None, None, Some(_)) => Method::Random,
            (None, None, None) => config.method,
        };
        if let Some(fractions) = &self.fractions {
            let Ok(three) = <[f64; 3]>::try_from(fractions.as_slice()) else {
                bail!("--fractions takes three shares, train, validation and test, got {}", fractions.len());
            };
            config.fractions = three;
        }
        config.folds = self.folds.unwrap_or(config.folds);
        config.group = self.group.unwrap_or(config.group);
        config.stratify = self.stratify.unwrap_or(config.stratify);
        config.seed = session.seed.unwrap_or(config.seed);
        config.check()?;
        Ok(config)
    }
}

fn summary(split: &split::Split, path: &Path) -> String {
    let mut text = format!("{}: {}", path.display(), split.note);
    for fold in 0..split.n_folds() {
        let n = |part| split.indices(fold, part).len();
        write!(text, "\n  fold {fold}: {} train, {} val, {} test", n(Part::Train), n(Part::Val), n(Part::Test))
            .expect("a string takes everything");
    }
    text
}
