//! A strip or tile: from packed bytes to samples in the byte order of the machine.

use super::directory::File;
use super::jpeg::{self, Expected};
use super::lzw;
use super::page::{Page, Photometric};
use crate::error::{Error, Result};
use crate::gzip::{Coding, unfold_into};
use crate::samples::ByteOrder;

/// Unpacks the chunk of this position in the list; `None` where the file leaves it out, which means zeros.
///
/// The result has whole rows of [`Page::chunk`] width, cut at the lower edge of strips, and samples of at least a byte.
pub(super) fn read(file: &File<'_>, page: &Page, idx: usize) -> Result<Option<Vec<u8>>> {
    let [offset, n_packed] = page.chunks[idx];
    if offset == 0 && n_packed == 0 {
        return Ok(None);
    }
    let [across, down] = page.grid();
    let first_row = idx / across % down * page.chunk[1];
    let n_rows = if page.is_tiled { page.chunk[1] } else { page.chunk[1].min(page.size[1] - first_row) };
    let n_each = if page.is_planar { 1 } else { page.n_stored };
    let width = page.chunk[0];
    let row_bits = [n_each as u64, page.bits].iter().try_fold(width as u64, |product, n| product.checked_mul(*n));
    let row_bytes = row_bits.map_or(u64::MAX, |bits| bits.div_ceil(8));
    let n_bytes = file.limits.n_samples(&[row_bytes, n_rows as u64], 1)?;
    file.limits.check_expansion(n_bytes, n_packed)?;
    let packed = file.store.read(offset, n_packed)?;
    if page.compression == 7 {
        if page.bits != 8 || page.predictor != 1 || !matches!(n_each, 1 | 3) {
            return Err(Error::unsupported(format!(
                "JPEG in TIFF is read with one or three samples of 8 bits, and this has {n_each} of {}; \
                 save the image with deflate",
                page.bits
            )));
        }
        let is_rgb = page.photometric == Photometric::Rgb;
        let expected = Expected { width, height: n_rows, n_samples: n_each, is_rgb };
        return jpeg::unpack(&packed, page.jpeg_tables.as_deref(), expected).map(Some);
    }
    let mut bytes = unpacked(&packed, page.compression, n_bytes as usize)?;
    match (page.predictor, page.bits) {
        (3, _) => bytes = float_rows(&bytes, row_bytes as usize, n_each, page.bits)?,
        (_, 0..8) if page.predictor == 1 => {
            bytes = bits_to_bytes(&bytes, row_bytes as usize, width * n_each, page.bits);
        }
        _ => to_native(&mut bytes, page.bits, file.order),
    }
    match page.predictor {
        2 => add_up(&mut bytes, row_bytes as usize, n_each, page.bits)?,
        1 | 3 => {}
        other => return Err(Error::unsupported(format!("TIFF predictor {other} is not known; save the image again"))),
    }
    Ok(Some(bytes))
}

fn unpacked(packed: &[u8], compression: u64, n_bytes: usize) -> Result<Vec<u8>> {
    let mut out = vec![0; if compression == 1 { 0 } else { n_bytes }];
    let n_found = match compression {
        1 => {
            out.extend_from_slice(&packed[..n_bytes.min(packed.len())]);
            out.len()
        }
        5 if packed.len() > 1 && packed[0] == 0 && packed[1] & 1 == 1 => {
            return Err(Error::unsupported("the TIFF image has LZW in the order of before 1992; save it again"));
        }
        5 => lzw::unpack(packed, &mut out)
            .ok_or_else(|| Error::format("an LZW strip or tile of the TIFF file is damaged; fetch or save it again"))?,
        8 | 32946 => {
            unfold_into(packed, Coding::Zlib, &mut out)?;
            n_bytes
        }
        32773 => unpack_bits(packed, &mut out),
        _ => return Err(unsupported(compression)),
    };
    if n_found == n_bytes {
        Ok(out)
    } else {
        Err(Error::format(format!(
            "a strip or tile of the TIFF file holds {n_found} of its {n_bytes} bytes; it is truncated or damaged"
        )))
    }
}

/// Refuses what cannot be unpacked, before anything is counted on it.
pub(super) fn check(page: &Page) -> Result<()> {
    match page.compression {
        1 | 5 | 7 | 8 | 32946 | 32773 => Ok(()),
        other => Err(unsupported(other)),
    }
}

