//! `vesalius measure segment --truth T --pred P`: masks against masks.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use vesalius::measure::classify::Missing;
use vesalius::measure::segment::{
    BothEmpty, Cupped, Definition, LesionRule, Measured, OneEmpty, Options, RegionTable, SegmentConfig, measure_segment,
};

use crate::commands::estimates;
use crate::commands::source::by_name;
use crate::outcome::{Exit, Outcome};
use crate::session::Session;

/// Masks of regions: overlap, surface distances, lesions
#[derive(Args)]
pub(crate) struct Segment {
    /// What is true: a mask of any format, or a folder of masks
    #[arg(long, value_name = "PATH")]
    truth: PathBuf,
    /// What was predicted: a mask, or a folder whose files are called as those of the truth
    #[arg(long, value_name = "PATH")]
    pred: PathBuf,
    #[command(flatten)]
    regions: Regions,
    #[command(flatten)]
    rules: Rules,
}

/// What is compared.
#[derive(Args)]
#[command(next_help_heading = "What to compare")]
struct Regions {
    /// How far surfaces may be apart and still agree, for the surface Dice
    #[arg(long, value_name = "MM")]
    tolerance_mm: Option<f64>,
    /// Regions with their labels, tolerances and slices: a table such as recipes/tolerances/amos.toml
    #[arg(long, value_name = "FILE", conflicts_with = "binary")]
    tolerances: Option<PathBuf>,
    /// Take every value but 0 as one region
    #[arg(long)]
    binary: bool,
    /// Metrics by name; those of boundaries and centerlines take long [default: all others]
    #[arg(long, value_name = "A,B,…", value_delimiter = ',')]
    metrics: Option<Vec<String>>,
    /// Match lesions that overlap by at least this intersection over union; 0 is any overlap
    #[arg(long, value_name = "IOU", group = "lesion_rule")]
    lesion_overlap: Option<f64>,
    /// Match lesions whose centers are at most so far apart
    #[arg(long, value_name = "MM", group = "lesion_rule")]
    lesion_distance_mm: Option<f64>,
    /// Labels are single lesions; match those that overlap by at least this intersection over union
    #[arg(long, value_name = "IOU", group = "lesion_rule")]
    instances: Option<f64>,
    /// The region of the optic cup, for the vertical cup-to-disc ratio
    #[arg(long, value_name = "REGION", requires = "disc")]
    cup: Option<String>,
    /// The region of the optic disc, which includes the cup
    #[arg(long, value_name = "REGION", requires = "cup")]
    disc: Option<String>,
    /// Distance of voxels along x, y and z of files that do not say it
    #[arg(long, value_name = "X,Y,Z", value_delimiter = ',', num_args = 1)]
    spacing_mm: Option<Vec<f64>>,
}

/// How it is scored.
#[derive(Args)]
#[command(next_help_heading = "How to measure")]
struct Rules {
    /// What surfaces are made of
    #[arg(long, value_name = "WHAT", default_value = "elements")]
    surface: Surface,
    /// What becomes of cases without a prediction: worst, leave-out or error [default: worst]
    #[arg(long, value_name = "WHAT", value_parser = by_name::<Missing>)]
    missing: Option<Missing>,
    /// What a region scores that neither mask has
    #[arg(long, value_name = "WHAT", default_value = "leave-out")]
    both_empty: Empty,
    /// What a distance is where only one mask has the region; worst is the diagonal of the image
    #[arg(long, value_name = "WHAT", default_value = "worst")]
    one_empty: Lone,
    /// Nominal coverage of intervals, between 0 and 1 [default: 0.95]
    #[arg(long, value_name = "SHARE")]
    level: Option<f64>,
    /// Bootstrap replicates [default: 2000]
    #[arg(long, value_name = "N")]
    replicates: Option<u32>,
}

/// What surfaces are made of.
#[derive(Clone, Copy, ValueEnum)]
enum Surface {
    /// Pieces between the voxels, weighed by area
    Elements,
    /// Centers of boundary voxels
    Voxels,
}

/// What two empty masks score.
#[derive(Clone, Copy, ValueEnum)]
enum Empty {
    /// Nothing
    LeaveOut,
    /// The best there is
    Best,
}

/// What one empty mask scores.
#[derive(Clone, Copy, ValueEnum)]
enum Lone {
    /// The worst there is
    Worst,
    /// Nothing
    LeaveOut,
}

impl Segment {
    /// Shows the scores, and writes them with those of the cases where `--out` says.
    pub(crate) fn run(&self, session: &Session) -> Result<Outcome> {
        let config = self.config(session.seed)?;
        let measured = measure_segment(&self.truth, &self.pred, &config, &session.context())?;
        if let Some(out) = session.out() {
            measured.save(out)?;
        }
        let exit = Exit::from_problems(measured.problems.len());
        Ok(Outcome { exit, summary: summary(&measured), artifact: measured.to_json()? })
    }

    fn config(&self, seed: Option<u64>) -> Result<SegmentConfig> {
        let Regions { tolerance_mm, tolerances, binary, metrics, cup, disc, .. } = &self.regions;
        let default = Options::default();
        let cupped = cup.clone().zip(disc.clone()).map(|(cup, disc)| Cupped { cup, disc });
        Ok(SegmentConfig {
            metrics: metrics.clone(),
            tolerance_mm: *tolerance_mm,
            table: tolerances.as_deref().map(RegionTable::read).transpose()?,
            binary: *binary,
            surface: match self.rules.surface {
                Surface::Elements => Definition::Elements,
                Surface::Voxels => Definition::Voxels,
            },
            spacing_mm: self.regions.spacing()?,
            missing: self.rules.missing,
            scoring: Options {
                both_empty: match self.rules.both_empty {
                    Empty::LeaveOut => BothEmpty::LeaveOut,
                    Empty::Best => BothEmpty::Best,
                },
                one_empty: match self.rules.one_empty {
                    Lone::Worst => OneEmpty::Worst,
                    Lone::LeaveOut => OneEmpty::LeaveOut,
                },
                level: self.rules.level.unwrap_or(default.level),
                replicates: self.rules.replicates.unwrap_or(default.replicates),
                seed: seed.unwrap_or(default.seed),
            },
            lesions: self.regions.lesions(),
            cupped,
        })
    }
}

impl Regions {
    fn lesions(&self) -> Option<LesionRule> {
        let overlap = self.lesion_overlap.map(LesionRule::Overlap);
        overlap.or(self.lesion_distance_mm.map(LesionRule::Distance)).or(self.instances.map(LesionRule::Instances))
    }

    fn spacing(&self) -> Result<Option<[f64; 3]>> {
        let Some(spacing) = &self.spacing_mm else { return Ok(None) };
        match spacing[..] {
            [x, y, z] if spacing.iter().all(|mm| mm.is_finite() && *mm > 0.0) => Ok(Some([x, y, z])),
            _ => bail!("--spacing-mm is {spacing:?}; expected three numbers above 0, such as 0.7,0.7,5"),
        }
    }
}

fn summary(measured: &Measured) -> String {
    let n_cases = measured.cases.chunk_by(|a, b| a.case == b.case).count();
    let mut text = format!("{n_cases} cases\n{}", estimates::lines(&measured.estimates));
    for note in &measured.notes {
        writeln!(text, "note: {note}").expect("a string takes everything");
    }
    for problem in &measured.problems {
        writeln!(text, "problem: {}: {}", problem.case, problem.message).expect("a string takes everything");
    }
    text
}
