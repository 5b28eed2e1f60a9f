//! Where places are and where they were found, checked once; and how that is measured.

use crate::detect::Shape;
use crate::error::{Error, Result};
use crate::options::Options as Sampling;

/// More tolerances or levels than this are a curve.
const LIST_MAX: usize = 100;

/// A landmark of a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Landmark {
    /// The case that it is in.
    pub case: usize,
    /// Which landmark it is.
    pub label: usize,
    /// Where it is, as x, y, z; in a plane all have the same z.
    pub truth: [f64; 3],
    /// Where it was found.
    pub found: [f64; 3],
    /// Size of a pixel along x, y, z, where it is known.
    pub spacing_mm: Option<[f64; 3]>,
    /// What errors are divided by, in the unit of the coordinates: an image diagonal, an inter-ocular distance, a box.
    pub length: Option<f64>,
}

/// A heat map of a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Heat {
    /// The case that it is of.
    pub case: usize,
    /// What it shows.
    pub label: usize,
    /// Where it is hottest: the middle of that pixel.
    pub peak: [f64; 3],
    /// The box around its largest piece at each of the levels; `None` where nothing reaches the level.
    pub found: Vec<Option<Shape>>,
    /// The boxes around what is there, at least one.
    pub truth: Vec<Shape>,
}

/// Landmarks and heat maps of cases.
#[derive(Clone, Debug)]
pub struct Places {
    pub(super) labels: Vec<String>,
    pub(super) n_cases: usize,
    pub(super) landmarks: Vec<Landmark>,
    pub(super) heats: Vec<Heat>,
}

/// What an error is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Pixels.
    Px,
    /// Millimeters.
    Mm,
    /// Shares of a length of the case.
    Normalized,
}

/// What coordinates are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coordinates {
    /// Pixels.
    Px,
    /// Millimeters.
    Mm,
}

/// An error that is small enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// The greatest of them.
    pub value: f64,
    /// What it is in.
    pub unit: Unit,
}

/// How places are measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What coordinates are in; default pixels.
    pub coordinates: Coordinates,
    /// Errors that are small enough; default none.
    pub tolerances: Vec<Tolerance>,
    /// How far from a box the peak of a heat map may lie, in the unit of the coordinates; default 0. Zhang et al. took 15.
    pub margin: f64,
    /// The levels at which boxes around heat maps were taken, as shares of the greatest value; default none.
    pub levels: Vec<f64>,
    /// The least intersection over union of a box that hits; default 0.5.
    pub iou: f64,
    /// Nominal coverage of intervals, between 0 and 1; default 0.95.
    pub level: f64,
    /// Bootstrap replicates over cases; default 2000.
    pub replicates: u32,
    /// Seed of the bootstrap; default 0.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        let sampling = Sampling::default();
        Self {
            coordinates: Coordinates::Px,
            tolerances: Vec::new(),
            margin: 0.0,
            levels: Vec::new(),
            iou: 0.5,
            level: sampling.level,
            replicates: sampling.replicates,
            seed: sampling.seed,
        }
    }
}

impl Options {
    /// An error that names the option outside its range.
    pub fn check(&self) -> Result<()> {
        self.sampling().check()?;
        let check = |what: &str, values: &[f64], range: (f64, f64), expected: &str| {
            if values.len() > LIST_MAX {
                let n = values.len();
                return Err(Error::parameter(format!("there are {n} of {what}; expected at most {LIST_MAX}")));
            }
            match values.iter().find(|value| !(range.0..=range.1).contains(*value)) {
                Some(value) => Err(Error::parameter(format!("{what} is {value}; expected {expected}"))),
                None => Ok(()),
            }
        };
        let tolerances: Vec<f64> = self.tolerances.iter().map(|tolerance| tolerance.value).collect();
        check("a tolerance", &tolerances, (0.0, f64::MAX), "a finite number of 0 or more")?;
        check("the margin", &[self.margin], (0.0, f64::MAX), "a finite number of 0 or more")?;
        check("a level of heat", &self.levels, (f64::MIN_POSITIVE, 1.0), "a share above 0 and at most 1, such as 0.5")?;
        check("the least overlap of a hit", &[self.iou], (f64::MIN_POSITIVE, 1.0), "a number above 0 and at most 1")
    }

    /// What the bootstrap goes by.
    pub(super) fn sampling(&self) -> Sampling {
        Sampling { level: self.level, replicates: self.replicates, seed: self.seed, ..Sampling::default() }
    }
}

impl Places {
    /// Landmarks and maps of cases, with as many boxes around each map as there are levels.
    pub fn new(labels: &[String], n_cases: usize, landmarks: Vec<Landmark>, heats: Vec<Heat>) -> Result<Self> {
        let is_finite = |at: [f64; 3]| at.iter().all(|at| at.is_finite());
        for (idx, place) in landmarks.iter().enumerate() {
            let refuse = |why: String| Err(Error::value(format!("landmark {idx} (counted from 0) {why}")));
            if place.case >= n_cases || place.label >= labels.len() {
                return refuse(format!("is in case {} with label {}; expected both to exist", place.case, place.label));
            }
            if !(is_finite(place.truth) && is_finite(place.found)) {
                return refuse(format!("is at {:?}, found at {:?}; expected finite numbers", place.truth, place.found));
            }
            let is_positive = |size: &f64| *size > 0.0 && size.is_finite();
            let sizes = || place.spacing_mm.into_iter().flatten().chain(place.length);
            if let Some(size) = sizes().find(|size| !is_positive(size)) {
                return refuse(format!("has a spacing or a length of {size}; expected a positive number"));
            }
        }
        for (idx, heat) in heats.iter().enumerate() {
            let refuse = |why: String| Err(Error::value(format!("map {idx} (counted from 0) {why}")));
            if heat.case >= n_cases || heat.label >= labels.len() {
                return refuse(format!("is of case {} with label {}; expected both to exist", heat.case, heat.label));
            }
            if !is_finite(heat.peak) || heat.truth.is_empty() {
                return refuse(format!(
                    "has its peak at {:?} and {} boxes; expected both",
                    heat.peak,
                    heat.truth.len()
                ));
            }
            if let Some(flaw) = heat.truth.iter().chain(heat.found.iter().flatten()).find_map(|shape| shape.flaw()) {
                return refuse(format!("has a box that {flaw}"));
            }
        }
        Ok(Self { labels: labels.to_vec(), n_cases, landmarks, heats })
    }

    /// The landmarks.
    pub fn landmarks(&self) -> &[Landmark] {
        &self.landmarks
    }

    /// The heat maps.
    pub fn heats(&self) -> &[Heat] {
        &self.heats
    }

    /// The labels.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }
}

impl Landmark {
    /// The distance between where it is and where it was found; `None` where that is not known in this unit.
    pub fn error(&self, unit: Unit, coordinates: Coordinates) -> Option<f64> {
        let scale = match (unit, coordinates) {
            (Unit::Px, Coordinates::Px) | (Unit::Mm, Coordinates::Mm) => [1.0; 3],
            (Unit::Mm, Coordinates::Px) => self.spacing_mm?,
            (Unit::Px, Coordinates::Mm) => return None,
            (Unit::Normalized, _) => [1.0 / self.length?; 3],
        };
        let along = |axis: usize| (self.truth[axis] - self.found[axis]) * scale[axis];
        Some((0..3).map(|axis| along(axis).powi(2)).sum::<f64>().sqrt())
    }
}

impl Unit {
    /// As it stands in names.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Px => "px",
            Self::Mm => "mm",
            Self::Normalized => "normalized",
        }
    }
}
