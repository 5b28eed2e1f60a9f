//! The one image type: samples, their shape, and where they are.

use crate::error::{Error, Result};
use crate::fingerprint::Fingerprint;
use crate::geometry::Geometry;
use crate::samples::{Samples, Value, for_samples};

/// An image: samples in axis order `[channel, z, y, x]`, and where they are if that is known.
///
/// A 2-D image has one z.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    samples: Samples,
    shape: [usize; 4],
    geometry: Option<Geometry>,
}

impl Volume {
    /// A volume of at least one sample; an error where samples and shape do not fit.
    ///
    /// `samples` are in C order of `shape`, `[channel, z, y, x]`.
    pub fn new(samples: Samples, shape: [usize; 4], geometry: Option<Geometry>) -> Result<Self> {
        let n_expected = shape.iter().try_fold(1_usize, |product, n| product.checked_mul(*n));
        if n_expected != Some(samples.len()) || samples.is_empty() {
            return Err(Error::parameter(format!(
                "{} samples do not fill shape {shape:?} (channel, z, y, x); expected their product, above 0",
                samples.len()
            )));
        }
        Ok(Self { samples, shape, geometry })
    }

    /// The same samples in another place.
    #[must_use]
    pub fn with_geometry(self, geometry: Geometry) -> Self {
        Self { geometry: Some(geometry), ..self }
    }

    /// `[channel, z, y, x]`.
    pub fn shape(&self) -> [usize; 4] {
        self.shape
    }

    /// Sample values in C order of [`Self::shape`].
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// The sample values alone.
    pub fn into_samples(self) -> Samples {
        self.samples
    }

    /// Where the voxels are; `None` where the source did not say.
    pub fn geometry(&self) -> Option<&Geometry> {
        self.geometry.as_ref()
    }

    /// All samples as `f32` in C order, rounded to the nearest where they do not fit.
    pub fn to_f32(&self) -> Vec<f32> {
        self.samples.to_f32()
    }

    /// A hash of decoded values and shape, the same for equal images of different sample types.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::new(&self.samples, self.shape)
    }

    /// Smallest and largest finite sample; two NaN where no sample is finite.
    pub fn range(&self) -> (f64, f64) {
        let (low, high) = for_samples!(&self.samples, values => {
            values.iter().map(|v| v.as_f64()).filter(|v| v.is_finite()).fold(
                (f64::INFINITY, f64::NEG_INFINITY),
                |(low, high), v| (low.min(v), high.max(v)),
            )
        });
        if low <= high { (low, high) } else { (f64::NAN, f64::NAN) }
    }

    /// How many samples are NaN or infinite.
    pub fn n_nonfinite(&self) -> usize {
        match &self.samples {
            Samples::F32(values) => values.iter().filter(|v| !v.is_finite()).count(),
            Samples::F64(values) => values.iter().filter(|v| !v.is_finite()).count(),
            _ => 0,
        }
    }
}
