//! One case: its two masks are read, compared in place, and counted and measured region by region.

use std::collections::BTreeMap;
use std::path::Path;

use vesalius_image::labels::{LabelMap, Part};
use vesalius_image::mask::{Extent, Mask};
use vesalius_image::surface::{Apart, apart};
use vesalius_image::{Grid, ReadOptions, distance, skeleton};
use vesalius_stats::segment::{Cupping, Distances, Facts, Metric, Needs, Overlap, Scored, Surfaces};

use super::super::classify::Missing;
use super::config::{Axial, SegmentConfig};
use super::files::Pair;
use super::lesions;
use super::regions::{Labels, Names, Region};
use crate::error::{Error, ErrorKind, Result};
use crate::open::{self, Choice, quoted};

/// How far from the boundary is near it, as a share of the diagonal of the image.
const BAND: f64 = 0.02;

/// What is done with every case.
pub(super) struct Task<'a> {
    pub(super) config: &'a SegmentConfig,
    pub(super) names: &'a Names,
    pub(super) metrics: &'a [&'static Metric],
}

/// A case that was measured.
pub(super) struct Loaded {
    /// Labels in either mask.
    pub(super) labels: Vec<u16>,
    pub(super) voxel_ml: Option<f64>,
    diagonal_mm: Option<f64>,
    is_missing: bool,
    /// By name of the region.
    scored: BTreeMap<String, Counted>,
    pub(super) cupping: Option<[Cupping; 2]>,
    /// Why the prediction could not be used.
    pub(super) problem: Option<String>,
}

/// What a region of a case counts and scores.
struct Counted {
    overlap: Overlap,
    lesions: Option<[u64; 3]>,
    scored: Scored,
}

/// The two masks of a case.
struct Images {
    truth: LabelMap,
    /// None where there is no prediction that can be used.
    pred: Option<LabelMap>,
    boxes: [BTreeMap<u16, Part>; 2],
    /// Along z, y and x.
    spacing_mm: Option<[f64; 3]>,
}

/// A mask as it was read.
struct Labeled {
    labels: LabelMap,
    /// Where its voxels are, if the file says so.
    grid: Option<Grid>,
}

