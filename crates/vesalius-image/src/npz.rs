//! NumPy arrays: one in a `.npy` file, several by name in a `.npz` archive (NumPy format versions 1 to 3).

mod header;
mod volume;
mod write;

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::samples::{ByteOrder, Dtype, Samples, map_samples, read_samples};

pub(crate) use volume::{NPY, NPZ};
pub use write::{write_npy, write_npz};

/// What an array is, before its samples are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NpyHeader {
    /// Sample type in the file.
    pub dtype: Dtype,
    /// Length of each axis; empty for a single number.
    pub shape: Vec<usize>,
    /// Whether the first axis runs fastest in the file; [`NpyArray`] is always in C order.
    pub fortran: bool,
    order: ByteOrder,
}

/// An array in C order: the last axis runs fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct NpyArray {
    /// Length of each axis; empty for a single number.
    pub shape: Vec<usize>,
    /// The samples; wide types are narrowed as [`Dtype`] says.
    pub samples: Samples,
}

/// An open `.npz` archive, for any number of threads at once.
#[derive(Clone, Debug)]
pub struct Npz {
    path: PathBuf,
    names: Vec<String>,
    limits: Limits,
}

impl Npz {
    /// Reads the directory of an archive; arrays are read when they are asked for.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self> {
        let archive = open_archive(path)?;
        let names = names(&archive).map_err(|error| error.in_file(path))?;
        Ok(Self { path: path.to_owned(), names, limits: limits.clone() })
    }

    /// Names of the arrays in the order of the file, without `.npy`.
    pub fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Type and shape of an array, without reading its samples.
    pub fn header(&self, name: &str) -> Result<NpyHeader> {
        self.entry(name, |entry, sizes| header::read(entry, sizes.unfolded, &self.limits))
    }

    /// An array by name.
    pub fn array(&self, name: &str) -> Result<NpyArray> {
        self.entry(name, |entry, sizes| read_array(entry, sizes, &self.limits)).map(|(_, array)| array)
    }

    fn entry<T>(&self, name: &str, read: impl FnOnce(&mut dyn Read, Sizes) -> Result<T>) -> Result<T> {
        let mut archive = open_archive(&self.path)?;
        entry(&mut archive, name, &self.names, read).map_err(|error| match error.kind() {
            ErrorKind::Parameter => error.in_file(&self.path),
            _ => error.in_file(&self.path.join(name)),
        })
    }
}

/// Names of the arrays in the order of the archive, without `.npy`.
fn names<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<Vec<String>> {
    let bare = |name: &str| name.strip_suffix(".npy").unwrap_or(name).to_owned();
    archive.file_names().map(|name| name.map(|name| bare(&name)).map_err(|e| from_zip("the archive", e))).collect()
}

/// Reads an array by name; `names` are those that there are.
fn entry<R: Read + Seek, T>(
    archive: &mut ZipArchive<R>,
    name: &str,
    names: &[String],
    read: impl FnOnce(&mut dyn Read, Sizes) -> Result<T>,
) -> Result<T> {
    let idx = archive.index_for_name(&format!("{name}.npy")).or_else(|| archive.index_for_name(name));
    let idx = idx
        .ok_or_else(|| Error::parameter(format!("there is no array {name}; the archive has [{}]", names.join(", "))))?;
    let mut entry = archive.by_index(idx).map_err(|error| from_zip(&format!("array {name}"), error))?;
    let sizes = Sizes { stored: entry.compressed_size(), unfolded: entry.size() };
    read(&mut entry, sizes)
}

/// Sizes of an entry in bytes, as its directory claims.
#[derive(Clone, Copy)]
struct Sizes {
    stored: u64,
    unfolded: u64,
}

fn open_archive(path: &Path) -> Result<ZipArchive<BufReader<File>>> {
    let file = File::open(path).map_err(|error| cannot_open(path, error))?;
    ZipArchive::new(BufReader::new(file)).map_err(|error| from_zip("the archive", error).in_file(path))
}

fn cannot_open(path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Read, format!("cannot be opened ({error}); check path and rights"))
        .with_source(error)
        .in_file(path)
}

fn from_zip(what: &str, error: ZipError) -> Error {
    match error {
        ZipError::Io(error) => Error::from_reading(what, error),
        ZipError::UnsupportedArchive(why) => {
            Error::unsupported(format!("{what} uses a kind of zip that is not supported ({why}); save it with NumPy"))
        }
        other => {
            Error::format(format!("{what} is no sound .npz ({other}); fetch or save the file again")).with_source(other)
        }
    }
}

/// Reads a `.npy` file.
pub fn read_npy(path: &Path, limits: &Limits) -> Result<NpyArray> {
    let file = File::open(path).map_err(|error| cannot_open(path, error))?;
    let n_bytes = file.metadata().map_err(|error| cannot_open(path, error))?.len();
    let sizes = Sizes { stored: n_bytes, unfolded: n_bytes };
    let array = read_array(&mut BufReader::new(file), sizes, limits).map_err(|error| error.in_file(path));
    array.map(|(_, array)| array)
}

/// Reads the bytes of a `.npy` file.
pub fn decode_npy(bytes: &[u8], limits: &Limits) -> Result<NpyArray> {
    let n_bytes = bytes.len() as u64;
    read_array(&mut &bytes[..], Sizes { stored: n_bytes, unfolded: n_bytes }, limits).map(|(_, array)| array)
}

fn read_array(from: &mut dyn Read, sizes: Sizes, limits: &Limits) -> Result<(NpyHeader, NpyArray)> {
    limits.check_expansion(sizes.unfolded, sizes.stored)?;
    let header = header::read(from, sizes.unfolded, limits)?;
    let n_samples = header.shape.iter().product::<usize>() as u64;
    let samples = read_samples(from, header.dtype, header.order, n_samples)?;
    // The checksum of a zip entry is compared at its end, so the end must be met.
    match from.read(&mut [0]).map_err(|error| Error::from_reading("the end of the array", error))? {
        0 => {}
        _ => return Err(Error::format("there are bytes behind the array; the header does not fit its data")),
    }
    let samples = if header.fortran { c_order(samples, &header.shape) } else { samples };
    let array = NpyArray { shape: header.shape.clone(), samples };
    Ok((header, array))
}

/// Samples of an array whose first axis runs fastest, with the last axis fastest.
fn c_order(samples: Samples, shape: &[usize]) -> Samples {
    if shape.iter().filter(|n| **n > 1).count() < 2 {
        return samples;
    }
    map_samples!(samples, values => transpose(&values, shape))
}

fn transpose<T: Copy>(values: &[T], shape: &[usize]) -> Vec<T> {
    let mut strides = vec![1_usize; shape.len()];
    for axis in 1..shape.len() {
        strides[axis] = strides[axis - 1] * shape[axis - 1];
    }
    let mut position = vec![0_usize; shape.len()];
    let mut source = 0;
    let mut ordered = Vec::with_capacity(values.len());
    while ordered.len() < values.len() {
        ordered.push(values[source]);
        for axis in (0..shape.len()).rev() {
            position[axis] += 1;
            source += strides[axis];
            if position[axis] < shape[axis] {
                break;
            }
            source -= strides[axis] * shape[axis];
            position[axis] = 0;
        }
    }
    ordered
}
