//! Weighted boxes fusion: boxes of several models that overlap become one box, the mean weighted by scores.
//!
//! **Definition.** Label by label, boxes in descending order of score: each joins the cluster whose fused box overlaps it
//! most, if the intersection over their union exceeds 0.55, else starts one. Coordinates of a fused box are the means of its members' weighted by
//! score; its score is their mean score × min(members, models) / models, so that what one model of three sees counts a
//! third (Solovyev, Wang and Gabruseva 2021, doi:10.1016/j.imavis.2021.104117).
//! **Ties:** equal scores in the order of models and boxes; equal overlaps join the first cluster. **Empty** boxes
//! (no extent) and scores outside 0 to 1 are errors; a model without boxes counts as one. **Cost** O(boxes × clusters).

use super::{Method, Takes};
use crate::error::{Error, Result};

pub(super) const METHOD: Method = Method {
    name: "weighted-boxes",
    definition: "overlapping boxes of one label become their mean weighted by score; what few models see scores less",
    takes: &[Takes::Boxes],
    others: "",
};

/// An overlap above this joins boxes.
const IOU_MIN: f64 = 0.55;

/// A box with a score; a flat one has the same extent along z as all others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredBox {
    /// What it is a box of.
    pub label: usize,
    /// How sure its model is, 0 to 1.
    pub score: f64,
    /// The corner of smallest x, y and z.
    pub min: [f64; 3],
    /// The corner of largest x, y and z.
    pub max: [f64; 3],
}

/// The fused boxes of one image, by descending score; `models` holds the boxes of each.
pub fn weighted_boxes(models: &[Vec<ScoredBox>]) -> Result<Vec<ScoredBox>> {
    models.iter().flatten().try_for_each(check)?;
    let mut boxes: Vec<&ScoredBox> = models.iter().flatten().collect();
    boxes.sort_by(|a, b| a.label.cmp(&b.label).then(b.score.total_cmp(&a.score)));
    let mut fused: Vec<ScoredBox> = Vec::new();
    for same_label in boxes.chunk_by(|a, b| a.label == b.label) {
        let mut clusters: Vec<Cluster> = Vec::new();
        for found in same_label {
            let overlaps = clusters.iter().enumerate().map(|(at, cluster)| (at, iou(&cluster.fused, found)));
            let first_best = |best: Option<(usize, f64)>, next: (usize, f64)| {
                if next.1 > best.map_or(IOU_MIN, |best| best.1) { Some(next) } else { best }
            };
            match overlaps.fold(None, first_best) {
                Some((at, _)) => clusters[at].join(found),
                None => clusters.push(Cluster::of(found)),
            }
        }
        fused.extend(clusters.iter().map(|cluster| cluster.scored(models.len())));
    }
    fused.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(fused)
}

fn check(found: &ScoredBox) -> Result<()> {
    let ScoredBox { score, min, max, .. } = found;
    if !(0.0..=1.0).contains(score) {
        return Err(Error::value(format!("a box has the score {score}; expected a number from 0 to 1")));
    }
    // A comparison with NaN is false, so that it is refused here too.
    if (0..3).all(|axis| min[axis].is_finite() && max[axis].is_finite() && min[axis] < max[axis]) {
        return Ok(());
    }
    Err(Error::value(format!("a box reaches from {min:?} to {max:?}; expected its first corner below its last")))
}

/// Boxes that became one.
struct Cluster {
    fused: ScoredBox,
    n_members: usize,
    score_sum: f64,
    /// Corners weighted by score.
    min_sum: [f64; 3],
    max_sum: [f64; 3],
}

impl Cluster {
    fn of(first: &ScoredBox) -> Self {
        let weighted = |corner: [f64; 3]| corner.map(|value| value * first.score);
        Self {
            fused: *first,
            n_members: 1,
            score_sum: first.score,
            min_sum: weighted(first.min),
            max_sum: weighted(first.max),
        }
    }

    fn join(&mut self, other: &ScoredBox) {
        self.n_members += 1;
        self.score_sum += other.score;
        for axis in 0..3 {
            self.min_sum[axis] += other.min[axis] * other.score;
            self.max_sum[axis] += other.max[axis] * other.score;
        }
        // Boxes that all score 0 have no weighted mean; the first of them stands for all.
        if self.score_sum > 0.0 {
            self.fused.min = self.min_sum.map(|sum| sum / self.score_sum);
            self.fused.max = self.max_sum.map(|sum| sum / self.score_sum);
        }
    }

    fn scored(&self, n_models: usize) -> ScoredBox {
        let seen = self.n_members.min(n_models) as f64 / n_models as f64;
        ScoredBox { score: self.score_sum / self.n_members as f64 * seen, ..self.fused }
    }
}

/// Volume of the intersection over that of the union.
fn iou(a: &ScoredBox, b: &ScoredBox) -> f64 {
    let (mut both, mut volume_a, mut volume_b) = (1.0, 1.0, 1.0);
    for axis in 0..3 {
        both *= (a.max[axis].min(b.max[axis]) - a.min[axis].max(b.min[axis])).max(0.0);
        volume_a *= a.max[axis] - a.min[axis];
        volume_b *= b.max[axis] - b.min[axis];
    }
    both / (volume_a + volume_b - both)
}
