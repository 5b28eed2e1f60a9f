//! The registry of formats: which there are, how each is told from its bytes, and how it is read and written.

mod foreign;

use std::path::Path;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::reading::{ReadOptions, Reading, Source};
use crate::volume::Volume;

/// A file to be written: its name without a folder, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// Its name, such as `head.mhd`.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Reads the bytes of one file of a format.
type Decode = fn(&Source<'_>, &ReadOptions) -> Result<Reading>;

/// The files that hold a volume, the one of the given name first.
type Encode = fn(&Volume, &str) -> Result<Vec<Encoded>>;

/// A way to keep an image in a file.
pub struct Format {
    /// Its name in options and output, such as `nifti`.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// Name endings without the first dot, lower case; the first is the usual one.
    pub endings: &'static [&'static str],
    /// Whether bytes look like this format; judged by the first bytes, not by the name.
    pub recognizes: fn(&[u8]) -> bool,
    /// Reads one file.
    pub decode: Decode,
    /// Writes a volume, where the format can be written.
    pub encode: Option<Encode>,
}

/// Every format, in the order in which bytes are tried.
pub const FORMATS: &[Format] = &[
    crate::dicom::FORMAT,
    crate::nrrd::FORMAT,
    crate::metaimage::FORMAT,
    crate::analyze::FORMAT,
    crate::nifti::FORMAT,
    crate::mgh::FORMAT,
    crate::npz::NPY,
    crate::npz::NPZ,
    crate::tiff::FORMAT,
    crate::raster::PNG,
    crate::raster::JPEG,
    crate::raster::BMP,
    crate::raster::GIF,
    crate::raster::PNM,
];

/// The format of these bytes; the name decides only where bytes cannot tell.
pub fn of_bytes(bytes: &[u8], name: &str) -> Option<&'static Format> {
    // An `.img` is samples from its first byte on, which may look like the mark of any format.
    if crate::nifti::pair::is_samples(name) {
        return of_name(name);
    }
    FORMATS.iter().find(|format| (format.recognizes)(bytes)).or_else(|| of_name(name))
}

/// The format of a file name by its ending, the longest that fits.
pub fn of_name(name: &str) -> Option<&'static Format> {
    ending_of(name).map(|(format, _)| format)
}

/// A file name without the ending of its format, as [`of_name`] finds it; `None` where it has none.
pub fn stem(name: &str) -> Option<&str> {
    ending_of(name).map(|(_, ending)| &name[..name.len() - ending.len() - 1])
}

fn ending_of(name: &str) -> Option<(&'static Format, &'static str)> {
    let lower = name.to_ascii_lowercase();
    let fits = |ending: &str| lower.strip_suffix(ending).is_some_and(|stem| stem.ends_with('.') && stem.len() > 1);
    let endings = FORMATS.iter().flat_map(|format| format.endings.iter().map(move |ending| (format, *ending)));
    endings.filter(|(_, ending)| fits(ending)).max_by_key(|(_, ending)| ending.len())
}

/// Reads an image file of any format; bytes decide which, and the name where bytes cannot.
///
/// An array of an archive is named behind it, as `file.npz#name`.
pub fn read(path: &Path, options: &ReadOptions) -> Result<Reading> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = match name.rsplit_once('#') {
        Some((file, _)) if file.to_ascii_lowercase().ends_with(".npz") && !path.exists() => {
            read_bytes(&path.with_file_name(file), &options.limits)?
        }
        _ => read_bytes(path, &options.limits)?,
    };
    let beside = |sibling: &str| read_bytes(&path.with_file_name(sibling), &options.limits);
    let source = Source::named(&bytes, &name, &beside);
    let format = of_bytes(&bytes, &name).ok_or_else(|| unknown(&bytes, &name).in_file(path))?;
    (format.decode)(&source, options).map_err(|error| error.in_file(path))
}

fn unknown(bytes: &[u8], name: &str) -> Error {
    if let Some((title, remedy)) = foreign::of_bytes(bytes) {
        return Error::unsupported(format!("this is {title}, which is not read here; {remedy}"));
    }
    let endings: Vec<&str> = FORMATS.iter().map(|format| format.endings[0]).collect();
    Error::unsupported(format!("{name:?} is no image that is read here; readable are {}", endings.join(", ")))
}

/// The whole of a file, if the limits allow it.
pub(crate) fn read_bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    use std::io::Read;
    let cannot = |error: std::io::Error| {
        let message = format!("cannot be opened ({error}); check path and rights");
        Error::new(ErrorKind::Read, message).with_source(error).in_file(path)
    };
    let file = std::fs::File::open(path).map_err(cannot)?;
    let n_bytes = file.metadata().map_err(cannot)?.len();
    let limit = limits.bytes_max;
    if n_bytes > limit {
        let message = format!("the file has {n_bytes} bytes, and {limit} are allowed; raise the limit to read it");
        return Err(Error::limit(message).in_file(path));
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(n_bytes as usize).map_err(|error| {
        Error::limit(format!("no memory for the {n_bytes} bytes of the file; free some"))
            .with_source(error)
            .in_file(path)
    })?;
    file.take(limit).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}
