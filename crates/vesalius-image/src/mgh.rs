//! MGH and its gzipped form MGZ, the volumes of FreeSurfer (FreeSurfer wiki, `MghFormat`).
//!
//! Numbers are high byte first. World coordinates are RAS in the file and LPS here; the file tells the place of the
//! middle of the grid, and columns of unit length. What follows the samples (times, angles, history) is not read.

use crate::error::{Error, Result};
use crate::fields::Fields;
use crate::format::Format;
use crate::geometry::Geometry;
use crate::gzip;
use crate::reading::{Problem, ReadOptions, Reading, Source};
use crate::samples::{Block, ByteOrder, Dtype};
use crate::volume::Volume;

/// Samples begin here.
const HEADER_BYTES: usize = 284;

/// Bytes of the header that mean something.
const KNOWN_BYTES: usize = 90;

/// RAS to LPS: left and posterior change sign.
const RAS_TO_LPS: [f64; 3] = [-1.0, -1.0, 1.0];

/// How the registry knows this format.
pub(crate) const FORMAT: Format = Format {
    name: "mgh",
    title: "MGH and MGZ, the volumes of FreeSurfer",
    endings: &["mgz", "mgh", "mgh.gz"],
    recognizes: |bytes| start(bytes).is_ok_and(|start| is_header(&start)),
    decode: read,
    encode: None,
};

fn start(bytes: &[u8]) -> Result<Vec<u8>> {
    if gzip::is_gzip(bytes) {
        return gzip::peek(bytes, KNOWN_BYTES);
    }
    Ok(bytes[..bytes.len().min(KNOWN_BYTES)].to_vec())
}

/// Version 1, four axes, a type, and a flag, each as it can be: the format has no mark of its own.
fn is_header(bytes: &[u8]) -> bool {
    let Some(bytes) = bytes.first_chunk::<KNOWN_BYTES>() else { return false };
    let fields = Fields { bytes, order: ByteOrder::HighFirst };
    let axes = [4, 8, 12, 16].map(|at| fields.i32(at));
    fields.i32(0) == 1
        && axes.iter().all(|n| (1..1 << 24).contains(n))
        && (0..16).contains(&fields.i32(20))
        && (0..2).contains(&fields.i16(28))
}

/// Reads an `.mgh` or `.mgz` file; frames become channels.
///
/// Geometry is `None` where the file does not vouch for it.
pub fn read(source: &Source<'_>, options: &ReadOptions) -> Result<Reading> {
    let start = start(source.bytes)?;
    let bytes = start
        .first_chunk::<KNOWN_BYTES>()
        .ok_or_else(|| Error::format("the MGH header ends early; the file is truncated, fetch or save it again"))?;
    let fields = Fields { bytes, order: ByteOrder::HighFirst };
    let version = fields.i32(0);
    if version != 1 {
        return Err(Error::format(format!("the MGH header has version {version}; expected 1; check what the file is")));
    }
    let dtype = dtype(fields.i32(20))?;
    let shape = shape(&fields)?;
    let (geometry, problems) = geometry(&fields, shape)?;
    let n = options.limits.n_samples(&shape.map(|n| n as u64), dtype.memory_bytes())?;
    let block = Block { bytes: source.bytes, offset: HEADER_BYTES as u64, dtype, order: ByteOrder::HighFirst, n };
    block.check(dtype.stored_bytes(), dtype.memory_bytes(), &options.limits)?;
    let samples = block.read(None)?.values;
    let volume = Volume::new(samples, shape, geometry)
        .map_err(|error| Error::format(format!("the MGH volume is empty ({error})")))?;
    let mut reading = Reading::new(volume, dtype);
    reading.problems = problems;
    Ok(reading)
}

/// `[channel, z, y, x]`.
fn shape(fields: &Fields<'_, KNOWN_BYTES>) -> Result<[usize; 4]> {
    let axes = [16, 12, 8, 4].map(|at| fields.i32(at));
    let mut shape = [0; 4];
    for (length, stored) in shape.iter_mut().zip(axes) {
        *length = usize::try_from(stored).ok().filter(|n| *n > 0).ok_or_else(|| {
            Error::format(format!(
                "the MGH header has axes {axes:?} (frame, z, y, x); expected 1 or more each; it is damaged"
            ))
        })?;
    }
    Ok(shape)
}

fn dtype(code: i32) -> Result<Dtype> {
    Ok(match code {
        0 => Dtype::U8,
        1 => Dtype::I32,
        3 => Dtype::F32,
        4 => Dtype::I16,
        other => {
            return Err(Error::unsupported(format!(
                "MGH samples of type {other} are not read; expected 0 (8 bits), 4 (16 bits), 1 (32 bits) or 3 (float); \
                 convert the volume with mri_convert -odt float"
            )));
        }
    })
}

fn geometry(fields: &Fields<'_, KNOWN_BYTES>, shape: [usize; 4]) -> Result<(Option<Geometry>, Vec<Problem>)> {
    if fields.i16(28) != 1 {
        let problem = Problem::new(
            "no-orientation",
            "the goodRASFlag is 0: the file does not vouch for spacing, place and side",
            "take the orientation from the image that this one was made from (--like FILE), or set it when you know it",
        );
        return Ok((None, vec![problem]));
    }
    let spacing: [f64; 3] = fields.f32s(30);
    // One column after the other.
    let columns: [[f64; 3]; 3] = [fields.f32s(42), fields.f32s(54), fields.f32s(66)];
    let middle_ras: [f64; 3] = fields.f32s(78);
    let half = |axis: usize| shape[3 - axis] as f64 / 2.0;
    let affine = std::array::from_fn(|row| {
        let step: [f64; 3] = std::array::from_fn(|axis| columns[axis][row] * spacing[axis]);
        let first = middle_ras[row] - (0..3).map(|axis| step[axis] * half(axis)).sum::<f64>();
        [step[0], step[1], step[2], first].map(|value| value * RAS_TO_LPS[row])
    });
    let geometry = Geometry::from_affine(&affine).map_err(|error| {
        Error::format(format!("the MGH orientation cannot be used: {error}; correct it with mri_convert"))
    })?;
    Ok((Some(geometry), Vec::new()))
}