/// What is not read, by name.
fn unsupported(compression: u64) -> Error {
    let name = match compression {
        2..=4 => "fax",
        6 => "JPEG of before 1995",
        33003 | 33005 | 34712 => "JPEG 2000",
        34887 => "LERC",
        34925 => "LZMA",
        50000 => "Zstandard",
        50001 => "WebP",
        50002 | 52546 => "JPEG XL",
        _ => "an unknown coding",
    };
    Error::unsupported(format!(
        "the TIFF image is packed as {name} (compression {compression}), which is not read; \
         convert it to deflate, LZW or JPEG"
    ))
}

/// Unpacks runs and literal stretches (TIFF 6.0, section 9); how many bytes were written.
fn unpack_bits(packed: &[u8], out: &mut [u8]) -> usize {
    let (mut at, mut n_written) = (0, 0);
    while let Some(control) = packed.get(at).filter(|_| n_written < out.len()) {
        let rest = &mut out[n_written..];
        at += 1;
        match *control as i8 {
            -128 => {}
            literal @ 0.. => {
                let n = (literal as usize + 1).min(rest.len()).min(packed.len() - at);
                rest[..n].copy_from_slice(&packed[at..at + n]);
                at += n;
                n_written += n;
            }
            run => {
                let Some(value) = packed.get(at) else { break };
                let n = (1 - isize::from(run)) as usize;
                let n = n.min(rest.len());
                rest[..n].fill(*value);
                at += 1;
                n_written += n;
            }
        }
    }
    n_written
}

/// Samples of 1, 2 or 4 bits, a byte each; rows begin at whole bytes.
fn bits_to_bytes(bytes: &[u8], row_bytes: usize, n_row_samples: usize, bits: u64) -> Vec<u8> {
    let n_in_byte = 8 / bits as usize;
    let mask = (1_u16 << bits) as u8 - 1;
    let sample = |row: &[u8], idx: usize| {
        let shift = 8 - bits as usize * (idx % n_in_byte + 1);
        row[idx / n_in_byte] >> shift & mask
    };
    let rows = bytes.chunks_exact(row_bytes);
    rows.flat_map(|row| (0..n_row_samples).map(move |idx| sample(row, idx))).collect()
}

fn to_native(bytes: &mut [u8], bits: u64, order: ByteOrder) {
    let is_native = (order == ByteOrder::LowFirst) == cfg!(target_endian = "little");
    if bits > 8 && !is_native {
        bytes.chunks_exact_mut(bits as usize / 8).for_each(<[u8]>::reverse);
    }
}

/// Undoes differences between neighbors (TIFF 6.0, section 14).
fn add_up(bytes: &mut [u8], row_bytes: usize, n_each: usize, bits: u64) -> Result<()> {
    macro_rules! add {
        ($kind:ty) => {{
            const N: usize = size_of::<$kind>();
            for row in bytes.chunks_exact_mut(row_bytes) {
                let (samples, _) = row.as_chunks_mut::<N>();
                for idx in n_each..samples.len() {
                    let sum = <$kind>::from_ne_bytes(samples[idx])
                        .wrapping_add(<$kind>::from_ne_bytes(samples[idx - n_each]));
                    samples[idx] = sum.to_ne_bytes();
                }
            }
        }};
    }
    match bits {
        8 => add!(u8),
        16 => add!(u16),
        32 => add!(u32),
        64 => add!(u64),
        _ => return Err(Error::unsupported(format!("TIFF differences of {bits} bits are not read; save it again"))),
    }
    Ok(())
}

/// Undoes the floating point predictor (TIFF Technical Note 3, 2005): differences of bytes, all high bytes of a row
/// first.
fn float_rows(bytes: &[u8], row_bytes: usize, n_each: usize, bits: u64) -> Result<Vec<u8>> {
    let n_bytes_each = bits as usize / 8;
    if !matches!(n_bytes_each, 2 | 4 | 8) {
        return Err(Error::format("the TIFF image has floating point differences of whole numbers; it is damaged"));
    }
    let mut out = vec![0; bytes.len()];
    for (row, out) in bytes.chunks_exact(row_bytes).zip(out.chunks_exact_mut(row_bytes)) {
        let mut row = row.to_vec();
        for idx in n_each..row.len() {
            row[idx] = row[idx].wrapping_add(row[idx - n_each]);
        }
        let n_samples = row_bytes / n_bytes_each;
        for (idx, sample) in out.chunks_exact_mut(n_bytes_each).enumerate() {
            for (byte, value) in sample.iter_mut().enumerate() {
                *value = row[byte * n_samples + idx];
            }
            if cfg!(target_endian = "little") {
                sample.reverse();
            }
        }
    }
    Ok(out)
}
