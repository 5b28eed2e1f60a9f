//! What an image is, as 32 bytes: equal for equal pixels, whatever file or sample type they came from.

use std::fmt;

use crate::samples::{Samples, Value, for_samples};

/// Samples that are turned into bytes at a time.
const CHUNK_SAMPLES: usize = 1 << 13;

/// BLAKE3 of the shape and of the sample values, independent of the sample type.
///
/// Values are hashed in the narrowest of `u8`, `f32` and `f64` that holds all of them exactly, so that `u8` 7 and
/// `f32` 7.0 agree and 8-bit images are hashed at full speed. −0 counts as 0, and every NaN as the same NaN.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn new(samples: &Samples, shape: [usize; 4]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"vesalius volume 1");
        for n in shape {
            hasher.update(&(n as u64).to_le_bytes());
        }
        match samples {
            Samples::U8(values) => hash_bytes(&mut hasher, b"u8", values),
            other => for_samples!(other, values => hash_narrowest(&mut hasher, values)),
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn hash_bytes(hasher: &mut blake3::Hasher, tag: &[u8], bytes: &[u8]) {
    hasher.update(tag);
    hasher.update(bytes);
}

fn hash_narrowest<T: Value>(hasher: &mut blake3::Hasher, values: &[T]) {
    let all = |fits: fn(f64) -> bool| values.iter().all(|v| fits(v.as_f64()));
    if all(|v| same(v, f64::from(v as u8))) {
        hash_as(hasher, b"u8", values, |v| [v as u8]);
    } else if all(|v| v.is_nan() || same(v, f64::from(v as f32))) {
        hash_as(hasher, b"f32", values, |v| (if v.is_nan() { f32::NAN } else { v as f32 + 0.0 }).to_le_bytes());
    } else {
        hash_as(hasher, b"f64", values, |v| (if v.is_nan() { f64::NAN } else { v + 0.0 }).to_le_bytes());
    }
}

/// Equal values; −0 and 0 are the same.
fn same(a: f64, b: f64) -> bool {
    a.total_cmp(&b).is_eq() || (a + 0.0).total_cmp(&b).is_eq()
}

fn hash_as<T: Value, const N: usize>(
    hasher: &mut blake3::Hasher,
    tag: &[u8],
    values: &[T],
    bytes_of: impl Fn(f64) -> [u8; N],
) {
    hasher.update(tag);
    let mut bytes = Vec::with_capacity(CHUNK_SAMPLES * N);
    for chunk in values.chunks(CHUNK_SAMPLES) {
        bytes.clear();
        bytes.extend(chunk.iter().flat_map(|v| bytes_of(v.as_f64())));
        hasher.update(&bytes);
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}
