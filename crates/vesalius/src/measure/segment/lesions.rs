//! Lesions one by one: which there are in two masks, and which belong together.

use std::collections::BTreeMap;

use vesalius_image::components::{Components, Connectivity};
use vesalius_stats::segment::{Lesions, Overlap};

use super::config::LesionRule;
use crate::error::Result;

/// Two masks of one part of an image, as labels or as 0 and 1.
pub(super) struct Masks<'a> {
    pub(super) truth: &'a [u16],
    pub(super) pred: &'a [u16],
    /// `[z, y, x]`.
    pub(super) shape: [usize; 3],
    /// Along z, y and x, where it is known.
    pub(super) spacing_mm: Option<[f64; 3]>,
}

/// The lesions of both and the pairs by a rule; `None` where it needs millimeters that nobody knows.
pub(super) fn matched(masks: &Masks<'_>, rule: LesionRule) -> Result<Option<Lesions>> {
    let (truth, pred) = match rule {
        LesionRule::Instances(_) => (Found::labeled(masks.truth, masks.shape), Found::labeled(masks.pred, masks.shape)),
        _ => (Found::components(masks.truth, masks.shape)?, Found::components(masks.pred, masks.shape)?),
    };
    let (n_truth, n_pred) = (truth.sizes.len() as u64, pred.sizes.len() as u64);
    let mut both: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    for pair in truth.of_voxel.iter().copied().zip(pred.of_voxel.iter().copied()) {
        if pair.0 > 0 && pair.1 > 0 {
            *both.entry(pair).or_default() += 1;
        }
    }
    let overlap = |t: u32, p: u32| Overlap {
        truth: truth.sizes[t as usize - 1],
        pred: pred.sizes[p as usize - 1],
        both: both.get(&(t, p)).copied().unwrap_or(0),
    };
    let candidates: Vec<(f64, u32, u32)> = match rule {
        LesionRule::Overlap(least) | LesionRule::Instances(least) => both
            .keys()
            .map(|(t, p)| (overlap(*t, *p), *t, *p))
            .map(|(pair, t, p)| (pair.both as f64 / pair.either() as f64, t, p))
            .filter(|(iou, ..)| *iou >= least)
            .map(|(iou, t, p)| (-iou, t, p))
            .collect(),
        LesionRule::Distance(most_mm) => {
            let Some(spacing_mm) = masks.spacing_mm else { return Ok(None) };
            let mut near = Vec::new();
            for (t, a) in truth.centers.iter().enumerate() {
                for (p, b) in pred.centers.iter().enumerate() {
                    let apart_mm =
                        (0..3).map(|axis| ((a[axis] - b[axis]) * spacing_mm[axis]).powi(2)).sum::<f64>().sqrt();
                    if apart_mm <= most_mm {
                        near.push((apart_mm, t as u32 + 1, p as u32 + 1));
                    }
                }
            }
            near
        }
    };
    let matched = one_to_one(candidates).into_iter().map(|(t, p)| overlap(t, p)).collect();
    Ok(Some(Lesions { n_truth, n_pred, matched }))
}

/// Pairs from the lowest cost on, each lesion in one; of equal costs the pair with the lower numbers.
fn one_to_one(mut candidates: Vec<(f64, u32, u32)>) -> Vec<(u32, u32)> {
    candidates.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut taken = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    let mut pairs = Vec::new();
    for (_, t, p) in candidates {
        if !taken.0.contains(&t) && !taken.1.contains(&p) {
            taken.0.insert(t);
            taken.1.insert(p);
            pairs.push((t, p));
        }
    }
    pairs
}

/// Lesions of one mask, numbered from 1.
struct Found {
    of_voxel: Vec<u32>,
    sizes: Vec<u64>,
    /// Mean positions z, y and x.
    centers: Vec<[f64; 3]>,
}

impl Found {
    fn components(voxels: &[u16], shape: [usize; 3]) -> Result<Self> {
        let components = Components::find(voxels, shape, Connectivity::Corners)?;
        let sizes = components.components().iter().map(|component| component.n_voxels).collect();
        let centers = components.components().iter().map(|component| component.centroid).collect();
        Ok(Self { of_voxel: components.labels(), sizes, centers })
    }

    fn labeled(voxels: &[u16], [_, n_y, n_x]: [usize; 3]) -> Self {
        let mut sums: BTreeMap<u16, (u64, [u64; 3])> = BTreeMap::new();
        for (at, label) in voxels.iter().enumerate().filter(|(_, label)| **label > 0) {
            let sum = sums.entry(*label).or_default();
            sum.0 += 1;
            for (total, place) in sum.1.iter_mut().zip([at / (n_y * n_x), at / n_x % n_y, at % n_x]) {
                *total += place as u64;
            }
        }
        let number: BTreeMap<u16, u32> = sums.keys().copied().zip(1..).collect();
        let of_voxel = voxels.iter().map(|label| number.get(label).copied().unwrap_or(0)).collect();
        let center = |(n, sum): &(u64, [u64; 3])| sum.map(|total| total as f64 / *n as f64);
        Self { of_voxel, sizes: sums.values().map(|sum| sum.0).collect(), centers: sums.values().map(center).collect() }
    }
}
