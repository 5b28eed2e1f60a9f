//! The deflate stream behind the meta information of a deflated file, unfolded no further than the limits allow.

use std::io::Read;

use flate2::read::DeflateDecoder;

use crate::error::{Error, Result};
use crate::limits::Limits;

/// Appends the content of a raw deflate stream; what follows the stream is ignored.
pub(super) fn inflate(bytes: &[u8], limits: &Limits, out: &mut Vec<u8>) -> Result<()> {
    let limit = limits.bytes_max.saturating_add(1);
    let n_read = DeflateDecoder::new(bytes).take(limit).read_to_end(out);
    let n_read = n_read.map_err(|error| Error::from_reading("the deflated DICOM file", error))? as u64;
    if n_read >= limit {
        return Err(Error::limit(format!(
            "the deflated file unfolds to more than {} bytes; raise the limit if it is to be trusted",
            limits.bytes_max
        )));
    }
    limits.check_expansion(n_read, bytes.len() as u64)
}
