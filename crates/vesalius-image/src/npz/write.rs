//! Arrays to `.npy` and `.npz` bytes that NumPy reads; the same arrays give the same bytes.

use std::io::{Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::{Error, ErrorKind, Result};
use crate::samples::{Dtype, Samples};

/// NumPy aligns sample data to this, so that files can be mapped to memory.
const ALIGNMENT_BYTES: usize = 64;

/// Entries from this size on need the wide fields of zip; a margin below 4 GiB is for what deflate may add.
const LARGE_ENTRY_BYTES: u64 = 0xf000_0000;

/// Writes one array as `.npy`; an error where samples and shape do not fit.
pub fn write_npy(out: &mut impl Write, shape: &[usize], samples: &Samples) -> Result<()> {
    let header = header(shape, samples)?;
    let written = out.write_all(&header).and_then(|()| samples.write_to(out));
    written.map_err(|error| Error::from_writing("the array", error))
}

/// Writes arrays by name as a compressed `.npz`; names come without `.npy`, and their order is kept.
pub fn write_npz(out: &mut (impl Write + Seek), arrays: &[(String, Vec<usize>, Samples)]) -> Result<()> {
    let mut archive = ZipWriter::new(out);
    for (name, shape, samples) in arrays {
        let n_bytes = samples.len() as u64 * samples.dtype().stored_bytes();
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .large_file(n_bytes > LARGE_ENTRY_BYTES);
        archive.start_file(format!("{name}.npy"), options).map_err(|error| from_zip(name, error))?;
        write_npy(&mut archive, shape, samples)?;
    }
    archive.finish().map_err(|error| from_zip("the directory", error))?;
    Ok(())
}

fn from_zip(what: &str, error: zip::result::ZipError) -> Error {
    match error {
        zip::result::ZipError::Io(error) => Error::from_writing(what, error),
        other => Error::new(ErrorKind::Write, format!("{what} cannot be written ({other})")).with_source(other),
    }
}

/// Magic, version 1, and the dictionary, padded with spaces to the alignment.
fn header(shape: &[usize], samples: &Samples) -> Result<Vec<u8>> {
    let n_expected = shape.iter().try_fold(1_usize, |product, n| product.checked_mul(*n));
    if n_expected != Some(samples.len()) {
        return Err(Error::parameter(format!("{} samples do not fill shape {shape:?}", samples.len())));
    }
    let lengths = match shape {
        [length] => format!("{length},"),
        _ => shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let dictionary = format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({lengths}), }}", descr(samples));
    let n_unpadded = 10 + dictionary.len() + 1;
    let n_padding = n_unpadded.next_multiple_of(ALIGNMENT_BYTES) - n_unpadded;
    let n_text = u16::try_from(dictionary.len() + n_padding + 1)
        .map_err(|_| Error::parameter(format!("an array of {} axes cannot be written", shape.len())))?;
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend_from_slice(&n_text.to_le_bytes());
    header.extend_from_slice(dictionary.as_bytes());
    header.resize(header.len() + n_padding, b' ');
    header.push(b'\n');
    Ok(header)
}

fn descr(samples: &Samples) -> &'static str {
    match samples.dtype() {
        Dtype::Bool | Dtype::U8 => "|u1",
        Dtype::I8 => "|i1",
        Dtype::U16 => "<u2",
        Dtype::I16 => "<i2",
        Dtype::U32 => "<u4",
        Dtype::I32 => "<i4",
        Dtype::U64 => "<u8",
        Dtype::I64 => "<i8",
        Dtype::F16 => "<f2",
        Dtype::F32 => "<f4",
        Dtype::F64 => "<f8",
    }
}
