//! Streams that are compressed as a whole, unfolded no further than the limits allow.

use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder};

use crate::error::{Error, Result};
use crate::limits::Limits;

/// The content of a gzip stream.
pub(super) fn gunzip(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    read_limited(&mut MultiGzDecoder::new(bytes), bytes.len(), limits, &mut out)?;
    Ok(out)
}

/// Appends the content of a raw deflate stream; what follows the stream is ignored.
pub(super) fn inflate(bytes: &[u8], limits: &Limits, out: &mut Vec<u8>) -> Result<()> {
    read_limited(&mut DeflateDecoder::new(bytes), bytes.len(), limits, out)
}

fn read_limited(from: &mut dyn Read, n_bytes_stored: usize, limits: &Limits, out: &mut Vec<u8>) -> Result<()> {
    let limit = limits.bytes_max.saturating_add(1);
    let n_read = from.take(limit).read_to_end(out);
    let n_read = n_read.map_err(|error| Error::from_reading("the compressed DICOM file", error))? as u64;
    if n_read >= limit {
        return Err(Error::limit(format!(
            "the compressed file unfolds to more than {} bytes; raise the limit if it is to be trusted",
            limits.bytes_max
        )));
    }
    limits.check_expansion(n_read, n_bytes_stored as u64)
}
