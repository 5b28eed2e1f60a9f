//! Files of a volume in the format of the name that was given, each whole or not there.

use std::path::{Path, PathBuf};

use vesalius_image::Volume;
use vesalius_image::format::{self, FORMATS, Format};

use super::Picture;
use crate::artifact;
use crate::error::{Error, ErrorKind, Result};

/// Where an image goes.
pub(super) struct Destination {
    path: PathBuf,
    name: String,
    format: &'static Format,
}

impl Destination {
    /// The format by the ending of the name; an error where it is none that is written.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let known = format::of_name(&name);
        let Some(format) = known.filter(|format| format.encode.is_some()) else {
            let why =
                known.map_or("is no name of an image".into(), |format| format!("({}) is only read", format.title));
            let writable = FORMATS.iter().filter(|format| format.encode.is_some());
            let endings: Vec<&str> = writable.flat_map(|format| format.endings).copied().collect();
            let message = format!("{} {why}; expected an ending among {}", path.display(), endings.join(", "));
            return Err(Error::new(ErrorKind::Configuration, message));
        };
        Ok(Self { path: path.to_owned(), name, format })
    }

    pub(super) fn format(&self) -> &'static str {
        self.format.name
    }

    /// Whether a picture of planes is written in place of the image.
    pub(super) fn is_preview(&self, volume: &Volume, picture: Picture) -> bool {
        let is_png = self.name.to_ascii_lowercase().ends_with(".png");
        let [_, z, ..] = volume.shape();
        is_png && (z > 1 || picture != Picture::WhereNeeded)
    }

    /// Writes the image; a header that names other files comes last, so that whoever finds it finds them.
    pub(super) fn write(&self, volume: &Volume) -> Result<Vec<PathBuf>> {
        let Some(encode) = self.format.encode else { return Ok(Vec::new()) };
        let files = encode(volume, &self.name).map_err(|error| {
            Error::new(ErrorKind::Data, format!("{} cannot be written: {error}", self.path.display()))
        })?;
        for file in files.iter().rev() {
            artifact::write_bytes(&self.path.with_file_name(&file.name), &file.bytes)?;
        }
        Ok(files.iter().map(|file| self.path.with_file_name(&file.name)).collect())
    }

    /// Writes bytes that are what the file is to hold.
    pub(super) fn write_bytes(&self, bytes: &[u8]) -> Result<Vec<PathBuf>> {
        artifact::write_bytes(&self.path, bytes)?;
        Ok(vec![self.path.clone()])
    }
}