impl Task<'_> {
    /// Measures one case; an error where there is nothing to measure it against.
    pub(super) fn measure(&self, pair: &Pair) -> Result<Loaded> {
        let (truth, pred) = rayon::join(|| read(&pair.truth), || pair.pred.as_deref().map(read));
        let truth = truth?;
        let problem = match &pred {
            None => None,
            Some(Ok(pred)) => differs(&truth, pred).map(|what| misplaced(pair, &what)),
            Some(Err(error)) => Some(error.to_string()),
        };
        if let (Some(message), Some(Missing::LeaveOut)) = (&problem, self.config.missing) {
            return Err(Error::new(ErrorKind::Data, message.clone()));
        }
        let Labeled { labels: truth, grid } = truth;
        let pred = pred.and_then(Result::ok).filter(|_| problem.is_none()).map(|pred| pred.labels);
        let spacing_mm = grid.map(|grid| grid.geometry().spacing_mm()).or(self.config.spacing_mm);
        let boxes = [truth.boxes(), pred.as_ref().map(LabelMap::boxes).unwrap_or_default()];
        let spacing_mm = spacing_mm.map(|[x, y, z]| [z, y, x]);
        let images = Images { truth, pred, boxes, spacing_mm };
        self.loaded(&images, problem)
    }

    fn loaded(&self, images: &Images, problem: Option<String>) -> Result<Loaded> {
        let mut labels: Vec<u16> = images.boxes.iter().flat_map(|boxes| boxes.keys().copied()).collect();
        labels.sort_unstable();
        labels.dedup();
        let shape = images.truth.shape();
        let sides_mm = images.spacing_mm.map(|spacing| [0, 1, 2].map(|axis| spacing[axis] * shape[axis] as f64));
        let mut loaded = Loaded {
            voxel_ml: images.spacing_mm.map(|spacing| spacing.iter().product::<f64>() / 1000.0),
            diagonal_mm: sides_mm.map(|sides| sides.iter().map(|side| side * side).sum::<f64>().sqrt()),
            is_missing: images.pred.is_none(),
            scored: BTreeMap::new(),
            cupping: None,
            problem,
            labels,
        };
        for region in self.names.regions_of(loaded.labels.iter().copied()) {
            let facts = self.facts(images, &region, loaded.empty(&region))?;
            let lesions = facts.lesions.as_ref();
            let counted = Counted {
                overlap: facts.overlap,
                lesions: lesions.map(|all| [all.n_truth, all.n_pred, all.matched.len() as u64]),
                scored: Scored::of(&facts, self.metrics, &self.config.scoring),
            };
            loaded.scored.insert(region.name, counted);
        }
        loaded.cupping = self.cupping(images)?;
        Ok(loaded)
    }

    /// What metrics are made of; `facts` are those of an empty region of the case.
    fn facts(&self, images: &Images, region: &Region, facts: Facts) -> Result<Facts> {
        let Some((part, [truth, pred])) = images.masks(region) else { return Ok(facts) };
        let overlap = overlap(&truth, &pred);
        let mut facts = Facts { overlap, ..facts };
        let asks = |needs: Needs| self.metrics.iter().any(|metric| metric.needs == needs);
        if let Some(rule) = self.config.lesions {
            let label = |label: u16| if region.labels.contain(label) { label } else { 0 };
            let pred = images.pred.as_ref().map_or_else(|| vec![0; part.n_voxels()], |map| map.map_part(part, label));
            facts.lesions = lesions::matched(
                &lesions::Masks {
                    truth: &images.truth.map_part(part, label),
                    pred: &pred,
                    shape: part.shape(),
                    spacing_mm: images.spacing_mm,
                },
                rule,
            )?;
        }
        if overlap.truth == 0 || overlap.pred == 0 {
            return Ok(facts);
        }
        if asks(Needs::Centerline) {
            facts.centerline = Some([inside(&truth, &pred, part)?, inside(&pred, &truth, part)?]);
        }
        let Some(spacing_mm) = images.spacing_mm else { return Ok(facts) };
        let extent = part.extent(spacing_mm)?;
        if asks(Needs::Surfaces) {
            let masks = [Mask::new(&truth, extent)?, Mask::new(&pred, extent)?];
            let [from_truth, from_pred] = apart(&masks[0], &masks[1], self.config.surface)?.map(distances);
            facts.surfaces = Some(Surfaces { from_truth, from_pred });
        }
        if asks(Needs::Boundary) {
            let band_mm = BAND * facts.diagonal_mm.unwrap_or_default();
            facts.boundary = Some(self::overlap(&band(&truth, extent, band_mm)?, &band(&pred, extent, band_mm)?));
        }
        Ok(facts)
    }

    /// Heights of cup and disc in truth and prediction, where they are asked for.
    fn cupping(&self, images: &Images) -> Result<Option<[Cupping; 2]>> {
        let Some(cupped) = &self.config.cupped else { return Ok(None) };
        let regions = self.names.regions_of(images.boxes.iter().flat_map(|boxes| boxes.keys().copied()));
        let find = |name: &str| {
            regions.iter().find(|region| region.name == name).ok_or_else(|| {
                let known: Vec<&str> = regions.iter().map(|region| region.name.as_str()).collect();
                let message =
                    format!("there is no region {name} to take the height of; expected one of {}", known.join(", "));
                Error::new(ErrorKind::Configuration, message)
            })
        };
        let (cup, disc) = (find(&cupped.cup)?, find(&cupped.disc)?);
        if images.truth.shape()[0] != 1 {
            let message = "heights are of images of one slice; leave out --cup and --disc for volumes";
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        let height = |map: Option<&LabelMap>, labels: &Labels| map.map_or(0, |map| tallest(map, labels));
        let eye = |map: Option<&LabelMap>| Cupping { cup: height(map, &cup.labels), disc: height(map, &disc.labels) };
        Ok(Some([eye(Some(&images.truth)), eye(images.pred.as_ref())]))
    }
}

impl Loaded {
    /// The facts of a region that neither mask has.
    fn empty(&self, region: &Region) -> Facts {
        Facts {
            voxel_ml: self.voxel_ml,
            diagonal_mm: self.diagonal_mm,
            tolerance_mm: region.tolerance_mm,
            is_missing: self.is_missing,
            ..Facts::default()
        }
    }

    /// What the case scores in each of these regions.
    pub(super) fn row(&self, regions: &[Region], task: &Task<'_>) -> Vec<Scored> {
        let empty = |region: &Region| Scored::of(&self.empty(region), task.metrics, &task.config.scoring);
        let scored = |region: &Region| self.scored.get(&region.name).map(|counted| counted.scored.clone());
        regions.iter().map(|region| scored(region).unwrap_or_else(|| empty(region))).collect()
    }

    /// Its voxels and lesions in a region.
    pub(super) fn counts(&self, region: &Region) -> (Overlap, Option<[u64; 3]>) {
        let counted = self.scored.get(&region.name);
        counted.map(|counted| (counted.overlap, counted.lesions)).unwrap_or_default()
    }
}

