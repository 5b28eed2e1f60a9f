//! What every reader takes and gives: bytes with their surroundings, options, and what was found.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::samples::Dtype;
use crate::volume::Volume;

/// Which values of a file are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Values {
    /// What the samples mean: rescaled by slope and intercept, through lookup tables, in [`Reading::units`].
    #[default]
    Real,
    /// What the file stores, before any rescaling or lookup table.
    Stored,
}

/// How to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The most that a file may ask for.
    pub limits: Limits,
    /// Which values are wanted.
    pub values: Values,
}

/// Gives the bytes of a file beside the one that is read, by its plain name.
type Beside<'a> = dyn Fn(&str) -> Result<Vec<u8>> + Sync + 'a;

/// The bytes of a file, its name, and how to get at files beside it.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// All bytes of the file.
    pub bytes: &'a [u8],
    /// The name of the file without a folder, such as `head.nii.gz`; empty where there is none.
    pub name: &'a str,
    beside: Option<&'a Beside<'a>>,
}

impl<'a> Source<'a> {
    /// Bytes with nothing beside them.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, name: "", beside: None }
    }

    /// The bytes of a file of this name, with a way to read others from the same folder.
    pub fn named(bytes: &'a [u8], name: &'a str, beside: &'a Beside<'a>) -> Self {
        Self { bytes, name, beside: Some(beside) }
    }

    /// The bytes of the file of this name in the same folder.
    ///
    /// A header is not trusted with paths: a name that leads anywhere else is refused.
    pub fn beside(&self, name: &str) -> Result<Vec<u8>> {
        let is_plain = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0', ':']);
        if !is_plain {
            return Err(Error::format(format!(
                "the header names its samples {name:?}; expected a plain file name in the folder of the header; \
                 move the file there and correct the header"
            )));
        }
        match self.beside {
            Some(beside) => beside(name),
            None => Err(Error::parameter(format!(
                "the samples are in another file, {name:?}, and only the header was given; read it from its folder"
            ))),
        }
    }
}

/// Something that a user should know about a file that could be read all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A short stable name, such as `no-orientation`.
    pub code: &'static str,
    /// What is wrong, as a lower-case fragment without a full stop.
    pub message: String,
    /// What to do about it, in the same form.
    pub remedy: String,
}

impl Problem {
    /// A problem with its remedy; both texts are lower-case fragments without a full stop.
    pub fn new(code: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code, message: message.into(), remedy: remedy.into() }
    }
}

/// A volume, and what its file said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The image.
    pub volume: Volume,
    /// Sample type in the file.
    pub dtype: Dtype,
    /// Distance of voxel centers along x, y and z where the file gives it, even if it does not say where they are.
    pub spacing_mm: Option<[f64; 3]>,
    /// What the values are in, such as `HU`; `None` where the file does not say.
    pub units: Option<String>,
    /// What is odd about the file.
    pub problems: Vec<Problem>,
}

impl Reading {
    /// A volume whose file says nothing more than its geometry.
    pub(crate) fn new(volume: Volume, dtype: Dtype) -> Self {
        let spacing_mm = volume.geometry().map(crate::Geometry::spacing_mm);
        Self { volume, dtype, spacing_mm, units: None, problems: Vec::new() }
    }
}
