//! What is counted and measured of one region in one case, before any metric.

/// Why there is no millimeter.
pub(super) const NO_SPACING: &str =
    "the files do not say how far apart voxels are; state it by an option that gives the spacing";
const NOT_MEASURED: &str = "surfaces were not measured";

/// All that metrics are made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Voxels of truth and prediction.
    pub overlap: Overlap,
    /// Milliliters of a voxel; `None` where files do not say how far apart voxels are.
    pub voxel_ml: Option<f64>,
    /// The diagonal of the image in millimeters; `None` likewise.
    pub diagonal_mm: Option<f64>,
    /// How far surfaces may be apart and still agree, in millimeters.
    pub tolerance_mm: Option<f64>,
    /// Distances between the surfaces; `None` where a mask is empty or nobody asked.
    pub surfaces: Option<Surfaces>,
    /// Voxels within a stated distance of the boundary of their own mask.
    pub boundary: Option<Overlap>,
    /// Voxels of each mask's centerline, and how many of them lie in the other mask.
    pub centerline: Option<[(u64, u64); 2]>,
    /// Single lesions.
    pub lesions: Option<Lesions>,
    /// Whether there is no prediction of the case at all, which counts as an empty and a worst one.
    pub is_missing: bool,
}

/// Voxels of two masks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// In the truth.
    pub truth: u64,
    /// In the prediction.
    pub pred: u64,
    /// In both.
    pub both: u64,
}

impl Overlap {
    /// In either.
    pub fn either(&self) -> u64 {
        self.truth + self.pred - self.both
    }
}

/// Distances from each surface to the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surfaces {
    /// From pieces of the truth's surface to the nearest of the prediction's.
    pub from_truth: Distances,
    /// From pieces of the prediction's surface to the nearest of the truth's.
    pub from_pred: Distances,
}

/// Pieces of a surface: how far each is from the other surface, and how large it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distances {
    /// Millimeters to the nearest piece of the other surface.
    pub distance_mm: Vec<f32>,
    /// Area in mm², length in mm, or 1 where pieces are voxels; as many as distances.
    pub size: Vec<f64>,
}

/// Lesions of truth and prediction, one by one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lesions {
    /// In the truth.
    pub n_truth: u64,
    /// In the prediction.
    pub n_pred: u64,
    /// Voxels of each pair that was matched.
    pub matched: Vec<Overlap>,
}

impl Facts {
    pub(super) fn surfaces(&self) -> Result<&Surfaces, String> {
        let missing = || if self.diagonal_mm.is_none() { NO_SPACING } else { NOT_MEASURED };
        self.surfaces.as_ref().ok_or_else(|| missing().to_owned())
    }

    pub(super) fn lesions(&self) -> Result<&Lesions, String> {
        self.lesions.as_ref().ok_or_else(|| "lesions were not matched".to_owned())
    }

    pub(super) fn voxel_ml(&self) -> Result<f64, String> {
        self.voxel_ml.ok_or_else(|| NO_SPACING.to_owned())
    }
}

impl Surfaces {
    /// Both directions.
    pub(super) fn both(&self) -> [&Distances; 2] {
        [&self.from_truth, &self.from_pred]
    }

    /// The mean over all pieces of both surfaces, by their sizes, of a function of distance.
    pub(super) fn mean_of(&self, of_mm: impl Fn(f64) -> f64) -> f64 {
        let sum: f64 = self.both().iter().flat_map(|side| side.pieces()).map(|(mm, size)| of_mm(mm) * size).sum();
        sum / self.size()
    }

    /// The size of both surfaces together.
    pub(super) fn size(&self) -> f64 {
        self.both().iter().flat_map(|side| &side.size).sum()
    }
}

impl Distances {
    pub(super) fn pieces(&self) -> impl Iterator<Item = (f64, f64)> {
        self.distance_mm.iter().zip(&self.size).map(|(mm, size)| (f64::from(*mm), *size))
    }
}

/// A share of whole numbers; the reason where it would be of nothing.
pub(super) fn share(part: u64, whole: u64, nothing: &str) -> Result<f64, String> {
    if whole == 0 { Err(nothing.to_owned()) } else { Ok(part as f64 / whole as f64) }
}
