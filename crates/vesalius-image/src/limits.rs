//! What a file may ask for: every reader checks a declared size here before it allocates.

use crate::error::{Error, Result};

/// No coding that is read here unfolds one stored byte into more: deflate reaches 1,032, LZW about 1,300.
const EXPANSION_POSSIBLE: u64 = 4096;

/// Room for small files, whose headers and tables distort the ratio.
const EXPANSION_SLACK_BYTES: u64 = 1 << 16;

/// The most that a file may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Samples in one image or array; default 2³⁴, more than the largest published 224-pixel benchmark.
    pub samples_max: u64,
    /// Bytes of one decoded image or array; default 16 GiB, what a workstation can hold.
    pub bytes_max: u64,
    /// Decoded bytes for each stored byte, once [`Self::expansion_exempt_bytes`] is passed; default 100,
    /// twice what large real images reach.
    pub expansion_max: u64,
    /// Decoded bytes below which any ratio is taken; default 2 GiB, because label masks compress 1,000-fold.
    pub expansion_exempt_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { samples_max: 1 << 34, bytes_max: 16 << 30, expansion_max: 100, expansion_exempt_bytes: 2 << 30 }
    }
}

impl Limits {
    /// How many samples a shape has; an error where the product passes a limit or overflows.
    ///
    /// `sample_bytes` is what one decoded sample takes in memory.
    pub(crate) fn n_samples(&self, shape: &[u64], sample_bytes: u64) -> Result<u64> {
        let n_samples = shape.iter().try_fold(1_u64, |product, n| product.checked_mul(*n));
        let n_bytes = n_samples.and_then(|n| n.checked_mul(sample_bytes));
        let (Some(n_samples), Some(n_bytes)) = (n_samples, n_bytes) else {
            return Err(Error::limit(format!("shape {shape:?} is larger than any memory; the header is damaged")));
        };
        if n_samples > self.samples_max || n_bytes > self.bytes_max {
            return Err(Error::limit(format!(
                "shape {shape:?} has {n_samples} samples in {n_bytes} bytes; allowed are {} samples and {} bytes; \
                 raise the limit if the file is to be trusted",
                self.samples_max, self.bytes_max
            )));
        }
        Ok(n_samples)
    }

    /// Refuses a declared size that the stored bytes cannot unfold to, or that looks like a decompression bomb.
    pub(crate) fn check_expansion(&self, n_bytes: u64, n_bytes_stored: u64) -> Result<()> {
        let possible = n_bytes_stored.saturating_mul(EXPANSION_POSSIBLE).saturating_add(EXPANSION_SLACK_BYTES);
        if n_bytes > possible {
            return Err(Error::format(format!(
                "the header declares {n_bytes} bytes, but only {n_bytes_stored} are stored; \
                 the file is truncated or damaged"
            )));
        }
        if n_bytes > self.expansion_exempt_bytes && n_bytes / n_bytes_stored.max(1) > self.expansion_max {
            return Err(Error::limit(format!(
                "{n_bytes_stored} stored bytes unfold to {n_bytes}, more than {} to one; \
                 raise the limit if the file is to be trusted",
                self.expansion_max
            )));
        }
        Ok(())
    }
}