impl Images {
    /// The part of the image that holds a region, and which of its voxels both masks have; `None` where neither has any.
    fn masks(&self, region: &Region) -> Option<(Part, [Vec<bool>; 2])> {
        let around = |boxes: &BTreeMap<u16, Part>| {
            let of_region = boxes.iter().filter(|(label, _)| region.labels.contain(**label));
            of_region.map(|(_, part)| *part).reduce(Part::around)
        };
        let [truth, pred] = [around(&self.boxes[0]), around(&self.boxes[1])];
        let mut part = match (truth, pred) {
            (Some(truth), Some(pred)) => truth.around(pred),
            (one, other) => one.or(other)?,
        };
        if region.axial == Axial::Reference {
            let truth = truth?;
            (part.low[0], part.high[0]) = (truth.low[0], truth.high[0]);
        }
        let of = |map: &LabelMap| match &region.labels {
            Labels::All => map.map_part(part, |label| label != 0),
            Labels::These(labels) => match labels[..] {
                [one] => map.map_part(part, |label| label == one),
                _ => map.map_part(part, |label| labels.contains(&label)),
            },
        };
        let pred = self.pred.as_ref().map_or_else(|| vec![false; part.n_voxels()], of);
        Some((part, [of(&self.truth), pred]))
    }
}

fn read(path: &Path) -> Result<Labeled> {
    let volume = open::read(path, &Choice::default(), None, &ReadOptions::default())?.reading.volume;
    let grid = Grid::of(&volume).ok();
    let labels =
        LabelMap::of(volume).map_err(|error| Error::new(ErrorKind::Data, format!("{}: {error}", path.display())))?;
    Ok(Labeled { labels, grid })
}

/// In what two masks do not lie on the same grid; where a file does not say where it is, sizes decide.
fn differs(truth: &Labeled, pred: &Labeled) -> Option<String> {
    if let (Some(truth), Some(pred)) = (&truth.grid, &pred.grid) {
        let difference = truth.difference(pred);
        return (!difference.is_same()).then(|| difference.to_string());
    }
    let [truth, pred] = [truth, pred].map(|mask| mask.labels.shape());
    (truth != pred).then(|| format!("size {truth:?} and {pred:?} voxels (z, y, x)"))
}

/// What is said of a prediction that does not lie on the grid of the truth.
fn misplaced(pair: &Pair, what: &str) -> String {
    let pred = pair.pred.as_deref().unwrap_or(&pair.truth);
    format!(
        "{} does not lie on the grid of {}: {what}; bring it there by \
         `vesalius convert {} OUT --like {} --interpolation nearest`",
        pred.display(),
        pair.truth.display(),
        quoted(pred),
        quoted(&pair.truth)
    )
}

fn overlap(truth: &[bool], pred: &[bool]) -> Overlap {
    let count = |mask: &[bool]| mask.iter().map(|inside| u64::from(*inside)).sum();
    let both = truth.iter().zip(pred).map(|(t, p)| u64::from(*t && *p)).sum();
    Overlap { truth: count(truth), pred: count(pred), both }
}

fn distances(side: Apart) -> Distances {
    Distances { distance_mm: side.distance_mm, size: side.size }
}

/// Voxels of a mask's centerline that lie in the other mask, and how many there are.
fn inside(mask: &[bool], other: &[bool], part: Part) -> Result<(u64, u64)> {
    let line = skeleton::skeleton(mask, part.shape())?;
    let n = line.iter().map(|on| u64::from(*on)).sum();
    Ok((line.iter().zip(other).map(|(on, inside)| u64::from(*on && *inside)).sum(), n))
}

/// Voxels of a mask that are at most so far from what is outside of it; beyond the edge of the image is outside.
fn band(mask: &[bool], extent: Extent, most_mm: f64) -> Result<Vec<bool>> {
    let [n_z, n_y, n_x] = extent.shape();
    // A plane has no outside above and below.
    let rim = usize::from(n_z > 1);
    let padded = Extent::new([n_z + 2 * rim, n_y + 2, n_x + 2], extent.spacing_mm())?;
    let start = |row: usize| ((row / n_y + rim) * (n_y + 2) + row % n_y + 1) * (n_x + 2) + 1;
    let mut voxels = vec![false; padded.n_voxels()];
    for (row, values) in mask.chunks_exact(n_x).enumerate() {
        voxels[start(row)..start(row) + n_x].copy_from_slice(values);
    }
    let Some(apart_mm) = distance::to_background(&Mask::new(&voxels, padded)?) else { return Ok(mask.to_vec()) };
    let near = |row: usize| {
        let (mask, apart_mm) = (&mask[row * n_x..(row + 1) * n_x], &apart_mm[start(row)..start(row) + n_x]);
        mask.iter().zip(apart_mm).map(|(inside, mm)| *inside && f64::from(*mm) <= most_mm)
    };
    Ok((0..n_z * n_y).flat_map(near).collect())
}

/// The largest number of voxels of a region in one column of an image of one slice.
fn tallest(map: &LabelMap, labels: &Labels) -> u64 {
    let shape = map.shape();
    let mut columns = vec![0_u64; shape[2]];
    for row in map.map_part(Part::whole(shape), |label| labels.contain(label)).chunks_exact(shape[2]) {
        for (height, is_inside) in columns.iter_mut().zip(row) {
            *height += u64::from(*is_inside);
        }
    }
    columns.into_iter().max().unwrap_or(0)
}
