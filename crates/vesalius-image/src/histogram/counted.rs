//! The samples that a statistic is taken of, part by part and in a fixed order.

use std::ops::Range;

use rayon::prelude::*;

use crate::crop::check_mask;
use crate::error::{Error, Result};
use crate::samples::{Value, for_samples};
use crate::volume::Volume;

/// Samples that are looked at by one thread; fixed, so that sums do not depend on how many threads there are.
const PART: usize = 1 << 16;

/// Which samples statistics are taken of; those that are not finite never are.
#[derive(Clone, Copy, Debug, Default)]
pub enum Within<'a> {
    /// All.
    #[default]
    All,
    /// Those that are not 0, as is usual for skull-stripped MR.
    Nonzero,
    /// Those where a mask of one channel on the same grid is not 0.
    Mask(&'a Volume),
}

/// Samples of a volume, or of one channel of it, that count.
pub(crate) struct Counted<'a> {
    volume: &'a Volume,
    range: Range<usize>,
    within: Within<'a>,
}

impl<'a> Counted<'a> {
    /// Of all channels together; an error where the mask does not fit.
    pub(crate) fn all(volume: &'a Volume, within: Within<'a>) -> Result<Self> {
        if let Within::Mask(mask) = within {
            check_mask(volume, mask)?;
        }
        Ok(Self { volume, range: 0..volume.samples().len(), within })
    }

    /// Each channel for itself.
    pub(crate) fn channels(volume: &'a Volume, within: Within<'a>) -> Result<Vec<Self>> {
        let n_channels = volume.shape()[0];
        let n = volume.samples().len() / n_channels;
        let all = Self::all(volume, within)?;
        Ok((0..n_channels).map(|channel| Self { range: channel * n..(channel + 1) * n, ..all }).collect())
    }

    /// What `of` makes of each part of the samples that count, in their order.
    pub(crate) fn parts<R: Send>(&self, of: impl Fn(&[f64]) -> R + Sync) -> Vec<R> {
        for_samples!(self.volume.samples(), values => {
            let parts = values[self.range.clone()].par_chunks(PART).enumerate();
            parts.map_init(Vec::new, |kept, (part_idx, part)| {
                kept.clear();
                kept.extend(part.iter().map(|value| value.as_f64()));
                self.retain(kept, self.range.start + part_idx * PART);
                of(kept)
            }).collect()
        })
    }

    /// Leaves those of consecutive samples, from `first` on, that count.
    fn retain(&self, values: &mut Vec<f64>, first: usize) {
        let n_channel = self.volume.samples().len() / self.volume.shape()[0];
        let mut idx = first..;
        match self.within {
            // Nearly always all of them, which is faster to see than to copy.
            Within::All if values.iter().all(|value| value.is_finite()) => {}
            Within::All => values.retain(|value| value.is_finite()),
            Within::Nonzero => values.retain(|value| value.is_finite() && value.abs() > 0.0),
            Within::Mask(mask) => values.retain(|value| {
                let is_in_mask = idx.next().is_some_and(|idx| mask.samples().get(idx % n_channel).abs() > 0.0);
                is_in_mask && value.is_finite()
            }),
        }
    }

    /// How many samples count; an error where none does.
    pub(crate) fn count(&self) -> Result<usize> {
        match self.parts(<[f64]>::len).into_iter().sum() {
            0 => Err(Error::parameter(
                "no sample counts: none is finite, or the mask is empty; choose another mask or image",
            )),
            n => Ok(n),
        }
    }

    /// The sum of a function of every sample that counts.
    pub(crate) fn sum(&self, of: impl Fn(f64) -> f64 + Sync) -> f64 {
        self.parts(|kept| kept.iter().map(|value| of(*value)).sum::<f64>()).into_iter().sum()
    }

    /// Smallest and largest sample that count; infinite and the wrong way round where none does.
    pub(crate) fn range(&self) -> (f64, f64) {
        let wider = |(low, high): (f64, f64), (a, b): (f64, f64)| (low.min(a), high.max(b));
        let none = (f64::INFINITY, f64::NEG_INFINITY);
        let parts = self.parts(|kept| kept.iter().map(|value| (*value, *value)).fold(none, wider));
        parts.into_iter().fold(none, wider)
    }
}
