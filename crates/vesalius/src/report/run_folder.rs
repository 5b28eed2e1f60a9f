//! Reads the artefacts of a run folder; what is absent is `None`, what is malformed is an error that says so.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;

use crate::artifact;
use crate::error::{Error, ErrorKind, Result};

/// No artefact that a report reads is larger; a million cases are about a tenth of it.
const ARTEFACT_BYTES_MAX: u64 = 1 << 30;

/// A larger picture would make the report too large to send.
const PICTURE_BYTES_MAX: u64 = 4 << 20;

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A run folder on disk.
pub(super) struct RunFolder<'a> {
    root: &'a Path,
}

/// A table as it stands in its file.
pub(super) struct RawTable {
    pub(super) names: Vec<String>,
    pub(super) rows: Vec<csv::StringRecord>,
}

impl<'a> RunFolder<'a> {
    /// The folder, if it is one.
    pub(super) fn open(root: &'a Path) -> Result<Self> {
        if root.is_dir() {
            return Ok(Self { root });
        }
        let message = format!("{} is not a folder; expected a run folder, which `vesalius run` makes", root.display());
        Err(Error::new(ErrorKind::Read, message))
    }

    /// A JSON artefact.
    pub(super) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        self.found(name)?.map(|path| artifact::read_json(&path)).transpose()
    }

    /// A TOML artefact.
    pub(super) fn toml<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        self.found(name)?.map(|path| artifact::read_toml(&path)).transpose()
    }

    /// A table whose columns are known; further columns are ignored.
    pub(super) fn table<T: DeserializeOwned>(&self, name: &str) -> Result<Option<Vec<T>>> {
        let Some(path) = self.found(name)? else { return Ok(None) };
        let mut reader = csv::Reader::from_path(&path).map_err(|error| malformed(&path, &error))?;
        let rows = reader
            .deserialize()
            .collect::<std::result::Result<Vec<T>, _>>()
            .map_err(|error| malformed(&path, &error))?;
        Ok(Some(rows))
    }

    /// A table whose columns depend on the cohort.
    pub(super) fn raw_table(&self, name: &str) -> Result<Option<RawTable>> {
        let Some(path) = self.found(name)? else { return Ok(None) };
        let mut reader = csv::Reader::from_path(&path).map_err(|error| malformed(&path, &error))?;
        let names = reader.headers().map_err(|error| malformed(&path, &error))?;
        let names = names.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
        let rows =
            reader.records().collect::<std::result::Result<Vec<_>, _>>().map_err(|error| malformed(&path, &error))?;
        Ok(Some(RawTable { names, rows }))
    }

    /// The names of the folders within a folder, ascending; none where it is absent.
    pub(super) fn folders(&self, name: &str) -> Result<Vec<String>> {
        let path = self.root.join(name);
        if !path.is_dir() {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(&path).map_err(|error| Error::read(&path, error))? {
            let entry = entry.map_err(|error| Error::read(&path, error))?;
            if entry.path().is_dir() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// A PNG of the folder `maps` as a `data:` address; `None` if it is absent, too large, or no PNG.
    ///
    /// `file` comes from a table and must be a bare name, so that no table can name a file outside the run.
    pub(super) fn picture(&self, file: &str) -> Option<String> {
        let is_bare = Path::new(file).file_name().is_some_and(|name| name == file) && !file.contains('\\');
        if !is_bare {
            return None;
        }
        let path = self.root.join("maps").join(file);
        let size = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?.len();
        if size > PICTURE_BYTES_MAX {
            return None;
        }
        let bytes = fs::read(&path).ok().filter(|bytes| bytes.starts_with(PNG_SIGNATURE))?;
        Some(format!("data:image/png;base64,{}", STANDARD.encode(bytes)))
    }

    fn found(&self, name: &str) -> Result<Option<PathBuf>> {
        let path = self.root.join(name);
        let Ok(metadata) = fs::metadata(&path) else { return Ok(None) };
        if metadata.len() > ARTEFACT_BYTES_MAX {
            let size = metadata.len();
            let message = format!("{} has {size} bytes; expected at most {ARTEFACT_BYTES_MAX}", path.display());
            return Err(Error::new(ErrorKind::Data, message));
        }
        Ok(Some(path))
    }
}

impl RawTable {
    /// The place of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other == name)
    }
}

/// A cell of a row; empty where there is none.
pub(super) fn cell(row: &csv::StringRecord, column: Option<usize>) -> &str {
    column.and_then(|column| row.get(column)).unwrap_or("")
}

fn malformed(path: &Path, error: &csv::Error) -> Error {
    let message = format!(
        "{} is not the table that this version writes ({error}); run the stage that makes it again",
        path.display()
    );
    Error::new(ErrorKind::Format, message)
}
