//! Arrays as volumes: which axis is which, and which array of an archive is meant.
//!
//! NumPy says nothing of axes. What users of NumPy, Pillow and pydicom expect is gray as `[y, x]` or `[z, y, x]`, and
//! color as `[y, x, 3]` or `[z, y, x, 3]`; any other number of channels is `[channel, z, y, x]`.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{NpyArray, NpyHeader, Sizes, entry, from_zip, header, names, read_array, write_npy, write_npz};
use crate::channels::{to_pixels, to_planes};
use crate::error::{Error, Result};
use crate::format::{Encoded, Format};
use crate::limits::Limits;
use crate::reading::{Problem, ReadOptions, Reading, Source};
use crate::samples::{Dtype, Samples};
use crate::volume::Volume;

/// How the registry knows a single array.
pub(crate) const NPY: Format = Format {
    name: "npy",
    title: "NumPy array",
    endings: &["npy"],
    recognizes: |bytes| bytes.starts_with(header::MAGIC),
    decode: read_npy_volume,
    encode: Some(encode_npy),
};

/// How the registry knows an archive of arrays.
pub(crate) const NPZ: Format = Format {
    name: "npz",
    title: "archive of NumPy arrays",
    endings: &["npz"],
    recognizes: begins_with_array,
    decode: read_npz_volume,
    encode: Some(encode_npz),
};

/// The name of the array in an archive that is written.
const ARRAY_NAME: &str = "image";

/// How many arrays a message names.
const N_NAMED_MAX: usize = 8;

/// Whether bytes are a zip archive whose first entry is an array.
fn begins_with_array(bytes: &[u8]) -> bool {
    let n_name = bytes.get(26..28).map_or(0, |n| usize::from(n[0]) | usize::from(n[1]) << 8);
    bytes.starts_with(b"PK\x03\x04") && bytes.get(30..30 + n_name).is_some_and(|name| name.ends_with(b".npy"))
}

/// Reads a `.npy` file as a volume.
///
/// Two axes are `[y, x]`, three `[z, y, x]` and four `[channel, z, y, x]`; any other number is refused. Whole numbers of
/// 8 or 16 bits without sign with a last axis of three are color. An array says neither how large voxels are nor
/// where, so there is no geometry.
fn read_npy_volume(source: &Source<'_>, options: &ReadOptions) -> Result<Reading> {
    let n_bytes = source.bytes.len() as u64;
    let sizes = Sizes { stored: n_bytes, unfolded: n_bytes };
    read_volume(&mut &source.bytes[..], sizes, &options.limits)
}

/// Reads the one array of a `.npz` file, or the one that is named behind a `#`, as [`read_npy_volume`] does.
fn read_npz_volume(source: &Source<'_>, options: &ReadOptions) -> Result<Reading> {
    let mut archive = ZipArchive::new(Cursor::new(source.bytes)).map_err(|error| from_zip("the archive", error))?;
    let names = names(&archive)?;
    let (file, wanted) = source.name.rsplit_once('#').map_or((source.name, None), |(file, name)| (file, Some(name)));
    let name = match (wanted, &names[..]) {
        (Some(wanted), _) => wanted.to_owned(),
        (None, [only]) => only.clone(),
        (None, []) => return Err(Error::format("the archive holds no array; save it again with numpy.savez")),
        (None, several) => return Err(ambiguous(file, several)),
    };
    entry(&mut archive, &name, &names, |from, sizes| read_volume(from, sizes, &options.limits))
}

fn ambiguous(file: &str, names: &[String]) -> Error {
    let more = if names.len() > N_NAMED_MAX { ", …" } else { "" };
    let listed = names[..names.len().min(N_NAMED_MAX)].join(", ");
    let file = if file.is_empty() { "file.npz" } else { file };
    Error::parameter(format!(
        "the archive holds {} arrays ({listed}{more}), and one image is wanted; name it, as {file}#{}",
        names.len(),
        names[0]
    ))
}

fn read_volume(from: &mut dyn Read, sizes: Sizes, limits: &Limits) -> Result<Reading> {
    let (NpyHeader { dtype, .. }, NpyArray { shape, samples }) = read_array(from, sizes, limits)?;
    let (shape, samples) = match shape[..] {
        [y, x, N_COLORS] if may_be_color(dtype) => ([N_COLORS, 1, y, x], to_planes(samples, 1, N_COLORS)),
        [z, y, x, N_COLORS] if may_be_color(dtype) => ([N_COLORS, z, y, x], to_planes(samples, 1, N_COLORS)),
        [y, x] => ([1, 1, y, x], samples),
        [z, y, x] => ([1, z, y, x], samples),
        [channel, z, y, x] => ([channel, z, y, x], samples),
        _ => {
            return Err(Error::unsupported(format!(
                "the array has shape {shape:?}, of {} axes; an image has 2 (y, x), 3 (z, y, x) or 4 \
                 (channel, z, y, x); reshape it, or take one image of it",
                shape.len()
            )));
        }
    };
    let volume =
        Volume::new(samples, shape, None).map_err(|error| Error::format(format!("the array is no image ({error})")))?;
    let mut reading = Reading::new(volume, dtype);
    if shape[1] > 1 {
        reading.problems.push(Problem::new(
            "no-orientation",
            "an array says neither how large its voxels are, nor where they are, nor which side is left",
            "take them from the image that this one was made from (--like FILE), or set them when you know them",
        ));
    }
    Ok(reading)
}

/// Red, green and blue.
const N_COLORS: usize = 3;

fn may_be_color(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::U8 | Dtype::U16)
}

/// The array of a volume: without axes of length 1 that reading puts back, and color pixel by pixel.
fn array(volume: &Volume) -> (Vec<usize>, Cow<'_, Samples>) {
    let [channel, z, y, x] = volume.shape();
    let slices = if z == 1 { vec![y, x] } else { vec![z, y, x] };
    match channel {
        1 => (slices, Cow::Borrowed(volume.samples())),
        N_COLORS if may_be_color(volume.samples().dtype()) => {
            ([&slices[..], &[N_COLORS]].concat(), Cow::Owned(to_pixels(volume.samples(), N_COLORS)))
        }
        _ => (vec![channel, z, y, x], Cow::Borrowed(volume.samples())),
    }
}

/// The samples; geometry is lost, because the format has no place for it.
fn encode_npy(volume: &Volume, name: &str) -> Result<Vec<Encoded>> {
    let (shape, samples) = array(volume);
    let mut bytes = Vec::new();
    write_npy(&mut bytes, &shape, &samples)?;
    Ok(vec![Encoded { name: name.to_owned(), bytes }])
}

/// The samples as the array `image`; geometry is lost, because the format has no place for it.
fn encode_npz(volume: &Volume, name: &str) -> Result<Vec<Encoded>> {
    let (shape, samples) = array(volume);
    let mut archive = Cursor::new(Vec::new());
    write_npz(&mut archive, &[(ARRAY_NAME.to_owned(), shape, samples.into_owned())])?;
    Ok(vec![Encoded { name: name.to_owned(), bytes: archive.into_inner() }])
}
