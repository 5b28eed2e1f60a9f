//! Gzip and zlib streams (RFC 1952, RFC 1950): unfolded no further than the limits allow, with their checksums met.
//!
//! Where a header tells the size, the whole stream is inflated in one call into memory of that size; where nothing
//! tells it, it is inflated piece by piece, so that memory grows with what is really there.

use std::io::Read;

use flate2::bufread::{GzDecoder, ZlibDecoder};
use libdeflater::{CompressionLvl, Compressor, Crc, Decompressor};

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::samples::zeros;

const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What a written stream begins with: magic, deflate, no flags, no time, no hint of speed, no name of a system.
const START: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// How hard to compress.
const LEVEL: i32 = 3;

/// Bytes that are inflated at a time where the size is not known.
const PIECE_BYTES: usize = 1 << 20;

/// How far a stream is followed behind what is wanted of it, to meet its checksum.
const BEHIND_MAX_BYTES: u64 = 64 << 20;

/// The wrapping of a deflate stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// With a CRC-32; several streams may follow each other and count as one.
    Gzip,
    /// With an Adler-32.
    Zlib,
}

/// Whether bytes begin as a gzip stream does.
pub(crate) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// All that a gzip stream unfolds to, where its size is not known from elsewhere.
///
/// Zeros behind the stream, with which tapes and archives fill up, are passed over; anything else is an error,
/// because it may be the damaged half of the file.
pub(crate) fn gunzip(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>> {
    unfold(bytes, Coding::Gzip, limits)
}

/// The size to which a gzip stream says that it unfolds, below 4 GiB; it may lie, and knows its last member alone.
pub(crate) fn size_hint(bytes: &[u8]) -> u64 {
    bytes.last_chunk().map_or(0, |size| u64::from(u32::from_le_bytes(*size)))
}

/// A gzip stream of a header and what follows it; equal bytes give equal streams.
///
/// The header is stored as it is, so that it need not be copied in front of the rest.
pub(crate) fn compress(header: &[u8], rest: &[u8]) -> Result<Vec<u8>> {
    let mut deflater = Compressor::new(CompressionLvl::new(LEVEL).expect("the level is one of libdeflate"));
    let n_stored = u16::try_from(header.len()).expect("headers are shorter than 64 KiB");
    let n_bytes_max = START.len() + 5 + header.len() + deflater.deflate_compress_bound(rest.len()) + 8;
    let mut stream = zeros(n_bytes_max)?;
    let mut n_written = 0;
    // A block that is stored and is not the last: its kind, its length, and the complement of that.
    let lengths = [n_stored.to_le_bytes(), (!n_stored).to_le_bytes()];
    for part in [&START, &[0][..], lengths.as_flattened(), header] {
        stream[n_written..n_written + part.len()].copy_from_slice(part);
        n_written += part.len();
    }
    let result = deflater.deflate_compress(rest, &mut stream[n_written..]);
    n_written += result.map_err(|_| Error::new(ErrorKind::Write, "the volume cannot be compressed; save it plain"))?;
    let mut crc = Crc::new();
    crc.update(header);
    crc.update(rest);
    stream.truncate(n_written);
    stream.extend_from_slice(&crc.sum().to_le_bytes());
    stream.extend_from_slice(&((header.len() + rest.len()) as u32).to_le_bytes());
    stream.shrink_to_fit();
    Ok(stream)
}

/// The first bytes that a gzip stream unfolds to: as many as are asked for, or all where it has fewer.
pub(crate) fn peek(bytes: &[u8], n_bytes: usize) -> Result<Vec<u8>> {
    let mut start = Vec::new();
    let read = Stream::new(bytes, Coding::Gzip).take(n_bytes as u64).read_to_end(&mut start);
    read.map_err(|error| Error::from_reading("the gzip stream", error))?;
    Ok(start)
}

/// Fills `out` with the first bytes that a stream unfolds to; how many more follow, counted up to 64 MiB.
///
/// The caller has checked the size of `out` against the limits before it took the memory. The checksum is met unless
/// more than those 64 MiB follow. What lies behind the stream itself is not looked at: all that is wanted is there.
pub(crate) fn unfold_into(bytes: &[u8], coding: Coding, out: &mut [u8]) -> Result<u64> {
    let mut inflater = Decompressor::new();
    let result = match coding {
        Coding::Gzip => inflater.gzip_decompress(bytes, out),
        Coding::Zlib => inflater.zlib_decompress(bytes, out),
    };
    if result.is_ok_and(|n_bytes| n_bytes == out.len()) {
        return Ok(0);
    }
    // Several members, more bytes than wanted, or damage: the slow way tells which.
    let mut stream = Stream::new(bytes, coding);
    stream.read_exact(out).map_err(|error| Error::from_reading("the compressed data", error))?;
    std::io::copy(&mut stream.take(BEHIND_MAX_BYTES), &mut std::io::sink())
        .map_err(|error| Error::from_reading("the end of the compressed data", error))
}

fn unfold(bytes: &[u8], coding: Coding, limits: &Limits) -> Result<Vec<u8>> {
    let mut stream = Stream::new(bytes, coding);
    let mut unfolded = Vec::new();
    loop {
        unfolded.try_reserve(PIECE_BYTES).map_err(|error| {
            Error::limit(format!("no memory for more than {} unfolded bytes; free some", unfolded.len()))
                .with_source(error)
        })?;
        let n_before = unfolded.len();
        (&mut stream)
            .take(PIECE_BYTES as u64)
            .read_to_end(&mut unfolded)
            .map_err(|error| Error::from_reading("the compressed data", error))?;
        if unfolded.len() == n_before {
            break;
        }
        check_size(unfolded.len() as u64, bytes.len() as u64, limits)?;
    }
    if stream.rest().iter().any(|byte| *byte != 0) {
        return Err(Error::format(format!(
            "{} bytes behind the compressed data are no part of it; fetch or save the file again",
            stream.rest().len()
        )));
    }
    unfolded.shrink_to_fit();
    Ok(unfolded)
}

fn check_size(n_bytes: u64, n_bytes_stored: u64, limits: &Limits) -> Result<()> {
    if n_bytes > limits.bytes_max {
        return Err(Error::limit(format!(
            "{n_bytes_stored} stored bytes unfold to more than the {} that are allowed; \
             raise the limit if the file is to be trusted",
            limits.bytes_max
        )));
    }
    limits.check_expansion(n_bytes, n_bytes_stored)
}

/// One stream after the other, as far as they go.
enum Stream<'a> {
    Gzip(Box<GzDecoder<&'a [u8]>>),
    Zlib(Box<ZlibDecoder<&'a [u8]>>),
}

impl<'a> Stream<'a> {
    fn new(bytes: &'a [u8], coding: Coding) -> Self {
        match coding {
            Coding::Gzip => Self::Gzip(Box::new(GzDecoder::new(bytes))),
            Coding::Zlib => Self::Zlib(Box::new(ZlibDecoder::new(bytes))),
        }
    }

    /// What has not been read.
    fn rest(&self) -> &'a [u8] {
        match self {
            Self::Gzip(decoder) => decoder.get_ref(),
            Self::Zlib(decoder) => decoder.get_ref(),
        }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Zlib(decoder) => decoder.read(out),
            Self::Gzip(decoder) => loop {
                let n_read = decoder.read(out)?;
                let rest = *decoder.get_ref();
                if n_read > 0 || out.is_empty() || !is_gzip(rest) {
                    return Ok(n_read);
                }
                **decoder = GzDecoder::new(rest);
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn text() -> Vec<u8> {
        (0..3_000_000_u32).map(|v| (v.wrapping_mul(v) >> 11) as u8 & 15).collect()
    }

    #[test]
    fn streams_of_known_and_unknown_size_unfold() {
        let (text, mut out) = (text(), vec![0; text().len()]);
        for (coding, packed) in [(Coding::Gzip, gzip(&text)), (Coding::Zlib, zlib(&text))] {
            assert_eq!(unfold(&packed, coding, &Limits::default()).unwrap(), text);
            assert_eq!(unfold_into(&packed, coding, &mut out).unwrap(), 0);
            assert_eq!(out, text);
            let padded = [&packed[..], &[0; 100]].concat();
            assert_eq!(unfold(&padded, coding, &Limits::default()).unwrap(), text);
            assert_eq!(unfold_into(&padded, coding, &mut out).unwrap(), 0);
            let behind = [&packed[..], b"garbage"].concat();
            assert_eq!(unfold(&behind, coding, &Limits::default()).unwrap_err().kind(), ErrorKind::Format);
            assert_eq!(unfold_into(&behind, coding, &mut out).unwrap(), 0);
        }
        assert_eq!(gunzip(&gzip(b""), &Limits::default()).unwrap(), b"");
        assert_eq!(unfold(&zlib(b"a"), Coding::Zlib, &Limits::default()).unwrap(), b"a");
    }

    #[test]
    fn members_count_as_one_stream() {
        // The first two are the same, so that no size in a trailer can tell them apart.
        let packed = [gzip(b"one "), gzip(b"one "), gzip(b""), gzip(b"two")].concat();
        assert_eq!(gunzip(&packed, &Limits::default()).unwrap(), b"one one two");
        assert_eq!(peek(&packed, 6).unwrap(), b"one on");
        assert_eq!(peek(&packed, 600).unwrap(), b"one one two");
        let mut out = [0; 11];
        assert_eq!(unfold_into(&packed, Coding::Gzip, &mut out).unwrap(), 0);
        assert_eq!(&out, b"one one two");
        let mut out = [0; 5];
        assert_eq!(unfold_into(&packed, Coding::Gzip, &mut out).unwrap(), 6);
        assert_eq!(&out, b"one o");
    }

    #[test]
    fn truncation_and_damage_are_typed() {
        let text = &text()[..3000];
        for (coding, packed) in [(Coding::Gzip, gzip(text)), (Coding::Zlib, zlib(text))] {
            for n_kept in 0..packed.len() {
                let error = unfold(&packed[..n_kept], coding, &Limits::default()).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Format, "{n_kept}: {error}");
                let error = unfold_into(&packed[..n_kept], coding, &mut vec![0; 3000]).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Format, "{n_kept}: {error}");
            }
            let mut damaged = packed.clone();
            let at = damaged.len() - if coding == Coding::Gzip { 8 } else { 4 };
            damaged[at] ^= 1;
            assert_eq!(unfold(&damaged, coding, &Limits::default()).unwrap_err().kind(), ErrorKind::Format);
            assert_eq!(unfold_into(&damaged, coding, &mut vec![0; 3000]).unwrap_err().kind(), ErrorKind::Format);
        }
    }

    #[test]
    fn a_bomb_is_stopped_while_it_unfolds() {
        let packed = gzip(&vec![0; 8 << 20]);
        let kind = |limits: &Limits| gunzip(&packed, limits).unwrap_err().kind();
        assert_eq!(kind(&Limits { bytes_max: 1 << 20, ..Limits::default() }), ErrorKind::Limit);
        assert_eq!(kind(&Limits { expansion_exempt_bytes: 1 << 20, ..Limits::default() }), ErrorKind::Limit);
    }
}
